//! A compiled repository: its files by path, its objects as trees. The shipped one is compiled once for all tests.

use crate::case::read_tree;
use crate::process::pavior;
use crate::repository::Repository;
use pavior::emit::read_back::read_yaml;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    pub files: BTreeMap<String, String>,
}

/// Compiles all of a repository, which has to succeed.
pub fn compile(repository: &Repository, environment: &[(&str, &str)]) -> Compiled {
    let out = repository.new_out();
    let ended = pavior(repository, &["compile".to_owned(), "--out".to_owned(), out.clone()], environment);
    assert_eq!(ended.exit_code, "0\n", "{}{}", ended.stdout, ended.stderr);
    Compiled { files: read_tree(Path::new(&out)) }
}

/// What this repository ships, compiled.
pub fn shipped() -> &'static Compiled {
    static SHIPPED: OnceLock<Compiled> = OnceLock::new();
    SHIPPED.get_or_init(|| compile(&Repository::shipped(), &[]))
}

impl Compiled {
    /// The object of a kind in the unit `<environment>/<service>`.
    pub fn object(&self, unit: &str, kind: &str, name: &str) -> Option<Value> {
        let path = format!("{unit}/manifests/{}-{name}.yaml", kind.to_ascii_lowercase());
        let text = self.files.get(&path)?;
        Some(read_yaml(text).unwrap_or_else(|error| panic!("{path} {error}")))
    }

    /// The artifacts of each unit, by its folder `<environment>/<unit>`.
    pub fn units(&self) -> BTreeMap<String, Vec<(&str, &str)>> {
        let mut units: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
        // Where a line stands is no artifact: it moves with every line above it.
        for (path, text) in self.files.iter().filter(|(path, _)| !path.ends_with("/provenance.json")) {
            let mut steps = path.split('/');
            if let (Some(environment), Some(service), Some(_)) = (steps.next(), steps.next(), steps.next()) {
                units.entry(format!("{environment}/{service}")).or_default().push((path, text));
            }
        }
        units
    }
}
