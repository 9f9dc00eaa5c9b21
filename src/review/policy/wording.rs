//! What is said of policies that are wrong themselves. No value of an input is ever shown.

use super::rules;
use super::settings::InForce;
use super::source::Verb;
use crate::model::{Finding, Location};

pub fn syntax(at: Location, message: &str) -> Finding {
    Finding::new(&rules::SYNTAX, at, format!("this policy is not valid Rego: {message}"))
        .label("here")
        .help("the policy is not evaluated until this is mended; the others are")
}

pub fn nested_too_deep(at: Location, most: usize) -> Finding {
    Finding::new(&rules::NESTING, at, format!("brackets are nested more than {most} deep"))
        .label("one level too deep")
        .help("give the inner parts names of their own")
}

pub fn recursive(at: Location, rule: &str) -> Finding {
    Finding::new(&rules::RECURSION, at, format!("`{rule}` needs itself"))
        .label("refers to itself, directly or through others")
        .help("use `walk` for what is nested, and a name of its own for each step")
}

pub fn too_much_sharing(at: Location, rule: &str) -> Finding {
    Finding::new(&rules::RECURSION, at, format!("`{rule}` puts one value together with itself too often"))
        .label("doubles, directly or through others")
        .help("build each value once; what doubles thirty times has a thousand million parts")
}

pub fn too_long_a_chain(at: Location, rule: &str, most: usize) -> Finding {
    Finding::new(&rules::RECURSION, at, format!("`{rule}` needs a chain of more than {most} rules"))
        .label("at the end of the chain")
        .help("compute more in one rule")
}

pub fn refused(at: Location, function: &str) -> Finding {
    Finding::new(&rules::REFUSED, at, format!("policies may not call `{function}`"))
        .label("not a function of the input, or without bound")
        .help(match function {
            "print" | "trace" => "remove it; tests (`*_test.rego`) may print",
            "numbers.range" | "numbers.range_step" => "write the numbers down, or loop over what is in the input",
            _ => "take what the policy needs from `input`: docs/policies.md lists it",
        })
}

pub fn foreign_package(at: Location, package: &str) -> Finding {
    Finding::new(&rules::PACKAGE, at, format!("package `{package}` is not below `pavior`, so nobody would ask it"))
        .label("not `pavior.<set>.<check>`")
        .help(format!("name it `package pavior.{}`", package.trim_start_matches("data.")))
}

pub fn not_a_set(at: Location, verb: Verb) -> Finding {
    let verb = verb.as_str();
    Finding::new(&rules::SHAPE, at, format!("`{verb}` must be a set of messages"))
        .label("not a set")
        .help(format!("write `{verb} contains msg if {{ ... }}`"))
}

pub fn same_id(at: Location, id: &str, before: Location) -> Finding {
    Finding::new(&rules::PACKAGE, at, format!("two rules are called `{id}`"))
        .label("the second")
        .related(before, "the first")
        .help("give each an annotation with its own `custom.id`")
}

pub fn wrong_result(at: Location, verb: Verb, problem: &str) -> Finding {
    Finding::new(&rules::SHAPE, at, format!("a result of this `{}` {problem}", verb.as_str()))
        .label("made here")
        .help("a result is a text, or an object with `msg` and, where they are known, `object` and `field`")
}

pub fn failed(at: Location, id: &str) -> Finding {
    Finding::new(&rules::EVALUATION, at, format!("`{id}` stops with an error instead of a result"))
        .label("fails here")
        .help("run `pavior policy test` with an input of this shape; two definitions of one value may both hold")
}

pub fn endless(at: Location, id: &str, steps: usize) -> Finding {
    Finding::new(&rules::LIMIT, at, format!("`{id}` needs more than {steps} steps or 32 MiB for one unit"))
        .label("stopped")
        .help("look values up in an object instead of looping over two lists")
}

pub fn unknown_owner(at: Location, owner: &str, near: Option<&str>) -> Finding {
    let finding =
        Finding::new(&rules::UNKNOWN_OWNER, at, format!("policies are owned by team {owner}, which does not exist"))
            .label("no such team");
    match near {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help("declare the team in catalog/teams/"),
    }
}

pub fn unknown_set(at: Location, path: &str, near: Option<&str>) -> Finding {
    let finding = Finding::new(&rules::UNKNOWN_SET, at, format!("there is no policy at {path}")).label("no such set");
    match near {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help("name a folder or a file below policies/ that holds a policy"),
    }
}

/// What makes a denial a warning.
pub fn why_milder(rule: &InForce<'_>) -> String {
    match rule.enforce_from {
        Some(day) if rule.severity == rule.rule.severity => {
            format!("from {day} on this is an error, by `enforceFrom` of its set in pavior.yaml")
        }
        _ => "this would be an error, but for the `ceiling` of its set in pavior.yaml".to_owned(),
    }
}
