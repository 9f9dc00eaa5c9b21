package pavior.security.exposure_test

import data.pavior.security.exposure

asked(class, tags, params) := {
	"environment": {"class": class},
	"declaration": {"metadata": {"tags": tags}},
	"resources": {"web": {"type": "route", "params": params}, "db": {"type": "postgres", "params": {}}},
	"manifests": [],
}

test_a_public_route_needs_the_tag if {
	found := exposure.deny with input as asked("production", [], {"visibility": "public"})
	{result.field | some result in found} == {"spec.resources.web"}
	count(exposure.deny) == 0 with input as asked("production", ["public"], {"visibility": "public"})
	count(exposure.deny) == 0 with input as asked("production", [], {"visibility": "internal"})
	count(exposure.deny) == 0 with input as asked("development", [], {})
}

test_nothing_passes_by_the_gateway if {
	manifests := [
		{"kind": "Service", "metadata": {"name": "a"}, "spec": {"type": "LoadBalancer"}},
		{"kind": "Service", "metadata": {"name": "b"}, "spec": {"type": "ClusterIP"}},
	]
	found := exposure.deny with input as {"manifests": manifests}
	{result.object | some result in found} == {"manifests/Service/a"}
}

test_an_ingress_has_a_host if {
	manifests := [{"kind": "Ingress", "metadata": {"name": "a"}, "spec": {"rules": [{"host": "a.example"}, {}]}}]
	found := exposure.deny with input as {"manifests": manifests}
	{result.field | some result in found} == {"spec.rules[1].host"}
}
