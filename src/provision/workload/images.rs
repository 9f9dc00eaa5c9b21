//! What an environment asks of images: a digest, and a registry that it knows. Images that resource types bring are the
//! platform's own word.

use super::{ContainerPlaces, wording};
use crate::link::UnitContainer;
use crate::model::kinds::environment::{DigestPolicy, ImagePolicy};
use crate::provision::reporter::Reporter;
use std::borrow::Cow;

pub fn check(
    container: &UnitContainer<'_>,
    policy: &ImagePolicy,
    at: &ContainerPlaces<'_, '_>,
    reporter: &mut Reporter<'_, '_>,
) {
    let image = container.image;
    if policy.digests == DigestPolicy::Required && !image.contains("@sha256:") {
        let at_image = reporter.locate(&at.image());
        reporter.say(wording::image_without_digest(at_image, image, at.environment));
    }
    let full = full_name(image);
    if !policy.registries.is_empty() && !policy.registries.iter().any(|registry| is_below(&full, registry)) {
        let at_image = reporter.locate(&at.image());
        reporter.say(wording::image_from_elsewhere(at_image, image, at.environment, &policy.registries));
    }
}

/// With the registry that a short name means.
fn full_name(image: &str) -> Cow<'_, str> {
    match image.split_once('/') {
        None => Cow::Owned(format!("docker.io/library/{image}")),
        Some((first, _)) if first == "localhost" || first.contains(['.', ':']) => Cow::Borrowed(image),
        Some(_) => Cow::Owned(format!("docker.io/{image}")),
    }
}

/// `ghcr.io/acme` has `ghcr.io/acme/cart:1` below it, and not `ghcr.io/acme-too/cart:1`.
fn is_below(image: &str, registry: &str) -> bool {
    let rest = image.strip_prefix(registry.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.starts_with(['/', ':', '@']) || rest.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::model::Finding;
    use crate::provision::fixture::{documents, ground, pointed, provisioned, service};
    use serde_json::json;

    fn found(image: &str, of_production: Option<&str>, policy: serde_json::Value) -> Vec<String> {
        let mut declarations = ground();
        for environment in declarations.iter_mut().filter(|one| one["kind"] == "Environment") {
            if environment["metadata"]["name"] == "production" {
                environment["spec"]["images"] = policy.clone();
            }
        }
        let settings = of_production.map(|image| json!({"production": {"containers": {"main": {"image": image}}}}));
        let more = json!({"containers": {"main": {"image": image}}, "environments": settings.unwrap_or(json!({}))});
        declarations.push(service("cart", json!({}), more));
        let documents = documents(&declarations, &[]);
        let (_, findings) = provisioned(&documents);
        let told = |one: &Finding| format!("{}: {}", one.rule.id, pointed(&documents, one));
        findings.iter().filter(|one| one.rule.id.contains("image")).map(told).collect()
    }

    #[test]
    fn where_digests_are_required_a_tag_is_refused_where_it_was_written() {
        let policy = || json!({"digests": "required"});
        let digest = format!("ghcr.io/acme/cart@sha256:{}", "0".repeat(64));
        assert_eq!(found("ghcr.io/acme/cart:1", None, policy()), ["provision/image-digest: \"ghcr.io/acme/cart:1\""]);
        assert_eq!(found(&digest, Some("x/cart:2"), policy()), ["provision/image-digest: \"x/cart:2\""]);
        assert_eq!(found("x/cart:1", Some(&digest), policy()), [""; 0]);
        assert_eq!(found("x/cart:1", None, json!({})), [""; 0]);
    }

    #[test]
    fn an_image_comes_from_a_registry_that_the_environment_knows() {
        let policy = || json!({"registries": ["ghcr.io/acme", "docker.io/library/"]});
        for image in ["ghcr.io/acme/cart:1", "nginx:1", "docker.io/library/nginx"] {
            assert_eq!(found(image, None, policy()), [""; 0], "{image}");
        }
        for image in ["ghcr.io/acme-too/cart:1", "acme/cart:1", "localhost/nginx", "ghcr.io/acmecart"] {
            assert_eq!(found(image, None, policy()), [format!("provision/image-registry: \"{image}\"")]);
        }
    }
}
