//! The files of a unit's containers: text and bytes in a ConfigMap, text with secrets in a Secret that External
//! Secrets renders, and a file that is one value of an existing Secret straight from there.

use super::external_secret::{self, Entry};
use super::go_template::{Part, template};
use super::names;
use super::object;
use super::unit::ServiceUnit;
use crate::emit::yaml::Tree;
use crate::model::Name;
use crate::provision::{FileContent, Output, SecretTextPart};
use k8s_openapi::api::core::v1::ConfigMap;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Where a file's content is in the cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    pub kind: SourceKind,
    /// The name of the ConfigMap or Secret.
    pub object: String,
    pub key: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    ConfigMap,
    Secret,
}

/// One file of one container.
#[derive(Debug)]
pub struct File<'u> {
    pub container: &'u Name,
    pub path: &'u str,
    pub mode: Option<u32>,
    pub source: Source,
    content: &'u FileContent,
}

/// All files of a unit.
pub struct Files<'u> {
    files: Vec<File<'u>>,
}

impl<'u> Files<'u> {
    pub fn of(unit: &ServiceUnit<'u>) -> Files<'u> {
        let object = object_name(unit);
        let mut taken = BTreeSet::new();
        let mut files = Vec::new();
        for (container, plan) in &unit.plan.containers {
            for (path, file) in &plan.files {
                let source = match (&file.content, existing_secret(unit, &file.content)) {
                    (_, Some(source)) => source,
                    (FileContent::Text(_) | FileContent::Binary(_), None) => {
                        let key = free_key(container, path, &mut taken);
                        Source { kind: SourceKind::ConfigMap, object: object.clone(), key }
                    }
                    (FileContent::Secret(_), None) => {
                        let key = free_key(container, path, &mut taken);
                        Source { kind: SourceKind::Secret, object: object.clone(), key }
                    }
                };
                files.push(File { container, path, mode: file.mode, source, content: &file.content });
            }
        }
        Files { files }
    }

    pub fn of_container(&self, container: &Name) -> impl Iterator<Item = &File<'u>> {
        self.files.iter().filter(move |file| file.container == container)
    }

    /// The texts and bytes.
    pub fn config_map(&self, unit: &ServiceUnit<'_>) -> Option<Tree> {
        let (mut data, mut binary) = (BTreeMap::new(), Tree::new());
        for file in &self.files {
            let key = file.source.key.clone();
            match file.content {
                FileContent::Text(text) => drop(data.insert(key, text.clone())),
                FileContent::Binary(base64) => drop(binary.insert(key, Value::String(without_spaces(base64)))),
                FileContent::Secret(_) => {}
            }
        }
        if data.is_empty() && binary.is_empty() {
            return None;
        }
        let mut tree = object::tree(&ConfigMap {
            metadata: unit.metadata(&object_name(unit)),
            data: (!data.is_empty()).then_some(data),
            ..ConfigMap::default()
        });
        if !binary.is_empty() {
            // Already base64: the typed field would want the bytes.
            tree.insert("binaryData".to_owned(), Value::Object(binary));
        }
        Some(tree)
    }

    /// The texts that hold secrets.
    pub fn external_secret(&self, unit: &ServiceUnit<'_>) -> Option<Tree> {
        let name = object_name(unit);
        let (mut templates, mut entries) = (BTreeMap::new(), BTreeSet::new());
        for file in self.files.iter().filter(|file| file.source.object == name) {
            let FileContent::Secret(parts) = file.content else { continue };
            if let Some(rendered) = rendered(unit, parts, &mut entries) {
                templates.insert(file.source.key.clone(), rendered);
            }
        }
        external_secret::of_templates(unit, &name, entries.into_iter().collect(), templates)
    }

    /// Changes when a file of these containers does, so that its pods are replaced.
    pub fn digest(&self, containers: &[&Name]) -> Option<String> {
        let files: Vec<_> = self.files.iter().filter(|file| containers.contains(&file.container)).collect();
        let parts = files.iter().flat_map(|file| {
            let mut parts = vec![file.path, &file.source.key];
            match file.content {
                FileContent::Text(text) | FileContent::Binary(text) => parts.extend(["content", text]),
                FileContent::Secret(pieces) => parts.extend(pieces.iter().flat_map(|piece| match piece {
                    SecretTextPart::Text(text) => ["text", text, ""],
                    SecretTextPart::Output { resource, output } => ["output", resource, output],
                })),
            }
            parts
        });
        (!files.is_empty()).then(|| names::fingerprint(parts))
    }
}

/// The ConfigMap and the Secret of a unit's files. No service and no resource has a dot in its name, so that nothing
/// else is called that.
fn object_name(unit: &ServiceUnit<'_>) -> String {
    format!("{}.files", unit.name())
}

/// A file that is nothing but one value of a Secret that exists.
fn existing_secret(unit: &ServiceUnit<'_>, content: &FileContent) -> Option<Source> {
    let FileContent::Secret(parts) = content else { return None };
    let [SecretTextPart::Output { resource, output }] = parts.as_slice() else { return None };
    match unit.resource(resource)?.outputs.get(output)? {
        Output::Secret { name, key } => {
            Some(Source { kind: SourceKind::Secret, object: name.clone(), key: key.clone() })
        }
        Output::Plain(_) | Output::Store { .. } => None,
    }
}

/// The template of a file. None if it mixes text with a value that only a Kubernetes Secret holds, which no template
/// can read: provisioning refuses that, and without the key the pod would not start rather than start without a secret.
fn rendered(unit: &ServiceUnit<'_>, parts: &[SecretTextPart], entries: &mut BTreeSet<Entry>) -> Option<String> {
    let mut pieces = Vec::new();
    for part in parts {
        match part {
            SecretTextPart::Text(text) => pieces.push(Part::Text(text)),
            SecretTextPart::Output { resource: local, output } => {
                let key = format!("{local}.{output}");
                match unit.resource(local)?.outputs.get(output)? {
                    Output::Plain(text) => pieces.push(Part::Text(text)),
                    stored => {
                        entries.insert(Entry::of(key.clone(), stored)?);
                        pieces.push(Part::Lookup(key));
                    }
                }
            }
        }
    }
    Some(template(&pieces))
}

/// A key of a ConfigMap or Secret: the file's name, and where another file has it or Kubernetes would refuse it, with a
/// fingerprint of container and path.
fn free_key(container: &Name, path: &str, taken: &mut BTreeSet<String>) -> String {
    const LIMIT: usize = 253;
    let name = path.rsplit('/').next().unwrap_or(path);
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let legal = !name.is_empty() && name.len() <= LIMIT && name.chars().all(allowed) && !name.starts_with("..");
    let key = if legal && name != "." && !taken.contains(name) {
        name.to_owned()
    } else {
        names::with_suffix(&names::readable(name), &names::fingerprint([container, path]), LIMIT)
    };
    taken.insert(key.clone());
    key
}

fn without_spaces(base64: &str) -> String {
    base64.chars().filter(|c| !c.is_ascii_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::provision::{FilePlan, ProvisionedUnit};
    use serde_json::json;

    fn with_files<const N: usize>(files: [(&str, FileContent); N]) -> ProvisionedUnit<'static> {
        let mut unit = sample::unit_with("cart", |plan| {
            plan.containers[0].files =
                files.into_iter().map(|(path, content)| (path.to_owned(), FilePlan { content, mode: None })).collect();
        });
        unit.resources.push(sample::redis());
        unit
    }

    fn text(text: &str) -> FileContent {
        FileContent::Text(text.to_owned())
    }

    fn output(resource: &str, output: &str) -> SecretTextPart {
        SecretTextPart::Output { resource: sample::name(resource), output: output.to_owned() }
    }

    #[test]
    fn text_and_bytes_go_into_a_config_map() {
        let unit = with_files([
            ("/etc/app.conf", text("a: 1\n")),
            ("/etc/logo.png", FileContent::Binary("aGk=\n".to_owned())),
        ]);
        let unit = sample::service(&unit);
        let tree = Files::of(&unit).config_map(&unit).unwrap();
        assert_eq!(tree["data"], json!({ "app.conf": "a: 1\n" }));
        assert_eq!(tree["binaryData"], json!({ "logo.png": "aGk=" }));
        assert_eq!(Files::of(&unit).external_secret(&unit), None);
    }

    #[test]
    fn files_of_one_name_get_keys_of_their_own() {
        let unit = with_files([("/a/x.conf", text("1")), ("/b/x.conf", text("2")), ("/c/ü", text("3"))]);
        let unit = sample::service(&unit);
        let tree = Files::of(&unit).config_map(&unit).unwrap();
        let data = tree["data"].as_object().unwrap();
        assert_eq!(data.len(), 3);
        assert_eq!(data["x.conf"], json!("1"));
        assert!(data.keys().all(|key| key.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))));
    }

    #[test]
    fn a_file_with_a_secret_is_rendered_in_the_cluster() {
        let parts = vec![
            SecretTextPart::Text("{{ user }}:".to_owned()),
            output("carts", "password"),
            SecretTextPart::Text("@".to_owned()),
            output("carts", "port"),
        ];
        let unit = with_files([("/etc/redis.url", FileContent::Secret(parts))]);
        let unit = sample::service(&unit);
        let files = Files::of(&unit);
        assert_eq!(files.config_map(&unit), None);
        let spec = &files.external_secret(&unit).unwrap()["spec"];
        assert_eq!(
            spec["target"],
            json!({ "name": "cart.files", "creationPolicy": "Owner", "deletionPolicy": "Retain", "template": {
                "engineVersion": "v2",
                "data": { "redis.url": "{{ \"{{\" }} user }}:{{ index . \"carts.password\" }}@6379" },
            }})
        );
        assert_eq!(
            spec["data"],
            json!([{ "secretKey": "carts.password",
                "remoteRef": { "key": "acme/staging/cart/carts", "property": "password" } }])
        );
    }

    #[test]
    fn a_file_that_is_one_value_of_a_secret_comes_from_there() {
        let mut unit = with_files([("/etc/key", FileContent::Secret(vec![output("tls", "key")]))]);
        let mut tls = sample::resource("tls");
        tls.outputs.insert("key".to_owned(), Output::Secret { name: "cart-tls".to_owned(), key: "tls.key".to_owned() });
        unit.resources.push(tls);
        let unit = sample::service(&unit);
        let files = Files::of(&unit);
        let sources: Vec<_> = files.of_container(&sample::name("main")).map(|file| file.source.clone()).collect();
        let expected = Source { kind: SourceKind::Secret, object: "cart-tls".to_owned(), key: "tls.key".to_owned() };
        assert_eq!(sources, [expected]);
        assert_eq!(files.external_secret(&unit), None);
    }

    #[test]
    fn the_digest_follows_the_content() {
        let digest = |content: &str| {
            let unit = with_files([("/etc/app.conf", text(content))]);
            Files::of(&sample::service(&unit)).digest(&[&sample::name("main")])
        };
        assert_eq!(digest("a"), digest("a"));
        assert_ne!(digest("a"), digest("b"));
        assert_eq!(digest("a").map(|digest| digest.len()), Some(16));
        let unit = sample::unit("cart");
        assert_eq!(Files::of(&sample::service(&unit)).digest(&[&sample::name("main")]), None);
    }
}
