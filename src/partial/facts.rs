//! A compilation without an error in, what is worth knowing of it out.

use crate::compile::{MadeOf, Source};
use crate::known::{Claims, Environments, Header, MAX_ENVIRONMENTS, Row, ServiceRow, Written};
use crate::link::Graph;
use crate::model::kinds::{Kind, Service};
use crate::model::{Name, RepoPath, short_hash};
use crate::provision::{UnitId, UnitKind};
use crate::read::{Declared, Documents};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What is kept of each unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitFacts {
    pub id: UnitId,
    /// Whom it calls.
    pub calls: Vec<Name>,
    pub claims: Vec<u64>,
}

impl UnitFacts {
    pub fn of(source: Source<'_, '_>) -> UnitFacts {
        let (calls, claims) = match source.made_of {
            MadeOf::Unit(unit) => {
                let calls = unit.workload.iter().flat_map(|workload| workload.calls.keys().cloned()).collect();
                (calls, unit.claims.clone())
            }
            MadeOf::Environment(_) => (Vec::new(), Vec::new()),
        };
        UnitFacts { id: source.id(), calls, claims }
    }
}

/// The hash of all that others can see of a service.
pub fn interface(service: &Declared<Service>) -> u64 {
    // Every field is named, so that a new one has to be thought of.
    let Service {
        tier,
        lifecycle,
        system,
        compliance,
        apis,
        workload,
        service: ports,
        preview,
        renamed_from,
        environments,
        source: _,
        docs: _,
        links: _,
        golden_path: _,
        slo: _,
        metrics: _,
        schedule: _,
        score: _,
        containers: _,
        resources: _,
        depends_on: _,
        jobs: _,
        scaling: _,
        disruption: _,
        egress: _,
    } = &service.spec;
    let switched: BTreeMap<&Name, bool> =
        environments.iter().filter_map(|(name, settings)| Some((name, settings.enabled?))).collect();
    let seen = json!([
        service.metadata.owner,
        [json!(tier), json!(lifecycle), json!(workload)],
        [json!(system), json!(compliance), json!(apis), json!(ports), json!(preview), json!(renamed_from)],
        switched,
    ]);
    short_hash(seen.to_string().as_bytes())
}

/// Whether what a service is depends on more than its neighbours.
pub fn is_entangled(service: &Declared<Service>) -> bool {
    let Service { renamed_from, score, resources, .. } = &service.spec;
    renamed_from.is_some() || score.is_some() || resources.values().any(|request| request.id.is_some())
}

/// The hash of names and addresses; their order does not matter.
pub fn hash_of_claims(units: &[&UnitFacts]) -> u64 {
    let claims: BTreeSet<u64> = units.iter().flat_map(|unit| unit.claims.iter().copied()).collect();
    short_hash(&claims.into_iter().flat_map(u64::to_be_bytes).collect::<Vec<u8>>())
}

/// What is known of a revision that compiled without an error. None where there is too much to know.
pub fn known(
    documents: &Documents,
    graph: &Graph,
    units: &[UnitFacts],
    compiler: &str,
    tree: &str,
) -> Option<(Written, Claims)> {
    let declared = &documents.declarations;
    let mut names: Vec<Name> = declared.environments.iter().map(|one| one.metadata.name.clone()).collect();
    names.sort();
    if names.len() > MAX_ENVIRONMENTS {
        return None;
    }
    let claims = Claims::of(units.iter().map(|unit| (owner(&unit.id), unit.claims.as_slice())));
    let mut rows = rows(documents);
    let services = ServiceRows { names: &names, documents, graph }.of(units);
    for (name, service) in services {
        if let Some(row) = rows.get_mut(&(Kind::Service, name)) {
            row.service = Some(service);
        }
    }
    let own = units.iter().map(|unit| &unit.id).filter(|id| id.kind != UnitKind::Environment);
    let mut counts: BTreeMap<&Name, usize> = names.iter().map(|name| (name, 0)).collect();
    own.for_each(|id| *counts.entry(&id.environment).or_default() += 1);
    let header = Header {
        compiler: compiler.to_owned(),
        tree: tree.to_owned(),
        claims: short_hash(claims.as_bytes()),
        units: units.len(),
        environments: counts.into_iter().map(|(name, units)| (name.clone(), units)).collect(),
        named_files: named_files(documents),
        implicit_types: implicit_types(documents),
        always: always(documents),
        reserved: reserved(documents),
    };
    Some((Written::of(header, &rows, &apis(documents)), claims))
}

/// Who is named as the owner of a unit's claims.
pub fn owner(id: &UnitId) -> &str {
    match id.kind {
        UnitKind::Service => id.name.as_str(),
        // No service is named so.
        UnitKind::SharedResource | UnitKind::Environment => "_",
    }
}

fn rows(documents: &Documents) -> BTreeMap<(Kind, Name), Row> {
    let declared = &documents.declarations;
    let mut rows = BTreeMap::new();
    macro_rules! rows_of {
        ($kind:expr, $declared:expr) => {
            for one in $declared {
                let path = documents.document(one.document).path.clone();
                rows.insert(($kind, one.metadata.name.clone()), Row { path, service: None });
            }
        };
    }
    rows_of!(Kind::Team, &declared.teams);
    rows_of!(Kind::Service, &declared.services);
    rows_of!(Kind::Environment, &declared.environments);
    rows_of!(Kind::Resource, &declared.resources);
    rows_of!(Kind::SecretRequest, &declared.secret_requests);
    rows_of!(Kind::ResourceType, &declared.resource_types);
    rows_of!(Kind::Platform, &declared.platforms);
    rows
}

/// How services are seen by others.
struct ServiceRows<'a> {
    names: &'a [Name],
    documents: &'a Documents,
    graph: &'a Graph,
}

impl ServiceRows<'_> {
    fn of(&self, units: &[UnitFacts]) -> BTreeMap<Name, ServiceRow> {
        let declared = &self.documents.declarations;
        let mut rows: BTreeMap<Name, ServiceRow> = BTreeMap::new();
        for service in &declared.services {
            let calls = self.graph.calls.get(&service.metadata.name).into_iter().flatten();
            let row = ServiceRow {
                interface: interface(service),
                entangled: is_entangled(service),
                calls: calls.map(|callee| (callee.clone(), 0)).collect(),
                ..ServiceRow::default()
            };
            rows.insert(service.metadata.name.clone(), row);
        }
        for request in &declared.secret_requests {
            if let Some(row) = rows.get_mut(&request.spec.service) {
                row.secret_requests.push(request.metadata.name.clone());
            }
        }
        let mut claims: BTreeMap<&Name, Vec<&UnitFacts>> = BTreeMap::new();
        for unit in units.iter().filter(|unit| unit.id.kind == UnitKind::Service) {
            claims.entry(&unit.id.name).or_default().push(unit);
            let Some(row) = rows.get_mut(&unit.id.name) else { continue };
            let here = self.bit(&unit.id.environment);
            row.units |= here;
            unit.calls.iter().for_each(|callee| *row.calls.entry(callee.clone()).or_default() |= here);
        }
        for (name, units) in claims {
            if let Some(row) = rows.get_mut(name) {
                row.claims = hash_of_claims(&units);
            }
        }
        let edges: Vec<(Name, Name, Environments)> = rows
            .iter()
            .flat_map(|(caller, row)| {
                row.calls.iter().map(move |(callee, here)| (caller.clone(), callee.clone(), *here))
            })
            .collect();
        for (caller, callee, here) in edges {
            if let Some(row) = rows.get_mut(&callee) {
                row.called_by.insert(caller, here);
            }
        }
        rows
    }

    fn bit(&self, environment: &Name) -> Environments {
        self.names.binary_search(environment).map_or(0, |place| 1 << place)
    }
}

fn apis(documents: &Documents) -> BTreeMap<Name, RepoPath> {
    let services = documents.declarations.services.iter();
    let provided = services.flat_map(|service| service.spec.apis.provides.iter().map(move |api| (api, service)));
    provided.map(|(api, service)| (api.name.clone(), documents.document(service.document).path.clone())).collect()
}

/// Score files, and what they name: whatever they are called.
fn named_files(documents: &Documents) -> Vec<RepoPath> {
    let scores = documents.documents.iter().filter_map(|document| Some(document.workload.as_ref()?.path.clone()));
    let others = documents.snapshot.files.keys().filter(|path| !crate::read::reads_file(path.as_str()));
    let mut named: Vec<RepoPath> = scores.chain(others.cloned()).collect();
    named.sort();
    named.dedup();
    named
}

/// Environments and settings have a say in everything.
fn always(documents: &Documents) -> Vec<RepoPath> {
    let declared = &documents.declarations;
    let environments = declared.environments.iter().map(|one| one.document);
    let all = environments.chain(declared.platforms.iter().map(|one| one.document));
    let paths: BTreeSet<&RepoPath> = all.map(|document| &documents.document(document).path).collect();
    paths.into_iter().cloned().collect()
}

fn implicit_types(documents: &Documents) -> Vec<Name> {
    let types = documents.declarations.resource_types.iter();
    types.filter(|kind| kind.spec.implicit).map(|kind| kind.metadata.name.clone()).collect()
}

fn reserved(documents: &Documents) -> Vec<Name> {
    let declared = &documents.declarations;
    let former = declared.services.iter().filter_map(|service| service.spec.renamed_from.clone());
    let consumers = declared.resources.iter().flat_map(|resource| resource.spec.consumers.iter().cloned());
    let sick = declared.incidents.iter().map(|incident| incident.spec.service.clone());
    let all: BTreeSet<Name> = former.chain(consumers).chain(sick).collect();
    all.into_iter().collect()
}
