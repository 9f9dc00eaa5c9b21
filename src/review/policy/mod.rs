//! The organisation's policies in Rego: files below `policies/` and compiled units in, findings at declarations out.
//!
//! Policies are platform files: whose count, base's or head's, is the caller's to say. A policy that is wrong is a
//! finding at its own line, and never hides what the others say.

mod annotation;
mod bounds;
mod changes;
mod engine;
mod facts;
mod input;
mod located;
mod origin;
mod recursion;
mod report;
pub mod rules;
mod settings;
mod source;
mod testing;
#[cfg(test)]
mod tests;
mod walk;
mod wording;

pub use changes::{About, Aspect, How, PolicyChange, changes};
pub use engine::MAX_STEPS;
pub use facts::{CapacityFacts, ChangeFacts, Compared, CostFacts};
pub use input::{Input, Needs, input_schema};
use input::{Standing, of_environment, of_unit};
pub use report::{Judged, RequiredApproval, findings, required_approvals};
pub use settings::{InForce, in_force};
pub use testing::{FileCoverage, TestCase, TestFile, TestOutcome, TestRun, run_tests};

use crate::compile::{MadeOf, Source};
use crate::model::{Findings, Location, Name, RepoPath, Rule, Severity, intern};
use crate::provision::UnitId;
use crate::read::Snapshot;
use engine::{Compiled, Stop};
use source::{Policy, Verb, is_test};
use std::collections::BTreeMap;

/// The folder that policies lie in.
pub const FOLDER: &str = "policies";

/// The policies of one revision, compiled once.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    policies: Vec<Policy>,
    compiled: Option<Compiled>,
    /// What is asked, as the compiled entries stand.
    rules: Vec<PolicyRule>,
    needs: Needs,
}

/// One `deny` or `warn`, as it is asked and told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRule {
    pub id: String,
    pub title: String,
    pub description: String,
    /// Before any ceiling.
    pub severity: Severity,
    pub help: Vec<String>,
    pub links: Vec<String>,
    pub owners: Vec<Name>,
    pub approvals: Option<u32>,
    verb: Verb,
    /// The file that it is in, and the place of its head.
    pub at: Location,
}

/// What a rule says of a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Its place in [`Policies::rules`].
    rule: usize,
    unit: UnitId,
    message: String,
    /// `manifests/<kind>/<name>` or `terraform/<module>`; None is the declaration.
    object: Option<String>,
    field: Option<String>,
    /// The line of a declaration that set the field, where one did.
    at: Option<Location>,
}

/// Why a rule did not say anything.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Limit(usize),
    Failed(usize, Location),
    Shape(usize, &'static str),
}

/// What all rules say of one unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opinion {
    violations: Vec<Violation>,
    faults: Vec<Fault>,
}

impl Policies {
    /// Reads and compiles the policies of a snapshot, but for their tests.
    pub fn of(snapshot: &Snapshot, findings: &mut Findings) -> Policies {
        let mut policies = Vec::new();
        for (path, text) in rego_files(snapshot).filter(|(path, _)| !is_test(path)) {
            policies.extend(source::policy(path, text, findings));
        }
        recursion::refuse(&mut policies, findings);
        let compiled = engine::compile(&mut policies, findings);
        let rules = rules_of(&policies, compiled.as_ref(), findings);
        let needs = Needs::of(policies.iter().map(|policy| policy.reads.as_ref()));
        Policies { policies, compiled, rules, needs }
    }

    pub fn rules(&self) -> &[PolicyRule] {
        &self.rules
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What the rules want to know.
    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// Whether some rule is asked about units that a change deletes.
    pub fn judge_what_goes(&self) -> bool {
        self.policies.iter().any(reads_the_change)
    }

    /// What the rules say of a unit; with what it was at base, where there is one.
    pub fn opinion(&self, source: Source<'_, '_>, base: Option<&Compared>) -> Opinion {
        self.told(source, base.map_or(Standing::Alone, Standing::Compared), |_| true)
    }

    /// What they say of a unit of base that the change deletes: those whose files read `input.change`, and no others.
    pub fn opinion_of_what_goes(&self, source: Source<'_, '_>, change: &ChangeFacts) -> Opinion {
        self.told(source, Standing::Goes(change), reads_the_change)
    }

    fn told(&self, source: Source<'_, '_>, standing: Standing<'_>, is_asked: impl Fn(&Policy) -> bool) -> Opinion {
        if self.is_empty() {
            return Opinion::default();
        }
        let input = match source.made_of {
            MadeOf::Unit(unit) => of_unit(source.world, unit, source.objects, &self.needs, standing),
            MadeOf::Environment(facts) => of_environment(source.world, facts, source.objects, &self.needs, standing),
        };
        let mut opinion = self.opinion_of(&source.id(), input.into_value(), is_asked);
        if opinion.violations.iter().any(|violation| violation.object.is_some()) {
            let provenance = source.provenance();
            opinion.violations.iter_mut().for_each(|violation| violation.at = origin::of(&provenance, violation));
        }
        opinion
    }

    fn opinion_of(&self, unit: &UnitId, input: serde_json::Value, is_asked: impl Fn(&Policy) -> bool) -> Opinion {
        let mut opinion = Opinion::default();
        let Some(compiled) = &self.compiled else { return opinion };
        let mut machine = compiled.machine(input);
        let asked = |entry: &engine::Entry| is_asked(&self.policies[entry.policy]);
        let mut together = machine.ask_all();
        for (rule, entry) in compiled.entries.iter().enumerate().filter(|(_, entry)| asked(entry)) {
            let answer = match &mut together {
                Some(found) => Ok(std::mem::take(&mut found[rule])),
                None => machine.ask(&self.policies, entry),
            };
            match answer {
                Ok(results) => {
                    for result in results {
                        match violation(rule, unit, &result) {
                            Ok(violation) => opinion.violations.push(violation),
                            Err(problem) => opinion.faults.push(Fault::Shape(rule, problem)),
                        }
                    }
                }
                Err(Stop::Limit) => opinion.faults.push(Fault::Limit(rule)),
                Err(Stop::Failed(at)) => opinion.faults.push(Fault::Failed(rule, at)),
            }
        }
        opinion
    }
}

/// All that a policy may be asked about a unit, where nothing is compared.
pub fn input(source: Source<'_, '_>) -> serde_json::Value {
    let needs = Needs::everything();
    let input = match source.made_of {
        MadeOf::Unit(unit) => of_unit(source.world, unit, source.objects, &needs, Standing::Alone),
        MadeOf::Environment(facts) => of_environment(source.world, facts, source.objects, &needs, Standing::Alone),
    };
    input.into_value()
}

/// By name: a policy that reads the whole input did not mean to judge what is gone.
fn reads_the_change(policy: &Policy) -> bool {
    policy.reads.as_ref().is_some_and(|fields| fields.contains("change"))
}

/// The Rego files, in the order of their paths.
pub fn rego_files(snapshot: &Snapshot) -> impl Iterator<Item = (&RepoPath, &str)> {
    let files = snapshot.below(FOLDER).filter(|(path, _, _)| path.extension() == Some("rego"));
    files.map(|(path, _, text)| (path, text.as_ref()))
}

/// The longest message of a policy.
const MAX_MESSAGE: usize = 1_000;

/// A text, or an object with `msg`.
fn violation(rule: usize, unit: &UnitId, result: &serde_json::Value) -> Result<Violation, &'static str> {
    use serde_json::Value;
    let text = |field: &str| match result.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.len() <= MAX_MESSAGE && !text.contains('\n') => Ok(Some(text.clone())),
        Some(_) => Err("has a `msg`, `object` or `field` that is not one line of text"),
    };
    let (message, object, field) = match result {
        Value::String(message) => (Some(message.clone()), None, None),
        Value::Object(_) => (text("msg")?, text("object")?, text("field")?),
        _ => return Err("is neither a text nor an object"),
    };
    match message.map(|message| message.trim().trim_end_matches('.').to_owned()) {
        Some(message) if !message.is_empty() && message.len() <= MAX_MESSAGE && !message.contains('\n') => {
            Ok(Violation { rule, unit: unit.clone(), message, object, field, at: None })
        }
        Some(_) => Err("has a message that is not one line of text"),
        None => Err("has no `msg`"),
    }
}

/// Names and annotations of what is compiled.
fn rules_of(policies: &[Policy], compiled: Option<&Compiled>, findings: &mut Findings) -> Vec<PolicyRule> {
    let crowded = engine::crowded(policies);
    let mut seen: BTreeMap<String, Location> = BTreeMap::new();
    let mut rules = Vec::new();
    for entry in compiled.into_iter().flat_map(|compiled| &compiled.entries) {
        let policy = &policies[entry.policy];
        let rule = rule_of(policy, entry.definition, crowded[policy.package.as_str()] > 1);
        match seen.get(&rule.id) {
            Some(before) => findings.push(wording::same_id(rule.at.clone(), &rule.id, before.clone())),
            None => drop(seen.insert(rule.id.clone(), rule.at.clone())),
        }
        rules.push(rule);
    }
    rules
}

/// What a definition's own annotation leaves open, that of its package says.
fn rule_of(policy: &Policy, number: usize, is_crowded: bool) -> PolicyRule {
    let definition = &policy.definitions[number];
    let annotations = || definition.annotation.iter().chain(&policy.annotation);
    let first = |text: fn(&annotation::Annotation) -> &String| {
        annotations().map(text).find(|text| !text.is_empty()).cloned().unwrap_or_default()
    };
    let package = policy.package.strip_prefix("pavior.").unwrap_or(&policy.package).replace('_', "-");
    let own = definition.annotation.as_ref().and_then(|annotation| annotation.id.as_deref());
    let id = match (own, is_crowded) {
        (Some(id), _) => format!("policy/{package}.{id}"),
        (None, true) => format!("policy/{package}.{}", definition.verb.as_str()),
        (None, false) => format!("policy/{package}"),
    };
    let title = first(|annotation| &annotation.title);
    PolicyRule {
        title: if title.is_empty() { format!("{} of {}", definition.verb.as_str(), policy.package) } else { title },
        description: first(|annotation| &annotation.description),
        severity: match definition.verb {
            Verb::Warn => Severity::Warning,
            Verb::Deny => annotations().find_map(|annotation| annotation.severity).unwrap_or(Severity::Error),
        },
        help: annotations().map(|one| &one.help).find(|help| !help.is_empty()).cloned().unwrap_or_default(),
        links: annotations().flat_map(|annotation| annotation.links.clone()).collect(),
        owners: annotations().map(|one| &one.owners).find(|owners| !owners.is_empty()).cloned().unwrap_or_default(),
        approvals: annotations().find_map(|annotation| annotation.approvals),
        verb: definition.verb,
        at: Location::in_text(policy.path.clone(), &policy.text, definition.name),
        id,
    }
}

impl PolicyRule {
    /// As every other rule is told of, at the severity that counts.
    fn as_rule(&self, severity: Severity) -> &'static Rule {
        intern(&self.id, severity, &self.title, &self.explanation())
    }

    /// Markdown: why, how to mend, where.
    pub fn explanation(&self) -> String {
        let mut text = self.description.clone();
        for help in &self.help {
            text.push_str(&format!("\n\nHelp: {help}."));
        }
        for link in &self.links {
            text.push_str(&format!("\n\nSee {link}"));
        }
        text.push_str(&format!("\n\nDeclared in `{}`, line {}.", self.at.path, self.at.start.line));
        text.trim().to_owned()
    }
}
