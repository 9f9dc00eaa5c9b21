//! Which secret requests are carried out with which unit, for the ledger.

use crate::ledger::{SecretAsked, UnitName};
use crate::model::kinds::SecretRequest;
use crate::read::{Declared, Documents};
use std::collections::BTreeMap;

/// By unit, each in the order of names. Names and reasons; no value is ever known here.
pub fn secrets_asked(documents: &Documents) -> BTreeMap<UnitName, Vec<SecretAsked>> {
    let mut all: BTreeMap<UnitName, Vec<SecretAsked>> = BTreeMap::new();
    for request in &documents.declarations.secret_requests {
        for environment in &request.spec.environments {
            let unit = UnitName { environment: environment.clone(), unit: request.spec.service.to_string() };
            all.entry(unit).or_default().push(asked(request));
        }
    }
    all.values_mut().for_each(|asked| asked.sort_by(|a, b| a.name.cmp(&b.name)));
    all
}

fn asked(request: &Declared<SecretRequest>) -> SecretAsked {
    let spec = &request.spec;
    SecretAsked {
        name: request.metadata.name.clone(),
        keys: spec.keys.keys().cloned().collect(),
        reason: spec.reason.clone(),
        expires: spec.expires,
        rotation: spec.rotation,
    }
}
