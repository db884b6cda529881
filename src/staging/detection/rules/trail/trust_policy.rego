# A role's trust lets in an account that is none of ours.
package trail

alerts contains {"rule": "trust-policy-foreign-account", "severity": "high", "resource": role_resource(name)} if {
	succeeded
	input.eventSource == "iam.amazonaws.com"
	count(foreign_accounts(trust_document)) > 0
	name := input.requestParameters.roleName
}

trust_document := input.requestParameters.policyDocument if input.eventName == "UpdateAssumeRolePolicy"

trust_document := input.requestParameters.assumeRolePolicyDocument if input.eventName == "CreateRole"
