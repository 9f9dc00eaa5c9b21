//! One Backstage entity, built up field by field in the order in which people read it.

use crate::emit::yaml::Tree;
use crate::model::kinds::{Link, Metadata};
use crate::provision::short_name;
use serde_json::{Value, json};

/// The longest name, label value and tag.
const LONGEST: usize = 63;

/// One entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    pub kind: &'static str,
    /// As Backstage has it: [`entity_name`] of what is declared.
    pub name: String,
    pub tree: Tree,
}

impl Entity {
    pub fn new(kind: &'static str, name: &str) -> Entity {
        let name = entity_name(name);
        let mut tree = Tree::new();
        tree.insert("apiVersion".to_owned(), json!("backstage.io/v1alpha1"));
        tree.insert("kind".to_owned(), json!(kind));
        tree.insert("metadata".to_owned(), json!({"name": name}));
        Entity { kind, name, tree }
    }

    /// Kinds differ in case only on paper: some file systems do not tell `A` from `a`.
    pub fn file_name(&self) -> String {
        format!("{}-{}.yaml", self.kind.to_lowercase(), self.name)
    }

    /// What all declarations have: description, labels, annotations, tags.
    pub fn metadata(self, metadata: &Metadata) -> Entity {
        let tags: Vec<String> = metadata.tags.iter().map(|tag| tag_name(tag)).collect();
        self.description(&metadata.description)
            .map("labels", metadata.labels.iter().map(|(key, value)| (key.clone(), value.clone())))
            .map("annotations", metadata.annotations.iter().map(|(key, value)| (key.clone(), value.clone())))
            .set("tags", json!(tags), !tags.is_empty())
    }

    pub fn description(self, description: &str) -> Entity {
        self.set("description", json!(description), !description.is_empty())
    }

    /// Added to what is there; what is there wins, so that people can say it better.
    pub fn annotations(self, more: impl IntoIterator<Item = (String, String)>) -> Entity {
        self.map("annotations", more)
    }

    pub fn labels(self, more: impl IntoIterator<Item = (String, String)>) -> Entity {
        self.map("labels", more)
    }

    pub fn links(self, links: &[(String, String)]) -> Entity {
        let links: Vec<Value> = links.iter().map(|(title, url)| json!({"url": url, "title": title})).collect();
        let any = !links.is_empty();
        self.set("links", Value::Array(links), any)
    }

    pub fn spec(mut self, spec: Value) -> Entity {
        let without_null = match spec {
            Value::Object(fields) => Value::Object(fields.into_iter().filter(|(_, value)| !is_absent(value)).collect()),
            other => other,
        };
        self.tree.insert("spec".to_owned(), without_null);
        self
    }

    fn map(mut self, field: &str, entries: impl IntoIterator<Item = (String, String)>) -> Entity {
        let mut entries = entries.into_iter().peekable();
        if entries.peek().is_none() {
            return self;
        }
        if let Some(Value::Object(metadata)) = self.tree.get_mut("metadata") {
            let map = metadata.entry(field).or_insert_with(|| json!({}));
            if let Value::Object(map) = map {
                entries.for_each(|(key, value)| {
                    map.entry(key).or_insert(Value::String(value));
                });
            }
        }
        self
    }

    fn set(mut self, field: &str, value: Value, present: bool) -> Entity {
        if let (true, Some(Value::Object(metadata))) = (present, self.tree.get_mut("metadata")) {
            metadata.insert(field.to_owned(), value);
        }
        self
    }
}

fn is_absent(value: &Value) -> bool {
    value.is_null()
}

/// A list that is left out where it is empty.
pub fn listed(items: Vec<String>) -> Value {
    if items.is_empty() { Value::Null } else { json!(items) }
}

/// `component:default/cart`
pub fn reference(kind: &str, name: &str) -> String {
    format!("{kind}:default/{}", entity_name(name))
}

/// Backstage compares names without case, and allows 63 letters, digits, `-`, `_` and `.` with a letter or digit at
/// both ends.
pub fn entity_name(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let name = name.trim_matches('-');
    short_name(name, LONGEST).unwrap_or_else(|| name.to_owned())
}

/// A tag has no two hyphens side by side.
fn tag_name(tag: &str) -> String {
    tag.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// Links of a declaration.
pub fn links(links: &[Link]) -> impl Iterator<Item = (String, String)> {
    links.iter().map(|link| (link.title.clone(), link.url.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_such_that_backstage_takes_them() {
        assert_eq!(entity_name("Maria-O-"), "maria-o");
        let long = format!("{}.{}", "a".repeat(63), "b".repeat(63));
        assert_eq!(entity_name(&long).len(), LONGEST);
        assert_eq!(tag_name("a--b"), "a-b");
    }

    #[test]
    fn what_people_say_wins_over_what_is_derived() {
        let say = |value: &str| [("k".to_owned(), value.to_owned())];
        let entity = Entity::new("Component", "a").annotations(say("mine")).annotations(say("derived"));
        assert_eq!(entity.tree["metadata"]["annotations"], json!({"k": "mine"}));
    }
}
