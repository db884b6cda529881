package trail_test

get_role(name) := {
	"eventSource": "iam.amazonaws.com",
	"eventName": "GetRole",
	"recipientAccountId": "111122223333",
	"requestParameters": {"roleName": name},
}

test_canary_role_read if {
	rules(get_role("windshear-canary")) == {"windshear-canary"}
	rules(object.union(get_role("windshear-canary"), {"errorCode": "AccessDenied"})) == {"windshear-canary"}
}

test_other_role_read if rules(get_role("inference-api")) == set()
