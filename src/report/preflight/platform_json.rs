//! For programs: what the platform files of a change make of everything, and what it declares otherwise of people, places
//! and secrets. Part of the promise of `schemas/preflight.schema.json`.

use super::json::{AccessItem, BudgetItem, ConsequenceItem, CostLine, Room};
use crate::model::Name;
use crate::report::diff;
use crate::review::declared::DeclaredChange;
use crate::review::diff::{Action, FieldChange};
use crate::review::effect::PlatformEffect;
use crate::review::policy::{About, Aspect, How, PolicyChange};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Platform {
    files: Vec<String>,
    /// What judges the next changes otherwise.
    policies: Vec<PolicyItem>,
    diff: diff::Document,
    consequences: Vec<ConsequenceItem>,
    /// Beyond what the rest of the change costs.
    cost: CostLine,
    budgets: Vec<BudgetItem>,
    /// What changes of it: `before` is what the rest of the change asks for.
    capacity: Vec<Room>,
    access: Vec<AccessItem>,
    /// How many units of each team change.
    affected: BTreeMap<String, usize>,
    /// How many of them in production can be undone, by team: they are told and need not approve.
    told: BTreeMap<String, usize>,
    new_findings: usize,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PolicyItem {
    about: PolicyWord,
    /// The id of a rule, the path of a set.
    name: String,
    how: HowWord,
    /// Whether it lets more through for certain. What a body says has to be read.
    loosens: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    settings: Vec<SettingItem>,
    body_changes: bool,
    /// As base has them.
    owners: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SettingItem {
    name: String,
    before: String,
    after: String,
    loosens: bool,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum PolicyWord {
    Set,
    Rule,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum HowWord {
    New,
    Gone,
    Changed,
}

/// A team, an environment, a secret request, or the owner of a service or resource.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeclaredItem {
    kind: &'static str,
    name: String,
    how: HowWord,
    fields: Vec<DeclaredField>,
    /// What stays and has to be known with it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    context: BTreeMap<String, Value>,
    /// The teams whose word it takes.
    asks: BTreeSet<String>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DeclaredField {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value>,
}

impl Platform {
    pub fn of(effect: &PlatformEffect) -> Platform {
        let counts =
            |counts: &BTreeMap<Name, usize>| counts.iter().map(|(team, count)| (team.to_string(), *count)).collect();
        Platform {
            files: effect.files.iter().map(|(_, path)| path.to_string()).collect(),
            policies: effect.policies.iter().map(PolicyItem::of).collect(),
            diff: diff::Document::of(&effect.diff),
            consequences: effect.consequences.iter().map(ConsequenceItem::of).collect(),
            cost: CostLine::of(&effect.cost.total),
            budgets: effect.cost.budgets.iter().map(BudgetItem::of).collect(),
            capacity: effect.headroom.iter().filter(|room| room.changes()).map(Room::of).collect(),
            access: effect.access.iter().map(AccessItem::of).collect(),
            affected: counts(&effect.affected),
            told: counts(&effect.told),
            new_findings: effect.new_findings.len(),
        }
    }
}

impl PolicyItem {
    fn of(change: &PolicyChange) -> PolicyItem {
        let (about, name) = match &change.about {
            About::Set(path) => (PolicyWord::Set, path),
            About::Rule(id) => (PolicyWord::Rule, id),
        };
        let (how, aspects) = match &change.how {
            How::New => (HowWord::New, &[][..]),
            How::Gone => (HowWord::Gone, &[][..]),
            How::Differs(aspects) => (HowWord::Changed, aspects.as_slice()),
        };
        let setting = |aspect: &Aspect| match aspect {
            Aspect::Body => None,
            Aspect::Setting { name, before, after, loosens } => Some(SettingItem {
                name: (*name).to_owned(),
                before: before.clone(),
                after: after.clone(),
                loosens: *loosens,
            }),
        };
        PolicyItem {
            about,
            name: name.clone(),
            how,
            loosens: change.loosens(),
            settings: aspects.iter().filter_map(setting).collect(),
            body_changes: aspects.contains(&Aspect::Body),
            owners: change.owners.iter().map(ToString::to_string).collect(),
        }
    }
}

impl DeclaredItem {
    pub fn of(change: &DeclaredChange) -> DeclaredItem {
        let field = |field: &FieldChange| DeclaredField {
            path: field.path.to_string(),
            before: field.before.clone(),
            after: field.after.clone(),
        };
        DeclaredItem {
            kind: change.kind.as_str(),
            name: change.name.to_string(),
            how: match change.action {
                Action::Create => HowWord::New,
                Action::Delete => HowWord::Gone,
                Action::Update | Action::Replace | Action::Move => HowWord::Changed,
            },
            fields: change.fields.iter().map(field).collect(),
            context: change.context.iter().cloned().collect(),
            asks: change.asks.iter().map(|(team, _)| team.to_string()).collect(),
        }
    }
}
