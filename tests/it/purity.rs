//! What is compiled follows from the declarations alone, and from no more of them than it has to.

use crate::case::read_tree;
use crate::compiled::{Compiled, compile, shipped};
use crate::process::pavior;
use crate::repository::Repository;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Fails with the paths that differ, not with megabytes.
fn assert_same(compiled: &Compiled, why: &str) {
    let wanted = &shipped().files;
    let paths: BTreeSet<&String> = wanted.keys().chain(compiled.files.keys()).collect();
    let different: Vec<_> = paths.into_iter().filter(|path| wanted.get(*path) != compiled.files.get(*path)).collect();
    assert!(different.is_empty(), "{why} changes {different:?}");
}

/// The shipped files, written in another order.
fn shipped_in_reverse(change: impl Fn(String) -> String) -> Repository {
    let files = read_tree(&Repository::shipped().root());
    let repository = Repository::empty();
    for (path, text) in files.into_iter().rev() {
        repository.write(&path, change(text));
    }
    repository
}

#[test]
fn another_place_time_and_language_change_nothing() {
    let environment = [("LC_ALL", "tr_TR.UTF-8"), ("TZ", "Pacific/Kiritimati"), ("LANG", "ar_EG.UTF-8")];
    assert_same(&compile(&shipped_in_reverse(|text| text), &environment), "another order of files");
}

#[test]
fn line_endings_of_windows_change_nothing() {
    assert_same(&compile(&shipped_in_reverse(|text| text.replace('\n', "\r\n")), &[]), "CRLF");
}

#[test]
fn a_revision_compiles_to_the_same_bytes_as_its_work_tree() {
    let repository = Repository::shipped();
    repository.commit().unwrap();
    fs::remove_dir_all(repository.root().join("catalog")).unwrap();
    let out = repository.new_out();
    let ended = pavior(&repository, &["compile", "--head", "HEAD", "--out", &out].map(str::to_owned), &[]);
    assert_eq!(ended.exit_code, "0\n", "{}", ended.stderr);
    assert_same(&Compiled { files: read_tree(Path::new(&out)) }, "a revision");
}

#[test]
fn nothing_is_read_from_the_folders_of_the_user() {
    let traps = Repository::empty();
    for name in [".gitconfig", ".config/git/config", ".config/pavior/config.yaml", "pavior.yaml", ".terraformrc"] {
        traps.write(name, "[[[ {{{ not a configuration");
    }
    let trap = traps.root().to_string_lossy().into_owned();
    for folder in ["/nonexistent", &trap] {
        let environment =
            ["HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"].map(|name| (name, folder));
        let repository = Repository::shipped();
        repository.commit().unwrap();
        assert_same(&compile(&repository, &environment), folder);
        let ended = pavior(&repository, &["check", "--base", "HEAD"].map(str::to_owned), &environment);
        assert_eq!(ended.exit_code, "0\n", "{}{}", ended.stdout, ended.stderr);
    }
    assert_eq!(read_tree(&traps.root()).len(), 5, "nothing is left there either");
}

/// Units of these services in every environment.
fn everywhere(services: &[&str]) -> BTreeSet<String> {
    let environments = ["local", "preview", "production", "staging"];
    environments
        .iter()
        .flat_map(|environment| services.iter().map(move |name| format!("{environment}/{name}")))
        .collect()
}

fn changed(compiled: &Compiled) -> BTreeSet<String> {
    let (before, after): (BTreeMap<_, _>, _) = (shipped().units(), compiled.units());
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

#[test]
fn a_change_reaches_the_units_that_it_concerns_and_no_other() {
    let cases = [
        (
            "an amount of memory: the service itself",
            "catalog/ads/adservice.yaml",
            ("memory: 300Mi", "memory: 320Mi"),
            everywhere(&["adservice"]),
        ),
        (
            "a setting of one environment: the service there",
            "catalog/ads/adservice.yaml",
            ("staging: {scaling: {min: 1, max: 2}}", "staging: {scaling: {min: 1, max: 3}}"),
            BTreeSet::from(["staging/adservice".to_owned()]),
        ),
        (
            "the port that callers connect to: the service and its callers",
            "catalog/shopping/cartservice.yaml",
            ("grpc: {port: 7070}\n  resources", "grpc: {port: 7071, targetPort: 7070}\n  resources"),
            everywhere(&["cartservice", "checkoutservice", "frontend"]),
        ),
        (
            "a new call: the caller, and the callee whose policy lets it in",
            "catalog/ads/adservice.yaml",
            (
                "PORT: \"9555\"",
                "PORT: \"9555\"\n        MAIL: ${services.emailservice.host}:${services.emailservice.port}",
            ),
            everywhere(&["adservice", "emailservice"]),
        ),
        (
            "the class of a resource: the service that asks for it, where it has another size",
            "catalog/shopping/cartservice.yaml",
            ("class: small", "class: medium"),
            everywhere(&["cartservice"]),
        ),
        (
            "a comment: none",
            "catalog/shopping/cartservice.yaml",
            ("spec:", "# what follows is the specification\nspec:"),
            BTreeSet::new(),
        ),
        ("a budget: none", "catalog/teams/ads.yaml", ("200 USD", "250 USD"), BTreeSet::new()),
        (
            "a domain: the route of that environment",
            "catalog/environments/staging.yaml",
            ("domain: staging.boutique.example", "domain: test.boutique.example"),
            BTreeSet::from(["staging/frontend".to_owned()]),
        ),
    ];
    for (what, path, (old, new), units) in cases {
        let repository = Repository::shipped();
        let text = fs::read_to_string(repository.root().join(path)).unwrap();
        assert_eq!(text.matches(old).count(), 1, "{what}: {path} holds `{old}` once");
        repository.write(path, text.replace(old, new));
        assert_eq!(changed(&compile(&repository, &[])), units, "{what}");
    }
}

#[test]
fn a_deleted_service_leaves_no_file_behind() {
    let repository = Repository::shipped();
    let out = repository.new_out();
    let arguments = ["compile", "--out", &out].map(str::to_owned);
    assert_eq!(pavior(&repository, &arguments, &[]).exit_code, "0\n");
    fs::remove_file(repository.root().join("catalog/platform/loadgenerator.yaml")).unwrap();
    let ended = pavior(&repository, &arguments, &[]);
    assert_eq!(ended.exit_code, "0\n", "{}", ended.stderr);
    assert!(ended.stdout.contains("(no longer compiled)"), "{}", ended.stdout);
    let compiled = Compiled { files: read_tree(Path::new(&out)) };
    assert_eq!(changed(&compiled), everywhere(&["loadgenerator", "frontend"]), "the callee's policy lets nobody in");
    assert!(!compiled.files.keys().any(|path| path.contains("loadgenerator/")));
    assert!(!Path::new(&out).join("production/loadgenerator").exists(), "no empty folder is left");
}
