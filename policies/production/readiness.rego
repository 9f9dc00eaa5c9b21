# METADATA
# scope: package
# title: What matters in production can be looked after
# description: >-
#   When a critical or important service is down at night, somebody must be called, know what to do, and know how bad it
#   is. One replica is down whenever its node is.
# custom:
#   owners: [platform]
#   approvals: 1
package pavior.production.readiness

matters if {
	input.unit.kind == "service"
	input.environment.class == "production"
	input.unit.tier in {"critical", "important"}
}

runs_all_the_time if input.workload.kind in {"service", "worker", "static"}

# METADATA
# title: Somebody is called
# custom:
#   id: on-call
#   help: set spec.onCall in the declaration of the team
deny contains {
	"msg": sprintf("nobody is called at night: team %s has no on-call rotation", [input.unit.owner]),
	"field": "metadata.owner",
} if {
	matters
	not input.owner.onCall.rotation
}

# METADATA
# title: There is a runbook
# custom:
#   id: runbook
#   help: "add {kind: runbook, url: https://...} to spec.docs"
deny contains {"msg": sprintf("a service of tier %s has no runbook", [input.unit.tier]), "field": "spec.docs"} if {
	matters
	not input.workload.runbook
}

# METADATA
# title: There is an objective
# custom:
#   id: slo
#   help: "promise something: slo: {availability: 99.9%}"
deny contains {"msg": sprintf("a service of tier %s promises nothing", [input.unit.tier]), "field": "spec.slo"} if {
	matters
	input.workload.kind in {"service", "static"}
	not input.declaration.spec.slo
}

# METADATA
# title: There are two replicas
# custom:
#   id: replicas
#   help: set scaling.min to 2 or more
deny contains {
	"msg": sprintf("a service of tier %s runs %d of the 2 replicas that it takes to survive a node", [
		input.unit.tier,
		input.workload.replicas.min,
	]),
	"field": "spec.scaling.min",
} if {
	matters
	runs_all_the_time
	input.workload.replicas.min < 2
	not holds_a_volume
}

# A volume is mounted by one pod alone.
holds_a_volume if {
	some resource in input.resources
	resource.type == "volume"
}

# METADATA
# title: Nothing experimental runs in production unnoticed
# custom:
#   id: experimental
#   help: set lifecycle to production once others may rely on it
warn contains {"msg": sprintf("an experimental service is of tier %s", [input.unit.tier]), "field": "spec.lifecycle"} if {
	matters
	input.declaration.spec.lifecycle == "experimental"
}
