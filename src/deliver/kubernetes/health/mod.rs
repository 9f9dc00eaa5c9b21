//! Whether a unit's objects are well: asked of the cluster again and again until they have been for a while, or it is
//! clear that they will not be.

mod pods;
mod grpc;
mod probes;
mod standing;
mod watch;
mod workloads;

pub use probes::{Addresses, Probe, probes};
pub use standing::{Standing, standing};
pub use watch::{Seen, Watch};

use super::error::ApplyError;
use super::kubectl::Cluster;
use super::object::{Object, Objects};
use serde_json::Value;
use std::thread;
use std::time::{Duration, Instant};

/// When a unit is healthy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// Until when everything has to be well for the first time.
    pub deadline: Duration,
    /// For how long it has to stay so.
    pub soak: Duration,
    /// How often it is looked at.
    pub every: Duration,
    /// What is asked besides.
    pub probes: Vec<Probe>,
}

/// What came of the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// With what was not looked at, and why: it did not pass, it was skipped.
    Healthy {
        skipped: Vec<String>,
    },
    Sick {
        subject: String,
        why: String,
    },
}

/// One object at one moment.
struct Observed<'o> {
    object: &'o Object,
    standing: Standing,
    pods: Vec<Value>,
}

/// Whether objects of a later wave wait for this kind. Not for claims: a volume may be bound only when a pod wants it.
pub(super) fn is_waited_for(kind: &str) -> bool {
    ["CustomResourceDefinition", "Deployment", "StatefulSet", "DaemonSet", "Job", "ExternalSecret"].contains(&kind)
}

impl Cluster {
    /// Waits until the objects and the probes are well and have been so for the soak window.
    ///
    /// # Errors
    /// When the cluster does not answer until the deadline: then nobody knows.
    pub fn healthy(&self, objects: &Objects, gate: &Gate) -> Result<Health, ApplyError> {
        let all: Vec<&Object> = objects.iter().collect();
        let mut watch = Watch::new(gate.deadline, gate.soak);
        let begin = Instant::now();
        loop {
            let mut skipped = Vec::new();
            match self.seen(&all) {
                Ok(mut seen) => {
                    // A probe of what does not run yet tells nothing new.
                    if seen.iter().all(|seen| seen.standing == Standing::Ready) {
                        for probe in &gate.probes {
                            match probe.ask() {
                                Ok(standing) => seen.push(Seen::of(probe.to_string(), standing)),
                                Err(why) => skipped.push(format!("{probe}: {why}")),
                            }
                        }
                    }
                    match watch.observe(begin.elapsed(), &seen) {
                        Some(Health::Healthy { .. }) => return Ok(Health::Healthy { skipped }),
                        Some(sick) => return Ok(sick),
                        None => {}
                    }
                }
                // Not to be reached for a moment is no sickness of the unit.
                Err(ApplyError::Unreachable(said)) if begin.elapsed() > gate.deadline + gate.soak => {
                    return Err(ApplyError::Unreachable(said));
                }
                Err(ApplyError::Unreachable(_)) => {}
                Err(error) => return Err(error),
            }
            thread::sleep(gate.every);
        }
    }

    /// Waits until these are well, once.
    pub(super) fn wait(&self, objects: &[&Object], patience: Duration) -> Result<(), ApplyError> {
        const EVERY: Duration = Duration::from_millis(500);
        let begin = Instant::now();
        while !objects.is_empty() {
            let is_late = begin.elapsed() > patience;
            let mut observed = self.observed(objects)?.into_iter();
            let stuck = observed.find_map(|one| match one.standing {
                Standing::Ready => None,
                Standing::Failed(why) => Some((one.object, why, true)),
                Standing::NotYet(why) | Standing::Crashing(why) => Some((one.object, why, is_late)),
            });
            match stuck {
                None => break,
                Some((object, why, true)) => return Err(ApplyError::NotWell { object: object.id.clone(), why }),
                Some(_) => thread::sleep(EVERY),
            }
        }
        Ok(())
    }

    fn seen(&self, objects: &[&Object]) -> Result<Vec<Seen>, ApplyError> {
        let seen = |one: Observed<'_>| Seen {
            subject: one.object.id.to_string(),
            standing: one.standing,
            restarts: pods::restarts(&one.pods),
        };
        Ok(self.observed(objects)?.into_iter().map(seen).collect())
    }

    fn observed<'o>(&self, objects: &[&'o Object]) -> Result<Vec<Observed<'o>>, ApplyError> {
        let looked = self.look(objects.iter().map(|object| (&object.id, object.api_version.as_str())))?;
        let mut observed = Vec::new();
        for object in objects {
            let live = looked.live.get(&object.id);
            let pods = match live.and_then(pods::selector) {
                Some(selector) => self.pods(object.id.namespace.as_deref().unwrap_or_default(), &selector)?,
                None => Vec::new(),
            };
            observed.push(Observed { object, standing: standing(&object.tree, live, &pods), pods });
        }
        Ok(observed)
    }

    fn pods(&self, namespace: &str, selector: &str) -> Result<Vec<Value>, ApplyError> {
        Ok(self.objects(&["get", "pods", "-n", namespace, "-l", selector, "-o", "json"], None)?)
    }
}
