//! A map of services becomes a picture: SVG by a small layout of our own, or Graphviz dot. The same map, the same bytes.
//!
//! The layout is that of Sugiyama in three steps: columns by who needs whom, an order in each column with few crossings,
//! then heights that keep lines straight. What is needed stands right of what needs it.

mod dot;
mod layers;
mod order;
mod place;
mod svg;

pub use dot::dot;
pub use svg::svg;

/// A graph whose nodes are numbers, for the layout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Wires {
    count: usize,
    /// From, to.
    edges: Vec<(usize, usize)>,
}
