//! Whether what was published is there and well: an engine's objects and the ledger's state in, what is known of each unit
//! out, and the records that say so. Nobody is asked here.

use super::engine_status::{Standing, standing};
use crate::ledger::{Cause, Effect, Entry, Intent, Outcome, Record, Scope, State, Undo, UnitName};
use crate::model::Timestamp;
use crate::read::covered_words;
use crate::report::visible_line;
use serde_json::Value;

/// Of what an engine says, no more characters than this are kept.
const MOST_SAID: usize = 400;

/// A unit that is followed.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    pub unit: UnitName,
    /// What was published of it.
    pub digest: String,
    pub has_terraform: bool,
    /// What tells the engine to bring it. None where it has nothing that an engine brings.
    pub object: Option<Value>,
}

/// What is known of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    Healthy,
    Sick(String),
    /// It may be known later.
    Open(String),
    /// Whatever the engine says, it would not be of this digest.
    Unsaid(String),
}

/// How the engine has it. `live` is the engine's object as it is there.
pub fn of_engine(followed: &Followed, live: Option<&Value>, commit: &str) -> Standing {
    if followed.object.is_none() {
        return Standing::Healthy { commit: commit.to_owned() };
    }
    let missing = || Standing::Progressing("its engine does not have it yet".to_owned());
    match live.and_then(|live| standing(live, commit)).unwrap_or_else(missing) {
        Standing::Sick(said) => Standing::Sick(told(&said)),
        Standing::Progressing(said) => Standing::Progressing(told(&said)),
        healthy => healthy,
    }
}

/// One line of what an engine says. What it says about a Secret may repeat it.
fn told(said: &str) -> String {
    if said.to_ascii_lowercase().contains("secret") {
        return "what the engine says names a Secret, and is not repeated: look at its object".to_owned();
    }
    // Before it is cut: half a secret no longer looks like one.
    let covered = covered_words(said);
    let cut: String = covered.chars().take(MOST_SAID).collect();
    visible_line(&cut).into_owned()
}

/// What the ledger lets be said of it at this moment.
pub fn known(followed: &Followed, standing: &Standing, state: &State, now: Timestamp) -> Known {
    let Followed { unit, digest, has_terraform, .. } = followed;
    let scope = Scope { environment: unit.environment.clone(), unit: Some(unit.unit.clone()) };
    if let Some((_, lease)) = state.held(&scope, now) {
        return Known::Open(format!("{} works on it", visible_line(&lease.holder)));
    }
    let stands = state.units.get(unit);
    if !stands.and_then(|unit| unit.published.as_ref()).is_some_and(|published| published.is(Some(digest))) {
        return Known::Unsaid("its engine was told of another one since".to_owned());
    }
    let is_made = || stands.and_then(|unit| unit.terraform.as_ref()).is_some_and(|made| made.is(Some(digest)));
    // Who was stopped in the middle of Terraform has left nobody knows what.
    let is_open = state.open.values().any(|intent| intent.unit == *unit && intent.effect == Effect::Terraform);
    if *has_terraform && (is_open || !is_made()) {
        return Known::Unsaid(format!(
            "its Terraform is not applied: `pavior apply --environment {}`, then follow again",
            unit.environment
        ));
    }
    match standing {
        Standing::Healthy { .. } => Known::Healthy,
        Standing::Sick(why) => Known::Sick(why.clone()),
        Standing::Progressing(why) => Known::Open(why.clone()),
    }
}

/// What is written of units that are well or sick, by what the ledger says just then. What it says already is not said
/// again.
pub fn entries(
    records: &[Record],
    seen: &[(&Followed, &Standing)],
    cause: &Cause,
    took: u64,
    now: Timestamp,
) -> Vec<Entry> {
    let state = State::of(records);
    let mut next = records.last().map_or(0, |record| record.number) + 1;
    let mut entries = Vec::new();
    for (followed, standing) in seen {
        let (outcome, note) = match known(followed, standing, &state, now) {
            Known::Healthy if is_said(followed, &state) => continue,
            Known::Healthy => (Outcome::Succeeded, None),
            Known::Sick(why) => (Outcome::Failed, Some(why)),
            Known::Open(_) | Known::Unsaid(_) => continue,
        };
        let intent = Intent {
            effect: Effect::Health,
            unit: followed.unit.clone(),
            digest: Some(followed.digest.clone()),
            plan: None,
            change: cause.clone(),
            cost: None,
            undo: Undo::Reversible,
            secrets: Vec::new(),
        };
        entries.push(Entry::Began(Box::new(intent)));
        entries.push(Entry::Ended { began: next, outcome, took, note });
        next += 2;
    }
    entries
}

/// Whether the ledger has it as healthy.
fn is_said(followed: &Followed, state: &State) -> bool {
    let settled = state.units.get(&followed.unit).filter(|unit| !unit.unsettled && unit.failed.is_none());
    let healthy = settled.and_then(|unit| unit.healthy.as_ref());
    healthy.is_some_and(|healthy| healthy.digest.as_ref() == Some(&followed.digest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Brought, Deployed, Head, Lease, UnitState, Verifier, Writer};
    use crate::model::Name;
    use serde_json::json;

    fn cart() -> UnitName {
        UnitName { environment: Name::parse("staging").unwrap(), unit: "cart".to_owned() }
    }

    fn followed(has_terraform: bool) -> Followed {
        Followed { unit: cart(), digest: "new".to_owned(), has_terraform, object: Some(json!({})) }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn now() -> Timestamp {
        at("2026-11-23T08:00:00Z")
    }

    fn brought(digest: &str, is_whole: bool) -> Option<Brought> {
        Some(Brought {
            deployed: Deployed { digest: Some(digest.to_owned()), commit: "c".to_owned(), record: 1 },
            is_whole,
        })
    }

    fn state(published: Option<Brought>, terraform: Option<Brought>) -> State {
        let unit = UnitState { published, terraform, unsettled: true, ..UnitState::default() };
        State { units: [(cart(), unit)].into(), ..State::default() }
    }

    fn healthy() -> Standing {
        Standing::Healthy { commit: "c2".to_owned() }
    }

    fn kind(known: &Known) -> &'static str {
        match known {
            Known::Healthy => "healthy",
            Known::Sick(_) => "sick",
            Known::Open(_) => "open",
            Known::Unsaid(_) => "unsaid",
        }
    }

    #[test]
    fn an_engine_is_believed_only_of_the_digest_that_it_was_told_and_that_terraform_made() {
        let new = || brought("new", true);
        for (published, terraform, has_terraform, is) in [
            (new(), None, false, "healthy"),
            (new(), new(), true, "healthy"),
            (new(), None, true, "unsaid"),
            (new(), brought("old", true), true, "unsaid"),
            (new(), brought("new", false), true, "unsaid"),
            (brought("newer", true), new(), true, "unsaid"),
            (brought("new", false), new(), true, "unsaid"),
            (None, new(), true, "unsaid"),
        ] {
            let state = state(published, terraform);
            for standing in [healthy(), Standing::Sick("no".to_owned())] {
                let known = kind(&known(&followed(has_terraform), &standing, &state, now()));
                let is = if is == "healthy" && standing != healthy() { "sick" } else { is };
                assert_eq!(known, is, "{state:?}");
            }
        }
        let progressing = Standing::Progressing("it is applied".to_owned());
        let state = state(new(), None);
        assert_eq!(known(&followed(false), &progressing, &state, now()), Known::Open("it is applied".to_owned()));
    }

    #[test]
    fn of_a_unit_that_somebody_works_on_nothing_is_said_yet() {
        let mut state = state(brought("new", true), None);
        let lease = Lease {
            scope: Scope { environment: cart().environment, unit: None },
            until: at("2026-11-23T09:00:00Z"),
            holder: "mira".to_owned(),
            run: None,
        };
        state.leases.insert(1, lease);
        assert_eq!(known(&followed(false), &healthy(), &state, now()), Known::Open("mira works on it".to_owned()));
        let later = at("2026-11-23T09:00:01Z");
        assert_eq!(known(&followed(false), &healthy(), &state, later), Known::Healthy);
    }

    #[test]
    fn what_an_engine_says_is_one_line_without_secrets() {
        let said = |message: &str| {
            let live = json!({
                "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
                "status": { "conditions": [{ "type": "SyncError", "message": message }] },
            });
            match of_engine(&followed(false), Some(&live), "c2") {
                Standing::Sick(said) => said,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(said("one\ntwo\u{1b}[31m").lines().count(), 1);
        assert!(!said("Secret \"db\" is invalid: data: hunter2").contains("hunter2"));
        // In two parts, so that no scanner takes this file for a leak.
        let random = format!("{}{}", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17");
        let token = format!("ghp_{random}");
        assert!(said(&format!("denied for {token}")).ends_with("denied for ghp_************************************"));
        assert!(!said(&format!("{} {token}", "x".repeat(MOST_SAID - 40))).contains(&random[..6]), "cut in the middle");
        assert!(said(&"x".repeat(10_000)).len() < 1_000);
        let none = Followed { object: None, ..followed(true) };
        assert_eq!(of_engine(&none, None, "c2"), healthy(), "there is nothing that an engine brings");
        assert!(matches!(of_engine(&followed(true), None, "c2"), Standing::Progressing(_)));
    }

    #[test]
    fn what_is_written_is_what_the_ledger_lets_be_said_and_once() {
        let cause = Cause {
            head: "c1".to_owned(),
            base: None,
            pull: None,
            report: None,
            author: "jo".to_owned(),
            approved_by: Vec::new(),
        };
        let publish = Intent {
            effect: Effect::Publish,
            unit: cart(),
            digest: Some("new".to_owned()),
            plan: None,
            change: cause.clone(),
            cost: None,
            undo: Undo::Reversible,
            secrets: Vec::new(),
        };
        let ended = |began, outcome| Entry::Ended { began, outcome, took: 1, note: None };
        let mut all = vec![Entry::Began(Box::new(publish)), ended(1, Outcome::Succeeded)];
        let records = |all: &[Entry]| -> Vec<Record> {
            let writer = Writer { version: "0.1.0".to_owned(), actor: "jo".to_owned(), run: None };
            let (texts, _) = Head::EMPTY.append(now(), &writer, all.to_vec());
            let mut verifier = Verifier::new(Vec::new());
            (1..).zip(&texts).map(|(number, text)| verifier.read(number, text.as_bytes()).unwrap()).collect()
        };
        let written = |all: &[Entry], standing: &Standing| {
            entries(&records(all), &[(&followed(false), standing)], &cause, 5, now())
        };
        let sick = written(&all, &Standing::Sick("never ready".to_owned()));
        assert!(
            matches!(&sick[1], Entry::Ended { began: 3, outcome: Outcome::Failed, note: Some(note), .. } if note == "never ready")
        );
        all.extend(sick);
        assert_eq!(State::of(&records(&all)).units[&cart()].healthy, None);
        let well = written(&all, &healthy());
        assert!(matches!(well[1], Entry::Ended { began: 5, outcome: Outcome::Succeeded, .. }), "{well:?}");
        all.extend(well);
        let unit = State::of(&records(&all)).units[&cart()].clone();
        assert_eq!((unit.unsettled, unit.healthy.unwrap().digest.as_deref()), (false, Some("new")));
        assert_eq!(written(&all, &healthy()), Vec::new(), "it is said already");
    }
}
