//! Terraform modules beside resource types: read from the snapshot, checked once, shared by every unit that calls them.

mod check;
mod wording;

use super::reporter::Reporter;
use crate::model::RepoPath;
use crate::model::kinds::ResourceType;
use crate::model::kinds::resource_type::TerraformModule;
use crate::read::{Declared, Documents, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A module that may be called.
#[derive(Debug)]
pub struct Module {
    /// Its `*.tf` files by name, as they are.
    pub files: Arc<BTreeMap<String, Arc<str>>>,
    /// Variables, and whether each has a default.
    pub variables: BTreeMap<String, bool>,
}

/// Modules by their folder; None for one with mistakes.
#[derive(Debug, Default)]
pub struct Modules {
    read: BTreeMap<String, Option<Arc<Module>>>,
}

impl Modules {
    /// The module that a provisioner of this type names at `place`. Its own mistakes are told when it is first read.
    pub fn get(
        &mut self,
        kind: &Declared<ResourceType>,
        call: &TerraformModule,
        place: &Place,
        reporter: &mut Reporter<'_, '_>,
    ) -> Option<Arc<Module>> {
        let documents = reporter.documents;
        let beside = documents.document(kind.document).path.parent();
        let name = call.module.trim_start_matches("./");
        let folder = if beside.is_empty() { name.to_owned() } else { format!("{beside}/{name}") };
        if let Some(known) = self.read.get(&folder) {
            if known.is_none() {
                reporter.count_known_error();
            }
            return known.clone();
        }
        let module = read(documents, kind, &folder, place, reporter);
        self.read.insert(folder, module.clone());
        module
    }

    /// Whether what the provisioner sets and what the module has go together. `set` stands at `place`.
    pub fn check_call<'v>(
        module: &Module,
        set: impl Iterator<Item = &'v String> + Clone,
        place: &Place,
        reporter: &mut Reporter<'_, '_>,
    ) {
        let given: BTreeSet<&String> = set.clone().collect();
        for name in set.filter(|name| !module.variables.contains_key(*name)) {
            let missing = module.variables.keys().filter(|known| !given.contains(known));
            let at = reporter.locate(&place.clone().child("variables").child(name.as_str()).key());
            reporter.say(wording::unknown_variable(at, name, missing.map(String::as_str)));
        }
        for (name, _) in module.variables.iter().filter(|(name, defaulted)| !**defaulted && !given.contains(name)) {
            let at = reporter.locate(&place.clone().child("variables").key());
            reporter.say(wording::missing_variable(at, name));
        }
    }
}

fn read(
    documents: &Documents,
    kind: &Declared<ResourceType>,
    folder: &str,
    place: &Place,
    reporter: &mut Reporter<'_, '_>,
) -> Option<Arc<Module>> {
    let before = reporter.errors();
    let mut files = BTreeMap::new();
    let mut variables = BTreeMap::new();
    let below: Vec<(&RepoPath, &str, &Arc<str>)> = documents.snapshot.below(folder).collect();
    for (path, name, text) in below {
        if check::is_smuggled(name) {
            reporter.say(wording::file_refused(path));
        } else if name.ends_with(".tf") {
            for mistake in check::file(path, text, &mut variables, !name.contains('/')) {
                reporter.say(mistake);
            }
            files.insert(name.to_owned(), text.clone());
        }
    }
    if files.is_empty() {
        let beside = documents.document(kind.document).path.parent();
        let known: BTreeSet<&str> = documents
            .snapshot
            .below(beside)
            .filter(|(_, rest, _)| rest.ends_with(".tf"))
            .filter_map(|(_, rest, _)| Some(rest.split_once('/')?.0))
            .collect();
        let at = reporter.locate(&place.clone().child("module"));
        reporter.say(wording::no_module(at, folder, known.iter().copied()));
    }
    (reporter.errors() == before).then(|| Arc::new(Module { files: Arc::new(files), variables }))
}

#[cfg(test)]
mod tests;
