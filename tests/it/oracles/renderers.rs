//! Reports with hostile words everywhere: each renderer's reader is steered by nothing that a repository says.

use super::judge::{assert_no_runner_command, assert_visible, assert_well_formed, is_command, without_colours};
use super::{Reached, words};
use arbitrary::{Result, Unstructured};
use pavior::model::{Finding, Location, Position, RepoPath, Rule, Span};
use pavior::report::{HumanOptions, Paint, Report, github, human, json, junit, markdown_to_terminal, sarif};
use pavior::rules;
use serde_json::Value;
use std::sync::{Arc, LazyLock};

static RULES: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| rules::all().collect());

/// The last is of no file that was read.
const PATHS: [&str; 4] = ["catalog/a.yaml", "catalog/##[x].yaml", "catalog/é \u{202e}%,'&.yaml", "catalog/gone.yaml"];

pub fn holds(data: &[u8]) -> Reached {
    let mut u = Unstructured::new(data);
    let (Ok(report), Ok(width), Ok(limit)) = (report(&mut u), u.int_in_range(0..=200), u.int_in_range(0..=4)) else {
        return Reached::Refused;
    };
    for limit in [None, Some(limit)] {
        let plain = human(&report, HumanOptions { limit, width, paint: Paint::Plain });
        assert_visible(&plain);
        assert_no_runner_command(&plain);
        let coloured = human(&report, HumanOptions { limit, width, paint: Paint::Ansi });
        assert_no_runner_command(&coloured);
        assert_visible(&without_colours(&coloured));
    }
    assert_annotations(&github(&report), &report);
    assert_words_kept(&report);
    assert_well_formed(&junit(&report));
    assert_no_runner_command(&junit(&report));
    if let Some(finding) = report.findings.first() {
        let text = markdown_to_terminal(&finding.message, Paint::Ansi, width);
        assert_no_runner_command(&text);
        assert_visible(&without_colours(&text));
    }
    if report.findings.is_empty() { Reached::Told } else { Reached::Through }
}

/// One command a finding and a note, then the counts; no other line, and no command in it but ours.
fn assert_annotations(output: &str, report: &Report) {
    let lines: Vec<&str> = output.split(['\n', '\r']).collect();
    let commands = report.findings.len() + report.notes.len() + usize::from(report.known > 0);
    assert_eq!(lines.len(), commands + 2, "{output}");
    for line in &lines[..commands] {
        let ours = ["::error file=", "::warning file=", "::notice title="];
        assert!(ours.iter().any(|start| line.starts_with(start)), "{line}");
        let properties = line[2..].split("::").next().expect("there is a first part");
        assert!(!properties.contains("%0A") && !properties.contains("%0D"), "{line}");
    }
    assert!(!lines[commands..].iter().any(|line| is_command(line)), "{output}");
    assert!(!output.contains("##["), "{output}");
    assert_visible(output);
}

/// Programs get back the very words, in text that steers nobody who prints it.
fn assert_words_kept(report: &Report) {
    let text = json(report);
    let read: Value = serde_json::from_str(&text).expect("the report is JSON");
    let findings = read["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), report.findings.len());
    for (finding, value) in report.findings.iter().zip(findings) {
        assert_eq!(value["message"].as_str(), Some(finding.message.as_str()));
        assert_eq!(value["path"].as_str(), Some(finding.at.path.as_str()));
    }
    let log = sarif(report);
    let read: Value = serde_json::from_str(&log).expect("the log is JSON");
    assert_eq!(read["runs"][0]["results"].as_array().map(Vec::len), Some(report.findings.len()));
    for output in [text, log] {
        assert_visible(&output);
        assert_no_runner_command(&output);
    }
}

fn report(u: &mut Unstructured<'_>) -> Result<Report> {
    let mut report = Report { files: 4, ..Report::default() };
    for path in &PATHS[..3] {
        report.sources.insert(RepoPath::literal(path), Arc::from(source(u)?));
    }
    for _ in 0..u.int_in_range(0..=4)? {
        let finding = finding(u, &report)?;
        report.findings.push(finding);
    }
    for _ in 0..u.int_in_range(0..=2)? {
        report.notes.push(words::text(u)?);
    }
    report.known = u.int_in_range(0..=2)?;
    Ok(report)
}

fn source(u: &mut Unstructured<'_>) -> Result<String> {
    (0..u.int_in_range(0..=4)?).map(|_| Ok(words::text(u)? + if u.arbitrary()? { "\n" } else { "" })).collect()
}

fn finding(u: &mut Unstructured<'_>, report: &Report) -> Result<Finding> {
    let mut finding = Finding::new(u.choose(&RULES)?, place(u, report)?, words::text(u)?).label(words::text(u)?);
    for _ in 0..u.int_in_range(0..=2)? {
        finding = finding.related(place(u, report)?, words::text(u)?);
    }
    for _ in 0..u.int_in_range(0..=2)? {
        finding = finding.help(words::text(u)?);
    }
    match u.arbitrary()? {
        true => {
            let start: u8 = u.arbitrary()?;
            let end = usize::from(start) + u.int_in_range(0..=30)?;
            Ok(finding.fix(Span::new(start.into(), end), words::text(u)?))
        }
        false => Ok(finding),
    }
}

/// Mostly a place of the text, sometimes one that is nowhere.
fn place(u: &mut Unstructured<'_>, report: &Report) -> Result<Location> {
    let path = RepoPath::literal(u.choose(&PATHS)?);
    let text = report.sources.get(&path).cloned().unwrap_or_default();
    let start = u.int_in_range(0..=text.len() + 2)?;
    Ok(match u.int_in_range(0..=7)? {
        0 => Location::file(path),
        1 => Location { span: None, start: Position { line: 7, column: 2 }, ..Location::file(path) },
        _ => Location::in_text(path, &text, Span::new(start, start + u.int_in_range(0..=40)?)),
    })
}
