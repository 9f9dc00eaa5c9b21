//! For a pull request: the verdict, a table, a fold a group.
//!
//! Whatever comes from a repository stands in code: there GitHub links no name, runs no HTML and closes no fold.

use super::human::short;
use super::table::overview;
use super::value::{Shown, remark, shown};
use super::wording::{LEGEND, contents, effect, left_out, mark, objects, title, verdict};
use crate::report::inert::{inert, visible_line};
use crate::review::diff::{Diff, FieldChange, Group, UnitChange, groups};

/// What GitHub takes in one comment, with room for what else stands in it.
const MOST_BYTES: usize = 60_000;

/// Digests are for who compares two reports; JSON has them all, and what changes needs the room.
const MOST_DIGESTS: usize = 100;

/// The diff as Markdown; what does not fit a comment is counted.
pub fn diff_markdown(diff: &Diff, limit: Option<usize>) -> String {
    let limit = limit.unwrap_or(usize::MAX);
    let mut output = format!("### Pavior: {}\n", verdict(diff));
    for note in &diff.notes {
        output.push_str(&format!("\n> {}\n", escaped(note)));
    }
    if diff.units.is_empty() {
        return inert(output);
    }
    output.push_str(&unit_table(diff, limit));
    let room = MOST_BYTES.saturating_sub(output.len());
    output.push_str(&limited_folds(diff, limit, room));
    inert(output)
}

/// The differences and digests that fit into so many bytes; the rest is counted.
pub fn folds(diff: &Diff, room: usize) -> String {
    limited_folds(diff, usize::MAX, room)
}

fn limited_folds(diff: &Diff, limit: usize, room: usize) -> String {
    if diff.units.is_empty() {
        return String::new();
    }
    let groups = groups(diff);
    let digests = digests(&diff.units, limit.min(MOST_DIGESTS));
    let mut output = String::new();
    let mut told = 0;
    for group in groups.iter().take(limit) {
        let fold = fold(group);
        if output.len() + fold.len() + digests.len() > room {
            break;
        }
        output.push_str(&fold);
        told += 1;
    }
    if told < groups.len() {
        output.push_str(&format!("\n{}\n", left_out(groups.len() - told, "group")));
    }
    if output.len() + digests.len() <= room {
        output.push_str(&digests);
    }
    output
}

/// What changes where.
pub fn unit_table(diff: &Diff, limit: usize) -> String {
    let overview = overview(diff, limit);
    let mut output =
        format!("\n| | {} |\n|---|{}\n", overview.environments.join(" | "), "---|".repeat(overview.environments.len()));
    for (name, cells) in overview.rows {
        output.push_str(&format!("| **{name}** | {} |\n", cells.join(" | ")));
    }
    if overview.left_out > 0 {
        output.push_str(&format!("\n{}\n", left_out(overview.left_out, "unit")));
    }
    output + "\n<sub>" + LEGEND + "</sub>\n"
}

fn fold(group: &Group<'_>) -> String {
    let mut lines = Vec::new();
    if group.environment.is_some() {
        lines.push(format!("{} {}", diff_mark(mark(group.action)), contents(&group.units)));
    }
    for change in &group.changes {
        lines
            .extend(objects(change, group).iter().map(|object| format!("{} {object}", diff_mark(mark(change.action)))));
        change.fields.iter().for_each(|field| lines.extend(field_lines(field)));
    }
    let text: String = lines.iter().map(|line| visible_line(line).into_owned() + "\n").collect();
    let fence = fence(&text);
    let summary = match headline(group) {
        Some(change) => format!("{}: <code>{}</code>", html(&title(group)), html(&visible_line(&change))),
        None => html(&title(group)),
    };
    format!("\n<details><summary>{summary}</summary>\n\n{fence}diff\n{text}{fence}\n\n</details>\n")
}

/// What a group does, where that is one field: `image v1 -> v2`.
fn headline(group: &Group<'_>) -> Option<String> {
    let [change] = group.changes.as_slice() else { return None };
    let [field] = change.fields else { return None };
    match shown(field) {
        Shown::Changed(before, after) => Some(format!("{} {before} -> {after}", field.path.keys().last()?)),
        Shown::Added(_) | Shown::Removed(_) | Shown::Lines(_) => None,
    }
}

/// GitHub colours lines by `+`, `-` and `!`.
fn diff_mark(mark: &'static str) -> String {
    if mark == "±" { format!("! {mark}") } else { mark.to_owned() }
}

fn field_lines(field: &FieldChange) -> Vec<String> {
    let path = &field.path;
    let mut lines = match shown(field) {
        Shown::Added(value) => vec![format!("+     {path}: {value}")],
        Shown::Removed(value) => vec![format!("-     {path}: {value}")],
        Shown::Changed(before, after) => vec![format!("-     {path}: {before}"), format!("+     {path}: {after}")],
        Shown::Lines(changed) => {
            let line = |line: &String| match line.split_at_checked(1) {
                Some((mark @ ("-" | "+"), rest)) => format!("{mark}      {rest}"),
                _ => format!("       {line}"),
            };
            std::iter::once(format!("      {path}:")).chain(changed.iter().map(line)).collect()
        }
    };
    for text in [remark(field), effect(field)].into_iter().filter(|text| !text.is_empty()) {
        lines.push(format!("!       {text}"));
    }
    lines
}

fn digests(units: &[UnitChange], limit: usize) -> String {
    let mut output = "\n<details><summary>digests</summary>\n\n| unit | before | after |\n|---|---|---|\n".to_owned();
    for unit in units.iter().take(limit) {
        output.push_str(&format!("| {} | `{}` | `{}` |\n", unit.unit, short(unit.base), short(unit.head)));
    }
    if units.len() > limit {
        output.push_str(&format!("\n{}\n", left_out(units.len() - limit, "unit")));
    }
    output + "\n</details>\n"
}

/// A fence longer than any run of backticks within.
pub fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A sentence of ours, with the code spans it has; no name in it can be anything but a name.
pub fn escaped(text: &str) -> String {
    html(&visible_line(text))
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::review::diff::{FieldPath, Step};

    #[test]
    fn a_pull_request_gets_a_table_and_folds() {
        insta::assert_snapshot!(diff_markdown(&samples::diff(), None));
    }

    #[test]
    fn hostile_text_closes_neither_fold_nor_fence() {
        let output = diff_markdown(&samples::diff(), None);
        assert_eq!(output.matches("</details>").count(), output.matches("<details>").count());
        assert!(output.contains("`````diff\n"), "{output}");
        for summary in output.lines().filter(|line| line.contains("<summary>")) {
            assert!(!summary.contains("<img"), "{summary}");
        }
        assert!(!output.contains("##[") && !output.contains('\u{202e}'), "{output}");
    }

    #[test]
    fn a_runner_that_prints_it_sees_no_command() {
        let mut diff = samples::diff();
        let field = &mut diff.units[1].changes[0].fields[0];
        field.path = FieldPath(vec![Step::Key("::add-mask::a".to_owned())]);
        (field.before, field.after) = (Some("a\nb".into()), Some("a\nc".into()));
        let output = diff_markdown(&diff, None);
        assert!(output.contains("add-mask"), "{output}");
        assert!(!output.lines().any(|line| line.trim_start().starts_with("::")), "{output}");
    }

    #[test]
    fn a_comment_stays_below_what_github_takes() {
        let mut diff = samples::diff();
        let unit = diff.units[3].clone();
        for number in 0..2_000 {
            let mut unit = unit.clone();
            unit.unit.name = crate::model::Name::parse(&format!("unit-{number}")).unwrap();
            unit.changes[1].fields[0].after = Some(serde_json::json!(number));
            diff.units.push(unit);
        }
        let output = diff_markdown(&diff, Some(500));
        assert!(output.len() < 65_536 && output.contains("groups more"), "{}", output.len());
    }
}
