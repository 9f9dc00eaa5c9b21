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
