//! Where previews run, as the arguments say: a cluster, and a Terraform.

use super::super::delivery::Program;
use crate::deliver::preview::Site;
use crate::deliver::provider_lock::ProviderLock;
use anyhow::Result;
use clap::Args;
use std::path::{Path, PathBuf};
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
            kubectl: self.kubectl.clone(),
            kubeconfig: self.kubeconfig.clone(),
            context: self.context.clone(),
            // The builds of providers that are trusted are those of each commit.
            terraform: self.terraform.terraform(root, &ProviderLock::default())?,
            jobs: usize::from(self.jobs),
            deadline: Duration::from_secs(self.deadline),
        })
    }
}
