package audit_test

import data.audit

staging := {"released": ["registry.internal/", "registry.k8s.io/pause:"], "canaryNamespace": "windshear-canary"}

rules(event) := found if {
	alerts := audit.alerts with input as event with data.staging as staging
	found := {alert.rule | some alert in alerts}
}

create(resource, object) := {
	"verb": "create",
	"requestURI": "/apis",
	"objectRef": {"resource": resource, "namespace": "inference", "name": "x"},
	"requestObject": object,
	"responseObject": object,
	"responseStatus": {"code": 201},
}

refused := {"responseStatus": {"code": 403}}

pod(container) := create("pods", {"spec": {"containers": [container]}})

released := {"name": "main", "image": "registry.internal/inference-api:1.4.2"}

privileged := object.union(released, {"securityContext": {"privileged": true}})

test_released_pod if rules(pod(released)) == set()

test_privileged_pod if {
	rules(pod(privileged)) == {"rogue-pod"}
	rules(object.union(pod(privileged), refused)) == {"rogue-pod-attempt"}
}

# https://kubernetes.io/docs/reference/using-api/api-concepts/#generated-values
test_refused_generated_pod if {
	event := object.union(create("pods", {"metadata": {"generateName": "api-7d9f-"}, "spec": {"containers": [privileged]}}), {
		"objectRef": {"resource": "pods", "namespace": "inference"},
		"responseObject": {"metadata": {}, "status": "Failure"},
		"responseStatus": {"code": 403},
	})
	alerts := audit.alerts with input as json.remove(event, ["/objectRef/name"]) with data.staging as staging
	{alert.resource.name | some alert in alerts} == {"api-7d9f-"}
}

test_refused_plain_pod if rules(object.union(pod(released), refused)) == set()

test_unknown_image if {
	rules(pod({"name": "main", "image": "registry.example.invalid/x"})) == {"unknown-image"}
	rules(object.union(pod({"name": "main", "image": "x"}), refused)) == set()
}

test_dry_run if {
	rules(object.union(pod(privileged), {"requestURI": "/api/v1/namespaces/inference/pods?dryRun=All"})) == set()
}

binding(role) := create("clusterrolebindings", {"roleRef": {"name": role}})

test_cluster_admin if {
	rules(binding("cluster-admin")) == {"cluster-admin-binding"}
	rules(binding("view")) == set()
	rules(object.union(binding("cluster-admin"), refused)) == set()
}

get_namespace(name) := {
	"verb": "get",
	"requestURI": "/api",
	"objectRef": {"resource": "namespaces", "name": name},
	"responseStatus": {"code": 200},
}

test_canary if {
	rules(get_namespace("windshear-canary")) == {"windshear-canary"}
	rules(get_namespace("inference")) == set()
}

test_service_account_is_scheduled if {
	event := create("serviceaccounts", {})
	rules(event) == set()
	found := audit.scheduled with input as event with data.staging as staging
	count(found) == 1
}

test_names_what_the_answer_names if {
	event := object.union(pod(privileged), {
		"objectRef": {"resource": "pods", "namespace": "inference"},
		"responseObject": {"metadata": {"name": "rogue-1"}},
	})
	found := audit.alerts with input as json.remove(event, ["objectRef/name"]) with data.staging as staging
	some alert in found
	alert.resource == {"kind": "pod", "namespace": "inference", "name": "rogue-1"}
}
