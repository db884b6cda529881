# What no workload of this cluster may be: on the host, or as powerful as it.
# https://kubernetes.io/docs/concepts/security/pod-security-standards/
package admission

denials contains concat("", ["container '", container.name, "' is privileged"]) if {
	some container in containers
	container.securityContext.privileged == true
}

denials contains concat("", ["volume '", volume.name, "' mounts the host's ", volume.hostPath.path]) if {
	some volume in pod.volumes
	volume.hostPath
}

denials contains concat("", ["the pod shares the host's ", namespace]) if {
	some field, namespace in {"hostNetwork": "network", "hostPID": "processes", "hostIPC": "memory"}
	pod[field] == true
}

pod := input.request.object.spec if input.request.kind.kind == "Pod"

containers contains container if {
	some list in ["containers", "initContainers", "ephemeralContainers"]
	some container in object.get(pod, list, [])
}
