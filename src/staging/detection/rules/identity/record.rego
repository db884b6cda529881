# What every identity rule asks of a CloudTrail record.
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
package identity

from_iam if input.eventSource == "iam.amazonaws.com"

succeeded if object.get(input, "errorCode", null) in {null, ""}

denied if input.errorCode in {"AccessDenied", "AccessDeniedException"}

resource(kind, name) := {"kind": kind, "arn": concat("", ["arn:aws:iam::", account, ":", kind, "/", name])}

account := object.get(input, "recipientAccountId", object.get(input, ["userIdentity", "accountId"], ""))
