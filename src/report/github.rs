//! For a step of GitHub Actions: workflow commands that become annotations at the lines of the change.

use super::inert::{visible, visible_line, without_bracket_commands};
use super::{Report, summary};
use crate::model::{Finding, Location, Severity};
use std::fmt::Write;

/// One command a finding and a note, then the counts.
pub fn github(report: &Report) -> String {
    let mut output: String = report.findings.iter().map(|finding| annotation(finding) + "\n").collect();
    let known = (report.known > 0).then(|| summary::known(report.known));
    let waived = report.waived.iter().map(summary::waived);
    let exceptions: Vec<String> = waived.chain(report.approvals.iter().map(summary::approval)).collect();
    for note in exceptions.iter().chain(&report.notes).chain(&known) {
        writeln!(output, "::notice title=pavior::{}", data(note)).expect("writing to a string succeeds");
    }
    output.push_str(&summary(report));
    output.push('\n');
    without_bracket_commands(output)
}

/// A command that could not run: the reason, where people look first.
pub fn github_failure(reason: &str) -> String {
    without_bracket_commands(format!("::error title=pavior::{}\n", data(reason)))
}

fn annotation(finding: &Finding) -> String {
    let command = match finding.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = place(&finding.at);
    format!("::{command} {place},title={}::{}", property(finding.rule.id), data(&text(finding)))
}

/// GitHub takes columns only when an annotation stays on one line.
fn place(at: &Location) -> String {
    let mut place = format!("file={}", property(at.path.as_str()));
    if at.span.is_some() {
        write!(place, ",line={}", at.start.line).expect("writing to a string succeeds");
        match at.start.line == at.end.line {
            true => write!(place, ",col={},endLine={},endColumn={}", at.start.column, at.end.line, at.end.column),
            false => write!(place, ",endLine={}", at.end.line),
        }
        .expect("writing to a string succeeds");
    }
    place
}

/// Message, label, related places and help, a line each.
fn text(finding: &Finding) -> String {
    let related = finding
        .related
        .iter()
        .map(|label| format!("{}:{}:{}: {}", label.at.path, label.at.start.line, label.at.start.column, label.text));
    let label = (!finding.label.is_empty()).then(|| finding.label.clone());
    let help = finding.help.iter().map(|line| format!("help: {line}"));
    let lines = std::iter::once(finding.message.clone()).chain(label).chain(related).chain(help);
    lines.map(|line| visible_line(&line).into_owned()).collect::<Vec<_>>().join("\n")
}

/// Escapes what stands behind the second `::`.
fn data(text: &str) -> String {
    visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn findings_become_workflow_commands() {
        insta::assert_snapshot!(github(&samples::report()));
    }

    #[test]
    fn no_text_of_a_finding_starts_a_command_of_its_own() {
        let mut report = samples::report();
        for hostile in ["x\n::error::y", "x\r::add-mask::y", "x%0A::stop-commands::y", "##[group]x", "a:b,c=d"] {
            report.findings[0].message = hostile.to_owned();
            report.notes = vec![hostile.to_owned()];
            let output = github(&report);
            let commands: Vec<&str> = output.lines().filter(|line| line.starts_with("::")).collect();
            assert_eq!(commands.len(), 3, "{output}");
            assert_eq!(output.lines().count(), 4, "{output}");
            assert!(!output.contains('\r') && !output.contains("##["), "{output}");
            assert!(!output.contains("%0A::stop"), "{output}");
            let failure = github_failure(hostile);
            assert_eq!(failure.trim_end().split(['\n', '\r']).count(), 1, "{failure}");
            assert!(!failure.contains("##["), "{failure}");
        }
    }
}
