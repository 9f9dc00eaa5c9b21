//! For a pull request: the verdict, a table, a line of checks, whom it needs, and folds.
//!
//! Whatever comes from a repository stands in fences or in code: there GitHub links no name, runs no HTML, and closes no
//! fold.

use super::Judged;
use super::sections::{Section, sections};
use super::wording::{approval, checks, notes, verdict};
use crate::report::diff::{escaped, fence, folds, unit_table};
use crate::report::inert::{inert, visible_line};

/// What GitHub takes in one comment is 65,536; there has to be room for what else stands in it.
const MOST_BYTES: usize = 60_000;

/// How many lines of a section are shown.
const MOST_LINES: usize = 60;

/// What a fold of differences may leave of the room at least to what is below it.
const KEPT: usize = 600;

/// The comment, byte for byte as it will stand.
pub fn preflight_markdown(judged: &Judged) -> String {
    let diff = &judged.preflight.diff;
    let mut output = format!("### Pavior: {}\n", verdict(judged));
    for note in notes(judged) {
        output.push_str(&format!("\n> {}\n", quoted(&note)));
    }
    if !diff.units.is_empty() {
        output.push_str(&unit_table(diff, 40));
    }
    output.push_str(&format!(
        "\n{}\n",
        checks(judged).iter().map(|check| escaped(check)).collect::<Vec<_>>().join(" · ")
    ));
    let approvals: Vec<String> = judged.preflight.approvals.iter().map(|one| escaped(&approval(one))).collect();
    if !approvals.is_empty() {
        output.push_str(&format!("\n**Needed:** {}\n", approvals.join(" · ")));
    }
    for section in sections(judged) {
        let text = fold(&section);
        if output.len() + text.len() + KEPT > MOST_BYTES {
            output.push_str(&format!("\n<sub>left out for want of room: {}</sub>\n", escaped(&section.title)));
            continue;
        }
        output.push_str(&text);
    }
    let room = MOST_BYTES.saturating_sub(output.len() + KEPT);
    output.push_str(&folds(diff, room));
    output.push_str(&format!(
        "\n<sub>{} against {} · `pavior preflight --base {}` says the same</sub>\n",
        escaped(&judged.head),
        escaped(&judged.base),
        escaped(&judged.base)
    ));
    inert(output)
}

/// A note that holds what people wrote (why nothing should change now) is code: as text it could name a team or link.
fn quoted(note: &str) -> String {
    let links = |note: &str| {
        note.contains(['@', '#', '[', '!', '*', '_', '~', '\\']) || note.contains("://") || note.contains("www.")
    };
    // What stands in code already, such as a path, is inert there.
    let is_paired = note.matches('`').count().is_multiple_of(2) && !note.contains("``");
    let outside: String = note.split('`').step_by(2).collect();
    if !links(if is_paired { &outside } else { note }) {
        return escaped(note);
    }
    let note = visible_line(note);
    let longest = note.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let ticks = "`".repeat(longest + 1);
    format!("{ticks} {note} {ticks}")
}

fn fold(section: &Section) -> String {
    let shown = section.lines.iter().take(MOST_LINES).map(|line| visible_line(line).into_owned() + "\n");
    let mut text: String = shown.collect();
    if section.lines.len() > MOST_LINES {
        text.push_str(&format!("and {} lines more\n", section.lines.len() - MOST_LINES));
    }
    let (fence, open) = (fence(&text), if section.is_open { " open" } else { "" });
    let summary = escaped(&section.title);
    format!("\n<details{open}><summary>{summary}</summary>\n\n{fence}text\n{text}{fence}\n\n</details>\n")
}

#[cfg(test)]
mod tests {
    use super::super::samples::{blocked, change, large};
    use super::*;

    #[test]
    fn a_reviewer_reads_the_verdict_then_the_table_then_whom_it_needs() {
        insta::assert_snapshot!(preflight_markdown(&change()));
    }

    #[test]
    fn what_blocks_is_unfolded() {
        let text = preflight_markdown(&blocked());
        assert!(text.starts_with("### Pavior: blocked by 1 error"), "{text}");
        assert!(text.contains("<details open><summary>1 error</summary>"), "{text}");
    }

    #[test]
    fn hostile_text_closes_neither_fold_nor_fence_and_names_nobody() {
        let text = preflight_markdown(&blocked());
        let (mut open, mut folds): (Option<usize>, i32) = (None, 0);
        for line in text.lines() {
            let ticks = line.len() - line.trim_start_matches('`').len();
            match open {
                None if ticks > 2 => open = Some(ticks),
                Some(longest) if ticks >= longest && line.len() == ticks => open = None,
                Some(_) => {}
                None => {
                    folds += i32::from(line.starts_with("<details")) - i32::from(line == "</details>");
                    assert!(!line.contains("@acme/everyone") && !line.contains("<img"), "{line}");
                }
            }
        }
        assert_eq!((open, folds), (None, 0));
    }

    #[test]
    fn a39_a_reason_that_people_wrote_names_nobody() {
        let mut judged = change();
        judged.preflight.risks[0].freeze = Some("`x` @acme/everyone fixes #1 ![](http://evil/x)".to_owned());
        let text = preflight_markdown(&judged);
        let line = text.lines().find(|line| line.contains("is frozen")).unwrap();
        assert!(line.starts_with("> `` production is frozen: `x` @acme/everyone") && line.ends_with(" ``"), "{line}");
    }

    #[test]
    fn a_path_in_a_note_is_code_and_the_rest_of_the_note_is_not() {
        assert_eq!(quoted("edits `policies/pod_security.rego` here"), "edits `policies/pod_security.rego` here");
        assert_eq!(quoted("`a` and `b` by @acme/x"), "`` `a` and `b` by @acme/x ``");
        assert_eq!(quoted("`a @acme/x"), "`` `a @acme/x ``");
    }

    #[test]
    fn five_hundred_units_fit_one_comment() {
        let text = preflight_markdown(&large(500));
        assert!(text.len() < 60_000, "{}", text.len());
        assert!(text.contains("more"), "{text}");
    }
}
