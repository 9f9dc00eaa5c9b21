//! The environment of one pull request, as if it were declared: the pattern under another name, in a namespace and a
//! domain of its own. The compiler does the rest.

use crate::model::kinds::Environment;
use crate::model::kinds::environment::PreviewInstance;
use crate::model::{Name, SmallMap};
use crate::read::{Declarations, Declared};

/// `pr-7`.
pub fn environment_name(pull: u64) -> Option<Name> {
    Name::parse(&format!("pr-{pull}"))
}

/// Adds the environment of a pull request, made from this pattern. What declarations say of the pattern they say of it.
pub fn amend(declarations: &mut Declarations, pattern: &Name, name: &Name, instance: PreviewInstance) {
    let Some(declared) = declarations.environments.iter().find(|one| one.metadata.name == *pattern) else { return };
    let derived = derived(declared, name, instance);
    declarations.environments.push(derived);
    for service in &mut declarations.services {
        repeat(&mut service.spec.environments, pattern, name);
    }
    for resource in &mut declarations.resources {
        repeat(&mut resource.spec.environments, pattern, name);
    }
    for request in &mut declarations.secret_requests {
        if request.spec.environments.contains(pattern) {
            request.spec.environments.push(name.clone());
        }
    }
}

fn repeat<S: Clone>(settings: &mut SmallMap<Name, S>, pattern: &Name, name: &Name) {
    if let Some(same) = settings.get(pattern).cloned() {
        settings.insert(name.clone(), same);
    }
}

fn derived(pattern: &Declared<Environment>, name: &Name, instance: PreviewInstance) -> Declared<Environment> {
    let mut own = pattern.clone();
    own.metadata.name = name.clone();
    own.spec.namespace = None;
    own.spec.domain = format!("{name}.{}", pattern.spec.domain);
    // What is made for a pull request goes with it, whatever its pattern guards.
    own.spec.protection.deletion_protection = false;
    own.spec.protection.final_snapshot = false;
    if let Some(preview) = &mut own.spec.preview {
        preview.instance = Some(Box::new(instance));
    }
    own
}
