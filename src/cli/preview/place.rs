//! Where previews run, as the arguments say: a cluster, and a Terraform.

use super::super::delivery::Program;
use super::super::reach::Reach;
use crate::deliver::preview::Site;
use crate::deliver::provider_lock::ProviderLock;
use anyhow::Result;
use clap::Args;
use std::path::Path;
use std::time::Duration;

#[derive(Debug, Args)]
pub struct Place {
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    terraform: Program,
    /// How many units are worked on at a time
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
    /// How long is waited until a preview is well, or until somebody else is done with it, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    deadline: u64,
}

impl Place {
    pub fn site(&self, root: &Path) -> Result<Site> {
        Ok(Site {
            kubectl: self.reach.kubectl.clone(),
            kubeconfig: self.reach.kubeconfig.clone(),
            context: self.reach.context.clone(),
            // The builds of providers that are trusted are those of each commit.
            terraform: self.terraform.terraform(root, &ProviderLock::default())?,
            jobs: usize::from(self.jobs),
            deadline: Duration::from_secs(self.deadline),
        })
    }
}
