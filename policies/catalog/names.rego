# METADATA
# scope: package
# title: Names and labels tell a stranger what something is
package pavior.catalog.names

import data.pavior.lib.kubernetes

# METADATA
# title: Services say what they are
# description: The catalog is read by people who search for what they need; a name alone does not tell them.
# custom:
#   id: description
#   help: write one sentence into metadata.description
warn contains {"msg": "nobody can tell from the catalog what it does", "field": "metadata.name"} if {
	input.unit.kind == "service"
	count(object.get(input.declaration.metadata, "description", "")) < 10
}

# METADATA
# title: Names do not repeat the environment
# description: A service has one name everywhere; the environment is where it runs, not what it is.
# custom:
#   id: environment-in-name
#   help: name the service for what it does
deny contains {
	"msg": sprintf("the name says %s, but a service has one name in all environments", [word]),
	"field": "metadata.name",
} if {
	input.unit.kind == "service"
	some word in split(input.unit.name, "-")
	word in {"prod", "production", "staging", "stage", "dev", "development", "test", "tmp", "temp"}
}

# METADATA
# title: Objects carry the labels that costs and ownership are counted by
# description: What has no owner's label is nobody's on the bill and in an incident.
# custom:
#   id: labels
#   help: mend the manifest in the provisioner of the resource type; labels are in ${labels}
deny contains {
	"msg": sprintf("it has no label %s", [label]),
	"object": kubernetes.name(manifest),
	"field": "metadata.labels",
} if {
	input.unit.kind == "service"
	some manifest in input.manifests
	manifest.kind in object.keys(kubernetes.templates)
	some label in ["app.kubernetes.io/name", "pavior.dev/environment", "pavior.dev/owner"]
	not manifest.metadata.labels[label]
}
