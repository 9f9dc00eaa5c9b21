//! All resources of one unit: each after those that its params name, implicit ones last, given back in their order.

use super::{Resolved, Session, Stage, resolve};
use crate::link::{Catalog, Unit};
use crate::model::kinds::Kind;
use crate::model::{Finding, Location, Name, listed};
use crate::provision::Claims;
use crate::provision::address::{AddressClaim, ParamOf, address, host_param};
use crate::provision::ask::{Ask, SECRET_TYPE, Standing, asks};
use crate::provision::environment::Surroundings;
use crate::provision::names::{Claimant, NameClaim};
use crate::provision::params::resources_named;
use crate::provision::reporter::Reporter;
use crate::provision::rules;
use crate::provision::unit::ResolvedResource;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// None where something is wrong, which has been told. What the resources take is added to `claims`.
pub fn resolve_unit<'d>(
    session: &mut Session,
    catalog: &Catalog<'d>,
    unit: &Unit<'d>,
    surroundings: &Surroundings<'d>,
    claims: &mut Claims,
    reporter: &mut Reporter<'_, 'd>,
) -> Option<Vec<ResolvedResource>> {
    let errors = reporter.errors();
    check_secret_type(catalog, unit, reporter);
    let asks = asks(catalog, unit, surroundings);
    let order = in_order(&asks, reporter)?;
    let mut resolved: Vec<ResolvedResource> = Vec::with_capacity(asks.len());
    for index in order {
        let ask = &asks[index];
        let stage = Stage { unit, surroundings, before: &resolved };
        if let Some(Resolved { resource, names }) = resolve(session, ask, &stage, reporter) {
            claims.names.extend(name_claims(ask, &resource, names, surroundings));
            claims.addresses.extend(address_claim(ask, &resource, unit, surroundings));
            resolved.push(resource);
        }
    }
    let position: BTreeMap<&Name, usize> = asks.iter().enumerate().map(|(index, ask)| (&ask.local, index)).collect();
    resolved.sort_by_key(|resource| position.get(&resource.local).copied());
    (reporter.errors() == errors).then_some(resolved)
}

/// Positions of asks such that each comes after those its params name; implicit ones last. None for a circle.
fn in_order(asks: &[Ask<'_>], reporter: &mut Reporter<'_, '_>) -> Option<Vec<usize>> {
    let position: BTreeMap<&str, usize> = asks.iter().enumerate().map(|(i, ask)| (ask.local.as_str(), i)).collect();
    let needs: Vec<Vec<usize>> = asks
        .iter()
        .map(|ask| resources_named(&ask.given).iter().filter_map(|name| position.get(name.as_str()).copied()).collect())
        .collect();
    let mut order = Vec::with_capacity(asks.len());
    let mut placed = vec![false; asks.len()];
    while order.len() < asks.len() {
        let waiting = |index: &usize| !placed[*index];
        let is_last = |index: usize| asks[index].standing == Standing::Implicit;
        let others_wait = (0..asks.len()).any(|index| waiting(&index) && !is_last(index));
        let next = (0..asks.len())
            .filter(waiting)
            .find(|index| needs[*index].iter().all(|need| placed[*need]) && (!is_last(*index) || !others_wait));
        let Some(next) = next else {
            let stuck = (0..asks.len()).find(waiting)?;
            let at = reporter.locate(&asks[stuck].origin.place.clone().child("params").key());
            let circle: Vec<&str> = (0..asks.len())
                .filter(|index| waiting(index) && !is_last(*index))
                .map(|index| asks[index].local.as_str())
                .collect();
            reporter.say(circle_of(at, &circle));
            return None;
        };
        placed[next] = true;
        order.push(next);
    }
    Some(order)
}

fn circle_of(at: Location, circle: &[&str]) -> Finding {
    let message = match circle {
        [one] => format!("params of `{one}` use its own outputs"),
        several => format!("params of {} use each other's outputs in a circle", listed(several.iter().copied(), 10)),
    };
    Finding::new(&rules::RESOURCE_CYCLE, at, message)
        .help("take one of the placeholders out of the params, or write its value")
}

/// The names a resource takes: in the cloud, and of its objects in the namespace.
fn name_claims(
    ask: &Ask<'_>,
    resource: &ResolvedResource,
    names: BTreeSet<String>,
    surroundings: &Surroundings<'_>,
) -> Vec<NameClaim> {
    let by = Arc::new(Claimant { holder: ask.origin.subject.clone(), place: ask.origin.place.clone().key() });
    let claim = |scope: &str, name: String| NameClaim { scope: scope.into(), name: name.into(), by: by.clone() };
    let environment = &surroundings.facts.name;
    let mut claims: Vec<NameClaim> = names.into_iter().map(|name| claim("cloud", name)).collect();
    if resource.own {
        claims.push(claim(&format!("{environment}/resource"), resource.name.clone()));
    }
    for object in &resource.manifests {
        let kind = object.get("kind").and_then(|kind| kind.as_str());
        let name = object.get("metadata").and_then(|metadata| metadata.get("name")).and_then(|name| name.as_str());
        if let (Some(kind), Some(name)) = (kind, name) {
            claims.push(claim(&format!("{environment}/{kind}"), name.to_owned()));
        }
    }
    claims
}

/// Where the resource answers, when this unit realises it.
fn address_claim(
    ask: &Ask<'_>,
    resource: &ResolvedResource,
    unit: &Unit<'_>,
    surroundings: &Surroundings<'_>,
) -> Option<AddressClaim> {
    let kind = &ask.kind.spec;
    let (host, path) = address(kind, resource).filter(|_| resource.own)?;
    let environment = surroundings.facts.name.clone();
    let asked =
        ParamOf { place: ask.origin.place.clone(), local: ask.local.clone(), param: host_param(kind).to_owned() };
    let holder = if unit.service.is_some() { format!("{} of {}", ask.local, unit.name) } else { unit.name.to_string() };
    Some(AddressClaim { environment, kind: resource.kind.clone(), host, path, holder, asked })
}

fn check_secret_type(catalog: &Catalog<'_>, unit: &Unit<'_>, reporter: &mut Reporter<'_, '_>) {
    let Some(service) = &unit.service else { return };
    let broken = reporter.documents.declarations.is_broken(Kind::ResourceType, SECRET_TYPE);
    if broken || catalog.resource_types.contains_key(SECRET_TYPE) {
        return;
    }
    if let Some(request) = service.secrets.first() {
        let at = reporter.locate(&request.name_place());
        reporter.say(no_secret_type(at, &request.metadata.name));
    }
}

fn no_secret_type(at: Location, request: &Name) -> Finding {
    Finding::new(
        &rules::NO_PROVISIONER,
        at,
        format!("secret request {request} cannot be realised: there is no resource type `{SECRET_TYPE}`"),
    )
    .help("the platform team declares it in golden-paths/resources/secret/resource-type.yaml")
}
