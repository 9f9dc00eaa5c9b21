//! Commits that GitHub has and this repository may not: fetched by git itself, objects and nothing else.
//!
//! Git is told commit ids and numbers of pull requests, never a text that somebody chose.

use crate::forge::words::{CommitId, PullNumber};
use crate::read::Objects;
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
    pub remote: Remote,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remote {
    /// `https://github.com/acme/platform.git`, which is told who we are.
    GitHub(String),
    /// A path or an address that is told nothing.
    Other(String),
}

/// A commit, and where it is to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    HeadOf(PullNumber, CommitId),
    /// By its id: GitHub gives away what it still keeps.
    Commit(CommitId),
}

/// A fetch that takes longer will not end.
const PATIENCE: Duration = Duration::from_secs(600);

/// What git needs of our environment: programs, certificates, proxies. No token, and nothing that changes what git does.
const PASSED_ON: [&str; 19] = [
    "PATH",
    "HOME",
    "XDG_CONFIG_HOME",
    "TMPDIR",
    "SSH_AUTH_SOCK",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "GIT_EXEC_PATH",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "LD_LIBRARY_PATH",
];

impl Git {
    /// Makes the folder a bare repository where it is none yet, and usable where a git was killed in it. For a folder that
    /// is this process's alone.
    ///
    /// # Errors
    /// When git cannot be run, or the folder cannot be written.
    pub fn make(&self) -> Result<()> {
        std::fs::create_dir_all(&self.folder).with_context(|| format!("making {}", self.folder.display()))?;
        unlock(&self.folder)?;
        let mut command = self.command();
        command.args(["init", "--quiet", "--bare", "--template="]);
        run(command).context("making a repository")
    }

    /// Brings these commits with all of their history, where they are not here yet. `authorization` is a header, for
    /// GitHub alone.
    ///
    /// # Errors
    /// When git cannot be run, or the remote does not give them.
    pub fn bring(&self, wanted: &[Wanted], authorization: Option<&str>) -> Result<()> {
        let is_shallow = self.is_shallow();
        let missing: Vec<&Wanted> = wanted.iter().filter(|one| is_shallow || !self.has(one.commit())).collect();
        if missing.is_empty() {
            return Ok(());
        }
        self.fetch(missing.iter().map(|one| one.reference()).collect(), is_shallow, authorization)?;
        // A head that has moved since GitHub was asked is no longer what its reference names.
        let gone: Vec<&Wanted> = missing.into_iter().filter(|one| !self.has(one.commit())).collect();
        if gone.is_empty() {
            return Ok(());
        }
        self.fetch(gone.iter().map(|one| one.commit().to_string()).collect(), false, authorization)?;
        match gone.iter().find(|one| !self.has(one.commit())) {
            Some(one) => bail!("GitHub names commit {} and does not give it away", one.commit().short()),
            None => Ok(()),
        }
    }

    fn has(&self, commit: &CommitId) -> bool {
        Objects::open(&self.folder).is_ok_and(|objects| objects.commit(commit.as_str()).is_ok())
    }

    /// `git rev-parse --is-shallow-repository`, without asking: the file is there or it is not.
    fn is_shallow(&self) -> bool {
        Objects::open(&self.folder).is_ok_and(|objects| objects.git_folder().join("shallow").exists())
    }

    fn fetch(&self, references: Vec<String>, deepen: bool, authorization: Option<&str>) -> Result<()> {
        let (Remote::GitHub(remote) | Remote::Other(remote)) = &self.remote;
        let mut command = self.command();
        command.args(["fetch", "--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head"]);
        command.arg("--no-recurse-submodules");
        if deepen {
            command.arg("--unshallow");
        }
        command.arg("--").arg(remote).args(references);
        if let Some(authorization) = authorization {
            // In no argument, where others on the machine see it; for this address alone; and in place of a header that
            // a checkout left behind, for GitHub refuses two.
            let name = format!("http.{remote}.extraHeader");
            command.env("GIT_CONFIG_COUNT", "2");
            command.env("GIT_CONFIG_KEY_0", &name).env("GIT_CONFIG_VALUE_0", "");
            command.env("GIT_CONFIG_KEY_1", &name).env("GIT_CONFIG_VALUE_1", authorization);
        }
        run(command).context("fetching commits")
    }

    /// Git in the folder, with nothing of ours but what it needs.
    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.folder);
        // Hooks are programs, and so are helpers that know passwords and what tidies up behind a fetch.
        command.args(["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "credential.helper="]);
        command.args(["-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "fetch.writeCommitGraph=false"]);
        command.env_clear().envs(PASSED_ON.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command
            .env("LC_ALL", "C")
            .env("GIT_ALLOW_PROTOCOL", "https:http:ssh:file")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_HTTP_LOW_SPEED_LIMIT", "1000")
            .env("GIT_HTTP_LOW_SPEED_TIME", "60");
        command
    }
}

impl Wanted {
    pub fn commit(&self) -> &CommitId {
        let (Wanted::HeadOf(_, commit) | Wanted::Commit(commit)) = self;
        commit
    }

    fn reference(&self) -> String {
        match self {
            Wanted::HeadOf(pull, _) => format!("+refs/pull/{pull}/head:refs/pavior/pull/{pull}/head"),
            Wanted::Commit(commit) => commit.to_string(),
        }
    }
}

/// Of a git that was killed nothing but its locks is in the way: what it had not finished is not referred to.
fn unlock(folder: &Path) -> Result<()> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && name != "objects" {
                folders.push(path);
            } else if name.ends_with(".lock") {
                std::fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
            }
        }
    }
    Ok(())
}

fn run(mut command: Command) -> Result<()> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().context("starting git, which has to be on the path")?;
    ended(child, PATIENCE)
}

/// Waits, but not for ever.
fn ended(mut child: Child, patience: Duration) -> Result<()> {
    let stderr = child.stderr.take();
    let said = thread::spawn(move || {
        let mut text = Vec::new();
        stderr.map(|mut stderr| std::io::Read::read_to_end(&mut stderr, &mut text));
        String::from_utf8_lossy(&text).into_owned()
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
    Err(anyhow!("git says: {}", reason(&said.join().unwrap_or_default())))
}

/// The line that tells why: git gives advice below it.
fn reason(said: &str) -> &str {
    let told = |word: &str| said.lines().find_map(|line| line.strip_prefix(word));
    told("fatal: ").or_else(|| told("error: ")).or_else(|| said.lines().last()).unwrap_or("nothing").trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_git_says_the_line_with_the_reason_is_told() {
        let denied = "fatal: '/x' does not appear to be a git repository\nfatal: Could not read from remote \
                      repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n";
        assert_eq!(reason(denied), "'/x' does not appear to be a git repository");
        assert_eq!(reason("warning: x\nerror: Server does not allow request\n"), "Server does not allow request");
        assert_eq!(reason("something else\n"), "something else");
        assert_eq!(reason(""), "nothing");
    }

    #[test]
    fn a_folder_becomes_a_repository_once_and_is_unlocked_after_that() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap().join("acme/shop.git");
        let git = Git { folder: folder.clone(), remote: Remote::Other("/nowhere".to_owned()) };
        git.make().unwrap();
        let lock = folder.join("refs/pavior/pull/7/head.lock");
        std::fs::create_dir_all(lock.parent().unwrap()).unwrap();
        std::fs::write(&lock, "").unwrap();
        std::fs::write(folder.join("packed-refs.lock"), "").unwrap();
        git.make().unwrap();
        assert!(!lock.exists() && !folder.join("packed-refs.lock").exists() && folder.join("HEAD").exists());
    }

    #[test]
    fn git_that_does_not_end_is_stopped() {
        let child = Command::new("sleep").arg("60").stderr(Stdio::piped()).spawn().unwrap();
        let error = ended(child, Duration::from_millis(50)).unwrap_err();
        assert_eq!(error.to_string(), "git did not end within 0 s");
    }
}
