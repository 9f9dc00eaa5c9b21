//! For people at a terminal: each finding in the shape of a compiler's message, then what it adds up to.

use super::inert::{inert, visible_line};
use super::snippet::groups;
use super::{Report, summary};
use crate::model::{Finding, Severity};
use annotate_snippets::Renderer;
use annotate_snippets::renderer::{AnsiColor, Style};

/// How much to show, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HumanOptions {
    /// At most so many findings; None shows all.
    pub limit: Option<usize>,
    /// Columns of the terminal: longer lines of source are trimmed.
    pub width: usize,
    pub paint: Paint,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    Plain,
    Ansi,
}

/// The findings, errors first among what a limit lets through, and the summary.
pub fn human(report: &Report, options: HumanOptions) -> String {
    let renderer = renderer(options);
    let limit = options.limit.unwrap_or(usize::MAX);
    let mut output = String::new();
    for finding in shown(report, limit) {
        output.push_str(&renderer.render(&groups(finding, report)));
        output.push_str("\n\n");
    }
    if report.findings.len() > limit {
        output.push_str(&summary::more(report.findings.len() - limit));
        output.push_str("\n\n");
    }
    output.push_str(&closing(report, options.paint));
    inert(output)
}

/// In the order of files; when there are too many, errors come before warnings.
fn shown(report: &Report, limit: usize) -> Vec<&Finding> {
    let mut findings: Vec<_> = report.findings.iter().collect();
    if findings.len() > limit {
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
        findings.truncate(limit);
    }
    findings
}

fn renderer(options: HumanOptions) -> Renderer {
    let renderer = match options.paint {
        Paint::Plain => Renderer::plain(),
        Paint::Ansi => Renderer::styled().hyperlink(false),
    };
    renderer.term_width(options.width)
}

/// What was checked (when nothing is wrong with it), notes, and the counts.
fn closing(report: &Report, paint: Paint) -> String {
    let mut output = String::new();
    if report.findings.is_empty() && report.inventory.units > 0 {
        output.push_str(&summary::environments(&report.inventory));
        output.push('\n');
        output.push_str(&summary::checked(&report.inventory));
        output.push('\n');
    }
    for note in &report.notes {
        output.push_str(&format!("note: {}\n", visible_line(note)));
    }
    if report.known > 0 {
        output.push_str(&format!("note: {}\n", summary::known(report.known)));
    }
    output.push_str(&painted(&summary(report), verdict_style(report), paint));
    output.push('\n');
    output
}

fn verdict_style(report: &Report) -> Style {
    let worst = report.findings.iter().map(|finding| finding.severity()).max();
    let colour = match worst {
        Some(Severity::Error) => AnsiColor::BrightRed,
        Some(Severity::Warning) => AnsiColor::Yellow,
        None => AnsiColor::BrightGreen,
    };
    colour.on_default().bold()
}

fn painted(text: &str, style: Style, paint: Paint) -> String {
    match paint {
        Paint::Plain => text.to_owned(),
        Paint::Ansi => format!("{style}{text}{style:#}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn plain(report: &Report) -> String {
        human(report, HumanOptions { limit: None, width: 100, paint: Paint::Plain })
    }

    #[test]
    fn a_mistake_is_shown_with_its_place_its_reason_and_its_fix() {
        insta::assert_snapshot!(plain(&samples::report()));
    }
}
