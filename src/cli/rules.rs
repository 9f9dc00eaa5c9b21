//! `pavior rules`: what is checked, and why.

use super::{Outcome, terminal};
use crate::model::{Rule, listed, nearest};
use crate::report::{Align, markdown_to_terminal, table};
use crate::rules::{all, find, stage};
use anyhow::bail;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

/// List all rules, or explain one
#[derive(Debug, Args)]
pub struct Rules {
    /// A rule's id, such as `link/unknown-owner`
    id: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a terminal
    Human,
    /// For programs
    Json,
    /// For a page of documentation
    Markdown,
}

pub fn run(arguments: &Rules) -> anyhow::Result<Outcome> {
    let text = match &arguments.id {
        None => list(arguments.format),
        Some(id) => explained(known(id)?, arguments.format),
    };
    terminal::print(&text)?;
    Ok(Outcome::Clean)
}

fn known(id: &str) -> anyhow::Result<&'static Rule> {
    let Some(rule) = find(id) else {
        match nearest(id, all().map(|rule| rule.id)) {
            Some(near) => bail!("there is no rule `{id}`; did you mean {}?", listed([near], 1)),
            None => bail!("there is no rule `{id}`; `pavior rules` lists them all"),
        }
    };
    Ok(rule)
}

fn list(format: Format) -> String {
    match format {
        Format::Human => human(all()),
        Format::Json => pretty(&all().map(value).collect()),
        Format::Markdown => all().map(markdown).collect::<Vec<_>>().join("\n"),
    }
}

fn explained(rule: &Rule, format: Format) -> String {
    match format {
        Format::Human => markdown_to_terminal(&markdown(rule), terminal::paint(), terminal::width()),
        Format::Json => pretty(&value(rule)),
        Format::Markdown => markdown(rule),
    }
}

/// A table for each stage.
fn human<'r>(rules: impl Iterator<Item = &'r Rule>) -> String {
    let rules: Vec<&Rule> = rules.collect();
    let columns = [("rule", Align::Left), ("severity", Align::Left), ("demands", Align::Left)];
    let row = |rule: &&Rule| vec![rule.id.to_owned(), rule.severity.to_string(), rule.summary.to_owned()];
    let mut text: String = rules
        .chunk_by(|a, b| stage(a) == stage(b))
        .map(|stage| table(&columns, &stage.iter().map(row).collect::<Vec<_>>()) + "\n")
        .collect();
    text.push_str(&format!("{} rules; `pavior rules <id>` explains one\n", rules.len()));
    text
}

fn markdown(rule: &Rule) -> String {
    format!("# {}\n\n**{}**: {}.\n\n{}\n", rule.id, rule.severity, rule.summary, rule.explanation.trim())
}

fn value(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "stage": stage(rule),
        "severity": rule.severity,
        "summary": rule.summary,
        "explanation": rule.explanation,
    })
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Severity;

    static RULES: [Rule; 3] = [
        Rule { id: "read/a", severity: Severity::Error, summary: "Files are small", explanation: "They fit.\n" },
        Rule { id: "read/long-name", severity: Severity::Warning, summary: "Files are few", explanation: "They do." },
        Rule { id: "link/b", severity: Severity::Error, summary: "Owners exist", explanation: "They answer." },
    ];

    #[test]
    fn rules_are_listed_by_stage() {
        let expected = "\
rule            severity  demands
read/a          error     Files are small
read/long-name  warning   Files are few

rule    severity  demands
link/b  error     Owners exist

3 rules; `pavior rules <id>` explains one
";
        assert_eq!(human(RULES.iter()), expected);
    }

    #[test]
    fn a_rule_is_a_page_of_its_own() {
        assert_eq!(markdown(&RULES[0]), "# read/a\n\n**error**: Files are small.\n\nThey fit.\n");
        assert_eq!(value(&RULES[1])["severity"], "warning");
    }

    #[test]
    fn an_unknown_rule_is_an_answer_that_helps() {
        assert!(known("no/such-rule-at-all").unwrap_err().to_string().contains("`pavior rules` lists them"));
    }
}
