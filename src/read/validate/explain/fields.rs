//! Fields that are unknown, missing or without a value.

use super::super::inspection::Inspection;
use super::super::shown::shown;
use super::{Mistake, purpose};
use crate::model::kinds::Kind;
use crate::model::{Finding, listed, nearest};
use crate::read::NodeValue;
use crate::read::schema::walk;

/// Words that other tools use, and ours.
const SYNONYMS: [(&str, &str); 30] = [
    ("arguments", "args"),
    ("autoscaling", "scaling"),
    ("cmd", "command"),
    ("contact", "owner"),
    ("cron", "schedule"),
    ("dependencies", "dependsOn"),
    ("depends", "dependsOn"),
    ("email", "owner"),
    ("endpoint", "url"),
    ("entrypoint", "command"),
    ("env", "variables"),
    ("environment", "environments"),
    ("envvars", "variables"),
    ("http", "httpGet"),
    ("maxreplicas", "max"),
    ("minreplicas", "min"),
    ("needs", "dependsOn"),
    ("replica", "min"),
    ("replicas", "min"),
    ("replicas", "scaling"),
    ("repo", "source"),
    ("repository", "source"),
    ("requires", "dependsOn"),
    ("runasuser", "user"),
    ("size", "class"),
    ("tcp", "tcpSocket"),
    ("team", "owner"),
    ("tz", "timeZone"),
    ("vars", "variables"),
    ("volumemounts", "volumes"),
];

/// Fields by which somebody could try to put a secret into a request for one.
const VALUE_FIELDS: [&str; 8] = ["value", "values", "data", "stringData", "secret", "password", "token", "plaintext"];

/// Tells each unknown field of an object, and gives the known fields that were probably meant.
pub fn unknown(object: &Mistake, unexpected: &[&str], told: &mut Vec<Finding>) -> Vec<&'static str> {
    let known: Vec<&'static str> = walk::fields(object.schema);
    let absent: Vec<&'static str> = known.iter().copied().filter(|field| object.node.entry(field).is_none()).collect();
    let mut suggested = Vec::new();
    for field in unexpected {
        let meant = if asks_for_value(object, field) { None } else { meant(field, &absent) };
        told.push(unknown_field(object, field, &known, meant));
        suggested.extend(meant);
    }
    suggested
}

fn asks_for_value(object: &Mistake, field: &str) -> bool {
    object.compiled.schema["title"] == Kind::SecretRequest.as_str() && VALUE_FIELDS.contains(&field)
}

fn meant(field: &str, absent: &[&'static str]) -> Option<&'static str> {
    let plain = |text: &str| text.replace(['_', '-'], "").to_ascii_lowercase();
    let same = absent.iter().find(|known| plain(known) == plain(field));
    let synonym = || SYNONYMS.iter().find(|(other, ours)| *other == plain(field) && absent.contains(ours));
    same.copied().or_else(|| synonym().map(|(_, ours)| *ours)).or_else(|| nearest(field, absent.iter().copied()))
}

fn unknown_field(object: &Mistake, field: &str, known: &[&str], meant: Option<&'static str>) -> Finding {
    let place = object.place().child(field).key();
    let within = match object.path() {
        path if path.is_empty() => "at the top of the declaration".to_owned(),
        path => format!("in `{path}`"),
    };
    let message = format!("unknown field {} {within}", shown(field));
    let mut finding = object.inspection.finding(&rules::UNKNOWN_FIELD, &place, message).label("no such field");
    if asks_for_value(object, field) {
        return finding
            .label("a secret request holds no value")
            .help("remove it; its owner puts the value into the secret store, and whoever could read this file has seen it: replace the secret");
    }
    if let Some(meant) = meant {
        finding = finding.help(format!("did you mean `{meant}`?{}", case_note(field, meant)));
        if let (true, Some(span)) = (same_letters(field, meant), finding.at.span) {
            finding = finding.fix(span, meant);
        }
    }
    for route in elsewhere(object, field) {
        finding = finding.help(format!("`{field}` is a field of `{route}`"));
    }
    match known.is_empty() {
        true => finding.help("it has no fields"),
        false => finding.help(format!("known fields are {}", listed(known.iter().copied(), 40))),
    }
}

fn case_note(field: &str, meant: &str) -> &'static str {
    if field.eq_ignore_ascii_case(meant) { " field names are case-sensitive" } else { "" }
}

fn same_letters(field: &str, meant: &str) -> bool {
    field.replace(['_', '-'], "").eq_ignore_ascii_case(meant)
}

/// Where in the kind a field of this name does belong, when there are few such places.
fn elsewhere(object: &Mistake, field: &str) -> Vec<String> {
    let routes: Vec<String> = walk::routes_to(&object.compiled.schema, field)
        .iter()
        .filter(|route| !route.is_empty())
        .map(|route| route.join(".").replace(".<n>", "[]"))
        .filter(|route| *route != object.path())
        .collect();
    if routes.len() > 3 { Vec::new() } else { routes }
}

/// A field that an object cannot do without.
pub fn missing(object: &Mistake, field: &str) -> Finding {
    let schema = &object.schema["properties"][field];
    let (place, message) = match object.path() {
        path if path.is_empty() => {
            (object.inspection.place(&["kind".to_owned()]).key(), format!("the declaration has no `{field}`"))
        }
        path => (object.place(), format!("`{path}` has no `{field}`")),
    };
    let help = match purpose(schema) {
        purpose if purpose.is_empty() => format!("add `{field}:`"),
        purpose => format!("add `{field}:` – {purpose}"),
    };
    let finding = object
        .inspection
        .finding(&rules::MISSING_FIELD, &place, message)
        .label(format!("`{field}` is missing here"))
        .help(help);
    match schema["enum"].as_array() {
        Some(choices) => {
            finding.help(format!("choose one of {}", listed(choices.iter().filter_map(|c| c.as_str()), 20)))
        }
        None => finding,
    }
}

/// A key with nothing behind it.
pub fn no_value(value: &Mistake) -> Finding {
    let field = value.route.last().map_or("", String::as_str);
    let is_item = value.route.split_last().is_some_and(|(_, parents)| {
        matches!(value.inspection.node(parents).map(|parent| &parent.value), Some(NodeValue::Sequence(_)))
    });
    let may_go = is_item || !walk::requires(value.parent_schema(), field);
    let wanted = match value.purpose() {
        purpose if purpose.is_empty() => "give it a value".to_owned(),
        purpose => format!("give it a value – {purpose}"),
    };
    let label = if is_item { "nothing stands behind the dash" } else { "nothing stands behind the colon" };
    value
        .inspection
        .finding(&rules::NO_VALUE, &value.place(), format!("`{}` has no value", value.path()))
        .label(label)
        .help(if may_go { format!("{wanted}, or remove it") } else { wanted })
}

/// A service without a workload, neither its own nor one of a Score file.
pub fn no_containers(inspection: &Inspection) -> Finding {
    inspection
        .finding(&rules::MISSING_FIELD, &inspection.place(&["spec".to_owned()]), "`spec` has no `containers`")
        .label("`containers` is missing here")
        .help("add `containers:` – the containers, by name; the first is the main one")
        .help("or name a Score file: `score: ./score.yaml`")
}

/// A declaration that follows its schema and yet cannot be read: a limit of a type that the schema does not say.
pub fn unreadable(inspection: &mut Inspection, error: &serde_json::Error) {
    let finding = inspection
        .finding(&rules::UNREADABLE, &inspection.place(&["spec".to_owned()]), unreadable_message(error))
        .label("in this declaration")
        .help("this is a gap in the schema of Pavior: please report it with the declaration");
    inspection.report(finding);
}

fn unreadable_message(error: &serde_json::Error) -> String {
    format!("this declaration cannot be read: {}", shown(&error.to_string()).trim_matches('`'))
}

pub mod rules {
    crate::model::rules! {
        UNKNOWN_FIELD = "schema/unknown-field", Error,
        "A declaration has only the fields that its kind knows",
r"A field that nobody reads looks as if it had an effect: a `replica: 3` that is ignored is found out in the next
outage. So every field must be known. Names are case-sensitive and in `camelCase`.

To mend it, take the suggested field, or one of those listed. Editors complete them when the first line of the file is
`# yaml-language-server: $schema=../../schemas/service.schema.json`.

Wrong:
```yaml
scaling: {replica: 3}
```
Right:
```yaml
scaling: {min: 3}
```
A `SecretRequest` has no field for a value on purpose: values live in the secret store only.";

        MISSING_FIELD = "schema/missing-field", Error,
        "A declaration has all the fields that its kind needs",
r"Most fields have a safe default and may be left out. The few that are needed have none, because only you can know them:
the image of a container, the owner's forge team, the reason of an exception.

To mend it, add the field; the finding says what it is for.

Wrong:
```yaml
containers: {main: {variables: {PORT: '8080'}}}
```
Right:
```yaml
containers: {main: {image: 'acme/cart:1.4.0', variables: {PORT: '8080'}}}
```";

        NO_VALUE = "schema/no-value", Error,
        "A field that is given has a value",
r"A key with nothing behind its colon is `null` in YAML. It is nearly always a line that was not finished, or a value that
was indented too little and so became a field of something else. Absent means the default; null means nothing here.

To mend it, write a value or remove the line. An empty text is `''`, an empty mapping `{}`.

Wrong:
```yaml
metadata:
  name: cart
  owner:
```
Right:
```yaml
metadata:
  name: cart
  owner: shopping
```";

        UNREADABLE = "schema/unreadable", Error,
        "A declaration that follows its schema can be read",
r"The JSON Schema of a kind and the types of the compiler are generated from one source, so whatever passes the schema can
be read. Where it cannot, the schema has a gap, and that is a fault of Pavior, not of the declaration.

To mend it, report the declaration. Until then, the text of the finding says which value the compiler cannot take.

Wrong: a number that is larger than the field can hold.

Right: a number within the limits that `pavior schema` shows.";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{findings, mended, only, pointed, service, told};

    #[test]
    fn an_unknown_field_is_told_at_its_key_with_what_was_meant() {
        let text = service("  scaling: {replica: 3}\n");
        let finding = &findings(&text)[0];
        assert_eq!(finding.message, "unknown field `replica` in `spec.scaling`");
        assert_eq!(pointed(&text, finding), "replica");
        assert_eq!(finding.help[0], "did you mean `min`?");
        assert_eq!(finding.help[1], "known fields are `min`, `max`, `cpu`, `memory` and `expected`");
        assert_eq!(finding.fix, None);
    }

    #[test]
    fn a_wrong_case_is_mended() {
        let text = service("  scaling: {Max: 3}\n  depends_on: []\n");
        let findings = findings(&text);
        assert_eq!(findings[0].help[0], "did you mean `max`? field names are case-sensitive");
        assert!(mended(&text, &findings[0]).contains("scaling: {max: 3}"));
        assert!(mended(&text, &findings[1]).contains("dependsOn: []"));
    }

    #[test]
    fn a_field_of_another_level_is_sent_there() {
        let text = service("  image: acme/cart:1\n");
        let finding = &findings(&text)[0];
        assert_eq!(finding.message, "unknown field `image` in `spec`");
        assert!(
            finding.help.contains(&"`image` is a field of `spec.containers.<name>`".to_owned()),
            "{:?}",
            finding.help
        );
    }

    #[test]
    fn words_of_other_tools_are_known() {
        let help = |more: &str| findings(&service(more))[0].help[0].clone();
        assert_eq!(help("  replicas: 3\n"), "did you mean `scaling`?");
        assert_eq!(help("  containers: {main: {image: \"a/b:1\", env: {A: b}}}\n"), "did you mean `variables`?");
    }

    #[test]
    fn a_misspelt_field_is_not_also_missing() {
        let text = service("  containers: {main: {imge: \"acme/cart:1\"}}\n");
        let (rule, message, at) = only(&text);
        assert_eq!((rule.as_str(), at.as_str()), ("schema/unknown-field", "imge"));
        assert_eq!(message, "unknown field `imge` in `spec.containers.main`");
    }

    #[test]
    fn a_missing_field_is_told_at_its_parent_with_its_purpose() {
        let text = service("  containers: {main: {command: [run]}}\n");
        let finding = &findings(&text)[0];
        assert_eq!(finding.rule.id, "schema/missing-field");
        assert_eq!(finding.message, "`spec.containers.main` has no `image`");
        assert_eq!(pointed(&text, finding), "main");
        assert_eq!(finding.help, ["add `image:` – the image, with a tag or, better, a digest"]);
    }

    #[test]
    fn missing_parts_of_the_whole_are_told_at_the_kind() {
        let told = told("apiVersion: pavior.dev/v1\nkind: Team\n");
        let messages: Vec<&str> = told.iter().map(|(_, message, _)| message.as_str()).collect();
        assert_eq!(messages, ["the declaration has no `metadata`", "the declaration has no `spec`"]);
        assert!(told.iter().all(|(_, _, at)| at == "kind"));
    }

    #[test]
    fn a_key_without_a_value_says_so() {
        let text = service("  tier:\n");
        assert_eq!(
            only(&text),
            ("schema/no-value".to_owned(), "`spec.tier` has no value".to_owned(), "tier".to_owned())
        );
        assert_eq!(findings(&text)[0].help, ["give it a value – how much hurts when it is down, or remove it"]);
    }

    #[test]
    fn a_secret_request_never_takes_a_value_nor_repeats_it() {
        let text = "apiVersion: pavior.dev/v1\nkind: SecretRequest\nmetadata: {name: pay}\nspec:\n  service: cart\n  \
                    environments: [staging]\n  reason: pays the provider\n  keys:\n    API_KEY: {description: key, value: hunter2}\n";
        let finding = &findings(text)[0];
        assert_eq!(finding.message, "unknown field `value` in `spec.keys.API_KEY`");
        assert_eq!(pointed(text, finding), "value");
        assert!(finding.help[0].starts_with("remove it; its owner puts the value into the secret store"));
        assert!(!format!("{finding:?}").contains("hunter2"));
    }

    #[test]
    fn keys_of_a_hostile_length_are_cut() {
        let text = service(&format!("  {}: 1\n", "x".repeat(1_000)));
        assert!(findings(&text)[0].message.len() < 120);
    }

    #[test]
    fn a_gap_between_schema_and_types_is_told_as_ours() {
        let error = serde_json::from_str::<u8>("300").unwrap_err();
        let message = super::unreadable_message(&error);
        assert!(message.starts_with("this declaration cannot be read: invalid value: integer"), "{message}");
    }
}
