//! Storage that stands by itself: of shared resources and of workloads that end. Replicas that run all the time claim
//! theirs through their StatefulSet.

use super::labels;
use super::object;
use crate::emit::yaml::Tree;
use crate::provision::{ProvisionedUnit, ResolvedResource};
use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use serde_json::Value;

/// A claim called as its resource is. None for a resource that claims nothing or that another unit realises.
pub fn claim(unit: &ProvisionedUnit<'_>, resource: &ResolvedResource) -> Option<Tree> {
    let spec = resource.claim.as_ref().filter(|_| resource.own)?;
    let mut tree = object::tree(&PersistentVolumeClaim {
        metadata: object::metadata(&resource.name, &unit.environment.namespace, &labels::of_unit(unit)),
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
    fn the_claim_is_what_the_provisioner_wrote() {
        let unit = sample::unit("cart");
        let tree = claim(&unit, &sample::volume("data")).unwrap();
        assert_eq!(tree["metadata"]["name"], json!("cart-data"));
        assert_eq!(tree["spec"]["accessModes"], json!(["ReadWriteOnce"]));
        assert_eq!(claim(&unit, &sample::resource("data")), None);
        assert_eq!(claim(&unit, &ResolvedResource { own: false, ..sample::volume("data") }), None);
    }
}
