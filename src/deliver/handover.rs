//! What is left to a run where an engine delivers: Terraform, before the engine needs what it makes, and after it no longer
//! does. A commit and the ledger's state in, who and what out.

use super::plan::Plannable;
use super::revision::Revision;
use super::terraform::has_terraform;
use crate::ledger::{UnitName, UnitState};

/// The engine that delivers to a unit; None where a run does. Where its environment is gone with it, the ledger knows that
/// some engine was told of it.
pub fn engine_of(wanted: &Revision, unit: &UnitName, state: Option<&UnitState>) -> Option<&'static str> {
    match wanted.environments.get(&unit.environment) {
        Some(setting) => setting.delivery.engine(),
        None => state.and_then(|state| state.published.as_ref()).map(|_| "its engine"),
    }
}

/// Whether nothing of a unit is left to a run. What goes always is: the ledger has to say that it is gone.
pub fn is_done(wanted: Option<&Plannable>, state: Option<&UnitState>) -> bool {
    wanted.is_some_and(|wanted| !has_terraform(&wanted.unit.artifacts) || is_made(wanted, state))
}

/// Whether Terraform made just this of it.
fn is_made(wanted: &Plannable, state: Option<&UnitState>) -> bool {
    let digest = wanted.unit.digest.to_string();
    state.and_then(|state| state.terraform.as_ref()).is_some_and(|terraform| terraform.is(Some(&digest)))
}

/// Why what a unit uses may not be destroyed yet: nobody knows that its engine was told to take it away.
pub fn still_used(wanted: &Revision, unit: &UnitName, state: &UnitState) -> Option<String> {
    let engine = engine_of(wanted, unit, Some(state))?;
    let environment = &unit.environment;
    match &state.published {
        None => None,
        Some(published) if published.is(None) => None,
        Some(_) if wanted.environments.contains_key(environment) => Some(format!(
            "publish first: {engine} still runs what uses it (`pavior publish --environment {environment}`)"
        )),
        Some(_) => Some(format!(
            "publish first: {environment} is no longer declared, and its engine was not told that {unit} goes: delete \
             pavior-{environment} where the engine is, see that all that it ran is gone, then say --confirm {unit}"
        )),
    }
}
