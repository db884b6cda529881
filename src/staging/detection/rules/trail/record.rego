# What every trail rule asks of a CloudTrail record.
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
package trail

succeeded if object.get(input, "errorCode", null) in {null, ""}

denied if input.errorCode in {"AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation"}

account := object.get(input, "recipientAccountId", object.get(input, ["userIdentity", "accountId"], ""))

role_resource(name) := {"kind": "role", "arn": concat("", ["arn:aws:iam::", account, ":role/", name])}

bucket_resource(name) := {"kind": "bucket", "arn": concat("", ["arn:aws:s3:::", name])}
