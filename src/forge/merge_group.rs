//! What a merge queue would make of several pull requests in, what of it no report has shown out.

use super::words::PullNumber;
use crate::provision::UnitId;
use crate::review::diff::Diff;
use std::collections::BTreeSet;

/// Units that the group compiles into something that none of its pull requests, judged alone, does: two changes meet in
/// them, or one meets what was merged since it was reviewed. What was reviewed by nobody is not merged.
pub fn unreviewed(group: &Diff, reviewed: &[(PullNumber, &Diff)]) -> BTreeSet<UnitId> {
    let seen = reviewed.iter().flat_map(|(_, diff)| &diff.units).collect::<Vec<_>>();
    let is_seen = |unit: &UnitId, head| seen.iter().any(|one| one.unit == *unit && one.head == head);
    let units = group.units.iter().filter(|change| !is_seen(&change.unit, change.head));
    units.map(|change| change.unit.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::CompiledUnit;
    use crate::emit::Artifact;
    use crate::model::{Name, RepoPath};
    use crate::provision::UnitKind;
    use crate::review::diff::{Action, UnitChange};

    fn diff(units: &[(&str, Option<&str>)]) -> Diff {
        let change = |&(unit, text): &(&str, Option<&str>)| {
            let name = |text: &str| Name::parse(text).unwrap();
            let unit = UnitId { environment: name("staging"), kind: UnitKind::Service, name: name(unit) };
            let compiled = |text: &str| {
                let artifact = Artifact { path: RepoPath::literal("a"), text: text.to_owned() };
                CompiledUnit::new(unit.clone(), vec![artifact]).digest
            };
            let head = text.map(compiled);
            UnitChange { unit, from: None, action: Action::Update, base: None, head, changes: Vec::new() }
        };
        Diff { units: units.iter().map(change).collect(), ..Diff::default() }
    }

    fn told(group: &[(&str, Option<&str>)], reviewed: &[Diff]) -> Vec<String> {
        let reviewed: Vec<(PullNumber, &Diff)> =
            reviewed.iter().enumerate().map(|(number, diff)| (PullNumber(number as u64), diff)).collect();
        unreviewed(&diff(group), &reviewed).into_iter().map(|unit| unit.name.to_string()).collect()
    }

    #[test]
    fn a59_changes_of_different_units_are_merged_in_any_order() {
        let (one, other) = (diff(&[("cart", Some("1"))]), diff(&[("ads", Some("2")), ("old", None)]));
        let group = [("ads", Some("2")), ("cart", Some("1")), ("old", None)];
        assert!(told(&group, &[one.clone(), other.clone()]).is_empty());
        assert!(told(&group, &[other.clone(), one.clone()]).is_empty());
        // One was ejected: what the others do is still what was reviewed.
        assert!(told(&[("cart", Some("1"))], &[one, other]).is_empty());
    }

    #[test]
    fn a59_changes_that_meet_in_a_unit_are_reviewed_together_first() {
        let (one, other) = (diff(&[("cart", Some("1"))]), diff(&[("cart", Some("2"))]));
        assert_eq!(told(&[("cart", Some("both"))], &[one.clone(), other]), ["cart"]);
        assert_eq!(told(&[("cart", None)], &[one]), ["cart"]);
        assert_eq!(told(&[("stranger", Some("1"))], &[]), ["stranger"]);
    }
}
