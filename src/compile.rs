//! The compiler: a snapshot in, artifacts and digests out. Pure.

use crate::emit::{Artifact, EmitError, emit, emit_catalog, emit_environment, verify, verify_environment};
use crate::link::link;
use crate::model::Findings;
use crate::provision::{EnvironmentFacts, ProvisionedUnit, UnitId, UnitKind, provision};
use crate::read::{Documents, Snapshot, read};
use std::collections::BTreeMap;

/// One unit with its artifacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompiledUnit {
    pub id: UnitId,
    /// Sorted by path.
    pub artifacts: Vec<Artifact>,
    /// The hash of all artifacts: equal if and only if they are.
    pub digest: Digest,
}

/// The hash of a unit's artifacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    pub fn of(artifacts: &[Artifact]) -> Digest {
        let mut hasher = blake3::Hasher::new();
        for artifact in artifacts {
            for part in [artifact.path.as_str(), &artifact.text] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part.as_bytes());
            }
        }
        Digest(*hasher.finalize().as_bytes())
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A unit could not be written as it was meant: a mistake of ours, never of a user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{unit} cannot be written; this is a bug of Pavior")]
pub struct CompileError {
    unit: String,
    #[source]
    reason: Box<EmitError>,
}

/// Compiles everything, sorted by environment, then unit. The documents are given back: findings point into them.
pub fn compile(snapshot: Snapshot, findings: &mut Findings) -> Result<(Documents, Vec<CompiledUnit>), CompileError> {
    compile_with(snapshot, findings, emit, |facts| Ok(emit_environment(facts)))
}

/// The same for what is going to be written: every file is read back and compared with what was meant.
pub fn compile_verified(
    snapshot: Snapshot,
    findings: &mut Findings,
) -> Result<(Documents, Vec<CompiledUnit>), CompileError> {
    let unit = |unit: &ProvisionedUnit<'_>| {
        let artifacts = emit(unit)?;
        verify(unit, &artifacts).map(|()| artifacts)
    };
    let environment = |facts: &EnvironmentFacts<'_>| {
        let artifacts = emit_environment(facts);
        verify_environment(facts, &artifacts).map(|()| artifacts)
    };
    compile_with(snapshot, findings, unit, environment)
}

/// The files that are of no unit: Backstage entities and CODEOWNERS. They say who owns what, not what runs, so that no
/// unit's digest depends on them. The documents have been linked before: only new findings are told.
pub fn compile_catalog(documents: &Documents, findings: &mut Findings) -> Result<Vec<Artifact>, CompileError> {
    let catalog = link(documents, &mut Findings::default());
    emit_catalog(documents, &catalog, findings)
        .map_err(|reason| CompileError { unit: "the catalog".to_owned(), reason: Box::new(reason) })
}

type Emitted = Result<Vec<Artifact>, EmitError>;

fn compile_with(
    snapshot: Snapshot,
    findings: &mut Findings,
    emit_unit: impl Fn(&ProvisionedUnit<'_>) -> Emitted,
    emit_environment: impl Fn(&EnvironmentFacts<'_>) -> Emitted,
) -> Result<(Documents, Vec<CompiledUnit>), CompileError> {
    let documents = read(snapshot, findings);
    let catalog = link(&documents, findings);
    let provisioned = provision(&documents, &catalog, findings);
    let environments: BTreeMap<_, _> =
        provisioned.iter().map(|unit| (&unit.environment.name, &unit.environment)).collect();
    let mut units = Vec::with_capacity(environments.len() + provisioned.len());
    for (name, facts) in environments {
        let id = UnitId { environment: name.clone(), kind: UnitKind::Environment, name: name.clone() };
        units.push(compiled(id, emit_environment(facts))?);
    }
    for unit in &provisioned {
        units.push(compiled(unit.id.clone(), emit_unit(unit))?);
    }
    units.sort_by(|a, b| a.id.cmp(&b.id));
    drop(provisioned);
    drop(catalog);
    Ok((documents, units))
}

fn compiled(id: UnitId, artifacts: Emitted) -> Result<CompiledUnit, CompileError> {
    match artifacts {
        Ok(artifacts) => Ok(CompiledUnit { id, digest: Digest::of(&artifacts), artifacts }),
        Err(reason) => Err(CompileError { unit: id.to_string(), reason: Box::new(reason) }),
    }
}
