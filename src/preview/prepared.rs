//! A preview before it exists: what would be cloned, what it compiles into, where it would be reached, what it would cost.

use super::changed::{Side, changed_services};
use super::clones::clones;
use super::derived::{amend, environment_name};
use super::terms::Terms;
use crate::compile::{CompileError, CompiledUnit, Digest, MadeOf, Source, compile_amended, compile_verified_amended};
use crate::emit::Artifact;
use crate::ledger::{Cost, PreviewLife};
use crate::link::{Graph, runs_in};
use crate::model::kinds::Environment;
use crate::model::kinds::environment::PreviewInstance;
use crate::model::{Findings, Name, Timestamp};
use crate::provision::{Output, ProvisionedUnit};
use crate::read::{Declarations, Declared, Documents, Snapshot};
use crate::review::cost::{Bill, BudgetOf, BudgetUse, bill, budgets, tell_budgets};
use crate::review::platform::{govern, governed};
use std::collections::{BTreeMap, BTreeSet};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub pull: u64,
    /// The environment with `type: preview`; None where there is one alone.
    pub pattern: Option<Name>,
    pub author: String,
    /// None: the owner of the first service that changed.
    pub team: Option<Name>,
    /// When it is created, or was.
    pub created: Option<Timestamp>,
}

/// What came of it.
#[derive(Debug)]
pub enum Preparation {
    /// Head has errors, which are among the findings.
    Blocked(Box<Documents>),
    /// Base and head declare no pattern of previews, or several and none was chosen: those that there are.
    NoPattern(Vec<Name>),
    /// An environment of that name is declared.
    Taken(Name),
    /// No service that runs in previews changed.
    Nothing,
    Ready(Box<Prepared>),
}

#[derive(Debug)]
pub struct Prepared {
    pub environment: Name,
    pub shares: Name,
    pub changed: BTreeSet<Name>,
    pub clones: BTreeSet<Name>,
    pub author: String,
    pub team: Option<Name>,
    pub terms: Terms,
    /// Sorted; the environment itself is one of them.
    pub units: Vec<CompiledUnit>,
    /// Under which name each unit's Terraform state is kept, by its folder.
    pub states: BTreeMap<String, String>,
    /// The pattern that it is made from.
    pub pattern: Name,
    /// Where people reach it.
    pub urls: Vec<String>,
    /// The list price of a month; None without a price book.
    pub cost: Option<Cost>,
    /// What a day costs, against `dailyBudget` where there is one.
    pub budget: Option<BudgetUse>,
    pub documents: Documents,
}

impl Prepared {
    /// As the ledger has it, of these two commits.
    pub fn life(&self, head: String, base: String) -> PreviewLife {
        PreviewLife {
            head,
            base,
            author: self.author.clone(),
            team: self.team.clone(),
            services: self.clones.iter().cloned().collect(),
            pattern: Some(self.pattern.clone()),
            cost: self.cost.clone(),
        }
    }
}

/// The platform files and environments of base count, as everywhere: a change does not loosen what its preview may be.
/// What is found wrong is added to the findings, a preview above its budget too.
///
/// # Errors
/// When something cannot be written as it was meant: a mistake of ours.
pub fn prepare(
    base: Snapshot,
    head: Snapshot,
    request: &Request,
    findings: &mut Findings,
) -> Result<Preparation, CompileError> {
    let head = if base.files.is_empty() { head } else { governed(&base, &head) };
    let base = revision(base, &[], &mut Findings::default())?;
    let environments = base.documents.declarations.environments.clone();
    let now = revision(head.clone(), &environments, findings)?;
    if findings.has_errors() {
        return Ok(Preparation::Blocked(Box::new(now.documents)));
    }
    let pattern = match pattern(&now.documents, request) {
        Ok(pattern) => pattern,
        Err(known) => return Ok(Preparation::NoPattern(known)),
    };
    let Some((environment, settings)) = environment_name(request.pull).zip(pattern.spec.preview.clone()) else {
        return Ok(Preparation::NoPattern(Vec::new()));
    };
    if now.documents.declarations.environments.iter().any(|one| one.metadata.name == environment) {
        return Ok(Preparation::Taken(environment));
    }
    let changed = changed_services(&pattern.metadata.name, base.side(), now.side());
    let services = &now.documents.declarations.services;
    let mut all = clones(&now.graph, &changed, &settings.through);
    all.retain(|name| services.iter().any(|one| one.metadata.name == *name && runs_in(one, pattern)));
    let Some(first) = changed.first() else { return Ok(Preparation::Nothing) };
    let owner = services.iter().find(|one| one.metadata.name == *first).and_then(|one| one.metadata.owner.clone());
    let team = request.team.clone().or(owner);
    let terms = Terms::of(&settings);
    let instance = PreviewInstance {
        pull: request.pull,
        clones: all.clone(),
        author: request.author.clone(),
        team: team.clone(),
        expires: request.created.map(|created| terms.expiry(created)),
    };
    let pattern = pattern.metadata.name.clone();
    let mut found = Findings::default();
    let (documents, _, units) = compile_verified_amended(
        head,
        |declarations| {
            govern(&mut declarations.environments, &environments);
            amend(declarations, &pattern, &environment, instance);
        },
        &mut found,
        &(),
        |source, artifacts| kept(&environment, source, artifacts),
    )?;
    if found.has_errors() {
        *findings = found;
        return Ok(Preparation::Blocked(Box::new(documents)));
    }
    let kept: Vec<Kept> = units.into_iter().flatten().collect();
    let bills: Vec<Bill> = kept.iter().filter_map(|one| one.bill.clone()).collect();
    let of = BudgetOf::Preview(environment.clone());
    let budget: Vec<BudgetUse> = budgets(&documents, &bills).into_iter().filter(|one| one.of == of).collect();
    tell_budgets(&documents, &budget, findings);
    Ok(Preparation::Ready(Box::new(Prepared {
        shares: settings.shares,
        states: kept.iter().map(|one| (one.unit.id.folder(), one.state.clone())).collect(),
        pattern,
        changed,
        clones: all,
        author: request.author.clone(),
        team,
        terms,
        urls: kept.iter().flat_map(|one| one.urls.iter().cloned()).collect(),
        units: kept.into_iter().map(|one| one.unit).collect(),
        cost: Cost::monthly(&bills),
        budget: budget.into_iter().next(),
        environment,
        documents,
    })))
}

/// A revision as it is.
struct Revision {
    documents: Documents,
    graph: Graph,
    /// By folder.
    digests: BTreeMap<String, Digest>,
}

impl Revision {
    fn side(&self) -> Side<'_> {
        Side { documents: &self.documents, digests: &self.digests }
    }
}

fn revision(
    snapshot: Snapshot,
    environments: &[Declared<Environment>],
    findings: &mut Findings,
) -> Result<Revision, CompileError> {
    let amend = |declarations: &mut Declarations| govern(&mut declarations.environments, environments);
    let keep = |source: Source<'_, '_>, artifacts: Vec<Artifact>| (source.id().folder(), Digest::of(&artifacts));
    let (documents, graph, units) = compile_amended(snapshot, amend, findings, &(), keep)?;
    Ok(Revision { documents, graph, digests: units.into_iter().collect() })
}

/// The pattern that is asked for, or the only one; else the names of all.
fn pattern<'d>(documents: &'d Documents, request: &Request) -> Result<&'d Declared<Environment>, Vec<Name>> {
    let all = documents.declarations.environments.iter().filter(|one| one.spec.preview.is_some());
    let all: Vec<&Declared<Environment>> = all.collect();
    let asked = |one: &&&Declared<Environment>| request.pattern.as_ref().is_none_or(|name| one.metadata.name == *name);
    match all.iter().filter(asked).collect::<Vec<_>>().as_slice() {
        [one] => Ok(**one),
        _ => Err(all.iter().map(|one| one.metadata.name.clone()).collect()),
    }
}

/// What is kept of a unit of the preview.
struct Kept {
    unit: CompiledUnit,
    state: String,
    bill: Option<Bill>,
    urls: Vec<String>,
}

fn kept(environment: &Name, source: Source<'_, '_>, artifacts: Vec<Artifact>) -> Option<Kept> {
    let id = source.id();
    if id.environment != *environment {
        return None;
    }
    let unit = CompiledUnit::new(id, artifacts);
    Some(match source.made_of {
        MadeOf::Unit(made) => Kept { unit, state: made.state_folder(), bill: Some(bill(made)), urls: urls(made) },
        MadeOf::Environment(_) => Kept { state: unit.id.folder(), unit, bill: None, urls: Vec::new() },
    })
}

/// What its routes say where they are reached.
fn urls(unit: &ProvisionedUnit<'_>) -> Vec<String> {
    let own = unit.resources.iter().filter(|resource| resource.own && !resource.gateway_ports.is_empty());
    let urls = own.filter_map(|resource| match resource.outputs.get("url")? {
        Output::Plain(url) => Some(url.clone()),
        Output::Store { .. } | Output::Secret { .. } => None,
    });
    urls.collect()
}
