//! Why a unit's objects were not brought into the cluster, or not taken out of it: in words that say what to do.

use super::object::{Id, OWNED_BY};
use super::trouble::{Conflict, Trouble};
use std::fmt::{self, Write as _};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    #[error(
        "{unit} was last written under lease {recorded}, and ours is {ours}: somebody newer is at work, and nothing more \
         was written"
    )]
    Fenced { unit: String, recorded: u64, ours: u64 },
    #[error("the inventory of {unit} was written by somebody else meanwhile: run it again when they are done")]
    Raced { unit: String },
    #[error("{}", not_ours(.0))]
    NotOurs(Vec<Foreign>),
    #[error("{}", refused(.0))]
    Refused(Vec<Refused>),
    #[error("the cluster does not answer: {0}; running it again goes on from there, nothing was pruned")]
    Unreachable(String),
    #[error("{object} has to be well before what follows it: {why}")]
    NotWell { object: Id, why: String },
    #[error("{going} of {of} objects would be deleted, which is more than half: nothing was, it has to be confirmed")]
    TooMany { going: usize, of: usize },
    #[error("the inventory of {unit} cannot be read: {why}")]
    Inventory { unit: String, why: String },
    #[error(
        "the namespace {namespace} does not say that it is the preview of a pull request, and stays: whoever made it takes \
         it away with `kubectl delete namespace {namespace}`"
    )]
    NoPreview { namespace: String },
    #[error("the namespace {namespace} is deleted, and not gone yet: {why}")]
    StillGoing { namespace: String, why: String },
    #[error("kubectl: {0}")]
    Kubectl(String),
}

/// An object that is there and not ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    pub object: Id,
    /// The unit whose it says it is.
    pub owner: Option<String>,
    /// To whom it would belong.
    pub wanted_by: String,
}

/// An object that the cluster did not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub object: Id,
    pub why: Why,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    Conflicts(Vec<Conflict>),
    /// Nobody installed what defines its kind.
    UnknownKind(String),
    /// It is being deleted.
    Going,
    Said(String),
}

impl Refused {
    pub(super) fn of(object: &Id, trouble: Trouble) -> Refused {
        let why = match trouble {
            Trouble::Conflicts(conflicts) => Why::Conflicts(conflicts),
            Trouble::UnknownKinds(kinds) => {
                Why::UnknownKind(kinds.into_iter().next().map(|(version, _)| version).unwrap_or_default())
            }
            // A message about a secret may repeat it.
            _ if object.kind == "Secret" => Why::Said("the API server refuses it".to_owned()),
            other => Why::Said(other.to_string()),
        };
        Refused { object: object.clone(), why }
    }
}

impl From<Trouble> for ApplyError {
    fn from(trouble: Trouble) -> ApplyError {
        match trouble {
            Trouble::Unreachable(said) => ApplyError::Unreachable(said),
            other => ApplyError::Kubectl(other.to_string()),
        }
    }
}

fn not_ours(all: &[Foreign]) -> String {
    let mut text = String::new();
    for one in all {
        let Foreign { object, owner, wanted_by } = one;
        let whose = owner.as_ref().map_or("nobody that Pavior knows", String::as_str);
        let flag = object.namespace.as_ref().map_or(String::new(), |namespace| format!(" -n {namespace}"));
        let _ = writeln!(text, "{object} is there already and belongs to {whose}: it is not taken over");
        let _ = writeln!(
            text,
            "  to hand it over: kubectl annotate{flag} {} {} {OWNED_BY}={wanted_by} --overwrite",
            object.kind.to_ascii_lowercase(),
            object.name
        );
    }
    text.truncate(text.trim_end().len());
    text
}

fn refused(all: &[Refused]) -> String {
    all.iter().map(Refused::to_string).collect::<Vec<_>>().join("\n")
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refused { object, why } = self;
        match why {
            Why::Conflicts(conflicts) => {
                let told: Vec<String> = conflicts.iter().map(Conflict::to_string).collect();
                writeln!(f, "{object}: {}", told.join(", "))?;
                f.write_str("  nothing is forced: declare what they set, or make them let go of it")
            }
            Why::UnknownKind(version) => {
                write!(f, "{object}: the cluster does not know {version} {}: install it first", object.kind)
            }
            Why::Going => write!(f, "{object} is being deleted: run it again when it is gone"),
            Why::Said(said) => write!(f, "{object}: {said}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(kind: &str) -> Id {
        Id { group: String::new(), kind: kind.to_owned(), namespace: Some("shop".to_owned()), name: "cart".to_owned() }
    }

    #[test]
    fn a73_whose_it_is_and_how_it_is_handed_over_is_told() {
        let foreign = |owner: Option<&str>| Foreign {
            object: id("Service"),
            owner: owner.map(str::to_owned),
            wanted_by: "staging/cart".to_owned(),
        };
        let error = ApplyError::NotOurs(vec![foreign(None), foreign(Some("staging/ads"))]);
        insta::assert_snapshot!(error.to_string());
    }

    #[test]
    fn a71_a_conflict_names_the_other_manager_and_the_field() {
        let conflicts = vec![Conflict { manager: "helm".to_owned(), field: ".spec.replicas".to_owned() }];
        let refused = [
            Refused::of(&id("Deployment"), Trouble::Conflicts(conflicts)),
            Refused::of(&id("Secret"), Trouble::Said("Invalid value: \"hunter2\"".to_owned())),
            Refused { object: id("Job"), why: Why::Going },
            Refused { object: id("ExternalSecret"), why: Why::UnknownKind("external-secrets.io/v1".to_owned()) },
        ];
        insta::assert_snapshot!(ApplyError::Refused(refused.into()).to_string());
    }
}
