package trail_test

import data.trail

staging := {
	"accounts": ["111122223333", "444455556666"],
	"primaryTrail": "arn:aws:cloudtrail:us-east-1:111122223333:trail/trail-primary",
	"canaryRole": "windshear-canary",
}

rules(record) := names if {
	alerts := trail.alerts with input as record with data.staging as staging
	names := {alert.rule | some alert in alerts}
}

trust(principal) := {
	"eventSource": "iam.amazonaws.com",
	"eventName": "UpdateAssumeRolePolicy",
	"recipientAccountId": "111122223333",
	"requestParameters": {
		"roleName": "inference-worker",
		"policyDocument": json.marshal({"Statement": [
			{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
			{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"},
		]}),
	},
}

test_foreign_account_in_a_trust if {
	expected := {"trust-policy-foreign-account"}
	every principal in ["arn:aws:iam::999988887777:root", "999988887777", "*", ["111122223333", "arn:aws:iam::999988887777:user/x"]] {
		rules(trust(principal)) == expected
	}
}

test_own_accounts_in_a_trust if {
	rules(trust("arn:aws:iam::444455556666:root")) == set()
	rules(trust(["111122223333", "arn:aws:iam::444455556666:role/deploy"])) == set()
}

test_denied_trust_change if {
	rules(object.union(trust("arn:aws:iam::999988887777:root"), {"errorCode": "AccessDenied"})) == set()
}

test_new_role_with_foreign_trust if {
	document := trust("arn:aws:iam::999988887777:root").requestParameters.policyDocument
	record := object.union(trust("*"), {"eventName": "CreateRole", "requestParameters": {
		"roleName": "inference-worker",
		"assumeRolePolicyDocument": document,
	}})
	rules(record) == {"trust-policy-foreign-account"}
}

test_names_the_role if {
	found := trail.alerts with input as trust("*") with data.staging as staging
	some alert in found
	alert.resource.arn == "arn:aws:iam::111122223333:role/inference-worker"
}
