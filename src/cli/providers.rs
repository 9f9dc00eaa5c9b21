//! `pavior providers lock`: says which builds of its providers Terraform may run, for all units at once.

use super::delivery::{Program, compiled};
use super::replace::replace;
use super::repository::Repository;
use super::{Outcome, terminal};
use crate::deliver::provider_lock::{self, ProviderLock, Required, required, root_of};
use crate::report::{counted, visible_line};
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use std::fs;
use std::path::Path;

/// Say which builds of its providers Terraform may run
#[derive(Debug, Args)]
pub struct Providers {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Lock(Lock),
}

/// Write golden-paths/terraform.lock.hcl: versions and checksums of all providers that units require
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
struct Lock {
    #[command(flatten)]
    repository: Repository,
    #[command(flatten)]
    program: Program,
    /// Lock what this revision requires
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    head: String,
    /// A platform that Terraform is run on; may be given several times
    #[arg(long, value_name = "OS_ARCH", default_values = ["linux_amd64", "linux_arm64", "darwin_arm64"])]
    platform: Vec<String>,
    /// Choose the newest versions that are allowed, also where another one is locked
    #[arg(long)]
    upgrade: bool,
}

const HOW: &str = "\
It is one file for all units, and a platform file: the platform team owns it. `pavior plan` and `pavior apply` give each unit \
what it requires of it, and run Terraform with `-lockfile=readonly`: what was not locked, or has another checksum, is not \
run. Versions stay as they are until `--upgrade`.

Terraform asks the registry, or the mirror of --plugin-dir, which has to have each of the platforms.

Exit codes: 0 written, or nothing to write; 1 findings that block; 2 could not run.";

pub fn run(arguments: &Providers) -> Result<Outcome> {
    let Command::Lock(lock) = &arguments.command;
    lock.run()
}

impl Lock {
    fn run(&self) -> Result<Outcome> {
        let root = self.repository.root()?;
        let Some(wanted) = compiled(&root, &self.head)? else { return Ok(Outcome::Blocked) };
        let mut all = Required::new();
        for unit in wanted.units.values() {
            for (source, versions) in required(&unit.unit.artifacts)? {
                all.entry(source).or_default().extend(versions);
            }
        }
        if all.is_empty() {
            terminal::print("nothing to lock: no unit requires a provider\n")?;
            return Ok(Outcome::Clean);
        }
        let path = root.join(provider_lock::FILE);
        let old = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        };
        let locked = self.locked(&root, &all, &ProviderLock::read(&old)?)?;
        let text = locked.text();
        if text != old {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            replace(&path, text.as_bytes()).with_context(|| format!("writing {}", path.display()))?;
        }
        terminal::print(&told(&locked, text != old))?;
        Ok(Outcome::Clean)
    }

    /// As Terraform locks it, in a folder that is gone afterwards.
    fn locked(&self, root: &Path, all: &Required, old: &ProviderLock) -> Result<ProviderLock> {
        let terraform = self.program.terraform(root, old)?;
        let folder = tempfile::Builder::new().prefix("pavior-lock-").tempdir().context("making a folder")?;
        let wanted = root_of(all);
        fs::write(folder.path().join(wanted.path.as_str()), &wanted.text).context("writing what is required")?;
        let lock = folder.path().join(provider_lock::NAME);
        if !self.upgrade {
            fs::write(&lock, old.text()).context("writing what is locked")?;
        }
        terraform.lock_providers(folder.path(), &self.platform)?;
        ProviderLock::read(&fs::read_to_string(&lock).context("reading what Terraform locked")?)
    }
}

fn told(locked: &ProviderLock, is_new: bool) -> String {
    let mut text = String::new();
    for (name, block) in locked.blocks() {
        let version = block.lines().find_map(|line| line.trim().strip_prefix("version")?.split('"').nth(1));
        text += &format!("{name} {}\n", visible_line(version.unwrap_or("without a version")));
    }
    let count = counted(locked.blocks().len(), "provider");
    text + &match is_new {
        true => format!("{count} in {}: have it reviewed\n", provider_lock::FILE),
        false => format!("{count} in {}, as before\n", provider_lock::FILE),
    }
}
