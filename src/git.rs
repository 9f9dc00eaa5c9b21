//! Git itself, run in a folder: what the object database alone cannot do, such as to fetch and to push.

use anyhow::{Context, Result, anyhow, bail};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What takes longer will not end.
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

/// Git in the folder, with nothing of ours but what it needs.
pub fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    // A Ctrl-C is for this process, which knows what has to come to its end.
    command.process_group(0);
    command.arg("-C").arg(folder);
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

/// Gives it a header for this address alone: in no argument, where others on the machine see it, and in place of a header
/// that a checkout left behind, for GitHub refuses two.
pub fn authorize(command: &mut Command, remote: &str, header: &str) {
    let name = format!("http.{remote}.extraHeader");
    command.env("GIT_CONFIG_COUNT", "2");
    command.env("GIT_CONFIG_KEY_0", &name).env("GIT_CONFIG_VALUE_0", "");
    command.env("GIT_CONFIG_KEY_1", &name).env("GIT_CONFIG_VALUE_1", header);
}

/// Runs it to its end, for what it does.
///
/// # Errors
/// With what git says.
pub fn run(mut command: Command) -> Result<()> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().context("starting git, which has to be on the path")?;
    ended(child, PATIENCE)
}

/// Runs it to its end, for what it prints. For what reads this repository alone, and prints little.
///
/// # Errors
/// With what git says.
pub fn printed(mut command: Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().context("starting git, which has to be on the path")?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(anyhow!("git says: {}", reason(&String::from_utf8_lossy(&output.stderr)))),
    }
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
    fn git_that_does_not_end_is_stopped() {
        let child = Command::new("sleep").arg("60").stderr(Stdio::piped()).spawn().unwrap();
        let error = ended(child, Duration::from_millis(50)).unwrap_err();
        assert_eq!(error.to_string(), "git did not end within 0 s");
    }
}
