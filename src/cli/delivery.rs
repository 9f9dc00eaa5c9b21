//! What `pavior plan` and `pavior apply` are told alike: which units of which commit, against which ledger, by which
//! Terraform.

use super::repository::Repository;
use super::terminal;
use crate::deliver::provider_lock::ProviderLock;
use crate::deliver::terraform::Terraform;
use crate::deliver::{Compiled, Delivered, Revision};
use crate::git::{git, printed};
use crate::ledger::{Store, UnitName, Upstream};
use crate::model::{listed, nearest};
use crate::read::Objects;
use crate::report::visible_line;
use crate::revisions;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub struct Delivery {
    #[command(flatten)]
    pub repository: Repository,
    /// Only this environment; may be given several times
    #[arg(long, value_name = "NAME")]
    pub environment: Vec<String>,
    /// Only this unit, such as `cart` or `_shared/carts`; may be given several times
    #[arg(long, value_name = "NAME")]
    pub unit: Vec<String>,
    /// Where the ledger is; default what this clone has of it
    #[arg(long, value_name = "URL")]
    pub remote: Option<String>,
    #[command(flatten)]
    pub terraform: Program,
    /// How many units are worked on at a time
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: u8,
}

/// Which Terraform, and where its providers are.
#[derive(Debug, Clone, Args)]
pub struct Program {
    /// The Terraform or OpenTofu to run; default PAVIOR_TERRAFORM, then `terraform` on the path
    #[arg(long, value_name = "FILE")]
    terraform: Option<PathBuf>,
    /// A folder with providers, for `terraform init -plugin-dir`
    #[arg(long, value_name = "DIR")]
    plugin_dir: Option<PathBuf>,
}

impl Program {
    /// As it is run for a revision: with the builds of providers that it trusts.
    pub fn terraform(&self, root: &Path, lock: &ProviderLock) -> Result<Terraform> {
        let given = self.terraform.clone().or_else(|| std::env::var_os("PAVIOR_TERRAFORM").map(PathBuf::from));
        let objects = Objects::open(root)?;
        let plugins = self.plugin_dir.as_ref().map(|folder| folder.canonicalize()).transpose();
        Ok(Terraform {
            program: given.unwrap_or_else(|| "terraform".into()),
            plugins: plugins.context("opening the folder with providers")?,
            states: objects.git_folder().join("pavior/terraform"),
            lock: lock.clone(),
        })
    }
}

impl Delivery {
    pub fn asks_for(&self, unit: &UnitName) -> bool {
        let environment =
            self.environment.is_empty() || self.environment.iter().any(|name| unit.environment.as_str() == name);
        environment && (self.unit.is_empty() || self.unit.contains(&unit.unit))
    }

    /// A name that is mistyped must not look like one to which nothing happens. What is to be taken away is known by the
    /// ledger alone.
    pub fn are_there<'u>(&'u self, wanted: &'u Compiled, known: impl Iterator<Item = &'u UnitName>) -> Result<()> {
        let known: Vec<&UnitName> = wanted.keys().chain(known).collect();
        let environments = || known.iter().map(|unit| unit.environment.as_str());
        let units = || known.iter().map(|unit| unit.unit.as_str());
        for (kind, name, known) in
            (self.environment.iter().map(|name| ("environment", name, environments().collect::<Vec<_>>())))
                .chain(self.unit.iter().map(|name| ("unit", name, units().collect::<Vec<_>>())))
        {
            is_there(kind, name, &known)?;
        }
        Ok(())
    }

    /// The ledger, as it is by now.
    pub fn store(&self, root: &Path) -> Result<Store> {
        let remote = self.remote.clone().map(|address| Upstream { address, authorization: None });
        let store = Store::open(root.to_owned(), remote)?;
        store.refresh()?;
        Ok(store)
    }
}

/// # Errors
/// When it is not, with what may have been meant.
pub fn is_there(kind: &str, name: &str, known: &[&str]) -> Result<()> {
    if known.contains(&name) {
        return Ok(());
    }
    let near = nearest(name, known.iter().copied());
    let near = near.map(|near| format!("; did you mean {}?", listed([near], 1))).unwrap_or_default();
    bail!("there is no {kind} `{}`{near}", visible_line(name))
}

/// Tells what is written and not committed: who tries something out wonders why nothing comes of it.
pub fn tell_uncommitted(root: &Path) {
    let mut command = git(root);
    command.env("GIT_OPTIONAL_LOCKS", "0").args([
        "status",
        "--porcelain",
        "--no-renames",
        "--untracked-files=all",
        "-z",
        "--",
        ".",
    ]);
    // Who cannot ask is told nothing: it is a courtesy.
    let told = printed(command).unwrap_or_default();
    let is_read = |path: &&str| {
        let folders = ["catalog/", "golden-paths/", "policies/"];
        *path == "pavior.yaml" || folders.iter().any(|folder| path.starts_with(folder))
    };
    let paths: Vec<&str> = told.split('\0').filter_map(|line| line.get(3..)).filter(is_read).collect();
    if !paths.is_empty() {
        let are = if paths.len() == 1 { "is" } else { "are" };
        terminal::tell(&format!("not committed, and so not applied, {are} {}", visible_line(&listed(paths, 3))));
    }
}

/// A revision; None where there are errors, which are told.
pub fn compiled(root: &Path, revision: &str) -> Result<Option<Revision>> {
    match Revision::of(revisions::load(root, Some(revision))?)? {
        Delivered::Compiled(revision) => Ok(Some(*revision)),
        Delivered::Wrong { findings, documents } => {
            terminal::tell_findings(findings, documents.snapshot.files);
            Ok(None)
        }
    }
}
