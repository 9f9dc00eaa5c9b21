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
        output.push_str(&format!("\n> {}\n", escaped(&note)));
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
        assert_eq!(text.matches("<details").count(), text.matches("</details>").count(), "{text}");
        let mut fences = 0;
        for line in text.lines() {
            if line.starts_with("```") {
                fences += 1;
            }
            assert!(fences % 2 == 1 || (!line.contains("@acme/everyone") && !line.contains("<img")), "{line}");
        }
        assert_eq!(fences % 2, 0);
    }

    #[test]
    fn five_hundred_units_fit_one_comment() {
        let text = preflight_markdown(&large(500));
        assert!(text.len() < 60_000, "{}", text.len());
        assert!(text.contains("more"), "{text}");
    }
}
