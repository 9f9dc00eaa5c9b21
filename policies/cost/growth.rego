# METADATA
# scope: package
# title: What becomes much dearer is looked at
# description: |
#   A larger class or a raised number of replicas is one word in a declaration, and nobody sees its price there. Budgets
#   speak of teams and environments as a whole; this speaks of the one change that spends it.
package pavior.cost.growth

# A month, in hundredths of the currency.
most := 10000

# METADATA
# title: No change makes a unit much dearer unnoticed
# custom:
#   id: much-dearer
#   help: ask for less, or let the reviewers know why it is worth it; `pavior cost --base` shows what it is made of
warn contains {
	"msg": sprintf("costs %s %s a month more than before, %s most of all", [money(growth), input.cost.currency, dearest]),
	"field": place,
} if {
	growth > most
}

# Where its size is set.
default place := "spec"

place := "spec.scaling" if {
	dearest == "workload"
} else := sprintf("spec.resources.%s", [dearest]) if {
	input.unit.kind == "service"
}

growth := input.cost.delta.expected

dearest := sort([name | some name, line in input.cost.resources; line.delta.expected == largest])[0]

largest := max([line.delta.expected | some line in input.cost.resources])

money(hundredths) := sprintf("%d.%d%d", [whole, floor((hundredths % 100) / 10), hundredths % 10]) if {
	whole := floor(hundredths / 100)
	whole < 1000
}

# Thousands apart, as everywhere.
money(hundredths) := sprintf("%d,%d%d%d.%d%d", [floor(whole / 1000), floor((whole % 1000) / 100), floor((whole % 100) / 10), whole % 10, floor((hundredths % 100) / 10), hundredths % 10]) if {
	whole := floor(hundredths / 100)
	whole >= 1000
}
