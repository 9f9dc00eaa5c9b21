//! Which services a preview clones: those that changed, and those between them. Everything else is shared.

use crate::link::Graph;
use crate::model::Name;
use std::collections::{BTreeMap, BTreeSet};

/// The least set that shows a change: what changed; what stands between two that changed; and from each service that
/// people come in by, all on the ways to what changed. A service outside the set calls none that is in it, but for what
/// nobody comes in by.
pub fn clones(graph: &Graph, changed: &BTreeSet<Name>, through: &[Name]) -> BTreeSet<Name> {
    let leads_there = reached(&graph.called_by, changed.iter());
    let starts = changed.iter().chain(through).filter(|service| leads_there.contains(*service));
    let ahead = reached(&graph.calls, starts);
    leads_there.intersection(&ahead).cloned().collect()
}

/// All that the edges lead to, and where they begin.
fn reached<'a>(edges: &BTreeMap<Name, BTreeSet<Name>>, from: impl Iterator<Item = &'a Name>) -> BTreeSet<Name> {
    let mut left: Vec<Name> = from.cloned().collect();
    let mut seen = BTreeSet::new();
    while let Some(at) = left.pop() {
        if seen.insert(at.clone()) {
            left.extend(edges.get(&at).into_iter().flatten().cloned());
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn graph(edges: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::default();
        for (from, to) in edges {
            graph.calls.entry(name(from)).or_default().insert(name(to));
            graph.called_by.entry(name(to)).or_default().insert(name(from));
        }
        graph
    }

    fn cloned(edges: &[(&str, &str)], changed: &[&str], through: &[&str]) -> Vec<String> {
        let through: Vec<Name> = through.iter().map(|one| name(one)).collect();
        let changed = changed.iter().map(|one| name(one)).collect();
        clones(&graph(edges), &changed, &through).into_iter().map(|one| one.to_string()).collect()
    }

    const SHOP: [(&str, &str); 6] = [
        ("web", "cart"),
        ("web", "checkout"),
        ("checkout", "cart"),
        ("checkout", "mail"),
        ("load", "web"),
        ("web", "ads"),
    ];

    #[test]
    fn what_changed_is_cloned_and_nothing_else() {
        assert_eq!(cloned(&SHOP, &["mail"], &[]), ["mail"]);
        assert_eq!(cloned(&SHOP, &["new"], &["web"]), ["new"]);
        assert!(cloned(&SHOP, &[], &["web"]).is_empty());
    }

    #[test]
    fn what_stands_between_two_that_changed_is_cloned() {
        assert_eq!(cloned(&SHOP, &["web", "mail"], &[]), ["checkout", "mail", "web"]);
    }

    #[test]
    fn the_way_by_which_people_come_in_is_cloned() {
        assert_eq!(cloned(&SHOP, &["mail"], &["web"]), ["checkout", "mail", "web"]);
        assert_eq!(cloned(&SHOP, &["ads"], &["web"]), ["ads", "web"]);
        // It does not lead there.
        assert_eq!(cloned(&SHOP, &["load"], &["web"]), ["load"]);
    }

    proptest! {
        #[test]
        fn it_is_closed_and_the_least(
            pairs in proptest::collection::vec((0..8_u8, 0..8_u8), 0..20),
            changed in proptest::collection::btree_set(0..8_u8, 0..4),
            through in proptest::collection::btree_set(0..8_u8, 0..3),
        ) {
            let node = |at: u8| name(&format!("n{at}"));
            let mut graph = Graph::default();
            for (from, to) in pairs {
                graph.calls.entry(node(from)).or_default().insert(node(to));
                graph.called_by.entry(node(to)).or_default().insert(node(from));
            }
            let changed: BTreeSet<Name> = changed.into_iter().map(node).collect();
            let through: Vec<Name> = through.into_iter().map(node).collect();
            let all = clones(&graph, &changed, &through);
            prop_assert!(changed.is_subset(&all));
            for one in &all {
                // Each is needed: it leads to a change, and something that has to be there leads to it.
                prop_assert!(!reached(&graph.calls, [one].into_iter()).is_disjoint(&changed));
                let before = reached(&graph.called_by, [one].into_iter());
                prop_assert!(before.iter().any(|start| changed.contains(start) || through.contains(start)));
                // No way from a clone to a change leaves the clones.
                for callee in graph.calls.get(one).into_iter().flatten() {
                    let leads = !reached(&graph.calls, [callee].into_iter()).is_disjoint(&changed);
                    prop_assert!(!leads || all.contains(callee));
                }
            }
        }
    }
}
