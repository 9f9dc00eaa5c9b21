package pavior.extra.clock

deny contains "nobody deploys on Sundays" if {
	time.weekday(time.now_ns()) == "Sunday"
}
