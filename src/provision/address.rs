//! Addresses at which traffic from outside arrives, and the proof that no two resources answer at the same one.

use super::ask::params_place;
use super::reporter::Reporter;
use super::rules;
use super::unit::{Output, ResolvedResource};
use crate::model::kinds::ResourceType;
use crate::model::kinds::resource_type::ParamFormat;
use crate::model::{Finding, Location, Name};
use crate::read::{Documents, Place};
use serde_json::Value;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// A resource answers at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressClaim {
    pub environment: Name,
    pub kind: Name,
    pub host: String,
    /// Without a slash at its end.
    pub path: String,
    /// Who answers, for people: `web of shop`.
    pub holder: String,
    pub asked: ParamOf,
}

/// The param that names a host. Where it is written is looked up when somebody has to be told: it takes the tree of the
/// document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamOf {
    /// Where the resource is asked for.
    pub place: Place,
    pub local: Name,
    pub param: String,
}

impl AddressClaim {
    fn place(&self, documents: &Documents) -> Place {
        let ParamOf { place, local, param } = &self.asked;
        params_place(documents, place, local, &self.environment, param).child(param.as_str())
    }
}

/// The param that says below which path a resource answers.
const PATH: &str = "path";

/// The output, and by custom the param, that names the host.
const HOST: &str = "host";

/// The host and path at which a resource answers; None for types that take no path, for they answer no requests.
pub fn address(kind: &ResourceType, resource: &ResolvedResource) -> Option<(String, String)> {
    let path = resource.params.get(PATH)?.as_str()?;
    let host = match resource.outputs.get(HOST) {
        Some(Output::Plain(host)) => host,
        Some(Output::Store { .. } | Output::Secret { .. }) | None => {
            resource.params.get(host_param(kind)).and_then(Value::as_str)?
        }
    };
    (!host.is_empty()).then(|| (host.to_ascii_lowercase(), path.trim_end_matches('/').to_owned()))
}

/// The param that a user would change to move a resource elsewhere.
pub fn host_param(kind: &ResourceType) -> &str {
    let mut params = kind.params.properties.iter();
    params.find(|(_, param)| param.format == Some(ParamFormat::Hostname)).map_or(HOST, |(name, _)| name)
}

/// Finds addresses at which two resources of one type answer in one environment. The first to claim one keeps it; a
/// clash in all environments is told once, though their hosts differ.
pub fn check_addresses(claims: &[AddressClaim], reporter: &mut Reporter<'_, '_>) {
    let mut held: BTreeMap<_, &AddressClaim> = BTreeMap::new();
    let mut told: BTreeSet<(Place, Place)> = BTreeSet::new();
    for claim in claims {
        match held.entry((&claim.environment, &claim.kind, &claim.host, &claim.path)) {
            Entry::Vacant(vacant) => {
                vacant.insert(claim);
            }
            Entry::Occupied(first) => {
                let first = first.get();
                let places = (claim.place(reporter.documents), first.place(reporter.documents));
                let (at, other) = (reporter.locate(&places.0), reporter.locate(&places.1));
                if !told.insert(places) {
                    continue;
                }
                reporter.say(host_clash(at, claim, first, other));
            }
        }
    }
}

fn host_clash(at: Location, claim: &AddressClaim, first: &AddressClaim, other: Location) -> Finding {
    Finding::new(
        &rules::HOST_CLASH,
        at,
        format!("{} and {} would both answer at `{}{}/`", first.holder, claim.holder, claim.host, claim.path),
    )
    .label("the same host and path")
    .related(other, format!("{} answers there", first.holder))
    .help("give one of them another host or path")
}
