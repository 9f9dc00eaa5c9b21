//! A report in, the labels that tell it from others out: risk, cost, environments. Labels of other families, and all that
//! people put there, are left alone.

use crate::model::short_hash;
use crate::report::Judged;
use crate::review::reversibility::Undo;
use std::collections::BTreeSet;

/// What the bot puts on a pull request and takes off again.
const FAMILIES: [&str; 3] = ["pavior/risk-", "pavior/cost-", "pavior/env-"];

/// GitHub takes 50 characters.
const MOST: usize = 50;

/// The labels that should stand there.
pub fn labels(judged: &Judged) -> BTreeSet<String> {
    let preflight = &judged.preflight;
    let risk = preflight.risks.iter().map(|risk| risk.product).max();
    let risk = match (preflight.undo(), risk) {
        (Undo::Irreversible, _) => Some("pavior/risk-high"),
        (_, None | Some(0)) => None,
        (_, Some(1..=5)) => Some("pavior/risk-low"),
        (_, Some(6..=11)) => Some("pavior/risk-medium"),
        (_, Some(_)) => Some("pavior/risk-high"),
    };
    let total = &preflight.cost.total;
    let cost = match (total.unknown, total.delta().expected) {
        (1.., _) => Some("pavior/cost-unknown"),
        (0, 0) => None,
        (0, ..0) => Some("pavior/cost-down"),
        (0, _) => Some("pavior/cost-up"),
    };
    let environments = preflight.diff.units.iter().map(|change| environment(change.unit.environment.as_str()));
    risk.into_iter().chain(cost).map(str::to_owned).chain(environments).collect()
}

/// Long names keep what tells them apart.
fn environment(name: &str) -> String {
    let label = format!("pavior/env-{name}");
    match label.len() > MOST {
        true => format!("{}-{:016x}", &label[..MOST - 17], short_hash(name.as_bytes())),
        false => label,
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelChanges {
    pub add: BTreeSet<String>,
    pub remove: BTreeSet<String>,
}

/// What makes the labels that stand there those that should. GitHub takes names of either case for the same.
pub fn label_changes(standing: &BTreeSet<String>, wanted: &BTreeSet<String>) -> LabelChanges {
    let stands = |label: &&String| standing.iter().any(|other| other.eq_ignore_ascii_case(label));
    let is_wanted = |label: &&String| wanted.iter().any(|other| other.eq_ignore_ascii_case(label));
    let is_ours = |label: &&String| FAMILIES.iter().any(|family| label.starts_with(family));
    LabelChanges {
        add: wanted.iter().filter(|label| !stands(label)).cloned().collect(),
        remove: standing.iter().filter(is_ours).filter(|label| !is_wanted(label)).cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Name;
    use crate::provision::{UnitId, UnitKind};
    use crate::review::cost::{Amount, Line};
    use crate::review::diff::{Action, UnitChange};
    use crate::review::reversibility::Consequence;
    use crate::review::verdict::Risk;
    use proptest::prelude::*;

    fn unit(environment: &str) -> UnitId {
        let name = |text: &str| Name::parse(text).unwrap();
        UnitId { environment: name(environment), kind: UnitKind::Service, name: name("cart") }
    }

    fn risk(product: u32) -> Risk {
        let factors = [("tier", 1), ("environment", 1), ("undo", 1), ("reach", 1), ("freeze", 1)];
        let owner = Name::parse("shopping").unwrap();
        Risk { unit: unit("staging"), owner, factors, freeze: None, product, approvals: 0 }
    }

    fn shown(judged: &Judged) -> Vec<String> {
        labels(judged).into_iter().collect()
    }

    #[test]
    fn risk_is_that_of_the_riskiest_unit_and_high_where_nothing_can_be_undone() {
        let of = |products: &[u32]| {
            let mut judged = Judged::default();
            judged.preflight.risks = products.iter().map(|product| risk(*product)).collect();
            shown(&judged)
        };
        assert_eq!(of(&[]), Vec::<String>::new());
        assert_eq!(of(&[0]), Vec::<String>::new());
        assert_eq!(of(&[1, 5]), ["pavior/risk-low"]);
        assert_eq!(of(&[6, 1]), ["pavior/risk-medium"]);
        assert_eq!(of(&[12]), ["pavior/risk-high"]);
        let mut judged = Judged::default();
        judged.preflight.consequences = vec![Consequence {
            unit: unit("staging"),
            undo: Undo::Irreversible,
            what: String::new(),
            why: String::new(),
            cause: None,
        }];
        assert_eq!(shown(&judged), ["pavior/risk-high"]);
    }

    #[test]
    fn cost_goes_up_or_down_or_is_not_known() {
        let of = |base: i128, head: i128, unknown: usize| {
            let amount = |expected| Amount { least: expected, expected, most: expected };
            let mut judged = Judged::default();
            judged.preflight.cost.total = Line { base: amount(base), head: amount(head), unknown, ..Line::default() };
            shown(&judged)
        };
        assert_eq!(of(1, 1, 0), Vec::<String>::new());
        assert_eq!(of(1, 2, 0), ["pavior/cost-up"]);
        assert_eq!(of(2, 1, 0), ["pavior/cost-down"]);
        assert_eq!(of(2, 1, 1), ["pavior/cost-unknown"]);
    }

    #[test]
    fn every_environment_that_changes_has_a_label_that_github_takes() {
        let change = |environment: &str| UnitChange {
            unit: unit(environment),
            from: None,
            action: Action::Update,
            base: None,
            head: None,
            changes: Vec::new(),
        };
        let (long, longer) = ("e".repeat(50), "e".repeat(51));
        let mut judged = Judged::default();
        judged.preflight.diff.units = ["production", "production", &long, &longer].map(change).to_vec();
        let labels = shown(&judged);
        assert_eq!(labels.len(), 3, "{labels:?}");
        assert!(labels.contains(&"pavior/env-production".to_owned()) && labels.iter().all(|label| label.len() <= MOST));
    }

    #[test]
    fn only_labels_of_its_families_are_ever_taken_off() {
        let set = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect::<BTreeSet<String>>();
        let standing = set(&["bug", "pavior/preview", "pavior/risk-low", "Pavior/cost-up", "risk-high"]);
        let changes = label_changes(&standing, &set(&["pavior/risk-high", "pavior/cost-up"]));
        assert_eq!((changes.add, changes.remove), (set(&["pavior/risk-high"]), set(&["pavior/risk-low"])));
    }

    proptest! {
        #[test]
        fn once_changed_nothing_is_left_to_change(
            standing in proptest::collection::btree_set("(pavior/(risk-|cost-|env-)?)?[a-c]{1,2}", 0..8),
            wanted in proptest::collection::btree_set("pavior/(risk-|cost-|env-)[a-c]{1,2}", 0..5),
        ) {
            let LabelChanges { add, remove } = label_changes(&standing, &wanted);
            let after: BTreeSet<String> = standing.difference(&remove).chain(&add).cloned().collect();
            prop_assert_eq!(label_changes(&after, &wanted), LabelChanges::default());
            prop_assert!(wanted.is_subset(&after));
        }
    }
}
