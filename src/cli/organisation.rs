//! The rules that an organisation's policies add, as `pavior.yaml` lets them count: a repository in, rules out.

use super::repository::Repository;
use super::{Outcome, terminal};
use crate::model::{Findings, RepoPath};
use crate::read::{Documents, Snapshot, read};
use crate::report::{Align, HumanOptions, Report, human, table};
use crate::review::policy::{InForce, Policies, in_force};
use crate::revisions;

/// The policies of a repository, and what is wrong with them.
pub struct Organisation {
    policies: Policies,
    /// Of the settings alone.
    documents: Documents,
    mistakes: Report,
}

impl Organisation {
    pub fn load(repository: &Repository) -> anyhow::Result<Organisation> {
        let loaded = revisions::load(&repository.root()?, None)?;
        let mut findings = Findings::default();
        let policies = Policies::of(&loaded.snapshot, &mut findings);
        let is_settings = |path: &RepoPath| path.as_str() == "pavior.yaml";
        let files = loaded.snapshot.files.iter().filter(|(path, _)| is_settings(path));
        let settings =
            Snapshot { files: files.map(|(path, text)| (path.clone(), text.clone())).collect(), ..Snapshot::default() };
        let documents = read(settings, &mut Findings::default());
        let mistakes = Report { sources: loaded.snapshot.files, findings: findings.into_sorted(), ..Report::default() };
        Ok(Organisation { policies, documents, mistakes })
    }

    /// By id.
    pub fn rules(&self) -> Vec<InForce<'_>> {
        let mut rules: Vec<InForce<'_>> =
            self.policies.rules().iter().map(|rule| in_force(rule, &self.documents)).collect();
        rules.sort_by(|a, b| a.rule.id.cmp(&b.rule.id));
        rules
    }

    /// Policies that are wrong are missing from the answer.
    pub fn told(&self) -> Outcome {
        if self.mistakes.findings.is_empty() {
            return Outcome::Clean;
        }
        let options = HumanOptions { limit: None, ..terminal::human_options(None) };
        terminal::tell(human(&self.mistakes, options).trim_end());
        Outcome::Blocked
    }
}

/// What each demands, whose it is, and where it is declared.
pub fn rules_table(rules: &[InForce<'_>]) -> String {
    let columns = ["rule", "severity", "demands", "owners", "declared at"].map(|title| (title, Align::Left));
    let row = |one: &InForce<'_>| {
        let rule = one.rule;
        let place = format!("{}:{}", rule.at.path, rule.at.start.line);
        vec![rule.id.clone(), severity(one), rule.title.clone(), owners(one), place]
    };
    table(&columns, &rules.iter().map(row).collect::<Vec<_>>())
}

/// `# id`, then severity, demand and explanation.
pub fn rule_page(one: &InForce<'_>) -> String {
    let rule = one.rule;
    let owners = match owners(one) {
        owners if owners.is_empty() => String::new(),
        owners => format!("\n\nOwned by {owners}."),
    };
    format!("# {}\n\n**{}**: {}.\n\n{}{owners}\n", rule.id, severity(one), rule.title, rule.explanation())
}

fn severity(one: &InForce<'_>) -> String {
    match one.enforce_from {
        None => one.severity.to_string(),
        Some(day) => format!("{} from {day}", one.severity),
    }
}

/// `platform, 1 approval`.
fn owners(one: &InForce<'_>) -> String {
    let names: Vec<&str> = one.owners.iter().map(|name| name.as_str()).collect();
    match one.approvals {
        0 => names.join(", "),
        1 => format!("{}, 1 approval", names.join(", ")),
        count => format!("{}, {count} approvals", names.join(", ")),
    }
}
