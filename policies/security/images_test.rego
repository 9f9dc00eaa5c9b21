package pavior.security.images_test

import data.pavior.security.images

asked(image, workload) := {
	"workload": {"images": workload},
	"manifests": [{
		"kind": "Deployment",
		"metadata": {"name": "a"},
		"spec": {"template": {"spec": {"containers": [{"name": "main", "image": image}]}}},
	}],
}

messages(results) := {result.msg | some result in results}

test_known_images_that_stay_are_let_through if {
	every image in ["ghcr.io/acme/a:v1.2", "ghcr.io/acme/a@sha256:0123", "docker.io/library/postgres:17.7-bookworm"] {
		count(images.deny) == 0 with input as asked(image, {"main": image})
	}
}

test_a_foreign_registry_is_denied_at_the_line_of_the_image if {
	image := "evil.example/acme/a:1"
	found := images.deny with input as asked(image, {"main": image})
	found == {{
		"msg": "image evil.example/acme/a:1 comes from a registry that is not known",
		"field": "spec.containers.main.image",
	}}
}

test_a_tag_that_moves_is_denied if {
	every image in ["ghcr.io/acme/a:latest", "ghcr.io/acme/a:main"] {
		found := images.deny with input as asked(image, {"main": image})
		messages(found) == {sprintf("image %s means something else tomorrow", [image])}
	}
}

test_an_image_of_a_resource_is_told_where_it_is_compiled if {
	found := images.deny with input as asked("ghcr.io/acme/a:dev", {})
	{result.object | some result in found} == {"manifests/Deployment/a"}
}
