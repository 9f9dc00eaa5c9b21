//! A param of a unit's resource in, the line that sets it out: of the environment before the general one, of the param
//! before the class.

use crate::model::Name;
use crate::provision::UnitId;
use crate::read::{Documents, Part, Place};

/// Where people set a param, or the class that presets it; where neither is written, where the resource is asked for.
pub fn param_place(documents: &Documents, unit: &UnitId, asked: &Place, local: &Name, param: &str) -> Place {
    let there = unit.environment.as_str();
    let of_service = ["spec", "environments", there, "resources", local.as_str()].map(str::to_owned).to_vec();
    let of_shared = ["spec", "environments", there].map(str::to_owned).to_vec();
    let owners = [of_service, of_shared, asked.route.clone(), vec!["spec".to_owned()]];
    let routes = owners.iter().flat_map(|owner| {
        let below = |more: &[&str]| owner.iter().cloned().chain(more.iter().map(|step| (*step).to_owned())).collect();
        [below(&["params", param]), below(&["class"])]
    });
    let place = |route: Vec<String>| Place { document: asked.document, route, part: Part::Value };
    routes.map(place).find(|place| is_written(documents, place)).unwrap_or_else(|| asked.clone())
}

fn is_written(documents: &Documents, place: &Place) -> bool {
    let root = documents.document(place.document).root();
    let mut node = root;
    for step in &place.route {
        let Some(child) = node.child(step) else { return false };
        node = child;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::UnitKind;
    use crate::provision::fixture::{declaration, documents};
    use serde_json::json;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    #[test]
    fn the_line_that_counts_in_an_environment_is_the_nearest_one() {
        let service = declaration(
            "Service",
            "orders",
            json!({
                "containers": {"main": {"image": "x:1"}},
                "resources": {"db": {"type": "postgres", "class": "small", "params": {"storage": "50Gi"}}},
                "environments": {"production": {"resources": {"db": {"params": {"storage": "100Gi"}}}},
                                 "staging": {"resources": {"db": {"class": "large"}}}}
            }),
        );
        let documents = documents(&[service], &[]);
        let asked = documents.declarations.services[0].place(&["spec", "resources", "db"]);
        let route = |environment: &str, param: &str| {
            let unit = UnitId { environment: name(environment), kind: UnitKind::Service, name: name("orders") };
            param_place(&documents, &unit, &asked, &name("db"), param).route.join(".")
        };
        assert_eq!(route("production", "storage"), "spec.environments.production.resources.db.params.storage");
        assert_eq!(route("staging", "storage"), "spec.environments.staging.resources.db.class");
        assert_eq!(route("preview", "storage"), "spec.resources.db.params.storage");
        assert_eq!(route("preview", "memory"), "spec.resources.db.class");
    }
}
