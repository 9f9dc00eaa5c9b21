//! Keys of maps that are not what the map names its entries by.

use super::super::shown::shown;
use super::{Mistake, names};
use crate::model::kinds::keys;
use crate::model::{Finding, Name};
use jsonschema::ValidationError;

/// A key that breaks the map's pattern.
pub fn wrong_key(map: &Mistake, key: &str, error: &ValidationError) -> Finding {
    let place = map.place().child(key).key();
    let format = map.schema["propertyNames"]["format"].as_str();
    if format == Some(Name::FORMAT) {
        return wrong_name(map, key);
    }
    let (noun, advice) = words(format);
    let reason = match key.chars().count() {
        0 => "it is empty".to_owned(),
        length if error.kind().keyword() == "maxLength" => format!("it has {length} characters"),
        _ => String::new(),
    };
    let message = format!("the key {} in `{}` is no {noun}", shown(key), map.path());
    let message = if reason.is_empty() { message } else { format!("{message}: {reason}") };
    map.inspection.finding(&rules::KEY, &place, message).label(format!("no {noun}")).help(advice)
}

fn wrong_name(map: &Mistake, key: &str) -> Finding {
    let message = format!("the key {} in `{}` is no name: {}", shown(key), map.path(), names::reason(key).text);
    let place = map.place().child(key).key();
    let finding = map.inspection.finding(&names::rules::NAME, &place, message).label("no name");
    let finding = match names::meant(key) {
        Some(name) => finding.help(format!("did you mean `{name}`?")),
        None => finding,
    };
    finding.help("a name has lower-case letters, digits and hyphens, starts with a letter, ends with a letter or digit, and has 63 characters at most")
}

fn words(format: Option<&str>) -> (&'static str, &'static str) {
    match format {
        Some(keys::VARIABLE_FORMAT) => (
            "name of an environment variable",
            "it has ASCII letters, digits, `_`, `.` and `-`, does not start with a digit, and has 253 characters at most",
        ),
        Some(keys::PATH_FORMAT) => (
            "absolute path",
            "it starts with `/` and has no `.`, `..`, `:`, `//` or `/` at its end, 1024 characters at most",
        ),
        Some(keys::SECRET_KEY_FORMAT) => {
            ("key of a secret", "it has ASCII letters, digits, `_`, `.` and `-`, and has 253 characters at most")
        }
        Some(keys::WORD_FORMAT) => {
            ("word", "it has ASCII letters, digits, `_` and `-`, starts with a letter, and has 63 characters at most")
        }
        _ => ("key", "it has 253 characters at most"),
    }
}

pub mod rules {
    crate::model::rules! {
        KEY = "schema/key", Error,
        "The keys of a map have the form that the map needs",
r"Where you choose the keys yourself, they still become something: the name of an environment variable, a path in the
container, a key of a secret. What the system behind cannot take is refused here, where it can be mended.

| map | keys |
|---|---|
| `variables` | `^[A-Za-z_][A-Za-z0-9_.-]*$`, 253 at most |
| `files`, `volumes` | absolute paths without `.`, `..`, `:` or a `/` at the end |
| `keys` of a secret request | `^[A-Za-z0-9._-]{1,253}$` |

Wrong:
```yaml
variables: {1ST-PORT: '80'}
files: {etc/app.conf: {content: ''}}
```
Right:
```yaml
variables: {FIRST_PORT: '80'}
files: {/etc/app.conf: {content: ''}}
```";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{findings, only, service};

    fn container(more: &str) -> String {
        service(&format!("  containers: {{main: {{image: \"a/b:1\", {more}}}}}\n"))
    }

    fn is(text: &str, rule: &str, message: &str, at: &str) {
        assert_eq!(only(text), (rule.to_owned(), message.to_owned(), at.to_owned()));
    }

    #[test]
    fn variables_paths_and_secret_keys_have_their_form() {
        let told = "the key `1ST` in `spec.containers.main.variables` is no name of an environment variable";
        is(&container("variables: {1ST: a}"), "schema/key", told, "1ST");
        let long = "A".repeat(254);
        let told = format!(
            "the key `{}…` in `spec.containers.main.variables` is no name of an environment variable: it has 254 characters",
            "A".repeat(60)
        );
        is(&container(&format!("variables: {{{long}: a}}")), "schema/key", &told, &long);
        assert_eq!(findings(&container(&format!("variables: {{{}: a}}", "A".repeat(253)))), []);
        for path in ["etc/app", "/etc/../x", "/etc/", "/a//b", "/a/./b", "/"] {
            let told = format!("the key `{path}` in `spec.containers.main.files` is no absolute path");
            is(&container(&format!("files: {{{path}: {{content: a}}}}")), "schema/key", &told, path);
        }
    }

    #[test]
    fn names_as_keys_are_told_as_names() {
        let told = "the key `Main` in `spec.containers` is no name: it has upper-case letters";
        is(&service("  containers: {Main: {image: \"a/b:1\"}}\n"), "schema/name", told, "Main");
    }

    #[test]
    fn every_wrong_key_is_told_once() {
        let found = findings(&container("variables: {1A: a, 2B: b}"));
        assert_eq!(found.len(), 2, "{found:#?}");
    }
}
