//! `pavior publish` by the real binary: a repository, a remote, and the ledger that both share.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(["-c", "user.name=jo", "-c", "user.email=jo@acme.example"]).args(arguments);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub fn pavior(folder: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pavior"));
    command.args(arguments).current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin").env("USER", "bot");
    let Output { stdout, stderr, status } = command.output().unwrap();
    (String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap(), status.code())
}

/// The repository of a case, committed, with a remote beside it.
pub fn world(root: &Path, case: &str) -> (std::path::PathBuf, String) {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(case).join("files");
    let source = root.join("source");
    git(root, &["init", "--quiet", "--bare", "remote.git"]);
    git(root, &["init", "--quiet", "source"]);
    for (path, text) in crate::case::read_tree(&case) {
        let path = source.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // One that asks for no approvals: what they do is shown in `forge/flow/engines.rs`.
        fs::write(path, text.replace("class: staging", "class: development")).unwrap();
    }
    git(&source, &["add", "--all"]);
    git(&source, &["commit", "--quiet", "-m", "all"]);
    (source, root.join("remote.git").to_str().unwrap().to_owned())
}

#[test]
fn an_environment_is_published_recorded_and_published_again_only_when_it_changed() {
    let folder = tempfile::tempdir().unwrap();
    let (source, remote) = world(folder.path(), "engine-flux-follows-a-branch");
    let publish = |more: &[&str]| {
        pavior(&source, &[&["publish", "--environment", "staging", "--remote", &remote, "--yes"], more].concat())
    };
    let (would, code) = publish(&["--dry-run"]);
    assert_eq!(code, Some(0), "{would}");
    assert!(would.contains("create _engine/kustomization-cart-staging.yaml\n"), "{would}");
    assert_eq!(git(Path::new(&remote), &["for-each-ref"]), "", "a dry run pushes nothing");

    let (told, code) = publish(&[]);
    assert!(told.starts_with("pavior/staging is at ") && code == Some(0), "{told}");
    let there = git(Path::new(&remote), &["ls-tree", "-r", "--name-only", "pavior/staging"]);
    assert_eq!(there.lines().map(|path| format!("create {path}\n")).collect::<String>(), would);
    let (log, _) = pavior(&source, &["audit", "log", "--remote", &remote]);
    assert!(
        log.contains("staging/cart: publish begins") && log.contains("staging/_shared/carts: publish begins"),
        "{log}"
    );
    let records = log.lines().count();
    assert!(publish(&[]).0.starts_with("pavior/staging holds this already: "));
    assert_eq!(pavior(&source, &["audit", "log", "--remote", &remote]).0.lines().count(), records);

    let file = source.join("catalog/all.yaml");
    fs::write(&file, fs::read_to_string(&file).unwrap().replace("cart:1.2.3", "cart:1.2.4")).unwrap();
    git(&source, &["commit", "--quiet", "--all", "-m", "next"]);
    assert_eq!(publish(&["--dry-run"]).0, "change cart/manifests/deployment-cart.yaml\n");
    assert!(publish(&[]).0.starts_with("pavior/staging is at "));
    let (late, code) = publish(&["--head", "HEAD~1"]);
    assert!(late.contains("was published from a later commit") && code == Some(0), "{late}");
    let (log, _) = pavior(&source, &["audit", "log", "--remote", &remote]);
    assert!(
        log.contains("was superseded") && log.matches("staging/_shared/carts: publish begins").count() == 1,
        "{log}"
    );
    assert_eq!(pavior(&source, &["audit", "verify", "--remote", &remote]).1, Some(0));
    let (error, code) = pavior(&source, &["publish", "--environment", "stagin"]);
    assert!(error.contains("did you mean staging?") && code == Some(2), "{error}");
}
