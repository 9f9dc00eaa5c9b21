//! Where previews run, as the arguments and the pattern say: a cluster, and a Terraform.

use super::super::delivery;
use crate::deliver::Patience;
use crate::deliver::kubernetes::health::Addresses;
use crate::deliver::kubernetes::{Cluster, Mark};
use crate::deliver::preview::{Compile, Ground};
use crate::model::Name;
use crate::preview::Pattern;
use anyhow::Result;
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

#[derive(Debug, Args)]
pub struct Place {
    /// The kubectl to run
    #[arg(long, value_name = "FILE", default_value = "kubectl")]
    kubectl: PathBuf,
    /// Which kubeconfig; default what kubectl finds
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// Which context of it; default the one with the name of the pattern's `cluster`
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
    /// The Terraform or OpenTofu to run; default PAVIOR_TERRAFORM, then `terraform` on the path
    #[arg(long, value_name = "FILE")]
    terraform: Option<PathBuf>,
    /// A folder with providers, for `terraform init -plugin-dir`
    #[arg(long, value_name = "DIR")]
    plugin_dir: Option<PathBuf>,
    /// How many units are worked on at a time
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
    /// How long is waited until a preview is well, or until somebody else is done with it, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    deadline: u64,
}

impl Place {
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.deadline)
    }

    pub fn cluster(&self, pattern: &Pattern) -> Option<Cluster> {
        let name = pattern.cluster.as_ref().map(Name::to_string)?;
        let context = Some(self.context.clone().unwrap_or(name));
        Some(Cluster { program: self.kubectl.clone(), kubeconfig: self.kubeconfig.clone(), context })
    }

    pub fn ground<'a>(
        &self,
        root: &Path,
        pattern: &Pattern,
        compile: &'a Compile<'a>,
        tell: &'a (dyn Fn(&str) + Sync),
    ) -> Result<Ground<'a>> {
        let addresses = Addresses { prometheus: None, is_public_reachable: false };
        Ok(Ground {
            cluster: self.cluster(pattern),
            terraform: delivery::terraform(root, self.terraform.as_deref(), self.plugin_dir.as_deref())?,
            patience: Patience { deadline: self.patience(), soak: Duration::ZERO, addresses },
            jobs: usize::from(self.jobs),
            compile,
            tell,
            sick: Mutex::default(),
        })
    }
}

/// By which a cluster's previews are known to be of this pattern.
pub fn mark(pattern: &Pattern) -> Mark {
    Mark { organisation: pattern.organisation.clone(), shares: pattern.shares.clone() }
}
