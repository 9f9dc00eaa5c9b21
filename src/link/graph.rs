//! Who depends on whom, both ways, and the circles in that.

use super::index::Index;
use super::rules::dependencies;
use super::ties::Ties;
use crate::model::{Findings, Location, Name};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Who calls whom, both ways.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    /// Service -> services it depends on.
    pub calls: BTreeMap<Name, BTreeSet<Name>>,
    /// Service -> services that depend on it.
    pub called_by: BTreeMap<Name, BTreeSet<Name>>,
    /// Shared resource -> services that use it.
    pub used_by: BTreeMap<Name, BTreeSet<Name>>,
}

impl Graph {
    /// From what placeholders show and what `dependsOn` adds.
    pub fn of<'a, 'd: 'a>(ties: impl IntoIterator<Item = &'a Ties<'d>>) -> Graph {
        let mut graph = Graph::default();
        for ties in ties {
            let service = ties.service;
            let caller = &service.metadata.name;
            let callees: BTreeSet<Name> = ties.calls.iter().map(|call| call.callee.metadata.name.clone()).collect();
            for callee in &callees {
                graph.called_by.entry(callee.clone()).or_default().insert(caller.clone());
            }
            for id in service.spec.resources.values().filter_map(|request| request.id.as_ref()) {
                graph.used_by.entry(id.clone()).or_default().insert(caller.clone());
            }
            graph.calls.insert(caller.clone(), callees);
        }
        graph
    }
}

/// Circles: for each group of services that all need each other, a shortest one through its first member.
pub fn check_cycles(index: &Index<'_>, graph: &Graph, ties: &BTreeMap<&Name, Ties<'_>>, findings: &mut Findings) {
    let edge = |from: &Name, to: &Name| -> Option<Location> {
        let ties = ties.get(from)?;
        let call = ties.calls.iter().find(|call| call.callee.metadata.name == *to)?;
        Some(index.documents.locate(&ties.place(index.documents, &call.by)))
    };
    for group in groups(&graph.calls, &graph.called_by) {
        let cycle = shortest_cycle(&graph.calls, &group);
        let next = cycle.iter().cycle().skip(1);
        let edges = cycle.iter().zip(next).filter_map(|(from, to)| edge(from, to)).collect();
        let names: Vec<&str> = cycle.iter().map(|name| name.as_str()).collect();
        let others = group.iter().map(|name| name.as_str()).filter(|name| !names.contains(name));
        let others: Vec<&str> = others.collect();
        if let Some(finding) = dependencies::dependency_cycle(&names, &others, edges) {
            findings.push(finding);
        }
    }
}

type Edges = BTreeMap<Name, BTreeSet<Name>>;

/// The strongly connected components of more than one member, in linear time: each node's ancestors, in the order in
/// which a depth-first walk leaves the nodes, last first.
fn groups<'g>(edges: &'g Edges, reversed: &'g Edges) -> Vec<BTreeSet<&'g Name>> {
    let mut seen = BTreeSet::new();
    let mut left = Vec::with_capacity(edges.len());
    for start in edges.keys() {
        walk(edges, start, &mut seen, &mut left);
    }
    let mut seen = BTreeSet::new();
    let mut groups = Vec::new();
    for start in left.into_iter().rev() {
        let mut group = Vec::new();
        walk(reversed, start, &mut seen, &mut group);
        if group.len() > 1 {
            groups.push(group.into_iter().collect());
        }
    }
    groups
}

/// Depth first from `start`, without recursion: however long a chain is, the stack is not.
fn walk<'g>(edges: &'g Edges, start: &'g Name, seen: &mut BTreeSet<&'g Name>, left: &mut Vec<&'g Name>) {
    if !seen.insert(start) {
        return;
    }
    let next = |name: &Name| edges.get(name).into_iter().flatten();
    let mut path = vec![(start, next(start))];
    while let Some((at, ahead)) = path.last_mut() {
        match ahead.find(|name| !seen.contains(name)) {
            Some(name) => {
                seen.insert(name);
                path.push((name, next(name)));
            }
            None => {
                left.push(*at);
                path.pop();
            }
        }
    }
}

/// Breadth first from the first member of a group back to it.
fn shortest_cycle<'g>(edges: &'g Edges, group: &BTreeSet<&'g Name>) -> Vec<&'g Name> {
    let Some(start) = group.first().copied() else { return Vec::new() };
    let mut came_from: BTreeMap<&Name, &Name> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for next in edges.get(at).into_iter().flatten().filter(|next| group.contains(next)) {
            if next == start {
                let mut cycle = vec![at];
                while let Some(before) = came_from.get(cycle[cycle.len() - 1]) {
                    cycle.push(before);
                }
                cycle.reverse();
                return cycle;
            }
            if !came_from.contains_key(next) {
                came_from.insert(next, at);
                queue.push_back(next);
            }
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a valid name")
    }

    fn edges(pairs: &[(&str, &[&str])]) -> Edges {
        pairs.iter().map(|(from, to)| (name(from), to.iter().map(|to| name(to)).collect())).collect()
    }

    fn reversed(edges: &Edges) -> Edges {
        let mut reversed = Edges::new();
        for (from, to) in edges.iter().flat_map(|(from, all)| all.iter().map(move |to| (from, to))) {
            reversed.entry(to.clone()).or_default().insert(from.clone());
        }
        reversed
    }

    /// The groups with a shortest cycle of each, in the order of their first members.
    fn cycles(edges: &Edges) -> Vec<(String, String)> {
        let shown = |names: Vec<&Name>| names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" ");
        let reversed = reversed(edges);
        let groups = groups(edges, &reversed);
        let mut cycles: Vec<_> = groups
            .into_iter()
            .map(|group| (shown(shortest_cycle(edges, &group)), shown(group.into_iter().collect())))
            .collect();
        cycles.sort();
        cycles
    }

    fn pair(cycle: &str, group: &str) -> (String, String) {
        (cycle.to_owned(), group.to_owned())
    }

    #[test]
    fn a_circle_is_told_once_and_in_order() {
        let edges = edges(&[("a", &["b"]), ("b", &["c"]), ("c", &["a", "d"]), ("d", &[]), ("e", &["a"])]);
        assert_eq!(cycles(&edges), [pair("a b c", "a b c")]);
    }

    #[test]
    fn circles_that_share_a_member_are_one_group() {
        let edges = edges(&[("a", &["b", "c"]), ("b", &["a"]), ("c", &["d"]), ("d", &["a"])]);
        assert_eq!(cycles(&edges), [pair("a b", "a b c d")]);
    }

    #[test]
    fn two_circles_are_told_apart_though_a_path_leads_from_one_to_the_other() {
        let edges = edges(&[("a", &["b"]), ("b", &["a", "x"]), ("x", &["y"]), ("y", &["x"]), ("z", &["a", "x"])]);
        assert_eq!(cycles(&edges), [pair("a b", "a b"), pair("x y", "x y")]);
    }

    #[test]
    fn a_long_chain_is_walked_without_recursion() {
        let chain: Edges =
            (0..20_000).map(|at| (name(&format!("s{at}")), [name(&format!("s{}", at + 1))].into())).collect();
        assert_eq!(cycles(&chain), []);
    }

    proptest! {
        #[test]
        fn a_group_is_who_can_reach_each_other(pairs in proptest::collection::vec((0..8_u8, 0..8_u8), 0..20)) {
            let node = |at: u8| name(&format!("n{at}"));
            let mut edges: Edges = (0..8).map(|at| (node(at), BTreeSet::new())).collect();
            for (from, to) in pairs.into_iter().filter(|(from, to)| from != to) {
                edges.entry(node(from)).or_default().insert(node(to));
            }
            let reaches = |from: &Name, to: &Name| {
                let (mut seen, mut left) = (BTreeSet::new(), Vec::new());
                walk(&edges, edges.get_key_value(from).unwrap().0, &mut seen, &mut left);
                seen.contains(to)
            };
            let reversed = reversed(&edges);
            let groups = groups(&edges, &reversed);
            for (one, other) in edges.keys().flat_map(|one| edges.keys().map(move |other| (one, other))) {
                let together = groups.iter().any(|group| group.contains(one) && group.contains(other));
                prop_assert_eq!(together, one != other && reaches(one, other) && reaches(other, one)
                    || one == other && edges.keys().any(|via| via != one && reaches(one, via) && reaches(via, one)));
            }
            for group in &groups {
                let cycle = shortest_cycle(&edges, group);
                prop_assert!(cycle.len() > 1);
                let next = cycle.iter().cycle().skip(1);
                prop_assert!(cycle.iter().zip(next).all(|(from, to)| edges[*from].contains(*to)));
            }
        }
    }
}
