//! What changes where: one row a unit, one column an environment.

use super::wording::counts;
use crate::model::Name;
use crate::provision::UnitKind;
use crate::review::diff::{Action, Diff, UnitChange};
use std::collections::{BTreeMap, BTreeSet};

/// A header and rows, cells as text; `·` where nothing changes.
pub struct Overview {
    pub environments: Vec<String>,
    pub rows: Vec<(String, Vec<String>)>,
    /// Rows beyond the limit.
    pub left_out: usize,
}

pub fn overview(diff: &Diff, limit: usize) -> Overview {
    let environments: BTreeSet<&Name> = diff.units.iter().map(|unit| &unit.unit.environment).collect();
    let mut rows: BTreeMap<(UnitKind, String), BTreeMap<&Name, String>> = BTreeMap::new();
    for unit in &diff.units {
        let name = match unit.unit.kind {
            // The environment itself is a row, whatever the environment is called.
            UnitKind::Environment => "(environment)".to_owned(),
            UnitKind::Service => unit.unit.name.to_string(),
            UnitKind::SharedResource => format!("_shared/{}", unit.unit.name),
        };
        rows.entry((unit.unit.kind, name)).or_default().insert(&unit.unit.environment, cell(unit));
    }
    let left_out = rows.len().saturating_sub(limit);
    let cells = |row: &BTreeMap<&Name, String>| {
        environments.iter().map(|name| row.get(*name).cloned().unwrap_or_else(|| "·".to_owned())).collect()
    };
    Overview {
        rows: rows.iter().take(limit).map(|((_, name), row)| (name.clone(), cells(row))).collect(),
        environments: environments.iter().map(ToString::to_string).collect(),
        left_out,
    }
}

/// What happens to a unit as a whole stands before the counts.
fn cell(unit: &UnitChange) -> String {
    match unit.action {
        Action::Create => format!("new {}", counts(unit)),
        Action::Delete => format!("deleted {}", counts(unit)),
        Action::Move => format!("moved {}", counts(unit)),
        Action::Update | Action::Replace => counts(unit),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn a_row_is_a_unit_and_a_column_an_environment() {
        let overview = overview(&samples::diff(), 2);
        assert_eq!(overview.environments, ["local", "staging"]);
        assert_eq!(overview.left_out, 1);
        let row = |index: usize| format!("{} {}", overview.rows[index].0, overview.rows[index].1.join(" | "));
        assert_eq!([row(0), row(1)], ["ads deleted -1 | ·", "cart ~1 | ~1 ±1"]);
    }
}
