//! The previews that a cluster has: their namespaces say what they are. A namespace that does not is nobody's to take away.

use super::apply::{is_going, owner_of};
use super::error::ApplyError;
use super::kubectl::Cluster;
use crate::model::{Name, Timestamp};
use crate::preview::environment_name;
use serde_json::Value;
use std::thread;
use std::time::{Duration, Instant};

/// Written by whoever sees that somebody uses a preview: then it does not sleep, or wakes.
const USED: &str = "pavior.dev/used-at";

/// Whose previews are meant: other organisations, and other patterns, may have theirs in the same cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub organisation: String,
    /// The environment that they share.
    pub shares: Name,
}

/// A preview as the cluster has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub environment: Name,
    pub pull: u64,
    /// When somebody was last seen to use it.
    pub used: Option<Timestamp>,
    /// It is deleted, and something holds it back.
    pub is_going: bool,
}

impl Mark {
    fn selector(&self) -> String {
        let Mark { organisation, shares } = self;
        let ours = "app.kubernetes.io/managed-by=pavior,pavior.dev/pull";
        format!("{ours},app.kubernetes.io/part-of={organisation},pavior.dev/shares={shares}")
    }
}

impl Cluster {
    /// All previews of a pattern, sorted.
    ///
    /// # Errors
    /// When the cluster cannot be asked.
    pub fn previews(&self, mark: &Mark) -> Result<Vec<Found>, ApplyError> {
        let namespaces = self.objects(&["get", "namespaces", "-l", &mark.selector(), "-o", "json"], None)?;
        let mut found: Vec<Found> = namespaces.iter().filter_map(found).collect();
        found.sort_by_key(|one| one.pull);
        Ok(found)
    }

    /// Deletes the namespace of a preview with all that is in it, and waits until it is gone. One that is no preview's stays.
    ///
    /// # Errors
    /// When it is not gone by then, or is not a preview's.
    pub fn take_down(&self, environment: &Name, patience: Duration) -> Result<(), ApplyError> {
        let begin = Instant::now();
        let name = environment.as_str();
        loop {
            let asked = ["get", "namespace", name, "--ignore-not-found", "-o", "json"];
            let Some(namespace) = self.objects(&asked, None)?.into_iter().next() else { return Ok(()) };
            if found(&namespace).is_none() {
                return Err(ApplyError::NoPreview { namespace: name.to_owned() });
            }
            if !is_going(&namespace) {
                self.run(&["delete", "namespace", name, "--ignore-not-found", "--wait=false"], None)?;
            } else if begin.elapsed() > patience {
                return Err(ApplyError::StillGoing { namespace: name.to_owned(), why: held_back(&namespace) });
            }
            thread::sleep(Duration::from_millis(500));
        }
    }
}

/// What the namespace says of itself. None where it does not belong to the environment of that pull request.
fn found(namespace: &Value) -> Option<Found> {
    let metadata = &namespace["metadata"];
    let pull = metadata["labels"]["pavior.dev/pull"].as_str()?.parse().ok()?;
    let environment = environment_name(pull)?;
    let is_its_own = metadata["name"].as_str() == Some(environment.as_str())
        && owner_of(namespace) == Some(&format!("{environment}/_environment"));
    is_its_own.then(|| Found {
        environment,
        pull,
        used: metadata["annotations"][USED].as_str().and_then(Timestamp::parse),
        is_going: is_going(namespace),
    })
}

/// What its conditions say: the namespace controller names the finalizers and what is left.
fn held_back(namespace: &Value) -> String {
    let conditions = namespace["status"]["conditions"].as_array().into_iter().flatten();
    let mut says = conditions.filter(|one| one["status"].as_str() == Some("True"));
    let said = says.find_map(|one| one["message"].as_str());
    said.unwrap_or("the cluster does not say why").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn namespace(name: &str, pull: &str, owner: &str) -> Value {
        json!({ "metadata": {
            "name": name,
            "labels": { "pavior.dev/pull": pull },
            "annotations": { "pavior.dev/inventory": owner, USED: "2026-11-23T08:00:00Z" },
        } })
    }

    #[test]
    fn a77_only_what_says_in_every_place_that_it_is_a_preview_is_taken_for_one() {
        let one = found(&namespace("pr-7", "7", "pr-7/_environment")).unwrap();
        assert_eq!((one.environment.as_str(), one.pull, one.is_going), ("pr-7", 7, false));
        assert_eq!(one.used, Timestamp::parse("2026-11-23T08:00:00Z"));
        for (name, pull, owner) in [
            ("production", "7", "production/_environment"),
            ("production", "7", "pr-7/_environment"),
            ("pr-7", "8", "pr-7/_environment"),
            ("pr-7", "7", "production/_environment"),
            ("pr-7", "x", "pr-7/_environment"),
        ] {
            assert_eq!(found(&namespace(name, pull, owner)), None, "{name} {pull} {owner}");
        }
        assert_eq!(found(&json!({ "metadata": { "name": "pr-7" } })), None);
    }
}
