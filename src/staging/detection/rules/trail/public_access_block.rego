# A bucket's Block Public Access is taken away, or one of its four settings is.
# CloudTrail's event names differ from the API's: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
package trail

alerts contains {"rule": "s3-public-access-block-removed", "severity": "medium", "resource": bucket_resource(name)} if {
	succeeded
	input.eventSource == "s3.amazonaws.com"
	weakens_public_access_block
	name := input.requestParameters.bucketName
}

weakens_public_access_block if input.eventName in {"DeleteBucketPublicAccessBlock", "DeletePublicAccessBlock"}

weakens_public_access_block if {
	input.eventName in {"PutBucketPublicAccessBlock", "PutPublicAccessBlock"}
	some setting in ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
	lower(as_text(object.get(input.requestParameters.PublicAccessBlockConfiguration, setting, false))) == "false"
}

as_text(value) := value if is_string(value)

as_text(value) := json.marshal(value) if not is_string(value)
