//! What a run came to, for whoever tells people: one line a unit, and the head of the ledger behind it.

use super::machine::Conclusion;
use crate::ledger::UnitName;
use crate::model::Timestamp;
use serde::{Deserialize, Serialize};

const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Account {
    pub version: u32,
    /// The commit that was carried out.
    pub head: String,
    /// The last record of the ledger: its number, a colon and its hash.
    pub ledger: String,
    /// Sorted.
    pub units: Vec<Became>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Became {
    pub unit: UnitName,
    pub is: Is,
    /// The whole of it, for people.
    pub said: String,
    pub at: Timestamp,
    /// The pull request that takes its declaration back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revert: Option<u64>,
}

/// What became of a unit, as far as it matters to what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Is {
    /// As it is merged, and healthy.
    Applied,
    Gone,
    /// It was that already.
    Unchanged,
    /// A newer merge has it.
    Superseded,
    /// Somebody else works on it, or it was not begun: the next run does it.
    Waiting,
    /// A unit that it stands on is not well.
    Skipped,
    Refused,
    Quarantined,
    Failed,
    RolledBack,
    Held,
}

impl Is {
    pub fn of(conclusion: &Conclusion) -> Is {
        match conclusion {
            Conclusion::Healthy => Is::Applied,
            Conclusion::Gone => Is::Gone,
            Conclusion::Unchanged => Is::Unchanged,
            Conclusion::Superseded => Is::Superseded,
            Conclusion::Elsewhere { .. } | Conclusion::Lost | Conclusion::Busy { .. } | Conclusion::Stopped => {
                Is::Waiting
            }
            Conclusion::Skipped { .. } => Is::Skipped,
            Conclusion::Refused(_) => Is::Refused,
            Conclusion::Quarantined => Is::Quarantined,
            Conclusion::Failed(_) => Is::Failed,
            Conclusion::RolledBack { .. } => Is::RolledBack,
            Conclusion::Held { .. } => Is::Held,
        }
    }

    /// Whether nothing is left to be done for it.
    pub fn is_good(self) -> bool {
        matches!(self, Is::Applied | Is::Gone | Is::Unchanged | Is::Superseded)
    }
}

impl Account {
    pub fn new(head: String, ledger: String, units: Vec<Became>) -> Account {
        Account { version: VERSION, head, ledger, units }
    }

    /// # Errors
    /// When it is none, or of another version.
    pub fn read(text: &[u8]) -> Result<Account, String> {
        let account: Account = serde_json::from_slice(text).map_err(|error| format!("it is no account: {error}"))?;
        match account.version {
            VERSION => Ok(account),
            other => Err(format!("it is of version {other}, and this reads version {VERSION}")),
        }
    }

    /// What several runs that shared the work came to: each has units of its own, and the last word on the ledger is that
    /// of the longest one. None of none.
    pub fn of_all(all: Vec<Account>) -> Option<Account> {
        let records =
            |account: &Account| account.ledger.split_once(':').and_then(|(number, _)| number.parse::<u64>().ok());
        let mut whole = all.iter().max_by_key(|account| records(account))?.clone();
        whole.units = all.into_iter().flat_map(|account| account.units).collect();
        whole.units.sort_by(|one, other| one.unit.cmp(&other.unit));
        Some(whole)
    }

    pub fn good(&self) -> usize {
        self.units.iter().filter(|unit| unit.is.is_good()).count()
    }
}
