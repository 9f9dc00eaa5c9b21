//! The compiler: a snapshot in, artifacts and digests out. Pure.

use crate::emit::engines::{self, Rendered};
use crate::emit::{Artifact, EmitError, Objects, emit, emit_catalog, emit_objects, verify, verify_objects};
use crate::link::{Graph, link};
use crate::model::Findings;
use crate::model::kinds::environment::Delivery;
use crate::provenance::{Provenance, World, of_environment, of_unit};
use crate::provision::{EnvironmentFacts, ProvisionedUnit, References, UnitId, UnitKind, provision_each};
use crate::read::{Declarations, Documents, Snapshot, read, secrets};
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

/// What artifacts were made of.
#[derive(Debug, Clone, Copy)]
pub struct Source<'u, 'd> {
    pub made_of: MadeOf<'u, 'd>,
    /// What it brings into its cluster.
    pub objects: &'u Objects,
    /// The repository around it.
    pub world: World<'u>,
}

/// A unit with its facts, or an environment itself.
#[derive(Debug, Clone, Copy)]
pub enum MadeOf<'u, 'd> {
    Unit(&'u ProvisionedUnit<'d>),
    Environment(&'u EnvironmentFacts<'d>),
}

impl MadeOf<'_, '_> {
    fn objects(&self) -> Objects {
        match self {
            MadeOf::Unit(unit) => Objects::of_unit(unit),
            MadeOf::Environment(facts) => Objects::of_environment(facts),
        }
    }

    /// Its files, sorted by path.
    fn artifacts(&self, objects: &Objects) -> Emitted {
        match self {
            MadeOf::Unit(unit) => emit(unit, objects),
            MadeOf::Environment(_) => Ok(emit_objects(objects)),
        }
    }

    /// The same, read back.
    fn verified_artifacts(&self, objects: &Objects) -> Emitted {
        let artifacts = self.artifacts(objects)?;
        match self {
            MadeOf::Unit(unit) => verify(unit, objects, &artifacts)?,
            MadeOf::Environment(_) => verify_objects(objects, &artifacts)?,
        }
        Ok(artifacts)
    }

    fn id(&self) -> UnitId {
        match self {
            MadeOf::Unit(unit) => unit.id.clone(),
            MadeOf::Environment(facts) => {
                UnitId { environment: facts.name.clone(), kind: UnitKind::Environment, name: facts.name.clone() }
            }
        }
    }
}

impl Source<'_, '_> {
    pub fn id(&self) -> UnitId {
        self.made_of.id()
    }

    /// What set each field of the artifacts: asked for where people are told, never where units are only checked.
    pub fn provenance(&self) -> Provenance {
        match self.made_of {
            MadeOf::Unit(unit) => of_unit(self.world, unit, self.objects),
            MadeOf::Environment(facts) => of_environment(self.world, facts, self.objects),
        }
    }
}

/// What a check keeps of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitOutline {
    pub id: UnitId,
    /// How many artifacts it has.
    pub files: usize,
}

/// A stage of the pipeline that is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Parsed and validated.
    Read {
        documents: usize,
        declarations: usize,
    },
    Linked {
        units: usize,
    },
    /// Provisioned, emitted and, where they are going to be written, verified.
    Compiled {
        files: usize,
    },
}

/// Is told how far the compiler is. Who wants to know how long that takes keeps a clock; the compiler has none.
pub trait Watch: Sync {
    /// A stage is done.
    fn ended(&self, stage: Stage);
    /// One more unit is compiled. Is told by any thread.
    fn compiled_unit(&self);
}

/// Nobody watches.
impl Watch for () {
    fn ended(&self, _: Stage) {}
    fn compiled_unit(&self) {}
}

/// Compiles everything, sorted by environment, then unit. The documents are given back: findings point into them.
pub fn compile(snapshot: Snapshot, findings: &mut Findings) -> Result<(Documents, Vec<CompiledUnit>), CompileError> {
    compile_kept(snapshot, findings, &(), |source, artifacts| CompiledUnit::new(source.id(), artifacts))
}

/// Compiles everything, and keeps of each unit what the caller makes of it.
pub fn compile_kept<T: Send>(
    snapshot: Snapshot,
    findings: &mut Findings,
    watch: &dyn Watch,
    keep: impl Fn(Source<'_, '_>, Vec<Artifact>) -> T + Sync,
) -> Result<(Documents, Vec<T>), CompileError> {
    let (documents, _, kept) = compile_linked(snapshot, findings, watch, keep)?;
    Ok((documents, kept))
}

/// The same, with who calls whom.
pub fn compile_linked<T: Send>(
    snapshot: Snapshot,
    findings: &mut Findings,
    watch: &dyn Watch,
    keep: impl Fn(Source<'_, '_>, Vec<Artifact>) -> T + Sync,
) -> Result<(Documents, Graph, Vec<T>), CompileError> {
    compile_amended(snapshot, |_| (), findings, watch, keep)
}

/// The same, when not all that was read counts as it was read.
pub fn compile_amended<T: Send>(
    snapshot: Snapshot,
    amend: impl FnOnce(&mut Declarations),
    findings: &mut Findings,
    watch: &dyn Watch,
    keep: impl Fn(Source<'_, '_>, Vec<Artifact>) -> T + Sync,
) -> Result<(Documents, Graph, Vec<T>), CompileError> {
    compile_with(snapshot, amend, findings, watch, |made_of, objects| made_of.artifacts(objects), keep)
}

/// The same as [`compile`] for what is going to be written: every file is read back and compared with what was meant.
pub fn compile_verified(
    snapshot: Snapshot,
    findings: &mut Findings,
    watch: &dyn Watch,
) -> Result<(Documents, Vec<CompiledUnit>), CompileError> {
    compile_verified_kept(snapshot, findings, watch, |source, artifacts| CompiledUnit::new(source.id(), artifacts))
}

/// The same, and keeps of each unit what the caller makes of it.
pub fn compile_verified_kept<T: Send>(
    snapshot: Snapshot,
    findings: &mut Findings,
    watch: &dyn Watch,
    keep: impl Fn(Source<'_, '_>, Vec<Artifact>) -> T + Sync,
) -> Result<(Documents, Vec<T>), CompileError> {
    let (documents, _, kept) = compile_verified_linked(snapshot, findings, watch, keep)?;
    Ok((documents, kept))
}

/// The same, when not all that was read counts as it was read.
pub fn compile_verified_amended<T: Send>(
    snapshot: Snapshot,
    amend: impl FnOnce(&mut Declarations),
    findings: &mut Findings,
    watch: &dyn Watch,
    keep: impl Fn(Source<'_, '_>, Vec<Artifact>) -> T + Sync,
) -> Result<(Documents, Graph, Vec<T>), CompileError> {
    let emit = |made_of: &MadeOf<'_, '_>, objects: &Objects| made_of.verified_artifacts(objects);
    compile_with(snapshot, amend, findings, watch, emit, keep)
}

/// The same, with who calls whom.
pub fn compile_verified_linked<T: Send>(
    snapshot: Snapshot,
    findings: &mut Findings,
    watch: &dyn Watch,
    keep: impl Fn(Source<'_, '_>, Vec<Artifact>) -> T + Sync,
) -> Result<(Documents, Graph, Vec<T>), CompileError> {
    compile_verified_amended(snapshot, |_| (), findings, watch, keep)
}

impl CompiledUnit {
    pub fn new(id: UnitId, artifacts: Vec<Artifact>) -> CompiledUnit {
        CompiledUnit { id, digest: Digest::of(&artifacts), artifacts }
    }
}

/// The files that are of no unit: Backstage entities and CODEOWNERS. They say who owns what, not what runs, so that no
/// unit's digest depends on them. The documents have been linked before: only new findings are told.
pub fn compile_catalog(documents: &Documents, findings: &mut Findings) -> Result<Vec<Artifact>, CompileError> {
    let catalog = link(documents, &mut Findings::default());
    emit_catalog(documents, &catalog, findings)
        .map_err(|reason| CompileError { unit: "the catalog".to_owned(), reason: Box::new(reason) })
}

/// What engines need of the environments that they deliver. The documents have been linked before: only new findings are
/// told.
pub fn compile_engines(documents: &Documents, units: &[&CompiledUnit]) -> Result<Vec<Rendered>, CompileError> {
    if documents.declarations.environments.iter().all(|one| one.spec.delivery == Delivery::Direct) {
        return Ok(Vec::new());
    }
    let catalog = link(documents, &mut Findings::default());
    let units: Vec<(&UnitId, &[Artifact])> = units.iter().map(|unit| (&unit.id, unit.artifacts.as_slice())).collect();
    engines::render(&catalog, &units)
        .map_err(|reason| CompileError { unit: "what an engine follows".to_owned(), reason: Box::new(reason) })
}

type Emitted = Result<Vec<Artifact>, EmitError>;

/// The pipeline. `keep` says what stays of each unit: artifacts of many units take much room.
fn compile_with<T: Send>(
    snapshot: Snapshot,
    amend: impl FnOnce(&mut Declarations),
    findings: &mut Findings,
    watch: &dyn Watch,
    emit: impl Fn(&MadeOf<'_, '_>, &Objects) -> Emitted + Sync,
    keep: impl Fn(Source<'_, '_>, Vec<Artifact>) -> T + Sync,
) -> Result<(Documents, Graph, Vec<T>), CompileError> {
    let (snapshot, hidden) = secrets::hide(snapshot, findings);
    let mut documents = read(snapshot, findings);
    amend(&mut documents.declarations);
    watch.ended(Stage::Read { documents: documents.documents.len(), declarations: documents.declarations.len() });
    let catalog = link(&documents, findings);
    engines::check(&documents, &catalog, findings);
    watch.ended(Stage::Linked { units: catalog.units.len() });

    let references = References::default();
    let world = World { documents: &documents, catalog: &catalog, references: &references };
    let compiled = |made_of: MadeOf<'_, '_>| {
        let objects = made_of.objects();
        let artifacts = emit(&made_of, &objects)
            .map_err(|reason| CompileError { unit: made_of.id().to_string(), reason: Box::new(reason) })?;
        let files = artifacts.len();
        Ok((files, keep(Source { made_of, objects: &objects, world }, artifacts), made_of.id()))
    };
    let provisioned = provision_each(&documents, &catalog, findings, |unit| {
        let compiled = compiled(MadeOf::Unit(&unit));
        watch.compiled_unit();
        (unit.environment, compiled)
    });
    let mut environments = BTreeMap::new();
    let mut units = Vec::with_capacity(provisioned.len());
    for (facts, unit) in provisioned {
        environments.entry(facts.name.clone()).or_insert(facts);
        units.push(unit?);
    }
    for facts in environments.into_values() {
        units.push(compiled(MadeOf::Environment(&facts))?);
    }
    hidden.silence(findings);
    units.sort_by(|(_, _, a), (_, _, b)| a.cmp(b));
    watch.ended(Stage::Compiled { files: units.iter().map(|(files, _, _)| files).sum() });
    let graph = catalog.graph;
    Ok((documents, graph, units.into_iter().map(|(_, kept, _)| kept).collect()))
}
