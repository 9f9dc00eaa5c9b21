//! Whatever a repository says, no renderer panics, and its words stay words: laws over hostile reports.

use super::inert::is_hidden;
use super::{HumanOptions, Paint, Report, github, human, json, junit, samples, sarif};
use crate::model::{Finding, Location, Position, RepoPath, Span};
use proptest::prelude::*;
use serde_json::Value;
use std::sync::Arc;

/// Pieces that have a meaning somewhere: to terminals, to the runner of GitHub Actions, to XML, JSON, SARIF, Markdown.
const PIECES: [&str; 30] = [
    "\u{1b}[31m",
    "\u{1b}]8;;http://x\u{7}",
    "\u{202e}",
    "\u{2066}",
    "\u{e0041}",
    "\u{200b}",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\r",
    "\r\n",
    "\n",
    "\t",
    "\u{8}",
    "\u{0}",
    "\u{9b}2J",
    "##[",
    "##",
    "[add-mask]x",
    "::error::",
    "\n::",
    "%0A",
    "]]>",
    "<!--",
    "&lt;",
    "\"'",
    "](http://x)",
    "中🦀e\u{301}",
    "word: ",
    "```",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        2 => "[a-z: ]{0,12}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn path() -> impl Strategy<Value = RepoPath> {
    let names = ["catalog/a.yaml", "catalog/b.yaml", "catalog/##[x].yaml", "catalog/é \u{202e}%,'&.yaml"];
    prop::sample::select(names.to_vec()).prop_map(RepoPath::literal)
}

/// Mostly a place of the text, sometimes one that is nowhere.
fn location(a: String, b: String) -> impl Strategy<Value = Location> {
    (path(), 0..90_usize, 0..40_usize, 0..8_u8).prop_map(move |(path, start, length, shape)| {
        let text = if path.as_str().ends_with("a.yaml") { &a } else { &b };
        match shape {
            0 => Location::file(path),
            1 => Location { span: None, start: Position { line: 7, column: 2 }, ..Location::file(path) },
            _ => Location::in_text(path, text, Span::new(start, start + length)),
        }
    })
}

fn finding(a: String, b: String) -> impl Strategy<Value = Finding> {
    let place = location(a, b).boxed();
    let related = prop::collection::vec((place.clone(), text()), 0..4);
    let fix = prop::option::of((0..90_usize, 0..30_usize, text()));
    let help = prop::collection::vec(text(), 0..3);
    (place, any::<bool>(), text(), text(), related, help, fix).prop_map(
        |(at, is_error, message, label, related, help, fix)| {
            let rule = if is_error { &samples::UNKNOWN_RESOURCE } else { &samples::UNUSED_RESOURCE };
            let mut finding = Finding::new(rule, at, message).label(label);
            finding = related.into_iter().fold(finding, |finding, (at, text)| finding.related(at, text));
            finding = help.into_iter().fold(finding, Finding::help);
            match fix {
                Some((start, length, text)) => finding.fix(Span::new(start, start + length), text),
                None => finding,
            }
        },
    )
}

/// One of the paths has no source at all.
fn report() -> impl Strategy<Value = Report> {
    (text(), text()).prop_flat_map(|(a, b)| {
        let findings = prop::collection::vec(finding(a.clone(), b.clone()), 0..4);
        (findings, prop::collection::vec(text(), 0..2)).prop_map(move |(findings, notes)| Report {
            findings,
            notes,
            sources: [("catalog/a.yaml", &a), ("catalog/b.yaml", &b), ("catalog/##[x].yaml", &b)]
                .into_iter()
                .map(|(path, text)| (RepoPath::literal(path), Arc::from(text.as_str())))
                .collect(),
            ..samples::clean()
        })
    })
}

fn options(paint: Paint) -> HumanOptions {
    HumanOptions { limit: None, width: 80, paint }
}

/// The sequences that colour, which are ours.
fn without_colours(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        let end = after.find(|c: char| !c.is_ascii_digit() && c != ';').expect("a sequence ends");
        assert_eq!(after.as_bytes()[end], b'm', "only colours are sent: {text:?}");
        plain.push_str(before);
        rest = &after[end + 1..];
    }
    plain + rest
}

/// Whether the runner of GitHub Actions would take a line for a command.
fn is_command(line: &str) -> bool {
    let trimmed = line.trim_start();
    line.contains("##[") || trimmed.strip_prefix("::").is_some_and(|rest| rest.contains("::"))
}

/// Every tag is closed, in order, and nothing outside the tags could open one.
fn assert_well_formed(xml: &str) {
    let allowed = |c: char| matches!(c, '\n' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(allowed), "{xml:?}");
    let mut open = Vec::new();
    for part in xml.split('<').skip(2) {
        let (tag, text) = part.split_once('>').expect("a tag ends");
        assert!(!text.contains('>'), "{xml}");
        let quotes = tag.matches('"').count();
        assert!(quotes % 2 == 0, "{tag}");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{xml}"),
            None => open.push(tag.split(' ').next().expect("a tag has a name")),
        }
        for reference in text.split('&').skip(1).chain(tag.split('&').skip(1)) {
            let name = reference.split(';').next().expect("a reference has a name");
            let known = ["amp", "lt", "gt", "quot"].contains(&name);
            assert!(known || name.strip_prefix('#').is_some_and(|digits| digits.parse::<u32>().is_ok()), "{xml}");
        }
    }
    assert_eq!(open, Vec::<&str>::new(), "{xml}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 256 }))]

    #[test]
    fn what_people_read_holds_nothing_that_steers_a_terminal_or_a_runner(report in report()) {
        let plain = human(&report, options(Paint::Plain));
        prop_assert!(!plain.chars().any(|c| is_hidden(c) || c == '\t'), "{plain:?}");
        prop_assert!(!plain.lines().any(is_command), "{plain}");
        let coloured = human(&report, options(Paint::Ansi));
        prop_assert!(!coloured.lines().any(is_command), "{coloured}");
        let stripped = without_colours(&coloured);
        prop_assert!(!stripped.chars().any(is_hidden), "{stripped:?}");
    }

    #[test]
    fn programs_get_back_the_very_words(report in report()) {
        let text = json(&report);
        let parsed: Value = serde_json::from_str(&text).expect("the report is JSON");
        prop_assert!(!text.chars().any(is_hidden) && !text.lines().any(is_command), "{text}");
        for (finding, value) in report.findings.iter().zip(parsed["findings"].as_array().expect("a list")) {
            prop_assert_eq!(value["message"].as_str(), Some(finding.message.as_str()));
            prop_assert_eq!(value["path"].as_str(), Some(finding.at.path.as_str()));
        }
        let log = sarif(&report);
        let parsed: Value = serde_json::from_str(&log).expect("the log is JSON");
        prop_assert_eq!(parsed["runs"][0]["results"].as_array().map(Vec::len), Some(report.findings.len()));
        prop_assert!(!log.chars().any(is_hidden) && !log.lines().any(is_command), "{log}");
    }

    #[test]
    fn a_step_of_actions_sees_our_commands_only(report in report()) {
        let output = github(&report);
        prop_assert_eq!(output.lines().count(), report.findings.len() + report.notes.len() + 1);
        prop_assert_eq!(output.lines().filter(|line| is_command(line)).count(), output.lines().count() - 1);
        prop_assert!(!output.contains("##[") && !output.chars().any(is_hidden), "{output:?}");
    }

    #[test]
    fn test_results_are_well_formed(report in report()) {
        let xml = junit(&report);
        assert_well_formed(&xml);
        prop_assert!(!xml.lines().any(is_command), "{xml}");
    }
}

#[test]
fn the_largest_line_that_is_read_is_shown_in_no_time() {
    let mut report = samples::report();
    let source = format!("key: {}\n", "x\u{202e}".repeat(250_000));
    let place = Location::in_text(samples::path("big.yaml"), &source, Span::new(500_001, 500_002));
    report.findings = vec![Finding::new(&samples::UNKNOWN_RESOURCE, place, "far to the right").label("here"); 50];
    report.sources.insert(samples::path("big.yaml"), Arc::from(source));
    let started = std::time::Instant::now();
    let output = human(&report, options(Paint::Plain));
    assert!(started.elapsed().as_secs() < 2, "{:?}", started.elapsed());
    assert!(output.lines().all(|line| line.len() < 400), "{}", output.lines().map(str::len).max().unwrap_or(0));
}
