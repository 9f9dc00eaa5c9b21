//! The identity of a service's pods. No token of it is mounted: who calls the cluster's API is the platform's business.

use super::object;
use super::unit::ServiceUnit;
use crate::emit::yaml::Tree;
use k8s_openapi::api::core::v1::ServiceAccount;

pub fn service_account(unit: &ServiceUnit<'_>) -> Tree {
    object::tree(&ServiceAccount {
        metadata: unit.metadata(unit.name()),
        automount_service_account_token: Some(false),
        ..ServiceAccount::default()
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use serde_json::json;

    #[test]
    fn no_token_is_mounted() {
        let unit = sample::unit("cart");
        let tree = service_account(&sample::service(&unit));
        assert_eq!(tree["automountServiceAccountToken"], json!(false));
        assert_eq!(tree["metadata"]["name"], json!("cart"));
        assert_eq!(tree["metadata"]["namespace"], json!("shop"));
    }
}
