//! Every secret request with its standing in each environment: declarations, places and records become one list.

use super::place::{Place, Planned};
use crate::ledger::{Effect, Entry, Intent, Outcome, Record, UnitName};
use crate::model::kinds::environment::EnvironmentType;
use crate::model::{Date, Duration, Name, RepoPath, Timestamp};
use crate::read::Documents;
use serde::Serialize;
use std::collections::BTreeMap;

/// A secret request, with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    pub name: Name,
    pub service: Name,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Name>,
    /// What each key opens.
    pub keys: BTreeMap<String, String>,
    pub why: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
    pub approvers: Vec<Name>,
    #[serde(serialize_with = "as_text")]
    pub path: RepoPath,
    pub line: u32,
    /// Who wrote it, by git.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
    pub environments: Vec<Standing>,
}

/// Who wrote something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Written {
    pub by: String,
    pub on: Date,
}

/// A request in one environment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    pub environment: Name,
    /// Whether it is the pattern for those of pull requests: nothing is ever brought to the pattern itself.
    pub is_pattern: bool,
    pub keys: Vec<Key>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carried: Option<Carried>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    pub name: String,
    /// None where it does not compile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Whether the workload reads it.
    pub is_used: bool,
}

/// The first record by which a unit was brought to a commit that has the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Carried {
    pub record: u64,
    pub at: Timestamp,
    pub commit: String,
    pub asked_by: String,
    pub approved_by: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull: Option<u64>,
}

fn as_text<S: serde::Serializer>(path: &RepoPath, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(path.as_str())
}

/// By name. What git and the ledger know is filled in by `written` and `carried`.
pub fn register(
    documents: &Documents,
    planned: &[Planned],
    written: impl Fn(&RepoPath, u32) -> Option<Written>,
    carried: impl Fn(&Request, &Name) -> Option<Carried>,
) -> Vec<Request> {
    let mut requests = Vec::new();
    for declared in &documents.declarations.secret_requests {
        let (spec, at) = (&declared.spec, documents.locate(&declared.name_place()));
        let mut request = Request {
            name: declared.metadata.name.clone(),
            service: spec.service.clone(),
            owner: declared.metadata.owner.clone(),
            keys: spec.keys.iter().map(|(key, what)| (key.clone(), what.description.clone())).collect(),
            why: spec.reason.clone(),
            rotation: spec.rotation,
            expires: spec.expires,
            approvers: spec.approvers.clone(),
            written: written(&at.path, at.start.line),
            path: at.path,
            line: at.start.line,
            environments: Vec::new(),
        };
        let standing = |environment: &Name| {
            let here = planned.iter().find(|one| one.document == declared.document && one.environment == *environment);
            let key = |name: &String| {
                let found = here.and_then(|here| here.keys.iter().find(|(key, ..)| key == name));
                let (place, is_used) = found.map(|(_, place, is_used)| (place.clone(), *is_used)).unwrap_or_default();
                Key { name: name.clone(), place, is_used }
            };
            let keys = spec.keys.keys().map(key).collect();
            Standing {
                environment: environment.clone(),
                is_pattern: is_pattern(documents, environment),
                keys,
                carried: carried(&request, environment),
            }
        };
        request.environments = spec.environments.iter().map(standing).collect();
        requests.push(request);
    }
    requests.sort_by(|a, b| a.name.cmp(&b.name));
    requests
}

fn is_pattern(documents: &Documents, environment: &Name) -> bool {
    let declared = documents.declarations.environments.iter().find(|one| one.metadata.name == *environment);
    declared.is_some_and(|one| one.spec.kind == EnvironmentType::Preview)
}

/// The first of these records that brought a unit to a commit which has what is asked about.
pub fn carried(records: &[Record], unit: &UnitName, has: impl Fn(&Intent) -> bool) -> Option<Carried> {
    let mut begun: BTreeMap<u64, &Intent> = BTreeMap::new();
    for record in records {
        match &record.entry {
            Entry::Began(intent) if intent.unit == *unit && brings(intent) => drop(begun.insert(record.number, intent)),
            Entry::Ended { began, outcome: Outcome::Succeeded, .. } => {
                let Some(intent) = begun.get(began).filter(|intent| has(intent)) else { continue };
                let change = &intent.change;
                return Some(Carried {
                    record: *began,
                    at: record.at,
                    commit: change.head.clone(),
                    asked_by: change.author.clone(),
                    approved_by: change.approved_by.clone(),
                    pull: change.pull,
                });
            }
            _ => {}
        }
    }
    None
}

/// Whether something of a unit's artifacts comes into the world by it.
fn brings(intent: &Intent) -> bool {
    let is_there = intent.digest.is_some();
    is_there && matches!(intent.effect, Effect::Terraform | Effect::Manifests | Effect::Publish | Effect::Health)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Cause, Head, Undo, Verifier, Writer};

    fn unit(name: &str) -> UnitName {
        UnitName { environment: Name::parse("production").unwrap(), unit: name.to_owned() }
    }

    fn began(name: &str, commit: &str, approved_by: &[&str]) -> Entry {
        let change = Cause {
            head: commit.to_owned(),
            base: None,
            pull: Some(7),
            report: None,
            author: "jo".to_owned(),
            approved_by: approved_by.iter().map(|who| (*who).to_owned()).collect(),
        };
        let (effect, undo, digest) = (Effect::Terraform, Undo::Reversible, Some("d".to_owned()));
        Entry::Began(Box::new(Intent {
            effect,
            unit: unit(name),
            digest,
            plan: None,
            change,
            cost: None,
            undo,
            secrets: Vec::new(),
        }))
    }

    fn ended(began: u64, outcome: Outcome) -> Entry {
        Entry::Ended { began, outcome, took: 1, note: None }
    }

    fn records(entries: Vec<Entry>) -> Vec<Record> {
        let writer = Writer { version: "0.1.0".to_owned(), actor: "jo".to_owned(), run: None };
        let at = Timestamp::parse("2026-11-22T08:00:00Z").unwrap();
        let (texts, _) = Head::EMPTY.append(at, &writer, entries);
        let mut verifier = Verifier::new(Vec::new());
        (1..).zip(&texts).map(|(number, text)| verifier.read(number, text.as_bytes()).unwrap()).collect()
    }

    #[test]
    fn a_request_is_carried_by_the_first_success_that_has_it() {
        let records = records(vec![
            began("pay", "before", &[]),
            ended(1, Outcome::Succeeded),
            began("pay", "with", &["ada"]),
            ended(3, Outcome::Failed),
            began("cart", "with", &["eve"]),
            ended(5, Outcome::Succeeded),
            began("pay", "with", &["mira"]),
            ended(7, Outcome::Succeeded),
            began("pay", "with", &["later"]),
            ended(9, Outcome::Succeeded),
        ]);
        let found = carried(&records, &unit("pay"), |intent| intent.change.head == "with").unwrap();
        assert_eq!(
            (found.record, found.approved_by.as_slice(), found.pull),
            (7, ["mira".to_owned()].as_slice(), Some(7))
        );
        assert_eq!(carried(&records, &unit("pay"), |_| false), None);
        assert_eq!(carried(&records, &unit("web"), |_| true), None);
    }
}
