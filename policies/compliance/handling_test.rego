package pavior.compliance.handling_test

import data.pavior.compliance.handling

good := {
	"environment": {
		"class": "production",
		"provider": "aws",
		"region": "eu-central-1",
		"aws": {"kmsKey": "arn"},
		"protection": {"deletionProtection": true, "backupRetentionDays": 30},
	},
	"declaration": {"spec": {"compliance": ["gdpr", "pci"], "egress": []}},
	"resources": {"db": {"type": "postgres"}, "web": {"type": "route"}},
}

fields(results) := {result.field | some result in results}

test_data_that_is_kept_well_is_let_through if {
	count(handling.deny | handling.warn) == 0 with input as good
}

test_personal_data_stays_in_the_union if {
	every region in ["us-east-1", "eu-west-2"] {
		found := handling.deny with input as object.union(good, {"environment": {"region": region}})
		fields(found) == {"spec.compliance"}
	}
	count(handling.deny) == 0 with input as object.union(good, {"environment": {"region": "europe-west3"}})
}

without_key := object.union(
	object.remove(good, ["environment"]),
	{"environment": object.remove(good.environment, ["aws"])},
)

test_card_data_is_encrypted_with_our_key if {
	found := handling.deny with input as without_key
	{result.msg | some result in found} == {"pci data would be encrypted with the provider's key, not with ours"}
}

test_data_is_guarded if {
	found := handling.deny with input as object.union(good, {"environment": {"protection": {"deletionProtection": false}}})
	fields(found) == {"spec.resources.db"}
}

test_a_service_without_tags_is_let_through if {
	bare := object.union(object.remove(without_key, ["declaration"]), {"declaration": {"spec": {}}})
	count(handling.deny) == 0 with input as bare
}

test_a_hole_to_everywhere_is_noticed if {
	egress := [{"cidr": "203.0.113.0/24", "reason": "bank"}, {"cidr": "0.0.0.0/0", "reason": "any"}]
	found := handling.warn with input as object.union(good, {"declaration": {"spec": {"egress": egress}}})
	fields(found) == {"spec.egress[1]"}
}
