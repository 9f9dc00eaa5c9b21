//! The params of one resource: placeholders expanded, checked, presets and defaults filled in.

use super::{Stage, choose, plain_output};
use crate::link::{EnvironmentField, MetadataField, Reference};
use crate::model::{Finding, Location};
use crate::provision::ask::Ask;
use crate::provision::params::{Mistake, Unexpanded, expand, filled, mistakes};
use crate::provision::reporter::Reporter;
use crate::provision::rules;
use crate::provision::unit::{EnvironmentFacts, Output};
use serde_json::{Map, Value};

pub fn checked(
    ask: &Ask<'_>,
    stage: &Stage<'_, '_, '_>,
    reporter: &mut Reporter<'_, '_>,
) -> Option<Map<String, Value>> {
    let before = reporter.errors();
    let environment = &stage.surroundings.facts.name;
    let class_is_known = choose::class(ask, reporter);
    let expanded = match expand(&ask.given, &mut |path| plain_value(path, stage)) {
        Ok(expanded) => expanded,
        Err(unexpanded) => {
            for one in unexpanded {
                let place = ask.param_place(reporter.documents, environment, &one.route);
                let at = reporter.locate(&place.within(one.range.start, one.range.end));
                reporter.say(not_plain(at, &one));
            }
            return None;
        }
    };
    // What a preset gives need not be given.
    let mut schema_given = filled_by_class(ask);
    schema_given.extend(expanded.clone());
    for mistake in mistakes(&ask.kind.metadata.name, &ask.kind.spec.params, &schema_given) {
        let about_preset = mistake.route.first().is_some_and(|name| !expanded.contains_key(name));
        if about_preset {
            continue; // Told at the type.
        }
        let place = ask.param_place(reporter.documents, environment, &mistake.route);
        let at = reporter.locate(&if mistake.on_key { place.key() } else { place });
        let type_at = reporter.locate(&type_place(ask, &mistake));
        reporter.say(wrong_param(at, mistake, type_at));
    }
    (class_is_known && reporter.errors() == before).then(|| filled(&ask.kind.spec, &ask.class, &expanded))
}

fn filled_by_class(ask: &Ask<'_>) -> Map<String, Value> {
    ask.kind.spec.classes.get(&ask.class).cloned().unwrap_or_default()
}

fn type_place(ask: &Ask<'_>, mistake: &Mistake) -> crate::read::Place {
    let properties = ask.kind.place(&["spec", "params", "properties"]);
    match mistake.route.first() {
        Some(name) if ask.kind.spec.params.properties.contains_key(name) => properties.child(name.as_str()).key(),
        _ => properties.key(),
    }
}

/// What a placeholder in a param stands for, or why it cannot stand there.
fn plain_value(path: &[String], stage: &Stage<'_, '_, '_>) -> Result<String, String> {
    let secret = "its value is known only after an apply, or is a secret";
    match Reference::of(path) {
        Ok(Reference::Metadata(MetadataField::Name)) => Ok(stage.unit.name.to_string()),
        Ok(Reference::Metadata(MetadataField::Owner)) => Ok(stage.unit.owner.to_string()),
        Ok(Reference::Environment(field)) => environment_field(&stage.surroundings.facts, field),
        Ok(Reference::ResourceOutput { resource, output }) => match plain_output(stage.before, resource, output) {
            Some(Output::Plain(value)) => Ok(value.clone()),
            Some(Output::Store { .. } | Output::Secret { .. }) => Err(secret.to_owned()),
            None => Err(format!("resource {resource} has no output `{output}` that is known here")),
        },
        Ok(Reference::SecretKey { .. }) => Err(secret.to_owned()),
        Ok(Reference::ServiceHost(_) | Reference::ServicePort { .. }) => {
            Err("params describe resources, which know no services".to_owned())
        }
        Ok(Reference::Resource(_)) => Err("it names a resource and none of its outputs".to_owned()),
        Err(_) => Err("it names nothing that exists".to_owned()),
    }
}

/// A fact of the environment as text; what it does not set has none.
pub fn environment_field(facts: &EnvironmentFacts<'_>, field: EnvironmentField) -> Result<String, String> {
    let unset = |what: &str| format!("environment {} sets no {what}", facts.name);
    match field {
        EnvironmentField::Name => Ok(facts.name.to_string()),
        EnvironmentField::Class => Ok(crate::provision::environment::class_name(facts.spec.class).to_owned()),
        EnvironmentField::Provider => Ok(facts.spec.provider.as_str().to_owned()),
        EnvironmentField::Region => facts.spec.region.clone().ok_or_else(|| unset("region")),
        EnvironmentField::Domain => Ok(facts.spec.domain.clone()),
        EnvironmentField::Namespace => Ok(facts.namespace.to_string()),
        EnvironmentField::Cluster => {
            facts.spec.cluster.as_ref().map(ToString::to_string).ok_or_else(|| unset("cluster"))
        }
    }
}

fn not_plain(at: Location, one: &Unexpanded) -> Finding {
    let written = one.path.join(".");
    Finding::new(&rules::PARAM_PLACEHOLDER, at, format!("`${{{written}}}` cannot be used in a param: {}", one.why))
        .label("no plain value")
        .help("params take `${metadata.name}`, `${environment.domain}` and the like, and plain outputs of other resources")
}

fn wrong_param(at: Location, mistake: Mistake, type_at: Location) -> Finding {
    let span = at.span;
    let finding =
        Finding::new(mistake.rule, at, mistake.message).related(type_at, "as the type has it").help(mistake.help);
    match (mistake.replacement, span) {
        (Some(replacement), Some(span)) => finding.fix(span, replacement),
        _ => finding,
    }
}
