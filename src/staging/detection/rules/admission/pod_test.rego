package admission_test

import data.admission

plain := {"containers": [{"name": "main", "securityContext": {"privileged": false}}]}

denials(spec) := found if {
	found := admission.denials with input as {"request": {"kind": {"kind": "Pod"}, "object": {"spec": spec}}}
}

test_plain_pod if denials(plain) == set()

test_privileged_container if {
	denials({"containers": [{"name": "main", "securityContext": {"privileged": true}}]}) == {"container 'main' is privileged"}
}

test_privileged_init_container if {
	spec := object.union(plain, {"initContainers": [{"name": "init", "securityContext": {"privileged": true}}]})
	denials(spec) == {"container 'init' is privileged"}
}

test_host_path if {
	spec := object.union(plain, {"volumes": [{"name": "host", "hostPath": {"path": "/"}}, {"name": "empty", "emptyDir": {}}]})
	denials(spec) == {"volume 'host' mounts the host's /"}
}

test_host_network if {
	denials(object.union(plain, {"hostNetwork": true})) == {"the pod shares the host's network"}
	denials(object.union(plain, {"hostNetwork": false})) == set()
}

test_other_kind if {
	found := admission.denials with input as {"request": {"kind": {"kind": "Service"}, "object": {"spec": {"hostNetwork": true}}}}
	found == set()
}
