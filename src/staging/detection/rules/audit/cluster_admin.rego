# Somebody is made an administrator of the cluster.
package audit

alerts contains {"rule": "cluster-admin-binding", "severity": "critical", "resource": subject("clusterrolebinding")} if {
	changes("clusterrolebindings")
	input.verb in {"create", "update", "patch"}
	succeeded
	input.responseObject.roleRef.name == "cluster-admin"
}
