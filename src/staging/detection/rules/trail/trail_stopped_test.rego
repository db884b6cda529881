package trail_test

stop(name) := {
	"eventSource": "cloudtrail.amazonaws.com",
	"eventName": "StopLogging",
	"awsRegion": "us-east-1",
	"requestParameters": {"name": name},
}

test_primary_trail_stopped if {
	expected := {"trail-stopped"}
	rules(stop("arn:aws:cloudtrail:us-east-1:111122223333:trail/trail-primary")) == expected
	rules(stop("trail-primary")) == expected
	rules(object.union(stop("trail-primary"), {"eventName": "DeleteTrail"})) == expected
}

test_other_trail_stopped if {
	rules(stop("arn:aws:cloudtrail:eu-west-1:111122223333:trail/trail-regional")) == set()
	rules(object.union(stop("trail-primary"), {"awsRegion": "eu-west-1"})) == set()
}

test_refused_or_started if {
	rules(object.union(stop("trail-primary"), {"errorCode": "AccessDeniedException"})) == set()
	rules(object.union(stop("trail-primary"), {"eventName": "StartLogging"})) == set()
}
