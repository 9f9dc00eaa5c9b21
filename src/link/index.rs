//! Declarations by name. A name that is declared but broken is known too, so that one mistake is not told many times.

use super::rules::declarations;
use crate::model::kinds::{Environment, Kind, Platform, Resource, ResourceType, SecretRequest, Service, Team};
use crate::model::{Findings, Name, RepoPath, Severity, nearest};
use crate::read::{Declared, Document, Documents, NodeValue};
use std::collections::{BTreeMap, BTreeSet};

/// Every declaration that others refer to, by its name.
#[derive(Debug)]
pub struct Index<'d> {
    pub documents: &'d Documents,
    pub platform: Option<&'d Declared<Platform>>,
    pub teams: ByName<'d, Team>,
    pub environments: ByName<'d, Environment>,
    pub services: ByName<'d, Service>,
    pub resources: ByName<'d, Resource>,
    pub resource_types: ByName<'d, ResourceType>,
    pub secret_requests: ByName<'d, SecretRequest>,
    /// Service -> its secret requests, by name.
    pub requests_of: BTreeMap<&'d Name, Vec<&'d Declared<SecretRequest>>>,
    /// Names of declarations that have mistakes of their own.
    broken: BTreeSet<(Kind, &'d str)>,
    /// Names that something which could not be read may have declared.
    unread: BTreeSet<String>,
}

pub type ByName<'d, S> = BTreeMap<&'d Name, &'d Declared<S>>;

/// How a reference turned out.
pub enum Found<T> {
    Declared(T),
    /// Declared with a mistake that has been told already.
    Broken,
    /// Not declared; the nearest name, when one is near.
    Missing(Option<String>),
}

impl<'d> Index<'d> {
    pub fn build(documents: &'d Documents, findings: &mut Findings) -> Index<'d> {
        let declarations = &documents.declarations;
        let unread = unread_names(documents, findings);
        let index = Index {
            documents,
            platform: first_platform(documents, findings),
            teams: by_name(documents, Kind::Team, &declarations.teams, findings),
            environments: by_name(documents, Kind::Environment, &declarations.environments, findings),
            services: by_name(documents, Kind::Service, &declarations.services, findings),
            resources: by_name(documents, Kind::Resource, &declarations.resources, findings),
            resource_types: by_name(documents, Kind::ResourceType, &declarations.resource_types, findings),
            secret_requests: by_name(documents, Kind::SecretRequest, &declarations.secret_requests, findings),
            requests_of: BTreeMap::new(),
            broken: broken_names(documents),
            unread,
        };
        // The other kinds are referred to by nobody, but their names are unique too.
        by_name(documents, Kind::Waiver, &declarations.waivers, findings);
        by_name(documents, Kind::Incident, &declarations.incidents, findings);
        by_name(documents, Kind::GoldenPath, &declarations.golden_paths, findings);
        by_name(documents, Kind::PriceBook, &declarations.price_books, findings);
        Index { requests_of: requests_of(&index.secret_requests), ..index }
    }

    /// The requests of one service, by name.
    pub fn requests_of(&self, service: &str) -> &[&'d Declared<SecretRequest>] {
        self.requests_of.get(service).map_or(&[], Vec::as_slice)
    }

    /// Whether something that has mistakes of its own, or was not read, may be what is called so.
    pub fn may_be_declared(&self, kind: Kind, name: &str) -> bool {
        let known = self.documents.snapshot.unread.as_ref().is_some_and(|unread| unread.declares(kind, name));
        known || self.broken.contains(&(kind, name)) || self.unread.contains(name)
    }

    fn find<S>(&self, kind: Kind, declared: &ByName<'d, S>, name: &str) -> Found<&'d Declared<S>> {
        match declared.get(name) {
            Some(declared) => Found::Declared(declared),
            None if self.may_be_declared(kind, name) => Found::Broken,
            None => {
                let broken = self.broken.iter().filter(|(of, _)| *of == kind).map(|(_, name)| *name);
                let known = declared.keys().map(|known| known.as_str()).chain(broken);
                Found::Missing(nearest(name, known).map(str::to_owned))
            }
        }
    }

    pub fn team(&self, name: &str) -> Found<&'d Declared<Team>> {
        self.find(Kind::Team, &self.teams, name)
    }

    pub fn environment(&self, name: &str) -> Found<&'d Declared<Environment>> {
        self.find(Kind::Environment, &self.environments, name)
    }

    pub fn service(&self, name: &str) -> Found<&'d Declared<Service>> {
        self.find(Kind::Service, &self.services, name)
    }

    pub fn resource(&self, name: &str) -> Found<&'d Declared<Resource>> {
        self.find(Kind::Resource, &self.resources, name)
    }

    pub fn resource_type(&self, name: &str) -> Found<&'d Declared<ResourceType>> {
        self.find(Kind::ResourceType, &self.resource_types, name)
    }

    pub fn secret_request(&self, name: &str) -> Found<&'d Declared<SecretRequest>> {
        self.find(Kind::SecretRequest, &self.secret_requests, name)
    }
}

fn by_name<'d, S>(
    documents: &Documents,
    kind: Kind,
    declared: &'d [Declared<S>],
    findings: &mut Findings,
) -> ByName<'d, S> {
    let mut map: ByName<'d, S> = BTreeMap::new();
    for declaration in declared {
        match map.get(&declaration.metadata.name) {
            Some(first) => findings.push(declarations::duplicate_name(
                kind,
                &declaration.metadata.name,
                documents.locate(&declaration.name_place()),
                documents.locate(&first.name_place()),
            )),
            None => {
                map.insert(&declaration.metadata.name, declaration);
            }
        }
    }
    map
}

fn first_platform<'d>(documents: &'d Documents, findings: &mut Findings) -> Option<&'d Declared<Platform>> {
    let mut platforms = documents.declarations.platforms.iter();
    let first = platforms.next()?;
    for other in platforms {
        let at = documents.locate(&other.name_place());
        findings.push(declarations::second_platform(at, documents.locate(&first.name_place())));
    }
    Some(first)
}

fn requests_of<'d>(requests: &ByName<'d, SecretRequest>) -> BTreeMap<&'d Name, Vec<&'d Declared<SecretRequest>>> {
    let mut of: BTreeMap<&'d Name, Vec<_>> = BTreeMap::new();
    for request in requests.values().copied() {
        of.entry(&request.spec.service).or_default().push(request);
    }
    of
}

/// Kind and name of every document that did not become a declaration.
fn broken_names(documents: &Documents) -> BTreeSet<(Kind, &str)> {
    let broken = documents.declarations.broken.iter();
    broken.filter_map(|broken| Some((broken.kind, broken.name.as_ref()?.as_str()))).collect()
}

/// Names in files that could not be read, and of documents whose kind is none.
fn unread_names(documents: &Documents, findings: &Findings) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in unread_files(findings) {
        names.extend(names_by_path(path));
        names.extend(documents.snapshot.files.get(path).into_iter().flat_map(|text| names_in(text)));
    }
    // Whose tree was given up is whole, and has a kind.
    let kindless = documents.documents.iter().filter(|document| document.has_tree() && !has_kind(document));
    names.extend(kindless.filter_map(|document| text_of(document, &["metadata", "name"])).map(str::to_owned));
    names
}

/// Files that loading or parsing refused, whole or in part.
fn unread_files(findings: &Findings) -> BTreeSet<&RepoPath> {
    let is_reading = |id: &str| id.starts_with("load/") || id.starts_with("yaml/");
    let unread = findings.iter().filter(|f| f.severity() == Severity::Error && is_reading(f.rule.id));
    unread.map(|finding| &finding.at.path).collect()
}

/// `catalog/cart.yaml` most likely declares cart, `redis/resource-type.yaml` redis.
fn names_by_path(path: &RepoPath) -> [String; 2] {
    let stem = path.file_name().split('.').next().unwrap_or_default();
    let folder = path.parent().rsplit('/').next().unwrap_or_default();
    [stem.to_owned(), folder.to_owned()]
}

/// What stands behind `name:` in a text that is no YAML.
fn names_in(text: &str) -> impl Iterator<Item = String> {
    text.split("name:").skip(1).filter_map(|behind| {
        let behind = behind.lines().next().unwrap_or_default();
        let word = behind.trim_start_matches([' ', '"', '\'']).split([' ', '"', '\'', ',', '}', '#']).next()?;
        Name::parse(word).map(|name| name.to_string())
    })
}

fn has_kind(document: &Document) -> bool {
    text_of(document, &["kind"]).is_some_and(|kind| Kind::parse(kind).is_some())
}

fn text_of<'d>(document: &'d Document, route: &[&str]) -> Option<&'d str> {
    match &route.iter().try_fold(document.root(), |node, step| node.child(step))?.value {
        NodeValue::Text(text) => Some(text),
        _ => None,
    }
}
