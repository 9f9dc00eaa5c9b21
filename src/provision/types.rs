//! Resource types agree with themselves, whether or not anything uses them yet.

use super::expression::Expressions;
use super::params::check_value;
use super::regular;
use super::reporter::Reporter;
use super::rules;
use crate::link::Catalog;
use crate::model::kinds::ResourceType;
use crate::model::kinds::resource_type::{OutputSource, ParamType, Provisioner};
use crate::model::{Finding, Location, listed, nearest};
use crate::read::{Declared, Place};
use serde_json::Value;

/// Checks every type of the catalog.
pub fn check(catalog: &Catalog<'_>, expressions: &Expressions, reporter: &mut Reporter<'_, '_>) {
    for kind in catalog.resource_types.values() {
        check_params(kind, reporter);
        check_classes(kind, reporter);
        for (index, provisioner) in kind.spec.provisioners.iter().enumerate() {
            let place = kind.place(&["spec", "provisioners", &index.to_string()]);
            check_outputs(kind, provisioner, &place, reporter);
            check_reversibility(kind, provisioner, &place, reporter);
            check_expressions(provisioner, &place, expressions, reporter);
        }
    }
}

fn say(reporter: &mut Reporter<'_, '_>, place: &Place, message: String, help: String) {
    let at = reporter.locate(place);
    reporter.say(inconsistent(at, message, help));
}

fn inconsistent(at: Location, message: String, help: String) -> Finding {
    Finding::new(&rules::RESOURCE_TYPE, at, message).help(help)
}

fn check_params(kind: &Declared<ResourceType>, reporter: &mut Reporter<'_, '_>) {
    let schema = &kind.spec.params;
    for (name, param) in &schema.properties {
        let place = kind.place(&["spec", "params", "properties", name]);
        let patterns = [(&param.pattern, place.clone().child("pattern"))];
        let of_items =
            param.items.as_ref().map(|items| (&items.pattern, place.clone().child("items").child("pattern")));
        for (pattern, place) in patterns.into_iter().chain(of_items) {
            if let Some(Err(why)) = pattern.as_deref().map(regular::compile) {
                say(reporter, &place, format!("param `{name}`: {why}"), "write a Rust regular expression".to_owned());
            }
        }
        if let Some(default) = &param.default {
            for mistake in check_value(name, param, default) {
                say(
                    reporter,
                    &place.clone().child("default"),
                    format!("the default: {}", mistake.message),
                    mistake.help,
                );
            }
        }
    }
    for (index, name) in schema.required.iter().enumerate() {
        if !schema.properties.contains_key(name) {
            let place = kind.place(&["spec", "params", "required", &index.to_string()]);
            say(reporter, &place, format!("the required param `{name}` is not described"), near_param(kind, name));
        }
    }
}

fn near_param(kind: &Declared<ResourceType>, name: &str) -> String {
    let known = || kind.spec.params.properties.keys().map(String::as_str);
    match nearest(name, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the type's params are {}", listed(known(), 20)),
    }
}

fn check_classes(kind: &Declared<ResourceType>, reporter: &mut Reporter<'_, '_>) {
    let spec = &kind.spec;
    if !spec.classes.contains_key(&spec.default_class) {
        let known = listed(spec.classes.keys().map(|name| name.as_str()), 10);
        let message = format!("the default class `{}` is none of the classes", spec.default_class);
        say(reporter, &kind.place(&["spec", "defaultClass"]), message, format!("choose one of {known}"));
    }
    for (class, presets) in &spec.classes {
        for (name, value) in presets {
            let place = kind.place(&["spec", "classes", class, name]);
            match spec.params.properties.get(name) {
                None => {
                    let message = format!("class {class} sets the param `{name}`, which the type does not have");
                    say(reporter, &place.key(), message, near_param(kind, name));
                }
                Some(param) => {
                    for mistake in check_value(name, param, value) {
                        say(reporter, &place, format!("class {class}: {}", mistake.message), mistake.help);
                    }
                }
            }
        }
    }
    let lists_keys = spec.params.properties.get("keys").is_some_and(|keys| keys.kind == ParamType::Array);
    if spec.outputs.contains_key("*") && !lists_keys {
        let place = kind.place(&["spec", "outputs", "*"]).key();
        let help = "describe `keys` as an array of strings".to_owned();
        say(reporter, &place, "the output `*` needs a list param `keys`".to_owned(), help);
    }
}

/// Each declared output is given, no other is, and no secret has a value.
fn check_outputs(
    kind: &Declared<ResourceType>,
    provisioner: &Provisioner,
    place: &Place,
    reporter: &mut Reporter<'_, '_>,
) {
    let place = place.clone().child("outputs");
    let provider = provisioner.environment.provider.as_str();
    for name in kind.spec.outputs.keys().filter(|name| !provisioner.outputs.contains_key(*name)) {
        let message = format!("the provisioner for {provider} does not give the output `{name}`");
        say(reporter, &place.clone().key(), message, format!("add `{name}`: a value, `store` or `secret`"));
    }
    for (name, source) in &provisioner.outputs {
        let place = place.clone().child(name.as_str());
        let Some(declared) = kind.spec.outputs.get(name) else {
            let known = || kind.spec.outputs.keys().map(String::as_str);
            let help = match nearest(name, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("declare it under `spec.outputs`, next to {}", listed(known(), 20)),
            };
            say(reporter, &place.key(), format!("the output `{name}` is not declared"), help);
            continue;
        };
        let plain = match source {
            OutputSource::Reference(_) => false,
            OutputSource::Boolean(_) | OutputSource::Integer(_) => true,
            OutputSource::Text(text) => !text.is_empty() && !text.contains("${"),
        };
        if declared.secret && plain {
            let message = format!("the output `{name}` is secret, and has a value here for all to read");
            say(reporter, &place, message, "refer to it by `store` or `secret`".to_owned());
        }
    }
}

fn check_reversibility(
    kind: &Declared<ResourceType>,
    provisioner: &Provisioner,
    place: &Place,
    reporter: &mut Reporter<'_, '_>,
) {
    let is_known = |name: &str| matches!(name, "*" | "delete") || kind.spec.params.properties.contains_key(name);
    for name in provisioner.reversibility.keys().filter(|name| !is_known(name)) {
        let place = place.clone().child("reversibility").child(name.as_str()).key();
        say(reporter, &place, format!("`{name}` is no param of the type"), near_param(kind, name));
    }
}

/// Every expression can be parsed. What it names is known when it is evaluated.
fn check_expressions(
    provisioner: &Provisioner,
    place: &Place,
    expressions: &Expressions,
    reporter: &mut Reporter<'_, '_>,
) {
    let Ok(tree) = serde_json::to_value(provisioner) else { return };
    check_tree(&tree, &mut Vec::new(), &mut |text, route| {
        if let Err(problem) = &*expressions.parse(text) {
            let place = route.iter().fold(place.clone(), |place, step| place.child(step.as_str()));
            let at = reporter.locate(&place.within(problem.range.start, problem.range.end));
            reporter.say(unparsable(at, &problem.message, problem.help.as_deref()));
        }
    });
}

fn unparsable(at: Location, message: &str, help: Option<&str>) -> Finding {
    let finding = Finding::new(&rules::EXPRESSION, at, message.to_owned());
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

fn check_tree(tree: &Value, route: &mut Vec<String>, each: &mut dyn FnMut(&str, &[String])) {
    match tree {
        Value::String(text) if text.contains("${") => each(text, route),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                route.push(index.to_string());
                check_tree(item, route, each);
                route.pop();
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                route.push(key.clone());
                check_tree(value, route, each);
                route.pop();
            }
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
