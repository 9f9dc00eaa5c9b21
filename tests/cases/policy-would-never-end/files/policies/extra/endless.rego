package pavior.extra.endless

x0 := "0123456789"

x1 := concat("", [x0, x0, x0, x0, x0, x0, x0, x0])

x2 := concat("", [x1, x1, x1, x1, x1, x1, x1, x1])

x3 := concat("", [x2, x2, x2, x2, x2, x2, x2, x2])

x4 := concat("", [x3, x3, x3, x3, x3, x3, x3, x3])

x5 := concat("", [x4, x4, x4, x4, x4, x4, x4, x4])

x6 := concat("", [x5, x5, x5, x5, x5, x5, x5, x5])

x7 := concat("", [x6, x6, x6, x6, x6, x6, x6, x6])

# METADATA
# title: A text that grows without end
# custom:
#   id: memory
deny contains "much" if count(x7) > 0

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
		(((((a * 10) + b) * 10) + c) * 10) + d + e + f < 0
	]
	count(found) > 0
}
