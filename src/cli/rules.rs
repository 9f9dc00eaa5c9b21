//! `pavior rules`: what is checked, and why.

use super::organisation::{Organisation, rule_page, rules_table};
use super::repository::Repository;
use super::{Outcome, terminal};
use crate::model::{Rule, listed, nearest};
use crate::report::{Align, markdown_to_terminal, table};
use crate::review::policy::InForce;
use crate::rules::{all, find, stage};
use anyhow::bail;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

/// List all rules, those of the repository's policies among them, or explain one
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Rules {
    /// A rule's id, such as `link/unknown-owner`
    id: Option<String>,
    #[command(flatten)]
    repository: Repository,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

const HOW: &str = "\
Rules of Pavior are the same everywhere; those of the organisation are the policies of the repository in which this is \
run, at the severity and with the owners that pavior.yaml gives them. Outside of any repository the former alone are told.";

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
    // Where a repository is named, it has to be one.
    let organisation = match Organisation::load(&arguments.repository) {
        Err(error) if arguments.repository.is_named() => return Err(error),
        loaded => loaded.ok(),
    };
    let policies = organisation.as_ref().map(Organisation::rules).unwrap_or_default();
    let text = match &arguments.id {
        None => list(&policies, arguments.format),
        Some(id) => match policies.iter().find(|one| one.rule.id == *id) {
            Some(policy) => page(&rule_page(policy), || policy_value(policy), arguments.format),
            None => {
                let rule = known(id, &policies)?;
                page(&markdown(rule), || value(rule), arguments.format)
            }
        },
    };
    terminal::print(&text)?;
    Ok(organisation.map_or(Outcome::Clean, |organisation| organisation.told()))
}

fn known(id: &str, policies: &[InForce<'_>]) -> anyhow::Result<&'static Rule> {
    let Some(rule) = find(id) else {
        let ids = all().map(|rule| rule.id).chain(policies.iter().map(|one| one.rule.id.as_str()));
        match nearest(id, ids) {
            Some(near) => bail!("there is no rule `{id}`; did you mean {}?", listed([near], 1)),
            None => bail!("there is no rule `{id}`; `pavior rules` lists them all"),
        }
    };
    Ok(rule)
}

fn list(policies: &[InForce<'_>], format: Format) -> String {
    match format {
        Format::Human => human(all(), policies),
        Format::Json => pretty(&all().map(value).chain(policies.iter().map(policy_value)).collect()),
        Format::Markdown => all().map(markdown).chain(policies.iter().map(rule_page)).collect::<Vec<_>>().join("\n"),
    }
}

fn page(markdown: &str, value: impl FnOnce() -> Value, format: Format) -> String {
    match format {
        Format::Human => markdown_to_terminal(markdown, terminal::paint(), terminal::width()),
        Format::Json => pretty(&value()),
        Format::Markdown => markdown.to_owned(),
    }
}

/// A table for each stage, the organisation's own at the end.
fn human<'r>(rules: impl Iterator<Item = &'r Rule>, policies: &[InForce<'_>]) -> String {
    let rules: Vec<&Rule> = rules.collect();
    let columns = [("rule", Align::Left), ("severity", Align::Left), ("demands", Align::Left)];
    let row = |rule: &&Rule| vec![rule.id.to_owned(), rule.severity.to_string(), rule.summary.to_owned()];
    let mut text: String = rules
        .chunk_by(|a, b| stage(a) == stage(b))
        .map(|stage| table(&columns, &stage.iter().map(row).collect::<Vec<_>>()) + "\n")
        .collect();
    let own = match policies.len() {
        0 => "none of them a policy of this repository".to_owned(),
        count => {
            text.push_str(&(rules_table(policies) + "\n"));
            format!("{count} of them policies of this repository")
        }
    };
    text.push_str(&format!("{} rules, {own}; `pavior rules <id>` explains one\n", rules.len() + policies.len()));
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

fn policy_value(one: &InForce<'_>) -> Value {
    json!({
        "id": one.rule.id,
        "stage": "policy",
        "severity": one.severity,
        "summary": one.rule.title,
        "explanation": one.rule.explanation(),
        "owners": one.owners,
        "approvals": one.approvals,
        "enforceFrom": one.enforce_from,
        "declaredAt": {"path": one.rule.at.path.as_str(), "line": one.rule.at.start.line},
    })
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Findings, Severity};
    use crate::read::{Snapshot, read};
    use crate::review::policy::{Policies, in_force};

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

3 rules, none of them a policy of this repository; `pavior rules <id>` explains one
";
        assert_eq!(human(RULES.iter(), &[]), expected);
    }

    #[test]
    fn the_organisations_own_stand_at_the_end_with_whose_they_are_and_where() {
        let text = "package pavior.a\n\n# METADATA\n# title: Nothing is called x\n# custom: {owners: [platform], approvals: 2}\n\
                    deny contains \"x\" if input.unit.name == \"x\"\n";
        let policies = Policies::of(&Snapshot::of([("policies/a.rego", text)]), &mut Findings::default());
        let documents = read(Snapshot::default(), &mut Findings::default());
        let rules: Vec<InForce<'_>> = policies.rules().iter().map(|rule| in_force(rule, &documents)).collect();
        let told = human(RULES[..1].iter(), &rules);
        let expected = "\
rule      severity  demands              owners                 declared at
policy/a  error     Nothing is called x  platform, 2 approvals  policies/a.rego:6

2 rules, 1 of them policies of this repository; `pavior rules <id>` explains one
";
        assert!(told.ends_with(expected), "{told}");
        let value = policy_value(&rules[0]);
        assert_eq!(value["declaredAt"], json!({"path": "policies/a.rego", "line": 6}));
        assert_eq!((&value["owners"], &value["approvals"]), (&json!(["platform"]), &json!(2)));
    }

    #[test]
    fn a_rule_is_a_page_of_its_own() {
        assert_eq!(markdown(&RULES[0]), "# read/a\n\n**error**: Files are small.\n\nThey fit.\n");
        assert_eq!(value(&RULES[1])["severity"], "warning");
    }

    #[test]
    fn an_unknown_rule_is_an_answer_that_helps() {
        assert!(known("no/such-rule-at-all", &[]).unwrap_err().to_string().contains("`pavior rules` lists them"));
    }
}
