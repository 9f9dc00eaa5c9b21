# METADATA
# scope: package
# title: Images come from known registries and do not change under us
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/containers/images/#image-names
package pavior.security.images

import data.pavior.lib.kubernetes

# Where our own builds and what the platform team vouches for come from.
registries := [
	"us-central1-docker.pkg.dev/online-boutique-ci/",
	"ghcr.io/acme/",
	"registry.boutique.example/",
]

# What resource types run in clusters, beside the registries.
vouched := [
	"docker.io/library/mysql:",
	"docker.io/library/postgres:",
	"docker.io/valkey/valkey:",
	"ghcr.io/versity/versitygw:",
	"softwaremill/elasticmq-native:",
	"admiralpiett/goaws:",
]

moving := {"latest", "main", "master", "stable", "edge", "nightly", "dev", "develop"}

# METADATA
# title: Images come from registries that the organisation knows
# description: >-
#   What runs in production was built or vouched for by somebody here. An image from elsewhere may be gone tomorrow, or
#   be another's. The list stands at the top of the policy.
# custom:
#   id: registry
#   owners: [platform]
#   approvals: 1
#   help: build the image in a repository of the organisation, or ask the platform team to vouch for it
deny contains finding(one, sprintf("image %s comes from a registry that is not known", [one.container.image])) if {
	some one in kubernetes.containers
	not strings.any_prefix_match(one.container.image, array.concat(registries, vouched))
}

# METADATA
# title: Images are named by a digest or by a version that stays
# description: >-
#   A tag such as latest means another image every day, so a restart is a deployment that nobody reviewed. An image without a
#   tag is refused by the compiler itself.
# custom:
#   id: pinned
#   help: "name a version, such as image: registry/name:v1.4.2, or better a digest"
deny contains finding(one, sprintf("image %s means something else tomorrow", [one.container.image])) if {
	some one in kubernetes.containers
	indexof(one.container.image, "@sha256:") < 0
	tag(one.container.image) in moving
}

tag(image) := named[1] if {
	path := split(image, "/")
	named := split(path[count(path) - 1], ":")
	count(named) == 2
} else := ""

# The line of the declaration is known for the service's own containers.
finding(one, message) := {"msg": message, "field": sprintf("spec.containers.%s.image", [name])} if {
	name := one.container.name
	input.workload.images[name] == one.container.image
} else := {"msg": message, "object": one.object, "field": sprintf("%s.image", [one.field])}
