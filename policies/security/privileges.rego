# METADATA
# scope: package
# title: Compiled objects stay in their namespace and gain no power over the cluster
# description: >-
#   A service's objects must not reach the node, take another's identity, change what the cluster lets in, or hide from
#   the inventory that applies and removes them.
# custom:
#   help: mend the manifest in the provisioner of the resource type
#   owners: [platform]
#   approvals: 1
package pavior.security.privileges

import data.pavior.lib.kubernetes

# METADATA
# title: Pods do not share the node
# custom:
#   id: host-namespaces
deny contains {
	"msg": sprintf("its pods share the node's %s", [names[field]]),
	"object": pod.object,
	"field": sprintf("%s.%s", [pod.field, field]),
} if {
	some pod in kubernetes.pods
	some field in object.keys(names)
	pod.spec[field] == true
}

names := {"hostNetwork": "network", "hostPID": "processes", "hostIPC": "memory"}

# METADATA
# title: Containers are not privileged and take no port of the node
# custom:
#   id: privileged
deny contains {
	"msg": sprintf("container %s is privileged", [one.container.name]),
	"object": one.object,
	"field": sprintf("%s.securityContext.privileged", [one.field]),
} if {
	some one in kubernetes.containers
	one.container.securityContext.privileged == true
}

# METADATA
# title: Containers take no port of the node
# custom:
#   id: host-ports
deny contains {
	"msg": sprintf("container %s takes port %d of the node", [one.container.name, port.hostPort]),
	"object": one.object,
	"field": sprintf("%s.ports[%d].hostPort", [one.field, index]),
} if {
	some one in kubernetes.containers
	some index, port in one.container.ports
	port.hostPort > 0
}

# METADATA
# title: Pods run under their own service account or none
# custom:
#   id: service-account
deny contains {
	"msg": sprintf("its pods run as service account %s, which the unit does not own", [account]),
	"object": pod.object,
	"field": sprintf("%s.serviceAccountName", [pod.field]),
} if {
	some pod in kubernetes.pods
	account := pod.spec.serviceAccountName
	not account in {"", "default"}
	not account in own_accounts
}

own_accounts contains manifest.metadata.name if {
	some manifest in input.manifests
	manifest.kind == "ServiceAccount"
}

# METADATA
# title: Units make no object that rules the cluster
# custom:
#   id: cluster-kinds
deny contains {
	"msg": sprintf("a unit may not make a %s", [manifest.kind]),
	"object": kubernetes.name(manifest),
} if {
	some manifest in input.manifests
	manifest.kind in {
		"APIService", "ClusterPolicy", "ClusterRole", "ClusterRoleBinding", "ClusterSecretStore",
		"CustomResourceDefinition", "MutatingAdmissionPolicy", "MutatingWebhookConfiguration", "Node",
		"PersistentVolume", "PriorityClass", "StorageClass", "ValidatingAdmissionPolicy",
		"ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration",
	}
}

# METADATA
# title: Only environments make namespaces
# custom:
#   id: namespaces
deny contains {"msg": "only an environment makes namespaces", "object": kubernetes.name(manifest)} if {
	input.unit.kind != "environment"
	some manifest in input.manifests
	manifest.kind == "Namespace"
}

# METADATA
# title: Objects stay in the namespace of their environment
# custom:
#   id: foreign-namespace
deny contains {
	"msg": sprintf("it is put into namespace %s", [manifest.metadata.namespace]),
	"object": kubernetes.name(manifest),
	"field": "metadata.namespace",
} if {
	some manifest in input.manifests
	manifest.metadata.namespace != input.environment.namespace
}

# METADATA
# title: Objects do not claim owners, finalizers or apply sets
# custom:
#   id: lifecycle
deny contains {
	"msg": sprintf("it sets %s, which decides who may remove it", [field]),
	"object": kubernetes.name(manifest),
	"field": sprintf("metadata.%s", [field]),
} if {
	some manifest in input.manifests
	some field in ["ownerReferences", "finalizers"]
	count(manifest.metadata[field]) > 0
}

# METADATA
# title: Objects carry no label of apply sets
# custom:
#   id: apply-sets
deny contains {
	"msg": sprintf("it sets the label %s, which decides what is pruned", [label]),
	"object": kubernetes.name(manifest),
	"field": sprintf("metadata.labels[\"%s\"]", [label]),
} if {
	some manifest in input.manifests
	some label, _ in manifest.metadata.labels
	startswith(label, "applyset.kubernetes.io/")
}

# METADATA
# title: Roles grant no wildcard and no power to grant more
# custom:
#   id: roles
deny contains {
	"msg": sprintf("it grants %s", [verb]),
	"object": kubernetes.name(manifest),
	"field": sprintf("rules[%d].verbs", [index]),
} if {
	some manifest in input.manifests
	manifest.kind == "Role"
	some index, rule in manifest.rules
	some verb in rule.verbs
	verb in {"*", "escalate", "bind", "impersonate"}
}
