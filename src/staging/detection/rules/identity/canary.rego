# Anyone who reads the canary role shows that records become alerts.
package identity

alerts contains {"rule": "windshear-canary", "severity": "informational", "resource": resource("role", name)} if {
	from_iam
	input.eventName == "GetRole"
	name := input.requestParameters.roleName
	name == data.staging.canaryRole
}
