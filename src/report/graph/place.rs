//! Heights: every node as near to its neighbours' middle as the order and the room between nodes allow.

use super::order::Columns;

/// Enough for lines to straighten.
const ROUNDS: usize = 16;

/// The middle of every node, from 0 at the top. `heights` are those of the nodes with the room they need.
pub fn place(columns: &Columns, heights: &[f64]) -> Vec<f64> {
    let mut neighbours = vec![Vec::new(); heights.len()];
    for &(from, to) in &columns.edges {
        neighbours[from].push(to);
        neighbours[to].push(from);
    }
    let mut middles = vec![0.0; heights.len()];
    for column in &columns.columns {
        let total: f64 = column.iter().map(|node| heights[*node]).sum();
        let mut top = -total / 2.0;
        for &node in column {
            middles[node] = top + heights[node] / 2.0;
            top += heights[node];
        }
    }
    for round in 0..ROUNDS {
        let mut walk: Vec<&Vec<usize>> = columns.columns.iter().collect();
        if round % 2 == 1 {
            walk.reverse();
        }
        for column in walk {
            let wished: Vec<f64> = column.iter().map(|node| wish(*node, &neighbours[*node], &middles)).collect();
            for (node, middle) in column.iter().zip(settle(column, &wished, heights)) {
                middles[*node] = middle;
            }
        }
    }
    let tops = middles.iter().zip(heights).map(|(middle, height)| middle - height / 2.0);
    let top = tops.fold(f64::INFINITY, f64::min);
    middles.iter().map(|middle| middle - top).collect()
}

fn wish(node: usize, neighbours: &[usize], middles: &[f64]) -> f64 {
    match neighbours.len() {
        0 => middles[node],
        count => neighbours.iter().map(|other| middles[*other]).sum::<f64>() / count as f64,
    }
}

/// The middles nearest to the wishes (least squares) that keep the order and do not overlap: pooling of neighbours that
/// get into each other's way.
fn settle(column: &[usize], wished: &[f64], heights: &[f64]) -> Vec<f64> {
    let mut offsets = Vec::with_capacity(column.len());
    let mut total = 0.0;
    for &node in column {
        offsets.push(total + heights[node] / 2.0);
        total += heights[node];
    }
    // Pools of (sum, count) whose means ascend.
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (wish, offset) in wished.iter().zip(&offsets) {
        pools.push((wish - offset, 1));
        while let [.., (sum, count), (last_sum, last_count)] = pools[..] {
            if sum / count as f64 <= last_sum / last_count as f64 {
                break;
            }
            pools.pop();
            pools.pop();
            pools.push((sum + last_sum, count + last_count));
        }
    }
    let means = pools.iter().flat_map(|(sum, count)| std::iter::repeat_n(sum / *count as f64, *count));
    means.zip(&offsets).map(|(mean, offset)| mean + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_single_chain_is_a_straight_line() {
        let columns = Columns { columns: vec![vec![0], vec![1], vec![2]], edges: vec![(0, 1), (1, 2)] };
        assert_eq!(place(&columns, &[10.0, 30.0, 10.0]), [15.0, 15.0, 15.0]);
    }

    proptest! {
        #[test]
        fn nodes_of_a_column_never_overlap_and_keep_their_order(
            heights in proptest::collection::vec(1.0..50.0f64, 16),
            edges in proptest::collection::vec((0..8usize, 8..16usize), 0..40),
        ) {
            let columns = Columns { columns: vec![(0..8).collect(), (8..16).collect()], edges };
            let middles = place(&columns, &heights);
            for column in &columns.columns {
                for pair in column.windows(2) {
                    let room = (heights[pair[0]] + heights[pair[1]]) / 2.0;
                    prop_assert!(middles[pair[1]] - middles[pair[0]] > room - 1e-6);
                }
            }
            prop_assert!(middles.iter().zip(&heights).all(|(middle, height)| middle - height / 2.0 > -1e-6));
        }
    }
}
