package pavior.previews.previews_test

import data.pavior.previews.previews

asked(settings, class) := {
	"unit": {"kind": "environment"},
	"environment": {"type": "preview", "class": class, "preview": settings},
}

good := {"maximumLife": "14d", "idle": "1h", "dailyBudget": "5 USD"}

fields(results) := {result.field | some result in results}

test_a_preview_that_ends_is_let_through if {
	count(previews.deny | previews.warn) == 0 with input as asked(good, "development")
}

test_what_is_missing_is_told if {
	found := previews.deny with input as asked({}, "development")
	count(found) == 2
	fields(found) == {"spec.preview"}
	count(previews.warn) == 1 with input as asked({}, "development")
}

test_a_long_life_is_denied_in_every_unit if {
	every life in ["15d", "3w", "400h"] {
		found := previews.deny with input as asked(object.union(good, {"maximumLife": life}), "development")
		fields(found) == {"spec.preview.maximumLife"}
	}
}

test_a_preview_is_not_production if {
	fields(previews.deny) == {"spec.class"} with input as asked(good, "production")
}

test_permanent_environments_are_left_alone if {
	count(previews.deny) == 0 with input as {"unit": {"kind": "environment"}, "environment": {"type": "permanent"}}
}
