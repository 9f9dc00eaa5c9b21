package pavior.extra.unknown

deny contains "carts are small" if {
	unit.name == "cartservice"
}
