package pavior.security.privileges_test

import data.pavior.security.privileges

around := {"unit": {"kind": "service", "name": "a"}, "environment": {"namespace": "production"}}

asked(manifests) := object.union(around, {"manifests": manifests})

metadata := {"name": "a", "namespace": "production"}

pod(spec) := {"kind": "Deployment", "metadata": metadata, "spec": {"template": {"spec": spec}}}

messages(results) := {result.msg | some result in results}

test_ordinary_objects_are_let_through if {
	account := {"kind": "ServiceAccount", "metadata": metadata}
	deployment := pod({"serviceAccountName": "a", "containers": [{"name": "main", "ports": [{"containerPort": 1}]}]})
	count(privileges.deny) == 0 with input as asked([account, deployment])
}

test_the_node_is_out_of_reach if {
	spec := {
		"hostNetwork": true,
		"hostPID": true,
		"hostIPC": true,
		"containers": [{"name": "main", "securityContext": {"privileged": true}, "ports": [{"hostPort": 80}]}],
	}
	found := privileges.deny with input as asked([pod(spec)])
	messages(found) == {
		"its pods share the node's network",
		"its pods share the node's processes",
		"its pods share the node's memory",
		"container main is privileged",
		"container main takes port 80 of the node",
	}
}

test_another_units_account_is_denied if {
	found := privileges.deny with input as asked([pod({"serviceAccountName": "cluster-admin"})])
	messages(found) == {"its pods run as service account cluster-admin, which the unit does not own"}
}

test_kinds_that_rule_the_cluster_are_denied if {
	webhook := {"kind": "ValidatingWebhookConfiguration", "metadata": {"name": "x"}}
	found := privileges.deny with input as asked([webhook])
	messages(found) == {"a unit may not make a ValidatingWebhookConfiguration"}
}

test_a_namespace_is_made_by_its_environment_only if {
	manifest := {"kind": "Namespace", "metadata": {"name": "production"}}
	found := privileges.deny with input as asked([manifest])
	messages(found) == {"only an environment makes namespaces"}
	environment := object.union(asked([manifest]), {"unit": {"kind": "environment"}})
	count(privileges.deny) == 0 with input as environment
}

test_another_namespace_is_denied if {
	manifest := {"kind": "ConfigMap", "metadata": {"name": "x", "namespace": "kube-system"}}
	found := privileges.deny with input as asked([manifest])
	messages(found) == {"it is put into namespace kube-system"}
}

test_who_removes_an_object_is_not_its_own_to_say if {
	manifest := {"kind": "ConfigMap", "metadata": object.union(metadata, {
		"ownerReferences": [{}],
		"finalizers": ["x"],
		"labels": {"applyset.kubernetes.io/part-of": "x"},
	})}
	found := privileges.deny with input as asked([manifest])
	{result.field | some result in found} == {
		"metadata.ownerReferences",
		"metadata.finalizers",
		"metadata.labels[\"applyset.kubernetes.io/part-of\"]",
	}
}

test_roles_that_grant_everything_are_denied if {
	role := {"kind": "Role", "metadata": metadata, "rules": [{"verbs": ["get"]}, {"verbs": ["*"]}]}
	found := privileges.deny with input as asked([role])
	{result.field | some result in found} == {"rules[1].verbs"}
}
