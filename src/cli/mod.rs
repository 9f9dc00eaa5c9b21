//! The command line: one file a subcommand, each arguments -> request -> call -> report.
