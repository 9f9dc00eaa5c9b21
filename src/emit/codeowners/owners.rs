//! The forge teams of every file that holds a declaration.

use crate::link::Catalog;
use crate::model::{Name, RepoPath};
use crate::read::{Declared, DocumentId, Documents};
use std::collections::{BTreeMap, BTreeSet};

/// Forge teams such as `@acme/payments`; one of them has to approve.
pub type Owners = BTreeSet<String>;

/// The owners of the platform files; none where none of them is declared.
pub fn platform(catalog: &Catalog<'_>) -> Option<Owners> {
    let named = catalog.platform.into_iter().flat_map(|platform| &platform.spec.owners);
    let owners: Owners = named.filter_map(|team| forge_team(catalog, team)).collect();
    (!owners.is_empty()).then_some(owners)
}

/// Every file below `catalog/`: the owners of all its declarations. What names nobody is the platform owners'.
///
/// Platform files are left to the platform owners even where they name another owner: a resource type's team must not
/// approve alone what judges and builds everybody's units. A team's own declaration holds its budget and says who
/// approves for it: that is the platform owners', too, unless its metadata names an owner.
pub fn by_file<'d>(
    documents: &'d Documents,
    catalog: &Catalog<'_>,
    platform: &Owners,
) -> BTreeMap<&'d RepoPath, Owners> {
    let mut owned = Owned { documents, catalog, files: BTreeMap::new() };
    let all = &documents.declarations;
    all.teams.iter().for_each(|team| owned.by(team, team.metadata.owner.as_ref()));
    all.services.iter().for_each(|service| owned.by(service, service.metadata.owner.as_ref()));
    all.environments.iter().for_each(|environment| owned.by(environment, environment.metadata.owner.as_ref()));
    all.resources.iter().for_each(|resource| owned.by(resource, resource.metadata.owner.as_ref()));
    all.secret_requests.iter().for_each(|request| owned.by(request, request.metadata.owner.as_ref()));
    all.waivers.iter().for_each(|waiver| owned.by(waiver, Some(&waiver.spec.approver)));
    for incident in &all.incidents {
        let service = catalog.services.get(&incident.spec.service).and_then(|service| service.metadata.owner.as_ref());
        owned.by(incident, incident.metadata.owner.as_ref().or(service));
    }
    // What cannot be read, or belongs to the platform, has no owner but the platform's.
    let platforms = documents.declarations.platforms.iter().map(|one| one.document);
    let types = all.resource_types.iter().map(|one| one.document);
    let paths = all.golden_paths.iter().map(|one| one.document);
    let prices = all.price_books.iter().map(|one| one.document);
    let broken = all.broken.iter().map(|one| one.document);
    platforms.chain(types).chain(paths).chain(prices).chain(broken).for_each(|document| owned.add(document, None));
    let mut files = owned.files;
    for path in documents.snapshot.files.keys() {
        files.entry(path).or_default();
    }
    for (path, owners) in &mut files {
        if owners.is_empty() || is_platform_file(path) {
            *owners = platform.clone();
        }
    }
    files
}

struct Owned<'a, 'd> {
    documents: &'d Documents,
    catalog: &'a Catalog<'a>,
    files: BTreeMap<&'d RepoPath, Owners>,
}

impl Owned<'_, '_> {
    fn by<S>(&mut self, declared: &Declared<S>, owner: Option<&Name>) {
        self.add(declared.document, owner);
    }

    fn add(&mut self, document: DocumentId, owner: Option<&Name>) {
        let owners = self.files.entry(&self.documents.document(document).path).or_default();
        owners.extend(owner.and_then(|owner| forge_team(self.catalog, owner)));
    }
}

fn forge_team(catalog: &Catalog<'_>, team: &Name) -> Option<String> {
    catalog.teams.get(team).map(|team| team.spec.forge_team.clone())
}

fn is_platform_file(path: &RepoPath) -> bool {
    !path.as_str().starts_with("catalog/")
}
