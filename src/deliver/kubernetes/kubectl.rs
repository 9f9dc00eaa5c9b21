//! The `kubectl` binary: arguments and objects in, what it says out. Knows nothing of units.

use super::object::{Id, list};
use super::trouble::Trouble;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What takes longer will not end: one request may take half of it.
const PATIENCE: Duration = Duration::from_secs(60);
const REQUEST_TIMEOUT: &str = "--request-timeout=30s";

/// What kubectl needs of our environment: programs, certificates, proxies. `KUBECTL_*` would change what it does.
const PASSED_ON: [&str; 15] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "USER",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "http_proxy",
    "https_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "no_proxy",
    "NO_PROXY",
    "KUBERNETES_SERVICE_HOST",
    "KUBERNETES_SERVICE_PORT",
    "LD_LIBRARY_PATH",
];

/// What the programs need that fetch kubectl a token for a cloud's cluster.
const CLOUDS: [&str; 4] = ["AWS_", "AZURE_", "CLOUDSDK_", "GOOGLE_"];

/// A cluster, as kubectl reaches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// `kubectl`, 1.29 or later.
    pub program: PathBuf,
    /// Without it, that of the environment.
    pub kubeconfig: Option<PathBuf>,
    pub context: Option<String>,
}

/// Objects that were asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Looked {
    /// Those that are there.
    pub live: BTreeMap<Id, Value>,
    /// Kinds that the cluster does not know, as `(apiVersion, kind)`.
    pub unknown: BTreeSet<(String, String)>,
}

impl Cluster {
    /// What it writes to its standard output, with this on its standard input.
    pub(super) fn run(&self, arguments: &[&str], stdin: Option<&Value>) -> Result<String, Trouble> {
        let mut command = self.command();
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        let unable =
            |error: std::io::Error| Trouble::Said(format!("{} cannot be started: {error}", self.program.display()));
        let mut child = command.spawn().map_err(unable)?;
        if let (Some(value), Some(mut pipe)) = (stdin, child.stdin.take()) {
            let text = value.to_string();
            // One that does not read to the end says why on its standard error.
            thread::spawn(move || drop(pipe.write_all(text.as_bytes())));
        }
        let (stdout, stderr) = (read(child.stdout.take()), read(child.stderr.take()));
        let succeeded = ended(&mut child, PATIENCE)?;
        let text = |reader: JoinHandle<String>| reader.join().unwrap_or_default();
        match succeeded {
            true => Ok(text(stdout)),
            false => Err(Trouble::of(&text(stderr))),
        }
    }

    /// The same, of what answers with objects: none, one, or a list of them.
    pub(super) fn objects(&self, arguments: &[&str], stdin: Option<&Value>) -> Result<Vec<Value>, Trouble> {
        let text = self.run(arguments, stdin)?;
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let unreadable = |error: serde_json::Error| Trouble::Said(format!("its answer cannot be read: {error}"));
        match serde_json::from_str(&text).map_err(unreadable)? {
            Value::Object(mut list) if list.get("kind").and_then(Value::as_str) == Some("List") => {
                match list.shift_remove("items") {
                    Some(Value::Array(items)) => Ok(items),
                    _ => Err(Trouble::Said("its list has no items".to_owned())),
                }
            }
            object => Ok(vec![object]),
        }
    }

    /// Which of these are there, each with the version in which it is asked for.
    pub(super) fn look<'i>(&self, asked: impl Iterator<Item = (&'i Id, &'i str)>) -> Result<Looked, Trouble> {
        let asked: Vec<(&Id, &str)> = asked.collect();
        let mut looked = Looked::default();
        loop {
            let is_known =
                |(id, version): &&(&Id, &str)| !looked.unknown.contains(&((*version).to_owned(), id.kind.clone()));
            let items: Vec<Value> = asked.iter().filter(is_known).map(|(id, version)| id.reference(version)).collect();
            if items.is_empty() {
                return Ok(looked);
            }
            match self.objects(&["get", "-f", "-", "--ignore-not-found", "-o", "json"], Some(&list(items))) {
                Ok(found) => {
                    let known = |tree: Value| Some((Id::of(&tree)?.0, tree));
                    looked.live = found.into_iter().filter_map(known).collect();
                    return Ok(looked);
                }
                Err(Trouble::UnknownKinds(kinds)) if !kinds.is_subset(&looked.unknown) => looked.unknown.extend(kinds),
                Err(trouble) => return Err(trouble),
            }
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        // A Ctrl-C is for this process, which brings the step to its end.
        command.process_group(0);
        let is_passed_on = |name: &str| PASSED_ON.contains(&name) || CLOUDS.iter().any(|start| name.starts_with(start));
        let passed_on = std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_passed_on));
        command.env_clear().envs(passed_on);
        // A person's preferences may set flags, such as to force conflicts.
        command.env("KUBECTL_KUBERC", "false").env("KUBERC", "off").env("LC_ALL", "C");
        match &self.kubeconfig {
            Some(path) => drop(command.arg("--kubeconfig").arg(path)),
            None => drop(command.envs(std::env::var_os("KUBECONFIG").map(|path| ("KUBECONFIG", path)))),
        }
        if let Some(context) = &self.context {
            command.arg("--context").arg(context);
        }
        command.arg(REQUEST_TIMEOUT);
        command
    }
}

fn read(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Whether it succeeded. Waits, but not for ever.
fn ended(child: &mut Child, patience: Duration) -> Result<bool, Trouble> {
    let deadline = Instant::now() + patience;
    let unable = |error: std::io::Error| Trouble::Said(format!("it cannot be waited for: {error}"));
    loop {
        if let Some(status) = child.try_wait().map_err(unable)? {
            return Ok(status.success());
        }
        if Instant::now() > deadline {
            child.kill().map_err(unable)?;
            child.wait().map_err(unable)?;
            return Err(Trouble::Unreachable(format!("kubectl did not end within {} s", patience.as_secs())));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a70_a_call_that_does_not_end_is_stopped_and_told_as_unreachable() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let trouble = ended(&mut child, Duration::from_millis(50)).unwrap_err();
        assert_eq!(trouble, Trouble::Unreachable("kubectl did not end within 0 s".to_owned()));
    }

    #[test]
    fn a_kubectl_that_is_not_there_is_named() {
        let cluster = Cluster { program: "/nonexistent/kubectl".into(), kubeconfig: None, context: None };
        let said = cluster.run(&["version"], None).unwrap_err().to_string();
        assert!(said.starts_with("/nonexistent/kubectl cannot be started: "), "{said}");
    }
}
