//! Every name that a declaration mentions is declared. Placeholders and what services need are looked up elsewhere.

use super::index::{ByName, Found, Index};
use super::rules::{declarations, names, placeholders};
use super::waiting::check_waiting;
use crate::model::kinds::{Kind, Metadata, Resource, SecretRequest, Service};
use crate::model::{Findings, Location, Name};
use crate::read::{Declared, Place};
use std::collections::BTreeMap;

/// Checks the names in all declarations but services.
pub fn check(index: &Index<'_>, findings: &mut Findings) {
    let mut references = References { index, findings };
    let declared = &index.documents.declarations;
    for team in &declared.teams {
        references.named_owner(Kind::Team, team);
    }
    for resource in &declared.resources {
        references.of_resource(resource);
    }
    for environment in &declared.environments {
        references.owner(Kind::Environment, environment);
        let subject = format!("environment {}", environment.metadata.name);
        if let Some(from) = &environment.spec.promotes_from {
            references.environment(&subject, from, environment.place(&["spec", "promotesFrom"]));
        }
        if let Some(preview) = &environment.spec.preview {
            references.environment(&subject, &preview.shares, environment.place(&["spec", "preview", "shares"]));
            for (position, service) in preview.through.iter().enumerate() {
                let place = environment.place(&["spec", "preview", "through", &position.to_string()]);
                references.service(&subject, service, place);
            }
        }
    }
    for request in &declared.secret_requests {
        references.of_request(request);
    }
    for waiver in &declared.waivers {
        let subject = format!("waiver {}", waiver.metadata.name);
        references.team(&subject, "is approved by", &waiver.spec.approver, waiver.place(&["spec", "approver"]));
    }
    for incident in &declared.incidents {
        let subject = format!("incident {}", incident.metadata.name);
        references.service(&subject, &incident.spec.service, incident.place(&["spec", "service"]));
        references.environment(&subject, &incident.spec.environment, incident.place(&["spec", "environment"]));
    }
    for resource_type in &declared.resource_types {
        references.named_owner(Kind::ResourceType, resource_type);
    }
    for golden_path in &declared.golden_paths {
        references.named_owner(Kind::GoldenPath, golden_path);
    }
    for platform in &declared.platforms {
        for (position, team) in platform.spec.owners.iter().enumerate() {
            let place = platform.place(&["spec", "owners", &position.to_string()]);
            references.team("the platform", "is owned by", team, place);
        }
    }
    references.former_names(Kind::Service, &index.services, |service| service.renamed_from.as_ref());
    references.former_names(Kind::Resource, &index.resources, |resource| resource.renamed_from.as_ref());
}

/// Checks the names in a service that are none of placeholders, needs or dependencies.
pub fn check_service(index: &Index<'_>, service: &Declared<Service>, findings: &mut Findings) {
    References { index, findings }.of_service(service);
}

struct References<'a, 'd> {
    index: &'a Index<'d>,
    findings: &'a mut Findings,
}

impl References<'_, '_> {
    fn locate(&self, place: &Place) -> Location {
        self.index.documents.locate(place)
    }

    fn of_service(&mut self, service: &Declared<Service>) {
        self.owner(Kind::Service, service);
        let subject = format!("service {}", service.metadata.name);
        let containers = &service.spec.containers;
        for (environment, settings) in &service.spec.environments {
            let place = service.place(&["spec", "environments", environment]);
            self.environment(&subject, environment, place.clone().key());
            for container in settings.containers.keys() {
                self.container(service, container, place.clone().child("containers").child(container.as_str()).key());
            }
            let resources = &service.spec.resources;
            for resource in settings.resources.keys().filter(|name| !resources.contains_key(*name)) {
                let at = self.locate(&place.clone().child("resources").child(resource.as_str()).key());
                let known = resources.keys().map(Name::as_str);
                self.findings.push(placeholders::unknown_setting(resource, at, known));
            }
        }
        for (job, declared) in &service.spec.jobs {
            if let Some(container) = &declared.container {
                self.container(service, container, service.place(&["spec", "jobs", job, "container"]));
            }
        }
        for (container, declared) in containers {
            for later in declared.before.keys() {
                self.container(
                    service,
                    later,
                    service.place(&["spec", "containers", container, "before", later]).key(),
                );
            }
        }
        check_waiting(self.index, service, self.findings);
    }

    fn of_resource(&mut self, resource: &Declared<Resource>) {
        self.owner(Kind::Resource, resource);
        let subject = format!("resource {}", resource.metadata.name);
        for environment in resource.spec.environments.keys() {
            self.environment(&subject, environment, resource.place(&["spec", "environments", environment]).key());
        }
        for (position, consumer) in resource.spec.consumers.iter().enumerate() {
            self.service(&subject, consumer, resource.place(&["spec", "consumers", &position.to_string()]));
        }
        if let Found::Missing(suggestion) = self.index.resource_type(&resource.spec.kind) {
            let at = self.locate(&resource.place(&["spec", "type"]));
            self.findings.push(names::unknown_resource_type(&subject, &resource.spec.kind, at, suggestion));
        }
    }

    fn of_request(&mut self, request: &Declared<SecretRequest>) {
        self.owner(Kind::SecretRequest, request);
        let subject = format!("secret request {}", request.metadata.name);
        self.service(&subject, &request.spec.service, request.place(&["spec", "service"]));
        for (position, environment) in request.spec.environments.iter().enumerate() {
            self.environment(&subject, environment, request.place(&["spec", "environments", &position.to_string()]));
        }
        for (position, team) in request.spec.approvers.iter().enumerate() {
            let place = request.place(&["spec", "approvers", &position.to_string()]);
            self.team(&subject, "is approved by", team, place);
        }
    }

    /// The owner has to be there, and to be a team.
    fn owner<S>(&mut self, kind: Kind, declared: &Declared<S>) {
        if declared.metadata.owner.is_none() {
            let at = self.locate(&declared.name_place());
            self.findings.push(declarations::missing_owner(kind, &declared.metadata.name, at));
        }
        self.named_owner(kind, declared);
    }

    /// The owner, when one is named, has to be a team.
    fn named_owner<S>(&mut self, kind: Kind, declared: &Declared<S>) {
        let Metadata { name, owner: Some(owner), .. } = &declared.metadata else { return };
        let subject = format!("{} {name}", kind.slug().replace('-', " "));
        self.team(&subject, "is owned by", owner, declared.place(&["metadata", "owner"]));
    }

    fn team(&mut self, subject: &str, role: &str, name: &Name, place: Place) {
        if let Found::Missing(suggestion) = self.index.team(name) {
            let at = self.locate(&place);
            self.findings.push(names::unknown_team(subject, role, name, at, suggestion));
        }
    }

    fn environment(&mut self, subject: &str, name: &Name, place: Place) {
        if let Found::Missing(suggestion) = self.index.environment(name) {
            let at = self.locate(&place);
            self.findings.push(names::unknown_environment(subject, name, at, suggestion));
        }
    }

    fn service(&mut self, subject: &str, name: &Name, place: Place) {
        if let Found::Missing(suggestion) = self.index.service(name) {
            let at = self.locate(&place);
            self.findings.push(names::unknown_service(subject, name, name, at, suggestion));
        }
    }

    fn container(&mut self, service: &Declared<Service>, name: &Name, place: Place) {
        let containers = &service.spec.containers;
        if !containers.contains_key(name) {
            let at = self.locate(&place);
            self.findings.push(names::unknown_container(name, at, containers.keys().map(Name::as_str)));
        }
    }

    /// A former name is nobody's name, and the former name of one.
    fn former_names<S>(&mut self, kind: Kind, declared: &ByName<'_, S>, former_name: fn(&S) -> Option<&Name>) {
        let mut renamed: BTreeMap<&Name, &Declared<S>> = BTreeMap::new();
        for (name, declaration) in declared {
            let Some(former) = former_name(&declaration.spec) else { continue };
            let place = |declared: &Declared<S>| self.index.documents.locate(&declared.place(&["spec", "renamedFrom"]));
            let at = place(declaration);
            if let Some(other) = declared.get(former) {
                let other = self.locate(&other.name_place());
                self.findings.push(declarations::renamed_from_exists(kind, name, former, at, other));
            } else if let Some(first) = renamed.get(former) {
                let names = [first.metadata.name.as_str(), name.as_str()];
                let first = place(first);
                self.findings.push(declarations::renamed_from_claimed(kind, names, former, at, first));
            } else {
                renamed.insert(former, declaration);
            }
        }
    }
}
