//! What `pavior apply`, `rollback`, `drift` and previews are told alike of the clusters that they reach.

use crate::deliver::kubernetes::Cluster;
use crate::deliver::kubernetes::health::Addresses;
use crate::deliver::{Patience, Revision};
use crate::ledger::UnitName;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// By which kubectl.
#[derive(Debug, Args)]
pub struct Reach {
    /// The kubectl to run
    #[arg(long, value_name = "FILE", default_value = "kubectl")]
    pub kubectl: PathBuf,
    /// Which kubeconfig; default what kubectl finds
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Which context of it; default the one with the name of the environment's `cluster`
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
}

/// When a unit in a cluster is healthy.
#[derive(Debug, Args)]
pub struct Gate {
    /// Until when a unit has to be well, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    deadline: u64,
    /// For how long it has to stay well, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    soak: u64,
    /// A Prometheus that is asked for error rates
    #[arg(long, value_name = "URL")]
    prometheus: Option<String>,
    /// Public addresses can be asked from here
    #[arg(long)]
    ask_public: bool,
}

impl Reach {
    /// None where the environment has no cluster: manifests are brought nowhere then.
    pub fn cluster(&self, wanted: &Revision, unit: &UnitName) -> Option<Cluster> {
        let name = wanted.environments.get(&unit.environment)?.cluster.as_ref()?;
        let context = self.context.clone().unwrap_or_else(|| name.to_string());
        Some(Cluster { program: self.kubectl.clone(), kubeconfig: self.kubeconfig.clone(), context: Some(context) })
    }
}

impl Gate {
    pub fn patience(&self) -> Patience {
        let addresses = Addresses { prometheus: self.prometheus.clone(), is_public_reachable: self.ask_public };
        let [deadline, soak] = [self.deadline, self.soak].map(Duration::from_secs);
        Patience { deadline, soak, addresses }
    }
}
