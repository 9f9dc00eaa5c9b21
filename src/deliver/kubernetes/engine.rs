//! What an engine has of the objects that tell it what to bring: one call for all of them.

use super::error::ApplyError;
use super::kubectl::Cluster;
use super::object::Id;
use serde_json::Value;
use std::collections::BTreeMap;

impl Cluster {
    /// Those that are there, as they are.
    ///
    /// # Errors
    /// When the cluster cannot be asked, or no such engine is installed there.
    pub fn engine_objects<'o>(
        &self,
        objects: impl Iterator<Item = &'o Value>,
    ) -> Result<BTreeMap<Id, Value>, ApplyError> {
        let asked: Vec<(Id, String)> = objects.filter_map(Id::of).collect();
        let looked = self.look(asked.iter().map(|(id, version)| (id, version.as_str())))?;
        match looked.unknown.first() {
            Some((version, kind)) => Err(ApplyError::Kubectl(format!(
                "the cluster does not know {version} {kind}: name the one where the engine is with --context"
            ))),
            None => Ok(looked.live),
        }
    }
}
