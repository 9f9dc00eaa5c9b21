//! What the commands print and where: the only module that knows standard output and standard error.

use crate::model::{Findings, RepoPath};
use crate::report::{HumanOptions, Paint, Report, human, inert, visible};
use anstream::{AutoStream, ColorChoice};
use anyhow::Context;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::Arc;

/// Columns where there is no terminal to ask, so that a pipe gets the same bytes on every machine.
const DEFAULT_WIDTH: usize = 120;
const NARROWEST: usize = 60;

/// Prints a result. Readers such as `head` may close the pipe early; that is no failure.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("writing to standard output"),
    }
}

/// Tells something beside the result. Nobody may be listening.
pub fn tell(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Tells why a command could not run: what failed, then each cause.
pub fn tell_failure(error: &anyhow::Error) {
    let mut text = String::new();
    for (depth, cause) in error.chain().enumerate() {
        let lead = if depth == 0 { "error: " } else { "\n  because: " };
        text.push_str(lead);
        text.push_str(&visible(&cause.to_string()).replace('\n', "\n           | "));
    }
    tell(&inert(text));
}

/// Findings that are no result of a command go to standard error.
pub fn tell_findings(findings: Findings, sources: BTreeMap<RepoPath, Arc<str>>) {
    let report = Report { findings: findings.into_sorted(), files: sources.len(), sources, ..Report::default() };
    tell(human(&report, human_options(Some(50))).trim_end());
}

/// How findings look on standard output.
pub fn human_options(limit: Option<usize>) -> HumanOptions {
    HumanOptions { limit, width: width(), paint: paint() }
}

/// Colours when standard output shows them and nobody has asked for none.
pub fn paint() -> Paint {
    match AutoStream::choice(&io::stdout()) {
        ColorChoice::Never => Paint::Plain,
        ColorChoice::Auto | ColorChoice::AlwaysAnsi | ColorChoice::Always => Paint::Ansi,
    }
}

pub fn width() -> usize {
    match terminal_size::terminal_size() {
        Some((columns, _)) if io::stdout().is_terminal() => usize::from(columns.0).max(NARROWEST),
        _ => DEFAULT_WIDTH,
    }
}
