//! The path of a field inside an object: `spec.template.spec.containers[main].image`.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    Key(String),
    /// An item of a list, by its name.
    Named(String),
    /// An item of a list whose items have no names.
    Index(usize),
    /// One item more or less in a list whose items have no names.
    Item,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(pub Vec<Step>);

impl FieldPath {
    pub fn then(&self, step: Step) -> FieldPath {
        FieldPath(self.0.iter().cloned().chain([step]).collect())
    }

    /// The same field of every item of its lists: `containers[*].image`.
    pub fn of_every_item(&self) -> String {
        let step = |step: &Step| match step {
            Step::Key(key) => Step::Key(key.clone()),
            Step::Named(_) | Step::Index(_) | Step::Item => Step::Named("*".to_owned()),
        };
        FieldPath(self.0.iter().map(step).collect()).to_string()
    }

    /// The keys alone, which say what kind of field it is.
    pub fn keys(&self) -> Vec<&str> {
        fn key(step: &Step) -> Option<&str> {
            match step {
                Step::Key(key) => Some(key),
                Step::Named(_) | Step::Index(_) | Step::Item => None,
            }
        }
        self.0.iter().filter_map(key).collect()
    }

    pub fn starts_with(&self, keys: &[&str]) -> bool {
        self.keys().starts_with(keys)
    }
}

/// Keys that hold a dot stand in brackets, as in JSONPath.
impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if index == 0 => f.write_str(key)?,
                Step::Key(key) if key.contains(['.', '[', ' ', '"']) => write!(f, "[\"{key}\"]")?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Named(name) => write!(f, "[{name}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Item => f.write_str("[]")?,
            }
        }
        Ok(())
    }
}

/// What tells items of a list apart, the first that does: mounts of one volume share its name.
pub const NAMING: [&str; 7] = ["mountPath", "name", "secretKey", "containerPort", "alert", "record", "id"];

/// The names of all items by one key, in their order; None when one has none or two share one.
pub fn item_names(items: &[Value], key: &str) -> Option<Vec<String>> {
    let mut seen = BTreeSet::new();
    let name = |item: &Value| {
        let name = match item.get(key)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        seen.insert(name.clone()).then_some(name)
    };
    items.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_people_write_it() {
        let key = |text: &str| Step::Key(text.to_owned());
        let path = [key("metadata"), key("labels"), key("pavior.dev/owner")].into_iter().collect::<Vec<_>>();
        assert_eq!(FieldPath(path).to_string(), "metadata.labels[\"pavior.dev/owner\"]");
        let path = vec![key("containers"), Step::Named("main".to_owned()), key("args"), Step::Index(1), Step::Item];
        assert_eq!(FieldPath(path).to_string(), "containers[main].args[1][]");
    }
}
