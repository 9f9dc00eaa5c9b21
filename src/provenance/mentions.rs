//! Placeholders: the lines that the value of one is made of, and where a service mentions another.

use super::facts::Facts;
use crate::link::{EnvironmentField, MetadataField, Reference, Template, Unit};
use crate::model::Name;
use crate::provision::{Output, ResolvedResource};
use crate::read::Place;

impl<'c> Facts<'c> {
    /// Where a variable of a container is written: for this environment, else for all.
    pub fn variable(&self, container: &str, name: &str) -> Option<Place> {
        let own = self.own(&["spec", "containers", container, "variables", name]);
        self.there([self.setting(&["containers", container, "variables", name]), own])
    }

    /// What the placeholders of a template stand for.
    pub fn placeholders(&self, template: &Template) -> Vec<Place> {
        template.placeholders().flat_map(|(path, _)| self.placeholder(path)).collect()
    }

    /// What one placeholder stands for.
    pub fn placeholder(&self, path: &[String]) -> Vec<Place> {
        match Reference::of(path) {
            Ok(Reference::Metadata(MetadataField::Name)) => vec![self.name()],
            Ok(Reference::Metadata(MetadataField::Owner)) => vec![self.owner()],
            Ok(Reference::Environment(field)) => self.environment_field(field),
            Ok(Reference::ServiceHost(service)) => {
                self.world.catalog.services.get(service).map(|service| service.name_place()).into_iter().collect()
            }
            Ok(Reference::ServicePort { service, port }) => self.service_port(service, port).into_iter().collect(),
            Ok(
                Reference::ResourceOutput { resource, output }
                | Reference::SecretKey { request: resource, key: output },
            ) => self.resource(resource).map(|resource| self.output(resource, output)).unwrap_or_default(),
            Ok(Reference::Resource(resource)) => {
                self.resource(resource).map(|resource| self.local(resource)).into_iter().collect()
            }
            Err(_) => Vec::new(),
        }
    }

    fn environment_field(&self, field: EnvironmentField) -> Vec<Place> {
        let setting = |name: &str| self.there([self.around(&["spec", name])]).into_iter().collect();
        match field {
            EnvironmentField::Name => vec![self.environment_name()],
            EnvironmentField::Namespace => self.namespace().places(),
            EnvironmentField::Class => setting("class"),
            EnvironmentField::Provider => setting("provider"),
            EnvironmentField::Region => setting("region"),
            EnvironmentField::Domain => setting("domain"),
            EnvironmentField::Cluster => setting("cluster"),
        }
    }

    fn service_port(&self, service: &str, port: Option<&str>) -> Option<Place> {
        let declared = self.world.catalog.services.get(service)?;
        let ports = &declared.spec.service.as_ref()?.ports;
        let port = port.or_else(|| ports.keys().next().map(Name::as_str))?;
        Some(declared.place(&["spec", "service", "ports", port, "port"]))
    }

    /// The variable whose text needs an output of a resource under a key of a Secret.
    pub fn user_of_secret(&self, container: &str, secret: &str, key: &str) -> Option<(Place, Vec<Place>)> {
        let variables = &self.containers.get(container)?.variables;
        for (name, template) in variables {
            for (path, range) in template.placeholders() {
                let (resource, output) = match Reference::of(path) {
                    Ok(Reference::ResourceOutput { resource, output }) => (resource, output),
                    Ok(Reference::SecretKey { request, key }) => (request, key),
                    _ => continue,
                };
                let Some(resource) = self.resource(resource) else { continue };
                if carries(resource, output, secret, key) {
                    let place = self.variable(container, name)?.within(range.start, range.end);
                    return Some((place, self.output(resource, output)));
                }
            }
        }
        None
    }

    /// Where this service first says that it calls another: in a variable, a file, or under `dependsOn`.
    pub fn call_of(&self, caller: &'c Unit<'c>, callee: &str) -> Option<Place> {
        let service = caller.service.as_ref()?;
        let names_it = |template: &Template| {
            let mut placeholders = template.placeholders();
            placeholders
                .find(|(path, _)| path.len() > 1 && path[0] == "services" && path[1] == callee)
                .map(|(_, at)| at.clone())
        };
        let environment = self.environment.metadata.name.as_str();
        for (container, plan) in &service.containers() {
            for (name, template) in &plan.variables {
                if let Some(range) = names_it(template) {
                    let places = [
                        service.declared.place(&[
                            "spec",
                            "environments",
                            environment,
                            "containers",
                            container,
                            "variables",
                            name,
                        ]),
                        service.declared.place(&["spec", "containers", container, "variables", name]),
                    ];
                    return self.there(places).map(|place| place.within(range.start, range.end));
                }
            }
            for (path, template) in &plan.files {
                if let Some(range) = template.as_ref().and_then(names_it) {
                    let place = service.declared.place(&["spec", "containers", container, "files", path, "content"]);
                    return Some(place.within(range.start, range.end));
                }
            }
        }
        let position = service.declared.spec.depends_on.iter().position(|name| name.as_str() == callee)?;
        Some(service.declared.place(&["spec", "dependsOn", &position.to_string()]))
    }
}

/// Whether an output reaches the workload under this key of this Secret.
fn carries(resource: &ResolvedResource, output: &str, secret: &str, key: &str) -> bool {
    match resource.outputs.get(output) {
        Some(Output::Secret { name, key: own }) => name == secret && own == key,
        Some(Output::Store { .. }) => resource.secret_name == secret && output == key,
        Some(Output::Plain(_)) | None => false,
    }
}
