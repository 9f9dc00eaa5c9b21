//! For people at a terminal: the verdict, a table of what changes where, then each change once.

use super::table::overview;
use super::value::{Shown, remark, shown};
use super::wording::{LEGEND, contents, effect, mark, more, objects, title, verdict};
use crate::compile::Digest;
use crate::report::inert::{inert, visible_line};
use crate::report::table::{Align, table};
use crate::report::{HumanOptions, Paint};
use crate::review::diff::{Action, Diff, FieldChange, Group, GroupedChange, UnitChange, groups};
use annotate_snippets::renderer::{AnsiColor, Style};

/// The whole diff; the limit cuts the table, the groups and the digests.
pub fn diff_human(diff: &Diff, options: HumanOptions) -> String {
    let limit = options.limit.unwrap_or(usize::MAX);
    let page = Page { options };
    let mut output = page.painted(&verdict(diff), verdict_style(diff)) + "\n";
    for note in &diff.notes {
        output.push_str(&format!("{} {}\n", page.painted("note:", NOTE), visible_line(note)));
    }
    if diff.units.is_empty() {
        return inert(output);
    }
    output.push('\n');
    output.push_str(&page.table(diff, limit));
    output.push('\n');
    let groups = groups(diff);
    for group in groups.iter().take(limit) {
        output.push_str(&page.group(group));
        output.push('\n');
    }
    if groups.len() > limit {
        output.push_str(&more(groups.len() - limit, "group"));
        output.push_str("\n\n");
    }
    output.push_str(&page.digests(&diff.units, limit));
    inert(output)
}

const NOTE: Style = AnsiColor::BrightCyan.on_default().bold();
const TITLE: Style = Style::new().bold();

fn style(action: Action) -> Style {
    match action {
        Action::Create => AnsiColor::BrightGreen.on_default(),
        Action::Update => AnsiColor::Yellow.on_default(),
        Action::Replace => AnsiColor::BrightRed.on_default().bold(),
        Action::Move => AnsiColor::Cyan.on_default(),
        Action::Delete => AnsiColor::BrightRed.on_default(),
    }
}

fn verdict_style(diff: &Diff) -> Style {
    let destroys = diff.units.iter().any(|unit| unit.count(Action::Replace) > 0 || unit.action == Action::Delete);
    let colour = match (diff.units.is_empty(), destroys) {
        (true, _) => AnsiColor::BrightGreen,
        (false, true) => AnsiColor::BrightRed,
        (false, false) => AnsiColor::Yellow,
    };
    colour.on_default().bold()
}

struct Page {
    options: HumanOptions,
}

impl Page {
    fn painted(&self, text: &str, style: Style) -> String {
        match self.options.paint {
            Paint::Plain => text.to_owned(),
            Paint::Ansi => format!("{style}{text}{style:#}"),
        }
    }

    fn table(&self, diff: &Diff, limit: usize) -> String {
        let overview = overview(diff, limit);
        let columns: Vec<(&str, Align)> = std::iter::once(("", Align::Left))
            .chain(overview.environments.iter().map(|name| (name.as_str(), Align::Left)))
            .collect();
        let rows: Vec<Vec<String>> =
            overview.rows.into_iter().map(|(name, cells)| [vec![name], cells].concat()).collect();
        let mut output = table(&columns, &rows);
        if overview.left_out > 0 {
            output.push_str(&more(overview.left_out, "unit"));
            output.push('\n');
        }
        output + LEGEND + "\n"
    }

    fn group(&self, group: &Group<'_>) -> String {
        let mut output = self.painted(&title(group), TITLE) + "\n";
        if group.environment.is_some() {
            let line = format!("{} {}", mark(group.action), contents(&group.units));
            output.push_str(&format!("  {}\n", self.painted(&line, style(group.action))));
        }
        for change in &group.changes {
            output.push_str(&self.change(change, group));
        }
        output
    }

    fn change(&self, change: &GroupedChange<'_>, group: &Group<'_>) -> String {
        let mut output = String::new();
        for object in objects(change, group) {
            let line = format!("{} {}", mark(change.action), visible_line(&object));
            output.push_str(&format!("  {}\n", self.painted(&line, style(change.action))));
        }
        for field in change.fields {
            output.push_str(&self.field(field, change.action));
        }
        output
    }

    fn field(&self, field: &FieldChange, action: Action) -> String {
        let path = field.path.to_string();
        let path = visible_line(&path);
        let green = |text: &str| self.painted(&visible_line(text), style(Action::Create));
        let red = |text: &str| self.painted(&visible_line(text), style(Action::Delete));
        let mut line = match shown(field) {
            Shown::Added(value) if action == Action::Create => format!("      {path}: {}", green(&value)),
            Shown::Added(value) => format!("      {path}: {}", green(&format!("+ {value}"))),
            Shown::Removed(value) => format!("      {path}: {}", red(&format!("- {value}"))),
            Shown::Changed(before, after) => format!("      {path}: {} -> {}", red(&before), green(&after)),
            Shown::Lines(lines) => {
                let paint = |line: &String| if line.starts_with('-') { red(line) } else { green(line) };
                let lines = lines.iter().map(|line| format!("\n        {}", paint(line)));
                format!("      {path}:{}", lines.collect::<String>())
            }
        };
        if !remark(field).is_empty() {
            line.push_str(&format!(" ({})", remark(field)));
        }
        if !effect(field).is_empty() {
            line.push_str(&format!("\n        {}", self.painted(effect(field), style(Action::Replace))));
        }
        line + "\n"
    }

    fn digests(&self, units: &[UnitChange], limit: usize) -> String {
        let columns = [("digests", Align::Left), ("before", Align::Left), ("after", Align::Left)];
        let rows: Vec<Vec<String>> = units
            .iter()
            .take(limit)
            .map(|unit| vec![unit.unit.to_string(), short(unit.base), short(unit.head)])
            .collect();
        let mut output = table(&columns, &rows);
        if units.len() > limit {
            output.push_str(&more(units.len() - limit, "unit"));
            output.push('\n');
        }
        output
    }
}

/// What a group changes, as lines without colours.
pub fn plain_lines(group: &Group<'_>) -> Vec<String> {
    let page = Page { options: HumanOptions { limit: None, width: 0, paint: Paint::Plain } };
    let text: String = group.changes.iter().map(|change| page.change(change, group)).collect();
    text.lines().map(str::to_owned).collect()
}

/// As much of a digest as people compare; `-` for none.
pub fn short(digest: Option<Digest>) -> String {
    digest.map_or_else(|| "-".to_owned(), |digest| digest.to_string()[..12].to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn plain(limit: Option<usize>) -> String {
        diff_human(&samples::diff(), HumanOptions { limit, width: 100, paint: Paint::Plain })
    }

    #[test]
    fn a_diff_is_a_verdict_a_table_and_each_change_once() {
        insta::assert_snapshot!(plain(None));
    }

    #[test]
    fn hostile_text_steers_neither_terminal_nor_runner() {
        let output = plain(None);
        assert!(!output.contains('\u{202e}') && !output.contains("##[") && !output.contains("\n::"), "{output}");
    }

    #[test]
    fn a_limit_says_what_it_leaves_out() {
        let output = plain(Some(1));
        assert!(output.contains("and 3 groups more") && output.contains("and 2 units more"), "{output}");
    }

    #[test]
    fn without_an_effect_one_line_is_enough() {
        let none = Diff { unchanged: 3, ..Diff::default() };
        let options = HumanOptions { limit: None, width: 100, paint: Paint::Plain };
        assert_eq!(diff_human(&none, options), "no deployed effect: 3 units keep the digest\n");
    }
}
