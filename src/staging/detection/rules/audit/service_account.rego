# An account comes into being; how many are too many is decided on a schedule.
package audit

scheduled contains {"rule": "service-account-sprawl", "severity": "medium", "namespace": input.objectRef.namespace} if {
	changes("serviceaccounts")
	input.verb == "create"
	succeeded
}
