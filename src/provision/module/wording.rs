//! What is said about modules.

use crate::model::{Finding, Location, RepoPath, listed, nearest};
use crate::provision::rules;

pub fn no_module<'a>(at: Location, folder: &str, known: impl Iterator<Item = &'a str> + Clone) -> Finding {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    let finding = Finding::new(&rules::MODULE, at, format!("the module folder {folder} has no `*.tf` files"))
        .label("no such module");
    match nearest(name, known.clone()) {
        Some(near) => finding.help(format!("did you mean `./{near}`?")),
        None => finding.help(format!("modules beside this file: {}", listed(known, 10))),
    }
}

pub fn unknown_variable<'a>(at: Location, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Finding {
    let finding = Finding::new(&rules::MODULE_VARIABLE, at.clone(), format!("the module has no variable `{name}`"))
        .label("not declared");
    match (nearest(name, known.clone()), at.span) {
        (Some(near), Some(span)) => finding.help(format!("did you mean `{near}`?")).fix(span, near),
        _ => finding.help(format!("variables that are not set yet: {}", listed(known, 20))),
    }
}

pub fn missing_variable(at: Location, name: &str) -> Finding {
    Finding::new(&rules::MODULE_VARIABLE, at, format!("the module's variable `{name}` has no default and is not set"))
        .label(format!("`{name}` is missing"))
        .help(format!("add `{name}` here, or give it a default in the module"))
}

pub fn file_refused(path: &RepoPath) -> Finding {
    Finding::new(
        &rules::MODULE,
        Location::file(path.clone()),
        format!("a module may not hold a file named {}", path.file_name()),
    )
    .help("put variables into the provisioner, and resources into plain `*.tf` files")
}

pub fn not_hcl(at: Location, why: &str) -> Finding {
    Finding::new(&rules::MODULE, at, format!("the file cannot be read as Terraform: {why}"))
}

/// `what` is the block, `why` a sentence without a period.
pub fn block_refused(at: Location, what: &str, why: &str, help: &str) -> Finding {
    Finding::new(&rules::MODULE, at, format!("a module may not hold {what}: {why}")).label("refused").help(help)
}

pub fn function_refused(at: Location, name: &str) -> Finding {
    Finding::new(
        &rules::MODULE,
        at,
        format!("a module may not call `{name}`: it reads the machine that Terraform runs on"),
    )
    .label("refused")
    .help("pass the value in as a variable")
}

pub fn provider_refused(at: Location, source: &str) -> Finding {
    Finding::new(&rules::MODULE, at, format!("a module may not use the provider `{source}`"))
        .label("not one of ours")
        .help("use hashicorp/aws, hashicorp/google, hashicorp/google-beta or Terraform's own terraform_data")
}
