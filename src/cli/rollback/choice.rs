//! From what to what a unit goes back: the ledger's records and a person's words in, two digests out. Knows neither git
//! nor what goes back with them.

use crate::ledger::{Deployed, Record, Stay, UnitName, UnitState, brought_beside, healthy_with, intent_at, short};
use crate::report::{Align, table, visible_line};
use std::collections::BTreeSet;

/// The shortest beginning of a digest or a commit that names it.
const SHORTEST: usize = 4;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What was last brought to it.
    pub from: Deployed,
    pub to: Stay,
}

/// Why there is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{0} was never healthy: there is nothing to go back to")]
    NeverHealthy(UnitName),
    #[error("{unit} was taken away, by record {record}: take back the merge that did it, and apply")]
    Gone { unit: UnitName, record: u64 },
    #[error("{0} was healthy with nothing else that is not quarantined")]
    NothingBefore(UnitName),
    #[error("nothing was ever brought to {0} beside that: `pavior apply` goes on with it")]
    NothingBeside(UnitName),
    #[error("{unit} is healthy with {digest} already")]
    There { unit: UnitName, digest: String },
    #[error("`{asked}` is nothing that {unit} was healthy with")]
    Unknown { unit: UnitName, asked: String },
    #[error("`{asked}` is several things that {unit} was healthy with: {found}")]
    Ambiguous { unit: UnitName, asked: String, found: String },
    #[error("{digest} of {unit} is quarantined: `pavior quarantine release {unit} {digest} --why TEXT` first")]
    Quarantined { unit: UnitName, digest: String },
}

/// `asked` is what a person wrote, and `compiled` what the revision that it may be compiles into.
pub fn choose(
    records: &[Record],
    unit: &UnitName,
    state: &UnitState,
    asked: Option<&str>,
    compiled: impl Fn(&str) -> Option<String>,
) -> Result<Choice, Refusal> {
    let stays = healthy_with(records, unit);
    if let Some(gone) = state.healthy.as_ref().filter(|healthy| healthy.digest.is_none()) {
        return Err(Refusal::Gone { unit: unit.clone(), record: gone.record });
    }
    let there = state.healthy.as_ref().filter(|_| !state.unsettled && !state.owes_revert);
    let there = there.and_then(|healthy| healthy.digest.as_deref());
    let to = match asked {
        Some(asked) => named(records, unit, &stays, asked, compiled)?,
        None if stays.is_empty() => return Err(Refusal::NeverHealthy(unit.clone())),
        None => {
            let chosen = state.returning.as_ref().and_then(|returning| returning.digest.as_deref());
            let may_be =
                |stay: &&Stay| Some(stay.digest.as_str()) != there && !state.quarantined.contains(&stay.digest);
            let left = stays.iter().filter(|stay| Some(stay.digest.as_str()) == chosen).find(may_be);
            left.or_else(|| stays.iter().find(may_be)).ok_or_else(|| Refusal::NothingBefore(unit.clone()))?.clone()
        }
    };
    let digest = short(&to.digest).to_owned();
    if Some(to.digest.as_str()) == there {
        return Err(Refusal::There { unit: unit.clone(), digest });
    }
    if state.quarantined.contains(&to.digest) {
        return Err(Refusal::Quarantined { unit: unit.clone(), digest });
    }
    let healthy =
        state.healthy.clone().filter(|healthy| there.is_some() && healthy.digest.as_ref() != Some(&to.digest));
    let from = healthy.or_else(|| brought_beside(records, unit, &to.digest));
    Ok(Choice { from: from.ok_or_else(|| Refusal::NothingBeside(unit.clone()))?, to })
}

/// What somebody means by the beginning of a digest or of a commit, the number of a record, or a revision.
fn named(
    records: &[Record],
    unit: &UnitName,
    stays: &[Stay],
    asked: &str,
    compiled: impl Fn(&str) -> Option<String>,
) -> Result<Stay, Refusal> {
    let record = asked.trim_start_matches('#').parse().ok().and_then(|number| intent_at(records, number));
    let by_record = record.filter(|intent| intent.unit == *unit).and_then(|intent| intent.digest.clone());
    let begins = |text: &str| asked.len() >= SHORTEST && text.starts_with(asked);
    let is_meant =
        |stay: &&Stay| begins(&stay.digest) || begins(&stay.commit) || by_record.as_ref() == Some(&stay.digest);
    let mut found: Vec<&Stay> = stays.iter().filter(is_meant).collect();
    if found.is_empty() {
        let digest = compiled(asked);
        found = stays.iter().filter(|stay| Some(&stay.digest) == digest.as_ref()).collect();
    }
    let (unit, asked) = (unit.clone(), visible_line(asked).into_owned());
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(Refusal::Unknown { unit, asked }),
        several => {
            let found: Vec<String> = several.iter().map(|stay| short(&stay.digest).to_owned()).collect();
            Err(Refusal::Ambiguous { unit, asked, found: found.join(", ") })
        }
    }
}

/// What the unit can be taken back to, the last one first.
pub fn available(records: &[Record], unit: &UnitName, state: &UnitState) -> String {
    let stays = healthy_with(records, unit);
    if stays.is_empty() {
        return String::new();
    }
    let there = state.healthy.as_ref().and_then(|healthy| healthy.digest.as_ref());
    let known: BTreeSet<&String> = state.quarantined.iter().collect();
    let rows = stays.iter().map(|stay| {
        let note = match (Some(&stay.digest) == there, known.contains(&stay.digest)) {
            (_, true) => "quarantined",
            (true, false) => "what it is healthy with",
            (false, false) => "",
        };
        vec![
            short(&stay.digest).to_owned(),
            short(&stay.commit).to_owned(),
            stay.record.to_string(),
            stay.at.to_string(),
            visible_line(&stay.actor).into_owned(),
            note.to_owned(),
        ]
    });
    let columns = [
        ("digest", Align::Left),
        ("commit", Align::Left),
        ("record", Align::Right),
        ("healthy at", Align::Left),
        ("by", Align::Left),
        ("", Align::Left),
    ];
    format!("{unit} was healthy with:\n{}", table(&columns, &rows.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Cause, Effect, Entry, Head, Intent, Outcome, State, Undo, Verifier, Writer};
    use crate::model::{Name, Timestamp};

    fn cart() -> UnitName {
        UnitName { environment: Name::parse("staging").unwrap(), unit: "cart".to_owned() }
    }

    fn began(effect: Effect, digest: &str) -> Entry {
        let (head, author) = (format!("c0ffee-{digest}"), "jo".to_owned());
        let change = Cause { head, base: None, pull: None, report: None, author, approved_by: Vec::new() };
        let (digest, undo) = (Some(digest.to_owned()), Undo::Reversible);
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

    /// Healthy with these, one after the other; then what else is written.
    fn records(digests: &[&str], more: Vec<Entry>) -> Vec<Record> {
        let healthy = digests.iter().enumerate().flat_map(|(at, digest)| {
            let began_at = 2 * at as u64 + 1;
            let ended = Entry::Ended { began: began_at, outcome: Outcome::Succeeded, took: 1, note: None };
            [began(Effect::Health, digest), ended]
        });
        let writer = Writer { version: "0.1.0".to_owned(), actor: "jo".to_owned(), run: None };
        let now = Timestamp::parse("2026-11-22T08:00:00Z").unwrap();
        let (texts, _) = Head::EMPTY.append(now, &writer, healthy.chain(more).collect());
        let mut verifier = Verifier::new(Vec::new());
        (1..).zip(&texts).map(|(number, text)| verifier.read(number, text.as_bytes()).unwrap()).collect()
    }

    fn chosen(records: &[Record], asked: Option<&str>) -> Result<(String, String), String> {
        let all = State::of(records);
        let state = all.units.get(&cart()).cloned().unwrap_or_default();
        let compiled = |revision: &str| (revision == "v1").then(|| "aaaa1".to_owned());
        let choice = choose(records, &cart(), &state, asked, compiled).map_err(|refusal| refusal.to_string())?;
        Ok((choice.from.digest.unwrap(), choice.to.digest))
    }

    fn way(from: &str, to: &str) -> Result<(String, String), String> {
        Ok((from.to_owned(), to.to_owned()))
    }

    fn quarantine(digest: &str) -> Entry {
        Entry::Quarantined { unit: cart(), digest: digest.to_owned(), why: "slow".to_owned() }
    }

    #[test]
    fn without_a_word_it_is_what_was_healthy_before() {
        let three = records(&["aaaa1", "bbbb2", "cccc3"], Vec::new());
        assert_eq!(chosen(&three, None), way("cccc3", "bbbb2"));
        let skipped = records(&["aaaa1", "bbbb2", "cccc3"], vec![quarantine("bbbb2")]);
        assert_eq!(chosen(&skipped, None), way("cccc3", "aaaa1"));
        // What was begun and never found healthy is what it goes away from.
        let cut = records(&["aaaa1", "bbbb2"], vec![began(Effect::Terraform, "cccc3")]);
        assert_eq!(chosen(&cut, None), way("cccc3", "bbbb2"));
    }

    #[test]
    fn who_was_killed_on_the_way_back_goes_on_to_where_they_went() {
        let way_back = vec![quarantine("cccc3"), began(Effect::Rollback, "aaaa1"), began(Effect::Terraform, "aaaa1")];
        assert_eq!(chosen(&records(&["aaaa1", "bbbb2", "cccc3"], way_back), None), way("cccc3", "aaaa1"));
    }

    #[test]
    fn it_is_named_by_digest_commit_record_or_revision() {
        let three = records(&["aaaa1", "bbbb2", "cccc3"], Vec::new());
        for name in ["aaaa", "c0ffee-a", "1", "#2", "v1"] {
            assert_eq!(chosen(&three, Some(name)), way("cccc3", "aaaa1"), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_told_exactly() {
        let three = records(&["aaaa1", "bbbb2", "cccc3"], vec![quarantine("bbbb2")]);
        for (asked, told) in [
            ("aaa", "`aaa` is nothing that staging/cart was healthy with"),
            ("c0ffee", "`c0ffee` is several things that staging/cart was healthy with: cccc3, bbbb2, aaaa1"),
            ("cccc3", "staging/cart is healthy with cccc3 already"),
            (
                "bbbb2",
                "bbbb2 of staging/cart is quarantined: `pavior quarantine release staging/cart bbbb2 --why TEXT` first",
            ),
        ] {
            assert_eq!(chosen(&three, Some(asked)), Err(told.to_owned()));
        }
        let told = chosen(&records(&["aaaa1"], Vec::new()), None);
        assert_eq!(told, Err("staging/cart was healthy with nothing else that is not quarantined".to_owned()));
        assert_eq!(chosen(&[], None), Err("staging/cart was never healthy: there is nothing to go back to".to_owned()));
    }
}
