//! Commits that GitHub has and this repository may not: fetched by git itself, objects and nothing else.

use crate::forge::words::{CommitId, PullNumber};
use anyhow::{Context, Result, anyhow, bail};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A repository on this machine and where its commits come from.
#[derive(Clone)]
pub struct Git {
    /// The folder that declarations are read from; in the repository.
    pub folder: PathBuf,
    /// `https://github.com/acme/platform.git`
    pub remote: String,
    /// The value of the header by which the remote knows us. Never in an argument, where others on the machine see it.
    pub authorization: Option<String>,
}

/// A fetch that takes longer will not end.
const PATIENCE: Duration = Duration::from_secs(600);

impl Git {
    /// Whether all of these are there.
    pub fn has(&self, commits: &[&CommitId]) -> bool {
        let Ok(objects) = crate::read::Objects::open(&self.folder) else { return false };
        commits.iter().all(|commit| objects.commit(commit.as_str()).is_ok())
    }

    /// Fetches the head of a pull request and the branch that it is to be merged into.
    ///
    /// # Errors
    /// When git cannot be run, or the remote does not give them.
    pub fn fetch_pull(&self, pull: PullNumber, base: &str) -> Result<()> {
        let base = branch(base)?;
        let specs = [
            format!("+refs/pull/{pull}/head:refs/pavior/pull/{pull}/head"),
            format!("+refs/heads/{base}:refs/pavior/pull/{pull}/base"),
        ];
        self.fetch(&specs).with_context(|| format!("fetching the commits of #{pull}"))
    }

    /// Fetches one commit by its id, which GitHub gives away for as long as it keeps it.
    ///
    /// # Errors
    /// When git cannot be run, or the remote does not give it.
    pub fn fetch_commit(&self, commit: &CommitId) -> Result<()> {
        self.fetch(&[commit.to_string()]).with_context(|| format!("fetching {}", commit.short()))
    }

    fn fetch(&self, specs: &[String]) -> Result<()> {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.folder);
        // Hooks and filters are programs, and a redirected transport is another remote.
        command.args(["-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never", "-c", "gc.auto=0"]);
        command.args(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"]);
        if is_shallow(&self.folder) {
            command.arg("--unshallow");
        }
        command.arg("--").arg(&self.remote).args(specs);
        command
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_HTTP_LOW_SPEED_LIMIT", "1000")
            .env("GIT_HTTP_LOW_SPEED_TIME", "60");
        if let Some(authorization) = &self.authorization {
            command.env("GIT_CONFIG_COUNT", "1");
            command.env("GIT_CONFIG_KEY_0", "http.extraHeader").env("GIT_CONFIG_VALUE_0", authorization);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let child = command.spawn().context("starting git, which has to be on the path")?;
        ended(child, PATIENCE)
    }
}

/// Waits, but not for ever.
fn ended(mut child: Child, patience: Duration) -> Result<()> {
    let stderr = child.stderr.take();
    let said = thread::spawn(move || {
        let mut text = String::new();
        stderr.map(|mut stderr| std::io::Read::read_to_string(&mut stderr, &mut text));
        text
    });
    let deadline = Instant::now() + patience;
    let status = loop {
        if let Some(status) = child.try_wait().context("waiting for git")? {
            break status;
        }
        if Instant::now() > deadline {
            child.kill().context("stopping git")?;
            child.wait().context("waiting for git")?;
            bail!("git did not end within {} s", patience.as_secs());
        }
        thread::sleep(Duration::from_millis(5));
    };
    if status.success() {
        return Ok(());
    }
    let said = said.join().unwrap_or_default();
    Err(anyhow!("git says: {}", said.lines().last().unwrap_or("nothing")))
}

/// `git rev-parse --is-shallow-repository`, without asking: the file is there or it is not.
fn is_shallow(folder: &Path) -> bool {
    let objects = crate::read::Objects::open(folder);
    objects.is_ok_and(|objects| objects.git_folder().join("shallow").exists())
}

/// The name of a branch, if git takes it for one and for nothing else: no option, pattern or second half of a refspec.
fn branch(name: &str) -> Result<&str> {
    let is_odd = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    let is_part = |part: &str| !part.is_empty() && !part.starts_with(['.', '-']) && !part.ends_with(".lock");
    let is_branch =
        !name.contains(is_odd) && !name.contains("..") && !name.contains("@{") && name.split('/').all(is_part);
    is_branch.then_some(name).ok_or_else(|| anyhow!("`{}` is no name that a branch can have", name.escape_debug()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a44_a_branch_is_a_name_and_no_option_or_refspec() {
        for name in ["main", "release/1.2", "feature/$(id)", "a`id`", "a\";b", "élan"] {
            assert_eq!(branch(name).ok(), Some(name));
        }
        for name in [
            "-oProxyCommand=x",
            "--upload-pack=x",
            "a:refs/heads/main",
            "a b",
            "a\nb",
            "..",
            "a..b",
            "a//b",
            "",
            "*",
            "a@{1}",
        ] {
            assert!(branch(name).is_err(), "{name:?}");
        }
    }
}
