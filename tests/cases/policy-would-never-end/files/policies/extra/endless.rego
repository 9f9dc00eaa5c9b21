package pavior.extra.endless

texts := [sprintf("%d", [a * 1000 + b]) | some a in numbers; some b in numbers]

numbers := [a * 10 + b | some a in digits; some b in digits]

# METADATA
# title: A text that grows without end
# custom:
#   id: memory
deny contains "much" if {
	long := concat(" ", texts)
	count(replace(long, "1", long)) > 0
}

digits := [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

# METADATA
# title: Loops in loops in loops
# custom:
#   id: steps
deny contains "long" if {
	found := [1 |
		some a in digits
		some b in digits
		some c in digits
		some d in digits
		some e in digits
		some f in digits
		a + b + c + d + e + f < 0
	]
	count(found) > 0
}
