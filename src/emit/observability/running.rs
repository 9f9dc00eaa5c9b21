//! What a unit's objects are called: no alert is about something that is not there.

use super::promql::literal;
use crate::emit::yaml::Tree;
use serde_json::Value;

/// Kubernetes cuts the names of pods: up to this length their owner's name is whole.
const WHOLE: usize = 46;

/// The names of the objects of a kind.
pub fn names<'o>(objects: &'o [Tree], kind: &str) -> Vec<&'o str> {
    let of_kind = objects.iter().filter(|object| object.get("kind").is_some_and(|found| found == kind));
    of_kind.filter_map(name).collect()
}

fn name(object: &Tree) -> Option<&str> {
    object.get("metadata")?.get("name")?.as_str()
}

/// A pattern for the names of all pods that the objects bring. None if they bring none.
pub fn pods(objects: &[Tree]) -> Option<String> {
    let patterns: Vec<String> = objects
        .iter()
        .filter_map(|object| {
            let kind = object.get("kind").and_then(Value::as_str)?;
            let suffix = match kind {
                "Deployment" => "-[a-z0-9]{1,10}-[a-z0-9]{5}",
                "StatefulSet" => "-[0-9]+",
                "Job" => "-[a-z0-9]{5}",
                "CronJob" => "-[0-9]+-[a-z0-9]{5}",
                _ => return None,
            };
            name(object).map(|name| pattern(name, suffix))
        })
        .collect();
    (!patterns.is_empty()).then(|| patterns.join("|"))
}

fn pattern(name: &str, suffix: &str) -> String {
    match name.char_indices().nth(WHOLE) {
        None => literal(name) + suffix,
        Some((end, _)) => literal(&name[..end]) + "[a-z0-9-]+",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(kind: &str, name: &str) -> Tree {
        Tree::from_iter([("kind".to_owned(), json!(kind)), ("metadata".to_owned(), json!({ "name": name }))])
    }

    #[test]
    fn pods_are_called_after_what_brings_them() {
        let objects = [
            object("Deployment", "cart"),
            object("Service", "cart"),
            object("CronJob", "cart-x"),
            object("Job", "j.1"),
        ];
        let expected = r"cart-[a-z0-9]{1,10}-[a-z0-9]{5}|cart-x-[0-9]+-[a-z0-9]{5}|j\.1-[a-z0-9]{5}";
        assert_eq!(pods(&objects).as_deref(), Some(expected));
        assert_eq!(pods(&objects[1..2]), None);
        assert_eq!(names(&objects, "Deployment"), ["cart"]);
    }

    #[test]
    fn a_long_name_is_matched_by_its_beginning() {
        let pattern = pods(&[object("StatefulSet", &"a".repeat(60))]).unwrap();
        assert_eq!(pattern, "a".repeat(46) + "[a-z0-9-]+");
    }
}
