//! For people at a terminal: the total, a table, then what it rests on.

use super::wording::{
    amount, assumption, basis, by, coverage, delta, not_priced, percent, range, sources, state, verdict, whose,
};
use crate::report::inert::{inert, visible_line};
use crate::report::table::{Align, table};
use crate::report::{HumanOptions, Paint};
use crate::review::cost::{BudgetState, Line, Overview, money};
use annotate_snippets::renderer::{AnsiColor, Style};

/// The whole overview; the limit cuts each list.
pub fn cost_human(overview: &Overview, options: HumanOptions) -> String {
    let limit = options.limit.unwrap_or(usize::MAX);
    let page = Page { paint: options.paint, limit };
    let mut output = page.painted(&verdict(overview), verdict_style(overview)) + "\n";
    output.push_str(&format!("{}\n", basis()));
    for note in &overview.notes {
        output.push_str(&format!("{} {}\n", page.painted("note:", NOTE), visible_line(note)));
    }
    output.push('\n');
    output.push_str(&lines(overview, limit));
    output.push_str(&page.budgets(overview));
    output.push_str(&page.coverage(overview));
    let assumed = overview.assumptions.iter().map(|(text, lines)| assumption(text, *lines));
    output.push_str(&page.list("assumed", assumed.collect()));
    if !overview.books.is_empty() {
        output.push_str(&format!("\n{} {}\n", page.painted("price books:", TITLE), sources(overview)));
    }
    let unverified = overview.unverified.iter().cloned().collect();
    output.push_str(&page.list("prices that nobody compared with their source", unverified));
    inert(output)
}

const NOTE: Style = AnsiColor::BrightCyan.on_default().bold();
const TITLE: Style = Style::new().bold();

fn verdict_style(overview: &Overview) -> Style {
    match overview.total.delta().expected {
        delta if overview.compared && delta > 0 => AnsiColor::Yellow.on_default().bold(),
        _ => TITLE,
    }
}

/// Dearest first would move lines about; by name they stay where they were.
fn lines(overview: &Overview, limit: usize) -> String {
    let has_range = overview.total.head.is_range();
    let mut columns = vec![(by(overview.by), Align::Left)];
    if overview.compared {
        columns.push(("base", Align::Right));
    }
    columns.push((if overview.compared { "head" } else { "a month" }, Align::Right));
    if overview.compared {
        columns.push(("delta", Align::Right));
    }
    if has_range {
        columns.push(("as replicas come and go", Align::Left));
    }
    let row = |line: &Line| {
        let mut cells = vec![line.name.clone()];
        if overview.compared {
            cells.push(amount(line.base_coverage, line.base));
        }
        cells.push(amount(line.coverage, line.head));
        if overview.compared {
            cells.push(delta(line));
        }
        if has_range {
            cells.push(range(line.head).unwrap_or_default());
        }
        cells
    };
    let mut rows: Vec<Vec<String>> = overview.lines.iter().take(limit).map(row).collect();
    if overview.lines.len() > limit {
        let left_out = &overview.lines[limit..];
        let rest = crate::review::cost::total(left_out);
        rows.push(row(&Line { name: format!("{} more", left_out.len()), ..rest }));
    }
    rows.push(row(&overview.total));
    table(&columns, &rows)
}

struct Page {
    paint: Paint,
    limit: usize,
}

impl Page {
    fn painted(&self, text: &str, style: Style) -> String {
        match self.paint {
            Paint::Plain => text.to_owned(),
            Paint::Ansi => format!("{style}{text}{style:#}"),
        }
    }

    fn budgets(&self, overview: &Overview) -> String {
        if overview.budgets.is_empty() && overview.previews.is_empty() {
            return String::new();
        }
        let columns = [
            ("budget", Align::Left),
            ("costs", Align::Right),
            ("of", Align::Right),
            ("used", Align::Right),
            ("", Align::Left),
        ];
        let rows = overview.budgets.iter().map(|one| {
            let told = if one.state == BudgetState::Within { String::new() } else { state(one.state).to_owned() };
            let budget = format!("{} {}", money(i128::from(one.budget.micros)), one.budget.currency);
            vec![whose(&one.of), money(one.used.expected), budget, percent(one), told]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        let mut output = String::new();
        if !rows.is_empty() {
            output.push_str(&format!("\n{}", table(&columns, &rows)));
        }
        let budgeted = |name: &str| overview.budgets.iter().any(|one| whose(&one.of) == format!("one {name}, a day"));
        for (name, day) in overview.previews.iter().filter(|(name, _)| !budgeted(name)) {
            output.push_str(&format!("\none {name} costs {} a day\n", money(day.expected)));
        }
        output
    }

    fn coverage(&self, overview: &Overview) -> String {
        let covered = coverage(overview.total.coverage);
        let mut output = format!("\n{} {covered}\n", self.painted("lines:", TITLE));
        let told = overview.not_priced.iter().map(|((what, why), units)| not_priced(what, *why, units));
        let told: Vec<String> = told.collect();
        output.push_str(&self.items(&told));
        output
    }

    fn list(&self, title: &str, items: Vec<String>) -> String {
        if items.is_empty() {
            return String::new();
        }
        format!("\n{}\n{}", self.painted(&format!("{title}:"), TITLE), self.items(&items))
    }

    fn items(&self, items: &[String]) -> String {
        let shown = items.iter().take(self.limit).map(|item| format!("  {}\n", visible_line(item)));
        let mut output: String = shown.collect();
        if items.len() > self.limit {
            output.push_str(&format!("  and {} more (`--limit 0` shows all)\n", items.len() - self.limit));
        }
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::cost::samples::{compared, plain};

    fn shown(overview: &Overview) -> String {
        cost_human(overview, HumanOptions { limit: None, width: 100, paint: Paint::Plain })
    }

    #[test]
    fn base_head_and_delta_stand_side_by_side_and_add_up() {
        let text = shown(&compared());
        let expected = "\
the difference is not known: 1 line without a price changed, beside 27.01 USD more; priced is 207.32 USD a month (134.32 to 280.32)
list prices, a month of 730 hours, without VAT, free allowances and discounts

service    base        head      delta  as replicas come and go
cart     173.01      200.02     +27.01  127.02 to 273.02
mail       7.30        7.30          -
report        -  not priced  not known
total    180.31      207.32  not known  134.32 to 280.32

lines: 3 priced, 1 free, 1 not priced
  workload in production/report: runs now and then, and nobody says how long
";
        assert!(text.starts_with(expected), "{text}");
        assert!(text.contains("\nassumed:\n  half-way between 2 and 6 replicas\n"), "{text}");
    }

    #[test]
    fn without_a_base_there_is_one_column_and_what_is_cut_is_counted() {
        let text = shown(&plain());
        assert!(text.starts_with("207.32 USD a month (134.32 to 280.32)\n"), "{text}");
        let cut = cost_human(&plain(), HumanOptions { limit: Some(1), width: 100, paint: Paint::Plain });
        assert!(cut.contains("\n2 more"), "{cut}");
        assert!(cut.contains("\ntotal"), "{cut}");
    }
}
