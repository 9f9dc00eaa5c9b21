//! The `pavior` binary: exit code 0 is clean, 1 has findings that block, 2 could not run.

use clap::Parser;
use mimalloc::MiMalloc;
use pavior::cli::{Cli, Outcome, run, tell_failure};
use std::process::ExitCode;

/// A third of a check is spent on small texts and maps that come and go: see ARCHITECTURE.md, Decisions.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Blocked) => ExitCode::from(1),
        Err(error) => {
            tell_failure(&error);
            ExitCode::from(2)
        }
    }
}
