//! The first provisioner of a type that matches the environment, and the class that was asked for.

use super::Stage;
use crate::model::kinds::environment::EnvironmentClass;
use crate::model::kinds::resource_type::{Provider, Provisioner};
use crate::model::{Finding, Location, listed, nearest};
use crate::provision::ask::{Ask, Standing};
use crate::provision::environment::class_name;
use crate::provision::reporter::Reporter;
use crate::provision::rules;

/// Its position among the provisioners of the type, and itself.
pub fn provisioner<'d>(
    ask: &Ask<'d>,
    stage: &Stage<'_, '_, '_>,
    reporter: &mut Reporter<'_, '_>,
) -> Option<(usize, &'d Provisioner)> {
    let spec = stage.surroundings.facts.spec;
    let found = ask.kind.spec.provisioners.iter().enumerate().find(|(_, provisioner)| {
        let wanted = &provisioner.environment;
        wanted.provider == spec.provider && wanted.class.is_none_or(|class| class == spec.class)
    });
    if found.is_none() && ask.standing != Standing::Implicit {
        let at = reporter.locate(&ask.origin.place.clone().child("type"));
        let type_at = reporter.locate(&ask.kind.place(&["spec", "provisioners"]).key());
        reporter.say(no_provisioner(at, ask, spec.provider, spec.class, type_at));
    }
    found
}

/// Whether the class exists.
pub fn class(ask: &Ask<'_>, reporter: &mut Reporter<'_, '_>) -> bool {
    let classes = &ask.kind.spec.classes;
    if classes.contains_key(&ask.class) {
        return true;
    }
    let at = reporter.locate(&ask.origin.place.clone().child("class"));
    let type_at = reporter.locate(&ask.kind.place(&["spec", "classes"]).key());
    reporter.say(unknown_class(at, ask, classes.keys().map(|name| name.as_str()), type_at));
    false
}

fn no_provisioner(
    at: Location,
    ask: &Ask<'_>,
    provider: Provider,
    class: EnvironmentClass,
    type_at: Location,
) -> Finding {
    let kind = &ask.kind.metadata.name;
    let offered: Vec<String> = ask
        .kind
        .spec
        .provisioners
        .iter()
        .map(|provisioner| match provisioner.environment.class {
            Some(class) => format!("{} ({})", provisioner.environment.provider.as_str(), class_name(class)),
            None => provisioner.environment.provider.as_str().to_owned(),
        })
        .collect();
    Finding::new(
        &rules::NO_PROVISIONER,
        at,
        format!(
            "{}: the type {kind} cannot be realised on {} of class {}",
            ask.origin.subject,
            provider.as_str(),
            class_name(class)
        ),
    )
    .label(format!("not available on {}", provider.as_str()))
    .related(type_at, format!("it is available on {}", listed(offered.iter().map(String::as_str), 10)))
    .help("use another type, or switch the service off in this environment with `enabled: false`")
}

fn unknown_class<'a>(
    at: Location,
    ask: &Ask<'_>,
    known: impl Iterator<Item = &'a str> + Clone,
    type_at: Location,
) -> Finding {
    let near = nearest(&ask.class, known.clone());
    let finding = Finding::new(
        &rules::UNKNOWN_CLASS,
        at.clone(),
        format!("resource type {} has no class `{}`", ask.kind.metadata.name, ask.class),
    )
    .label("no such class")
    .related(type_at, format!("its classes are {}", listed(known.clone(), 10)));
    match (near, at.span) {
        (Some(near), Some(span)) => finding.help(format!("did you mean `{near}`?")).fix(span, near),
        _ => finding.help(format!("choose one of {}", listed(known, 10))),
    }
}
