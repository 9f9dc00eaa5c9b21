//! Outputs of a resource type: every provisioner gives all that is declared, and nothing else.

use super::super::inspection::Inspection;
use super::super::shown::shown;
use crate::model::kinds::ResourceType;
use crate::model::kinds::resource_type::{OutputSource, Provisioner};
use crate::model::{Finding, listed, nearest};
use crate::read::Place;

pub fn check(inspection: &mut Inspection, kind: &ResourceType) {
    if kind.outputs.contains_key("*") && kind.outputs.len() > 1 {
        inspection.report(star_not_alone(inspection));
    }
    for (at, provisioner) in kind.provisioners.iter().enumerate() {
        let place = inspection.spec("provisioners").child(at.to_string()).child("outputs");
        check_provisioner(inspection, &place, kind, provisioner);
    }
}

fn check_provisioner(inspection: &mut Inspection, place: &Place, kind: &ResourceType, provisioner: &Provisioner) {
    let missing: Vec<&str> =
        kind.outputs.keys().map(String::as_str).filter(|name| !provisioner.outputs.contains_key(*name)).collect();
    let mut extra: Vec<&str> = Vec::new();
    for (name, source) in &provisioner.outputs {
        let place = place.clone().child(name.as_str());
        let Some(declared) = kind.outputs.get(name) else {
            extra.push(name);
            continue;
        };
        match source {
            OutputSource::Reference(reference) => match (&reference.store, &reference.secret) {
                (Some(_), None) | (None, Some(_)) => {}
                (None, None) => inspection.report(no_source(inspection, &place, name)),
                (Some(_), Some(_)) => inspection.report(two_sources(inspection, &place, name)),
            },
            // A provider that needs no credential says so with an empty text.
            OutputSource::Text(text) if text.is_empty() => {}
            OutputSource::Boolean(_) | OutputSource::Integer(_) | OutputSource::Text(_) if declared.secret => {
                inspection.report(plain_secret(inspection, &place, name));
            }
            OutputSource::Boolean(_) | OutputSource::Integer(_) | OutputSource::Text(_) => {}
        }
    }
    for name in &extra {
        inspection.report(undeclared(inspection, &place.clone().child(*name).key(), name, kind));
    }
    let unexplained: Vec<&str> =
        missing.into_iter().filter(|name| !extra.iter().any(|extra| nearest(extra, [*name]).is_some())).collect();
    if !unexplained.is_empty() {
        inspection.report(not_given(inspection, place, &unexplained));
    }
}

fn star_not_alone(inspection: &Inspection) -> Finding {
    inspection
        .finding(&rules::STAR, &inspection.spec("outputs").child("*").key(), "the output `*` stands beside others")
        .label("has to be the only one")
        .help("`*` is one output per entry of `params.keys`, so every other name could be one of them")
}

fn not_given(inspection: &Inspection, place: &Place, missing: &[&str]) -> Finding {
    let names = listed(missing.iter().copied(), 10);
    inspection
        .finding(&rules::OUTPUTS, &place.clone().key(), format!("this provisioner does not give {names}"))
        .label("incomplete")
        .related(inspection.locate(&inspection.spec("outputs").child(missing[0]).key()), "declared here")
        .help("add a source for it: a plain value, `{store: ...}` or `{secret: {name: ..., key: ...}}`")
}

fn undeclared(inspection: &Inspection, place: &Place, name: &str, kind: &ResourceType) -> Finding {
    let known = || kind.outputs.keys().map(String::as_str);
    let finding = inspection
        .finding(&rules::OUTPUTS, place, format!("the output {} is not declared", shown(name)))
        .label("no such output");
    let finding = match nearest(name, known()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    };
    finding.help(format!("outputs are {}", listed(known(), 20)))
}

fn no_source(inspection: &Inspection, place: &Place, name: &str) -> Finding {
    inspection
        .finding(&rules::SOURCE, &place.clone().key(), format!("the output `{name}` has no source"))
        .label("from where?")
        .help("give `store` or `secret`")
}

fn two_sources(inspection: &Inspection, place: &Place, name: &str) -> Finding {
    inspection
        .finding(
            &rules::SOURCE,
            &place.clone().child("secret").key(),
            format!("the output `{name}` has both `store` and `secret`"),
        )
        .label("a second source")
        .related(inspection.locate(&place.clone().child("store").key()), "the first is here")
        .help("keep one of them")
}

fn plain_secret(inspection: &Inspection, place: &Place, name: &str) -> Finding {
    inspection
        .finding(&rules::SOURCE, place, format!("the secret output `{name}` is a plain value"))
        .label("readable for everybody")
        .related(inspection.locate(&inspection.spec("outputs").child(name).child("secret")), "declared as secret")
        .help("give `{store: ...}` or `{secret: {name: ..., key: ...}}`: secrets are references from end to end")
}

pub mod rules {
    crate::model::rules! {
        OUTPUTS = "schema/outputs", Error,
        "Every provisioner gives every declared output and no other",
r"A service is written against the outputs of a resource type, not against a provider. If one provisioner lacked `port`,
the service would compile in staging and fail in production.

Wrong: `outputs: {host: ..., port: ...}` with a provisioner of `outputs: {host: {store: host}}`

Right: a provisioner of `outputs: {host: {store: host}, port: 6379}`";

        STAR = "schema/output-star", Error,
        "The output `*` stands alone",
r"`*` stands for one output per entry of `params.keys`. A second output could have the name of an entry.

Wrong: `outputs: {'*': {...}, host: {...}}`

Right: `outputs: {'*': {...}}`";

        SOURCE = "schema/output-source", Error,
        "An output has one source, and a secret one is a reference",
r"An output is a plain value, or it is read from the secret store (`store`) or from a Kubernetes Secret (`secret`). A
secret is never a plain value: no secret ever enters the compiler or what it writes. An empty text says that a
provider has no such secret.

Wrong: `password: hunter2`

Right: `password: {store: password}`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::provisioners::tests::{is, redis};

    #[test]
    fn a_provisioner_gives_every_output() {
        let text = redis().replace("port: 6379, password", "password");
        is(&text, "schema/outputs", "this provisioner does not give `port`", "outputs");
        let text = redis().replace("port: 6379, password", "prt: 6379, password");
        is(&text, "schema/outputs", "the output `prt` is not declared", "prt");
        let text = redis().replace("port: 6379, password", "port: 6379, url: x, password");
        is(&text, "schema/outputs", "the output `url` is not declared", "url");
    }

    #[test]
    fn a_star_stands_alone() {
        let text = redis()
            .replace("port: {description: Port}", "\"*\": {description: Port}")
            .replace("port: 6379, password", "\"*\": 6379, password");
        is(&text, "schema/output-star", "the output `*` stands beside others", "\"*\"");
    }

    #[test]
    fn an_output_has_one_source_and_a_secret_is_a_reference() {
        let text = redis().replace("password: {store: password}", "password: hunter2");
        is(&text, "schema/output-source", "the secret output `password` is a plain value", "hunter2");
        let text = redis().replace("password: {store: password}", "password: {}");
        is(&text, "schema/output-source", "the output `password` has no source", "password");
        let text = redis().replace("password: {store: password}", "password: {store: a, secret: {name: a, key: b}}");
        is(&text, "schema/output-source", "the output `password` has both `store` and `secret`", "secret");
    }
}
