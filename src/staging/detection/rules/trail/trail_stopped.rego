# The trail that the detectors read is stopped or deleted.
package trail

alerts contains {
	"rule": "trail-stopped",
	"severity": "critical",
	"resource": {"kind": "trail", "arn": data.staging.primaryTrail},
} if {
	succeeded
	input.eventSource == "cloudtrail.amazonaws.com"
	input.eventName in {"StopLogging", "DeleteTrail"}
	names_primary_trail(input.requestParameters.name)
}

names_primary_trail(name) if name == data.staging.primaryTrail

names_primary_trail(name) if {
	parts := split(data.staging.primaryTrail, ":")
	input.awsRegion == parts[3]
	concat("/", ["trail", name]) == parts[5]
}
