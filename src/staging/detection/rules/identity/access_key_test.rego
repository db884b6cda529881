package identity_test

create_key(user) := {
	"eventSource": "iam.amazonaws.com",
	"eventName": "CreateAccessKey",
	"recipientAccountId": "111122223333",
	"requestParameters": {"userName": user},
}

refused := {"errorCode": "AccessDenied"}

test_refused_key_of_protected_user if {
	rules(object.union(create_key("break-glass-admin"), refused)) == {"access-key-attempt"}
}

test_refused_record_without_parameters if {
	rules({
		"eventSource": "iam.amazonaws.com",
		"eventName": "CreateAccessKey",
		"requestParameters": null,
		"errorCode": "AccessDenied",
		"errorMessage": "User: arn:aws:sts::111122223333:assumed-role/windshear-tester/s is not authorized to perform: iam:CreateAccessKey on resource: arn:aws:iam::111122223333:user/break-glass-admin with an explicit deny in an identity-based policy",
	}) == {"access-key-attempt"}
}

test_ordinary_user if {
	rules(create_key("build-bot")) == set()
	rules(object.union(create_key("build-bot"), refused)) == set()
	rules(create_key("break-glass-admin")) == set()
}
