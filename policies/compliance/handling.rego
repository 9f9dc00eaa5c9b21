# METADATA
# scope: package
# title: Data under a law or a standard is kept as that demands
# description: >-
#   `compliance` of a service says what its data is under. These rules are what can be told from declarations; they are
#   no audit.
# custom:
#   owners: [platform]
#   approvals: 1
package pavior.compliance.handling

tags contains tag if {
	some tag in input.declaration.spec.compliance
}

# Tags under which data is kept with care.
careful if tags & {"pci", "gdpr", "hipaa"} != set()

holds_data contains name if {
	some name, resource in input.resources
	resource.type in {"postgres", "mysql", "redis", "bucket", "queue", "topic", "volume"}
}

is_live if input.environment.class in {"production", "staging"}

# METADATA
# title: Personal data of people in the Union stays there
# related_resources:
# - ref: https://eur-lex.europa.eu/eli/reg/2016/679/oj
# custom:
#   id: region
#   help: run the service in an environment of a region in the Union
deny contains {
	"msg": sprintf("personal data (gdpr) would be kept in %s, outside the European Union", [input.environment.region]),
	"field": "spec.compliance",
} if {
	"gdpr" in tags
	is_live
	not strings.any_prefix_match(input.environment.region, ["eu-central-1", "eu-west-1", "eu-west-3", "eu-north-", "eu-south-", "europe-"])
}

# METADATA
# title: Card and health data are encrypted with the organisation's own key
# related_resources:
# - ref: https://www.pcisecuritystandards.org/document_library/
# custom:
#   id: key
#   help: set kmsKey in the settings of the environment
deny contains {
	"msg": sprintf("%s data would be encrypted with the provider's key, not with ours", [tag]),
	"field": "spec.compliance",
} if {
	some tag in tags & {"pci", "hipaa"}
	input.environment.class == "production"
	input.environment.provider in {"aws", "gcp"}
	not input.environment[input.environment.provider].kmsKey
}

# METADATA
# title: Data in production is guarded against deletion, and backed up
# custom:
#   id: protection
#   help: leave the protection of the environment at its defaults
deny contains {
	"msg": sprintf("resource %s holds data under %s, and the environment does not guard it", [name, concat(", ", tags)]),
	"field": sprintf("spec.resources.%s", [name]),
} if {
	careful
	input.environment.class == "production"
	some name in holds_data
	not guarded
}

guarded if {
	input.environment.protection.deletionProtection == true
	input.environment.protection.backupRetentionDays >= 7
}

# METADATA
# title: Card data is not reached from outside by default
# custom:
#   id: pci-egress
#   help: remove the range, or have the platform team approve it
warn contains {
	"msg": sprintf("a service with card data calls %s outside the cluster: %s", [hole.cidr, hole.reason]),
	"field": sprintf("spec.egress[%d]", [index]),
} if {
	"pci" in tags
	some index, hole in input.declaration.spec.egress
	endswith(hole.cidr, "/0")
}
