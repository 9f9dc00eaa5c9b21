//! What kubectl says when it fails in, what that means out. Nothing of an object's content is kept.

use std::collections::BTreeSet;
use std::fmt;

/// Why a call of kubectl came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody knows whether anything came of it.
    Unreachable(String),
    /// Fields that others manage.
    Conflicts(Vec<Conflict>),
    /// Kinds that the cluster does not know, as `(apiVersion, kind)`.
    UnknownKinds(BTreeSet<(String, String)>),
    /// What was to be made is there, or what was to be replaced has changed.
    Stale,
    /// What was to be replaced, or where something was to be made, is not there.
    NotFound(String),
    /// Anything else.
    Said(String),
}

/// A field that another manager holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    pub manager: String,
    pub field: String,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is managed by {}", self.field, self.manager)
    }
}

/// How connections end that were never good, or are so no longer.
const UNREACHABLE: [&str; 17] = [
    "connection refused",
    "was refused - did you specify the right host or port",
    "connection reset by peer",
    "Unable to connect to the server",
    "i/o timeout",
    "TLS handshake timeout",
    "no such host",
    "no route to host",
    "network is unreachable",
    "client connection lost",
    "context deadline exceeded",
    "Client.Timeout exceeded",
    "unexpected EOF",
    ": EOF",
    "(ServiceUnavailable)",
    "(Timeout)",
    "etcdserver: ",
];

impl Trouble {
    /// By what stands in its standard error.
    pub fn of(said: &str) -> Trouble {
        let lines = || said.lines().map(str::trim_end).filter(|line| !is_log(line));
        if let Some(line) = lines().find(|line| UNREACHABLE.iter().any(|sign| line.contains(sign))) {
            return Trouble::Unreachable(plain(line));
        }
        let kinds: BTreeSet<_> = lines().filter_map(unknown_kind).collect();
        if !kinds.is_empty() {
            return Trouble::UnknownKinds(kinds);
        }
        let conflicts = conflicts(said);
        if !conflicts.is_empty() {
            return Trouble::Conflicts(conflicts);
        }
        if lines().any(|line| line.contains("(AlreadyExists)") || line.contains("(Conflict)")) {
            return Trouble::Stale;
        }
        let line = lines().find(|line| !line.is_empty()).unwrap_or("nothing");
        match line.contains("(NotFound)") {
            true => Trouble::NotFound(plain(line)),
            false => Trouble::Said(plain(line)),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Unreachable(said) | Trouble::NotFound(said) | Trouble::Said(said) => f.write_str(said),
            Trouble::Conflicts(conflicts) => {
                let told: Vec<String> = conflicts.iter().map(Conflict::to_string).collect();
                f.write_str(&told.join(", "))
            }
            Trouble::UnknownKinds(kinds) => {
                let told: Vec<String> = kinds.iter().map(|(version, kind)| format!("{version} {kind}")).collect();
                write!(f, "the cluster does not know {}", told.join(", "))
            }
            Trouble::Stale => f.write_str("somebody else wrote it meanwhile"),
        }
    }
}

/// Lines of client-go's logger: `E1122 21:53:07.153023   19376 memcache.go:265] ...`. The same is said again below.
fn is_log(line: &str) -> bool {
    let mut characters = line.chars();
    let is_level = characters.next().is_some_and(|level| "EWI".contains(level));
    is_level && characters.take(4).filter(char::is_ascii_digit).count() == 4
}

/// Without the words that every message has.
fn plain(line: &str) -> String {
    let line = line.trim_start_matches("error: ");
    match line.split_once(" \"STDIN\": ") {
        Some((_, reason)) => reason.to_owned(),
        None => line.to_owned(),
    }
}

/// `... no matches for kind "ExternalSecret" in version "external-secrets.io/v1"`.
fn unknown_kind(line: &str) -> Option<(String, String)> {
    let (_, rest) = line.split_once("no matches for kind \"")?;
    let (kind, rest) = rest.split_once("\" in version \"")?;
    let (version, _) = rest.split_once('"')?;
    Some((version.to_owned(), kind.to_owned()))
}

/// `conflict with "a" using v1: .spec.x`, or `conflicts with "a" using v1:` and a line `- .spec.x` for each.
fn conflicts(said: &str) -> Vec<Conflict> {
    let (mut all, mut manager) = (Vec::new(), None);
    for line in said.lines() {
        if let Some(named) = holder(line) {
            if let Some((_, field)) = line.rsplit_once(": .") {
                all.push(Conflict { manager: named.to_owned(), field: format!(".{field}") });
            }
            manager = Some(named.to_owned());
        } else if let (Some(manager), Some(field)) = (&manager, line.strip_prefix("- .")) {
            all.push(Conflict { manager: manager.clone(), field: format!(".{field}") });
        }
    }
    all.sort();
    all.dedup();
    all
}

fn holder(line: &str) -> Option<&str> {
    let rest = line.split_once("conflict with \"").or_else(|| line.split_once("conflicts with \""))?.1;
    rest.split_once('"').map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As kubectl 1.33 says it of an API server 1.36.
    const TWO: &str = "error: Apply failed with 2 conflicts: conflicts with \"kubectl-set\" using apps/v1:\n\
        - .spec.template.spec.containers[name=\"main\"].image\n\
        conflicts with \"kubectl\" with subresource \"scale\" using apps/v1:\n\
        - .spec.replicas\n\
        Please review the fields above--they currently have other managers. Here\n\
        * If you intend to manage all of these fields, please re-run the apply\n";

    fn conflict(manager: &str, field: &str) -> Conflict {
        Conflict { manager: manager.to_owned(), field: field.to_owned() }
    }

    #[test]
    fn a71_conflicts_are_read_with_manager_and_field() {
        let image = ".spec.template.spec.containers[name=\"main\"].image";
        let two = [conflict("kubectl", ".spec.replicas"), conflict("kubectl-set", image)];
        assert_eq!(Trouble::of(TWO), Trouble::Conflicts(two.into()));
        let one = "error: Apply failed with 1 conflict: conflict with \"helm\" using v1: .metadata.labels.a/b";
        assert_eq!(Trouble::of(one), Trouble::Conflicts(vec![conflict("helm", ".metadata.labels.a/b")]));
    }

    #[test]
    fn a70_a_network_that_fails_is_told_from_a_refusal() {
        let refused = "E1122 21:53:07.153023   19376 memcache.go:265] \"Unhandled Error\" err=\"x\"\n\
            error: unable to recognize \"STDIN\": Get \"http://127.0.0.1:1/api\": dial tcp: connect: connection refused\n";
        assert!(matches!(Trouble::of(refused), Trouble::Unreachable(said) if said.starts_with("Get \"http")));
        assert!(matches!(Trouble::of("Error from server (ServiceUnavailable): x"), Trouble::Unreachable(_)));
        let forbidden = "Error from server (Forbidden): error when creating \"STDIN\": secrets is forbidden";
        assert_eq!(Trouble::of(forbidden), Trouble::Said("secrets is forbidden".to_owned()));
    }

    #[test]
    fn what_stands_in_the_way_is_told_apart() {
        let kind = "error: resource mapping not found for name: \"x\" namespace: \"y\" from \"STDIN\": no matches for \
            kind \"ExternalSecret\" in version \"external-secrets.io/v1\"\nensure CRDs are installed first\n";
        let kinds = BTreeSet::from([("external-secrets.io/v1".to_owned(), "ExternalSecret".to_owned())]);
        assert_eq!(Trouble::of(kind), Trouble::UnknownKinds(kinds));
        let stale = "Error from server (Conflict): error when replacing \"STDIN\": Operation cannot be fulfilled";
        assert_eq!(Trouble::of(stale), Trouble::Stale);
        let exists =
            "Error from server (AlreadyExists): error when creating \"STDIN\": configmaps \"x\" already exists";
        assert_eq!(Trouble::of(exists), Trouble::Stale);
        let none = "Error from server (NotFound): error when creating \"STDIN\": namespaces \"x\" not found";
        assert_eq!(Trouble::of(none), Trouble::NotFound("namespaces \"x\" not found".to_owned()));
        assert_eq!(Trouble::of(""), Trouble::Said("nothing".to_owned()));
    }
}
