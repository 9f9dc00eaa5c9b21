//! `cartservice:7070` in a variable is a dependency that the graph cannot see.

use super::index::Index;
use super::resolve::Links;
use super::rules::dependencies;
use crate::model::Findings;
use crate::model::kinds::{Environment, Service};
use crate::read::{Declared, Place};
use std::ops::Range;

/// Finds literal addresses of other services. Who says `dependsOn` has declared the dependency.
pub fn check(index: &Index<'_>, links: &Links<'_, '_>, findings: &mut Findings) {
    let service = links.service();
    for (place, text) in texts(service) {
        for address in addresses(text) {
            let Some(callee) = callee(index, &address) else { continue };
            let (caller, name) = (&service.metadata.name, &callee.metadata.name);
            if caller == name || service.spec.depends_on.contains(name) {
                continue;
            }
            let Some(field) = port_field(&callee.spec, address.port) else { continue };
            let replacement = format!("${{services.{name}.host}}:${{services.{name}.{field}}}");
            let written = &text[address.range.clone()];
            let at = index.documents.locate(&place.clone().within(address.range.start, address.range.end));
            // Where the text is not written as it is read, the place is a wider one.
            let span = at.span.filter(|span| span.range().len() == written.len());
            findings.push(dependencies::undeclared_dependency(caller, name, &replacement, written, at, span));
        }
    }
}

/// The variables of a service that hold no placeholder, in all environments.
fn texts(service: &Declared<Service>) -> Vec<(Place, &str)> {
    let mut texts = Vec::new();
    for (container, declared) in &service.spec.containers {
        let place = service.place(&["spec", "containers", container, "variables"]);
        texts.extend(declared.variables.iter().map(|(name, text)| (place.clone().child(name), text.as_str())));
    }
    for (environment, settings) in &service.spec.environments {
        for (container, differing) in &settings.containers {
            let place = service.place(&["spec", "environments", environment, "containers", container, "variables"]);
            texts.extend(differing.variables.iter().map(|(name, text)| (place.clone().child(name), text.as_str())));
        }
    }
    texts.retain(|(_, text)| text.contains(':') && !text.contains("${"));
    texts
}

/// The service that answers at an address inside the cluster.
fn callee<'d>(index: &Index<'d>, address: &Address<'_>) -> Option<&'d Declared<Service>> {
    let (name, domain) = address.host.split_once('.').unwrap_or((address.host, ""));
    let (namespace, zone) = domain.split_once('.').unwrap_or((domain, ""));
    let callee = index.services.get(name)?;
    let is_ours = domain.is_empty() || (CLUSTER_ZONES.contains(&zone) && is_namespace(index, namespace));
    is_ours.then_some(*callee)
}

/// What may stand behind a service's name and namespace inside a cluster.
const CLUSTER_ZONES: [&str; 3] = ["", "svc", "svc.cluster.local"];

fn is_namespace(index: &Index<'_>, name: &str) -> bool {
    let namespace_of = |environment: &Declared<Environment>| {
        environment.spec.namespace.as_ref().unwrap_or(&environment.metadata.name).as_str() == name
    };
    index.environments.values().copied().any(namespace_of)
}

/// `port` where it is the only one, else `ports.<name>`.
fn port_field(service: &Service, number: i32) -> Option<String> {
    let ports = &service.service.as_ref()?.ports;
    let (name, _) = ports.iter().find(|(_, port)| port.port == number)?;
    Some(if ports.len() == 1 { "port".to_owned() } else { format!("ports.{name}") })
}

#[derive(Debug, PartialEq, Eq)]
struct Address<'t> {
    host: &'t str,
    port: i32,
    /// Where host and port stand in the text.
    range: Range<usize>,
}

/// Every address in a text: a list may hold several.
fn addresses(text: &str) -> Vec<Address<'_>> {
    let mut addresses = Vec::new();
    let mut start = 0;
    for word in text.split([' ', ',', ';', '\t', '\n']) {
        addresses.extend(address(word, start));
        start += word.len() + 1;
    }
    addresses
}

/// `host:port`, with a scheme, credentials, a path or a query around it; a scheme says the port that is not written.
fn address(word: &str, start: usize) -> Option<Address<'_>> {
    let (scheme, from) = word.split_once("://").map_or(("", 0), |(scheme, _)| (scheme, scheme.len() + 3));
    let end = word[from..].find(['/', '?', '#']).map_or(word.len(), |length| from + length);
    let from = word[from..end].rfind('@').map_or(from, |at| from + at + 1);
    let (host, port) = match (word[from..end].split_once(':'), scheme) {
        (Some((host, port)), _) => (host, port.parse().ok()?),
        (None, "http") => (&word[from..end], 80),
        (None, "https") => (&word[from..end], 443),
        (None, _) => return None,
    };
    Some(Address { host, port, range: start + from..start + end })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<(&str, i32, &str)> {
        addresses(text).into_iter().map(|address| (address.host, address.port, &text[address.range])).collect()
    }

    #[test]
    fn addresses_are_recognised_with_all_that_can_be_around_them() {
        assert_eq!(found("cart:7070"), [("cart", 7070, "cart:7070")]);
        assert_eq!(found("http://cart.prod.svc:80/x"), [("cart.prod.svc", 80, "cart.prod.svc:80")]);
        assert_eq!(found("amqp://me:secret@queue:5672/x?y=z"), [("queue", 5672, "queue:5672")]);
        assert_eq!(found("http://cart/x"), [("cart", 80, "cart")]);
        assert_eq!(found("https://cart#x"), [("cart", 443, "cart")]);
        assert_eq!(found("cart:7070,ads:9555 x"), [("cart", 7070, "cart:7070"), ("ads", 9555, "ads:9555")]);
    }

    #[test]
    fn what_has_no_port_is_no_address() {
        for text in ["12:30 o'clock", "cart", "redis://cart", "a:b:80", "cart:http", ":", "//", "http://"] {
            assert!(found(text).iter().all(|(host, ..)| host.is_empty() || *host == "12"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_every_address_stands_where_it_says(text in "[a-zé:/@?#., ]{0,30}") {
            for Address { host, range, .. } in addresses(&text) {
                prop_assert!(text[range].starts_with(host));
            }
        }
    }
}
