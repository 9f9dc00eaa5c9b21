package pavior.catalog.names_test

import data.pavior.catalog.names

asked(name, description, labels) := {
	"unit": {"kind": "service", "name": name},
	"declaration": {"metadata": {"description": description}},
	"manifests": [{"kind": "Deployment", "metadata": {"name": name, "labels": labels}}],
}

labels := {"app.kubernetes.io/name": "a", "pavior.dev/environment": "b", "pavior.dev/owner": "c"}

test_a_service_that_is_described_and_labelled_is_let_through if {
	count(names.deny | names.warn) == 0 with input as asked("cart-api", "Keeps what is bought", labels)
}

test_a_description_is_a_sentence if {
	found := names.warn with input as asked("cart", "cart", labels)
	count(found) == 1
}

test_an_environment_is_no_name if {
	found := names.deny with input as asked("cart-staging", "Keeps what is bought", labels)
	{result.field | some result in found} == {"metadata.name"}
	count(names.deny) == 0 with input as asked("contest", "Keeps what is bought", labels)
}

test_labels_are_missed if {
	found := names.deny with input as asked("cart", "Keeps what is bought", {"pavior.dev/owner": "c"})
	{result.msg | some result in found} == {
		"it has no label app.kubernetes.io/name",
		"it has no label pavior.dev/environment",
	}
}
