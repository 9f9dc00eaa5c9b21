//! Which attributes of a resource differ, by name. Terraform's trees in, paths out: values are compared and forgotten, for
//! they may be secret.

use serde_json::Value;

/// Something of a resource that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attribute {
    /// `input.value.memory`, `tags["a.b"]`, `rules[0].port`
    pub path: String,
    /// The provider calls it sensitive. No more of it is named than that.
    pub is_sensitive: bool,
}

/// The two trees, what is not known yet, and which of each is sensitive: `true` stands for all below it.
pub(super) struct Sides<'v> {
    pub(super) before: &'v Value,
    pub(super) after: &'v Value,
    pub(super) unknown: &'v Value,
    pub(super) sensitive: [&'v Value; 2],
}

/// What differs. Nothing where one of the trees is not there at all: then the resource comes or goes.
pub(super) fn differing(sides: &Sides<'_>) -> Vec<Attribute> {
    let mut found = Vec::new();
    if !sides.before.is_null() && !sides.after.is_null() {
        walk(String::new(), sides, &mut found);
    }
    found.sort();
    found
}

fn walk(path: String, sides: &Sides<'_>, found: &mut Vec<Attribute>) {
    let Sides { before, after, unknown, sensitive } = sides;
    // What is only known after apply differs because something else does.
    if before == after || **unknown == Value::Bool(true) {
        return;
    }
    if sensitive.contains(&&Value::Bool(true)) {
        return found.push(Attribute { path, is_sensitive: true });
    }
    let below = |step: &Step<'_>| Sides {
        before: step.of(before),
        after: step.of(after),
        unknown: step.of(unknown),
        sensitive: sensitive.map(|one| step.of(one)),
    };
    match (before, after) {
        (Value::Object(one), Value::Object(other)) => {
            let more = other.keys().filter(|key| !one.contains_key(*key));
            for key in one.keys().chain(more) {
                let step = Step::Key(key);
                walk(step.behind(&path), &below(&step), found);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for number in 0..one.len() {
                let step = Step::Number(number);
                walk(step.behind(&path), &below(&step), found);
            }
        }
        // A list that grew is told as a whole; whatever stands in it may be sensitive.
        _ => {
            let is_sensitive = sensitive.iter().any(|one| has_true(one));
            found.push(Attribute { path, is_sensitive });
        }
    }
}

fn has_true(tree: &Value) -> bool {
    match tree {
        Value::Bool(is_true) => *is_true,
        Value::Array(items) => items.iter().any(has_true),
        Value::Object(fields) => fields.values().any(has_true),
        _ => false,
    }
}

enum Step<'k> {
    Key(&'k str),
    Number(usize),
}

impl Step<'_> {
    fn of<'v>(&self, tree: &'v Value) -> &'v Value {
        match self {
            Step::Key(key) => tree.get(key),
            Step::Number(number) => tree.get(number),
        }
        .unwrap_or(&Value::Null)
    }

    fn behind(&self, path: &str) -> String {
        let is_plain = |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        match self {
            Step::Key(key) if path.is_empty() && is_plain(key) => (*key).to_owned(),
            Step::Key(key) if is_plain(key) => format!("{path}.{key}"),
            Step::Key(key) => format!("{path}[{key:?}]"),
            Step::Number(number) => format!("{path}[{number}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(before: Value, after: Value, unknown: Value, sensitive: [Value; 2]) -> Vec<String> {
        let sensitive = [&sensitive[0], &sensitive[1]];
        let all = differing(&Sides { before: &before, after: &after, unknown: &unknown, sensitive });
        all.into_iter()
            .map(|one| if one.is_sensitive { format!("{} (sensitive)", one.path) } else { one.path })
            .collect()
    }

    #[test]
    fn attributes_are_named_and_their_values_are_not() {
        let before = json!({ "size": 1, "tags": { "a.b": "x", "c": "y" }, "rules": [{ "port": 1 }], "id": "i" });
        let after = json!({ "size": 2, "tags": { "a.b": "z", "c": "y" }, "rules": [{ "port": 2 }], "new": true });
        let found = told(before, after, json!({ "id": true }), [json!({}), json!({})]);
        assert_eq!(found, ["new", "rules[0].port", "size", "tags[\"a.b\"]"]);
    }

    #[test]
    fn below_what_is_sensitive_nothing_is_named() {
        let before = json!({ "secrets": { "hunter2": "a" }, "list": ["a"], "same": "s" });
        let after = json!({ "secrets": { "hunter3": "a" }, "list": ["a", "b"], "same": "s" });
        let sensitive = [json!({ "secrets": true, "list": [true], "same": true }), json!({})];
        assert_eq!(told(before, after, json!({}), sensitive), ["list (sensitive)", "secrets (sensitive)"]);
    }

    #[test]
    fn what_comes_or_goes_has_no_attributes_that_differ() {
        assert_eq!(told(Value::Null, json!({ "a": 1 }), json!({}), [json!(false), json!({})]), [""; 0]);
    }
}
