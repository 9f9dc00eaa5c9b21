package pavior.production.readiness_test

import data.pavior.production.readiness

good := {
	"unit": {"kind": "service", "name": "cart", "owner": "shopping", "tier": "critical"},
	"environment": {"class": "production"},
	"owner": {"onCall": {"rotation": "shopping"}},
	"workload": {"kind": "service", "runbook": "https://a.example", "replicas": {"min": 2, "max": 4}},
	"declaration": {"spec": {"slo": {"availability": "99.9%"}, "lifecycle": "production"}},
	"resources": {},
}

fields(results) := {result.field | some result in results}

test_a_service_that_is_looked_after_is_let_through if {
	count(readiness.deny | readiness.warn) == 0 with input as good
}

test_each_thing_that_is_missing_is_denied if {
	bare := object.union(object.remove(good, ["owner", "workload", "declaration"]), {
		"owner": {"name": "shopping"},
		"workload": {"kind": "service", "replicas": {"min": 1}},
		"declaration": {"spec": {}},
	})
	found := readiness.deny with input as bare
	fields(found) == {"metadata.owner", "spec.docs", "spec.slo", "spec.scaling.min"}
}

test_what_does_not_matter_is_let_through if {
	bare := object.remove(good, ["owner", "workload", "declaration"])
	count(readiness.deny) == 0 with input as object.union(bare, {"unit": {"tier": "supporting"}})
	count(readiness.deny) == 0 with input as object.union(bare, {"environment": {"class": "staging"}})
	count(readiness.deny) == 0 with input as object.union(bare, {"unit": {"kind": "shared-resource"}})
}

test_a_worker_promises_nothing_to_callers if {
	worker := object.union(object.remove(good, ["declaration"]), {"workload": {"kind": "worker"}, "declaration": {"spec": {}}})
	count(readiness.deny) == 0 with input as worker
}

test_a_volume_keeps_a_service_at_one_replica if {
	single := object.union(good, {"workload": {"replicas": {"min": 1}}, "resources": {"files": {"type": "volume"}}})
	count(readiness.deny) == 0 with input as single
}

test_an_experiment_is_noticed if {
	found := readiness.warn with input as object.union(good, {"declaration": {"spec": {"lifecycle": "experimental"}}})
	fields(found) == {"spec.lifecycle"}
}
