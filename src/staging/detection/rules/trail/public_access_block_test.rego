package trail_test

access_block(name, settings) := {
	"eventSource": "s3.amazonaws.com",
	"eventName": name,
	"requestParameters": {"bucketName": "models", "PublicAccessBlockConfiguration": settings},
}

all_on := {
	"BlockPublicAcls": true,
	"IgnorePublicAcls": true,
	"BlockPublicPolicy": true,
	"RestrictPublicBuckets": true,
}

test_block_removed if {
	expected := {"s3-public-access-block-removed"}
	rules(access_block("DeleteBucketPublicAccessBlock", {})) == expected
	rules(access_block("PutBucketPublicAccessBlock", object.union(all_on, {"BlockPublicPolicy": false}))) == expected
	rules(access_block("PutBucketPublicAccessBlock", object.union(all_on, {"BlockPublicPolicy": "false"}))) == expected
}

test_block_put_back if rules(access_block("PutBucketPublicAccessBlock", all_on)) == set()

test_refused_removal if {
	rules(object.union(access_block("DeleteBucketPublicAccessBlock", {}), {"errorCode": "AccessDenied"})) == set()
}
