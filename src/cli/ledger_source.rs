//! Which ledger a command reads, as its arguments say.

use super::repository::Repository;
use crate::ledger::{Store, Upstream};
use anyhow::Result;
use clap::Args;

#[derive(Debug, Args)]
pub struct LedgerSource {
    #[command(flatten)]
    pub repository: Repository,
    /// Where the ledger is; default what this clone has of it
    #[arg(long, value_name = "URL")]
    remote: Option<String>,
}

impl LedgerSource {
    /// As it is by now.
    pub fn open(&self) -> Result<Store> {
        let remote = self.remote.clone().map(|address| Upstream { address, authorization: None });
        let store = Store::open(self.repository.root()?, remote)?;
        store.refresh()?;
        Ok(store)
    }
}
