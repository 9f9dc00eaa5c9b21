//! What is not as it should be with secret requests, on a day that is given.

use super::register::{Request, Standing};
use crate::model::{Date, Name};
use std::fmt;

/// One thing that somebody has to see to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<'r> {
    pub request: &'r Name,
    /// Where it is so; None: everywhere.
    pub environment: Option<&'r Name>,
    pub fault: Fault<'r>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault<'r> {
    /// No record says that it was ever brought there.
    NeverApplied,
    /// Its last day has passed.
    Expired(Date),
    /// By this day it was to be replaced. The store knows whether it was.
    RotationDue(Date),
    /// The workload does not read the key.
    Unused(&'r str),
    /// It was applied, and the record names nobody who approved.
    Unapproved(u64),
    /// It asks nobody beside its owner.
    NoApprover,
}

impl Fault<'_> {
    /// One word for programs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Fault::NeverApplied => "never-applied",
            Fault::Expired(_) => "expired",
            Fault::RotationDue(_) => "rotation-due",
            Fault::Unused(_) => "unused",
            Fault::Unapproved(_) => "unapproved",
            Fault::NoApprover => "no-approver",
        }
    }
}

impl fmt::Display for Fault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::NeverApplied => f.write_str("was never applied, as far as the ledger knows"),
            Fault::Expired(on) => write!(f, "ended on {on}: renew it with its approvers, or take it away"),
            Fault::RotationDue(on) => write!(f, "was to be replaced by {on}: the store knows whether it was"),
            Fault::Unused(key) => write!(f, "key {key} is read by no workload: take it away, or use its placeholder"),
            Fault::Unapproved(record) => {
                write!(f, "was applied by record {record}, which names nobody who approved it")
            }
            Fault::NoApprover => f.write_str("names no approvers, so that its owner's team alone is asked"),
        }
    }
}

/// In the order of requests and environments. An empty ledger knows nothing, and nothing is made of that.
pub fn audit<'r>(requests: &'r [Request], today: Date, ledger_is_empty: bool) -> Vec<Found<'r>> {
    let mut found = Vec::new();
    for request in requests {
        let mut say = |environment, fault| found.push(Found { request: &request.name, environment, fault });
        if let Some(expires) = request.expires.filter(|expires| *expires < today) {
            say(None, Fault::Expired(expires));
        }
        if request.approvers.is_empty() {
            say(None, Fault::NoApprover);
        }
        for standing in &request.environments {
            let here = Some(&standing.environment);
            match &standing.carried {
                None if !ledger_is_empty && !standing.is_pattern => say(here, Fault::NeverApplied),
                Some(carried) if carried.approved_by.is_empty() => say(here, Fault::Unapproved(carried.record)),
                _ => {}
            }
            if let Some(due) = due(request, standing).filter(|due| *due < today) {
                say(here, Fault::RotationDue(due));
            }
            let unused = standing.keys.iter().filter(|key| key.place.is_some() && !key.is_used);
            unused.for_each(|key| say(here, Fault::Unused(&key.name)));
        }
    }
    found
}

/// The day by which the value that was put there first has to be replaced; None where nothing says.
pub fn due(request: &Request, standing: &Standing) -> Option<Date> {
    let days = request.rotation?.seconds().div_ceil(86_400);
    let since = u64::try_from(standing.carried.as_ref()?.at.date.day_number()).ok()?;
    Date::of_day(since.checked_add(days)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Duration, RepoPath, Timestamp};
    use crate::secrets::{Carried, Key, Place};
    use std::collections::BTreeMap;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn request() -> Request {
        let place = Place::Aws { region: "r".to_owned(), id: "i".to_owned(), property: None };
        let carried = Carried {
            record: 7,
            at: Timestamp::parse("2026-11-01T08:00:00Z").unwrap(),
            commit: "c".to_owned(),
            asked_by: "jo".to_owned(),
            approved_by: vec!["mira".to_owned()],
            pull: None,
        };
        let keys = vec![Key { name: "API_KEY".to_owned(), place: Some(place), is_used: true }];
        Request {
            name: name("gateway"),
            service: name("pay"),
            owner: None,
            keys: BTreeMap::new(),
            why: "because".to_owned(),
            rotation: Duration::parse("30d"),
            expires: Date::parse("2026-12-31"),
            approvers: vec![name("platform")],
            path: RepoPath::literal("catalog/a.yaml"),
            line: 1,
            written: None,
            environments: vec![Standing {
                environment: name("production"),
                is_pattern: false,
                keys,
                carried: Some(carried),
            }],
        }
    }

    fn told(change: impl Fn(&mut Request), today: &str) -> Vec<&'static str> {
        let mut request = request();
        change(&mut request);
        let requests = [request];
        let found = audit(&requests, Date::parse(today).unwrap(), false);
        found.iter().map(|one| one.fault.as_str()).collect()
    }

    #[test]
    fn what_is_in_order_is_not_mentioned() {
        assert_eq!(told(|_| (), "2026-11-22"), [""; 0]);
        assert_eq!(told(|_| (), "2026-12-01"), [""; 0], "the day on which it is due is not over");
    }

    #[test]
    fn each_fault_is_told_on_its_day() {
        assert_eq!(told(|_| (), "2026-12-02"), ["rotation-due"]);
        assert_eq!(told(|one| one.rotation = None, "2026-12-31"), [""; 0]);
        assert_eq!(told(|one| one.rotation = None, "2027-01-01"), ["expired"]);
        assert_eq!(told(|one| one.approvers.clear(), "2026-11-22"), ["no-approver"]);
        assert_eq!(told(|one| one.environments[0].keys[0].is_used = false, "2026-11-22"), ["unused"]);
        let unapproved = |one: &mut Request| one.environments[0].carried.as_mut().unwrap().approved_by.clear();
        assert_eq!(told(unapproved, "2026-11-22"), ["unapproved"]);
        assert_eq!(told(|one| one.environments[0].carried = None, "2026-11-22"), ["never-applied"]);
    }

    #[test]
    fn nothing_is_expected_of_the_pattern_of_previews() {
        let pattern = |one: &mut Request| (one.environments[0].is_pattern, one.environments[0].carried) = (true, None);
        assert_eq!(told(pattern, "2026-11-22"), [""; 0]);
    }

    #[test]
    fn a_ledger_without_a_record_accuses_nobody() {
        let mut request = request();
        request.environments[0].carried = None;
        assert_eq!(audit(&[request], Date::parse("2026-11-22").unwrap(), true), []);
    }
}
