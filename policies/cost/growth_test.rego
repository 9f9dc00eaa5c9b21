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

test_a_little_dearer_is_not if {
	count(growth.warn) == 0 with input as dearer_by(10000)
}

test_without_a_base_nothing_has_grown if {
	count(growth.warn) == 0 with input as {"cost": {"currency": "USD", "head": {"expected": 99999}, "resources": {}}}
}
