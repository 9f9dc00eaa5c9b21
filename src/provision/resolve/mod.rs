//! One resource: its params are checked, its provisioner chosen, and everything the provisioner says is evaluated.

mod bill;
mod choose;
mod gateway;
mod outputs;
mod params;
mod unit;
mod usage;

pub use params::environment_field;
pub use unit::resolve_unit;

use super::ask::{Ask, Standing};
use super::environment::Surroundings;
use super::evaluate::Evaluator;
use super::expression::{Expressions, Run, Scope};
use super::manifest;
use super::module::Modules;
use super::reporter::Reporter;
use super::scope::{Tables, scope};
use super::unit::{ModuleCall, Output, ResolvedResource};
use crate::link::Unit;
use crate::model::kinds::resource_type::{EgressTarget, Grant, Provisioner, TerraformModule};
use crate::model::{Finding, Location, Name};
use crate::provision::rules;
use crate::read::Place;
use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What is remembered from one resource to the next: everything parsed or read once.
#[derive(Debug, Default)]
pub struct Session {
    pub expressions: Expressions,
    pub modules: Modules,
    pub tables: Tables,
}

/// What stands around the resource that is being resolved.
struct Stage<'s, 'a, 'd> {
    unit: &'s Unit<'d>,
    surroundings: &'s Surroundings<'d>,
    /// Resolved before it, in this unit.
    before: &'a [ResolvedResource],
}

/// A resolved resource, and the names that it takes in the cloud.
struct Resolved {
    resource: ResolvedResource,
    names: BTreeSet<String>,
}

/// None where something is wrong, which has been told, or where an implicit type has nothing for this environment.
fn resolve(
    session: &mut Session,
    ask: &Ask<'_>,
    stage: &Stage<'_, '_, '_>,
    reporter: &mut Reporter<'_, '_>,
) -> Option<Resolved> {
    let before = reporter.errors();
    let params = params::checked(ask, stage, reporter)?;
    let usage = usage::checked(ask, stage, reporter)?;
    let (position, provisioner) = choose::provisioner(ask, stage, reporter)?;
    let place = ask.kind.place(&["spec", "provisioners", &position.to_string()]);
    let mut scope = scope(ask, &params, stage.surroundings, &mut session.tables);
    if ask.standing == Standing::Implicit {
        let grants = stage.before.iter().flat_map(|resource| &resource.grants);
        scope.set("grants", Value::Array(grants.map(grant_value).collect()));
    }
    let realised = ask.standing.is_own();
    let mut evaluator =
        Evaluator { expressions: &session.expressions, run: Run::new(&scope), origin: &ask.origin, reporter };

    let outputs = outputs::outputs(ask, provisioner, &params, &place, &mut evaluator);
    let egress = network(provisioner, stage, &place, &mut evaluator);
    let gateway_ports = gateway::ports(ask, provisioner, stage, &place, &mut evaluator);
    let grants = grants(provisioner, &place, &mut evaluator);
    let (mut terraform, mut manifests, mut claim) = (None, Vec::new(), None);
    let (mut cost, mut capacity) = (Vec::new(), BTreeMap::new());
    if realised {
        manifests = objects(provisioner, &place, &stage.surroundings.facts.namespace, &mut evaluator);
        claim = provisioner.claim.as_ref().map(|claim| evaluator.map(claim, &place.clone().child("claim")));
        if let Some(call) = &provisioner.terraform {
            terraform = module_call(&mut session.modules, ask, call, &place.clone().child("terraform"), &mut evaluator);
        }
    }
    // A bill of values that failed would only repeat what was told.
    if realised && reporter.errors() == before {
        let mut with_terraform: Scope = scope.clone();
        let variables = terraform.iter().flat_map(|call| &call.variables);
        let variables = variables.map(|(name, value)| (name.clone(), value.clone())).collect();
        with_terraform.set("terraform", Value::Object(variables));
        with_terraform.set("usage", usage);
        let mut evaluator = Evaluator {
            expressions: &session.expressions,
            run: Run::new(&with_terraform),
            origin: &ask.origin,
            reporter,
        };
        cost = bill::cost(provisioner, &place, &stage.surroundings.facts.prices, &mut evaluator);
        capacity = bill::capacity(provisioner, &place, &mut evaluator);
    }
    if reporter.errors() != before {
        return None;
    }
    let names = if realised { scope.names_in_use() } else { BTreeSet::new() };
    let resource = ResolvedResource {
        local: ask.local.clone(),
        asked: ask.origin.place.clone(),
        provisioner: place,
        name: ask.name.clone(),
        kind: ask.kind.metadata.name.clone(),
        class: ask.class.clone(),
        params,
        own: realised,
        outputs,
        used_outputs: BTreeSet::new(),
        secret_name: ask.secret_name.clone(),
        terraform,
        manifests,
        claim,
        egress,
        gateway_ports,
        grants,
        cost,
        capacity,
        access: provisioner.access.clone(),
        reversibility: provisioner.reversibility.clone(),
    };
    Some(Resolved { resource, names })
}

fn grant_value(grant: &Grant) -> Value {
    serde_json::to_value(grant).unwrap_or(Value::Null)
}

fn grants(provisioner: &Provisioner, place: &Place, evaluator: &mut Evaluator<'_, '_, '_, '_>) -> Vec<Grant> {
    let mut grants = Vec::new();
    for (index, grant) in provisioner.grants.iter().enumerate() {
        let place = place.clone().child("grants").child(index.to_string());
        let value = evaluator.value(&grant_value(grant), &place);
        if value.get("conditions").is_some_and(|conditions| !are_conditions(conditions)) {
            evaluator.unfit(
                &place.clone().child("conditions"),
                "something else",
                "a list of `{test, variable, values}`",
            );
        }
        match serde_json::from_value(value) {
            Ok(grant) => grants.push(grant),
            Err(_) => evaluator.unfit(&place, "something else", "texts"),
        }
    }
    grants
}

fn are_conditions(value: &Value) -> bool {
    let is_condition = |condition: &Value| {
        condition.as_object().is_some_and(|condition| {
            let text = |key: &str| condition.get(key).is_some_and(Value::is_string);
            let texts = condition.get("values").and_then(Value::as_array);
            text("test")
                && text("variable")
                && condition.len() == 3
                && texts.is_some_and(|v| v.iter().all(Value::is_string))
        })
    };
    value.as_array().is_some_and(|conditions| conditions.iter().all(is_condition)) || value.is_null()
}

fn network(
    provisioner: &Provisioner,
    stage: &Stage<'_, '_, '_>,
    place: &Place,
    evaluator: &mut Evaluator<'_, '_, '_, '_>,
) -> Vec<(EgressTarget, i32)> {
    let mut egress = Vec::new();
    for (index, rule) in provisioner.network.egress.iter().enumerate() {
        let place = place.clone().child("network").child("egress").child(index.to_string());
        if rule.to == EgressTarget::Network && stage.surroundings.facts.private_cidrs().is_empty() {
            let environment = stage.surroundings.declared;
            let at = evaluator.reporter.locate(&environment.place(&["spec", "provider"]));
            let needed = evaluator.reporter.locate(&place.clone().child("to"));
            evaluator.reporter.say(unknown_network(at, &environment.metadata.name, needed));
        }
        let place = place.child("port");
        match port_number(&evaluator.value(&rule.port, &place)) {
            Some(port) => egress.push((rule.to, port)),
            None => evaluator.unfit(&place, "something else", "a port number from 1 to 65535"),
        }
    }
    egress
}

/// One finding for all resources of a type: it is the environment that has to say more.
fn unknown_network(at: Location, environment: &Name, needed: Location) -> Finding {
    Finding::new(
        &rules::UNKNOWN_NETWORK,
        at,
        format!("environment {environment} names no private addresses, so nothing can be reached over its network"),
    )
    .label("no `privateCidrs`")
    .related(needed, "this is reached over the network")
    .help("add the `privateCidrs` of its `aws` or `gcp` settings, or let the resource type say `to: pods` or `to: internet`")
}

/// A port as a number, or as a text of digits.
fn port_number(value: &Value) -> Option<i32> {
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
    i32::try_from(number).ok().filter(|port| (1..=65_535).contains(port))
}

fn objects(
    provisioner: &Provisioner,
    place: &Place,
    namespace: &str,
    evaluator: &mut Evaluator<'_, '_, '_, '_>,
) -> Vec<Map<String, Value>> {
    let mut objects = Vec::new();
    for (index, tree) in provisioner.manifests.iter().enumerate() {
        let place = place.clone().child("manifests").child(index.to_string());
        let before = evaluator.reporter.errors();
        let object = evaluator.map(tree, &place);
        if evaluator.reporter.errors() == before {
            for flaw in manifest::flaws(&object, namespace) {
                let at = flaw.route.iter().fold(place.clone(), |place, step| place.child(*step));
                let (at, from) = (evaluator.reporter.locate(&at), evaluator.reporter.locate(&evaluator.origin.place));
                evaluator.reporter.say(manifest::flawed(at, &flaw, from, &evaluator.origin.subject));
            }
        }
        objects.push(object);
    }
    objects
}

fn module_call(
    modules: &mut Modules,
    ask: &Ask<'_>,
    call: &TerraformModule,
    place: &Place,
    evaluator: &mut Evaluator<'_, '_, '_, '_>,
) -> Option<ModuleCall> {
    let module = modules.get(ask.kind, call, place, evaluator.reporter)?;
    Modules::check_call(&module, call.variables.keys(), place, evaluator.reporter);
    let variables: IndexMap<String, Value> = call
        .variables
        .iter()
        .map(|(name, tree)| {
            let place = place.clone().child("variables").child(name.as_str());
            (name.clone(), evaluator.value(tree, &place))
        })
        .collect();
    let folder = call.module.trim_start_matches("./");
    Some(ModuleCall {
        label: ask.local.to_string(),
        folder: format!("{}-{folder}", ask.kind.metadata.name),
        files: module.files.clone(),
        variables,
    })
}

/// The plain value of an output, for params of others.
fn plain_output<'r>(before: &'r [ResolvedResource], resource: &str, output: &str) -> Option<&'r Output> {
    before.iter().find(|known| &*known.local == resource)?.outputs.get(output)
}
