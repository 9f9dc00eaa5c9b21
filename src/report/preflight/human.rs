//! For people at a terminal: the verdict, what changes where, then each part.

use super::Judged;
use super::sections::sections;
use super::wording::{approval, checks, notes, verdict};
use crate::report::inert::{inert, visible_line};
use crate::report::{HumanOptions, Paint, diff_human};
use crate::review::verdict::Outcome;
use annotate_snippets::renderer::{AnsiColor, Style};

/// The whole report; the limit cuts each list.
pub fn preflight_human(judged: &Judged, options: HumanOptions) -> String {
    let painted = |text: &str, style: Style| match options.paint {
        Paint::Plain => text.to_owned(),
        Paint::Ansi => format!("{style}{text}{style:#}"),
    };
    let colour = match judged.outcome() {
        Outcome::NoEffect | Outcome::CanMerge => AnsiColor::BrightGreen,
        Outcome::NeedsApproval(_) => AnsiColor::Yellow,
        Outcome::Blocked(_) => AnsiColor::BrightRed,
    };
    let bold = Style::new().bold();
    let mut output = painted(&visible_line(&verdict(judged)), colour.on_default().bold()) + "\n";
    for note in notes(judged) {
        output.push_str(&format!(
            "{} {}\n",
            painted("note:", AnsiColor::BrightCyan.on_default().bold()),
            // Ours to set a path apart on a pull request; here they would be there to be read.
            visible_line(&note.replace('`', ""))
        ));
    }
    output.push('\n');
    for check in checks(judged) {
        output.push_str(&format!("  {}\n", visible_line(&check)));
    }
    let approvals = &judged.preflight.approvals;
    if !approvals.is_empty() {
        output.push_str(&format!("\n{}\n", painted("needed", bold)));
        approvals.iter().for_each(|one| output.push_str(&format!("  {}\n", visible_line(&approval(one)))));
    }
    let limit = options.limit.unwrap_or(usize::MAX);
    for section in sections(judged) {
        output.push_str(&format!("\n{}\n", painted(&visible_line(&section.title), bold)));
        for line in section.lines.iter().take(limit) {
            output.push_str(&format!("  {}\n", visible_line(line)));
        }
        if section.lines.len() > limit {
            output.push_str(&format!("  and {} lines more\n", section.lines.len() - limit));
        }
    }
    if !judged.preflight.diff.units.is_empty() {
        output.push_str(&format!("\n{}", diff_human(&judged.preflight.diff, options)));
    }
    inert(output)
}
