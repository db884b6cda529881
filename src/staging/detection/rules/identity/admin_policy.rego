# Someone is made an administrator.
package identity

alerts contains {"rule": "admin-policy-attached", "severity": "high", "resource": subject} if {
	from_iam
	succeeded
	subject := attached_to
	endswith(input.requestParameters.policyArn, ":aws:policy/AdministratorAccess")
}

attached_to := resource("role", input.requestParameters.roleName) if input.eventName == "AttachRolePolicy"

attached_to := resource("user", input.requestParameters.userName) if input.eventName == "AttachUserPolicy"

attached_to := resource("group", input.requestParameters.groupName) if input.eventName == "AttachGroupPolicy"
