package pavior.cost.growth_test

import data.pavior.cost.growth

dearer_by(hundredths) := {"cost": {
	"currency": "USD",
	"delta": {"expected": hundredths},
	"resources": {
		"db": {"delta": {"expected": hundredths - 5}},
		"workload": {"delta": {"expected": 5}},
	},
}}

test_much_dearer_is_told_with_what_it_is if {
	found := growth.warn with input as dearer_by(21009)
	{result.msg | some result in found} == {"costs 210.09 USD a month more than before, db most of all"}
}

test_it_points_at_what_made_it_dearer if {
	of_service := object.union(dearer_by(21009), {"unit": {"kind": "service"}})
	{result.field | some result in growth.warn} == {"spec.resources.db"} with input as of_service
	workload := {"cost": {"currency": "USD", "delta": {"expected": 20000}, "resources": {"workload": {"delta": {"expected": 20000}}}}}
	{result.field | some result in growth.warn} == {"spec.scaling"} with input as workload
	{result.field | some result in growth.warn} == {"spec"} with input as dearer_by(21009)
}

test_money_is_shown_as_everywhere if {
	growth.money(144837) == "1,448.37"
	growth.money(100500) == "1,005.00"
	growth.money(99999) == "999.99"
}

test_a_little_dearer_is_not if {
	count(growth.warn) == 0 with input as dearer_by(10000)
}

test_without_a_base_nothing_has_grown if {
	count(growth.warn) == 0 with input as {"cost": {"currency": "USD", "head": {"expected": 99999}, "resources": {}}}
}
