# METADATA
# scope: package
# title: Pods meet the restricted Pod Security standard
# description: >-
#   The restricted profile of Kubernetes is what a hardened cluster demands. What Pavior compiles meets it; manifests of
#   resource types must, too. A pod that does not would be refused by the cluster, or worse, be let in.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
# custom:
#   help: mend the manifest in the provisioner of the resource type
package pavior.security.pod_security

import data.pavior.lib.kubernetes

# METADATA
# title: Containers do not run as root
# custom:
#   id: non-root
deny contains found(one, "runAsNonRoot", "may run as root") if {
	some one in kubernetes.containers
	not setting(one, "runAsNonRoot") == true
}

# METADATA
# title: Containers have a user that is not 0
# custom:
#   id: root-user
deny contains found(one, "runAsUser", "runs as user 0") if {
	some one in kubernetes.containers
	setting(one, "runAsUser") == 0
}

# METADATA
# title: Containers cannot gain privileges
# custom:
#   id: privilege-escalation
deny contains found(one, "allowPrivilegeEscalation", "may gain privileges") if {
	some one in kubernetes.containers
	not own(one, "allowPrivilegeEscalation") == false
}

# METADATA
# title: Containers drop all capabilities
# custom:
#   id: capabilities
deny contains found(one, "capabilities", "keeps capabilities") if {
	some one in kubernetes.containers
	not "ALL" in capabilities(one, "drop")
}

# METADATA
# title: Containers add no capability but NET_BIND_SERVICE
# custom:
#   id: added-capabilities
deny contains found(one, "capabilities.add", sprintf("adds the capability %s", [capability])) if {
	some one in kubernetes.containers
	some capability in capabilities(one, "add")
	capability != "NET_BIND_SERVICE"
}

# METADATA
# title: Containers run under a seccomp profile
# custom:
#   id: seccomp
deny contains found(one, "seccompProfile", "has no seccomp profile") if {
	some one in kubernetes.containers
	not seccomp(one) in {"RuntimeDefault", "Localhost"}
}

# METADATA
# title: Root file systems are read-only
# custom:
#   id: read-only
deny contains found(one, "readOnlyRootFilesystem", "may write to its root file system") if {
	some one in kubernetes.containers
	not own(one, "readOnlyRootFilesystem") == true
}

# METADATA
# title: Volumes are of kinds that cannot reach the node
# custom:
#   id: volumes
deny contains {
	"msg": sprintf("volume %s is of a kind that reaches the node: %s", [volume.name, kind]),
	"object": pod.object,
	"field": sprintf("%s.volumes[%d]", [pod.field, index]),
} if {
	some pod in kubernetes.pods
	some index, volume in object.get(pod.spec, "volumes", [])
	some kind in object.keys(volume)
	not kind in {
		"name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret",
	}
}

found(one, field, problem) := {
	"msg": sprintf("container %s %s", [one.container.name, problem]),
	"object": one.object,
	"field": sprintf("%s.securityContext.%s", [one.field, field]),
}

# OPA takes no field of null, so these go from the container in one step.
capabilities(one, verb) := object.get(one.container, ["securityContext", "capabilities", verb], [])

seccomp(one) := object.get(one.container, profile, object.get(one.pod, profile, ""))

profile := ["securityContext", "seccompProfile", "type"]

# A setting of a container, or that of its pod where it has none.
setting(one, field) := object.get(pod_context(one), field, null) if own(one, field) == null

setting(one, field) := own(one, field) if own(one, field) != null

# A setting of a container itself.
own(one, field) := object.get(object.get(one.container, "securityContext", {}), field, null)

pod_context(one) := object.get(one.pod, "securityContext", {})
