//! One record of the ledger: what is about to happen to a unit, what came of it, who holds what. Values and their
//! canonical bytes.

use super::cost::Cost;
use super::hash::Sha;
use crate::model::{Date, Duration, Name, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A record as it stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Record {
    /// Counts from 1, without gaps.
    pub number: u64,
    /// The SHA-256 of the record before; zeros in the first.
    pub previous: Sha,
    /// By the writer's clock, but never before the record before.
    pub at: Timestamp,
    pub writer: Writer,
    pub entry: Entry,
}

/// The process that wrote a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Writer {
    /// Its version of Pavior.
    pub version: String,
    /// Whom it acted for: a login, or a user of the machine.
    pub actor: String,
    /// Where its log is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Entry {
    /// An effect is about to be had: written before it, so that a writer that is killed is seen to have begun.
    Began(Box<Intent>),
    /// What came of an effect.
    Ended {
        /// The number of the record that began it.
        began: u64,
        outcome: Outcome,
        /// How long it took, in milliseconds.
        took: u64,
        /// What a reader should know; no output of a tool, and nothing secret.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// This digest of this unit made it sick: nothing applies it again.
    Quarantined { unit: UnitName, digest: String, why: String },
    /// A person lets a digest be applied again.
    Released { unit: UnitName, digest: String, why: String },
    /// From here on only this writer changes what the lease is on. Its number is the fencing token.
    Leased { scope: Scope, until: Timestamp },
    /// Whoever holds this lease still works, and holds it until then.
    Extended { lease: u64, until: Timestamp },
    /// The lease with this number is given back.
    Returned { lease: u64 },
    /// The environment of a pull request enters another part of its life.
    Preview(Box<PreviewStep>),
}

/// Under a lease on the environment, and by whom holds it: what another wrote does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewStep {
    pub environment: Name,
    pub pull: u64,
    /// The fencing token.
    pub lease: u64,
    pub stage: PreviewStage,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum PreviewStage {
    /// Written before anything is made or changed; the first one of a life is its beginning.
    Rising(Box<PreviewLife>),
    /// It runs: it was brought up, or it woke.
    Up,
    /// Nothing of it runs; its data is kept.
    Asleep,
    /// People were told that it ends then, so many seconds before.
    Warned { ends: Timestamp, before: u64 },
    /// Written before anything is taken away.
    Falling { why: String },
    /// Nothing is left of it.
    Gone,
}

/// What a preview shows, and who answers for what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewLife {
    /// The commit that it is compiled from.
    pub head: String,
    /// What its services were compared with.
    pub base: String,
    pub author: String,
    /// The team that it is charged to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Name>,
    /// The services that are cloned.
    pub services: Vec<Name>,
    /// The environment that it is made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Name>,
    /// Its list price a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
}

/// A unit by its environment and its folder in it: `cart`, `_shared/carts`, `_environment`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnitName {
    pub environment: Name,
    pub unit: String,
}

/// What a lease is on: one unit, or a whole environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scope {
    pub environment: Name,
    /// Without it the whole environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// An effect on a unit, and on whose word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Intent {
    pub effect: Effect,
    pub unit: UnitName,
    /// Of the unit's artifacts, as the report showed it. None where the unit is taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Of the plan that is applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Sha>,
    pub change: Cause,
    /// By how much the monthly list price of the unit moves once all its steps are taken. It is said before each of them
    /// and counts once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    pub undo: Undo,
    /// The secret requests that are granted with it. Said where the store's empty secret comes to be: before Terraform, or
    /// before the manifests where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretAsked>,
}

/// A secret request, as it was when it was carried out. Who asked and who approved is its `change`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretAsked {
    pub name: Name,
    /// Names of keys; never a value.
    pub keys: Vec<String>,
    pub reason: String,
    /// The day after which it may no longer be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
    /// How often its owner replaces it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// `terraform apply`, or `destroy` where the unit has no digest.
    Terraform,
    /// Server-side apply of the manifests.
    Manifests,
    /// Objects that git deleted.
    Prune,
    /// The health gate.
    Health,
    /// Back to the last healthy digest.
    Rollback,
    /// The pull request that takes a declaration back.
    Revert,
    /// Rendered manifests for another engine.
    Publish,
    /// A preview that sleeps or wakes.
    Scale,
}

/// The change in git that an effect carries out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cause {
    /// The commit that is carried out.
    pub head: String,
    /// What it was compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull: Option<u64>,
    /// The digest of the report that was reviewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// Who wrote the change.
    pub author: String,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved_by: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Undo {
    Reversible,
    WithLoss,
    Irreversible,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Succeeded,
    Failed,
    /// It was not begun: a newer merge, a refusal, a lease that was lost.
    Superseded,
    /// Its writer was killed, and what it had done was found by looking.
    Interrupted,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Began(intent) => {
                write!(f, "{}: {} begins", intent.unit, intent.effect.as_str())?;
                let (digest, commit) = (intent.digest.as_deref().map_or("nothing", short), short(&intent.change.head));
                match intent.change.pull {
                    Some(pull) => write!(f, ", for {digest} of {commit} (#{pull})")?,
                    None => write!(f, ", for {digest} of {commit}")?,
                }
                intent.secrets.iter().try_for_each(|secret| write!(f, "; {secret}"))
            }
            Entry::Ended { began, outcome, took, note } => {
                write!(f, "{began} {} after {}.{:03} s", outcome.as_str(), took / 1_000, took % 1_000)?;
                note.iter().try_for_each(|note| write!(f, ": {note}"))
            }
            Entry::Quarantined { unit, digest, why } => write!(f, "{unit}: {} is quarantined: {why}", short(digest)),
            Entry::Released { unit, digest, why } => write!(f, "{unit}: {} is released: {why}", short(digest)),
            Entry::Leased { scope, until } => write!(f, "{scope}: leased until {until}"),
            Entry::Extended { lease, until } => write!(f, "lease {lease} is extended until {until}"),
            Entry::Returned { lease } => write!(f, "lease {lease} is returned"),
            Entry::Preview(step) => write!(f, "{}: {}", step.environment, step.stage),
        }
    }
}

impl fmt::Display for SecretAsked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "secret {} ({})", self.name, self.keys.join(", "))?;
        self.expires.iter().try_for_each(|expires| write!(f, " until {expires}"))
    }
}

impl fmt::Display for PreviewStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PreviewStage::Rising(life) => write!(f, "goes up with {}, by {}", life.head, life.author),
            PreviewStage::Up => f.write_str("is up"),
            PreviewStage::Asleep => f.write_str("is asleep"),
            PreviewStage::Warned { ends, .. } => write!(f, "is told to end at {ends}"),
            PreviewStage::Falling { why } => write!(f, "goes down: {why}"),
            PreviewStage::Gone => f.write_str("is gone"),
        }
    }
}

/// A digest or a commit, as people know it.
pub fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

impl fmt::Display for UnitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.environment, self.unit)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unit {
            Some(unit) => write!(f, "{}/{unit}", self.environment),
            None => write!(f, "{}", self.environment),
        }
    }
}

impl Effect {
    pub fn as_str(self) -> &'static str {
        match self {
            Effect::Terraform => "terraform",
            Effect::Manifests => "manifests",
            Effect::Prune => "prune",
            Effect::Health => "health",
            Effect::Rollback => "rollback",
            Effect::Revert => "revert",
            Effect::Publish => "publish",
            Effect::Scale => "scale",
        }
    }
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Succeeded => "succeeded",
            Outcome::Failed => "failed",
            Outcome::Superseded => "was superseded",
            Outcome::Interrupted => "was interrupted",
        }
    }
}

impl Record {
    /// JSON with sorted keys and no spaces (RFC 8785: there are no fractions, and keys are ASCII), as its hash is of.
    ///
    /// # Panics
    /// Never: a record is a tree of texts and integers.
    pub fn canonical(&self) -> String {
        let mut value = serde_json::to_value(self).expect("a record is JSON");
        value.sort_all_objects();
        value.to_string()
    }
}
