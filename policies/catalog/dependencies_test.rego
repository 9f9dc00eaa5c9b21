package pavior.catalog.dependencies_test

import data.pavior.catalog.dependencies

asked(tier, annotations, others) := {
	"unit": {"kind": "service", "name": "a", "tier": tier},
	"declaration": {"metadata": {"annotations": annotations}, "spec": {}},
	"dependencies": others,
}

others := {"ads": {"tier": "supporting", "lifecycle": "production"}}

test_critical_needs_no_supporting_service if {
	found := dependencies.deny with input as asked("critical", {}, others)
	{result.msg | some result in found} == {"a service of tier critical needs ads, which is of tier supporting"}
	count(dependencies.deny) == 0 with input as asked("important", {}, others)
}

test_a_service_may_work_on_without_another if {
	annotations := {"pavior.dev/works-without": "ads, mail"}
	both := object.union(others, {"mail": {"tier": "supporting", "lifecycle": "production"}})
	count(dependencies.deny | dependencies.warn) == 0 with input as asked("critical", annotations, both)
	found := dependencies.warn with input as asked("critical", annotations, others)
	{result.msg | some result in found} == {"it says that it works without mail, which it does not call"}
}

test_a_deprecated_service_is_left_behind if {
	found := dependencies.warn with input as asked("supporting", {}, {"old": {"tier": "critical", "lifecycle": "deprecated"}})
	{result.msg | some result in found} == {"it needs old, which is deprecated"}
}
