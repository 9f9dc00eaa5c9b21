//! What the word at a route of a declaration names: one table for completion, definition, references and hover.

use crate::model::kinds::Kind;

/// What a key or a value is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Another declaration of this kind.
    Declaration(Kind),
    /// A container of the same service.
    Container,
    /// A resource of the same service.
    Resource,
    /// A class of the resource's type.
    Class,
    /// A param of the resource's type.
    Param,
    /// An API that some service provides.
    Api,
    /// A port of the same service.
    Port,
    /// A key of a secret request.
    SecretKey,
    /// An output of the same resource type.
    Output,
}

/// Which part of an entry is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Key,
    Value,
}

struct Row(Option<Kind>, Side, &'static str, Role, Use);

/// Whether a name is made known there, or referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Declares,
    Refers,
}

use Kind::{Environment, Incident, Platform, Resource, ResourceType, SecretRequest, Service, Team, Waiver};
use Role::Declaration;
use Side::{Key, Value};
use Use::{Declares, Refers};

const ROWS: &[Row] = &[
    Row(None, Value, "metadata.owner", Declaration(Team), Refers),
    Row(Some(Service), Value, "spec.goldenPath.name", Declaration(Kind::GoldenPath), Refers),
    Row(Some(Service), Value, "spec.dependsOn.*", Declaration(Service), Refers),
    Row(Some(Service), Value, "spec.apis.provides.*.name", Role::Api, Declares),
    Row(Some(Service), Value, "spec.apis.consumes.*", Role::Api, Refers),
    Row(Some(Service), Key, "spec.service.ports.*", Role::Port, Declares),
    Row(Some(Service), Key, "spec.containers.*", Role::Container, Declares),
    Row(Some(Service), Key, "spec.containers.*.before.*", Role::Container, Refers),
    Row(Some(Service), Value, "spec.jobs.*.container", Role::Container, Refers),
    Row(Some(Service), Key, "spec.resources.*", Role::Resource, Declares),
    Row(Some(Service), Value, "spec.resources.*.type", Declaration(ResourceType), Refers),
    Row(Some(Service), Value, "spec.resources.*.class", Role::Class, Refers),
    Row(Some(Service), Value, "spec.resources.*.id", Declaration(Resource), Refers),
    Row(Some(Service), Key, "spec.resources.*.params.*", Role::Param, Refers),
    Row(Some(Service), Key, "spec.environments.*", Declaration(Environment), Refers),
    Row(Some(Service), Key, "spec.environments.*.containers.*", Role::Container, Refers),
    Row(Some(Service), Key, "spec.environments.*.resources.*", Role::Resource, Refers),
    Row(Some(Service), Value, "spec.environments.*.resources.*.class", Role::Class, Refers),
    Row(Some(Service), Key, "spec.environments.*.resources.*.params.*", Role::Param, Refers),
    Row(Some(Resource), Value, "spec.type", Declaration(ResourceType), Refers),
    Row(Some(Resource), Value, "spec.class", Role::Class, Refers),
    Row(Some(Resource), Key, "spec.params.*", Role::Param, Refers),
    Row(Some(Resource), Value, "spec.consumers.*", Declaration(Service), Refers),
    Row(Some(Resource), Key, "spec.environments.*", Declaration(Environment), Refers),
    Row(Some(Resource), Value, "spec.environments.*.class", Role::Class, Refers),
    Row(Some(Resource), Key, "spec.environments.*.params.*", Role::Param, Refers),
    Row(Some(Environment), Value, "spec.promotesFrom", Declaration(Environment), Refers),
    Row(Some(Environment), Value, "spec.preview.shares", Declaration(Environment), Refers),
    Row(Some(Environment), Value, "spec.preview.through.*", Declaration(Service), Refers),
    Row(Some(SecretRequest), Value, "spec.service", Declaration(Service), Refers),
    Row(Some(SecretRequest), Value, "spec.environments.*", Declaration(Environment), Refers),
    Row(Some(SecretRequest), Value, "spec.approvers.*", Declaration(Team), Refers),
    Row(Some(SecretRequest), Key, "spec.keys.*", Role::SecretKey, Declares),
    Row(Some(ResourceType), Key, "spec.classes.*", Role::Class, Declares),
    Row(Some(ResourceType), Value, "spec.defaultClass", Role::Class, Refers),
    Row(Some(ResourceType), Key, "spec.params.properties.*", Role::Param, Declares),
    Row(Some(ResourceType), Value, "spec.params.required.*", Role::Param, Refers),
    Row(Some(ResourceType), Key, "spec.classes.*.*", Role::Param, Refers),
    Row(Some(ResourceType), Key, "spec.outputs.*", Role::Output, Declares),
    Row(Some(ResourceType), Key, "spec.provisioners.*.outputs.*", Role::Output, Refers),
    Row(Some(Waiver), Value, "spec.approver", Declaration(Team), Refers),
    Row(Some(Incident), Value, "spec.service", Declaration(Service), Refers),
    Row(Some(Incident), Value, "spec.environment", Declaration(Environment), Refers),
    Row(Some(Platform), Value, "spec.owners.*", Declaration(Team), Refers),
];

/// The role of the key, or of the value, at a route of a declaration of this kind.
pub fn role(kind: Kind, side: Side, route: &[String]) -> Option<(Role, Use)> {
    if side == Value && matches(route, "metadata.name") {
        return Some((Declaration(kind), Declares));
    }
    let fits = |row: &&Row| row.0.is_none_or(|own| own == kind) && row.1 == side && matches(route, row.2);
    ROWS.iter().find(fits).map(|row| (row.3, row.4))
}

/// Whether a route follows a pattern, in which `*` is any step.
pub fn matches(route: &[String], pattern: &str) -> bool {
    let mut steps = pattern.split('.');
    route.iter().all(|step| steps.next().is_some_and(|wanted| wanted == "*" || wanted == step))
        && steps.next().is_none()
}

/// Texts of a service in which placeholders are replaced.
const EXPANDED: &[&str] = &[
    "spec.containers.*.variables.*",
    "spec.containers.*.files.*.content",
    "spec.containers.*.volumes.*.source",
    "spec.environments.*.containers.*.variables.*",
];

/// Params, however deep below.
const EXPANDED_PARAMS: &[&str] = &["spec.resources.*.params", "spec.environments.*.resources.*.params"];

/// Whether placeholders in the text at a route are replaced.
pub fn expands(kind: Kind, route: &[String]) -> bool {
    let below = |pattern: &str| {
        let length = pattern.split('.').count();
        route.len() > length && matches(&route[..length], pattern)
    };
    let expanded = EXPANDED.iter().any(|pattern| matches(route, pattern)) || EXPANDED_PARAMS.iter().any(|p| below(p));
    kind == Service && expanded
}

/// The route to the `type` that tells what a class or param at this route is of.
pub fn type_route(kind: Kind, route: &[String]) -> Option<Vec<String>> {
    let own = |steps: &[&str]| Some(steps.iter().map(|step| (*step).to_owned()).collect());
    let steps: Vec<&str> = route.iter().map(String::as_str).collect();
    match (kind, steps.as_slice()) {
        (Service, ["spec", "resources", name, ..] | ["spec", "environments", _, "resources", name, ..]) => {
            own(&["spec", "resources", name, "type"])
        }
        (Resource, ["spec", ..]) => own(&["spec", "type"]),
        (ResourceType, ["spec", ..]) => own(&["metadata", "name"]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::schema::{schema, walk};

    fn route(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn every_row_is_about_a_field_that_there_is() {
        for Row(kind, side, pattern, ..) in ROWS {
            let schema = schema(kind.unwrap_or(Service));
            let found = walk::at(&schema, &route(pattern));
            let is_param = pattern.contains("params.") || pattern.ends_with("classes.*.*");
            assert!(found.is_object() || (is_param && *side == Key), "{pattern}");
        }
    }

    #[test]
    fn a_route_has_the_role_of_its_side() {
        assert_eq!(role(Service, Value, &route("metadata.owner")), Some((Declaration(Team), Refers)));
        assert_eq!(role(Team, Value, &route("metadata.name")), Some((Declaration(Team), Declares)));
        assert_eq!(role(Service, Key, &route("spec.environments.staging")), Some((Declaration(Environment), Refers)));
        assert_eq!(role(Service, Value, &route("spec.environments.staging")), None);
        assert_eq!(role(Team, Value, &route("spec.dependsOn.0")), None);
    }

    #[test]
    fn placeholders_are_replaced_in_texts_that_say_so() {
        assert!(expands(Service, &route("spec.containers.main.variables.PORT")));
        assert!(expands(Service, &route("spec.resources.web.params.hosts.0")));
        assert!(!expands(Service, &route("spec.containers.main.image")));
        assert!(!expands(Kind::ResourceType, &route("spec.containers.main.variables.PORT")));
    }
}
