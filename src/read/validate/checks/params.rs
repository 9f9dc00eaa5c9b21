//! The params of a resource type and its classes: every preset and default is a value the param takes.

use super::super::inspection::Inspection;
use super::super::shown::shown;
use crate::model::kinds::ResourceType;
use crate::model::kinds::resource_type::Param;
use crate::model::{Finding, Quantity, listed, nearest};
use crate::read::Place;
use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub fn check(inspection: &mut Inspection, kind: &ResourceType) {
    let validators = validators(inspection, kind);
    let params = inspection.spec("params");
    for (at, name) in kind.params.required.iter().enumerate() {
        match kind.params.properties.get(name) {
            None => {
                let place = params.clone().child("required").child(at.to_string());
                inspection.report(unknown_param(inspection, &place, name, kind));
            }
            Some(param) if param.default.is_some() => {
                inspection.report(required_with_default(inspection, &params, at, name));
            }
            Some(_) => {}
        }
    }
    for (name, param) in &kind.params.properties {
        let place = params.clone().child("properties").child(name.as_str());
        if let Some(default) = &param.default {
            check_value(inspection, &place.clone().child("default"), &validators, name, default);
        }
    }
    for (class, presets) in &kind.classes {
        for (name, value) in presets {
            let place = inspection.spec("classes").child(class.as_str()).child(name.as_str());
            match kind.params.properties.contains_key(name) {
                true => check_value(inspection, &place, &validators, name, value),
                false => inspection.report(unknown_param(inspection, &place.key(), name, kind)),
            }
        }
    }
    if !kind.classes.contains_key(&kind.default_class) {
        inspection.report(unknown_default_class(inspection, kind));
    }
}

/// Each param as the JSON Schema that it is; one that is none is a finding.
fn validators<'k>(inspection: &mut Inspection, kind: &'k ResourceType) -> BTreeMap<&'k str, Validator> {
    let mut validators = BTreeMap::new();
    for (name, param) in &kind.params.properties {
        let place = inspection.spec("params").child("properties").child(name.as_str());
        for (least, most) in [("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")] {
            let bounds = bounds(param, least);
            if bounds.is_some_and(|(least, most)| least > most) {
                inspection.report(bounds_crossed(inspection, &place, name, least, most));
            }
        }
        match validator(param) {
            Some(validator) => {
                let wrong = param.values.iter().position(|value| !is_of_type(param, value));
                if let Some(at) = wrong {
                    let place = place.child("enum").child(at.to_string());
                    inspection.report(wrong_value(inspection, &place, name, &param.values[at], "another type"));
                }
                validators.insert(name.as_str(), validator);
            }
            None => inspection.report(no_pattern(inspection, &place, name)),
        }
    }
    validators
}

fn bounds(param: &Param, least: &str) -> Option<(i128, i128)> {
    let (least, most) = match least {
        "minimum" => (param.minimum.map(i128::from), param.maximum.map(i128::from)),
        "minLength" => (param.min_length.map(i128::from), param.max_length.map(i128::from)),
        _ => (param.min_items.map(i128::from), param.max_items.map(i128::from)),
    };
    least.zip(most)
}

fn validator(param: &Param) -> Option<Validator> {
    let schema = serde_json::to_value(param).ok()?;
    jsonschema::options()
        .with_draft(Draft::Draft7)
        .with_pattern_options(PatternOptions::regex())
        .should_validate_formats(true)
        .with_format("quantity", |text: &str| Quantity::parse(text).is_some())
        .build(&schema)
        .ok()
}

fn is_of_type(param: &Param, value: &Value) -> bool {
    let Ok(schema) = jsonschema::validator_for(&json!({ "type": param.kind })) else { return true };
    schema.is_valid(value)
}

fn check_value(
    inspection: &mut Inspection,
    place: &Place,
    validators: &BTreeMap<&str, Validator>,
    name: &str,
    value: &Value,
) {
    let Some(error) = validators.get(name).and_then(|validator| validator.validate(value).err()) else { return };
    let reason = match error.kind().keyword() {
        "type" => "another type",
        "enum" => "none of its choices",
        "minimum" | "maximum" => "out of its range",
        "minLength" | "maxLength" | "minItems" | "maxItems" => "too short or too long",
        _ => "not of its form",
    };
    inspection.report(wrong_value(inspection, place, name, value, reason));
}

fn wrong_value(inspection: &Inspection, place: &Place, name: &str, value: &Value, reason: &str) -> Finding {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    inspection
        .finding(&rules::VALUE, place, format!("{} is no value for the param `{name}`: it is {reason}", shown(&text)))
        .label("the param does not take this")
        .related(inspection.locate(&inspection.spec("params").child("properties").child(name).key()), "the param")
        .help("give a value that the param takes, or widen the param")
}

fn bounds_crossed(inspection: &Inspection, place: &Place, name: &str, least: &str, most: &str) -> Finding {
    inspection
        .finding(
            &rules::PARAM,
            &place.clone().child(least),
            format!("no value fits the param `{name}`: `{least}` is above `{most}`"),
        )
        .label("above the other bound")
        .related(inspection.locate(&place.clone().child(most)), "the other bound")
        .help("exchange them")
}

fn no_pattern(inspection: &Inspection, place: &Place, name: &str) -> Finding {
    inspection
        .finding(
            &rules::PARAM,
            &place.clone().child("pattern"),
            format!("the pattern of the param `{name}` is no regular expression"),
        )
        .label("cannot be read")
        .help("look-around and back-references are not possible, because matching has to end in time")
}

fn required_with_default(inspection: &Inspection, params: &Place, at: usize, name: &str) -> Finding {
    inspection
        .finding(
            &rules::PARAM,
            &params.clone().child("required").child(at.to_string()),
            format!("the param `{name}` is required and has a default"),
        )
        .label("required")
        .related(inspection.locate(&params.clone().child("properties").child(name).child("default")), "its default")
        .help("remove one of the two: a param with a default need not be given")
}

fn unknown_param(inspection: &Inspection, place: &Place, name: &str, kind: &ResourceType) -> Finding {
    let known = || kind.params.properties.keys().map(String::as_str);
    let finding = inspection
        .finding(&rules::UNKNOWN_PARAM, place, format!("there is no param {}", shown(name)))
        .label("no such param");
    let finding = match nearest(name, known()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    };
    finding.help(format!("params are {}", listed(known(), 20)))
}

fn unknown_default_class(inspection: &Inspection, kind: &ResourceType) -> Finding {
    let known = || kind.classes.keys().map(|class| class.as_str());
    let finding = inspection
        .finding(&rules::CLASS, &inspection.spec("defaultClass"), format!("there is no class `{}`", kind.default_class))
        .label("no such class");
    let finding = match nearest(&kind.default_class, known()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    };
    finding.help(format!("classes are {}", listed(known(), 20)))
}

pub mod rules {
    crate::model::rules! {
        PARAM = "schema/param", Error,
        "A param can have a value",
r"A param is described in a subset of JSON Schema. Bounds that cross let no value in, a pattern that cannot be read matches
nothing, and a default of a required param is never used.

Wrong: `memory: {type: integer, minimum: 10, maximum: 1, description: GiB}`

Right: `memory: {type: integer, minimum: 1, maximum: 10, description: GiB}`";

        VALUE = "schema/param-value", Error,
        "Defaults, choices and presets are values that their param takes",
r"What the platform gives by default has to pass the same check as what users give; otherwise everybody who asks for
nothing special gets an error about something they did not write.

Wrong: `memory: {type: string, format: quantity, default: 1GB, description: Memory}`

Right: `memory: {type: string, format: quantity, default: 1Gi, description: Memory}`";

        UNKNOWN_PARAM = "schema/unknown-param", Error,
        "Classes and `required` name params that exist",
r"A preset of a param that does not exist has no effect: the class would be smaller than its name says.

Wrong: `classes: {small: {memry: 1Gi}}`

Right: `classes: {small: {memory: 1Gi}}`";

        CLASS = "schema/default-class", Error,
        "The default class is one of the classes",
r"`defaultClass` is what those get who name none.

Wrong: `{classes: {small: {}}, defaultClass: medium}`

Right: `{classes: {small: {}}, defaultClass: small}`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::provisioners::tests::{is, redis, told};

    #[test]
    fn the_shipped_shape_is_whole() {
        assert_eq!(told(&redis()), []);
    }

    #[test]
    fn the_default_class_exists() {
        is(
            &redis().replace("defaultClass: small", "defaultClass: smal"),
            "schema/default-class",
            "there is no class `smal`",
            "smal",
        );
    }

    #[test]
    fn presets_and_defaults_are_values_of_their_params() {
        let text = redis().replace("small: {memory: 1Gi}", "small: {memory: 2Gi}");
        is(&text, "schema/param-value", "`2Gi` is no value for the param `memory`: it is none of its choices", "2Gi");
        let text = redis().replace("default: \"7.1\"", "default: \"7.2\"");
        is(
            &text,
            "schema/param-value",
            "`7.2` is no value for the param `version`: it is none of its choices",
            "\"7.2\"",
        );
        let text = redis().replace("enum: [\"7.1\"], default: \"7.1\"", "default: 7");
        is(&text, "schema/param-value", "`7` is no value for the param `version`: it is another type", "7");
        let text = redis().replace("enum: [\"7.1\"], default: \"7.1\"", "enum: [7]");
        is(&text, "schema/param-value", "`7` is no value for the param `version`: it is another type", "7");
        let text = redis().replace("small: {memory: 1Gi}", "small: {memry: 1Gi}");
        is(&text, "schema/unknown-param", "there is no param `memry`", "memry");
    }

    #[test]
    fn a_param_can_have_a_value() {
        let text = redis().replace("enum: [\"7.1\"], default: \"7.1\"", "minLength: 5, maxLength: 1");
        is(&text, "schema/param", "no value fits the param `version`: `minLength` is above `maxLength`", "5");
        let text = redis().replace("enum: [\"7.1\"], default: \"7.1\"", "pattern: \"(\"");
        is(&text, "schema/param", "the pattern of the param `version` is no regular expression", "\"(\"");
        let text = redis().replace("additionalProperties: false,", "additionalProperties: false, required: [version],");
        is(&text, "schema/param", "the param `version` is required and has a default", "version");
    }
}
