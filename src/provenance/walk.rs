//! Every leaf of an artifact is asked where it comes from. What answers for a branch answers for all below it.

use super::trace::Traced;
use crate::model::{FieldPath, NAMING, Step, item_names};
use serde_json::Value;

/// A place in an artifact.
pub struct Spot<'s> {
    /// Keys, and items of lists by what names them, as in [`FieldPath`].
    pub steps: &'s [&'s str],
    /// The same with the positions of items.
    pub raw: &'s [String],
    pub value: &'s Value,
    /// The whole artifact.
    pub root: &'s Value,
}

impl Spot<'_> {
    /// Whether nothing is below it.
    pub fn is_leaf(&self) -> bool {
        match self.value {
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        }
    }

    /// The value above it, so many steps from the root.
    pub fn above(&self, steps: usize) -> Option<&Value> {
        self.raw.iter().take(steps).try_fold(self.root, |value, step| match value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            other => other.get(step),
        })
    }

    /// A text below it.
    pub fn text(&self, route: &[&str]) -> Option<&str> {
        route.iter().try_fold(self.value, |value, step| value.get(step))?.as_str()
    }
}

/// The fields of a tree with what set them, in the order of the tree; None where nobody knows.
pub fn walk(root: &Value, trace: &dyn Fn(&Spot<'_>) -> Option<Traced>) -> Vec<(FieldPath, Option<Traced>)> {
    let mut walk =
        Walk { root, trace, steps: Vec::new(), raw: Vec::new(), path: FieldPath::default(), found: Vec::new() };
    walk.below(root);
    walk.found
}

struct Walk<'w> {
    root: &'w Value,
    trace: &'w dyn Fn(&Spot<'_>) -> Option<Traced>,
    steps: Vec<String>,
    raw: Vec<String>,
    path: FieldPath,
    found: Vec<(FieldPath, Option<Traced>)>,
}

impl Walk<'_> {
    fn below(&mut self, value: &Value) {
        match value {
            Value::Object(fields) => {
                for (key, field) in fields {
                    self.step(key.clone(), key.clone(), Step::Key(key.clone()), field);
                }
            }
            Value::Array(items) => {
                let names = NAMING.iter().find_map(|key| item_names(items, key));
                for (index, item) in items.iter().enumerate() {
                    match names.as_ref().and_then(|names| names.get(index)) {
                        Some(name) => self.step(name.clone(), index.to_string(), Step::Named(name.clone()), item),
                        None => self.step(index.to_string(), index.to_string(), Step::Index(index), item),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn step(&mut self, step: String, raw: String, in_path: Step, value: &Value) {
        self.steps.push(step);
        self.raw.push(raw);
        self.path.0.push(in_path);
        let steps: Vec<&str> = self.steps.iter().map(String::as_str).collect();
        let spot = Spot { steps: &steps, raw: &self.raw, value, root: self.root };
        let is_leaf = spot.is_leaf();
        match (self.trace)(&spot) {
            None if !is_leaf => self.below(value),
            traced => self.found.push((self.path.clone(), traced)),
        }
        self.steps.pop();
        self.raw.pop();
        self.path.0.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn who_answers_for_a_branch_answers_for_all_below_it() {
        let tree = json!({ "spec": { "a": { "b": 1, "c": 2 }, "items": [{ "name": "x", "value": 1 }], "none": {} } });
        let found = walk(&tree, &|spot| match spot.steps {
            ["spec", "a"] => Some(Traced::default("a branch")),
            ["spec", "items", "x", "value"] => Some(Traced::default("a leaf")),
            _ => None,
        });
        let shown: Vec<(String, bool)> =
            found.iter().map(|(path, traced)| (path.to_string(), traced.is_some())).collect();
        let expected =
            [("spec.a", true), ("spec.items[x].name", false), ("spec.items[x].value", true), ("spec.none", false)];
        assert_eq!(shown, expected.map(|(path, known)| (path.to_owned(), known)));
    }
}
