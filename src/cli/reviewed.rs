//! On whose word something is brought by hand: reports that were reviewed, or one's own where nobody else is asked.

use crate::deliver::Setting;
use crate::ledger::UnitName;
use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Reviewed {
    /// A report that was reviewed, as `pavior preflight --format json` wrote it; may be given several times
    #[arg(long, value_name = "FILE")]
    reviewed: Vec<PathBuf>,
    /// What these commands would do is what I want: for environments that ask for no approval
    #[arg(long)]
    yes: bool,
}

/// By environment and unit, what it was reviewed with; None where it goes.
pub type Digests = BTreeMap<(String, String), BTreeSet<Option<String>>>;

impl Reviewed {
    /// Why nobody may bring a unit to this digest.
    pub fn refusal(
        &self,
        setting: Option<&Setting>,
        unit: &UnitName,
        digest: Option<&str>,
        reviewed: &Digests,
    ) -> Option<String> {
        let known = reviewed.get(&(unit.environment.to_string(), unit.unit.clone()));
        if known.is_some_and(|digests| digests.contains(&digest.map(str::to_owned))) {
            return None;
        }
        if known.is_some() {
            return Some("what is compiled is not what was reviewed: its digest is another one".to_owned());
        }
        match (self.yes, setting.is_none_or(Setting::asks_for_no_approval)) {
            (true, true) => None,
            (true, false) => Some(format!(
                "{} wants its changes reviewed: give the report with --reviewed, --yes is not enough",
                unit.environment
            )),
            (false, true) => Some("nobody reviewed it: say --yes, or give the report with --reviewed".to_owned()),
            (false, false) => Some("nobody reviewed it: give the report with --reviewed".to_owned()),
        }
    }

    /// By environment and unit, what the reports say that it compiles into. None: that it goes.
    pub fn digests(&self) -> Result<Digests> {
        let mut digests = Digests::new();
        for file in &self.reviewed {
            let text = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
            let report: Value = serde_json::from_slice(&text).unwrap_or_default();
            let units = report["diff"]["units"].as_array().filter(|_| report["version"] == 1);
            let Some(units) = units else {
                bail!("{} is no report of `pavior preflight --format json`", file.display())
            };
            if report["outcome"] == "blocked" {
                bail!("{} blocks the change: nothing of it is applied", file.display());
            }
            for unit in units {
                let Some((environment, name)) = unit["unit"].as_str().and_then(|unit| unit.split_once('/')) else {
                    continue;
                };
                let digest = unit["digestAfter"].as_str().map(str::to_owned);
                digests.entry((environment.to_owned(), name.to_owned())).or_default().insert(digest);
            }
        }
        Ok(digests)
    }
}
