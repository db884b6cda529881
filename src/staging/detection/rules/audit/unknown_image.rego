# A pod runs an image that nobody released.
package audit

alerts contains {"rule": "unknown-image", "severity": "medium", "resource": subject("pod")} if {
	creates_pod
	succeeded
	some list in ["containers", "initContainers"]
	some container in object.get(input.requestObject.spec, list, [])
	not is_released(container.image)
}

is_released(image) if {
	some prefix in data.staging.released
	startswith(image, prefix)
}
