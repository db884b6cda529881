# What every rule asks of an audit event of the Kubernetes API.
# https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
package audit

# A dry run is asked, not done; what a controller does follows what somebody did.
changes(resource) if {
	input.objectRef.resource == resource
	object.get(input.objectRef, "subresource", "") == ""
	not contains(input.requestURI, "dryRun=")
}

succeeded if input.responseStatus.code < 400

denied if input.responseStatus.code == 403

subject(kind) := {"kind": kind, "namespace": input.objectRef.namespace, "name": name} if input.objectRef.namespace

subject(kind) := {"kind": kind, "name": name} if not input.objectRef.namespace

# With generateName only the answer knows the name; a refused object never had more than the prefix.
default name := ""

name := input.objectRef.name

name := input.responseObject.metadata.name if {
	not input.objectRef.name
	not denied
}

name := input.requestObject.metadata.generateName if {
	not input.objectRef.name
	denied
}
