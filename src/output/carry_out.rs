//! Carries a plan out, in the order that the module's front page gives reasons for.

use super::folder::Folder;
use super::plan::Plan;
use anyhow::Context;
use std::io;

/// Asked before every operation that changes the disk; tests use it to stop a run anywhere.
pub(super) type Gate<'g> = &'g mut dyn FnMut() -> io::Result<()>;

pub(super) fn carry_out(folder: &mut Folder, plan: &Plan<'_>, gate: Gate<'_>) -> anyhow::Result<()> {
    // What a killed run left, before the list of it is replaced.
    gate()?;
    folder.remove_temporary_inventory().context("cannot remove what was left beside the inventory")?;
    for path in &plan.interrupted {
        gate()?;
        folder.remove_temporary(path).with_context(|| format!("cannot remove what was left beside {path}"))?;
    }
    if !plan.writes.is_empty() {
        gate()?;
        folder.replace_inventory(&plan.interim.text(), &mut *gate).context("cannot write the inventory")?;
    }
    for (path, text) in &plan.writes {
        gate()?;
        folder.replace(path, text, &mut *gate).with_context(|| format!("cannot write {path}"))?;
    }
    for path in &plan.removals {
        gate()?;
        folder.remove(path).with_context(|| format!("cannot remove {path}"))?;
    }
    for empty in &plan.prunable {
        gate()?;
        folder.prune(empty).with_context(|| format!("cannot remove the empty folder {empty}"))?;
    }
    if !plan.settled {
        gate()?;
        folder.replace_inventory(&plan.last.text(), gate).context("cannot write the inventory")?;
    }
    Ok(())
}
