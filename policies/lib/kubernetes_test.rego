package pavior.lib.kubernetes_test

import data.pavior.lib.kubernetes

specification := {"initContainers": [{"name": "before"}], "containers": [{"name": "main"}, {"name": "side"}]}

manifests := [
	{"kind": "Deployment", "metadata": {"name": "a"}, "spec": {"template": {"spec": specification}}},
	{"kind": "CronJob", "metadata": {"name": "b"}, "spec": {"jobTemplate": {"spec": {"template": {"spec": specification}}}}},
	{"kind": "Service", "metadata": {"name": "c"}, "spec": {}},
]

test_pods_are_found_in_every_kind if {
	objects := {pod.object | some pod in kubernetes.pods} with input.manifests as manifests
	objects == {"manifests/Deployment/a", "manifests/CronJob/b"}
}

test_containers_of_every_sort_are_found_where_they_are if {
	found := kubernetes.containers with input.manifests as manifests
	count(found) == 6
	fields := {one.field | some one in found; one.container.name == "side"}
	fields == {"spec.template.spec.containers[1]", "spec.jobTemplate.spec.template.spec.containers[1]"}
}
