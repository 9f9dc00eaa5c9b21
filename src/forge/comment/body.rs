//! A report and how things stand around it in, the text of the comment out.

use super::marker::Marker;
use crate::forge::applied::section;
use crate::forge::approvals::Standing;
use crate::forge::limit::{COMMENT_BYTES, fitted};
use crate::forge::wording;
use crate::forge::words::CommitId;
use crate::report::{Judged, preflight_markdown, verdict};
use crate::review::verdict::Outcome;

/// What the comment says beside the report.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    pub marker: &'a Marker,
    pub standing: &'a Standing,
    pub fate: &'a Fate,
    /// What runs of it: sentences of [`wording`].
    pub previews: &'a [String],
    /// What nobody should overlook, and what commands came to: sentences of [`wording`].
    pub remarks: &'a [String],
    /// Where the whole report is.
    pub full_report: Option<&'a str>,
}

/// What became of the pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    Open,
    Merged {
        by: Option<String>,
        commit: Option<CommitId>,
        /// Lines of [`crate::forge::applied`].
        applied: Vec<String>,
    },
    Closed,
}

/// The comment as it should stand, within what GitHub takes.
///
/// The report is that of `pavior preflight --format markdown`, byte for byte, where it fits.
pub fn body(judged: &Judged, about: &About<'_>) -> String {
    let marker = format!("{}\n", about.marker);
    if has_nothing_to_say(judged, about) {
        let applied = applied(about.fate).map(|section| format!("\n{section}\n")).unwrap_or_default();
        return format!("{marker}{}\n{applied}", one_line(judged, about));
    }
    let note = wording::cut(about.full_report);
    let text = fitted(&preflight_markdown(judged), &note, &tail(judged, about), COMMENT_BYTES - marker.len());
    marker + &text
}

/// Whether one line says it all.
fn has_nothing_to_say(judged: &Judged, about: &About<'_>) -> bool {
    let report = &judged.report;
    judged.outcome() == Outcome::NoEffect
        && report.findings.is_empty()
        && report.notes.is_empty()
        && report.waived.iter().all(|one| !one.is_new)
        && about.standing.objections.is_empty()
        && about.remarks.is_empty()
        && about.previews.is_empty()
}

fn one_line(judged: &Judged, about: &About<'_>) -> String {
    let footer = wording::short_footer(&about.marker.head, &about.marker.base, about.full_report);
    let parts = [Some(format!("**Pavior:** {}", verdict(judged))), wording::fate(about.fate), Some(footer)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn tail(judged: &Judged, about: &About<'_>) -> String {
    let is_open = *about.fate == Fate::Open;
    let digest = &about.marker.digest;
    let mut paragraphs: Vec<String> = [about.previews, about.remarks].concat();
    if is_open {
        paragraphs.extend(wording::approvals(about.standing));
    }
    let next = match (is_open, judged.outcome()) {
        (false, _) => Vec::new(),
        (true, Outcome::NeedsApproval(_)) if about.standing.missing() > 0 => {
            vec![format!("approve {}", digest.to_name_in_a_command()), "recheck".to_owned()]
        }
        (true, _) => vec!["recheck".to_owned(), "help".to_owned()],
    };
    paragraphs.push(wording::footer(digest, &next, about.full_report));
    paragraphs.extend(wording::fate(about.fate));
    paragraphs.extend(applied(about.fate));
    paragraphs.iter().map(|paragraph| format!("\n{paragraph}\n")).collect()
}

fn applied(fate: &Fate) -> Option<String> {
    match fate {
        Fate::Merged { applied, .. } => section(applied),
        Fate::Open | Fate::Closed => None,
    }
}

#[cfg(test)]
pub mod tests {
    use super::super::marker::tests::marker;
    use super::*;
    use crate::forge::approvals::{Needed, TeamHandle, TeamStanding};
    use crate::model::{Finding, Location, Name, RepoPath, Rule, Severity};
    use crate::review::verdict::{Approval, Ground};

    pub static RULE: Rule = Rule { id: "schema/example", severity: Severity::Error, summary: "", explanation: "" };

    pub fn approval(team: &str, count: u32) -> Approval {
        let ground = Ground { count, ..Ground::default() };
        Approval::of(Name::parse(team).unwrap(), [("owner".to_owned(), ground)].into())
    }

    pub fn needs(approvals: &[Approval]) -> Judged {
        let mut judged = Judged { base: "aaaaaaaaaa".into(), head: "bbbbbbbbbb".into(), ..Judged::default() };
        judged.preflight.approvals = approvals.to_vec();
        judged
    }

    pub fn standing(approved: &[&str]) -> Standing {
        let needed = Needed {
            team: Name::parse("shopping").unwrap(),
            handle: TeamHandle::parse("@acme/shopping"),
            count: 2,
            at_head: 2,
            sticky: Vec::new(),
            because: vec!["owner".to_owned()],
        };
        let approved = approved.iter().map(|login| (*login).to_owned()).collect();
        Standing { teams: vec![TeamStanding { needed, approved, is_known: true }], ..Standing::default() }
    }

    pub fn text(judged: &Judged, standing: &Standing, fate: &Fate, remarks: &[String]) -> String {
        let marker = marker('a', 'b', 17);
        let full_report = Some("https://github.com/acme/platform/actions/runs/17");
        body(judged, &About { marker: &marker, standing, fate, previews: &[], remarks, full_report })
    }

    #[test]
    fn it_says_the_report_how_approvals_stand_and_what_comes_next() {
        insta::assert_snapshot!(text(&needs(&[approval("shopping", 2)]), &standing(&["alice"]), &Fate::Open, &[]));
    }

    #[test]
    fn the_report_is_that_of_the_command_line_byte_for_byte() {
        let judged = needs(&[approval("shopping", 2)]);
        let text = text(&judged, &standing(&[]), &Fate::Open, &[]);
        assert!(text.contains(&preflight_markdown(&judged)), "{text}");
    }

    #[test]
    fn a_preview_stands_below_the_report_and_before_all_else() {
        let (marker, standing) = (marker('a', 'b', 17), standing(&[]));
        let previews = ["**Preview:** <https://pr-12.preview.example>, running".to_owned()];
        let remarks = ["look".to_owned()];
        let about = About {
            marker: &marker,
            standing: &standing,
            fate: &Fate::Open,
            previews: &previews,
            remarks: &remarks,
            full_report: None,
        };
        let judged = needs(&[approval("shopping", 2)]);
        let text = body(&judged, &about);
        let (report, rest) = text.split_once(&previews[0]).unwrap();
        assert!(
            report.trim_end().ends_with(preflight_markdown(&judged).trim_end()) && rest.starts_with("\n\nlook\n"),
            "{text}"
        );
        let quiet = body(&needs(&[]), &About { remarks: &[], ..about });
        assert!(quiet.contains(&previews[0]) && quiet.lines().count() > 2, "{quiet}");
    }

    #[test]
    fn nothing_deployed_changes_is_one_line() {
        let judged = needs(&[]);
        let quiet = text(&judged, &Standing::default(), &Fate::Open, &[]);
        assert_eq!(quiet.lines().count(), 2, "{quiet}");
        assert!(quiet.lines().nth(1).unwrap().starts_with("**Pavior:** no deployed effect · "), "{quiet}");
        let merged = Fate::Merged { by: Some("alice".to_owned()), commit: None, applied: Vec::new() };
        assert!(text(&judged, &Standing::default(), &merged, &[]).contains("merged by `alice`"));
        // What somebody has to read is not swallowed.
        assert!(text(&judged, &Standing::default(), &Fate::Open, &["look".to_owned()]).lines().count() > 2);
        let mut noted = needs(&[]);
        noted.report.notes.push("base has no platform files".to_owned());
        assert!(text(&noted, &Standing::default(), &Fate::Open, &[]).contains("base has no platform files"));
    }

    #[test]
    fn a_pull_request_that_is_over_says_what_happened_and_offers_nothing() {
        let judged = needs(&[approval("shopping", 2)]);
        let commit = marker('c', 'c', 1).head;
        let merged = Fate::Merged { by: Some("alice".to_owned()), commit: Some(commit), applied: Vec::new() };
        let merged = text(&judged, &standing(&[]), &merged, &[]);
        assert!(merged.trim_end().ends_with("**merged by `alice` as cccccccccc**"), "{merged}");
        let closed = text(&judged, &standing(&[]), &Fate::Closed, &[]);
        assert!(closed.trim_end().ends_with("**closed without being merged**"), "{closed}");
        for text in [merged, closed] {
            assert!(!text.contains("/pavior") && !text.contains("**Approvals:**"), "{text}");
        }
    }

    #[test]
    fn a41_no_comment_is_larger_than_github_takes() {
        for character in ["x", "🦀"] {
            let mut judged = needs(&[approval("shopping", 2)]);
            judged.report.notes = (0..40).map(|_| character.repeat(2000)).collect();
            let at = Location::file(RepoPath::literal("catalog/a.yaml"));
            judged.report.findings =
                (0..1000).map(|_| Finding::new(&RULE, at.clone(), character.repeat(900))).collect();
            let people: Vec<String> = (0..3000).map(|number| format!("person-{number}-{}", "x".repeat(30))).collect();
            let mut told = standing(&[]);
            told.objections = people;
            let text = text(&judged, &told, &Fate::Open, &[]);
            assert!(text.len() <= COMMENT_BYTES, "{}", text.len());
            assert!(text.contains("the whole of it is in the [full report](https://github.com/"), "{text}");
            assert!(text.contains(marker('a', 'b', 17).digest.shown()), "the digest is of the whole");
        }
    }
}
