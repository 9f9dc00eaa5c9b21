//! Declarations by name. A name that is declared but broken is known too, so that one mistake is not told many times.

use super::rules;
use crate::model::kinds::{Environment, Kind, Platform, Resource, ResourceType, SecretRequest, Service, Team};
use crate::model::{Findings, Name, nearest};
use crate::read::{Declared, Documents};
use std::collections::{BTreeMap, BTreeSet};

/// Every declaration that others refer to, by its name.
#[derive(Debug)]
pub struct Index<'d> {
    pub documents: &'d Documents,
    pub platform: Option<&'d Declared<Platform>>,
    pub teams: BTreeMap<&'d Name, &'d Declared<Team>>,
    pub environments: BTreeMap<&'d Name, &'d Declared<Environment>>,
    pub services: BTreeMap<&'d Name, &'d Declared<Service>>,
    pub resources: BTreeMap<&'d Name, &'d Declared<Resource>>,
    pub resource_types: BTreeMap<&'d Name, &'d Declared<ResourceType>>,
    pub secret_requests: BTreeMap<&'d Name, &'d Declared<SecretRequest>>,
    /// Service -> its secret requests, in the order of their names.
    secrets_of: BTreeMap<&'d Name, Vec<&'d Declared<SecretRequest>>>,
    /// Names of declarations that have mistakes of their own.
    broken: BTreeSet<(Kind, String)>,
    /// Names of files that could not be read as YAML: they may have declared anything.
    unread: BTreeSet<String>,
}

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
        let secret_requests = by_name(documents, Kind::SecretRequest, &declarations.secret_requests, findings);
        let index = Index {
            documents,
            platform: first_platform(documents, findings),
            teams: by_name(documents, Kind::Team, &declarations.teams, findings),
            environments: by_name(documents, Kind::Environment, &declarations.environments, findings),
            services: by_name(documents, Kind::Service, &declarations.services, findings),
            resources: by_name(documents, Kind::Resource, &declarations.resources, findings),
            resource_types: by_name(documents, Kind::ResourceType, &declarations.resource_types, findings),
            secrets_of: by_service(&secret_requests),
            secret_requests,
            broken: broken_names(documents),
            unread: unread_files(documents),
        };
        // The other kinds are referred to by nobody, but their names are unique too.
        by_name(documents, Kind::Waiver, &declarations.waivers, findings);
        by_name(documents, Kind::Incident, &declarations.incidents, findings);
        by_name(documents, Kind::GoldenPath, &declarations.golden_paths, findings);
        by_name(documents, Kind::PriceBook, &declarations.price_books, findings);
        index
    }

    /// Looks a name up among declarations of one kind.
    pub fn find<T>(&self, kind: Kind, map: &BTreeMap<&'d Name, &'d Declared<T>>, name: &str) -> Found<&'d Declared<T>> {
        if let Some(declared) = map.get(name) {
            return Found::Declared(declared);
        }
        if self.broken.contains(&(kind, name.to_owned())) || self.unread.contains(name) {
            return Found::Broken;
        }
        Found::Missing(nearest(name, map.keys().map(|known| known.as_str())).map(str::to_owned))
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

    /// The secret requests of one service.
    pub fn secrets_of(&self, service: &Name) -> &[&'d Declared<SecretRequest>] {
        self.secrets_of.get(service).map_or(&[], Vec::as_slice)
    }
}

fn by_service<'d>(
    requests: &BTreeMap<&'d Name, &'d Declared<SecretRequest>>,
) -> BTreeMap<&'d Name, Vec<&'d Declared<SecretRequest>>> {
    let mut services: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for request in requests.values().copied() {
        services.entry(&request.spec.service).or_default().push(request);
    }
    services
}

fn by_name<'d, T>(
    documents: &Documents,
    kind: Kind,
    declared: &'d [Declared<T>],
    findings: &mut Findings,
) -> BTreeMap<&'d Name, &'d Declared<T>> {
    let mut map: BTreeMap<&'d Name, &'d Declared<T>> = BTreeMap::new();
    for declaration in declared {
        match map.get(&declaration.metadata.name) {
            Some(first) => findings.push(rules::duplicate_name(
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
        findings.push(rules::second_platform(at, documents.locate(&first.name_place())));
    }
    Some(first)
}

/// Kind and name of every document that did not become a declaration.
fn broken_names(documents: &Documents) -> BTreeSet<(Kind, String)> {
    let broken = documents.declarations.broken.iter();
    broken.filter_map(|broken| Some((broken.kind, broken.name.as_ref()?.to_string()))).collect()
}

/// YAML files of which no document came out: by file name and by folder name, as `redis/resource-type.yaml` has it.
fn unread_files(documents: &Documents) -> BTreeSet<String> {
    let read: BTreeSet<_> = documents.documents.iter().map(|document| &document.path).collect();
    let unread = documents
        .snapshot
        .files
        .keys()
        .filter(|path| matches!(path.extension(), Some("yaml" | "yml")) && !read.contains(path));
    unread
        .flat_map(|path| {
            let stem = path.file_name().rsplit_once('.').map_or("", |(stem, _)| stem);
            let folder = path.parent().rsplit('/').next().unwrap_or_default();
            [stem.to_owned(), folder.to_owned()]
        })
        .collect()
}
