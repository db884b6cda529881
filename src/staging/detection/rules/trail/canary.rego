# Anyone who reads the canary role shows that records become alerts.
package trail

alerts contains {"rule": "windshear-canary", "severity": "informational", "resource": role_resource(name)} if {
	input.eventSource == "iam.amazonaws.com"
	input.eventName == "GetRole"
	name := input.requestParameters.roleName
	name == data.staging.canaryRole
}
