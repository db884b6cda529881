# Somebody was refused a key of a protected user.
package identity

alerts contains {"rule": "access-key-attempt", "severity": "high", "resource": resource("user", name)} if {
	from_iam
	denied
	input.eventName == "CreateAccessKey"
	name := wanted_user
	name in data.staging.protectedUsers
}

wanted_user := input.requestParameters.userName

# AWS leaves the request's parameters out of some refused records; the message still names the user.
wanted_user := found[0][1] if {
	not input.requestParameters.userName
	found := regex.find_all_string_submatch_n(`:user/(?:[^\s"/]+/)*([^\s"/]+)`, after_resource, 1)
}

after_resource := split(input.errorMessage, "on resource:")[1]
