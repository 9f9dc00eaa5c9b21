//! For people at a terminal: each finding in the shape of a compiler's message, then what it adds up to.

use super::inert::{inert, visible_line};
use super::{Report, snippet, summary};
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
        output.push_str(&snippet::finding(finding, report, &renderer));
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

pub fn renderer(options: HumanOptions) -> Renderer {
    let renderer = match options.paint {
        Paint::Plain => Renderer::plain(),
        Paint::Ansi => Renderer::styled().hyperlink(false),
    };
    renderer.term_width(options.width)
}

/// What was checked (when nothing blocks), notes, and the counts.
fn closing(report: &Report, paint: Paint) -> String {
    let mut output = String::new();
    if report.errors() == 0 && report.inventory.units > 0 {
        output.push_str(&summary::environments(&report.inventory));
        output.push('\n');
        output.push_str(&summary::checked(&report.inventory));
        output.push('\n');
    }
    for waived in &report.waived {
        output.push_str(&format!("note: {}\n", visible_line(&summary::waived(waived))));
    }
    for approval in &report.approvals {
        output.push_str(&format!("note: {}\n", visible_line(&summary::approval(approval))));
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
    use crate::model::{Location, Span};
    use std::sync::Arc;

    fn plain(report: &Report) -> String {
        human(report, HumanOptions { limit: None, width: 100, paint: Paint::Plain })
    }

    #[test]
    fn a_mistake_is_shown_with_its_place_its_reason_and_its_fix() {
        insta::assert_snapshot!(plain(&samples::report()));
    }

    #[test]
    fn columns_are_those_of_the_file_whatever_is_shown_of_it() {
        let source = format!("a: \u{200b}1\nb: {}2\n", "x".repeat(40_000));
        let place = |part: &str| samples::at("a.yaml", &source, part);
        let finding = |part| Finding::new(&samples::UNUSED_RESOURCE, place(part), "odd").label("this");
        let findings = vec![finding("1"), finding("2")];
        let sources = [(samples::path("a.yaml"), Arc::from(source.as_str()))].into();
        let output = plain(&Report { findings, sources, ..Report::default() });
        assert!(output.contains("a.yaml:1:5\n") && output.contains("a.yaml:2:40004\n"), "{output}");
        insta::assert_snapshot!(output);
    }

    #[test]
    fn wide_characters_tabs_and_the_end_of_a_file_are_pointed_at() {
        let source = "名: 価値\n\tx: y\n";
        let place = |part: &str| samples::at("a.yaml", source, part);
        let end = Location::in_text(samples::path("a.yaml"), source, Span::new(source.len(), source.len()));
        let empty = Location::in_text(samples::path("empty.yaml"), "", Span::new(0, 0));
        let places = [place("価値"), place("y"), end, empty];
        let finding = |at| Finding::new(&samples::UNUSED_RESOURCE, at, "odd").label("this");
        let sources = [(samples::path("a.yaml"), Arc::from(source)), (samples::path("empty.yaml"), Arc::from(""))];
        let findings = places.into_iter().map(finding).collect();
        insta::assert_snapshot!(plain(&Report { findings, sources: sources.into(), ..Report::default() }));
    }

    #[test]
    fn a_limit_lets_errors_through_first() {
        let mut report = samples::report();
        report.findings.reverse();
        let output = human(&report, HumanOptions { limit: Some(1), width: 100, paint: Paint::Plain });
        assert!(output.starts_with("error[link/unknown-resource]"), "{output}");
        assert!(output.contains("\nand 1 more (`--limit 0` shows all)\n"), "{output}");
        assert!(!output.contains("warning["), "{output}");
    }

    #[test]
    fn a_clean_repository_is_told_what_was_checked() {
        let notes = vec!["the base revision has no platform files".to_owned()];
        insta::assert_snapshot!(plain(&Report { notes, known: 2, ..samples::clean() }));
    }
}
