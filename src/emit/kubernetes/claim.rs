//! Storage. A claim stands by itself, never in a StatefulSet's template: so it can grow in place, and what snapshots it
//! knows its name.

use super::labels;
use super::object;
use crate::emit::yaml::Tree;
use crate::provision::{Output, ProvisionedUnit, ResolvedResource};
use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use serde_json::Value;

/// What the claim is called: as the provisioner says in an output `claim`, else as the resource is.
pub fn name(resource: &ResolvedResource) -> String {
    match resource.outputs.get("claim") {
        Some(Output::Plain(name)) => name.clone(),
        _ => resource.name.clone(),
    }
}

/// The claim. None for a resource that claims nothing or that another unit realises.
pub fn claim(unit: &ProvisionedUnit<'_>, resource: &ResolvedResource) -> Option<Tree> {
    let spec = resource.claim.as_ref().filter(|_| resource.own)?;
    let mut tree = object::tree(&PersistentVolumeClaim {
        metadata: object::metadata(&name(resource), &unit.environment.namespace, &labels::of_unit(unit)),
        ..PersistentVolumeClaim::default()
    });
    tree.insert("spec".to_owned(), Value::Object(spec.clone()));
    Some(tree)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use serde_json::json;

    #[test]
    fn an_output_names_the_claim() {
        let mut volume = sample::volume("data");
        volume.outputs.insert("claim".to_owned(), Output::Plain("acme-production-cart-data".to_owned()));
        assert_eq!(name(&volume), "acme-production-cart-data");
        assert!(volume.is_written_by_one());
    }

    #[test]
    fn the_claim_is_what_the_provisioner_wrote() {
        let unit = sample::unit("cart");
        let tree = claim(&unit, &sample::volume("data")).unwrap();
        assert_eq!(tree["metadata"]["name"], json!("cart-data"));
        assert_eq!(tree["spec"]["accessModes"], json!(["ReadWriteOnce"]));
        assert_eq!(claim(&unit, &sample::resource("data")), None);
        assert_eq!(claim(&unit, &ResolvedResource { own: false, ..sample::volume("data") }), None);
    }
}
