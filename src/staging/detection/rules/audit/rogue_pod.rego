# Somebody tries to run a pod on the host, or as powerful as it.
package audit

import data.admission

alerts contains {"rule": "rogue-pod-attempt", "severity": "high", "resource": subject("pod")} if {
	creates_pod
	denied
	is_rogue
}

alerts contains {"rule": "rogue-pod", "severity": "high", "resource": subject("pod")} if {
	creates_pod
	succeeded
	is_rogue
}

creates_pod if {
	changes("pods")
	input.verb == "create"
}

is_rogue if {
	request := {"kind": {"kind": "Pod"}, "object": input.requestObject}
	count(admission.denials) > 0 with input as {"request": request}
}
