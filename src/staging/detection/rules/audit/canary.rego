# Anyone who reads the canary namespace shows that events become alerts.
package audit

alerts contains {"rule": "windshear-canary", "severity": "informational", "resource": subject("namespace")} if {
	input.objectRef.resource == "namespaces"
	input.verb == "get"
	input.objectRef.name == data.staging.canaryNamespace
}
