//! The order in each column: sweeps to and fro put every node near those it is joined to; the best order found is kept.

/// Columns of node numbers, and edges between neighbouring columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    pub columns: Vec<Vec<usize>>,
    /// From a node of a column to one of the next.
    pub edges: Vec<(usize, usize)>,
}

/// Enough to settle what a person can still read.
const SWEEPS: usize = 24;

/// Orders the columns so that few edges cross.
pub fn order(columns: &mut Columns) {
    let count = columns.columns.iter().flatten().max().map_or(0, |most| most + 1);
    let (mut left, mut right) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for &(from, to) in &columns.edges {
        right[from].push(to);
        left[to].push(from);
    }
    let mut best = (crossings(columns), columns.columns.clone());
    for sweep in 0..SWEEPS {
        if best.0 == 0 {
            break;
        }
        let forwards = sweep % 2 == 0;
        let neighbours = if forwards { &left } else { &right };
        let last = columns.columns.len();
        let walk: Vec<usize> = if forwards { (1..last).collect() } else { (0..last.saturating_sub(1)).rev().collect() };
        for column in walk {
            let beside = if forwards { column - 1 } else { column + 1 };
            let positions = positions(&columns.columns[beside], count);
            sort_by_neighbours(&mut columns.columns[column], neighbours, &positions);
        }
        let now = crossings(columns);
        if now < best.0 {
            best = (now, columns.columns.clone());
        }
    }
    columns.columns = best.1;
}

fn positions(column: &[usize], count: usize) -> Vec<usize> {
    let mut positions = vec![0; count];
    column.iter().enumerate().for_each(|(position, &node)| positions[node] = position);
    positions
}

/// By the mean position of neighbours, compared as fractions; nodes without any keep their place among the others.
fn sort_by_neighbours(column: &mut [usize], neighbours: &[Vec<usize>], positions: &[usize]) {
    let mean = |at: usize, node: usize| match neighbours[node].len() {
        0 => (2 * at + 1, 2),
        count => (2 * neighbours[node].iter().map(|other| positions[*other]).sum::<usize>() + count, 2 * count),
    };
    let mut keyed: Vec<((usize, usize), usize)> =
        column.iter().enumerate().map(|(at, &node)| (mean(at, node), node)).collect();
    keyed.sort_by(|((a, b), _), ((c, d), _)| (a * d).cmp(&(c * b)));
    keyed.iter().zip(column).for_each(|((_, node), place)| *place = *node);
}

/// How many pairs of edges cross, counted with a Fenwick tree.
pub fn crossings(columns: &Columns) -> usize {
    let count = columns.columns.iter().flatten().max().map_or(0, |most| most + 1);
    let mut column_of = vec![0; count];
    let mut position = vec![0; count];
    for (column, nodes) in columns.columns.iter().enumerate() {
        for (at, &node) in nodes.iter().enumerate() {
            (column_of[node], position[node]) = (column, at);
        }
    }
    let mut between: Vec<Vec<(usize, usize)>> = vec![Vec::new(); columns.columns.len()];
    for &(from, to) in &columns.edges {
        between[column_of[from]].push((position[from], position[to]));
    }
    between.iter_mut().map(|edges| inversions(edges)).sum()
}

fn inversions(edges: &mut [(usize, usize)]) -> usize {
    edges.sort_unstable();
    let size = edges.iter().map(|(_, to)| to + 1).max().unwrap_or(0);
    let mut tree = vec![0usize; size + 1];
    let mut crossings = 0;
    for (seen, &(_, to)) in edges.iter().enumerate() {
        let (mut index, mut not_above) = (to + 1, 0);
        while index > 0 {
            not_above += tree[index];
            index &= index - 1;
        }
        crossings += seen - not_above;
        let mut index = to + 1;
        while index <= size {
            tree[index] += 1;
            index += index & index.wrapping_neg();
        }
    }
    crossings
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cross_is_undone() {
        let mut columns = Columns { columns: vec![vec![0, 1], vec![2, 3]], edges: vec![(0, 3), (1, 2)] };
        assert_eq!(crossings(&columns), 1);
        order(&mut columns);
        assert_eq!(crossings(&columns), 0);
    }

    proptest! {
        #[test]
        fn ordering_loses_nobody_and_makes_nothing_worse(edges in proptest::collection::vec((0..8usize, 8..16usize), 0..40)) {
            let before = Columns { columns: vec![(0..8).collect(), (8..16).collect()], edges };
            let naive = before.edges.iter().enumerate().flat_map(|(at, one)| {
                before.edges[at + 1..].iter().map(move |other| (one, other))
            });
            let crossed = naive.filter(|(a, b)| (a.0 < b.0 && a.1 > b.1) || (a.0 > b.0 && a.1 < b.1)).count();
            prop_assert_eq!(crossings(&before), crossed);
            let mut after = before.clone();
            order(&mut after);
            prop_assert!(crossings(&after) <= crossed);
            for (a, b) in before.columns.iter().zip(&after.columns) {
                let mut sorted = b.clone();
                sorted.sort_unstable();
                prop_assert_eq!(a, &sorted);
            }
        }
    }
}
