//! A report and how approvals stand in, the check run that should stand at a commit out.

use super::approvals::Standing;
use super::digest::ReportDigest;
use super::limit::{OUTPUT_BYTES, fitted};
use super::wording;
use super::words::{Annotation, Button, CheckRun, CommitId, Conclusion, Level};
use crate::model::{Finding, Severity};
use crate::report::{Judged, Report, preflight_markdown, verdict, visible, visible_line};

/// What branch protection asks for.
pub const NAME: &str = "pavior";

/// GitHub takes 255 characters of an annotation's title.
const MOST_TITLE: usize = 255;

/// GitHub takes 64 KB of an annotation's message. People read less.
const MOST_MESSAGE: usize = 8_000;

pub const RECHECK: Button =
    Button { label: "Re-run", identifier: "recheck", description: "Judge it again, as things stand now" };
pub const PREVIEW: Button =
    Button { label: "Preview", identifier: "preview", description: "Open a preview of what was judged" };
pub const TEARDOWN: Button =
    Button { label: "Tear down", identifier: "teardown", description: "Remove the preview and what it costs" };

/// What is to be known beside the report.
#[derive(Debug, Clone, Copy)]
pub struct Judgement<'c> {
    pub head: &'c CommitId,
    pub digest: &'c ReportDigest,
    pub standing: &'c Standing,
    /// Where the whole report is.
    pub full_report: Option<&'c str>,
    /// What nobody should overlook: sentences of [`wording`].
    pub remarks: &'c [String],
    /// Those that make sense now.
    pub buttons: &'c [Button],
}

/// The check run of a report.
pub fn check_run(judged: &Judged, judgement: &Judgement<'_>) -> CheckRun {
    let conclusion = conclusion(judged, judgement.standing);
    let title = match conclusion {
        Conclusion::ActionRequired => wording::waits_for(judgement.standing),
        _ => verdict(judged),
    };
    let approvals = wording::approvals(judgement.standing);
    let footer = wording::footer(judgement.digest, &[], judgement.full_report);
    let summary: Vec<String> =
        std::iter::once(verdict(judged)).chain(judgement.remarks.to_vec()).chain(approvals).collect();
    let note = wording::cut(judgement.full_report);
    CheckRun {
        title: shortened(&title, MOST_TITLE),
        summary: fitted(&summary.join("\n\n"), &note, &format!("\n\n{footer}\n"), OUTPUT_BYTES),
        text: fitted(&preflight_markdown(judged), &note, "", OUTPUT_BYTES),
        conclusion: Some(conclusion),
        annotations: annotations(&judged.report),
        buttons: judgement.buttons.to_vec(),
        details_url: judgement.full_report.map(str::to_owned),
        external_id: judgement.digest.to_string(),
        ..in_progress(judgement.head)
    }
}

/// Errors block, whatever is approved; what is missing of approvals waits for people.
pub fn conclusion(judged: &Judged, standing: &Standing) -> Conclusion {
    match (judged.report.errors(), standing.is_approved()) {
        (1.., _) => Conclusion::Failure,
        (0, false) => Conclusion::ActionRequired,
        (0, true) => Conclusion::Success,
    }
}

/// Before anything else is done, so that what comes to no end is seen.
pub fn in_progress(head: &CommitId) -> CheckRun {
    CheckRun {
        name: NAME.to_owned(),
        commit: head.clone(),
        conclusion: None,
        title: wording::being_judged(),
        // GitHub refuses an empty one.
        summary: wording::being_judged_since_a_moment(),
        text: String::new(),
        annotations: Vec::new(),
        buttons: Vec::new(),
        details_url: None,
        external_id: String::new(),
    }
}

/// A run that came to no report fails, and says why.
pub fn could_not_run(head: &CommitId, reason: &str, details_url: Option<&str>) -> CheckRun {
    CheckRun {
        conclusion: Some(Conclusion::Failure),
        title: wording::could_not_run_title(),
        summary: wording::could_not_run(reason),
        buttons: vec![RECHECK],
        details_url: details_url.map(str::to_owned),
        ..in_progress(head)
    }
}

/// One a finding, errors first, at lines that there are.
pub fn annotations(report: &Report) -> Vec<Annotation> {
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
    findings.into_iter().map(|finding| annotation(finding, report)).collect()
}

fn annotation(finding: &Finding, report: &Report) -> Annotation {
    let at = &finding.at;
    // GitHub refuses a line that the file does not have, and with it all annotations of the request.
    let lines = report.sources.get(&at.path).map(|text| text.lines().count().max(1));
    let lines = lines.and_then(|count| u32::try_from(count).ok()).unwrap_or(u32::MAX);
    let line = |line: u32| line.clamp(1, lines);
    let (start_line, end_line) = match at.span {
        Some(_) => (line(at.start.line), line(at.end.line.max(at.start.line))),
        None => (1, 1),
    };
    let is_one_line = at.span.is_some() && at.start.line == at.end.line && (1..=lines).contains(&at.start.line);
    let columns = is_one_line.then(|| (at.start.column.max(1), at.end.column.max(at.start.column).max(1)));
    Annotation {
        path: at.path.to_string(),
        start_line,
        end_line,
        columns,
        level: match finding.severity() {
            Severity::Error => Level::Failure,
            Severity::Warning => Level::Warning,
        },
        title: shortened(finding.rule.id, MOST_TITLE),
        message: shortened(&message(finding), MOST_MESSAGE),
    }
}

/// Message, label, related places and help, a line each. GitHub shows it as plain text.
fn message(finding: &Finding) -> String {
    let label = (!finding.label.is_empty()).then(|| finding.label.clone());
    let related = finding.related.iter().map(|one| format!("{}:{}: {}", one.at.path, one.at.start.line, one.text));
    let help = finding.help.iter().map(|line| format!("help: {line}"));
    let lines = std::iter::once(finding.message.clone()).chain(label).chain(related).chain(help);
    lines.map(|line| visible_line(&line).into_owned()).collect::<Vec<_>>().join("\n")
}

/// At most so many bytes, whole characters.
fn shortened(text: &str, most: usize) -> String {
    let shown = visible(text);
    if shown.len() <= most {
        return shown.into_owned();
    }
    let mut end = most - '…'.len_utf8();
    while !shown.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &shown[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::digest::digest;
    use crate::model::{Location, RepoPath, Rule, Span};
    use std::sync::Arc;

    static ERROR: Rule = Rule { id: "schema/example", severity: Severity::Error, summary: "", explanation: "" };
    static WARNING: Rule = Rule { id: "schema/remark", severity: Severity::Warning, summary: "", explanation: "" };
    const FILE: &str = "kind: Service\nmetadata:\n  name: cart\n";

    fn commit(digit: char) -> CommitId {
        CommitId::parse(&digit.to_string().repeat(40)).unwrap()
    }

    fn path() -> RepoPath {
        RepoPath::literal("catalog/cart.yaml")
    }

    fn at(part: &str) -> Location {
        let start = FILE.find(part).unwrap();
        Location::in_text(path(), FILE, Span::new(start, start + part.len()))
    }

    fn with(findings: Vec<Finding>) -> Judged {
        let mut judged = Judged::default();
        judged.report.findings = findings;
        judged.report.sources.insert(path(), Arc::from(FILE));
        judged
    }

    fn run(judged: &Judged, standing: &Standing) -> CheckRun {
        let digest = digest(&commit('a'), &commit('b'), "{}");
        let buttons = [RECHECK, PREVIEW, TEARDOWN];
        let (head, full_report) = (commit('b'), Some("https://github.com/acme/platform/actions/runs/1"));
        let judgement =
            Judgement { head: &head, digest: &digest, standing, full_report, remarks: &[], buttons: &buttons };
        check_run(judged, &judgement)
    }

    fn waiting() -> Standing {
        Standing { objections: vec!["alice".to_owned()], ..Standing::default() }
    }

    #[test]
    fn every_run_comes_to_a_conclusion() {
        let error = with(vec![Finding::new(&ERROR, at("cart"), "x")]);
        let warning = with(vec![Finding::new(&WARNING, at("cart"), "x")]);
        let concluded = |judged: &Judged, standing: &Standing| run(judged, standing).conclusion.unwrap();
        assert_eq!(concluded(&error, &Standing::default()), Conclusion::Failure);
        assert_eq!(concluded(&error, &waiting()), Conclusion::Failure);
        assert_eq!(concluded(&warning, &waiting()), Conclusion::ActionRequired);
        assert_eq!(concluded(&warning, &Standing::default()), Conclusion::Success);
        let nothing = run(&Judged::default(), &Standing::default());
        assert_eq!((nothing.conclusion, nothing.title.as_str()), (Some(Conclusion::Success), "no deployed effect"));
        assert_eq!(in_progress(&commit('b')).conclusion, None);
        let failed = could_not_run(&commit('b'), "no `git`\n@acme/everyone", None);
        assert_eq!(failed.conclusion, Some(Conclusion::Failure));
        assert!(failed.summary.contains("``no `git`\\n@acme/everyone``"), "{}", failed.summary);
        assert_eq!((failed.name.as_str(), failed.external_id.as_str()), (NAME, ""));
    }

    #[test]
    fn a42_annotations_are_at_lines_that_there_are_errors_first() {
        let beyond = Location { start: crate::model::Position { line: 90, column: 7 }, ..at("cart") };
        let findings = vec![
            Finding::new(&WARNING, Location::file(path()), "of the file"),
            Finding::new(&WARNING, at("name: cart"), "x"),
            Finding::new(&ERROR, at("Service\nmetadata"), "over two lines"),
            Finding::new(&ERROR, beyond, "beyond"),
        ];
        let annotations = annotations(&with(findings).report);
        let places = annotations.iter().map(|one| (one.level, one.start_line, one.end_line, one.columns));
        assert_eq!(
            places.collect::<Vec<_>>(),
            [
                (Level::Failure, 1, 2, None),
                (Level::Failure, 3, 3, None),
                (Level::Warning, 1, 1, None),
                (Level::Warning, 3, 3, Some((3, 13))),
            ]
        );
    }

    #[test]
    fn a42_a_thousand_findings_are_a_thousand_annotations_and_none_too_long() {
        let long = "🦀".repeat(3_000);
        let finding = |_| Finding::new(&ERROR, at("cart"), long.clone()).help("a\n::error::b");
        let run = run(&with((0..1000).map(finding).collect()), &waiting());
        assert_eq!(run.annotations.len(), 1000);
        for one in &run.annotations {
            assert!(one.message.len() <= MOST_MESSAGE && one.title.len() <= MOST_TITLE && !one.message.is_empty());
        }
        assert!(run.summary.len() <= OUTPUT_BYTES && run.text.len() <= OUTPUT_BYTES && run.title.len() <= MOST_TITLE);
    }

    #[test]
    fn a41_what_people_write_makes_no_summary_too_long() {
        let objections = (0..5000).map(|number| format!("{number}{}", "x".repeat(500))).collect();
        let run = run(&with(Vec::new()), &Standing { objections, ..Standing::default() });
        assert!(run.summary.len() <= OUTPUT_BYTES, "{}", run.summary.len());
    }

    #[test]
    fn buttons_are_as_short_as_github_takes_them() {
        for button in [RECHECK, PREVIEW, TEARDOWN] {
            assert!(button.label.len() <= 20 && button.identifier.len() <= 20 && button.description.len() <= 40);
        }
    }

    #[test]
    fn it_is_found_again_by_the_digest_and_says_it() {
        let run = run(&with(Vec::new()), &Standing::default());
        assert_eq!(
            ReportDigest::parse(&run.external_id).map(|digest| run.summary.contains(digest.shown())),
            Some(true)
        );
        assert_eq!(run.details_url.as_deref(), Some("https://github.com/acme/platform/actions/runs/1"));
    }
}
