# METADATA
# scope: package
# title: What policies on compiled objects share
# description: Names of objects as findings write them, and the pods that an object makes.
package pavior.lib.kubernetes

# How a finding names a compiled object.
name(manifest) := sprintf("manifests/%s/%s", [manifest.kind, manifest.metadata.name])

# Where each kind has the specification of its pods.
templates := {
	"Pod": ["spec"],
	"Deployment": ["spec", "template", "spec"],
	"ReplicaSet": ["spec", "template", "spec"],
	"StatefulSet": ["spec", "template", "spec"],
	"DaemonSet": ["spec", "template", "spec"],
	"Job": ["spec", "template", "spec"],
	"CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
}

# The pods of the unit, with the object that makes them and where in it.
pods contains pod if {
	some manifest in input.manifests
	path := templates[manifest.kind]
	spec := object.get(manifest, path, {})
	pod := {"object": name(manifest), "field": concat(".", path), "spec": spec}
}

# Their containers of every sort.
containers contains found if {
	some pod in pods
	some sort in ["containers", "initContainers", "ephemeralContainers"]
	some index, container in object.get(pod.spec, sort, [])
	found := {
		"object": pod.object,
		"field": sprintf("%s.%s[%d]", [pod.field, sort, index]),
		"container": container,
		"pod": pod.spec,
	}
}
