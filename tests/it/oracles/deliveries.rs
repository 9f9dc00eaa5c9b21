//! What a delivery reads that others wrote: a record of the ledger, Terraform's plan, a lock file of providers, a mandate,
//! an engine's objects. The first byte says which; each is read or refused, and what is read says the same when it is
//! written again.

use super::Reached;
use pavior::deliver::engine_status::standing;
use pavior::deliver::mandate::Mandate;
use pavior::deliver::plan_json::Plan;
use pavior::deliver::provider_lock::{ProviderLock, required};
use pavior::emit::Artifact;
use pavior::ledger::Verifier;
use pavior::model::RepoPath;
use serde_json::Value;

pub fn holds(data: &[u8]) -> Reached {
    let Some((which, rest)) = data.split_first() else { return Reached::Refused };
    match which {
        b'r' => record(rest),
        b'p' => Plan::read(rest).map_or(Reached::Told, |plan| {
            let steps = plan.resource_changes.iter().map(|change| change.step());
            if steps.into_iter().all(|step| step.is_ok()) { Reached::Through } else { Reached::Told }
        }),
        b'l' => std::str::from_utf8(rest).map_or(Reached::Refused, lock),
        b'm' => mandate(rest),
        b'e' => serde_json::from_slice::<Value>(rest).map_or(Reached::Refused, |object| {
            if standing(&object, "3f9c0de1").is_some() { Reached::Through } else { Reached::Told }
        }),
        _ => Reached::Refused,
    }
}

/// What is accepted is written in one way only: another text has another hash.
fn record(bytes: &[u8]) -> Reached {
    let Ok(record) = Verifier::new(Vec::new()).read(1, bytes) else { return Reached::Told };
    assert_eq!(record.canonical().as_bytes(), bytes, "a record that is accepted is canonical");
    Reached::Through
}

fn lock(text: &str) -> Reached {
    let artifact = Artifact { path: RepoPath::literal("terraform/versions.tf"), text: text.to_owned() };
    let asked = required(&[artifact]).unwrap_or_default();
    let Ok(lock) = ProviderLock::read(text) else { return Reached::Told };
    let again = ProviderLock::read(&lock.text()).expect("what is written can be read");
    assert_eq!(again, lock, "{}", lock.text());
    // A provider that is not locked is never given.
    if let Ok(Some(given)) = lock.of(&asked) {
        let given = ProviderLock::read(&given).expect("what is given can be read");
        assert!(given.blocks().iter().all(|(name, block)| lock.blocks().get(name) == Some(block)));
        assert_eq!(given.blocks().len(), asked.len());
    }
    if lock.blocks().is_empty() { Reached::Told } else { Reached::Through }
}

fn mandate(bytes: &[u8]) -> Reached {
    let Ok(mandate) = serde_json::from_slice::<Mandate>(bytes) else { return Reached::Told };
    let text = serde_json::to_vec(&mandate).expect("a mandate is JSON");
    assert_eq!(serde_json::from_slice::<Mandate>(&text).expect("what is written can be read"), mandate);
    Reached::Through
}
