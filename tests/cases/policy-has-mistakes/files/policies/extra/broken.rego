# METADATA
# title: Carts are small
# custom:
#   severty: warning
package pavior.extra.broken

deny contains msg if {
	input.unit.name == "cartservice"
	msg :=
}
