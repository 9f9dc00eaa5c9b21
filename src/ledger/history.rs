//! What units were healthy with, and what is not to come again: records in, lists for people out. Neither knows how a unit
//! is brought to anything.

use super::record::{Effect, Entry, Intent, Outcome, Record, UnitName};
use super::state::Deployed;
use crate::model::Timestamp;

/// Something that a unit was found healthy with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    pub digest: String,
    /// The commit that it was compiled from.
    pub commit: String,
    /// The record that began the look at its health.
    pub record: u64,
    pub at: Timestamp,
    /// Whose run it was.
    pub actor: String,
    /// The version of Pavior that compiled it.
    pub version: String,
}

/// A digest that nothing applies, until somebody releases it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantine {
    pub unit: UnitName,
    pub digest: String,
    pub why: String,
    pub record: u64,
    pub at: Timestamp,
    pub actor: String,
}

impl Stay {
    pub fn deployed(&self) -> Deployed {
        Deployed { digest: Some(self.digest.clone()), commit: self.commit.clone(), record: self.record }
    }
}

/// What the unit was found healthy with, the last one first; each digest once.
pub fn healthy_with(records: &[Record], unit: &UnitName) -> Vec<Stay> {
    let mut stays: Vec<Stay> = Vec::new();
    for record in records.iter().rev() {
        let Entry::Ended { began, outcome: Outcome::Succeeded, .. } = record.entry else { continue };
        let Some(intent) = begun(records, began).filter(|one| one.effect == Effect::Health && one.unit == *unit) else {
            continue;
        };
        let Some(digest) = intent.digest.clone().filter(|digest| stays.iter().all(|stay| stay.digest != *digest))
        else {
            continue;
        };
        let (at, commit) = (record.at, intent.change.head.clone());
        let (actor, version) = (record.writer.actor.clone(), record.writer.version.clone());
        stays.push(Stay { digest, commit, record: began, at, actor, version });
    }
    stays
}

/// What was last begun to be brought to the unit, other than this digest.
pub fn brought_beside(records: &[Record], unit: &UnitName, digest: &str) -> Option<Deployed> {
    let brings = |effect| matches!(effect, Effect::Terraform | Effect::Manifests | Effect::Prune | Effect::Health);
    records.iter().rev().find_map(|record| match &record.entry {
        Entry::Began(intent) if intent.unit == *unit && brings(intent.effect) => {
            let other = intent.digest.clone().filter(|other| other != digest)?;
            Some(Deployed { digest: Some(other), commit: intent.change.head.clone(), record: record.number })
        }
        _ => None,
    })
}

/// All that is quarantined now, by unit and then the last one first.
pub fn quarantined(records: &[Record]) -> Vec<Quarantine> {
    let mut all: Vec<Quarantine> = Vec::new();
    for record in records {
        match &record.entry {
            Entry::Quarantined { unit, digest, why } => {
                all.retain(|one| (&one.unit, &one.digest) != (unit, digest));
                let (unit, digest, why) = (unit.clone(), digest.clone(), why.clone());
                let actor = record.writer.actor.clone();
                all.push(Quarantine { unit, digest, why, record: record.number, at: record.at, actor });
            }
            Entry::Released { unit, digest, .. } => all.retain(|one| (&one.unit, &one.digest) != (unit, digest)),
            _ => {}
        }
    }
    all.sort_by(|a, b| (&a.unit, b.record).cmp(&(&b.unit, a.record)));
    all
}

/// The intent that the record with this number began, or ended.
pub fn intent_at(records: &[Record], number: u64) -> Option<&Intent> {
    match at(records, number)? {
        Entry::Ended { began, .. } => begun(records, *began),
        _ => begun(records, number),
    }
}

fn begun(records: &[Record], number: u64) -> Option<&Intent> {
    match at(records, number)? {
        Entry::Began(intent) => Some(intent),
        _ => None,
    }
}

fn at(records: &[Record], number: u64) -> Option<&Entry> {
    let index = usize::try_from(number.checked_sub(1)?).ok()?;
    records.get(index).map(|record| &record.entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Cause, Head, Undo, Verifier, Writer};
    use crate::model::Name;

    fn cart() -> UnitName {
        UnitName { environment: Name::parse("staging").unwrap(), unit: "cart".to_owned() }
    }

    fn began(effect: Effect, digest: &str) -> Entry {
        let (head, author) = (format!("commit of {digest}"), "jo".to_owned());
        let change = Cause { head, base: None, pull: None, report: None, author, approved_by: Vec::new() };
        let digest = Some(digest.to_owned());
        let undo = Undo::Reversible;
        Entry::Began(Box::new(Intent {
            effect,
            unit: cart(),
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
        let (texts, _) = Head::EMPTY.append(Timestamp::parse("2026-11-22T08:00:00Z").unwrap(), &writer, entries);
        let mut verifier = Verifier::new(Vec::new());
        (1..).zip(&texts).map(|(number, text)| verifier.read(number, text.as_bytes()).unwrap()).collect()
    }

    #[test]
    fn what_was_healthy_is_told_once_and_the_last_one_first() {
        let records = records(vec![
            began(Effect::Health, "a"),
            ended(1, Outcome::Succeeded),
            began(Effect::Health, "b"),
            ended(3, Outcome::Succeeded),
            began(Effect::Health, "a"),
            ended(5, Outcome::Succeeded),
            began(Effect::Manifests, "c"),
            ended(7, Outcome::Succeeded),
            began(Effect::Health, "c"),
            ended(9, Outcome::Failed),
        ]);
        let stays = healthy_with(&records, &cart());
        let told: Vec<(&str, u64)> = stays.iter().map(|stay| (stay.digest.as_str(), stay.record)).collect();
        assert_eq!(told, [("a", 5), ("b", 3)]);
        assert_eq!(brought_beside(&records, &cart(), "a").unwrap().digest.as_deref(), Some("c"));
        assert_eq!(brought_beside(&records, &cart(), "c").unwrap().digest.as_deref(), Some("a"));
        assert_eq!(intent_at(&records, 8).unwrap().digest.as_deref(), Some("c"));
    }

    #[test]
    fn what_was_released_is_quarantined_no_more() {
        let (unit, digest, why) = (cart(), "a".to_owned(), "slow".to_owned());
        let entry = Entry::Quarantined { unit: unit.clone(), digest: digest.clone(), why: why.clone() };
        let other = Entry::Quarantined { unit: unit.clone(), digest: "b".to_owned(), why: why.clone() };
        let released = Entry::Released { unit, digest, why };
        let of =
            |entries: Vec<Entry>| quarantined(&records(entries)).into_iter().map(|one| one.record).collect::<Vec<_>>();
        assert_eq!(of(vec![entry.clone(), other.clone(), entry.clone()]), [3, 2]);
        assert_eq!(of(vec![entry.clone(), other, released.clone()]), [2]);
        assert_eq!(of(vec![entry.clone(), released, entry]), [3]);
    }
}
