//! Values that are none of the choices.

use super::super::shown::{shown, shown_node};
use super::Mistake;
use crate::model::{Finding, listed, nearest};
use crate::read::NodeValue;
use serde_json::Value;

/// A value that is none of a list.
pub fn not_a_choice(value: &Mistake, choices: &Value) -> Finding {
    let choices: Vec<&str> = choices.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let finding = value
        .inspection
        .finding(&rules::CHOICE, &value.place(), format!("`{}` cannot be {}", value.path(), shown_node(value.node)))
        .label("not one of the choices");
    let finding = match &value.node.value {
        NodeValue::Text(text) => suggest(finding, value, text, &choices),
        _ => finding,
    };
    finding.help(format!("choose one of {}", listed(choices, 40)))
}

fn suggest(finding: Finding, value: &Mistake, text: &str, choices: &[&str]) -> Finding {
    match nearest(text, choices.iter().copied()) {
        Some(near) if near.eq_ignore_ascii_case(text) => {
            finding.help(format!("did you mean `{near}`? case matters")).fix(value.node.span, near)
        }
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    }
}

/// A value where only one is possible.
pub fn not_the_constant(value: &Mistake, constant: &Value) -> Finding {
    let constant = constant.as_str().map_or_else(|| constant.to_string(), str::to_owned);
    value
        .inspection
        .finding(
            &rules::CHOICE,
            &value.place(),
            format!("`{}` is {}, it can only be {}", value.path(), shown_node(value.node), shown(&constant)),
        )
        .label("no other value is possible")
        .help(format!("write `{constant}`"))
        .fix(value.node.span, constant)
}

pub mod rules {
    crate::model::rules! {
        CHOICE = "schema/choice", Error,
        "A field with a list of choices holds one of them",
r"Where there is a list of choices, every other word means nothing, and nothing is guessed from it. Choices are
case-sensitive.

To mend it, take one of the choices that the finding lists; editors show what each means.

Wrong: `tier: high`

Right: `tier: critical`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{findings, findings_at, mended, only, pointed, service};

    #[test]
    fn choices_are_listed_and_the_nearest_is_suggested() {
        let text = service("  tier: critcal\n");
        let (rule, message, at) = only(&text);
        assert_eq!(
            (rule.as_str(), message.as_str(), at.as_str()),
            ("schema/choice", "`spec.tier` cannot be `critcal`", "critcal")
        );
        let expected = ["did you mean `critical`?", "choose one of `supporting`, `important` and `critical`"];
        assert_eq!(findings(&text)[0].help, expected);
    }

    #[test]
    fn a_choice_in_the_wrong_case_is_mended() {
        let text = service("  tier: Critical\n");
        assert!(mended(&text, &findings(&text)[0]).ends_with("tier: critical\n"));
    }

    #[test]
    fn a_boolean_among_words_is_one_finding() {
        let (rule, message, _) = only(&service("  tier: true\n"));
        assert_eq!((rule.as_str(), message.as_str()), ("schema/type", "`spec.tier` is a boolean, a text is needed"));
    }

    #[test]
    fn a_constant_is_told_as_the_only_value() {
        let text = "apiVersion: pavior.dev/v1\nkind: ResourceType\nmetadata: {name: redis}\nspec:\n  params: {type: object, \
                    additionalProperties: true, properties: {}}\n  classes: {small: {}}\n  defaultClass: small\n  outputs: {}\n  \
                    provisioners: [{environment: {provider: local}, outputs: {}}]\n";
        let found = findings_at("golden-paths/resources/redis/resource-type.yaml", text);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].message, "`spec.params.additionalProperties` is `true`, it can only be `false`");
        assert_eq!(pointed(text, &found[0]), "true");
    }
}
