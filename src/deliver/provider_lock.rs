//! Which builds of its providers Terraform may run: what a unit's files require, and the repository's lock file, of which
//! a unit gets what it requires. Terraform itself compares what it installs with the checksums in it.

use crate::emit::Artifact;
use crate::model::RepoPath;
use anyhow::{Context, Result, bail};
use hcl_edit::Decorate;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::Body;
use std::collections::{BTreeMap, BTreeSet};

/// Where the lock file stands: one for all units, next to the modules that say what they require.
pub const FILE: &str = "golden-paths/terraform.lock.hcl";

/// What Terraform calls it, beside the files of a root module.
pub const NAME: &str = ".terraform.lock.hcl";

/// Providers without a host are of this registry.
const REGISTRY: &str = "registry.terraform.io";

/// What stands on top of a lock file.
const NOTICE: &str = "# Written by `pavior providers lock`, with Terraform. Manual edits may be lost.\n";

/// By source, such as `hashicorp/aws`: the versions that are asked for.
pub type Required = BTreeMap<String, BTreeSet<String>>;

/// What the Terraform files among these require.
///
/// # Errors
/// When one cannot be read, which no compiled one is.
pub fn required(artifacts: &[Artifact]) -> Result<Required> {
    let mut all = Required::new();
    for artifact in artifacts.iter().filter(|one| one.path.as_str().ends_with(".tf")) {
        if artifact.text.contains("required_providers") {
            let body: Body = artifact.text.parse().with_context(|| format!("reading {}", artifact.path))?;
            requirements(&body, &mut all);
        }
    }
    Ok(all)
}

fn requirements(body: &Body, all: &mut Required) {
    let settings = body.get_blocks("terraform").flat_map(|block| block.body.get_blocks("required_providers"));
    for attribute in settings.flat_map(|block| block.body.attributes()) {
        let Expression::Object(object) = &attribute.value else { continue };
        let text = |name: &str| {
            let mut entries = object.iter();
            let found = entries.find(|(key, _)| matches!(key, ObjectKey::Ident(ident) if ident.as_str() == name));
            found.and_then(|(_, value)| value.expr().as_str()).map(str::to_owned)
        };
        if let Some(source) = text("source") {
            all.entry(source).or_default().extend(text("version"));
        }
    }
}

/// A lock file, by provider: each with its block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderLock {
    blocks: BTreeMap<String, String>,
}

impl ProviderLock {
    /// # Errors
    /// When it is no lock file of Terraform or OpenTofu.
    pub fn read(text: &str) -> Result<ProviderLock> {
        let body: Body = text.parse().with_context(|| format!("{FILE} is no lock file of Terraform"))?;
        let mut blocks = BTreeMap::new();
        for block in body.get_blocks("provider") {
            let [name] = block.labels.as_slice() else { bail!("{FILE}: a provider has one name") };
            if !block.body.has_attribute("hashes") {
                bail!("{FILE}: {} has no hashes", name.as_str());
            }
            let mut alone = block.clone();
            alone.decor_mut().clear();
            let text = Body::builder().block(alone).build().to_string();
            blocks.insert(name.as_str().to_owned(), text.trim().to_owned() + "\n");
        }
        Ok(ProviderLock { blocks })
    }

    /// The lock file of what requires these, and only these: Terraform refuses one that names others. None where nothing is
    /// required.
    ///
    /// # Errors
    /// When a provider is not locked: nobody said which build of it is to be trusted.
    pub fn of(&self, required: &Required) -> Result<Option<String>> {
        let mut text = String::new();
        for source in required.keys() {
            let block = self.blocks.iter().find(|(address, _)| is_of(address, source)).map(|(_, block)| block);
            let Some(block) = block else {
                bail!("{source} is not in {FILE}: run `pavior providers lock`, and have what it writes reviewed")
            };
            text.extend(["\n", block]);
        }
        Ok((!text.is_empty()).then(|| NOTICE.to_owned() + &text))
    }

    /// All of it, as it is kept.
    pub fn text(&self) -> String {
        let blocks: Vec<String> = self.blocks.values().map(|block| format!("\n{block}")).collect();
        NOTICE.to_owned() + &blocks.concat()
    }

    /// Each provider with its block.
    pub fn blocks(&self) -> &BTreeMap<String, String> {
        &self.blocks
    }
}

/// Whether the full address, with its registry, is the one that a module asks for. OpenTofu has a registry of its own.
fn is_of(address: &str, source: &str) -> bool {
    const OPENTOFU: &str = "registry.opentofu.org";
    match source.split('/').count() {
        3 => address == source,
        _ => [REGISTRY, OPENTOFU].iter().any(|registry| address.strip_prefix(registry) == Some(&format!("/{source}"))),
    }
}

/// A root module that requires all of it, for Terraform to lock.
pub fn root_of(required: &Required) -> Artifact {
    let mut text = "terraform {\n  required_providers {\n".to_owned();
    for (index, (source, versions)) in required.iter().enumerate() {
        let versions: Vec<&str> = versions.iter().map(String::as_str).collect();
        text += &format!(
            "    p{index} = {{\n      source  = {source:?}\n      version = {:?}\n    }}\n",
            versions.join(", ")
        );
    }
    Artifact { path: RepoPath::literal("versions.tf"), text: text + "  }\n}\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"# This file is maintained automatically by "terraform init".

provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.100.0"
  constraints = "~> 5.100"
  hashes = [
    "h1:edXOJWE4ORX8Fm+dpVpICzMZJat4AX0VRCAy/xkcOc0=",
  ]
}

provider "registry.terraform.io/hashicorp/google" {
  version = "6.50.0"
  hashes = [
    "h1:x",
  ]
}
"#;

    fn files(texts: &[&str]) -> Vec<Artifact> {
        let path = |index: usize| RepoPath::parse(&format!("terraform/modules/m{index}/versions.tf")).unwrap();
        texts.iter().enumerate().map(|(at, text)| Artifact { path: path(at), text: (*text).to_owned() }).collect()
    }

    fn requires(source: &str, version: &str) -> String {
        format!(
            "terraform {{\n  required_providers {{\n    x = {{ source = \"{source}\", version = \"{version}\" }}\n  }}\n}}\n"
        )
    }

    #[test]
    fn what_root_and_modules_require_is_put_together() {
        let texts = [requires("hashicorp/aws", "~> 5.100"), requires("hashicorp/aws", ">= 5.90"), String::new()];
        let required = required(&files(&texts.each_ref().map(String::as_str))).unwrap();
        let versions: Vec<&str> = required["hashicorp/aws"].iter().map(String::as_str).collect();
        assert_eq!((required.len(), versions), (1, vec![">= 5.90", "~> 5.100"]));
        let root = root_of(&required).text;
        assert!(root.contains("version = \">= 5.90, ~> 5.100\""), "{root}");
        let again = super::required(&files(&[&root])).unwrap();
        assert_eq!(again.keys().collect::<Vec<_>>(), ["hashicorp/aws"]);
    }

    #[test]
    fn a_unit_gets_what_it_requires_and_nothing_else() {
        let lock = ProviderLock::read(LOCK).unwrap();
        let required = required(&files(&[&requires("hashicorp/aws", "~> 5.100")])).unwrap();
        let text = lock.of(&required).unwrap().unwrap();
        assert!(text.contains("edXOJWE4") && text.contains("5.100.0") && !text.contains("google"), "{text}");
        assert_eq!(ProviderLock::read(&text).unwrap().blocks().len(), 1);
        assert_eq!(lock.of(&Required::new()).unwrap(), None);
        assert_eq!(ProviderLock::read(&lock.text()).unwrap(), lock);
    }

    #[test]
    fn a_provider_that_nobody_locked_is_refused_by_name() {
        let required = required(&files(&[&requires("evil/aws", "1.0")])).unwrap();
        let said = ProviderLock::read(LOCK).unwrap().of(&required).unwrap_err().to_string();
        assert!(said.starts_with("evil/aws is not in golden-paths/terraform.lock.hcl"), "{said}");
    }

    #[test]
    fn what_has_no_hashes_locks_nothing() {
        assert!(ProviderLock::read("provider \"a/b/c\" { version = \"1\" }").is_err());
        assert!(ProviderLock::read("provider {").is_err());
    }

    #[test]
    fn opentofu_has_a_registry_of_its_own() {
        assert!(is_of("registry.opentofu.org/hashicorp/aws", "hashicorp/aws"));
        assert!(is_of("registry.terraform.io/hashicorp/aws", "hashicorp/aws"));
        assert!(!is_of("registry.evil.example/hashicorp/aws", "hashicorp/aws"));
        assert!(!is_of("registry.terraform.io/evil/hashicorp/aws", "hashicorp/aws"));
    }
}
