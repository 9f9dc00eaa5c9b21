//! Object trees in, YAML out: block style, two spaces, keys in the order of the tree.
//!
//! The door to serde-saphyr, which decides how a text is written that is more than a plain word. Every string that some
//! YAML 1.1 reader would take for something else (`no`, `1_000`, `014`, `12:30`, a date) is quoted, because kustomize
//! and others read YAML 1.1. A text of several lines is a literal block where every reader agrees on its indentation.
//! Long lines are not folded: that is hard to read and to compare.

mod block;

use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value};
use serde_saphyr::{DoubleQuoted, LitStr};

/// A tree of objects, lists and scalars: one YAML document.
pub type Tree = Map<String, Value>;

/// What stands on top of every file.
const NOTICE: &str = "# Compiled by Pavior. Do not edit: change the declaration and compile again.\n";

/// One document with the notice on top.
pub fn document(tree: &Tree) -> String {
    document_under(NOTICE, tree)
}

/// One document with other lines on top, each of them a comment that ends with a line break.
pub fn document_under(comments: &str, tree: &Tree) -> String {
    let mut text = String::with_capacity(1024);
    text.push_str(comments);
    match block::write(tree, &mut text) {
        Ok(()) => text,
        Err(block::Unusual) => comments.to_owned() + &serialized(tree),
    }
}

/// As serde-saphyr writes a tree.
fn serialized(tree: &Tree) -> String {
    // Which strings become blocks is decided below.
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false, min_fold_chars: 0 };
    let mut text = String::new();
    serde_saphyr::to_fmt_writer_with_options(&mut text, &Entries(tree), options)
        .expect("a JSON tree has no key, anchor or type that YAML cannot hold");
    text
}

struct Entries<'t>(&'t Tree);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (Key(key), Node(value))))
    }
}

struct Key<'t>(&'t str);

impl Serialize for Key<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match is_time(self.0) {
            true => DoubleQuoted(self.0).serialize(serializer),
            false => self.0.serialize(serializer),
        }
    }
}

struct Node<'t>(&'t Value);

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(entries) => Entries(entries).serialize(serializer),
            Value::Array(items) => serializer.collect_seq(items.iter().map(Node)),
            Value::String(text) if is_block(text) => LitStr(text).serialize(serializer),
            Value::String(text) if is_time(text) => DoubleQuoted(text).serialize(serializer),
            scalar => scalar.serialize(serializer),
        }
    }
}

/// `08:30`: a text to YAML 1.1, which wants no zero in front, and a number to Ruby's reader all the same. Serde-saphyr
/// keeps to the letter of YAML 1.1.
fn is_time(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_part = |byte: u8| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'_');
    unsigned.starts_with('0') && unsigned.contains(':') && unsigned.bytes().all(is_part)
}

/// Whether a text reads well as a literal block, and the same to every reader: Go's takes a tab at the start of the
/// first line for indentation and gives up.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && text.starts_with(|first: char| !first.is_whitespace())
        && text.chars().all(|c| matches!(c, '\n' | '\t') || !(c.is_control() || is_separator(c)))
}

/// Characters that some readers take for line breaks or marks.
fn is_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn body(value: Value) -> String {
        let Value::Object(tree) = value else { panic!("a document is an object") };
        document(&tree).strip_prefix(NOTICE).unwrap().to_owned()
    }

    #[test]
    fn strings_that_a_yaml_1_1_reader_would_retype_are_quoted() {
        let ambiguous = [
            "",
            "~",
            "null",
            "Null",
            "NULL",
            "yes",
            "Yes",
            "YES",
            "no",
            "No",
            "NO",
            "y",
            "Y",
            "n",
            "N",
            "on",
            "On",
            "ON",
            "off",
            "Off",
            "OFF",
            "true",
            "True",
            "TRUE",
            "false",
            "False",
            "FALSE",
            "1_000",
            "014",
            "0o14",
            "0x1F",
            "0b11",
            "12:30",
            "08:30",
            "0999:00",
            "-01:30.5",
            "1:2:3",
            "190:20:30.15",
            "2024-01-01",
            "2024-01-01T00:00:00Z",
            "2001-12-14 21:59:43.10 -5",
            "1e3",
            "1.5",
            ".5",
            "5.",
            "+1",
            "-1",
            "685_230.15",
            ".inf",
            "-.INF",
            ".nan",
            "=",
            "<<",
            "99999999999999999999",
            "1.",
            "+.5",
            "0",
            "-0",
            "1E5",
            "0.10",
        ];
        for text in ambiguous {
            let quoted = format!("\"{text}\"");
            assert_eq!(body(json!({ "key": text })), format!("key: {quoted}\n"), "as a value");
            assert_eq!(body(json!({ text: "value" })), format!("{quoted}: value\n"), "as a key");
        }
    }

    #[test]
    fn ordinary_strings_are_plain() {
        for text in
            ["cart", "v1.33", "64Mi", "200m", "apps/v1", "https://a.example/b?c=d#e", "a b", "v1.2.3", "10s", "é"]
        {
            assert_eq!(body(json!({ "key": text })), format!("key: {text}\n"));
        }
    }

    #[test]
    fn scalars_keep_their_type_and_empty_collections_stay() {
        assert_eq!(
            body(json!({ "a": 1, "b": true, "c": null, "d": {}, "e": [], "f": -2.5 })),
            "a: 1\nb: true\nc: null\nd: {}\ne: []\nf: -2.5\n"
        );
    }

    #[test]
    fn a_text_of_several_lines_is_a_literal_block() {
        assert_eq!(
            body(json!({ "data": { "a.conf": "x: 1\n\n  y\n", "b": "no newline\nat the end" }, "list": ["p\nq\n"] })),
            "data:\n  a.conf: |\n    x: 1\n\n      y\n  b: |-\n    no newline\n    at the end\nlist:\n- |\n  p\n  q\n"
        );
    }

    #[test]
    fn a_document_mark_inside_a_text_stays_inside() {
        assert_eq!(
            body(json!({ "data": "x\n---\nkind: ClusterRoleBinding\n" })),
            "data: |\n  x\n  ---\n  kind: ClusterRoleBinding\n"
        );
    }

    #[test]
    fn a_text_that_starts_with_a_space_or_holds_controls_is_quoted() {
        for (text, quoted) in [
            ("\tall:\n\tcc\n", r#""\tall:\n\tcc\n""#),
            (" a\nb", r#"" a\nb""#),
            ("\n", r#""\n""#),
            ("a\r\nb", r#""a\r\nb""#),
            ("a\u{2028}\nb", r#""a\L\nb""#),
        ] {
            assert_eq!(body(json!({ "key": text })), format!("key: {quoted}\n"));
        }
    }

    #[test]
    fn long_lines_are_not_folded() {
        let long = "word ".repeat(100) + "end";
        assert_eq!(body(json!({ "key": long })), format!("key: {long}\n"));
    }
}
