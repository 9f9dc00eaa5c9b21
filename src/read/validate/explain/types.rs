//! Values of the wrong type, with the change that would mend them where it is certain.

use super::super::shown::shown_node;
use super::Mistake;
use crate::model::{Finding, Span, listed};
use crate::read::schema::walk;
use crate::read::{Node, NodeValue};

/// A value whose type the schema does not let in.
pub fn wrong_type(value: &Mistake) -> Finding {
    let wanted = walk::types(value.schema);
    let message = format!("`{}` is {}, {} is needed", value.path(), actual(value.node), needed(&wanted));
    let finding = value
        .inspection
        .finding(&rules::TYPE, &value.place(), message)
        .label(format!("this is {}", actual(value.node)));
    if let Some((span, text)) = mend(value, &wanted) {
        return finding.help(format!("write `{text}`")).fix(span, text);
    }
    match (by_habit(value, &wanted), value.purpose()) {
        (Some(help), _) => finding.help(help),
        (None, purpose) if purpose.is_empty() => finding,
        (None, purpose) => finding.help(format!("here stands {purpose}")),
    }
}

fn actual(node: &Node) -> &'static str {
    match &node.value {
        NodeValue::Null => "nothing",
        NodeValue::Boolean(_) => "a boolean",
        NodeValue::Integer(_) => "a number",
        NodeValue::Float(_) => "a number with a fraction",
        NodeValue::Text(_) => "a text",
        NodeValue::Sequence(_) => "a list",
        NodeValue::Mapping(_) => "a mapping",
    }
}

fn needed(types: &[&str]) -> String {
    let words: Vec<&str> = types
        .iter()
        .map(|name| match *name {
            "string" => "a text",
            "integer" => "a whole number",
            "number" => "a number",
            "boolean" => "`true` or `false`",
            "array" => "a list",
            "object" => "a mapping",
            other => other,
        })
        .collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// The bytes to replace and what by, when only one thing can be meant.
fn mend(value: &Mistake, wanted: &[&str]) -> Option<(Span, String)> {
    let span = value.node.span;
    let written = &value.inspection.document().file_of(&value.route).1[span.range()];
    let text = match (&value.node.value, wanted) {
        (NodeValue::Integer(_) | NodeValue::Float(_) | NodeValue::Boolean(_), ["string"]) => {
            quoted(written, value.schema["format"].as_str())?
        }
        (NodeValue::Text(text), ["integer"]) => text.parse::<i64>().ok()?.to_string(),
        (NodeValue::Float(number), ["integer"]) if number.fract() == 0.0 && number.abs() < 1e15 => {
            format!("{}", *number as i64)
        }
        (NodeValue::Text(text), ["boolean"]) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => "true".to_owned(),
            "false" | "no" | "off" | "n" => "false".to_owned(),
            _ => return None,
        },
        (NodeValue::Text(text), ["array"]) if is_plain_word(text) && written == text => format!("[{text}]"),
        _ => return None,
    };
    Some((span, text))
}

/// A scalar as a text. A bare number is no percentage and no duration: what is missing there is the unit.
fn quoted(written: &str, format: Option<&str>) -> Option<String> {
    match format {
        None | Some("pavior-quantity") => Some(format!("\"{written}\"")),
        Some(_) => None,
    }
}

fn is_plain_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 100
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/'))
}

/// What people who come from elsewhere have to know.
fn by_habit(value: &Mistake, wanted: &[&str]) -> Option<String> {
    let map_of_named = wanted == ["object"] && value.schema["additionalProperties"].is_object();
    match (&value.node.value, value.schema["format"].as_str()) {
        (NodeValue::Sequence(_), _) if map_of_named => {
            let field = value.route.last().map_or("", String::as_str);
            Some(format!("give each entry a name in place of its dash: `{field}: {{<name>: ...}}`"))
        }
        (NodeValue::Integer(_) | NodeValue::Float(_), Some("pavior-percent")) => {
            Some(format!("write a percentage: {}", shown_node(value.node).trim_end_matches('`').to_owned() + "%`"))
        }
        (NodeValue::Integer(number), Some("pavior-duration")) => {
            Some(format!("write a unit behind it: `{number}s` or `{number}m`"))
        }
        (NodeValue::Integer(_) | NodeValue::Float(_), Some("pavior-money")) => {
            Some(format!("write the currency behind it: {} USD", shown_node(value.node)).replace('`', ""))
        }
        (NodeValue::Integer(_) | NodeValue::Float(_), Some("pavior-price" | "pavior-count")) => {
            Some(format!("quote it, so that no float rounds it: `\"{}\"`", shown_node(value.node).trim_matches('`')))
        }
        (_, None) if wanted == ["object"] && !walk::fields(value.schema).is_empty() => {
            let fields = listed(walk::fields(value.schema), 8);
            Some(format!("here stands {} – a mapping with the fields {fields}", value.purpose()))
        }
        (NodeValue::Mapping(entries), _) if wanted.contains(&"string") && entries.len() == 1 => {
            Some("quote it if braces or a colon are part of the text".to_owned())
        }
        _ => None,
    }
}

pub mod rules {
    crate::model::rules! {
        TYPE = "schema/type", Error,
        "A value has the type that its field needs",
r"YAML guesses types: `8080` is a number, `true` a boolean, `1.10` the number 1.1. Pavior never converts one into another,
because the guess is wrong just when it matters: a version `1.10` that becomes `1.1`, a country `no` that becomes false.

To mend it, quote what is a text and unquote what is a number.

Wrong:
```yaml
variables: {PORT: 8080, VERBOSE: true}
ports: {http: {port: '80'}}
```
Right:
```yaml
variables: {PORT: '8080', VERBOSE: 'true'}
ports: {http: {port: 80}}
```";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{findings, mended, only, service};

    fn about(more: &str) -> (String, String, String) {
        let text = service(more);
        let (rule, message, at) = only(&text);
        assert_eq!(rule, "schema/type");
        let finding = &findings(&text)[0];
        let mended = finding.fix.as_ref().map_or(String::new(), |_| {
            mended(&text, finding)
                .strip_prefix(&service(""))
                .map(str::to_owned)
                .unwrap_or_else(|| mended(&text, finding))
        });
        (message, at, mended)
    }

    #[test]
    fn a_quoted_number_is_unquoted() {
        let (message, at, mended) = about("  service: {ports: {grpc: {port: \"7070\"}}}\n");
        assert_eq!(message, "`spec.service.ports.grpc.port` is a text, a whole number is needed");
        assert_eq!(at, "\"7070\"");
        assert_eq!(mended, "  service: {ports: {grpc: {port: 7070}}}\n");
    }

    #[test]
    fn a_number_or_boolean_that_is_meant_as_a_text_is_quoted_as_written() {
        let (message, at, mended) = about("  containers: {main: {image: \"a/b:1\", variables: {V: 1.10}}}\n");
        assert_eq!(message, "`spec.containers.main.variables.V` is a number with a fraction, a text is needed");
        assert_eq!(at, "1.10");
        assert!(mended.contains("{V: \"1.10\"}"));
        let (message, _, mended) = about("  containers: {main: {image: \"a/b:1\", variables: {V: true}}}\n");
        assert_eq!(message, "`spec.containers.main.variables.V` is a boolean, a text is needed");
        assert!(mended.contains("{V: \"true\"}"));
    }

    #[test]
    fn words_for_booleans_become_booleans() {
        let (message, at, mended) = about("  preview: {enabled: no}\n");
        assert_eq!(message, "`spec.preview.enabled` is a text, `true` or `false` is needed");
        assert_eq!((at.as_str(), mended.as_str()), ("no", "  preview: {enabled: false}\n"));
    }

    #[test]
    fn a_fraction_that_is_whole_is_written_whole() {
        let (message, at, mended) = about("  scaling: {min: 2.0}\n");
        assert_eq!(message, "`spec.scaling.min` is a number with a fraction, a whole number is needed");
        assert_eq!((at.as_str(), mended.as_str()), ("2.0", "  scaling: {min: 2}\n"));
        let (message, _, mended) = about("  scaling: {min: 2.5}\n");
        assert_eq!(message, "`spec.scaling.min` is a number with a fraction, a whole number is needed");
        assert_eq!(mended, "");
    }

    #[test]
    fn a_single_word_becomes_a_list() {
        let (message, at, mended) = about("  dependsOn: checkout\n");
        assert_eq!(message, "`spec.dependsOn` is a text, a list is needed");
        assert_eq!((at.as_str(), mended.as_str()), ("checkout", "  dependsOn: [checkout]\n"));
    }

    #[test]
    fn a_list_of_containers_is_told_to_have_names() {
        let text = service("  containers:\n    - image: a/b:1\n");
        let finding = &findings(&text)[0];
        assert_eq!(finding.message, "`spec.containers` is a list, a mapping is needed");
        assert_eq!(finding.help, ["give each entry a name in place of its dash: `containers: {<name>: ...}`"]);
    }

    #[test]
    fn a_scalar_in_place_of_a_mapping_is_told_the_fields() {
        let text = service("  scaling: 3\n");
        let help = "here stands how many replicas run – a mapping with the fields `min`, `max`, `cpu`, `memory` and `expected`";
        assert_eq!(findings(&text)[0].help, [help]);
    }

    #[test]
    fn a_bare_number_is_told_which_unit_it_lacks() {
        let help = |more: &str| findings(&service(more))[0].help.clone();
        assert_eq!(help("  scaling: {cpu: 70}\n"), ["write a percentage: `70%`"]);
        assert_eq!(help("  slo: {availability: 99.9}\n"), ["write a percentage: `99.9%`"]);
        assert_eq!(help("  slo: {latency: {p99: 300}}\n"), ["write a unit behind it: `300s` or `300m`"]);
        let text = "apiVersion: pavior.dev/v1\nkind: Team\nmetadata: {name: a}\nspec: {forgeTeam: \"@a/a\", monthlyBudget: 1500}\n";
        assert_eq!(findings(text)[0].help, ["write the currency behind it: 1500 USD"]);
    }
}
