//! All that a person wants to know of one thing: whom to ask, where it runs, what it needs, what needs it.

use super::VERSION;
use super::ask::{Ask, ask};
use super::dependents::direct;
use super::entry::{Entry, EntryKind, Reference};
use super::register::{Register, resource_of};
use crate::link::Catalog;
use crate::model::kinds::environment::{EnvironmentClass, EnvironmentType};
use crate::model::kinds::service::{Document, DocumentKind, Service, Slo};
use crate::model::kinds::{Environment, SecretRequest};
use crate::read::Declared;
use serde::Serialize;

/// The answer of `pavior catalog show`: everything of that name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    pub version: u32,
    pub entries: Vec<Details>,
}

/// One thing. What does not apply to its kind is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    #[serde(flatten)]
    pub entry: Entry,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ask: Option<Ask>,
    pub runs: Vec<Run>,
    pub depends_on: Vec<Reference>,
    /// Services that need it themselves.
    pub dependents: Vec<Reference>,
    /// What a service has for itself, what it shares, and the secrets it reads.
    pub resources: Vec<ResourceUse>,
    /// Names only.
    pub secrets: Vec<SecretUse>,
    pub provides: Vec<String>,
    pub consumes: Vec<String>,
    /// The promises, one a line: `99.9% of requests succeed`.
    pub slo: Vec<String>,
    pub compliance: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    pub docs: Vec<DocumentLink>,
    /// What a team owns, what a system is made of, what runs in an environment.
    pub members: Vec<Reference>,
}

/// One environment that something is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    pub environment: String,
    pub class: &'static str,
    pub provider: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    pub namespace: String,
    /// Fewest and most replicas as they are declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<(i32, i32)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceUse {
    pub name: String,
    #[serde(rename = "type")]
    pub flavour: String,
    pub shared: bool,
}

/// Keys of a secret, never values: the catalog has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretUse {
    pub request: String,
    pub keys: Vec<String>,
    pub environments: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentLink {
    pub title: String,
    /// An address, or a path in the source repository where its address is not known.
    pub at: String,
}

pub fn show(register: &Register, catalog: &Catalog<'_>, entries: &[&Entry]) -> Shown {
    Shown { version: VERSION, entries: entries.iter().map(|entry| details(register, catalog, entry)).collect() }
}

fn details(register: &Register, catalog: &Catalog<'_>, entry: &Entry) -> Details {
    let dependents = direct(catalog, entry).unwrap_or_default();
    let mut details = Details {
        ask: entry.owner.as_deref().and_then(|owner| ask(catalog, owner)),
        runs: Vec::new(),
        depends_on: Vec::new(),
        dependents: services(register, dependents.iter().map(String::as_str)),
        resources: Vec::new(),
        secrets: Vec::new(),
        provides: Vec::new(),
        consumes: Vec::new(),
        slo: Vec::new(),
        compliance: Vec::new(),
        source: None,
        docs: Vec::new(),
        members: Vec::new(),
        entry: entry.clone(),
    };
    let name = entry.name.as_str();
    match entry.kind {
        EntryKind::Service => of_service(register, catalog, name, &mut details),
        EntryKind::Resource => details.runs = runs(catalog, entry),
        EntryKind::Api => {
            let provides =
                |service: &&Declared<Service>| service.spec.apis.provides.iter().any(|api| *api.name == *name);
            let providers = catalog.services.values().copied().filter(provides);
            details.depends_on = services(register, providers.map(|service| service.metadata.name.as_str()));
        }
        EntryKind::System => details.members = members(register, |other| other.system.as_deref() == Some(name)),
        EntryKind::Team => details.members = members(register, |other| other.owner.as_deref() == Some(name)),
        EntryKind::Environment => {
            details.members = members(register, |other| other.environments.iter().any(|here| here == name));
            details.runs = catalog.environments.get(name).map(|here| run(here)).into_iter().collect();
        }
        EntryKind::SecretRequest => {
            if let Some(request) = catalog.secret_requests.get(name) {
                details.secrets.push(secret(request));
                details.dependents = services(register, [request.spec.service.as_str()]);
            }
        }
        EntryKind::ResourceType => {
            let of_type = |other: &Entry| other.kind == EntryKind::Resource && other.flavour.as_deref() == Some(name);
            details.members = members(register, of_type);
        }
    }
    details
}

fn of_service(register: &Register, catalog: &Catalog<'_>, name: &str, details: &mut Details) {
    let Some(service) = catalog.services.get(name) else { return };
    let spec = &service.spec;
    details.runs = runs(catalog, &details.entry);
    let calls = catalog.graph.calls.get(name).into_iter().flatten();
    details.depends_on = services(register, calls.map(|callee| callee.as_str()));
    for (local, request) in &spec.resources {
        let shared = request.id.as_ref();
        let name = shared.map_or_else(|| resource_of(name, local), ToString::to_string);
        details.depends_on.extend(register.get(EntryKind::Resource, &name).map(Entry::reference));
        details.resources.push(ResourceUse { name, flavour: request.kind.to_string(), shared: shared.is_some() });
    }
    let own = catalog.secret_requests.values().filter(|request| *request.spec.service == *name);
    details.secrets = own.map(|request| secret(request)).collect();
    details.provides = spec.apis.provides.iter().map(|api| api.name.to_string()).collect();
    details.consumes = spec.apis.consumes.iter().map(ToString::to_string).collect();
    details.slo = spec.slo.as_ref().map(promises).unwrap_or_default();
    details.compliance = spec.compliance.iter().map(|law| compliance_word(*law).to_owned()).collect();
    details.source = spec.source.as_ref().map(ToString::to_string);
    details.docs = spec.docs.iter().map(|document| document_link(document, details.source.as_deref())).collect();
    details
        .docs
        .extend(spec.links.iter().map(|link| DocumentLink { title: link.title.clone(), at: link.url.to_string() }));
}

fn services<'n>(register: &Register, names: impl IntoIterator<Item = &'n str>) -> Vec<Reference> {
    names.into_iter().filter_map(|name| register.get(EntryKind::Service, name)).map(Entry::reference).collect()
}

fn members(register: &Register, belongs: impl Fn(&Entry) -> bool) -> Vec<Reference> {
    let is_member = |entry: &&Entry| !matches!(entry.kind, EntryKind::Team | EntryKind::System) && belongs(entry);
    register.entries.iter().filter(is_member).map(Entry::reference).collect()
}

/// The environments of a service or resource; a resource of one service is where its service is.
fn runs(catalog: &Catalog<'_>, entry: &Entry) -> Vec<Run> {
    let (unit_name, is_service) = match (entry.kind, entry.name.split_once('.')) {
        (EntryKind::Resource, Some((service, _))) => (service, true),
        (EntryKind::Resource, None) => (entry.name.as_str(), false),
        _ => (entry.name.as_str(), true),
    };
    let units = catalog.units.iter().filter(|unit| *unit.name == *unit_name && unit.service.is_some() == is_service);
    units
        .map(|unit| {
            let scaling = unit.service.as_ref().map(|service| &service.scaling);
            let replicas = scaling.and_then(|scaling| {
                let fewest = scaling.min.or(scaling.max)?;
                Some((fewest, scaling.max.unwrap_or(fewest)))
            });
            let replicas = replicas.filter(|_| entry.kind == EntryKind::Service);
            Run { replicas, ..run(unit.environment) }
        })
        .collect()
}

fn run(environment: &Declared<Environment>) -> Run {
    let spec = &environment.spec;
    let name = environment.metadata.name.to_string();
    Run {
        class: class_word(spec.kind, spec.class),
        provider: spec.provider.as_str(),
        region: spec.region.clone(),
        cluster: spec.cluster.as_ref().map(ToString::to_string),
        namespace: spec.namespace.as_ref().map_or_else(|| name.clone(), ToString::to_string),
        replicas: None,
        environment: name,
    }
}

fn secret(request: &Declared<SecretRequest>) -> SecretUse {
    SecretUse {
        request: request.metadata.name.to_string(),
        keys: request.spec.keys.keys().cloned().collect(),
        environments: request.spec.environments.iter().map(ToString::to_string).collect(),
        expires: request.spec.expires.map(|date| date.to_string()),
    }
}

fn promises(slo: &Slo) -> Vec<String> {
    let window = slo.window.map_or_else(|| "30d".to_owned(), |window| window.to_string());
    let mut promises: Vec<String> =
        slo.availability.iter().map(|share| format!("{share} of requests succeed over {window}")).collect();
    let latency = &slo.latency;
    for (name, bound) in [("50%", latency.p50), ("90%", latency.p90), ("95%", latency.p95), ("99%", latency.p99)] {
        promises.extend(bound.map(|bound| format!("{name} of requests are answered within {bound}")));
    }
    promises
}

fn document_link(document: &Document, source: Option<&str>) -> DocumentLink {
    let in_source = |path: &str| source.and_then(|source| in_repository(source, path));
    let at = match (&document.url, &document.path) {
        (Some(url), _) => url.to_string(),
        (None, Some(path)) => in_source(path).unwrap_or_else(|| path.clone()),
        (None, None) => String::new(),
    };
    DocumentLink { title: document_word(document.kind).to_owned(), at }
}

/// The page of a file in a GitHub repository that an address of the same repository names: `.../tree/<ref>/...`, or the
/// repository itself.
pub fn in_repository(source: &str, path: &str) -> Option<String> {
    let (owner, repository, rest) = github(source)?;
    let reference = match rest.split_once('/') {
        Some(("tree" | "blob", rest)) => rest.split('/').next().filter(|reference| !reference.is_empty())?,
        _ => "HEAD",
    };
    Some(format!("https://github.com/{owner}/{repository}/blob/{reference}/{}", path.trim_start_matches('/')))
}

/// The owner and name of a repository on GitHub, and what stands behind them.
pub fn github(source: &str) -> Option<(&str, &str, &str)> {
    let rest = source.strip_prefix("https://github.com/")?;
    let (owner, rest) = rest.split_once('/')?;
    let (repository, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let repository = repository.trim_end_matches(".git");
    (!owner.is_empty() && !repository.is_empty()).then_some((owner, repository, rest))
}

pub fn document_word(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Readme => "readme",
        DocumentKind::Runbook => "runbook",
        DocumentKind::Adr => "decisions",
        DocumentKind::Api => "api",
        DocumentKind::Dashboard => "dashboard",
        DocumentKind::Other => "other",
    }
}

fn class_word(kind: EnvironmentType, class: EnvironmentClass) -> &'static str {
    match (kind, class) {
        (EnvironmentType::Preview, _) => "preview",
        (EnvironmentType::Permanent, EnvironmentClass::Production) => "production",
        (EnvironmentType::Permanent, EnvironmentClass::Staging) => "staging",
        (EnvironmentType::Permanent, EnvironmentClass::Development) => "development",
    }
}

fn compliance_word(law: crate::model::kinds::service::Compliance) -> &'static str {
    use crate::model::kinds::service::Compliance;
    match law {
        Compliance::Gdpr => "gdpr",
        Compliance::Pci => "pci",
        Compliance::Hipaa => "hipaa",
        Compliance::Soc2 => "soc2",
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::with_sample;
    use super::*;

    fn shown(name: &str) -> Details {
        with_sample(|_, catalog, register| {
            let mut shown = show(register, catalog, &register.find(name).unwrap());
            assert_eq!(shown.entries.len(), 1);
            shown.entries.remove(0)
        })
    }

    fn names(references: &[Reference]) -> Vec<&str> {
        references.iter().map(|reference| reference.name.as_str()).collect()
    }

    #[test]
    fn a_service_says_whom_to_ask_and_what_hangs_on_it() {
        let checkout = shown("checkout");
        let ask = checkout.ask.unwrap();
        assert_eq!((ask.team.as_str(), ask.channel.as_deref()), ("front", Some("#front")));
        assert_eq!(ask.on_call.unwrap().rotation, "front-primary");
        assert_eq!(names(&checkout.depends_on), ["ledger", "orders"]);
        assert_eq!(names(&checkout.dependents), ["shop"]);
        let environments: Vec<&str> = checkout.runs.iter().map(|run| run.environment.as_str()).collect();
        assert_eq!(environments, ["laptop", "production"]);
        assert_eq!(checkout.slo[0], "99.9% of requests succeed over 30d");
        assert_eq!(checkout.docs[0].at, "https://github.com/acme/checkout/blob/main/docs/runbook.md");
    }

    #[test]
    fn a_team_has_what_it_owns_and_a_system_what_it_is_made_of() {
        assert_eq!(names(&shown("team/front").members), ["checkout", "shop", "shop.sessions", "checkout-api"],);
        assert_eq!(names(&shown("store").members), ["checkout", "shop", "shop.sessions", "checkout-api"]);
    }

    #[test]
    fn a_shared_resource_names_those_who_use_it() {
        assert_eq!(names(&shown("orders").dependents), ["checkout", "report"]);
        assert_eq!(names(&shown("api/booking").depends_on), ["ledger"]);
    }

    #[test]
    fn a_file_of_a_repository_has_an_address_where_github_has_the_repository() {
        let of = |source| in_repository(source, "docs/a.md");
        assert_eq!(of("https://github.com/a/b").as_deref(), Some("https://github.com/a/b/blob/HEAD/docs/a.md"));
        assert_eq!(
            of("https://github.com/a/b/tree/v1/src").as_deref(),
            Some("https://github.com/a/b/blob/v1/docs/a.md")
        );
        assert_eq!(of("https://gitlab.com/a/b"), None);
        assert_eq!(of("https://github.com/a"), None);
    }
}
