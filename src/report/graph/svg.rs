//! A map as a picture. Tiers have a colour, a border and a word each; shared resources are cylinders.

use super::Wires;
use super::layers::layers;
use super::order::{Columns, order};
use super::place::place;
use crate::model::kinds::service::Tier;
use crate::query::{EntryKind, Map, Node};
use crate::report::{counted, visible_line};
use std::collections::BTreeMap;
use std::fmt::Write;

const MARGIN: f64 = 32.0;
const HEADING: f64 = 92.0;
/// Between two columns.
const GUTTER: f64 = 96.0;
/// Between two boxes.
const GAP: f64 = 18.0;
/// The room of a line that passes a column.
const PASSAGE: f64 = 14.0;
const LINE: f64 = 17.0;
const PADDING: f64 = 10.0;
const NARROWEST: f64 = 132.0;
const NARROWEST_PICTURE: f64 = 680.0;
/// How wide a letter of a bold name is in the widest font that is likely; other lines are smaller and thinner.
const BOLD: f64 = 9.3;
const THIN: f64 = 7.2;
/// Longer texts are cut; the whole stands in the tooltip.
const LONGEST: usize = 34;

/// The picture with its legend; `title` stands above it.
pub fn svg(map: &Map, title: &str) -> String {
    let layout = Layout::of(map);
    let mut picture = String::new();
    let (width, height) = (layout.width.max(NARROWEST_PICTURE), layout.height);
    let summary = summary(map);
    writeln!(
        picture,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-labelledby=\"title summary\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"summary\">{summary}</desc>\n{STYLE}\
         <rect class=\"page\" width=\"100%\" height=\"100%\"/>\n\
         <text class=\"heading\" x=\"{MARGIN}\" y=\"38\">{}</text>\n\
         <text class=\"small\" x=\"{MARGIN}\" y=\"58\">{summary}; an arrow points to what is needed</text>",
        escaped(title),
        escaped(title),
    )
    .expect("writing to a string succeeds");
    picture.push_str(&legend());
    layout.wires.iter().for_each(|wire| picture.push_str(wire));
    map.nodes.iter().zip(&layout.boxes).for_each(|(node, place)| picture.push_str(&drawn(node, place)));
    picture + "</svg>\n"
}

fn summary(map: &Map) -> String {
    let services = map.nodes.iter().filter(|node| node.kind == EntryKind::Service).count();
    let mut parts = vec![counted(services, "service")];
    if map.nodes.len() > services {
        parts.push(counted(map.nodes.len() - services, "shared resource"));
    }
    let arrows = map.edges.len();
    parts.push(format!("{arrows} {}", if arrows == 1 { "dependency" } else { "dependencies" }));
    parts.join(", ")
}

/// What stands in a box, from the top: the name, whose it is, its tier, what it has for itself.
pub fn lines(node: &Node) -> Vec<String> {
    let whose = match (&node.flavour, node.kind, &node.owner) {
        (Some(flavour), EntryKind::Resource, Some(owner)) => format!("{flavour} · {owner}"),
        (_, _, Some(owner)) => owner.clone(),
        (_, _, None) => "nobody's".to_owned(),
    };
    let mut lines = vec![node.name.clone(), whose, node.tier.as_str().to_owned()];
    if !node.resources.is_empty() {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        node.resources.values().for_each(|kind| *kinds.entry(kind).or_default() += 1);
        let kinds =
            kinds.iter().map(|(kind, count)| if *count > 1 { format!("{count} {kind}") } else { (*kind).to_owned() });
        lines.push(format!("has {}", kinds.collect::<Vec<_>>().join(", ")));
    }
    lines
}

struct Box {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

struct Layout {
    width: f64,
    height: f64,
    /// Of the nodes of the map, in their order.
    boxes: Vec<Box>,
    wires: Vec<String>,
}

impl Layout {
    fn of(map: &Map) -> Layout {
        let numbers: BTreeMap<(EntryKind, &str), usize> =
            map.nodes.iter().enumerate().map(|(number, node)| ((node.kind, node.name.as_str()), number)).collect();
        let ends = map.edges.iter().filter_map(|edge| {
            let from = numbers.get(&(EntryKind::Service, edge.from.as_str()))?;
            Some((*from, *numbers.get(&(edge.to_kind, edge.to.as_str()))?))
        });
        let wires = Wires { count: map.nodes.len(), edges: ends.collect() };
        let of_node = layers(&wires);
        let mut columns =
            Columns { columns: vec![Vec::new(); of_node.iter().max().map_or(0, |last| last + 1)], edges: Vec::new() };
        of_node.iter().enumerate().for_each(|(node, column)| columns.columns[*column].push(node));
        let routes: Vec<Vec<usize>> = wires.edges.iter().map(|edge| route(*edge, &of_node, &mut columns)).collect();
        order(&mut columns);

        let texts: Vec<Vec<String>> = map.nodes.iter().map(lines).collect();
        let mut heights: Vec<f64> = texts
            .iter()
            .zip(&map.nodes)
            .map(|(lines, node)| lines.len() as f64 * LINE + 2.0 * PADDING + GAP + cap(node) * 2.0)
            .collect();
        let all = columns.columns.iter().map(Vec::len).sum();
        heights.resize(all, PASSAGE);
        let middles = place(&columns, &heights);

        let widths = columns.columns.iter().map(|column| {
            let texts = column.iter().filter_map(|node| texts.get(*node)).flat_map(|lines| lines.iter().enumerate());
            let widths = texts.map(|(row, line)| {
                let letters = line.chars().count().min(LONGEST) as f64;
                letters * if row == 0 { BOLD } else { THIN } + 2.0 * PADDING
            });
            widths.fold(NARROWEST, f64::max)
        });
        let mut left = MARGIN;
        let spans: Vec<(f64, f64)> = widths
            .map(|width| {
                let span = (left, width);
                left += width + GUTTER;
                span
            })
            .collect();
        let mut column_of = vec![0; all];
        for (column, nodes) in columns.columns.iter().enumerate() {
            nodes.iter().for_each(|node| column_of[*node] = column);
        }
        let boxes = (0..map.nodes.len()).map(|node| {
            let (x, width) = spans[column_of[node]];
            let height = heights[node] - GAP;
            Box { x, y: HEADING + middles[node] - heights[node] / 2.0, width, height }
        });
        let boxes: Vec<Box> = boxes.collect();
        let drawn = routes.iter().map(|route| {
            let stops: Vec<(f64, f64, f64)> = route
                .iter()
                .map(|node| {
                    let (x, width) = spans[column_of[*node]];
                    let middle = match boxes.get(*node) {
                        Some(place) => place.y + place.height / 2.0,
                        None => HEADING + middles[*node] - GAP / 2.0,
                    };
                    (x, x + width, middle)
                })
                .collect();
            line(&stops)
        });
        let bottom = middles.iter().zip(&heights).map(|(middle, height)| middle + height / 2.0).fold(0.0, f64::max);
        let right = spans.last().map_or(0.0, |(x, width)| x + width);
        Layout { width: right + MARGIN, height: HEADING + bottom + MARGIN, wires: drawn.collect(), boxes }
    }
}

/// The nodes that an edge passes; in columns between its ends new ones are made for it. From left to right, but for
/// edges that close a circle.
fn route((from, to): (usize, usize), of_node: &[usize], columns: &mut Columns) -> Vec<usize> {
    let (left, right) = if of_node[from] <= of_node[to] { (from, to) } else { (to, from) };
    let mut route = vec![left];
    for column in of_node[left] + 1..of_node[right] {
        let passage = columns.columns.iter().map(Vec::len).sum();
        columns.columns[column].push(passage);
        route.push(passage);
    }
    if left != right {
        route.push(right);
    }
    if of_node[left] != of_node[right] {
        columns.edges.extend(route.windows(2).map(|pair| (pair[0], pair[1])));
    }
    if left != from {
        route.reverse();
    }
    route
}

/// A smooth line through stops of (left, right, middle).
fn line(stops: &[(f64, f64, f64)]) -> String {
    let [(left, right, y), .., (last_left, last_right, last_y)] = *stops else { return String::new() };
    let backwards = last_left < left;
    let mut path = match backwards {
        false => format!("M{right:.0},{y:.0}"),
        true => format!("M{left:.0},{y:.0}"),
    };
    let mut at = if backwards { (left, y) } else { (right, y) };
    let mut curve = |at: &mut (f64, f64), x: f64, y: f64| {
        let middle = (at.0 + x) / 2.0;
        write!(path, " C{middle:.0},{:.0} {middle:.0},{y:.0} {x:.0},{y:.0}", at.1)
            .expect("writing to a string succeeds");
        *at = (x, y);
    };
    for &(left, right, y) in &stops[1..stops.len() - 1] {
        let (near, far) = if backwards { (right, left) } else { (left, right) };
        curve(&mut at, near, y);
        curve(&mut at, far, y);
    }
    if last_left == left {
        // Both in one column: around, on the right.
        let out = right + GUTTER / 2.0;
        write!(path, " C{out:.0},{y:.0} {out:.0},{last_y:.0} {last_right:.0},{last_y:.0}")
            .expect("writing to a string succeeds");
    } else {
        curve(&mut at, if backwards { last_right } else { last_left }, last_y);
    }
    format!("<path class=\"wire\" d=\"{path}\" marker-end=\"url(#arrow)\"/>\n")
}

/// How high the lid of a cylinder is; a box has none.
fn cap(node: &Node) -> f64 {
    if node.kind == EntryKind::Resource { 6.0 } else { 0.0 }
}

fn drawn(node: &Node, place: &Box) -> String {
    let Box { x, y, width, height } = place;
    let lines = lines(node);
    let tier = node.tier.as_str();
    let mut text = format!("<g class=\"{tier}\"><title>{}</title>\n", escaped(&tooltip(node, &lines)));
    let lid = cap(node);
    match node.kind {
        EntryKind::Resource => {
            let (right, top, bottom, half) = (x + width, y + lid, y + height - lid, width / 2.0);
            writeln!(
                text,
                "<path class=\"shape\" d=\"M{x:.0},{top:.0} A{half:.0},{lid:.0} 0 0 1 {right:.0},{top:.0} V{bottom:.0} \
                 A{half:.0},{lid:.0} 0 0 1 {x:.0},{bottom:.0} Z\"/>\n\
                 <path class=\"lid\" d=\"M{x:.0},{top:.0} A{half:.0},{lid:.0} 0 0 0 {right:.0},{top:.0}\"/>"
            )
        }
        _ => writeln!(
            text,
            "<rect class=\"shape\" x=\"{x:.0}\" y=\"{y:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" rx=\"7\"/>"
        ),
    }
    .expect("writing to a string succeeds");
    let middle = x + width / 2.0;
    for (row, line) in lines.iter().enumerate() {
        let class = ["name", "small", "tier", "small"][row.min(3)];
        let baseline = y + PADDING + lid * 1.5 + LINE * (row as f64 + 0.76);
        writeln!(text, "<text class=\"{class}\" x=\"{middle:.0}\" y=\"{baseline:.0}\">{}</text>", escaped(&cut(line)))
            .expect("writing to a string succeeds");
    }
    text + "</g>\n"
}

fn tooltip(node: &Node, lines: &[String]) -> String {
    let own: Vec<String> = node.resources.iter().map(|(local, kind)| format!("{local} ({kind})")).collect();
    match own.is_empty() {
        true => lines.join(", "),
        false => format!("{}, has {}", lines[..3].join(", "), own.join(", ")),
    }
}

fn legend() -> String {
    let mut text = String::new();
    let mut left = MARGIN;
    for (tier, meaning) in [
        (Tier::Critical, "thick border: the business stops"),
        (Tier::Important, "users notice within the hour"),
        (Tier::Supporting, "dashed: nobody notices for a day"),
    ] {
        let word = tier.as_str();
        let words = format!("{word} ({meaning})");
        writeln!(
            text,
            "<g class=\"{word}\"><rect class=\"shape\" x=\"{left:.0}\" y=\"67\" width=\"18\" height=\"13\" rx=\"3\"/>\
             <text class=\"small key\" x=\"{:.0}\" y=\"78\">{words}</text></g>",
            left + 25.0
        )
        .expect("writing to a string succeeds");
        left += 25.0 + words.len() as f64 * 5.7 + 16.0;
    }
    text
}

fn cut(text: &str) -> String {
    match text.chars().count() > LONGEST {
        true => text.chars().take(LONGEST - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

fn escaped(text: &str) -> String {
    visible_line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const STYLE: &str = "\
<style>
text { font-family: system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; text-anchor: middle; fill: #1c2733 }
.heading { font-size: 20px; font-weight: 600; text-anchor: start }
.name { font-size: 13.5px; font-weight: 600 }
.small { font-size: 11.5px; fill: #4a5868 }
svg > .small, .key { text-anchor: start }
.tier { font-size: 11px; font-weight: 600; letter-spacing: .04em }
.page { fill: #ffffff }
.wire { fill: none; stroke: #8795a5; stroke-width: 1.3 }
.lid { fill: none }
.critical .shape, .critical .lid { stroke: #b3261e; stroke-width: 2.6 } .critical .shape { fill: #fdeeeb } .critical .tier { fill: #8f1d17 }
.important .shape, .important .lid { stroke: #9a6b00; stroke-width: 1.7 } .important .shape { fill: #fdf5df } .important .tier { fill: #7a5500 }
.supporting .shape, .supporting .lid { stroke: #41688f; stroke-width: 1.2; stroke-dasharray: 5 3 } .supporting .shape { fill: #eef4fa } .supporting .tier { fill: #34557a }
</style>
<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\"><path d=\"M0,0.8 L8,4 L0,7.2 Z\" fill=\"#8795a5\"/></marker></defs>
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::sample::with_sample;
    use crate::query::{Edge, map};

    #[test]
    fn every_node_every_edge_and_every_tier_in_words_is_drawn() {
        let picture = with_sample(|_, catalog, register| svg(&map(register, catalog, None), "Acme <&>"));
        for name in ["shop", "checkout", "ledger", "report", "orders"] {
            assert!(picture.contains(&format!(">{name}</text>")), "{name}");
        }
        assert_eq!(picture.matches("class=\"wire\"").count(), 5);
        assert_eq!(picture.matches("class=\"lid\"").count(), 1);
        assert!(picture.contains(">critical</text>") && picture.contains("Acme &lt;&amp;&gt;"));
        assert!(picture.contains("4 services, 1 shared resource, 5 dependencies"));
    }

    #[test]
    fn a_circle_and_a_self_reference_are_drawn_without_getting_lost() {
        let node = |name: &str| Node {
            kind: EntryKind::Service,
            name: name.to_owned(),
            flavour: None,
            owner: None,
            tier: Tier::Supporting,
            resources: BTreeMap::new(),
        };
        let edge =
            |from: &str, to: &str| Edge { from: from.to_owned(), to: to.to_owned(), to_kind: EntryKind::Service };
        let circle = Map {
            nodes: vec![node("a"), node("b"), node("c")],
            edges: vec![edge("a", "b"), edge("b", "c"), edge("c", "a")],
            ..Map::default()
        };
        assert_eq!(svg(&circle, "").matches("class=\"wire\"").count(), 3);
        assert!(svg(&Map::default(), "").contains("0 services, 0 dependencies"));
    }
}
