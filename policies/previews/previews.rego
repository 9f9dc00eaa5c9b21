# METADATA
# scope: package
# title: Previews end, and cost little
# description: A preview that nobody ends is found on the bill. Its pattern says when it goes and what it may cost.
package pavior.previews.previews

is_pattern if {
	input.unit.kind == "environment"
	input.environment.type == "preview"
}

settings := object.get(input.environment, "preview", {})

hours := {"h": 1, "d": 24, "w": 168}

longest_days := 14

# METADATA
# title: Previews have a longest life
# custom:
#   id: life
#   help: "set preview: {maximumLife: 7d}"
deny contains {"msg": "previews have no longest life", "field": "spec.preview"} if {
	is_pattern
	not settings.maximumLife
}

# METADATA
# title: Previews live two weeks at most
# custom:
#   id: long-life
#   help: shorten maximumLife; a preview that is still needed is made again by a push
deny contains {
	"msg": sprintf("previews may live for %s, which is longer than %dd", [settings.maximumLife, longest_days]),
	"field": "spec.preview.maximumLife",
} if {
	is_pattern
	in_hours(settings.maximumLife) > longest_days * 24
}

in_hours(duration) := to_number(trim_right(duration, "hdw")) * hours[substring(duration, count(duration) - 1, 1)]

# METADATA
# title: Previews have a budget
# custom:
#   id: budget
#   help: "set preview: {dailyBudget: 5 USD}"
deny contains {"msg": "previews have no budget", "field": "spec.preview"} if {
	is_pattern
	not settings.dailyBudget
}

# METADATA
# title: Previews sleep when nobody looks
# custom:
#   id: idle
#   help: "set preview: {idle: 1h}"
warn contains {"msg": "previews run on when nobody looks at them", "field": "spec.preview"} if {
	is_pattern
	not settings.idle
}

# METADATA
# title: Previews are of class development
# custom:
#   id: class
#   help: "set class: development"
deny contains {
	"msg": sprintf("previews are of class %s", [input.environment.class]),
	"field": "spec.class",
} if {
	is_pattern
	input.environment.class == "production"
}
