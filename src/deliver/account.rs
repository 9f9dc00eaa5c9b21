//! What a run came to, for whoever tells people: one line a unit, and the head of the ledger behind it.

use super::machine::Conclusion;
use crate::ledger::UnitName;
use crate::model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// All but what its engine brings is done.
    HandedOver,
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
            Conclusion::HandedOver { .. } => Is::HandedOver,
            Conclusion::Superseded => Is::Superseded,
            Conclusion::Elsewhere { .. } | Conclusion::Lost | Conclusion::Busy { .. } | Conclusion::Stopped => {
                Is::Waiting
            }
            Conclusion::Skipped { .. } => Is::Skipped,
            Conclusion::Refused(_) => Is::Refused,
            Conclusion::Quarantined => Is::Quarantined,
            Conclusion::Failed(_) | Conclusion::SickAndSuperseded { .. } => Is::Failed,
            Conclusion::RolledBack { .. } => Is::RolledBack,
            Conclusion::Held { .. } => Is::Held,
        }
    }

    /// Whether nothing is left to be done for it.
    pub fn is_good(self) -> bool {
        matches!(self, Is::Applied | Is::Gone | Is::Unchanged | Is::HandedOver | Is::Superseded)
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

    /// What several runs came to that shared the work, or came one after the other: of a unit that more than one has, what is
    /// said by the one that saw more of the ledger counts, and so does what that says of the ledger. None of none.
    pub fn of_all(all: Vec<Account>) -> Option<Account> {
        let records =
            |account: &Account| account.ledger.split_once(':').and_then(|(number, _)| number.parse::<u64>().ok());
        let mut all = all;
        all.sort_by_key(|account| records(account));
        let mut whole = all.last()?.clone();
        let units = all.into_iter().flat_map(|account| account.units).map(|one| (one.unit.clone(), one));
        whole.units = units.collect::<BTreeMap<_, _>>().into_values().collect();
        Some(whole)
    }

    /// As merged, by all that is known.
    pub fn good(&self) -> usize {
        self.units.iter().filter(|unit| unit.is.is_good() && unit.is != Is::HandedOver).count()
    }

    /// Left to their engines.
    pub fn handed_over(&self) -> usize {
        self.units.iter().filter(|unit| unit.is == Is::HandedOver).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Name;

    fn account(ledger: &str, units: &[&str]) -> Account {
        let became = |unit: &&str| Became {
            unit: UnitName { environment: Name::parse("staging").unwrap(), unit: (*unit).to_owned() },
            is: Is::Applied,
            said: "healthy".to_owned(),
            at: Timestamp::parse("2026-11-23T12:00:00Z").unwrap(),
            revert: None,
        };
        Account::new("c".repeat(40), ledger.to_owned(), units.iter().map(became).collect())
    }

    #[test]
    fn runs_that_shared_the_work_are_one_account_with_the_longest_ledger() {
        let whole = Account::of_all(vec![account("9:a", &["web"]), account("10:b", &["cart"])]).unwrap();
        let units: Vec<&str> = whole.units.iter().map(|one| one.unit.unit.as_str()).collect();
        assert_eq!((whole.ledger.as_str(), units), ("10:b", vec!["cart", "web"]));
        assert_eq!(Account::of_all(Vec::new()), None);
        assert_eq!(Account::read(serde_json::to_string(&whole).unwrap().as_bytes()), Ok(whole));
    }

    #[test]
    fn only_what_leaves_nothing_to_do_is_good() {
        assert!(Is::of(&Conclusion::Healthy).is_good() && Is::of(&Conclusion::Superseded).is_good());
        for conclusion in [
            Conclusion::Failed(String::new()),
            Conclusion::Quarantined,
            Conclusion::Stopped,
            Conclusion::RolledBack { why: String::new(), revert: None },
        ] {
            assert!(!Is::of(&conclusion).is_good() && !conclusion.is_good(), "{conclusion}");
        }
        let handed_over = Is::of(&Conclusion::HandedOver { engine: "Flux" });
        let mut account = account("9:a", &["web", "cart"]);
        account.units[0].is = handed_over;
        assert!(
            handed_over.is_good() && (account.good(), account.handed_over()) == (1, 1),
            "it is not known to be well"
        );
        let other = r#"{"version":2,"head":"","ledger":"","units":[]}"#;
        assert_eq!(Account::read(other.as_bytes()), Err("it is of version 2, and this reads version 1".to_owned()));
    }
}
