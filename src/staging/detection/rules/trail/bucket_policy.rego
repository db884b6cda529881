# A bucket policy lets the whole world in, or somebody was refused the attempt.
package trail

alerts contains {"rule": "s3-public-policy", "severity": "high", "resource": bucket_resource(name)} if {
	succeeded
	puts_bucket_policy
	public(input.requestParameters.bucketPolicy)
	name := input.requestParameters.bucketName
}

alerts contains {"rule": "s3-public-policy-attempt", "severity": "medium", "resource": bucket_resource(name)} if {
	denied
	puts_bucket_policy
	not known_narrow
	name := input.requestParameters.bucketName
}

puts_bucket_policy if {
	input.eventSource == "s3.amazonaws.com"
	input.eventName == "PutBucketPolicy"
}

# A refused record may leave the policy out: only one that is there and not public is no attempt.
known_narrow if {
	document(input.requestParameters.bucketPolicy)
	not public(input.requestParameters.bucketPolicy)
}
