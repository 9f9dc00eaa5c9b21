//! Trees in block style, byte for byte as serde-saphyr writes them, several times as fast: most keys and values are of
//! printable ASCII, and how those are written is soon seen. Whatever is not is handed to serde-saphyr alone.

use super::{Tree, is_block, serialized};
use serde_json::Value;

/// A key that is written in a way of its own; the tree is for serde-saphyr then.
#[derive(Debug)]
pub(super) struct Unusual;

/// Longer keys, as they are written, do not stand on one line with their value. Readers allow 1,024, and do not agree of
/// what.
const LONGEST_KEY: usize = 1_000;

/// Appends the tree to `text`.
pub(super) fn write(tree: &Tree, text: &mut String) -> Result<(), Unusual> {
    if tree.is_empty() {
        text.push_str("{}\n");
        return Ok(());
    }
    entries(tree, 0, false, text)
}

/// Entries that stand `indent` deep. The first stands on the line of a dash when it is `inline`.
fn entries(tree: &Tree, indent: usize, inline: bool, text: &mut String) -> Result<(), Unusual> {
    for (index, (name, value)) in tree.iter().enumerate() {
        if index > 0 || !inline {
            spaces(indent, text);
        }
        key(name, indent, text)?;
        match value {
            Value::Object(tree) if !tree.is_empty() => {
                text.push('\n');
                entries(tree, indent + 2, false, text)?;
            }
            Value::Array(list) if !list.is_empty() => {
                text.push('\n');
                items(list, indent, false, text)?;
            }
            scalar => {
                text.push(' ');
                leaf(scalar, indent, text);
            }
        }
    }
    Ok(())
}

fn items(list: &[Value], indent: usize, inline: bool, text: &mut String) -> Result<(), Unusual> {
    for (index, value) in list.iter().enumerate() {
        if index > 0 || !inline {
            spaces(indent, text);
        }
        text.push_str("- ");
        match value {
            Value::Object(tree) if !tree.is_empty() => entries(tree, indent + 2, true, text)?,
            Value::Array(list) if !list.is_empty() => items(list, indent + 2, true, text)?,
            scalar => leaf(scalar, indent, text),
        }
    }
    Ok(())
}

/// A key with its colon. A long one stands behind a question mark, and the colon on the line below.
fn key(name: &str, indent: usize, text: &mut String) -> Result<(), Unusual> {
    if is_word(name) && name.len() <= LONGEST_KEY {
        text.push_str(name);
        text.push(':');
        return Ok(());
    }
    if name.contains('\n') {
        return Err(Unusual);
    }
    let written = serialized(&Tree::from_iter([(name.to_owned(), Value::Null)]));
    let written = written.strip_suffix(": null\n").ok_or(Unusual)?;
    let written = written.strip_prefix("? ").unwrap_or(written).trim_end_matches('\n');
    if written.contains('\n') {
        return Err(Unusual);
    }
    if written.len() <= LONGEST_KEY {
        text.extend([written, ":"]);
    } else {
        text.extend(["? ", written, "\n"]);
        spaces(indent, text);
        text.push(':');
    }
    Ok(())
}

/// A scalar, or an empty collection, to the end of its line or block.
fn leaf(value: &Value, indent: usize, text: &mut String) {
    match value {
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Null => text.push_str("null"),
        Value::Object(_) => text.push_str("{}"),
        Value::Array(_) => text.push_str("[]"),
        Value::Number(number) if !number.is_f64() => text.push_str(&number.to_string()),
        Value::String(scalar) => match style(scalar) {
            Some(Style::Plain) => text.push_str(scalar),
            Some(Style::Quoted) => quoted(scalar, text),
            None if is_block(scalar) => return literal(scalar, indent, text),
            None => return indented(value, indent, text),
        },
        Value::Number(_) => return indented(value, indent, text),
    }
    text.push('\n');
}

/// How a text of one line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Quoted,
}

/// The style of a text that is plain to see: printable ASCII that begins like a word, or with or around what always has
/// to be quoted. None for all others.
fn style(text: &str) -> Option<Style> {
    let first = text.bytes().next()?;
    let (mut before, mut is_mistakable) = (b' ', false);
    for byte in text.bytes() {
        if !matches!(byte, b' '..=b'~') {
            return None;
        }
        // The end of a key, or the start of a comment.
        is_mistakable |= matches!((before, byte), (b':', b' ') | (b' ', b'#'));
        before = byte;
    }
    if text == "#" {
        // Alone it gets single quotes.
        return None;
    }
    if is_mistakable || matches!(before, b' ' | b':') || b" ,:[]{}#&*!|>'\"%@`".contains(&first) {
        return Some(Style::Quoted);
    }
    let begins_well = first.is_ascii_alphabetic() || matches!(first, b'/' | b'(');
    (begins_well && !is_reserved(text)).then_some(Style::Plain)
}

/// Printable ASCII in double quotes.
fn quoted(scalar: &str, text: &mut String) {
    text.push('"');
    for part in scalar.split_inclusive(['"', '\\']) {
        let special = part.ends_with(['"', '\\']);
        let (plain, special) = part.split_at(part.len() - usize::from(special));
        text.push_str(plain);
        if !special.is_empty() {
            text.extend(["\\", special]);
        }
    }
    text.push('"');
}

/// A text of several lines as it stands, two deeper than its key.
fn literal(scalar: &str, indent: usize, text: &mut String) {
    let body = scalar.trim_end_matches('\n');
    text.push_str(match scalar.len() - body.len() {
        0 => "|-\n",
        1 => "|\n",
        _ => "|+\n",
    });
    for line in scalar.split_inclusive('\n') {
        if line != "\n" {
            spaces(indent + 2, text);
        }
        text.push_str(line);
    }
    if !scalar.ends_with('\n') {
        text.push('\n');
    }
}

/// A scalar as serde-saphyr writes it; the further lines of a block are moved to where it stands.
fn indented(value: &Value, indent: usize, text: &mut String) {
    let written = serialized(&Tree::from_iter([("k".to_owned(), value.clone())]));
    let written = written.strip_prefix("k: ").unwrap_or(&written);
    for (index, line) in written.split_inclusive('\n').enumerate() {
        if index > 0 && line != "\n" {
            spaces(indent, text);
        }
        text.push_str(line);
    }
}

/// Whether a text is a word that no reader takes for anything else.
fn is_word(text: &str) -> bool {
    let Some(first) = text.bytes().next() else { return false };
    let begins_well = first.is_ascii_alphabetic() || first == b'/';
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    begins_well && text.bytes().all(plain) && !is_reserved(text)
}

/// Words of YAML 1.1 that are no text, in any case of their letters.
fn is_reserved(text: &str) -> bool {
    const RESERVED: [&str; 11] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];
    text.len() <= 5 && RESERVED.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn spaces(count: usize, text: &mut String) {
    const SPACES: &str = "                                ";
    let mut left = count;
    while left > 0 {
        let some = left.min(SPACES.len());
        text.push_str(&SPACES[..some]);
        left -= some;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NOTICE, document};
    use super::*;
    use crate::emit::read_back;
    use crate::model::Findings;
    use crate::read::Snapshot;
    use proptest::prelude::*;

    fn text() -> impl Strategy<Value = String> {
        let ambiguous =
            "no|y|ON|null|~|1_000|014|12:30|08:30|1e3|0x1F|2024-01-01|<<|=|-|\\.inf|true|nan|Inf|---|\\.\\.\\.";
        prop_oneof![
            4 => "[a-zA-Z/][a-zA-Z0-9._/-]{0,12}",
            2 => ambiguous,
            2 => "[ -~]{0,20}",
            2 => "[a-z /(][a-z #:{}()\"\\\\=~-]{0,12}",
            2 => "[a-z][ a-z:#\n\t-]{0,30}\n{0,3}",
            1 => "[ a-z:#\n\t-]{0,30}",
            1 => ".{0,20}",
        ]
    }

    fn tree() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            6 => text().prop_map(Value::from),
            1 => any::<i64>().prop_map(Value::from),
            1 => any::<u64>().prop_map(Value::from),
            1 => (-1e6..1e6_f64).prop_map(Value::from),
            1 => any::<bool>().prop_map(Value::from),
            1 => Just(Value::Null),
        ];
        leaf.prop_recursive(5, 48, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
                prop::collection::vec((text(), inner), 0..5)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn a_tree_is_written_as_serde_saphyr_writes_it(entries in prop::collection::vec((text(), tree()), 0..6)) {
            let tree: Tree = entries.into_iter().collect();
            prop_assert_eq!(document(&tree), NOTICE.to_owned() + &serialized(&tree));
        }
    }

    #[test]
    fn every_short_text_is_written_as_serde_saphyr_writes_it() {
        let signs: Vec<char> = (' '..='~').collect();
        let pairs = signs.iter().flat_map(|first| signs.iter().map(move |second| format!("{first}{second}")));
        for text in signs.iter().map(char::to_string).chain(pairs) {
            let tree = Tree::from_iter([("k".to_owned(), Value::from(text.clone()))]);
            assert_eq!(document(&tree), NOTICE.to_owned() + &serialized(&tree), "{text}");
        }
    }

    #[test]
    fn what_looks_like_a_number_is_read_back_as_text() {
        for text in ["1000:11_000000", "1_000:30", "1_000", "12:30", "1:1_0", "-1_0.5", "1__:5"] {
            let written = document(&Tree::from_iter([("k".to_owned(), Value::from(text))]));
            let mut findings = Findings::default();
            crate::read::parse(&Snapshot::of([("catalog/a.yaml", written.as_str())]), &mut findings);
            let told: Vec<&str> = findings.iter().map(|finding| finding.rule.id).collect();
            assert!(!told.contains(&"yaml/ambiguous-scalar"), "{written}");
        }
    }

    #[test]
    fn a_long_key_is_read_by_libyaml_wherever_it_stands() {
        for long in ["\"".repeat(600), "x".repeat(1_001), "\u{1}".repeat(300), "é".repeat(511), "- ".repeat(600)] {
            let inner = Tree::from_iter([(long.clone(), Value::from("a\nb\n")), ("a".to_owned(), Value::from(1))]);
            let list = Value::Array(vec![Value::Object(inner.clone()), Value::from(2)]);
            let tree = Tree::from_iter([(long.clone(), list), ("b".to_owned(), Value::Object(inner))]);
            let text = document(&tree);
            let read: Value = serde_yaml_ng::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
            assert_eq!(read, Value::Object(tree.clone()), "{text}");
            assert_eq!(read_back::read_yaml(&text), Ok(Value::Object(tree)), "{text}");
        }
    }

    #[test]
    fn a_key_that_is_written_in_its_own_way_is_left_to_serde_saphyr() {
        let tree = Tree::from_iter([("a\nb".to_owned(), Value::from(2))]);
        assert_eq!(document(&tree), NOTICE.to_owned() + &serialized(&tree));
    }
}
