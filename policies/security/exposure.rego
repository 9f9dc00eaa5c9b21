# METADATA
# scope: package
# title: Only what is marked public can be reached from the internet
# description: >-
#   A host name that everybody can reach is a decision, not a side effect. A service that is meant for the public says so
#   by the tag `public`, and its reviewers see the word.
# custom:
#   owners: [platform]
#   approvals: 1
package pavior.security.exposure

import data.pavior.lib.kubernetes

is_public if "public" in input.declaration.metadata.tags

# METADATA
# title: Public routes lead to public services
# custom:
#   id: route
#   help: "set visibility: internal in the params of the route, or add the tag public to the service"
deny contains {
	"msg": sprintf("route %s can be reached from the internet, and the service is not marked public", [name]),
	"field": sprintf("spec.resources.%s", [name]),
} if {
	input.environment.class != "development"
	some name, resource in input.resources
	resource.type == "route"
	object.get(resource.params, "visibility", "public") == "public"
	not is_public
}

# METADATA
# title: Services are not exposed past the gateway
# custom:
#   id: service
#   help: ask for a resource of type route
deny contains {
	"msg": sprintf("a Service of type %s passes by the gateway, its certificates and its logs", [manifest.spec.type]),
	"object": kubernetes.name(manifest),
	"field": "spec.type",
} if {
	some manifest in input.manifests
	manifest.kind == "Service"
	manifest.spec.type in {"LoadBalancer", "NodePort"}
}

# METADATA
# title: Ingresses have a host and TLS
# custom:
#   id: ingress
#   help: mend the manifest in the provisioner of the resource type
deny contains {
	"msg": "it takes requests for any host",
	"object": kubernetes.name(manifest),
	"field": sprintf("spec.rules[%d].host", [index]),
} if {
	some manifest in input.manifests
	manifest.kind == "Ingress"
	some index, rule in manifest.spec.rules
	object.get(rule, "host", "") in {"", "*"}
}
