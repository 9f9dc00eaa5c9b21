# METADATA
# scope: package
# title: What a change may do to production
# custom:
#   owners: [platform]
#   approvals: 1
package pavior.changes.production

# METADATA
# title: What is in use goes in two steps
# custom:
#   id: deletion
#   help: scale it to nothing first, and delete it a week later
deny contains {"msg": sprintf("it is deleted, and costs %d hundredths less", [0 - input.cost.delta.expected])} if {
	in_production
	input.change.action == "delete"
	input.capacity.base.pods > 0
}

# METADATA
# title: Replicas are not doubled at once
# custom:
#   id: replicas
#   help: go up in steps
deny contains {
	"msg": sprintf("replicas go from %d to %d at once", [field.before, field.after]),
	"object": object.object,
	"field": field.path,
} if {
	in_production
	some object in input.change.objects
	some field in object.fields
	field.path == "spec.maxReplicas"
	field.after > field.before * 2
}

# METADATA
# title: One service does not take most of a cluster
# custom:
#   id: share
warn contains sprintf("it may take %d of %d thousandths of a core", [input.capacity.head.cpu, input.capacity.environment.cpu]) if {
	in_production
	input.change.action != "none"
	input.capacity.head.cpu * 10 > input.capacity.environment.cpu
}

# METADATA
# title: What cannot be undone is done by two
# custom:
#   id: irreversible
warn contains sprintf("%s, and %s", [one.what, one.why]) if {
	in_production
	some one in input.change.consequences
	one.reversibility == "irreversible"
}

in_production if input.environment.class == "production"
