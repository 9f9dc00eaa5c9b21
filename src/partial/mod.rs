//! Two later revisions, compiled in part: the services that changed since a known revision, and those whose artifacts
//! follow from them. What is not among them is the same on both sides.
//!
//! ```text
//! Table, Changes -> Changed -> affected services -> Closure of files -> units; again while more are affected
//! ```
//!
//! When in doubt, there is no answer, and everything is compiled: mistakes, platform files, environments, shared and
//! renamed things, Score files. What is answered is what compiling everything would have answered.

mod changed;
mod closure;
mod facts;

pub use facts::{UnitFacts, known};

use crate::compile::{CompiledUnit, Source, compile_linked};
use crate::emit::Artifact;
use crate::known::{Claims, ServiceRow, Table};
use crate::link::{Graph, runs_in};
use crate::model::{Findings, Name, RepoPath, short_hash};
use crate::provision::UnitKind;
use crate::read::{Changes, Documents};
use anyhow::Result;
use changed::{Changed, changed};
use closure::{Closure, Reader};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One revision, file by file.
pub trait Files {
    /// The text of a file; None where there is none, or none that Pavior would read.
    fn read(&self, path: &RepoPath) -> Result<Option<Arc<str>>>;
    /// The files that Pavior reads below a folder.
    fn below(&self, folder: &str) -> Result<Vec<RepoPath>>;
}

/// One of the two revisions.
pub struct Revision<'f> {
    pub files: &'f dyn Files,
    pub changes: &'f Changes,
}

/// What is known.
pub struct Known<'k> {
    pub table: &'k Table,
    /// Is asked once, and only where names changed hands.
    pub claims: &'k dyn Fn() -> Option<Claims>,
}

/// One side of what was compiled.
#[derive(Debug)]
pub struct Part {
    pub documents: Documents,
    /// Those of affected services.
    pub units: Vec<CompiledUnit>,
}

/// Both sides, and how many units there are that are the same.
#[derive(Debug)]
pub struct Parts {
    pub base: Part,
    pub head: Part,
    pub others: usize,
}

/// More affected services than this, and everything is compiled: it is no slower then.
const MOST_AFFECTED: usize = 500;

/// How often more services may turn out to be affected.
const MOST_ROUNDS: usize = 4;

/// Compiles what differs from the known revision on either side. None where everything has to be compiled.
///
/// # Errors
/// When a file cannot be read, or a unit cannot be written.
pub fn compile_parts(known: &Known<'_>, base: &Revision<'_>, head: &Revision<'_>) -> Result<Option<Parts>> {
    let table = known.table;
    let (Some(at_base), Some(at_head)) = (changed(table, base.changes), changed(table, head.changes)) else {
        return Ok(None);
    };
    let mut affected: BTreeSet<Name> = at_base.names().chain(at_head.names()).cloned().collect();
    for name in at_base.seen.iter().chain(&at_head.seen) {
        affected.extend(
            table
                .service(name.as_str())
                .into_iter()
                .flat_map(|row| row.called_by.keys().cloned().collect::<Vec<Name>>()),
        );
    }
    for _ in 0..MOST_ROUNDS {
        let entangled = |name: &Name| table.service(name.as_str()).is_some_and(|row| row.entangled);
        if affected.len() > MOST_AFFECTED || affected.iter().any(entangled) {
            return Ok(None);
        }
        let Some(base) = compiled(table, base, &at_base, &affected)? else { return Ok(None) };
        let Some(head) = compiled(table, head, &at_head, &affected)? else { return Ok(None) };
        let more: BTreeSet<Name> = [&base, &head].into_iter().flat_map(|side| side.other_callees(table)).collect();
        if more.is_subset(&affected) {
            let certain = [&base, &head].into_iter().all(|side| side.is_certain(known, &affected));
            let own: u32 =
                affected.iter().filter_map(|name| table.service(name.as_str())).map(|row| row.units.count_ones()).sum();
            let others = table.header.units.saturating_sub(own as usize);
            let is_sound = certain && !table.is_damaged();
            return Ok(is_sound.then(|| Parts { base: base.part(), head: head.part(), others }));
        }
        affected.extend(more);
    }
    Ok(None)
}

/// One side, compiled, before it is known whether it may be believed.
struct Compiled {
    documents: Documents,
    units: Vec<(CompiledUnit, UnitFacts)>,
    /// The affected services as they are here.
    services: BTreeMap<Name, ServiceRow>,
}

fn compiled(
    table: &Table,
    revision: &Revision<'_>,
    changed: &Changed,
    affected: &BTreeSet<Name>,
) -> Result<Option<Compiled>> {
    let reader = Reader { table, files: revision.files, changes: revision.changes, changed };
    let Some(Closure { snapshot, neighbours }) = reader.closure(affected)? else { return Ok(None) };
    let mut findings = Findings::default();
    let keep = |source: Source<'_, '_>, artifacts: Vec<Artifact>| {
        let id = source.id();
        let is_service = id.kind == UnitKind::Service;
        is_service.then(|| (CompiledUnit::new(id, artifacts), UnitFacts::of(source)))
    };
    let (documents, graph, units) = compile_linked(snapshot, &mut findings, &(), keep)?;
    // What neighbours lack is not known here, so what they have wrong is not either; they have not changed.
    if findings.iter().any(|finding| finding.is_error() && !neighbours.contains(&finding.at.path)) {
        return Ok(None);
    }
    let units: Vec<(CompiledUnit, UnitFacts)> = units.into_iter().flatten().collect();
    let services = services(table, &documents, &graph, &units, affected);
    Ok(Some(Compiled { documents, units, services }))
}

/// The affected services that are declared, as the table would have them.
fn services(
    table: &Table,
    documents: &Documents,
    graph: &Graph,
    units: &[(CompiledUnit, UnitFacts)],
    affected: &BTreeSet<Name>,
) -> BTreeMap<Name, ServiceRow> {
    let mut services = BTreeMap::new();
    let declared = documents.declarations.services.iter().map(|service| &service.metadata.name);
    for name in declared.filter(|name| affected.contains(*name)) {
        let mut row = ServiceRow::default();
        row.calls.extend(graph.calls.get(name).into_iter().flatten().map(|callee| (callee.clone(), 0)));
        let units: Vec<&UnitFacts> =
            units.iter().map(|(_, facts)| facts).filter(|facts| facts.id.name == *name).collect();
        for facts in &units {
            let here = table.environment(&facts.id.environment).map_or(0, |place| 1 << place);
            row.units |= here;
            facts.calls.iter().for_each(|callee| *row.calls.entry(callee.clone()).or_default() |= here);
        }
        row.claims = facts::hash_of_claims(&units);
        services.insert(name.clone(), row);
    }
    services
}

impl Compiled {
    fn part(self) -> Part {
        Part { documents: self.documents, units: self.units.into_iter().map(|(unit, _)| unit).collect() }
    }

    /// Services that are called by an affected one now and were not, or the other way round, or elsewhere.
    fn other_callees(&self, table: &Table) -> BTreeSet<Name> {
        let nothing = BTreeMap::new();
        let mut others = BTreeSet::new();
        for (name, row) in &self.services {
            let before = table.service(name.as_str());
            let (before, now) = (before.as_ref().map_or(&nothing, |row| &row.calls), &row.calls);
            let callees = before.keys().chain(now.keys());
            others.extend(callees.filter(|callee| before.get(*callee) != now.get(*callee)).cloned());
        }
        others
    }

    /// Whether nothing that was not read can have a say.
    fn is_certain(&self, known: &Known<'_>, affected: &BTreeSet<Name>) -> bool {
        let table = known.table;
        self.every_service_has_its_units()
            && self.environments_stay(table, affected)
            && !self.closes_a_circle(table)
            && self.claims_are_free(known, affected)
    }

    /// One that refers to what was not found would have been left out without a word.
    fn every_service_has_its_units(&self) -> bool {
        let declared = &self.documents.declarations;
        let services = declared.services.iter().filter(|service| self.services.contains_key(&service.metadata.name));
        let has_unit: BTreeSet<(&Name, &Name)> =
            self.units.iter().map(|(unit, _)| (&unit.id.name, &unit.id.environment)).collect();
        services.into_iter().all(|service| {
            declared.environments.iter().all(|environment| {
                let unit = (&service.metadata.name, &environment.metadata.name);
                runs_in(service, environment) == has_unit.contains(&unit)
            })
        })
    }

    /// No environment gets its first unit or loses its last.
    fn environments_stay(&self, table: &Table, affected: &BTreeSet<Name>) -> bool {
        let before: Vec<_> = affected.iter().filter_map(|name| table.service(name.as_str())).collect();
        table.header.environments.iter().enumerate().all(|(place, (_, all))| {
            let here = |row: &ServiceRow| row.units & (1 << place) != 0;
            let was = before.iter().filter(|row| here(row)).count();
            let left = all.saturating_sub(was) + self.services.values().filter(|row| here(row)).count();
            (*all > 0) == (left > 0)
        })
    }

    /// Whether a call that was not there before leads back to where it comes from.
    fn closes_a_circle(&self, table: &Table) -> bool {
        let callees = |name: &Name| match self.services.get(name) {
            Some(row) => row.calls.keys().cloned().collect(),
            None => table
                .service(name.as_str())
                .map(|row| row.calls.keys().cloned().collect::<Vec<Name>>())
                .unwrap_or_default(),
        };
        self.services.iter().any(|(caller, row)| {
            let before = table.service(caller.as_str());
            let is_new = |callee: &&Name| before.as_ref().is_none_or(|row| !row.calls.contains_key(*callee));
            let mut ahead: Vec<Name> = row.calls.keys().filter(is_new).cloned().collect();
            let mut seen: BTreeSet<Name> = ahead.iter().cloned().collect();
            while let Some(at) = ahead.pop() {
                if at == *caller {
                    return true;
                }
                ahead.extend(callees(&at).into_iter().filter(|next| seen.insert(next.clone())));
            }
            false
        })
    }

    /// No name that is new to an affected service belongs to another one.
    fn claims_are_free(&self, known: &Known<'_>, affected: &BTreeSet<Name>) -> bool {
        let differs = |(name, row): (&Name, &ServiceRow)| {
            known.table.service(name.as_str()).is_none_or(|before| before.claims != row.claims)
        };
        let moved: BTreeSet<&Name> = self.services.iter().filter(|one| differs(*one)).map(|(name, _)| name).collect();
        if moved.is_empty() {
            return true;
        }
        let Some(claims) = (known.claims)().filter(|claims| known.table.owns(claims)) else { return false };
        let owners: Vec<u64> = affected.iter().map(|name| short_hash(name.as_str().as_bytes())).collect();
        let units = self.units.iter().filter(|(unit, _)| moved.contains(&unit.id.name));
        units.flat_map(|(_, facts)| &facts.claims).all(|claim| !claims.is_taken(*claim, &owners))
    }
}
