//! The writer: a body becomes text as `terraform fmt` lays it out.
//!
//! The rule of `fmt`: consecutive one-line `name = value` lines have their `=` aligned; a value of several lines ends
//! such a run and is not aligned itself; so does anything else that stands between.

use super::escape::{quoted, quoted_ascii};
use super::value::{Block, Body, Expression, Item, is_identifier};

/// A list that is longer than this is written with one element a line.
const LIST_WIDTH: usize = 80;

/// Words that begin an expression of another kind where an object key may stand.
const KEYWORDS: [&str; 9] = ["null", "true", "false", "for", "if", "in", "else", "endif", "endfor"];

/// The text of a file.
pub fn write(body: &Body) -> String {
    let mut out = String::new();
    write_body(&mut out, body, 0);
    out
}

fn write_body(out: &mut String, body: &Body, depth: usize) {
    let mut run = Vec::new();
    for (index, item) in body.items.iter().enumerate() {
        match item {
            Item::Attribute(name, value) => {
                if index > 0 && matches!(body.items[index - 1], Item::Block(_)) {
                    out.push('\n');
                }
                run.push(Line { name: name.to_string(), value: expression(value, depth) });
            }
            Item::Block(block) => {
                write_lines(out, std::mem::take(&mut run), depth);
                if index > 0 {
                    out.push('\n');
                }
                write_block(out, block, depth);
            }
        }
    }
    write_lines(out, run, depth);
}

fn write_block(out: &mut String, block: &Block, depth: usize) {
    indent(out, depth);
    out.push_str(block.kind.as_str());
    for label in &block.labels {
        out.extend([" \"", label.as_str(), "\""]);
    }
    if block.body.items.is_empty() {
        out.push_str(" {}\n");
        return;
    }
    out.push_str(" {\n");
    write_body(out, &block.body, depth + 1);
    indent(out, depth);
    out.push_str("}\n");
}

/// `name = value` of a body or an object. The name is ASCII, the value may have several lines.
struct Line {
    name: String,
    value: String,
}

impl Line {
    fn is_one_line(&self) -> bool {
        !self.value.contains('\n')
    }
}

fn write_lines(out: &mut String, lines: Vec<Line>, depth: usize) {
    for run in lines.chunk_by(|a, b| a.is_one_line() && b.is_one_line()) {
        let width = run.iter().map(|line| line.name.len()).max().unwrap_or_default();
        for line in run {
            indent(out, depth);
            out.push_str(&line.name);
            out.extend(std::iter::repeat_n(' ', width - line.name.len()));
            out.push_str(" = ");
            out.push_str(&line.value);
            out.push('\n');
        }
    }
}

fn expression(value: &Expression, depth: usize) -> String {
    match value {
        Expression::Null => "null".to_owned(),
        Expression::Bool(value) => value.to_string(),
        Expression::Number(number) => number.to_string(),
        Expression::Text(text) => quoted(text),
        Expression::List(values) => list(values, depth),
        Expression::Object(entries) => object(entries, depth),
        Expression::Reference(steps) => steps.iter().map(|step| step.as_str()).collect::<Vec<_>>().join("."),
    }
}

fn list(values: &[Expression], depth: usize) -> String {
    let elements: Vec<String> = values.iter().map(|value| expression(value, depth + 1)).collect();
    let width: usize = elements.iter().map(|element| element.len() + 2).sum();
    if width <= LIST_WIDTH && elements.iter().all(|element| !element.contains('\n')) {
        return format!("[{}]", elements.join(", "));
    }
    let mut out = String::from("[\n");
    for element in elements {
        indent(&mut out, depth + 1);
        out.push_str(&element);
        out.push_str(",\n");
    }
    indent(&mut out, depth);
    out.push(']');
    out
}

fn object(entries: &[(String, Expression)], depth: usize) -> String {
    if entries.is_empty() {
        return "{}".to_owned();
    }
    let lines = entries.iter().map(|(name, value)| Line { name: key(name), value: expression(value, depth + 1) });
    let mut out = String::from("{\n");
    write_lines(&mut out, lines.collect(), depth + 1);
    indent(&mut out, depth);
    out.push('}');
    out
}

fn key(name: &str) -> String {
    if is_identifier(name) && !KEYWORDS.contains(&name) { name.to_owned() } else { quoted_ascii(name) }
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}
