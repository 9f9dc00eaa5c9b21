# METADATA
# scope: package
# title: Services depend on services that are looked after as well as they are
# description: >-
#   A critical service that cannot work without a supporting one is down whenever that one is, and nobody is called for
#   it. Where it works on without the other, it says so in the annotation `pavior.dev/works-without`, a list of names.
package pavior.catalog.dependencies

rank := {"supporting": 0, "important": 1, "critical": 2}

works_without contains trim_space(name) if {
	some name in split(object.get(annotations, "pavior.dev/works-without", ""), ",")
}

annotations := object.get(input.declaration.metadata, "annotations", {})

# METADATA
# title: Critical services do not depend on supporting ones
# custom:
#   id: tier
#   help: raise the tier of the other, or say in the annotation pavior.dev/works-without that this one works on without it
deny contains {
	"msg": sprintf("a service of tier %s needs %s, which is of tier %s", [input.unit.tier, name, other.tier]),
	"field": "spec.tier",
} if {
	input.unit.kind == "service"
	some name, other in input.dependencies
	rank[input.unit.tier] - rank[other.tier] >= 2
	not name in works_without
}

# METADATA
# title: Nothing new depends on what is deprecated
# custom:
#   id: deprecated
#   help: move to what replaces it; its owner knows
warn contains {"msg": sprintf("it needs %s, which is deprecated", [name]), "field": "metadata.name"} if {
	some name, other in input.dependencies
	other.lifecycle == "deprecated"
	object.get(input.declaration.spec, "lifecycle", "production") != "deprecated"
}

# METADATA
# title: What a service works without is something that it needs
# custom:
#   id: works-without
#   help: remove the name from the annotation
warn contains {
	"msg": sprintf("it says that it works without %s, which it does not call", [name]),
	"field": "metadata.annotations[\"pavior.dev/works-without\"]",
} if {
	some name in works_without
	name != ""
	not input.dependencies[name]
}
