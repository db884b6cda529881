package identity_test

import data.identity

staging := {"protectedUsers": ["break-glass-admin"], "canaryRole": "windshear-canary"}

rules(record) := names if {
	alerts := identity.alerts with input as record with data.staging as staging
	names := {alert.rule | some alert in alerts}
}

attach(policy) := {
	"eventSource": "iam.amazonaws.com",
	"eventName": "AttachRolePolicy",
	"recipientAccountId": "111122223333",
	"requestParameters": {"roleName": "inference-api", "policyArn": policy},
}

admin := "arn:aws:iam::aws:policy/AdministratorAccess"

test_admin_attached if {
	expected := {"admin-policy-attached"}
	rules(attach(admin)) == expected
	rules({
		"eventSource": "iam.amazonaws.com",
		"eventName": "AttachUserPolicy",
		"requestParameters": {"userName": "build-bot", "policyArn": admin},
	}) == expected
}

test_names_the_role if {
	found := identity.alerts with input as attach(admin) with data.staging as staging
	some alert in found
	alert.resource == {"kind": "role", "arn": "arn:aws:iam::111122223333:role/inference-api"}
}

test_read_only_policy if rules(attach("arn:aws:iam::aws:policy/ReadOnlyAccess")) == set()

test_refused_and_detached if {
	rules(object.union(attach(admin), {"errorCode": "AccessDenied"})) == set()
	rules(object.union(attach(admin), {"eventName": "DetachRolePolicy"})) == set()
}
