//! The `kubectl` that a flow runs: the real one, noted call by call, or what was noted, call by call.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// One call, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Call {
    arguments: String,
    /// Of the arguments and what stood on the standard input.
    key: String,
    code: i32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    stdout: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    stderr: String,
}

impl Call {
    fn writes(&self) -> bool {
        !self.arguments.contains("--dry-run=server") && !self.arguments.split(' ').any(|word| word == "get")
    }
}

/// A program that a flow takes for `kubectl`.
pub struct Kubectl {
    folder: TempDir,
}

/// Reads its standard input where an argument is `-`, and makes a key of that and the arguments.
const ASKED: &str = r#"#!/bin/sh
cd '@FOLDER@' || exit 99
: > stdin
for argument; do [ "$argument" = - ] && cat > stdin; done
key=$({ printf '%s\n' "$@"; cat stdin; } | sha256sum | cut -c1-32)
"#;

/// Before the call with the number in `before/`, that script is run; from the one in `cut` on nobody is reached.
const REAL: &str = r#"
number=$(ls calls | wc -l)
mkdir calls/$number
[ -x before/$number ] && before/$number
server=
[ -e cut ] && [ "$number" -ge "$(cat cut)" ] && server=--server=https://127.0.0.1:1
KUBECONFIG='@KUBECONFIG@' '@KUBECTL@' $server "$@" < stdin > calls/$number/stdout 2> calls/$number/stderr
code=$?
printf '%s\n' "$*" > calls/$number/arguments
echo $key > calls/$number/key
echo $code > calls/$number/code
cat calls/$number/stdout
cat calls/$number/stderr >&2
exit $code
"#;

/// The next answer to the same question before the next thing that was written; when there is none, the last one again.
const RECORDED: &str = r#"
read at < next
number=$at found=
while [ -z "$found" ] && [ -d answers/$number ]; do
    read recorded < answers/$number/key
    if [ $recorded = $key ]; then
        found=$number
        echo $((number + 1)) > next
    elif [ -e answers/$number/writes ] && [ ! -e written/$key ]; then
        break
    fi
    number=$((number + 1))
done
while [ -z "$found" ] && [ $at -gt 0 ]; do
    at=$((at - 1))
    read recorded < answers/$at/key
    [ $recorded = $key ] && found=$at
done
[ -n "$found" ] || { echo "nothing is recorded of: $*" >&2; exit 97; }
cat answers/$found/stdout
cat answers/$found/stderr >&2
read code < answers/$found/code
exit $code
"#;

impl Kubectl {
    /// Asks a cluster.
    pub fn real(kubectl: &Path, kubeconfig: &Path) -> Kubectl {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let real = REAL.replace("@KUBECONFIG@", &text(kubeconfig)).replace("@KUBECTL@", &text(kubectl));
        let made = Kubectl::of(&real);
        fs::create_dir(made.folder.path().join("calls")).unwrap();
        fs::create_dir(made.folder.path().join("before")).unwrap();
        made
    }

    /// Answers as a cluster did once.
    pub fn recorded(flow: &str) -> Kubectl {
        let made = Kubectl::of(RECORDED);
        let text =
            fs::read_to_string(recording(flow)).unwrap_or_else(|error| panic!("{flow} was not recorded: {error}"));
        let calls: Vec<Call> = serde_json::from_str(&text).unwrap();
        let folder = made.folder.path();
        fs::create_dir_all(folder.join("written")).unwrap();
        fs::write(folder.join("next"), "0\n").unwrap();
        for (number, call) in calls.iter().enumerate() {
            let answer = folder.join("answers").join(number.to_string());
            fs::create_dir_all(&answer).unwrap();
            fs::write(answer.join("key"), format!("{}\n", call.key)).unwrap();
            fs::write(answer.join("code"), format!("{}\n", call.code)).unwrap();
            fs::write(answer.join("stdout"), &call.stdout).unwrap();
            fs::write(answer.join("stderr"), &call.stderr).unwrap();
            if call.writes() {
                fs::write(answer.join("writes"), "").unwrap();
                fs::write(folder.join("written").join(&call.key), "").unwrap();
            }
        }
        made
    }

    fn of(then: &str) -> Kubectl {
        let folder = tempfile::Builder::new().prefix("pavior-kubectl-").tempdir().unwrap();
        let made = Kubectl { folder };
        let text = format!("{ASKED}{then}").replace("@FOLDER@", made.folder.path().to_str().unwrap());
        executable(&made.program(), &text);
        made
    }

    pub fn program(&self) -> PathBuf {
        self.folder.path().join("kubectl")
    }

    /// From the call with this number on, nobody is reached; none: everybody is again. Numbers count from the last call.
    pub fn cut(&self, after: Option<usize>) {
        let file = self.folder.path().join("cut");
        match after {
            Some(after) if self.is_real() => fs::write(file, (self.count() + after).to_string()).unwrap(),
            _ => drop(fs::remove_file(file)),
        }
    }

    /// Somebody else runs this right before that call.
    pub fn before(&self, after: usize, arguments: &str) {
        if self.is_real() {
            let file = self.folder.path().join("before").join((self.count() + after).to_string());
            let script = fs::read_to_string(self.program()).unwrap();
            let real = script.lines().find(|line| line.starts_with("KUBECONFIG=")).unwrap();
            let real = real.split(" $server").next().unwrap();
            executable(&file, &format!("#!/bin/sh\n{real} {arguments} >/dev/null || exit 98\n"));
        }
    }

    /// How often it was called.
    pub fn count(&self) -> usize {
        fs::read_dir(self.folder.path().join("calls")).map_or(0, Iterator::count)
    }

    fn is_real(&self) -> bool {
        self.folder.path().join("calls").exists()
    }

    /// Keeps what was said, without what was said twice while nothing was written.
    pub fn keep(&self, flow: &str) {
        let folder = self.folder.path().join("calls");
        let read = |number: usize, name: &str| fs::read_to_string(folder.join(number.to_string()).join(name)).unwrap();
        let mut calls: Vec<Call> = Vec::new();
        let mut last: BTreeMap<String, Call> = BTreeMap::new();
        for number in 0..self.count() {
            let call = Call {
                arguments: read(number, "arguments").trim().to_owned(),
                key: read(number, "key").trim().to_owned(),
                code: read(number, "code").trim().parse().unwrap(),
                stdout: read(number, "stdout"),
                stderr: read(number, "stderr"),
            };
            if call.writes() {
                last.clear();
                calls.push(call);
            } else if last.insert(call.key.clone(), call.clone()).as_ref() != Some(&call) {
                calls.push(call);
            }
        }
        fs::write(recording(flow), serde_json::to_string_pretty(&calls).unwrap() + "\n").unwrap();
    }
}

fn recording(flow: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/kubernetes/recorded/{flow}.json"))
}

fn executable(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Runs it as somebody who is not Pavior would. What it says.
pub fn run(program: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "kubectl {}: {said}", arguments.join(" "));
    String::from_utf8(output.stdout).unwrap()
}
