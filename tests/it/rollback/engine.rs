//! Where Flux delivers, `pavior apply` does Terraform and nothing else: before the engine needs it, and after it no longer
//! does. There is no engine here; what it would be told stands on the branch and in the ledger.

use super::Platform;
use super::platform::terraform;
use crate::follow::Engine;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const LEFT: &str = "local/cart: no Terraform is left to do; Flux brings the rest: `pavior publish`\n";

/// `local` is Flux's; what is in `later` was in `local` before.
fn platform(terraform: &Path) -> Platform {
    let platform = Platform::new(terraform);
    platform.edit(
        "pavior.yaml",
        "organisation: acme",
        "organisation: acme, forge: {kind: github, repository: acme/shop}",
    );
    platform.edit("catalog/local.yaml", "domain: local.test}", "domain: local.test, delivery: flux}");
    let later = "apiVersion: pavior.dev/v1\nkind: Environment\nmetadata: {name: later, owner: platform}\n\
                 spec: {class: development, provider: local, domain: later.test, promotesFrom: local}\n";
    fs::write(platform.path().join("catalog/later.yaml"), later).unwrap();
    platform.commit("an engine");
    platform
}

fn steps(platform: &Platform, unit: &str) -> Vec<String> {
    let records = platform.records();
    let of_unit = records.iter().map(|record| &record["entry"]).filter(|entry| entry["kind"] == "began");
    let of_unit = of_unit.filter(|entry| entry["unit"]["environment"] == "local" && entry["unit"]["unit"] == unit);
    of_unit
        .map(|entry| {
            let gone = if entry["digest"].is_null() { " away" } else { "" };
            format!("{}{gone}", entry["effect"].as_str().unwrap())
        })
        .collect()
}

/// From nothing to gone.
fn lives(platform: &Platform) {
    let first = platform.apply();
    assert!(first.stdout.contains(LEFT), "{first:?}");
    assert!(first.stdout.contains("later/_environment: skipped: local/_environment is not healthy\n"), "{first:?}");
    assert_eq!((first.code, steps(platform, "cart")), (Some(1), vec!["terraform".to_owned()]), "{first:?}");

    let records = platform.records().len();
    let again = platform.pavior(&["apply", "--environment", "local", "--yes"]);
    assert!(again.stdout.contains(LEFT) && again.stdout.contains("left to their engine"), "{again:?}");
    assert_eq!((again.code, platform.records().len()), (Some(0), records), "nothing is leased for nothing: {again:?}");
    let nobody = platform.pavior(&["apply", "--environment", "local"]);
    assert_eq!(nobody.code, Some(0), "nobody has to agree to what is not done: {nobody:?}");

    let published = platform.pavior(&["publish", "--environment", "local", "--yes"]);
    assert_eq!(published.code, Some(0), "{published:?}");
    let engine = Engine::new();
    engine.says(&engine.all(platform.path(), "local", "True", "applied"));
    let follow = ["publish", "--environment", "local", "--yes", "--follow", "--kubectl", engine.kubectl()];
    let followed = platform.pavior(&follow);
    assert!(followed.stdout.contains("local/cart: healthy\n") && followed.code == Some(0), "{followed:?}");
    let later = platform.pavior(&["apply", "--yes"]);
    assert!(later.stdout.contains("later/cart: healthy\n") && later.code == Some(0), "it waits no more: {later:?}");

    platform.resize("small", "medium");
    let early = platform.pavior(&follow);
    let told = "local/cart: its Terraform is not applied: `pavior apply --environment local`";
    assert!(early.stdout.contains(told) && early.code == Some(1), "{early:?}");
    assert_eq!(steps(platform, "cart"), ["terraform", "publish", "health", "publish"], "no health without Terraform");
    let unread = platform.pavior(&["apply", "--environment", "local"]);
    assert!(unread.stdout.contains("local/cart: refused: nobody reviewed it"), "{unread:?}");
    platform.apply();
    assert_eq!(steps(platform, "cart")[4..], ["terraform"]);

    fs::remove_file(platform.path().join("catalog/cart.yaml")).unwrap();
    platform.commit("no cart");
    let delete = ["apply", "--environment", "local", "--yes"];
    let early = platform.pavior(&delete);
    let told =
        "local/cart: refused: publish first: Flux still runs what uses it (`pavior publish --environment local`)\n";
    assert!(early.stdout.contains(told) && early.code == Some(1), "{early:?}");
    assert_eq!(steps(platform, "cart").len(), 5, "nothing is destroyed");
    let published = platform.pavior(&["publish", "--environment", "local", "--yes"]);
    assert!(published.stdout.contains("local/cart: goes: once its engine has taken it away"), "{published:?}");
    let gone = platform.pavior(&delete);
    assert!(gone.stdout.contains("local/cart: taken away\n"), "{gone:?}");
    assert_eq!(steps(platform, "cart")[5..], ["publish away", "terraform away", "health away"]);
    assert_eq!(platform.pavior(&["audit", "verify"]).code, Some(0));
}

/// A Terraform that does nothing, and says so.
fn idle(folder: &Path) -> std::path::PathBuf {
    let file = folder.join("terraform");
    let script = "#!/bin/sh\nfor one; do case \"$one\" in -out=*) echo plan > \"${one#-out=}\";; esac; done\n\
                  [ \"$1\" = show ] && echo '{\"format_version\": \"1.2\"}'\nexit 0\n";
    fs::write(&file, script).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    file
}

#[test]
fn terraform_comes_before_its_engine_and_goes_after_it_as_the_ledger_has_it() {
    let folder = tempfile::tempdir().unwrap();
    lives(&platform(&idle(folder.path())));
}

#[test]
fn of_an_environment_that_is_gone_no_engine_was_told_and_a_person_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let platform = platform(&idle(folder.path()));
    platform.apply();
    platform.pavior(&["publish", "--environment", "local", "--yes"]);
    fs::remove_file(platform.path().join("catalog/local.yaml")).unwrap();
    platform.edit("catalog/later.yaml", ", promotesFrom: local", "");
    platform.commit("no local");
    let apply = ["apply", "--environment", "local", "--yes"];
    let refused = platform.pavior(&apply);
    let told = "local/cart: refused: publish first: local is no longer declared, and its engine was not told";
    assert!(refused.stdout.contains(told) && refused.code == Some(1), "{refused:?}");
    let gone = platform.pavior(&[&apply[..], &["--confirm", "local/cart"]].concat());
    assert!(gone.stdout.contains("local/cart: taken away\n"), "{gone:?}");
    assert_eq!(steps(&platform, "cart"), ["terraform", "publish", "terraform away", "health away"]);
}

#[test]
#[ignore = "it needs terraform: .ci/end_to_end.py runs it where that is there"]
fn terraform_comes_before_its_engine_and_goes_after_it_in_the_world() {
    let platform = platform(&terraform());
    platform.apply();
    assert_eq!(platform.memory(), "256Mi");
    platform.resize("small", "large");
    let full = platform.apply();
    assert!(full.stdout.contains("local/cart: failed: terraform apply: "), "{full:?}");
    platform.resize("large", "medium");
    let mended = platform.apply();
    assert!(mended.stdout.contains(LEFT), "what failed half-way is gone on from: {mended:?}");
    assert_eq!(platform.memory(), "3Gi");
    platform.pavior(&["publish", "--environment", "local", "--yes"]);
    fs::remove_file(platform.path().join("catalog/cart.yaml")).unwrap();
    platform.commit("no cart");
    platform.pavior(&["publish", "--environment", "local", "--yes"]);
    let gone = platform.pavior(&["apply", "--environment", "local", "--yes"]);
    assert!(gone.stdout.contains("local/cart: taken away\n"), "{gone:?}");
    assert_eq!(platform.state()["resources"].as_array().unwrap().len(), 0);
}
