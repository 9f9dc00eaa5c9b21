//! One text value of one document is set: replaced where it stands, or written where it belongs.
//!
//! Where layout leaves a choice, each way is tried in turn, and read back; the first that says exactly what was asked for
//! is taken. So no way of writing YAML has to be understood here beyond where things begin and end.

use super::refusal::Refusal;
use crate::model::{Findings, RepoPath};
use crate::read::{Entry, Node, NodeValue, roots};
use serde_json::{Map, Value};
use std::ops::Range;

/// Indentation where a file shows none.
const STEP: usize = 2;

/// Sets the text at a route of the mapping that one document of a file is.
///
/// # Errors
/// When the file has mistakes, or cannot be edited so that only that changes.
pub fn set_text(text: &str, document: usize, route: &[&str], value: &str) -> Result<String, Refusal> {
    let before = parsed(text)?;
    let mut wanted: Vec<Value> = before.iter().map(Node::to_json).collect();
    let root = before.get(document).ok_or_else(|| not_exact(route, value))?;
    put(&mut wanted[document], route, value);
    for splice in splices(text, root, route, value)? {
        let mut edited = text.to_owned();
        edited.replace_range(splice.at, &splice.with);
        if parsed(&edited).is_ok_and(|after| after.iter().map(Node::to_json).eq(wanted.iter().cloned())) {
            return Ok(edited);
        }
    }
    Err(not_exact(route, value))
}

/// The documents of a file without a mistake of syntax.
pub(super) fn parsed(text: &str) -> Result<Vec<Node>, Refusal> {
    let mut findings = Findings::default();
    // The path stands in no finding that is shown.
    let roots = roots(&RepoPath::literal("catalog/edited.yaml"), text, &mut findings);
    match findings.iter().find(|finding| finding.is_error()) {
        Some(finding) => Err(Refusal::mistake(finding)),
        None => Ok(roots),
    }
}

/// Bytes of a text, and what is to stand in their place.
struct Splice {
    at: Range<usize>,
    with: String,
}

fn put(tree: &mut Value, route: &[&str], value: &str) {
    let mut node = tree;
    for step in route {
        if !node.is_object() {
            *node = Value::Object(Map::new());
        }
        node = &mut node[*step];
    }
    *node = Value::String(value.to_owned());
}

/// Every way to write it, the best first.
fn splices(text: &str, root: &Node, route: &[&str], value: &str) -> Result<Vec<Splice>, Refusal> {
    let mut node = root;
    for (depth, step) in route.iter().enumerate() {
        let NodeValue::Mapping(entries) = &node.value else {
            return Err(Refusal::NotAMapping { route: route[..depth].join(".") });
        };
        match node.child(step) {
            Some(child) => node = child,
            None => return Ok(insertions(text, root, node, entries, &route[depth..], value)),
        }
    }
    match node.value {
        NodeValue::Mapping(_) | NodeValue::Sequence(_) => Err(not_exact(route, value)),
        _ => Ok(replacements(text, node, value)),
    }
}

/// In the quotes that it had.
fn replacements(text: &str, node: &Node, value: &str) -> Vec<Splice> {
    let at = node.span.range();
    let mut ways = [plain(value), single(value), double(value)];
    match text[at.clone()].chars().next() {
        Some('"') => ways.swap(0, 2),
        Some('\'') => ways.swap(0, 1),
        _ => {}
    }
    ways.into_iter().map(|with| Splice { at: at.clone(), with }).collect()
}

/// Behind the last entry of a mapping.
fn insertions(text: &str, root: &Node, mapping: &Node, entries: &[Entry], keys: &[&str], value: &str) -> Vec<Splice> {
    let ways: [fn(&str) -> String; 2] = [plain, double];
    if text[mapping.span.range()].starts_with('{') {
        let (at, before) = match entries.last() {
            Some(last) => (end_of(last), ", "),
            None => (mapping.span.range().start + 1, ""),
        };
        let flow = |way: fn(&str) -> String| Splice { at: at..at, with: format!("{before}{}", flow(keys, value, way)) };
        return ways.map(flow).into();
    }
    let Some((first, last)) = entries.first().zip(entries.last()) else { return Vec::new() };
    let indent = column(text, first.key_span.range().start);
    let end = end_of(last);
    let line_end = text[end..].find('\n').map_or(text.len(), |newline| end + newline);
    // Blank lines may belong to a text before them.
    let blank = text[line_end..].len() - text[line_end..].trim_start_matches('\n').len();
    let behind_blank = (line_end + blank.saturating_sub(1)).min(text.len());
    let ends = [line_end, behind_blank];
    let block = |at: usize, way: fn(&str) -> String| Splice {
        at: at..at,
        with: block(keys, value, indent, step(text, root), way),
    };
    ends.into_iter().flat_map(|at| ways.map(|way| block(at, way))).collect()
}

fn end_of(entry: &Entry) -> usize {
    entry.value.span.range().end.max(entry.key_span.range().end)
}

/// `a: {b: value}`
fn flow(keys: &[&str], value: &str, way: fn(&str) -> String) -> String {
    let written = keys.iter().map(|key| format!("{}: ", way(key))).collect::<Vec<_>>().join("{");
    format!("{written}{}{}", way(value), "}".repeat(keys.len().saturating_sub(1)))
}

/// A line a key, each after a line feed.
fn block(keys: &[&str], value: &str, indent: usize, step: usize, way: fn(&str) -> String) -> String {
    let mut written = String::new();
    for (depth, key) in keys.iter().enumerate() {
        written.push_str(&format!("\n{}{}:", " ".repeat(indent + depth * step), way(key)));
    }
    format!("{written} {}", way(value))
}

/// By how much the file indents: as `spec`, or else the first block in it, does.
fn step(text: &str, root: &Node) -> usize {
    let outer = column(text, root.span.range().start);
    let NodeValue::Mapping(entries) = &root.value else { return STEP };
    let inner = |entry: &Entry| match &entry.value.value {
        NodeValue::Mapping(inner) if !text[entry.value.span.range()].starts_with('{') => {
            Some(column(text, inner.first()?.key_span.range().start))
        }
        _ => None,
    };
    let spec = entries.iter().filter(|entry| entry.key == "spec").find_map(inner);
    let inner = spec.or_else(|| entries.iter().find_map(inner)).unwrap_or(outer + STEP);
    inner.checked_sub(outer).filter(|step| *step > 0).unwrap_or(STEP)
}

fn column(text: &str, offset: usize) -> usize {
    offset - text[..offset].rfind('\n').map_or(0, |newline| newline + 1)
}

fn plain(text: &str) -> String {
    text.to_owned()
}

fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// As JSON, which YAML reads alike.
fn double(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

fn not_exact(route: &[&str], value: &str) -> Refusal {
    let by_hand = block(route, value, 2, STEP, plain).trim_start_matches('\n').to_owned();
    Refusal::NotExact { by_hand }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTE: [&str; 5] = ["spec", "environments", "production", "containers", "main"];

    fn set(text: &str) -> String {
        let route = [ROUTE.as_slice(), &["image"]].concat();
        set_text(text, 0, &route, "ghcr.io/acme/cart:2").unwrap()
    }

    #[test]
    fn a_value_is_replaced_where_it_stands_in_the_quotes_that_it_has() {
        for (before, after) in [
            ("image: cart:1 # the one", "image: ghcr.io/acme/cart:2 # the one"),
            ("image: \"cart:1\"", "image: \"ghcr.io/acme/cart:2\""),
            ("image:   'cart:1'  ", "image:   'ghcr.io/acme/cart:2'  "),
            ("{image: cart:1, variables: {A: b}}", "{image: ghcr.io/acme/cart:2, variables: {A: b}}"),
        ] {
            let around = |main: &str| {
                format!(
                    "spec: # s\n  environments:\n    production:\n      containers:\n        main:\n          {main}\n# \
                     c\nmetadata: {{}}\n"
                )
            };
            assert_eq!(set(&around(before)), around(after));
        }
    }

    #[test]
    fn what_is_absent_is_written_behind_its_neighbours() {
        for (before, after) in [
            (
                "spec:\n  tier: critical\n",
                "spec:\n  tier: critical\n  environments:\n    production:\n      containers:\n        main:\n          image: ghcr.io/acme/cart:2\n",
            ),
            (
                "spec:\n    environments:\n        local: {enabled: false} # here\n    # more\n    tier: critical",
                "spec:\n    environments:\n        local: {enabled: false} # here\n        production:\n            containers:\n                main:\n                    image: ghcr.io/acme/cart:2\n    # more\n    tier: critical",
            ),
            (
                "spec:\n  environments:\n    production: {scaling: {min: 1}}",
                "spec:\n  environments:\n    production: {scaling: {min: 1}, containers: {main: {image: ghcr.io/acme/cart:2}}}",
            ),
            ("{spec: {}}", "{spec: {environments: {production: {containers: {main: {image: ghcr.io/acme/cart:2}}}}}}"),
            (
                "spec: {environments: {production: {containers: {main: {}}}},\n}\n",
                "spec: {environments: {production: {containers: {main: {image: ghcr.io/acme/cart:2}}}},\n}\n",
            ),
        ] {
            assert_eq!(set(before), after);
        }
    }

    #[test]
    fn a_text_that_ends_a_block_keeps_its_blank_lines() {
        let kept = "spec:\n  a: |+\n    x\n\n\nmetadata: {}\n";
        let edited = set(kept);
        assert!(edited.starts_with("spec:\n  a: |+\n    x\n\n\n  environments:\n"), "{edited}");
    }

    #[test]
    fn a_name_that_readers_take_for_something_else_is_quoted() {
        let edited = set_text("spec: {}\n", 0, &["spec", "no"], "1:30").unwrap();
        assert_eq!(edited, "spec: {\"no\": \"1:30\"}\n");
    }

    #[test]
    fn the_other_documents_of_a_file_stay() {
        let text = "a: {x: old}\n---\na: {x: old} # second\n---\na: {x: old}\n";
        let edited = set_text(text, 1, &["a", "x"], "new").unwrap();
        assert_eq!(edited, "a: {x: old}\n---\na: {x: new} # second\n---\na: {x: old}\n");
    }

    #[test]
    fn what_cannot_be_edited_is_refused_with_what_to_do() {
        let refused = |text: &str, route: &[&str]| set_text(text, 0, route, "x").unwrap_err().to_string();
        assert_eq!(refused("a: [1]\n", &["a", "b"]), "`a` is no mapping");
        let anchored = refused("a: &x {b: c}\n", &["a", "b"]);
        assert!(anchored.starts_with("the file has a mistake in line 1, "), "{anchored}");
        assert_eq!(
            refused("a: {b: c}\n", &["a"]),
            "this layout cannot be edited without changing more than that; write by hand:\n  a: x"
        );
    }
}
