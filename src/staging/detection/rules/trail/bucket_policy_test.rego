package trail_test

put_bucket_policy(statement) := {
	"eventSource": "s3.amazonaws.com",
	"eventName": "PutBucketPolicy",
	"requestParameters": {"bucketName": "models", "bucketPolicy": {"Statement": statement}},
}

open_to_all := {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::models/*"}

own_account := object.union(open_to_all, {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}})

test_public_policy if {
	expected := {"s3-public-policy"}
	rules(put_bucket_policy([own_account, open_to_all])) == expected
	rules(put_bucket_policy(open_to_all)) == expected
	rules(put_bucket_policy([object.union(open_to_all, {"Principal": {"AWS": ["*"]}})])) == expected
}

test_narrow_policy if {
	rules(put_bucket_policy([own_account])) == set()
	rules(put_bucket_policy([object.union(open_to_all, {"Effect": "Deny"})])) == set()
}

test_refused_public_policy if {
	refused := {"errorCode": "AccessDenied"}
	expected := {"s3-public-policy-attempt"}
	rules(object.union(put_bucket_policy([open_to_all]), refused)) == expected
	rules({
		"eventSource": "s3.amazonaws.com",
		"eventName": "PutBucketPolicy",
		"requestParameters": {"bucketName": "models"},
		"errorCode": "AccessDenied",
	}) == expected
	rules(object.union(put_bucket_policy([own_account]), refused)) == set()
}

test_other_errors_are_no_attempt if {
	rules(object.union(put_bucket_policy([open_to_all]), {"errorCode": "NoSuchBucket"})) == set()
}
