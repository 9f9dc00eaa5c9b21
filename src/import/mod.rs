//! Declarations from what a team has already: a text in another format comes in, files and notes go out.
//!
//! What cannot be carried over is told in a note, never invented. Knows no files; what becomes of the result is the
//! caller's business, but it is read by our own reader first ([`Imported::findings`]).

mod backstage;
mod compose;
mod foreign;
mod score;
#[cfg(test)]
mod tests;

pub use backstage::backstage;
pub use compose::compose;
pub use foreign::Unreadable;
pub use score::score;

use crate::emit::yaml::document_under;
use crate::model::kinds::{API_VERSION, Kind};
use crate::model::{Finding, Findings, Name, RepoPath};
use crate::read::{Snapshot, read};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The image that stands where nobody has named one; the check of images refuses it until it is replaced.
pub const IMAGE_TO_FILL_IN: &str = "TODO";

/// Where declarations are written, and who owns them.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// A folder of the repository, below `catalog/`.
    pub folder: RepoPath,
    pub owner: Option<&'a str>,
    /// The versions that resource types offer, by type.
    pub versions: BTreeMap<String, Vec<String>>,
}

/// What an import gives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Imported {
    /// New files of the repository.
    pub files: BTreeMap<RepoPath, String>,
    /// What could not be carried over, or has to be looked at, one sentence each.
    pub notes: Vec<String>,
}

impl Imported {
    /// What our own reader says of the files, beside these others of the repository.
    pub fn findings(&self, others: impl IntoIterator<Item = (RepoPath, Arc<str>)>) -> (Snapshot, Vec<Finding>) {
        let own = self.files.iter().map(|(path, text)| (path.clone(), Arc::from(text.as_str())));
        let snapshot = Snapshot { files: others.into_iter().chain(own).collect(), ..Snapshot::default() };
        let mut findings = Findings::default();
        read(snapshot.clone(), &mut findings);
        (snapshot, findings.into_sorted())
    }

    fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Adds a declaration in a file of its own.
    fn declare(&mut self, target: &Target<'_>, kind: Kind, metadata: Map<String, Value>, spec: Map<String, Value>) {
        let name = metadata["name"].as_str().unwrap_or_default().to_owned();
        let file = match kind {
            Kind::Service => format!("{name}.yaml"),
            other => format!("{name}.{}.yaml", other.slug()),
        };
        let Ok(path) = target.folder.join(&file) else {
            return self.note(format!("{name}: its name is no file name here"));
        };
        let up = "../".repeat(path.as_str().matches('/').count());
        let modeline = format!("# yaml-language-server: $schema={up}schemas/{}.schema.json\n", kind.slug());
        let tree = Map::from_iter([
            ("apiVersion".to_owned(), json!(API_VERSION)),
            ("kind".to_owned(), json!(kind.as_str())),
            ("metadata".to_owned(), Value::Object(metadata)),
            ("spec".to_owned(), Value::Object(spec)),
        ]);
        if self.files.insert(path, document_under(&modeline, &tree)).is_some() {
            self.note(format!("{name}: there are two of this name; only the last is written"));
        }
    }
}

/// The metadata of a declaration.
fn metadata(name: &str, description: Option<&str>, owner: Option<&str>) -> Map<String, Value> {
    let mut metadata = Map::from_iter([("name".to_owned(), json!(name))]);
    metadata.extend(description.map(|text| ("description".to_owned(), json!(text.trim()))));
    metadata.extend(owner.map(|owner| ("owner".to_owned(), json!(owner))));
    metadata
}

/// A name of ours that is nearest to a name of others.
fn name(text: &str) -> String {
    let letters = text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let letters: String = letters.skip_while(|c| !c.is_ascii_lowercase()).take(63).collect();
    let trimmed = letters.trim_end_matches('-');
    match Name::parse(trimmed) {
        Some(name) => name.to_string(),
        None => "unnamed".to_owned(),
    }
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
