//! What a person reads before and after: what will happen, what is lost, what is next. Values in, text out.

use super::choice::Choice;
use crate::cli::terminal;
use crate::deliver::Foreseen;
use crate::deliver::machine::Conclusion;
use crate::ledger::{UnitName, short};
use crate::report::{HumanOptions, diff_human, visible_line};
use crate::review::diff::Diff;

/// What going back takes and loses.
pub fn foreseen(unit: &UnitName, choice: &Choice, foreseen: &Foreseen, is_refused: bool) -> String {
    let Choice { from, to } = choice;
    let left = short(from.digest.as_deref().unwrap_or("nothing"));
    let mut lines = vec![
        format!("{unit} goes back"),
        format!("  from {left} of commit {}, which will be quarantined", short(&from.commit)),
        format!(
            "  to   {} of commit {}, healthy at {} (record {}, by {})",
            short(&to.digest),
            short(&to.commit),
            to.at,
            to.record,
            visible_line(&to.actor)
        ),
    ];
    let steps: Vec<&str> = foreseen.steps.iter().map(|step| step.effect().as_str()).collect();
    lines.push(format!("steps: {}, revert", steps.join(", ")));
    match &foreseen.terraform {
        None => lines.push("terraform: none".to_owned()),
        Some(says) if says.steps.is_empty() => lines.push("terraform: nothing to do".to_owned()),
        Some(says) => {
            lines.push(format!("terraform: plan {}", short(&says.digest.to_string())));
            let steps = says.steps.iter();
            lines.extend(steps.map(|(address, step)| format!("  {} {}", step.as_str(), visible_line(address))));
        }
    }
    if let Some(says) = &foreseen.terraform {
        lines.extend(says.drift.iter().map(|address| format!("  changed outside: {}", visible_line(address))));
    }
    if foreseen.is_superseded {
        lines.push("a newer merge has something else for it, and wins: `pavior apply` brings that".to_owned());
    }
    lines.extend(foreseen.risks.iter().map(|risk| format!("LOST: {}", visible_line(risk))));
    if is_refused {
        lines.push(format!("nothing is done: say --confirm {unit} if that is meant"));
    }
    let mut text: String = lines.into_iter().map(|line| line + "\n").collect();
    if let Some(change) = &foreseen.change {
        let diff = Diff { units: vec![change.clone()], ..Diff::default() };
        text.push('\n');
        text.push_str(&diff_human(&diff, HumanOptions { limit: Some(40), ..terminal::human_options(None) }));
    }
    text
}

/// What became of it, and what is next.
pub fn concluded(unit: &UnitName, choice: &Choice, conclusion: &Conclusion) -> String {
    let (from, to) = (short(choice.from.digest.as_deref().unwrap_or("nothing")), short(&choice.to.digest));
    let told = visible_line(&conclusion.to_string()).into_owned();
    match conclusion {
        Conclusion::RolledBack { .. } => format!(
            "{unit}: {told}\nit is healthy with {to}; nothing applies {from} again until `pavior quarantine release {unit} \
             {from} --why TEXT`\n"
        ),
        Conclusion::Held { .. } => format!("{unit}: {told}\n{}", held(unit, Some(to))),
        Conclusion::Superseded => format!("{unit}: {told}: nothing was done, and the ledger says so\n"),
        _ => format!("{unit}: {told}\n"),
    }
}

/// How a person goes on with a unit that is held for them.
pub fn held(unit: &UnitName, to: Option<&str>) -> String {
    let to = to.map(|to| format!(" --to {to}")).unwrap_or_default();
    let (environment, name) = (&unit.environment, &unit.unit);
    let commands = [
        ("what was done", format!("pavior audit log --environment {environment} --unit {name}")),
        ("what it takes now", format!("pavior rollback {unit}{to} --dry-run")),
        ("back, once the cause is mended", format!("pavior rollback {unit}{to} --why TEXT")),
        ("or what is quarantined is fine, and apply brings it", format!("pavior quarantine release {unit} --why TEXT")),
    ];
    let lines = commands.map(|(why, command)| format!("  {command}    # {why}\n"));
    format!("nothing more is done to it by itself. By hand:\n{}", lines.concat())
}
