//! A page of documentation about one resource type, in Markdown.

use crate::model::kinds::ResourceType;
use crate::model::kinds::resource_type::{
    ChangeEffect, OutputSource, Param, ParamFormat, ParamType, Provisioner, Reversibility,
};
use crate::model::kinds::{Metadata, resource_type::AccessLevel};
use serde_json::Value;
use std::fmt::Write;

/// What a person needs to know to ask for one.
pub fn resource_type(metadata: &Metadata, spec: &ResourceType) -> String {
    let mut page = format!("# {}\n\n{}\n", metadata.name, metadata.description);
    let mut section = |title: &str, text: String| {
        if !text.is_empty() {
            write!(page, "\n## {title}\n\n{text}").expect("writing to a string succeeds");
        }
    };
    match spec.implicit {
        true => section("Use", "Every service has exactly one, without asking.\n".to_owned()),
        false => section("Use", example(&metadata.name, spec)),
    }
    section("Params", params(spec));
    section("Classes", classes(spec));
    section("Usage", usage(spec));
    section("Outputs", outputs(spec));
    spec.provisioners.iter().for_each(|provisioner| section(&title(provisioner), provider(provisioner)));
    page
}

/// YAML to paste under `spec:` of a service, and how to read an output of it.
fn example(name: &str, spec: &ResourceType) -> String {
    let mut text = format!("```yaml\nresources:\n  my-{name}:\n    type: {name}\n    class: {}\n", spec.default_class);
    let required = spec.params.properties.iter().filter(|(name, _)| spec.params.required.contains(name));
    let given: Vec<String> = required.map(|(name, param)| format!("      {name}: {}\n", sample(param))).collect();
    if !given.is_empty() {
        text.push_str("    params:\n");
        text.extend(given);
    }
    if let Some(output) = spec.outputs.keys().find(|output| *output != "*") {
        write!(
            text,
            "containers:\n  main:\n    variables:\n      {}: ${{resources.my-{name}.{output}}}\n",
            variable(name, output)
        )
        .expect("writing to a string succeeds");
    }
    text + "```\n"
}

fn variable(name: &str, output: &str) -> String {
    format!("{name}_{output}").to_ascii_uppercase().replace('-', "_")
}

/// A value that the param accepts, as flow YAML; a pattern is left to the reader.
fn sample(param: &Param) -> String {
    if let Some(value) = param.values.first() {
        return value.to_string();
    }
    match (param.kind, param.format) {
        (ParamType::String, Some(ParamFormat::Quantity)) => "1Gi".to_owned(),
        (ParamType::String, Some(ParamFormat::Hostname)) => "shop.example.com".to_owned(),
        (ParamType::String, None) => "\"...\"".to_owned(),
        (ParamType::Integer, _) => param.minimum.unwrap_or(1).to_string(),
        (ParamType::Boolean, _) => "true".to_owned(),
        (ParamType::Array, _) => "[]".to_owned(),
    }
}

fn params(spec: &ResourceType) -> String {
    let rows = spec.params.properties.iter().map(|(name, param)| {
        let default = match (&param.default, spec.params.required.contains(name)) {
            (Some(default), _) => code(&plain(default)),
            (None, true) => "required".to_owned(),
            (None, false) => "by class".to_owned(),
        };
        vec![code(name), kind(param), default, bounds(param), param.description.clone()]
    });
    table(&["param", "type", "default", "allowed", "what it does"], rows.collect())
}

fn kind(param: &Param) -> String {
    match (param.kind, param.format) {
        (_, Some(ParamFormat::Quantity)) => "quantity",
        (_, Some(ParamFormat::Hostname)) => "host name",
        (ParamType::String, None) => "string",
        (ParamType::Integer, None) => "integer",
        (ParamType::Boolean, None) => "boolean",
        (ParamType::Array, None) => "list",
    }
    .to_owned()
}

/// Every bound there is, in words.
fn bounds(param: &Param) -> String {
    let mut bounds = Vec::new();
    if !param.values.is_empty() {
        bounds.push(param.values.iter().map(|value| code(&plain(value))).collect::<Vec<_>>().join(", "));
    }
    let text = |bound: Option<i64>| bound.map(|bound| bound.to_string());
    let size = |bound: Option<u64>| bound.map(|bound| bound.to_string());
    bounds.extend(range(text(param.minimum), text(param.maximum), ""));
    bounds.extend(range(size(param.min_length), size(param.max_length), " characters"));
    bounds.extend(range(size(param.min_items), size(param.max_items), " items"));
    if param.unique_items {
        bounds.push("no item twice".to_owned());
    }
    bounds.extend(param.pattern.iter().map(|pattern| format!("matches {}", code(pattern))));
    bounds
        .extend(param.items.iter().flat_map(|items| &items.pattern).map(|item| format!("items match {}", code(item))));
    bounds.join("; ")
}

fn range(least: Option<String>, most: Option<String>, unit: &str) -> Option<String> {
    match (least, most) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}{unit}")),
        (Some(least), None) => Some(format!("at least {least}{unit}")),
        (None, Some(most)) => Some(format!("at most {most}{unit}")),
        (None, None) => None,
    }
}

fn classes(spec: &ResourceType) -> String {
    let rows = spec.classes.iter().map(|(name, preset)| {
        let preset: Vec<String> = preset.iter().map(|(param, value)| format!("{param}: {}", plain(value))).collect();
        let default = if *name == spec.default_class { "by default" } else { "when asked for" };
        vec![code(name), preset.join(", "), default.to_owned()]
    });
    table(&["class", "params", "taken"], rows.collect())
}

/// What its price assumes, and a service may say truer.
fn usage(spec: &ResourceType) -> String {
    let rows = spec
        .usage
        .iter()
        .map(|(word, assumed)| vec![code(word), assumed.default.to_string(), assumed.description.clone()]);
    table(&["usage", "assumed", "what is counted"], rows.collect())
}

fn outputs(spec: &ResourceType) -> String {
    let rows = spec.outputs.iter().map(|(name, output)| {
        let secret = if output.secret { "secret" } else { "plain" };
        vec![code(name), output.description.clone(), secret.to_owned()]
    });
    table(&["output", "what it is", "value"], rows.collect())
}

fn title(provisioner: &Provisioner) -> String {
    let provider = provisioner.environment.provider.as_str();
    match provisioner.environment.class {
        None => format!("On {provider}"),
        Some(class) => format!("On {provider}, {}", word(&class)),
    }
}

/// How one provider realises it, what that costs, who gets in, and what can be undone.
fn provider(provisioner: &Provisioner) -> String {
    let mut lines = vec![format!("- realised by {}", realisation(provisioner))];
    let late = provisioner.outputs.iter().filter(|(_, source)| matches!(source, OutputSource::Reference(_)));
    let late: Vec<String> = late.map(|(name, _)| code(name)).collect();
    if !late.is_empty() {
        lines.push(format!("- known only once it exists: {}", late.join(", ")));
    }
    for item in &provisioner.cost {
        let assumption = item.assumption.as_ref().map(|text| format!(" ({text})")).unwrap_or_default();
        let quantity = code(&plain(&item.quantity));
        lines.push(format!("- costs {quantity} × {} of {}{assumption}", item.unit, code(&item.sku)));
    }
    if let Some(access) = &provisioner.access {
        let (owner, consumers) = (level(access.owner), level(access.consumers));
        lines.push(format!("- the owner {owner}; services that use it {consumers}"));
    }
    for (param, effect) in &provisioner.reversibility {
        let what = match param.as_str() {
            "*" => "changing anything else".to_owned(),
            "delete" => "deleting it".to_owned(),
            param => format!("changing {}", code(param)),
        };
        lines.push(format!("- {what}: {}", reversibility(effect)));
    }
    lines.iter().map(|line| line.to_owned() + "\n").collect()
}

fn realisation(provisioner: &Provisioner) -> String {
    let terraform =
        provisioner.terraform.as_ref().map(|module| format!("the Terraform module {}", code(&module.module)));
    let kinds: Vec<&str> = provisioner.manifests.iter().filter_map(|manifest| manifest.get("kind")?.as_str()).collect();
    let manifests = (!kinds.is_empty()).then(|| kinds.join(", "));
    let claim = provisioner.claim.as_ref().map(|_| "a PersistentVolumeClaim".to_owned());
    let parts: Vec<String> = [terraform, manifests, claim].into_iter().flatten().collect();
    if parts.is_empty() { "nothing of its own".to_owned() } else { parts.join(", and ") }
}

fn level(level: AccessLevel) -> &'static str {
    match level {
        AccessLevel::None => "has no access",
        AccessLevel::Read => "may read",
        AccessLevel::Write => "may write",
        AccessLevel::ReadWrite => "may read and write",
        AccessLevel::Administer => "may administer",
    }
}

fn reversibility(effect: &Reversibility) -> String {
    match effect {
        Reversibility::Always(effect) => words(*effect).to_owned(),
        Reversibility::ByDirection(directed) => {
            let because = directed.because.as_ref().map(|because| format!(": {because}")).unwrap_or_default();
            format!("upwards {}, downwards {}{because}", words(directed.increase), words(directed.decrease))
        }
    }
}

fn words(effect: ChangeEffect) -> &'static str {
    match effect {
        ChangeEffect::InPlace => "in place",
        ChangeEffect::ReplaceKeepsData => "replaced, data is kept",
        ChangeEffect::ReplaceLosesData => "replaced, **data is lost**",
        ChangeEffect::HoldsNoData => "holds no data",
        ChangeEffect::KeepsData => "a backup stays",
        ChangeEffect::LosesData => "**data is lost**",
        ChangeEffect::Irreversible => "**cannot be undone**",
        ChangeEffect::Refused => "**refused**",
    }
}

/// As it stands in YAML: for enums that serialise to a word.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Text without the quotes that JSON puts around it.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn table(header: &[&str], rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let header: Vec<String> = header.iter().map(|title| (*title).to_owned()).collect();
    let rule = vec!["---".to_owned(); header.len()];
    let escaped = rows.into_iter().map(|row| row.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>());
    [header, rule].into_iter().chain(escaped).map(|cells| line(&cells)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_resource_type_is_documented_with_an_example_to_paste() {
        let spec: ResourceType = serde_json::from_value(json!({
            "params": {
                "type": "object", "additionalProperties": false, "required": ["purpose"],
                "properties": {
                    "purpose": {"type": "string", "description": "What it is for", "pattern": "^(a|b)$", "maxLength": 9},
                    "memory": {"type": "string", "format": "quantity", "enum": ["1Gi", "3Gi"], "description": "Of a node"},
                    "replicas": {"type": "integer", "minimum": 0, "default": 1, "description": "Copies"},
                    "topics": {"type": "array", "maxItems": 3, "uniqueItems": true, "description": "Names",
                               "items": {"type": "string", "pattern": "^x"}, "default": []}
                }
            },
            "classes": {"small": {"memory": "1Gi"}, "large": {"memory": "3Gi"}},
            "defaultClass": "small",
            "outputs": {"host": {"description": "Host name"}, "password": {"description": "Token", "secret": true}},
            "provisioners": [
                {"environment": {"provider": "aws"}, "terraform": {"module": "./aws"},
                 "outputs": {"host": {"store": "host"}, "password": "x"},
                 "cost": [{"sku": "cache/${params.memory}", "quantity": "${1}", "unit": "node-hour", "assumption": "730 h"}],
                 "access": {"owner": "administer", "consumers": "read-write"},
                 "reversibility": {"memory": {"increase": "in-place", "decrease": "replace-loses-data"}, "*": "in-place",
                                   "delete": "loses-data"}},
                {"environment": {"provider": "kubernetes", "class": "development"}, "outputs": {},
                 "manifests": [{"kind": "StatefulSet"}, {"kind": "Service"}]}
            ]
        }))
        .unwrap();
        let metadata = serde_json::from_value(json!({"name": "redis", "description": "In-memory data store"})).unwrap();
        insta::assert_snapshot!(resource_type(&metadata, &spec));
    }
}
