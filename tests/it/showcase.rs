//! The showcase: a catalog that asks for every resource type of every provider, and runs every kind of workload.

use crate::compiled::{Compiled, compile};
use crate::repository::Repository;
use std::collections::BTreeSet;
use std::fs;
use std::sync::OnceLock;

fn showcase() -> &'static Compiled {
    static SHOWCASE: OnceLock<Compiled> = OnceLock::new();
    SHOWCASE.get_or_init(|| compile(&Repository::showcase(), &[]))
}

/// The environment of each provider.
const ENVIRONMENTS: [(&str, &str); 4] =
    [("aws", "amazon"), ("gcp", "google"), ("kubernetes", "cluster"), ("local", "laptop")];

#[test]
fn every_unit_of_the_showcase_is_compiled() {
    let everywhere = ["_environment", "_shared/company-news", "cleanup", "import", "orders"];
    let but_google = ["accounts", "reports", "site"];
    let mut wanted = BTreeSet::new();
    for (provider, environment) in ENVIRONMENTS {
        let more = if provider == "gcp" { [].as_slice() } else { &but_google };
        wanted.extend(everywhere.iter().chain(more).map(|unit| format!("{environment}/{unit}")));
    }
    let folder = |path: &String| {
        path.split_once("/manifests/").or_else(|| path.split_once("/terraform/")).map(|(unit, _)| unit.to_owned())
    };
    let found: BTreeSet<String> = showcase().files.keys().filter_map(folder).collect();
    assert_eq!(found, wanted);
}

#[test]
fn every_provisioner_that_is_shipped_is_compiled() {
    let repository = Repository::shipped();
    let types = repository.root().join("golden-paths/resources");
    let mut missing = Vec::new();
    for kind in fs::read_dir(&types).unwrap() {
        let kind = kind.unwrap().file_name().into_string().unwrap();
        let text = fs::read_to_string(types.join(&kind).join("resource-type.yaml")).unwrap();
        for (provider, environment) in ENVIRONMENTS {
            if !text.contains(&format!("environment: {{provider: {provider}}}")) {
                continue;
            }
            // Resources of the showcase are named after their type; in a cluster they are objects, elsewhere modules.
            let (folder, part) = match provider {
                "kubernetes" => ("manifests", format!("-{kind}")),
                _ => ("terraform/modules", format!("/{kind}-{provider}/")),
            };
            let is_of = |path: &&String| path.starts_with(&format!("{environment}/")) && path.contains(folder);
            if !showcase().files.keys().filter(is_of).any(|path| path.contains(&part)) {
                missing.push(format!("{kind} of {provider}"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "the showcase asks for it, or says why not");
}

#[test]
fn every_kind_of_workload_becomes_its_kind_of_object() {
    for (_, environment) in ENVIRONMENTS {
        let manifests = |unit: &str| -> Vec<String> {
            let start = format!("{environment}/{unit}/manifests/");
            showcase().files.keys().filter_map(|path| path.strip_prefix(&start).map(str::to_owned)).collect()
        };
        for (unit, object) in [
            ("orders", "deployment-orders.yaml"),
            ("orders", "job-orders-migrate-"),
            ("orders", "cronjob-orders-statement.yaml"),
            ("cleanup", "cronjob-cleanup.yaml"),
            ("import", "job-import-"),
            ("site", "deployment-site.yaml"),
            ("reports", "statefulset-reports.yaml"),
        ] {
            let files = manifests(unit);
            let found = files.iter().filter(|file| file.starts_with(object)).count();
            assert_eq!(found, usize::from(!files.is_empty()), "{environment}/{unit}: {object} in {files:?}");
        }
    }
}
