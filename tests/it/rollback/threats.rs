//! What Terraform has to withstand: a plan that is swapped, a lock of somebody else's, a failure in the middle.

use super::{Platform, terraform};
use pavior::deliver::provider_lock::ProviderLock;
use pavior::deliver::terraform::{Goal, Terraform};
use pavior::emit::Artifact;
use pavior::model::RepoPath;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn artifacts(input: &str) -> Vec<Artifact> {
    let main = format!("resource \"terraform_data\" \"this\" {{\n  input = \"{input}\"\n}}\n");
    let backend = "terraform {\n  backend \"local\" {}\n}\n";
    [("terraform/main.tf", main.as_str()), ("terraform/backend.tf", backend)]
        .map(|(path, text)| Artifact { path: RepoPath::parse(path).unwrap(), text: text.to_owned() })
        .to_vec()
}

#[test]
#[ignore = "it needs terraform: .ci/end_to_end.py runs it where that is there"]
fn a64_a_plan_that_was_swapped_or_changed_by_a_bit_is_not_applied() {
    let program = terraform();
    let states = tempfile::tempdir().unwrap();
    let terraform =
        Terraform { program, plugins: None, states: states.path().to_owned(), lock: ProviderLock::default() };
    let state = states.path().join("a.tfstate");
    let plan = |input: &str| {
        let folder = tempfile::tempdir().unwrap();
        let planned = terraform.plan(folder.path(), "a", &artifacts(input), Goal::Apply).unwrap().unwrap();
        (folder, planned)
    };
    let (folder, planned) = plan("reviewed");
    let good = fs::read(&planned.file).unwrap();
    let (_other_folder, other) = plan("swapped");
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    for bad in [fs::read(&other.file).unwrap(), flipped, Vec::new()] {
        fs::write(&planned.file, bad).unwrap();
        let refused = terraform.apply(folder.path(), &planned).unwrap_err().to_string();
        assert_eq!(refused, "the plan is not the one that was made: its file was changed");
        assert!(!state.exists(), "nothing was applied");
    }
    fs::write(&planned.file, good).unwrap();
    terraform.apply(folder.path(), &planned).unwrap();
    assert!(fs::read_to_string(&state).unwrap().contains("reviewed"));
    // A plan for a state that there was before is Terraform's to refuse.
    let told = terraform.apply(folder.path(), &planned).unwrap_err().to_string();
    assert!(told.contains("stale"), "{told}");
}

/// A terraform that does not wait a minute for a lock.
fn impatient(terraform: &Path, folder: &Path) -> std::path::PathBuf {
    let script = folder.join("terraform");
    let text =
        format!("#!/bin/bash\nexec {} \"${{@/-lock-timeout=60s/-lock-timeout=0s}}\"\n", terraform.to_str().unwrap());
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script
}

#[test]
#[ignore = "it needs terraform: .ci/end_to_end.py runs it where that is there"]
fn a68_a_lock_of_somebody_else_is_told_and_not_broken() {
    let terraform = terraform();
    let folder = tempfile::tempdir().unwrap();
    let platform = Platform::new(&impatient(&terraform, folder.path()));
    platform.apply();
    // Somebody is at work on the same state, and sleeps over it.
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    let slow = "terraform {\n  backend \"local\" {}\n}\nresource \"terraform_data\" \"slow\" {\n  \
                provisioner \"local-exec\" {\n    command = \"sleep 600\"\n  }\n}\n";
    fs::write(other.join("main.tf"), slow).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&terraform);
        command.current_dir(&other).args(arguments).env("CHECKPOINT_DISABLE", "1").stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let path = format!("-backend-config=path={}", platform.state_file().display());
    assert!(run(&["init", "-input=false", &path]).status().unwrap().success());
    let mut somebody = run(&["apply", "-auto-approve", "-input=false", "-target=terraform_data.slow"]).spawn().unwrap();
    let lock = platform.state_file().with_file_name(".cart.tfstate.lock.info");
    let started = Instant::now();
    while !lock.exists() {
        assert!(started.elapsed() < Duration::from_secs(60), "it does not lock");
        std::thread::sleep(Duration::from_millis(50));
    }
    platform.resize("small", "medium");
    let told = platform.apply();
    let is_there = lock.exists();
    somebody.kill().unwrap();
    somebody.wait().unwrap();
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(told.stdout.contains("local/cart: refused: terraform plan: Error acquiring the state lock: "), "{told:?}");
    assert!(told.stdout.contains(" holds it since ") && told.stdout.contains("no lock is broken"), "{told:?}");
    assert!(is_there, "the lock is theirs");
    // They are gone, and with them what the system knows of their lock: a file that is left stands in nobody's way.
    let gone = platform.apply();
    assert_eq!((gone.code, platform.memory().as_str()), (Some(0), "3Gi"), "{gone:?}");
}

#[test]
#[ignore = "it needs terraform: .ci/end_to_end.py runs it where that is there"]
fn a69_a_failure_in_the_middle_is_recorded_and_goes_back_by_a_plan_of_its_own() {
    let terraform = terraform();
    let platform = Platform::new(&terraform);
    platform.apply();
    platform.resize("small", "large");
    let broken = platform.apply();
    assert_eq!(broken.code, Some(1), "{broken:?}");
    assert!(
        broken.stdout.contains("local/cart: rolled back: terraform apply: Resource postcondition failed"),
        "{broken:?}"
    );
    assert_eq!(platform.memory(), "256Mi");
    let records = platform.records();
    let plans: Vec<&Value> = records.iter().map(|one| &one["entry"]["plan"]).filter(|plan| plan.is_string()).collect();
    let [.., forth, back] = plans.as_slice() else { panic!("{plans:?}") };
    assert_ne!(forth, back, "what leads back was planned anew");
    let failed = records.iter().find(|one| one["entry"]["outcome"] == "failed").unwrap();
    assert!(failed["entry"]["note"].as_str().unwrap().contains("postcondition"), "{failed}");
    let began = |effect: &str| records.iter().filter(|one| one["entry"]["effect"] == effect).count();
    assert_eq!(began("manifests"), 0, "nothing was brought behind the failure");
}
