//! For a pull request: the verdict, a table, and folds with what it rests on.
//!
//! Whatever comes from a repository stands in code: there GitHub links no name, runs no HTML and closes no fold.

use super::wording::{
    amount, assumption, basis, by, coverage, delta, not_priced, percent, range, sources, state, verdict, whose,
};
use crate::report::inert::{visible_line, without_bracket_commands};
use crate::review::cost::{Line, Overview, money, total};

/// The overview as Markdown; of lists no more than the limit is shown, and what is left out is counted.
pub fn cost_markdown(overview: &Overview, limit: Option<usize>) -> String {
    let limit = limit.unwrap_or(usize::MAX);
    let mut output = format!("### Pavior: {}\n\n<sub>{}</sub>\n", verdict(overview), basis());
    for note in &overview.notes {
        output.push_str(&format!("\n> {}\n", code(note)));
    }
    output.push_str(&lines(overview, limit));
    output.push_str(&budgets(overview));
    output.push_str(&format!("\n{}\n", coverage(overview.total.coverage)));
    let told = overview.not_priced.iter().map(|((what, why), units)| not_priced(what, *why, units));
    output.push_str(&fold("Not priced", told.collect(), limit));
    let assumed = overview.assumptions.iter().map(|(text, lines)| assumption(text, *lines));
    output.push_str(&fold("Assumptions", assumed.collect(), limit));
    let unverified = overview.unverified.iter().cloned().collect();
    output.push_str(&fold("Prices that nobody compared with their source", unverified, limit));
    if !overview.books.is_empty() {
        output.push_str(&format!("\n<sub>price books: {}</sub>\n", sources(overview)));
    }
    without_bracket_commands(output)
}

fn lines(overview: &Overview, limit: usize) -> String {
    let mut titles = vec![by(overview.by)];
    if overview.compared {
        titles.extend(["base", "head", "delta"]);
    } else {
        titles.push("a month");
    }
    titles.push("as replicas come and go");
    let mut output = format!("\n| {} |\n|---|{}---|\n", titles.join(" | "), "--:|".repeat(titles.len() - 2));
    let mut row = |name: String, line: &Line| {
        let mut cells = vec![name];
        if overview.compared {
            let (base, head) = (amount(line.base_coverage, line.base), amount(line.coverage, line.head));
            cells.extend([base, head, delta(line)]);
        } else {
            cells.push(amount(line.coverage, line.head));
        }
        cells.push(range(line.head).unwrap_or_default());
        output.push_str(&format!("| {} |\n", cells.join(" | ")));
    };
    overview.lines.iter().take(limit).for_each(|line| row(code(&line.name), line));
    if overview.lines.len() > limit {
        let rest = &overview.lines[limit..];
        row(format!("{} more", rest.len()), &total(rest));
    }
    row("**total**".to_owned(), &overview.total);
    output
}

fn budgets(overview: &Overview) -> String {
    if overview.budgets.is_empty() {
        return String::new();
    }
    let mut output = "\n| budget | costs | of | used | |\n|---|--:|--:|--:|---|\n".to_owned();
    for one in &overview.budgets {
        let budget = format!("{} {}", money(i128::from(one.budget.micros)), one.budget.currency);
        let costs = money(one.used.expected);
        output.push_str(&format!(
            "| {} | {costs} | {budget} | {} | {} |\n",
            code(&whose(&one.of)),
            percent(one),
            state(one.state)
        ));
    }
    output
}

fn fold(title: &str, items: Vec<String>, limit: usize) -> String {
    if items.is_empty() {
        return String::new();
    }
    let mut output = format!("\n<details><summary>{title} ({})</summary>\n\n", items.len());
    items.iter().take(limit).for_each(|item| output.push_str(&format!("- {}\n", code(item))));
    if items.len() > limit {
        output.push_str(&format!("- {} more\n", items.len() - limit));
    }
    output + "\n</details>\n"
}

/// As code that nothing in it can end.
fn code(text: &str) -> String {
    let text = visible_line(text).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::cost::samples::compared;

    #[test]
    fn a_reviewer_sees_the_sum_first_then_the_table_then_what_it_rests_on() {
        let text = cost_markdown(&compared(), None);
        assert!(
            text.starts_with(
                "### Pavior: the difference is not known: 1 line without a price changed, beside 27.01 USD more; priced"
            ),
            "{text}"
        );
        assert!(text.contains("\n| `cart` | 173.01 | 200.02 | +27.01 | 127.02 to 273.02 |\n"), "{text}");
        assert!(text.contains("\n| **total** | 180.31 | 207.32 | not known | 134.32 to 280.32 |\n"), "{text}");
        assert!(text.contains("<details><summary>Not priced (1)</summary>"), "{text}");
        assert!(cost_markdown(&compared(), Some(1)).contains("\n| 2 more |"));
    }

    #[test]
    fn nothing_in_a_text_ends_its_code() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`x"), "`` `x ``");
        assert_eq!(code("a|b"), "`a\\|b`");
    }
}
