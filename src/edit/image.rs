//! The image of a container of a service in one environment: which one stands there, and another in its place.

use super::refusal::Refusal;
use super::splice::{parsed, set_text};
use crate::model::kinds::Service;
use crate::read::{Node, NodeValue};

/// Whose image is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Image<'a> {
    pub service: &'a str,
    pub environment: &'a str,
    pub container: &'a str,
}

/// An image, and whether it is this environment's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands<'d> {
    /// Set for this environment.
    Here(&'d str),
    /// That of the container, in all environments that set none.
    Everywhere(&'d str),
}

impl<'d> Stands<'d> {
    pub fn image(self) -> &'d str {
        let (Stands::Here(image) | Stands::Everywhere(image)) = self;
        image
    }
}

/// What runs in an environment, as it is declared; None where there is no such container.
pub fn image_that_stands<'d>(service: &'d Service, environment: &str, container: &str) -> Option<Stands<'d>> {
    let everywhere = service.containers.get(container)?;
    let settings = service.environments.get(environment).and_then(|settings| settings.containers.get(container));
    Some(match settings.and_then(|settings| settings.image.as_deref()) {
        Some(image) => Stands::Here(image),
        None => Stands::Everywhere(&everywhere.image),
    })
}

/// Writes an image for one environment into the declaration of a service. The workload may stand in a Score file: what an
/// environment sets stands in the service's own.
///
/// # Errors
/// When the service is not declared once in this text, or it cannot be edited so that only that changes.
pub fn set_image(text: &str, of: &Image<'_>, image: &str) -> Result<String, Refusal> {
    let documents = parsed(text)?;
    let mut declared = (0..documents.len()).filter(|at| is_declared(&documents[*at], "Service", of.service));
    let (Some(document), None) = (declared.next(), declared.next()) else {
        let (kind, name) = ("Service", of.service.to_owned());
        return Err(match documents.iter().any(|one| is_declared(one, "Service", of.service)) {
            true => Refusal::Twice { kind, name },
            false => Refusal::Absent { kind, name },
        });
    };
    let route = ["spec", "environments", of.environment, "containers", of.container, "image"];
    set_text(text, document, &route, image)
}

/// Whether a document declares this.
pub(super) fn is_declared(document: &Node, kind: &str, name: &str) -> bool {
    let is = |node: Option<&Node>, text: &str| matches!(node, Some(Node { value: NodeValue::Text(written), .. }) if written == text);
    is(document.child("kind"), kind) && is(document.child("metadata").and_then(|one| one.child("name")), name)
}

/// Whether a text is the name of an image as container engines take it, which has no need of quotes.
pub fn is_image(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '@');
    let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
    let is_digest = |digest: &str| {
        let hex = digest.strip_prefix("sha256:").filter(|hex| hex.len() == 64);
        hex.is_some_and(|hex| hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
    };
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    let ends = name.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    begins && ends && text.len() <= 512 && text.chars().all(is_plain) && digest.is_none_or(is_digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_images_are_known() {
        let digest = format!("ghcr.io/acme/cart@sha256:{}", "0a".repeat(32));
        for image in ["cart", "ghcr.io/acme/cart:v1.2_3-a", "localhost:5000/cart:1", &digest] {
            assert!(is_image(image), "{image}");
        }
        for no in ["", ".", "cart:", "cart@sha256:00", "a b", "-cart", "cart\n", "cart: x", "cart #1", "${a}", "é"] {
            assert!(!is_image(no), "{no}");
        }
    }

    #[test]
    fn a_service_that_is_not_declared_once_is_not_edited() {
        let of = Image { service: "cart", environment: "staging", container: "main" };
        let cart = "kind: Service\nmetadata: {name: cart}\nspec: {}\n";
        assert_eq!(
            set_image("kind: Team\nmetadata: {name: cart}\n", &of, "a:1").unwrap_err(),
            Refusal::Absent { kind: "Service", name: "cart".to_owned() }
        );
        assert_eq!(
            set_image(&format!("{cart}---\n{cart}"), &of, "a:1").unwrap_err(),
            Refusal::Twice { kind: "Service", name: "cart".to_owned() }
        );
        let other = "kind: Service\nmetadata: {name: web}\n";
        let edited = set_image(&format!("{other}---\n{cart}"), &of, "a:1").unwrap();
        assert_eq!(
            edited,
            format!(
                "{other}---\n{}",
                cart.replace("{}", "{environments: {staging: {containers: {main: {image: a:1}}}}}")
            )
        );
    }
}
