# METADATA
# title: Supporting services have an objective, too
# custom:
#   owners: [platform]
#   approvals: 1
#   help: "write slo: {availability: 99%}"
package pavior.new.objectives

deny contains {"msg": "nobody says how well it has to work", "field": "spec.tier"} if {
	input.unit.tier == "supporting"
	input.environment.class == "production"
	not input.declaration.spec.slo
}
