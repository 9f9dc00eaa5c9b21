//! The `terraform` binary, run in a folder of its own that holds a unit's artifacts and nothing else.

use super::plan_json::{Plan, PlanError};
use super::provider_lock::{self, ProviderLock};
use crate::emit::Artifact;
use crate::ledger::Sha;
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Where a unit's Terraform stands among its artifacts.
const FOLDER: &str = "terraform/";

/// How Terraform's error begins when a lock is in its way.
const LOCKED: &str = "Error acquiring the state lock";

/// Whether a unit with these artifacts has any.
pub fn has_terraform(artifacts: &[Artifact]) -> bool {
    artifacts.iter().any(|one| one.path.as_str().starts_with(FOLDER))
}

/// What would change what Terraform does, or tell what is nobody's business: none of it is passed on.
const WITHHELD: [&str; 9] = [
    "TF_CLI_ARGS",
    "TF_VAR_",
    "TF_LOG",
    "TF_WORKSPACE",
    "TF_DATA_DIR",
    "TF_INPUT",
    "TF_REATTACH",
    "PAVIOR_",
    "GITHUB_TOKEN",
];

/// How Terraform is run.
#[derive(Debug, Clone)]
pub struct Terraform {
    pub program: PathBuf,
    /// A mirror of providers, where they are not to be had from the registry.
    pub plugins: Option<PathBuf>,
    /// Where states lie of environments whose backend is `local`: one file a unit.
    pub states: PathBuf,
    /// Which builds of providers may run.
    pub lock: ProviderLock,
}

/// What a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// That it is as its artifacts say.
    Apply,
    /// That nothing of it is left.
    Destroy,
    /// Nothing: only to see what is not as its artifacts say. It stands in nobody's way, and takes no lock.
    Compare,
}

/// A plan that was made, and what it says.
#[derive(Debug)]
pub struct Planned {
    /// What `terraform apply` takes.
    pub file: PathBuf,
    pub plan: Plan,
    /// Of the plan as JSON, without when it was made. The JSON itself may hold what is secret: it is kept
    /// nowhere.
    pub digest: Sha,
    /// Of the file: another one is not applied.
    sum: Sha,
}

/// Somebody else is at work on the state, and says so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("terraform {command}: {why}")]
pub struct Locked {
    command: String,
    why: String,
}

/// Why a plan was not carried out.
#[derive(Debug, thiserror::Error)]
#[error("the plan is not the one that was made: its file was changed")]
struct Swapped;

impl Terraform {
    /// Plans a unit in an empty folder. None where it has no Terraform.
    ///
    /// # Errors
    /// With what Terraform says, when it cannot.
    pub fn plan(&self, folder: &Path, unit: &str, artifacts: &[Artifact], goal: Goal) -> Result<Option<Planned>> {
        let mut files = artifacts.iter().filter_map(|one| Some((one.path.as_str().strip_prefix(FOLDER)?, &one.text)));
        let Some(first) = files.next() else { return Ok(None) };
        for (path, text) in std::iter::once(first).chain(files) {
            let path = folder.join(path);
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        }
        if let Some(lock) = self.lock.of(&provider_lock::required(artifacts)?)? {
            fs::write(folder.join(provider_lock::NAME), lock).context("writing the lock file of providers")?;
        }
        self.init(folder, unit, artifacts)?;
        let file = folder.join("pavior.tfplan");
        let more = match goal {
            Goal::Apply => None,
            Goal::Destroy => Some(OsString::from("-destroy")),
            Goal::Compare => Some(OsString::from("-lock=false")),
        };
        let out: OsString = ["-out=".as_ref(), file.as_os_str()].into_iter().collect();
        let options = more.into_iter().chain([out]);
        self.run(folder, ["plan", "-input=false", "-lock-timeout=60s", "-no-color"], options)?;
        let json = self.run(folder, ["show", "-no-color", "-json"], [file.as_os_str().to_owned()])?;
        let sum = Sha::of(&fs::read(&file).context("reading the plan")?);
        Ok(Some(Planned { file, plan: Plan::read(&json)?, digest: digest(&json)?, sum }))
    }

    /// Carries out a plan. Terraform itself refuses one that was made for another state than there is now, and one that
    /// somebody else's lock stands before: no lock is ever broken.
    ///
    /// # Errors
    /// With what Terraform says. Some of it may have been done.
    pub fn apply(&self, folder: &Path, planned: &Planned) -> Result<()> {
        let bytes = fs::read(&planned.file).context("reading the plan")?;
        if Sha::of(&bytes) != planned.sum {
            return Err(Swapped.into());
        }
        let file = [planned.file.as_os_str().to_owned()];
        self.run(folder, ["apply", "-input=false", "-lock-timeout=60s", "-no-color"], file).map(drop)
    }

    /// Writes the lock file of a folder: what it requires, for these platforms.
    ///
    /// # Errors
    /// With what Terraform says, such as that a mirror does not have a platform.
    pub fn lock_providers(&self, folder: &Path, platforms: &[String]) -> Result<()> {
        let platforms = platforms.iter().map(|platform| OsString::from(format!("-platform={platform}")));
        let mirror = self.plugins.as_ref().map(|plugins| {
            let mut option = OsString::from("-fs-mirror=");
            option.push(plugins);
            option
        });
        let output = self.output(folder, ["providers", "lock", "-no-color"], platforms.chain(mirror))?;
        if output.status.success() {
            return Ok(());
        }
        // Nothing of a unit stands in it, and which platform or version is missing does.
        let said = String::from_utf8_lossy(&output.stderr);
        let lines = said.lines().map(|line| line.trim_matches(['│', '╷', '╵', ' '])).filter(|line| !line.is_empty());
        let lines = lines.skip_while(|line| !line.starts_with("Error: "));
        bail!("terraform providers lock: {}", lines.collect::<Vec<_>>().join(" "))
    }

    fn init(&self, folder: &Path, unit: &str, artifacts: &[Artifact]) -> Result<()> {
        let mut more: Vec<OsString> = Vec::new();
        if let Some(plugins) = &self.plugins {
            more.push("-plugin-dir".into());
            more.push(plugins.into());
        }
        let is_local =
            |one: &Artifact| one.path.as_str() == "terraform/backend.tf" && one.text.contains("backend \"local\"");
        if artifacts.iter().any(is_local) {
            let state = self.states.join(format!("{unit}.tfstate"));
            state.parent().map_or(Ok(()), fs::create_dir_all)?;
            let mut option = OsString::from("-backend-config=path=");
            option.push(&state);
            more.push(option);
        }
        self.run(folder, ["init", "-input=false", "-no-color", "-lockfile=readonly"], more).map(drop)
    }

    fn run<const N: usize>(
        &self,
        folder: &Path,
        arguments: [&str; N],
        more: impl IntoIterator<Item = OsString>,
    ) -> Result<Vec<u8>> {
        let output = self.output(folder, arguments, more)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = reason(&String::from_utf8_lossy(&output.stderr));
        if let Some(why) = said.as_ref().filter(|why| why.starts_with(LOCKED)) {
            return Err(Locked { command: arguments[0].to_owned(), why: why.clone() }.into());
        }
        let unsaid = || format!("it ended with {} and told no error", output.status);
        bail!("terraform {}: {}", arguments[0], said.unwrap_or_else(unsaid))
    }

    fn output<const N: usize>(
        &self,
        folder: &Path,
        arguments: [&str; N],
        more: impl IntoIterator<Item = OsString>,
    ) -> Result<Output> {
        let mut command = Command::new(&self.program);
        // A Ctrl-C is for this process, which brings the step to its end.
        command.current_dir(folder).args(arguments).args(more).stdin(Stdio::null()).process_group(0);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_none_or(|name| WITHHELD.iter().any(|start| name.starts_with(start))) {
                command.env_remove(name);
            }
        }
        command.env("TF_IN_AUTOMATION", "1").env("CHECKPOINT_DISABLE", "1");
        command.output().with_context(|| {
            format!("starting {}: install Terraform or OpenTofu, or name it with --terraform", self.program.display())
        })
    }
}

fn digest(json: &[u8]) -> Result<Sha, PlanError> {
    let unreadable = |error: serde_json::Error| PlanError::Unreadable(error.to_string());
    let mut plan: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(json).map_err(unreadable)?;
    // When it was made, and hints in an order that is never the same.
    plan.shift_remove("timestamp");
    plan.shift_remove("relevant_attributes");
    plan.sort_keys();
    let text = serde_json::to_string(&plan).map_err(unreadable)?;
    Ok(Sha::of(text.as_bytes()))
}

/// The sentence behind `Error:`, and who holds the lock where that is why. Terraform draws a frame around it, and quotes
/// the line below.
fn reason(said: &str) -> Option<String> {
    let lines = || said.lines().map(|line| line.trim_start_matches(['│', ' ']));
    let reason = lines().find_map(|line| line.strip_prefix("Error: "))?.trim().to_owned();
    let known = |key: &str| {
        let of_lock = lines().skip_while(|line| !line.starts_with("Lock Info:"));
        of_lock.filter_map(|line| line.strip_prefix(key)).map(str::trim).find(|value| !value.is_empty())
    };
    Some(match (known("Who:"), known("Created:"), known("ID:")) {
        (Some(who), Some(since), Some(id)) => format!(
            "{reason}: {who} holds it since {since}, and no lock is broken: wait for them, or, once nobody is at work there \
             any more, `terraform force-unlock {id}`"
        ),
        _ => reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_the_same_whenever_it_was_made() {
        let of = |text: &str| digest(text.as_bytes()).unwrap();
        let (now, then) = (r#"{"timestamp":"now","a":1,"b":[]}"#, r#"{"b":[],"relevant_attributes":[2],"a":1}"#);
        assert_eq!(of(now), of(then));
        assert_ne!(of(r#"{"a":1}"#), of(r#"{"a":2}"#));
    }

    #[test]
    fn of_what_terraform_says_the_error_is_told_and_no_value() {
        let said =
            "╷\n│ Error: Invalid value for variable\n│ \n│   on main.tf line 3:\n│    3: password = \"hunter2\"\n╵\n";
        assert_eq!(reason(said).as_deref(), Some("Invalid value for variable"));
        assert_eq!(reason("panic: AKIA..."), None, "what is no error of its own may be anything");
    }

    #[test]
    fn a68_who_holds_a_lock_is_told() {
        let said = "╷\n│ Error: Error acquiring the state lock\n│ \n│ Error message: resource temporarily unavailable\n\
                    │ Lock Info:\n│   ID:        7f2b\n│   Path:      s.tfstate\n│   Operation: OperationTypeApply\n\
                    │   Who:       jo@laptop\n│   Version:   1.11.4\n│   Created:   2026-11-23 01:00:00 UTC\n│   Info:      \n╵\n";
        assert_eq!(
            reason(said).unwrap(),
            "Error acquiring the state lock: jo@laptop holds it since 2026-11-23 01:00:00 UTC, and no lock is broken: wait \
             for them, or, once nobody is at work there any more, `terraform force-unlock 7f2b`"
        );
    }
}
