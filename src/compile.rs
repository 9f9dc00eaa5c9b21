//! The compiler: a snapshot in, artifacts and digests out. Pure.

use crate::emit::{Artifact, emit};
use crate::link::link;
use crate::model::Findings;
use crate::provision::{UnitId, provision};
use crate::read::{Documents, Snapshot, read};

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

/// Compiles everything. The documents are given back, because findings point into them.
pub fn compile(snapshot: Snapshot, findings: &mut Findings) -> (Documents, Vec<CompiledUnit>) {
    let documents = read(snapshot, findings);
    let catalog = link(&documents, findings);
    let units = provision(&documents, &catalog, findings);
    let compiled = units
        .iter()
        .map(|unit| {
            let artifacts = emit(unit);
            CompiledUnit { id: unit.id.clone(), digest: Digest::of(&artifacts), artifacts }
        })
        .collect();
    drop(catalog);
    drop(units);
    (documents, compiled)
}
