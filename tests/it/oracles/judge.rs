//! What an output must not hold, each with the reader whom it would steer.

use pavior::model::{Finding, Location, Position, RepoPath};
use pavior::report::visible;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Nothing that a person cannot see, or that moves what they see; a terminal takes no command from it.
pub fn assert_visible(output: &str) {
    assert_eq!(visible(output), output, "hidden characters in an output");
}

/// No line that the runner of GitHub Actions takes for a command. Any carriage return would begin a line, too.
pub fn assert_no_runner_command(output: &str) {
    assert!(!output.contains("##["), "a bracket command: {output}");
    assert!(!output.split(['\n', '\r']).any(is_command), "a command: {output}");
}

/// Whether the runner would take a line for `::name::`.
pub fn is_command(line: &str) -> bool {
    line.trim_start().strip_prefix("::").is_some_and(|rest| rest.contains("::"))
}

/// Takes the sequences that colour out of a terminal's text: they are ours.
pub fn without_colours(text: &str) -> String {
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

/// Markdown of ours: fences are closed; outside code there is no name that GitHub would link, no foreign HTML, no link.
pub fn assert_inert_markdown(markdown: &str) {
    let (mut fence, mut prose) = (None, String::new());
    for line in markdown.lines() {
        let ticks = line.trim_start().bytes().take_while(|byte| *byte == b'`').count();
        match fence {
            Some(length) if ticks >= length && line.trim().len() == ticks => fence = None,
            Some(_) => {}
            None if ticks >= 3 => fence = Some(ticks),
            None => prose.extend([line, "\n"]),
        }
    }
    assert_eq!(fence, None, "an open fence: {markdown}");
    let prose = without_code(&prose);
    for marker in ["@", "](", "http:", "https:", "www.", "<!--"] {
        assert!(!prose.contains(marker), "{marker} outside code: {prose}\n{markdown}");
    }
    let reference = |at: usize| prose[at + 1..].starts_with(|c: char| c.is_ascii_digit());
    assert!(!prose.match_indices('#').any(|(at, _)| reference(at)), "an issue is linked: {prose}");
    assert_balanced(&prose);
}

/// The text outside code spans and `<code>`.
fn without_code(prose: &str) -> String {
    let mut outside = String::new();
    for line in prose.lines() {
        let mut rest = line;
        while let Some(at) = rest.find('`') {
            outside.push_str(&rest[..at]);
            let ticks = rest[at..].bytes().take_while(|byte| *byte == b'`').count();
            rest = &rest[at + ticks..];
            match closing(rest, ticks) {
                Some(end) => rest = &rest[end..],
                None => break,
            }
        }
        outside.push_str(rest);
        outside.push('\n');
    }
    let mut plain = String::new();
    let mut rest = outside.as_str();
    while let Some((before, code)) = rest.split_once("<code>") {
        let (_, after) = code.split_once("</code>").expect("code ends on its line");
        plain.push_str(before);
        rest = after;
    }
    plain + rest
}

/// The end of the first run of exactly so many backticks.
fn closing(text: &str, ticks: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find('`') {
        let run = text[at + found..].bytes().take_while(|byte| *byte == b'`').count();
        at += found + run;
        if run == ticks {
            return Some(at);
        }
    }
    None
}

/// Only our own tags, each closed.
fn assert_balanced(prose: &str) {
    let mut open = Vec::new();
    for part in prose.split('<').skip(1) {
        let (tag, _) = part.split_once('>').unwrap_or_else(|| panic!("a tag without end: {prose}"));
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{prose}"),
            None => {
                assert!(["details", "summary", "sub"].contains(&tag), "foreign HTML <{tag}>: {prose}");
                open.push(tag);
            }
        }
    }
    assert!(open.is_empty(), "open tags {open:?}: {prose}");
}

/// Every tag is closed, in order, and nothing outside the tags could open one.
pub fn assert_well_formed(xml: &str) {
    let allowed = |c: char| matches!(c, '\n' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(allowed), "{xml:?}");
    let mut open = Vec::new();
    for part in xml.split('<').skip(2) {
        let (tag, text) = part.split_once('>').expect("a tag ends");
        assert!(!text.contains('>') && tag.matches('"').count() % 2 == 0, "{xml}");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{xml}"),
            None => open.push(tag.split(' ').next().expect("a tag has a name")),
        }
    }
    assert!(open.is_empty(), "{xml}");
}

/// Every place that a finding names lies in its file, on boundaries of characters, and its line and column are those.
pub fn assert_placed(findings: &[Finding], sources: &BTreeMap<RepoPath, Arc<str>>) {
    for finding in findings {
        assert!(!finding.message.is_empty(), "{finding:?}");
        let places = std::iter::once(&finding.at).chain(finding.related.iter().map(|label| &label.at));
        places.for_each(|at| assert_place(at, sources));
        if let (Some(fix), Some(source)) = (&finding.fix, sources.get(&finding.at.path)) {
            assert!(source.get(fix.span.range()).is_some(), "{finding:?}");
        }
    }
}

fn assert_place(at: &Location, sources: &BTreeMap<RepoPath, Arc<str>>) {
    let (Some(span), Some(source)) = (at.span, sources.get(&at.path)) else { return };
    assert!(source.get(span.range()).is_some(), "{at:?} in {source:?}");
    assert_eq!(at.start, Position::of(source, span.range().start), "{at:?}");
    assert_eq!(at.end, Position::of(source, span.range().end), "{at:?}");
}
