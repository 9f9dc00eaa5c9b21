//! A map in Graphviz's language.

use crate::model::kinds::service::Tier;
use crate::query::{EntryKind, Map, Node};
use crate::report::visible_line;
use std::fmt::Write;

/// For `dot -Tsvg` and whatever else reads it.
pub fn dot(map: &Map) -> String {
    let mut text = "digraph catalog {\n  rankdir=LR;\n  node [fontname=\"Helvetica\"];\n".to_owned();
    for node in &map.nodes {
        writeln!(text, "  {} [{}];", identity(node.kind, &node.name), attributes(node))
            .expect("writing to a string succeeds");
    }
    for edge in &map.edges {
        let (from, to) = (identity(EntryKind::Service, &edge.from), identity(edge.to_kind, &edge.to));
        writeln!(text, "  {from} -> {to};").expect("writing to a string succeeds");
    }
    text + "}\n"
}

/// A service and a resource may have one name.
fn identity(kind: EntryKind, name: &str) -> String {
    quoted(&format!("{kind}/{name}"))
}

fn attributes(node: &Node) -> String {
    let shape = if node.kind == EntryKind::Resource { "cylinder" } else { "box" };
    let lines: Vec<String> = super::svg::lines(node);
    let style = match node.tier {
        Tier::Critical => "style=\"filled\", fillcolor=\"#fde8e4\", penwidth=3",
        Tier::Important => "style=\"filled\", fillcolor=\"#fdf3d8\", penwidth=2",
        Tier::Supporting => "style=\"filled,dashed\", fillcolor=\"#e8f0f8\", penwidth=1",
    };
    let label = quoted(&lines.join("\n")).replace('\n', "\\n");
    format!("shape={shape}, label={label}, {style}, tooltip={}", quoted(node.tier.as_str()))
}

fn quoted(text: &str) -> String {
    let escaped: Vec<String> =
        text.split('\n').map(|line| visible_line(line).replace('\\', "\\\\").replace('"', "\\\"")).collect();
    format!("\"{}\"", escaped.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::map;
    use crate::query::sample::with_sample;

    #[test]
    fn every_node_and_edge_is_there() {
        let text = with_sample(|_, catalog, register| dot(&map(register, catalog, None)));
        assert!(
            text.contains("\"resource/orders\" [shape=cylinder, label=\"orders\\npostgres · money\\ncritical\""),
            "{text}"
        );
        assert!(text.contains("\"service/shop\" -> \"service/checkout\";"), "{text}");
        assert_eq!(text.matches(" -> ").count(), 5);
    }

    #[test]
    fn quotes_cannot_be_left() {
        assert_eq!(quoted("a\"]; x\\"), "\"a\\\"]; x\\\\\"");
    }
}
