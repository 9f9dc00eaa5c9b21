//! Every name that a declaration mentions is declared.

use super::index::{Found, Index};
use super::rules;
use crate::model::kinds::{Kind, Metadata};
use crate::model::{Findings, Name};
use crate::read::{Declared, Place};

/// Checks all references between declarations but those of placeholders and resource requests.
pub fn check(index: &Index<'_>, findings: &mut Findings) {
    let declarations = &index.documents.declarations;
    for service in &declarations.services {
        owner(index, Kind::Service, service, findings);
        check_service(index, service, findings);
    }
    for resource in &declarations.resources {
        owner(index, Kind::Resource, resource, findings);
        let subject = format!("resource {}", resource.metadata.name);
        for environment in resource.spec.environments.keys() {
            let at = resource.place(&["spec", "environments", environment]).key();
            environment_exists(index, &subject, environment, at, findings);
        }
        for (position, consumer) in resource.spec.consumers.iter().enumerate() {
            let at = resource.place(&["spec", "consumers", &position.to_string()]);
            service_exists(index, &subject, consumer, at, findings);
        }
        if let Some(former) = &resource.spec.renamed_from
            && let Some(other) = index.resources.get(former)
        {
            let at = index.documents.locate(&resource.place(&["spec", "renamedFrom"]));
            let other = index.documents.locate(&other.name_place());
            findings.push(rules::renamed_from_exists(Kind::Resource, &resource.metadata.name, former, at, other));
        }
    }
    for environment in &declarations.environments {
        owner(index, Kind::Environment, environment, findings);
        let subject = format!("environment {}", environment.metadata.name);
        if let Some(from) = &environment.spec.promotes_from {
            environment_exists(index, &subject, from, environment.place(&["spec", "promotesFrom"]), findings);
        }
        if let Some(preview) = &environment.spec.preview {
            let at = environment.place(&["spec", "preview", "shares"]);
            environment_exists(index, &subject, &preview.shares, at, findings);
        }
    }
    for request in &declarations.secret_requests {
        owner(index, Kind::SecretRequest, request, findings);
        let subject = format!("secret request {}", request.metadata.name);
        service_exists(index, &subject, &request.spec.service, request.place(&["spec", "service"]), findings);
        for (position, environment) in request.spec.environments.iter().enumerate() {
            let at = request.place(&["spec", "environments", &position.to_string()]);
            environment_exists(index, &subject, environment, at, findings);
        }
        for (position, team) in request.spec.approvers.iter().enumerate() {
            let at = request.place(&["spec", "approvers", &position.to_string()]);
            team_exists(index, &subject, "is approved by", team, at, findings);
        }
    }
    for waiver in &declarations.waivers {
        let subject = format!("waiver {}", waiver.metadata.name);
        team_exists(
            index,
            &subject,
            "is approved by",
            &waiver.spec.approver,
            waiver.place(&["spec", "approver"]),
            findings,
        );
    }
    for incident in &declarations.incidents {
        let subject = format!("incident {}", incident.metadata.name);
        service_exists(index, &subject, &incident.spec.service, incident.place(&["spec", "service"]), findings);
        let at = incident.place(&["spec", "environment"]);
        environment_exists(index, &subject, &incident.spec.environment, at, findings);
    }
    for resource_type in &declarations.resource_types {
        named_owner(index, Kind::ResourceType, resource_type, findings);
    }
    for golden_path in &declarations.golden_paths {
        named_owner(index, Kind::GoldenPath, golden_path, findings);
    }
    for platform in &declarations.platforms {
        for (position, team) in platform.spec.owners.iter().enumerate() {
            let at = platform.place(&["spec", "owners", &position.to_string()]);
            team_exists(index, "the platform", "is owned by", team, at, findings);
        }
    }
    promotion_cycles(index, findings);
}

fn check_service(index: &Index<'_>, service: &Declared<crate::model::kinds::Service>, findings: &mut Findings) {
    let name = &service.metadata.name;
    let subject = format!("service {name}");
    for environment in service.spec.environments.keys() {
        let at = service.place(&["spec", "environments", environment]).key();
        environment_exists(index, &subject, environment, at, findings);
    }
    for (position, callee) in service.spec.depends_on.iter().enumerate() {
        let at = service.place(&["spec", "dependsOn", &position.to_string()]);
        if callee == name {
            findings.push(rules::self_reference(name, index.documents.locate(&at)));
        } else {
            service_exists(index, &subject, callee, at, findings);
        }
    }
    if let Some(former) = &service.spec.renamed_from
        && let Some(other) = index.services.get(former)
    {
        let at = index.documents.locate(&service.place(&["spec", "renamedFrom"]));
        let other = index.documents.locate(&other.name_place());
        findings.push(rules::renamed_from_exists(Kind::Service, name, former, at, other));
    }
    let containers = || service.spec.containers.keys().map(Name::as_str);
    for (environment, settings) in &service.spec.environments {
        for container in settings.containers.keys().filter(|name| !service.spec.containers.contains_key(*name)) {
            let at = service.place(&["spec", "environments", environment, "containers", container]).key();
            findings.push(rules::unknown_container(container, index.documents.locate(&at), containers()));
        }
        for resource in settings.resources.keys().filter(|name| !service.spec.resources.contains_key(*name)) {
            let at = service.place(&["spec", "environments", environment, "resources", resource]).key();
            let known = service.spec.resources.keys().map(Name::as_str);
            findings.push(rules::unknown_setting(resource, index.documents.locate(&at), known));
        }
    }
    for (job, declared) in &service.spec.jobs {
        if let Some(container) = declared.container.as_ref().filter(|name| !service.spec.containers.contains_key(*name))
        {
            let at = service.place(&["spec", "jobs", job, "container"]);
            findings.push(rules::unknown_container(container, index.documents.locate(&at), containers()));
        }
    }
    for (container, declared) in &service.spec.containers {
        for later in declared.before.keys().filter(|name| !service.spec.containers.contains_key(*name)) {
            let at = service.place(&["spec", "containers", container, "before", later]).key();
            findings.push(rules::unknown_container(later, index.documents.locate(&at), containers()));
        }
    }
}

/// The owner has to be there, and to be a team.
fn owner<S>(index: &Index<'_>, kind: Kind, declared: &Declared<S>, findings: &mut Findings) {
    if declared.metadata.owner.is_none() {
        let at = index.documents.locate(&declared.name_place());
        findings.push(rules::missing_owner(kind, &declared.metadata.name, at));
    }
    named_owner(index, kind, declared, findings);
}

/// The owner, when one is named, has to be a team.
fn named_owner<S>(index: &Index<'_>, kind: Kind, declared: &Declared<S>, findings: &mut Findings) {
    let Metadata { name, owner: Some(owner), .. } = &declared.metadata else { return };
    let subject = format!("{} {name}", kind.slug().replace('-', " "));
    team_exists(index, &subject, "is owned by", owner, declared.place(&["metadata", "owner"]), findings);
}

fn team_exists(index: &Index<'_>, subject: &str, role: &str, name: &Name, at: Place, findings: &mut Findings) {
    if let Found::Missing(suggestion) = index.team(name) {
        findings.push(rules::unknown_team(subject, role, name, index.documents.locate(&at), suggestion));
    }
}

fn environment_exists(index: &Index<'_>, subject: &str, name: &Name, at: Place, findings: &mut Findings) {
    if let Found::Missing(suggestion) = index.environment(name) {
        findings.push(rules::unknown_environment(subject, name, index.documents.locate(&at), suggestion));
    }
}

fn service_exists(index: &Index<'_>, subject: &str, name: &Name, at: Place, findings: &mut Findings) {
    if let Found::Missing(suggestion) = index.service(name) {
        findings.push(rules::unknown_service(subject, name, index.documents.locate(&at), suggestion));
    }
}

/// Each circle is told once, at its alphabetically first member.
fn promotion_cycles(index: &Index<'_>, findings: &mut Findings) {
    for start in index.environments.keys() {
        let mut cycle: Vec<&str> = vec![start.as_str()];
        let mut at: &str = start;
        while let Some(from) = index.environments.get(at).and_then(|e| e.spec.promotes_from.as_ref()) {
            if from == *start {
                if cycle.iter().min() == Some(&start.as_str()) {
                    let place = index.environments[*start].place(&["spec", "promotesFrom"]);
                    findings.push(rules::promotion_cycle(&cycle, index.documents.locate(&place)));
                }
                break;
            }
            if cycle.contains(&from.as_str()) {
                break;
            }
            cycle.push(from);
            at = from;
        }
    }
}
