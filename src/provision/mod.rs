//! Resource types and their provisioners: what a unit asks for becomes what realises it.
//!
//! For each unit: its asks ([`ask`]) are resolved one by one ([`resolve`]) in the scope of the contract ([`scope`]), by
//! evaluating the expressions of the matching provisioner ([`evaluate`]); then the workload is planned ([`workload`]).

mod address;
mod ask;
mod environment;
mod evaluate;
mod expression;
#[cfg(test)]
pub(crate) mod fixture;
mod identity;
mod manifest;
mod module;
mod names;
mod params;
mod regular;
mod reporter;
mod resolve;
pub mod rules;
mod scope;
mod types;
mod unit;
mod workload;

pub use ask::{SECRET_TYPE, params_place};
pub use expression::{Expressions, MAX_RESULT, Problem, References, Run, Scope};
pub use names::short_name;
pub use resolve::environment_field;
pub use unit::{
    ContainerPlan, CostLine, EnvironmentFacts, EnvironmentVariable, FileContent, FilePlan, ModuleCall, Output,
    ProvisionedUnit, Replicas, ResolvedResource, SecretTextPart, UnitId, UnitKind, VariableValue, VolumePlan,
    WorkloadPlan,
};

use crate::known::claim;
use crate::link::{Catalog, Unit, UnitResource};
use crate::model::{Findings, Name};
use crate::parallel::in_chunks;
use crate::read::Documents;
use address::{AddressClaim, check_addresses};
use environment::{Surroundings, surroundings};
use names::{Claimant, NameClaim, WORKLOAD_KINDS, check_unique};
use reporter::Reporter;
use resolve::{Session, resolve_unit};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Resolves every unit of the catalog. Mistakes are findings; units that have none are in the result.
pub fn provision<'d>(
    documents: &'d Documents,
    catalog: &Catalog<'d>,
    findings: &mut Findings,
) -> Vec<ProvisionedUnit<'d>> {
    provision_each(documents, catalog, findings, |unit| unit)
}

/// The same, for what is made of each unit: no more of them are held than are being worked on.
pub fn provision_each<'d, T: Send>(
    documents: &'d Documents,
    catalog: &Catalog<'d>,
    findings: &mut Findings,
    make: impl Fn(ProvisionedUnit<'d>) -> T + Sync,
) -> Vec<T> {
    let mut reporter = Reporter::new(documents, findings);
    // Where not everything was read, resource types are those of a revision in which they had no mistake.
    if documents.snapshot.unread.is_none() {
        types::check(catalog, &Session::default().expressions, &mut reporter);
    }
    let environments: BTreeMap<&Name, Option<Surroundings<'d>>> = environments(catalog, &mut reporter);
    let parts = in_chunks(&catalog.units, Session::default, |session, units| {
        let (mut made, mut taken, mut addresses) = (Vec::new(), Vec::new(), Vec::new());
        let mut findings = Findings::default();
        let mut reporter = Reporter::new(documents, &mut findings);
        for unit in units {
            let Some(Some(surroundings)) = environments.get(&unit.environment.metadata.name) else { continue };
            let (claims, resources) = claimed(session, catalog, unit, surroundings, &mut reporter);
            taken.extend(claims.taken().map(|name| Taken { name, unit }));
            let hashes = claims.hashes();
            addresses.extend(claims.addresses);
            let Some(mut resources) = resources else { continue };
            let errors = reporter.errors();
            let workload = workload::plan(catalog, unit, surroundings, &mut resources, &mut reporter);
            if reporter.errors() == errors {
                made.push(make(ProvisionedUnit {
                    claims: hashes,
                    ..provisioned(catalog, unit, surroundings, workload, resources)
                }));
            }
        }
        taken.shrink_to_fit();
        (made, taken, addresses, findings)
    });
    let mut all = Vec::with_capacity(catalog.units.len());
    let mut taken = Vec::with_capacity(parts.iter().map(|(_, taken, _, _)| taken.len()).sum());
    let mut addresses = Vec::new();
    for (made, names, answers, found) in parts {
        all.extend(made);
        taken.extend(names);
        addresses.extend(answers);
        found.into_vec().into_iter().for_each(|finding| reporter.say(finding));
    }
    check_unique(&contested(documents, catalog, &environments, taken), &mut reporter);
    check_addresses(&addresses, &mut reporter);
    all
}

/// A name that a unit takes, as a number: of many units, there are too many names to keep them.
struct Taken<'c, 'd> {
    name: u64,
    unit: &'c Unit<'d>,
}

/// The claims of those units that take a name which is taken, in the order of units. They are resolved once more, for
/// their names were not kept; what they have wrong was told.
fn contested<'d>(
    documents: &'d Documents,
    catalog: &Catalog<'d>,
    environments: &BTreeMap<&Name, Option<Surroundings<'d>>>,
    mut taken: Vec<Taken<'_, 'd>>,
) -> Vec<NameClaim> {
    let key = |unit: &Unit<'_>| (unit.environment.metadata.name.clone(), unit.service.is_none(), unit.name.clone());
    taken.sort_unstable_by_key(|one| one.name);
    let groups = taken.chunk_by(|one, other| one.name == other.name).filter(|group| group.len() > 1);
    let units: BTreeMap<_, &Unit<'d>> = groups.flatten().map(|one| (key(one.unit), one.unit)).collect();
    let (mut session, mut told) = (Session::default(), Findings::default());
    let mut names = Vec::new();
    // As the catalog has them: by environment, services before shared resources, by name.
    for unit in units.into_values() {
        let Some(Some(surroundings)) = environments.get(&unit.environment.metadata.name) else { continue };
        let mut reporter = Reporter::new(documents, &mut told);
        names.extend(claimed(&mut session, catalog, unit, surroundings, &mut reporter).0.names);
    }
    names
}

/// What a unit takes, and its resources where nothing is wrong with them.
fn claimed<'d>(
    session: &mut Session,
    catalog: &Catalog<'d>,
    unit: &Unit<'d>,
    surroundings: &Surroundings<'d>,
    reporter: &mut Reporter<'_, 'd>,
) -> (Claims, Option<Vec<ResolvedResource>>) {
    let mut claims = Claims::default();
    claims.names.extend(state_claim(catalog, unit, surroundings));
    claims.names.extend(workload_claims(unit, surroundings));
    let resources = resolve_unit(session, catalog, unit, surroundings, &mut claims, reporter);
    (claims, resources)
}

/// What units take that only one can have.
#[derive(Debug, Default)]
struct Claims {
    names: Vec<NameClaim>,
    addresses: Vec<AddressClaim>,
}

impl Claims {
    /// Hashes of all names and addresses, sorted.
    fn hashes(&self) -> Vec<u64> {
        let names = self.names.iter().map(NameClaim::hash);
        let address = |one: &AddressClaim| claim(&[one.environment.as_str(), one.kind.as_str(), &one.host, &one.path]);
        let mut hashes: Vec<u64> = names.chain(self.addresses.iter().map(address)).collect();
        hashes.sort_unstable();
        hashes
    }

    /// Hashes of the names. One that the same holder asks for again is there once.
    fn taken(&self) -> impl Iterator<Item = u64> {
        let is_first = |(index, name): &(usize, &NameClaim)| !self.names[..*index].contains(name);
        self.names.iter().enumerate().filter(is_first).map(|(_, name)| name.hash())
    }
}

/// Those that have units; None for one whose settings are not complete.
fn environments<'d>(
    catalog: &Catalog<'d>,
    reporter: &mut Reporter<'_, 'd>,
) -> BTreeMap<&'d Name, Option<Surroundings<'d>>> {
    let mut environments = BTreeMap::new();
    for unit in &catalog.units {
        let name = &unit.environment.metadata.name;
        environments.entry(name).or_insert_with(|| surroundings(catalog, unit.environment, reporter));
    }
    environments
}

fn provisioned<'d>(
    catalog: &Catalog<'d>,
    unit: &Unit<'d>,
    surroundings: &Surroundings<'d>,
    workload: Option<WorkloadPlan>,
    resources: Vec<ResolvedResource>,
) -> ProvisionedUnit<'d> {
    ProvisionedUnit {
        id: UnitId { environment: surroundings.facts.name.clone(), kind: kind(unit), name: unit.name.clone() },
        identity: identity::identity(catalog, unit).clone(),
        environment: surroundings.facts.clone(),
        owner: unit.owner.clone(),
        tier: unit.tier,
        workload,
        resources,
        claims: Vec::new(),
    }
}

fn kind(unit: &Unit<'_>) -> UnitKind {
    match unit.service {
        Some(_) => UnitKind::Service,
        None => UnitKind::SharedResource,
    }
}

/// Two units that were renamed from the same one would share its state. None for a shared resource that nobody declares:
/// it cannot be renamed, and its id is its own.
fn state_claim(catalog: &Catalog<'_>, unit: &Unit<'_>, surroundings: &Surroundings<'_>) -> Option<NameClaim> {
    let environment = &surroundings.facts.name;
    let (what, place) = match (&unit.service, catalog.resources.get(&unit.name)) {
        (Some(service), _) => ("service", service.declared.name_place()),
        (None, Some(resource)) => ("shared resource", resource.name_place()),
        (None, None) => return None,
    };
    let identity = identity::identity(catalog, unit).clone();
    Some(NameClaim {
        scope: "state".into(),
        name: UnitId { environment: environment.clone(), kind: kind(unit), name: identity }.folder().into(),
        by: Arc::new(Claimant { holder: format!("{what} {} in {environment}", unit.name), place }),
    })
}

/// The names of the objects that a service's workload consists of.
fn workload_claims(unit: &Unit<'_>, surroundings: &Surroundings<'_>) -> Vec<NameClaim> {
    let Some(service) = &unit.service else { return Vec::new() };
    let environment = &surroundings.facts.name;
    let holder = format!("service {} in {environment}", unit.name);
    let by = Arc::new(Claimant { holder, place: service.declared.name_place() });
    let claim = |kind: &str, name: Arc<str>| {
        let scopes = &surroundings.scopes;
        let known = WORKLOAD_KINDS.iter().position(|known| *known == kind).and_then(|kind| scopes.get(kind));
        let scope = known.cloned().unwrap_or_else(|| format!("{environment}/{kind}").into());
        NameClaim { scope, name, by: by.clone() }
    };
    let own: Arc<str> = unit.name.as_str().into();
    let scheduled = service.jobs.iter().filter(|(_, job)| job.schedule.is_some());
    let mut claims: Vec<NameClaim> = WORKLOAD_KINDS.iter().map(|kind| claim(kind, own.clone())).collect();
    // A StatefulSet has a Service of its own.
    let may_be_stateful = |resource: &UnitResource<'_>| {
        resource.kind.spec.provisioners.iter().any(|provisioner| provisioner.claim.is_some())
    };
    if unit.resources.iter().any(may_be_stateful) {
        claims.push(claim("Service", format!("{}-headless", unit.name).into()));
    }
    claims.extend(scheduled.map(|(job, _)| claim("CronJob", format!("{}-{job}", unit.name).into())));
    claims
}

#[cfg(test)]
mod tests;
