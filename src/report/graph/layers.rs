//! Columns: everything stands right of all that needs it, circles excepted.

use super::Wires;

/// The column of each node. An edge that would close a circle is not counted; ways are as short as they can be.
pub fn layers(wires: &Wires) -> Vec<usize> {
    let mut out = vec![Vec::new(); wires.count];
    for &(from, to) in &wires.edges {
        if from != to {
            out[from].push(to);
        }
    }
    let order = depth_first(&out);
    let mut rank = vec![0; wires.count];
    for (position, &node) in order.iter().enumerate() {
        rank[node] = position;
    }
    let forward = |from: usize, to: usize| rank[from] < rank[to];
    let mut layers = vec![0usize; wires.count];
    for &node in &order {
        for &to in out[node].iter().filter(|to| forward(node, **to)) {
            layers[to] = layers[to].max(layers[node] + 1);
        }
    }
    // What nobody needs stands beside what it needs first, not at the far left.
    let mut needed = vec![false; wires.count];
    wires.edges.iter().filter(|(from, to)| from != to).for_each(|&(_, to)| needed[to] = true);
    for node in 0..wires.count {
        let nearest: Option<usize> = out[node].iter().filter(|to| forward(node, **to)).map(|to| layers[*to]).min();
        if let (false, Some(nearest)) = (needed[node], nearest) {
            layers[node] = nearest.saturating_sub(1);
        }
    }
    layers
}

/// Reversed order of leaving, without recursion: a node comes before all that it needs, but for edges that close a
/// circle.
fn depth_first(out: &[Vec<usize>]) -> Vec<usize> {
    let mut needed = vec![false; out.len()];
    out.iter().flatten().for_each(|&to| needed[to] = true);
    // Begin at those that nobody needs, so that a circle is broken where one enters it.
    let mut starts: Vec<usize> = (0..out.len()).collect();
    starts.sort_by_key(|node| needed[*node]);
    let mut seen = vec![false; out.len()];
    let mut left = Vec::with_capacity(out.len());
    for start in starts {
        if seen[start] {
            continue;
        }
        seen[start] = true;
        let mut stack = vec![(start, 0)];
        while let Some((node, next)) = stack.pop() {
            match out[node].get(next) {
                None => left.push(node),
                Some(&to) => {
                    stack.push((node, next + 1));
                    if !seen[to] {
                        seen[to] = true;
                        stack.push((to, 0));
                    }
                }
            }
        }
    }
    left.reverse();
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
        layers(&Wires { count, edges: edges.to_vec() })
    }

    #[test]
    fn what_is_needed_stands_right_of_what_needs_it() {
        assert_eq!(of(4, &[(0, 1), (1, 2), (0, 2)]), [0, 1, 2, 0]);
        // 3 needs only 2: it stands beside it.
        assert_eq!(of(4, &[(0, 1), (1, 2), (3, 2)]), [0, 1, 2, 1]);
    }

    #[test]
    fn a_circle_is_broken_where_one_enters_it() {
        assert_eq!(of(3, &[(0, 1), (1, 2), (2, 1)]), [0, 1, 2]);
        assert_eq!(of(2, &[(0, 0), (0, 1), (1, 0)]), [0, 1]);
    }

    proptest! {
        #[test]
        fn no_edge_of_a_graph_without_circles_points_left(edges in proptest::collection::vec((0..30usize, 0..30usize), 0..80)) {
            let edges: Vec<_> = edges.into_iter().filter(|(from, to)| from < to).collect();
            let layers = of(30, &edges);
            for (from, to) in edges {
                prop_assert!(layers[from] < layers[to]);
            }
        }
    }
}
