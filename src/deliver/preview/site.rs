//! Where previews run, as somebody was told: which kubectl, which Terraform, and how long is waited.

use super::super::direct::Patience;
use super::super::kubernetes::health::Addresses;
use super::super::kubernetes::{Cluster, Mark};
use super::super::now;
use super::super::terraform::Terraform;
use super::ground::{Compile, Ground};
use crate::ledger::Record;
use crate::model::{Name, Timestamp};
use crate::preview::{Pattern, environment_name, previews};
use anyhow::Result;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

#[derive(Debug, Clone)]
pub struct Site {
    pub kubectl: PathBuf,
    pub kubeconfig: Option<PathBuf>,
    /// None: the context with the name of the pattern's cluster.
    pub context: Option<String>,
    pub terraform: Terraform,
    /// How many units are worked on at a time.
    pub jobs: usize,
    /// Until when a preview has to be well, or somebody else done with it.
    pub deadline: Duration,
}

/// What is known of a preview besides what the ledger says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around {
    /// Whether anything of it is in the cluster.
    pub found: bool,
    pub used: Option<Timestamp>,
    /// Whether one more may be awake.
    pub room: bool,
}

impl Site {
    pub fn cluster(&self, pattern: &Pattern) -> Option<Cluster> {
        let name = pattern.cluster.as_ref().map(Name::to_string)?;
        let context = Some(self.context.clone().unwrap_or(name));
        Some(Cluster { program: self.kubectl.clone(), kubeconfig: self.kubeconfig.clone(), context })
    }

    pub fn ground<'a>(
        &self,
        pattern: &Pattern,
        compile: &'a Compile<'a>,
        tell: &'a (dyn Fn(&str) + Sync),
    ) -> Ground<'a> {
        let addresses = Addresses { prometheus: None, is_public_reachable: false };
        Ground {
            cluster: self.cluster(pattern),
            terraform: self.terraform.clone(),
            patience: Patience { deadline: self.deadline, soak: Duration::ZERO, addresses },
            jobs: self.jobs,
            compile,
            tell,
            sick: Mutex::default(),
        }
    }

    /// The pull requests of which the cluster has something.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn pulls(&self, pattern: &Pattern) -> Result<Vec<u64>> {
        let Some(cluster) = self.cluster(pattern) else { return Ok(Vec::new()) };
        Ok(cluster.previews(&mark(pattern))?.into_iter().map(|found| found.pull).collect())
    }

    /// # Errors
    /// When the cluster cannot be asked.
    pub fn around(&self, pattern: &Pattern, records: &[Record], pull: u64) -> Result<Around> {
        let own = environment_name(pull);
        let known = previews(records);
        let others = known.values().filter(|one| Some(&one.environment) != own.as_ref() && one.has_a_place(now()));
        let room = others.count() < pattern.terms.at_once;
        let Some(cluster) = self.cluster(pattern) else { return Ok(Around { found: false, used: None, room }) };
        let there = cluster.previews(&mark(pattern))?.into_iter().find(|found| found.pull == pull);
        let used = there.as_ref().and_then(|found| found.used);
        Ok(Around { found: there.is_some(), used, room })
    }
}

/// By which a cluster's previews are known to be of this pattern.
fn mark(pattern: &Pattern) -> Mark {
    Mark { organisation: pattern.organisation.clone(), shares: pattern.shares.clone() }
}
