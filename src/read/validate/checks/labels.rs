//! Labels and annotations as Kubernetes takes them, and those that are not for users to set.

use super::super::inspection::Inspection;
use super::super::shown::shown;
use crate::model::{Finding, SmallMap};
use crate::read::Place;

/// The longest label value, and the longest name behind a key's prefix.
const LONGEST: usize = 63;
/// The longest prefix of a key: a DNS subdomain.
const LONGEST_PREFIX: usize = 253;
/// All annotations of an object together, in bytes, as Kubernetes counts them.
const ANNOTATIONS: usize = 256 * 1024;
/// Prefixes, with their subdomains, that the compiler and Kubernetes set.
const RESERVED: [&str; 3] = ["pavior.dev", "kubernetes.io", "k8s.io"];
/// Addresses of pages take `https:` only.
const REFUSED_SCHEMES: [&str; 6] = ["javascript:", "data:", "vbscript:", "file:", "ftp:", "http:"];

pub fn check(inspection: &mut Inspection, place: &Place, labels: &SmallMap<String, String>) {
    for (key, value) in labels {
        let place = place.clone().child(key.as_str());
        if let Some(fault) = key_fault(key) {
            inspection.report(wrong_key(inspection, &place, "label", key, &fault));
        } else if let Some(prefix) = reserved(key) {
            inspection.report(reserved_key(inspection, &place, key, prefix));
        }
        if let Some(fault) = value_fault(value) {
            inspection.report(wrong_value(inspection, &place, key, value, &fault));
        }
    }
}

pub fn check_annotations(inspection: &mut Inspection, place: &Place, annotations: &SmallMap<String, String>) {
    for (key, value) in annotations {
        let place = place.clone().child(key.as_str());
        if let Some(fault) = key_fault(key) {
            inspection.report(wrong_key(inspection, &place, "annotation", key, &fault));
        }
        let start: String = value.chars().filter(|c| !c.is_whitespace() && !c.is_control()).take(12).collect();
        if let Some(scheme) = REFUSED_SCHEMES.into_iter().find(|scheme| start.to_ascii_lowercase().starts_with(scheme))
        {
            inspection.report(refused_link(inspection, &place, key, scheme));
        }
    }
    let size: usize = annotations.iter().map(|(key, value)| key.len() + value.len()).sum();
    if size > ANNOTATIONS {
        inspection.report(too_large(inspection, place, size));
    }
}

/// Why a text is no key of a label or annotation.
fn key_fault(key: &str) -> Option<String> {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    if let Some(prefix) = prefix {
        if prefix.len() > LONGEST_PREFIX {
            return Some(format!("its prefix has {} characters and {LONGEST_PREFIX} are the most", prefix.len()));
        }
        if !is_subdomain(prefix) {
            return Some(format!("its prefix {} is no domain in lower case", shown(prefix)));
        }
    }
    match name {
        "" => Some("its name is empty".to_owned()),
        name => word_fault(name, "its name"),
    }
}

fn value_fault(value: &str) -> Option<String> {
    if value.is_empty() { Some("it is empty".to_owned()) } else { word_fault(value, "it") }
}

/// Letters, digits, `-`, `_` and `.` with a letter or digit at both ends.
fn word_fault(word: &str, what: &str) -> Option<String> {
    let end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if let Some(c) = word.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))) {
        let c = if c == ' ' { "a space".to_owned() } else { shown(&c.to_string()) };
        return Some(format!("{c} is not allowed in {}", if what == "it" { "it" } else { "its name" }));
    }
    if word.len() > LONGEST {
        return Some(format!("{what} has {} characters and {LONGEST} are the most", word.len()));
    }
    match end(word.chars().next()) && end(word.chars().next_back()) {
        true => None,
        false => Some(format!("{what} has to start and end with a letter or digit")),
    }
}

fn is_subdomain(text: &str) -> bool {
    let label = |label: &str| {
        let end = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        end(label.as_bytes().first())
            && end(label.as_bytes().last())
            && label.len() <= LONGEST
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.split('.').all(label)
}

/// The reserved domain that a key's prefix belongs to.
fn reserved(key: &str) -> Option<&'static str> {
    let (prefix, _) = key.split_once('/')?;
    RESERVED
        .into_iter()
        .find(|domain| prefix.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.')))
}

const FORM: &str = "letters, digits, `-`, `_` and `.`, with a letter or digit at both ends, 63 characters at most";

fn wrong_key(inspection: &Inspection, place: &Place, what: &str, key: &str, fault: &str) -> Finding {
    inspection
        .finding(
            &rules::LABEL,
            &place.clone().key(),
            format!("{} is no key of a{} {what}: {fault}", shown(key), if what == "label" { "" } else { "n" }),
        )
        .label("not a key for Kubernetes")
        .help(format!("a key is a name, or a domain, a slash and a name; a name has {FORM}"))
}

fn wrong_value(inspection: &Inspection, place: &Place, key: &str, value: &str, fault: &str) -> Finding {
    let value = if value.is_empty() { "the empty text".to_owned() } else { shown(value) };
    inspection
        .finding(&rules::LABEL, place, format!("{value} is no value of the label {}: {fault}", shown(key)))
        .label("not a value for Kubernetes")
        .help(format!("a value has {FORM}; longer text belongs into an annotation"))
}

fn reserved_key(inspection: &Inspection, place: &Place, key: &str, domain: &str) -> Finding {
    inspection
        .finding(
            &rules::RESERVED,
            &place.clone().key(),
            format!("the label {} is not yours to set: `{domain}` is reserved", shown(key)),
        )
        .label("reserved")
        .help("the compiler sets the labels that tools rely on; use a prefix of your own organisation")
}

fn refused_link(inspection: &Inspection, place: &Place, key: &str, scheme: &str) -> Finding {
    inspection
        .finding(&rules::LINK, place, format!("the annotation {} holds a `{scheme}` address", shown(key)))
        .label("pages would show this as a link")
        .help("write an address that starts with `https://`")
}

fn too_large(inspection: &Inspection, place: &Place, size: usize) -> Finding {
    inspection
        .finding(
            &rules::ANNOTATIONS,
            &place.clone().key(),
            format!("the annotations have {size} bytes together, {ANNOTATIONS} are the most"),
        )
        .label("too large")
        .help("move long texts into a file of a container, or into the documents of the service")
}

pub mod rules {
    crate::model::rules! {
        LABEL = "schema/label", Error,
        "Labels and annotations have the form that Kubernetes takes",
r"A label's value has at most 63 characters: letters, digits, `-`, `_` and `.`, with a letter or digit at both ends. A key
is such a name, or a domain, a slash and a name. Kubernetes refuses anything else when the object is applied. An empty
value is refused here as well, because nobody can select by it.

Wrong: `labels: {team: 'a b', -x: y}`

Right: `labels: {team: a-b, acme.example/x: y}`";

        RESERVED = "schema/reserved-label", Error,
        "Labels of `pavior.dev`, `kubernetes.io` and `k8s.io` are set by the compiler",
r"Selectors, network policies, inventories and pruning rely on labels of these domains and their subdomains, among them
`applyset.kubernetes.io` and `app.kubernetes.io`. Whoever could set them could make an object disappear from the
inventory, or join the pods of another service.

Wrong: `labels: {app.kubernetes.io/name: checkout}`

Right: `labels: {acme.example/line: retail}`";

        LINK = "schema/annotation-link", Error,
        "Addresses in annotations are `https`",
r"Annotations become links on the pages of the catalog. A `javascript:` or `data:` address would run in the browser of
whoever clicks on it, and `http:` is not encrypted.

Wrong: `annotations: {acme.example/wiki: 'http://wiki.acme.example'}`

Right: `annotations: {acme.example/wiki: 'https://wiki.acme.example'}`";

        ANNOTATIONS = "schema/annotations-size", Error,
        "Annotations have at most 256 KiB together",
r"Kubernetes counts the bytes of all keys and values of an object's annotations and refuses more than 262144.

Wrong: `annotations: {runbook: ...}` with the whole document of 300 KiB

Right: `annotations: {runbook: https://docs.example.com/cart}`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{findings, only, told_at};

    fn team(more: &str) -> String {
        format!("apiVersion: pavior.dev/v1\nkind: Team\nmetadata:\n  name: a\n{more}spec: {{forgeTeam: \"@acme/a\"}}\n")
    }

    fn is(more: &str, rule: &str, message: &str, at: &str) {
        assert_eq!(only(&team(more)), (rule.to_owned(), message.to_owned(), at.to_owned()));
    }

    #[test]
    fn label_values_are_those_of_kubernetes() {
        let value = |value: &str| format!("  labels: {{x: \"{value}\"}}\n");
        is(
            &value("a b"),
            "schema/label",
            "`a b` is no value of the label `x`: a space is not allowed in it",
            "\"a b\"",
        );
        for end in ["-a", "a_"] {
            let told = format!("`{end}` is no value of the label `x`: it has to start and end with a letter or digit");
            is(&value(end), "schema/label", &told, &format!("\"{end}\""));
        }
        is(&value(""), "schema/label", "the empty text is no value of the label `x`: it is empty", "\"\"");
        let long = "x".repeat(64);
        let told =
            format!("`{}…` is no value of the label `x`: it has 64 characters and 63 are the most", "x".repeat(60));
        is(&value(&long), "schema/label", &told, &format!("\"{long}\""));
        assert_eq!(findings(&team(&value(&"x".repeat(63)))), []);
    }

    #[test]
    fn label_keys_are_those_of_kubernetes() {
        let key = |key: &str| format!("  labels: {{\"{key}\": y}}\n");
        is(&key("a b"), "schema/label", "`a b` is no key of a label: a space is not allowed in its name", "\"a b\"");
        is(
            &key("A.example/x"),
            "schema/label",
            "`A.example/x` is no key of a label: its prefix `A.example` is no domain in lower case",
            "\"A.example/x\"",
        );
        is(
            &key("acme.example/"),
            "schema/label",
            "`acme.example/` is no key of a label: its name is empty",
            "\"acme.example/\"",
        );
        let long = "x".repeat(64);
        assert!(only(&team(&key(&long))).1.ends_with("its name has 64 characters and 63 are the most"));
        assert_eq!(findings(&team(&key("acme.example/Some_Name.x"))), []);
    }

    #[test]
    fn reserved_labels_are_refused_with_their_subdomains() {
        for (key, domain) in [
            ("pavior.dev/unit", "pavior.dev"),
            ("app.kubernetes.io/name", "kubernetes.io"),
            ("applyset.kubernetes.io/part-of", "kubernetes.io"),
            ("k8s.io/x", "k8s.io"),
        ] {
            let told = format!("the label `{key}` is not yours to set: `{domain}` is reserved");
            is(&format!("  labels: {{{key}: y}}\n"), "schema/reserved-label", &told, key);
        }
        assert_eq!(findings(&team("  labels: {mykubernetes.io/x: y}\n")), []);
    }

    #[test]
    fn the_labels_of_the_platform_are_checked_too() {
        let text = "apiVersion: pavior.dev/v1\nkind: Platform\nmetadata: {name: acme}\nspec: {organisation: acme, owners: [platform], labels: {x: a b}}\n";
        assert_eq!(told_at("pavior.yaml", text)[0].0, "schema/label");
    }

    #[test]
    fn annotations_link_to_https_only_and_have_a_size() {
        let value = |value: &str| format!("  annotations: {{wiki: \"{value}\"}}\n");
        is(
            &value("javascript:alert(1)"),
            "schema/annotation-link",
            "the annotation `wiki` holds a `javascript:` address",
            "\"javascript:alert(1)\"",
        );
        for other in [" JavaScript:alert(1)", "data:text/html,x", "http://a.example"] {
            assert_eq!(only(&team(&value(other))).0, "schema/annotation-link", "{other}");
        }
        assert_eq!(findings(&team(&value("https://a.example"))), []);
        let half = "x".repeat(131_072);
        let both = format!("  annotations: {{one: \"{half}\", two: \"{half}\"}}\n");
        is(
            &both,
            "schema/annotations-size",
            "the annotations have 262150 bytes together, 262144 are the most",
            "annotations",
        );
        is(
            "  annotations: {\"a b\": x}\n",
            "schema/label",
            "`a b` is no key of an annotation: a space is not allowed in its name",
            "\"a b\"",
        );
    }
}
