//! Files, secrets and claims: what pods mount.

use super::facts::Facts;
use super::trace::Traced;
use super::walk::Spot;
use super::words;
use crate::model::Name;
use crate::provision::{FileContent, Output, ResolvedResource};
use crate::read::Place;

impl Facts<'_> {
    /// The ConfigMap of a service's files.
    pub fn files(&self, spot: &Spot<'_>) -> Option<Traced> {
        match spot.steps {
            ["data" | "binaryData", key] => Some(self.file(key, spot.value.as_str().unwrap_or_default())),
            _ => self.metadata(spot, || Traced::at(self.name())),
        }
    }

    /// The file whose content stands under a key: by its content, and by its name where several have the same.
    fn file(&self, key: &str, content: &str) -> Traced {
        let plan = self.unit.workload.iter().flat_map(|plan| &plan.containers);
        let files =
            plan.flat_map(|(container, plan)| plan.files.iter().map(move |(path, file)| (container, path, file)));
        let is_it = |given: &FileContent| match given {
            FileContent::Text(text) => text == content,
            FileContent::Binary(base64) => base64.chars().filter(|c| !c.is_ascii_whitespace()).eq(content.chars()),
            FileContent::Secret(_) => false,
        };
        let found = files.filter(|(_, _, file)| is_it(&file.content));
        let found = found.max_by_key(|(_, path, _)| path.rsplit('/').next() == Some(key));
        match found {
            Some((container, path, _)) => self.content(container, path),
            None => Traced::at(self.own(&["spec", "containers"])),
        }
    }

    /// The content of a file, with what its placeholders stand for.
    fn content(&self, container: &Name, path: &str) -> Traced {
        let template =
            self.containers.get(container).and_then(|container| container.files.get(path)).and_then(Option::as_ref);
        let at = |field: &str| self.own(&["spec", "containers", container, "files", path, field]);
        let own = self.own(&["spec", "containers", container, "files", path]);
        let place = self.there([at("content"), at("binaryContent"), at("source")]).unwrap_or(own);
        Traced::at(place).of(template.map(|template| self.placeholders(template)).unwrap_or_default())
    }

    /// An ExternalSecret: of one resource's outputs, or of the files that hold secrets.
    pub fn external_secret(&self, spot: &Spot<'_>) -> Option<Traced> {
        let name = spot.root.get("metadata").and_then(|metadata| metadata.get("name")).and_then(|name| name.as_str());
        let of = self.unit.resources.iter().find(|resource| Some(resource.secret_name.as_str()) == name);
        match (spot.steps, of) {
            (["spec", "refreshInterval"], _) => Some(Traced::default(words::STORE)),
            (["spec", "secretStoreRef", field], _) => {
                Some(self.first([self.around(&["spec", "secretStore", field])], words::STORE))
            }
            (["spec", "target", "name"], Some(resource)) => Some(self.secret_name(resource)),
            (["spec", "target", "name"], None) => Some(Traced::at(self.name())),
            (["spec", "target", "template", "data", key], _) => Some(self.secret_file(key)),
            (["spec", "target", _] | ["spec", "target", "template", _], _) if spot.is_leaf() => {
                Some(Traced::default(words::STORE))
            }
            (["spec", "data", key], of) => Some(self.entry(key, of)),
            (_, Some(resource)) => self.metadata(spot, || self.secret_name(resource)),
            (_, None) => self.metadata(spot, || Traced::at(self.name())),
        }
    }

    fn secret_name(&self, resource: &ResolvedResource) -> Traced {
        Traced::at(self.local(resource)).of(self.resource_name(resource)).of([self.identity()])
    }

    /// One value of the store: `<output>`, or `<resource>.<output>` where a file is made of it.
    fn entry(&self, key: &str, of: Option<&ResolvedResource>) -> Traced {
        let split = key.split_once('.').and_then(|(local, output)| Some((self.resource(local)?, output)));
        let Some((resource, output)) = of.map(|resource| (resource, key)).or(split) else {
            return Traced::default(words::STORE_PATH);
        };
        match self.output(resource, output).split_first() {
            Some((first, others)) => Traced::at(others.first().unwrap_or(first).clone())
                .because(words::STORE_PATH)
                .of([first.clone()])
                .of(others.iter().cloned())
                .of(self.requested(resource, output)),
            None => Traced::at(self.local(resource)).because(words::STORE_PATH),
        }
    }

    /// The line of a secret request that asks for a key.
    fn requested(&self, resource: &ResolvedResource, output: &str) -> Option<Place> {
        let key = Place { route: Vec::new(), ..resource.asked.clone() }.child("spec").child("keys").child(output);
        self.there([key]).map(Place::key)
    }

    /// A file that External Secrets renders.
    fn secret_file(&self, key: &str) -> Traced {
        let plan = self.unit.workload.iter().flat_map(|plan| &plan.containers);
        let files =
            plan.flat_map(|(container, plan)| plan.files.iter().map(move |(path, file)| (container, path, file)));
        let secret = files.filter(|(_, _, file)| matches!(file.content, FileContent::Secret(_)));
        let found = secret.max_by_key(|(_, path, _)| path.rsplit('/').next() == Some(key));
        match found {
            Some((container, path, _)) => self.content(container, path),
            None => Traced::default(words::STORE),
        }
    }

    /// A PersistentVolumeClaim: its spec is the provisioner's.
    pub fn claim(&self, spot: &Spot<'_>) -> Option<Traced> {
        let name = spot.root.get("metadata").and_then(|metadata| metadata.get("name")).and_then(|name| name.as_str());
        let is_it = |resource: &&ResolvedResource| match resource.outputs.get("claim") {
            Some(Output::Plain(claim)) => Some(claim.as_str()) == name,
            _ => Some(resource.name.as_str()) == name,
        };
        let resource = self.unit.resources.iter().filter(|resource| resource.claim.is_some()).find(is_it)?;
        match spot.steps {
            ["spec", ..] => {
                let claim = resource.provisioner.clone().child("claim");
                self.provisioned(spot, resource, claim, &spot.raw[1..])
            }
            _ => self.metadata(spot, || {
                Traced::at(self.local(resource)).of(self.output(resource, "claim")).of(self.resource_name(resource))
            }),
        }
    }
}
