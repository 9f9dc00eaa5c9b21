package pavior.security.pod_security_test

import data.pavior.security.pod_security

good := {
	"allowPrivilegeEscalation": false,
	"capabilities": {"drop": ["ALL"]},
	"readOnlyRootFilesystem": true,
}

hardened := {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}}

manifests(context, pod, volumes) := [{
	"kind": "Deployment",
	"metadata": {"name": "a"},
	"spec": {"template": {"spec": {
		"securityContext": pod,
		"containers": [{"name": "main", "securityContext": context}],
		"volumes": volumes,
	}}},
}]

fields(results) := {split(result.field, "securityContext.")[1] | some result in results}

test_a_hardened_pod_is_let_through if {
	volumes := [{"name": "tmp", "emptyDir": {}}]
	count(pod_security.deny) == 0 with input.manifests as manifests(good, hardened, volumes)
}

test_a_pod_without_any_setting_is_denied_for_each if {
	found := pod_security.deny with input.manifests as manifests({}, {}, [])
	fields(found) == {
		"runAsNonRoot", "allowPrivilegeEscalation", "capabilities", "seccompProfile", "readOnlyRootFilesystem",
	}
}

test_a_container_may_not_undo_what_its_pod_says if {
	context := object.union(good, {"runAsNonRoot": false, "runAsUser": 0})
	found := pod_security.deny with input.manifests as manifests(context, hardened, [])
	fields(found) == {"runAsNonRoot", "runAsUser"}
}

test_added_capabilities_are_denied_but_for_low_ports if {
	context := object.union(good, {"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE", "SYS_ADMIN"]}})
	found := pod_security.deny with input.manifests as manifests(context, hardened, [])
	{result.msg | some result in found} == {"container main adds the capability SYS_ADMIN"}
}

test_a_volume_of_the_node_is_denied if {
	volumes := [{"name": "socket", "hostPath": {"path": "/run"}}]
	found := pod_security.deny with input.manifests as manifests(good, hardened, volumes)
	{result.field | some result in found} == {"spec.template.spec.volumes[0]"}
}
