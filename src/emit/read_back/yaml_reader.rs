//! The text of one YAML document in, its tree out. Stricter than YAML: no tag, anchor, alias, repeated key or second
//! document, and no plain scalar on which readers disagree, because our writer writes none of them.

use super::yaml_scalar;
use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::map::Entry;
use serde_json::{Map, Value};

/// Why a text is not what our writer writes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("is no YAML: {0}")]
    Syntax(String),
    #[error("holds {0} documents in place of one")]
    Documents(usize),
    #[error("has a tag, an anchor or an alias")]
    Decorated,
    #[error("has a key that is no text")]
    Key,
    #[error("has the key `{0}` twice")]
    RepeatedKey(String),
    #[error("has the scalar `{0}` without quotes, which readers take for different things")]
    Ambiguous(String),
}

/// Reads the one document of `text`.
pub fn read_yaml(text: &str) -> Result<Value, Unreadable> {
    let mut reader = Reader { parser: Parser::new_from_str(text) };
    let mut documents = Vec::new();
    loop {
        match reader.next()? {
            Event::StreamStart | Event::DocumentEnd => {}
            Event::DocumentStart(..) => {
                let first = reader.next()?;
                documents.push(reader.node(first)?);
            }
            Event::StreamEnd => break,
            _ => return Err(Unreadable::Syntax("a node outside of any document".to_owned())),
        }
    }
    match documents.len() {
        1 => Ok(documents.remove(0)),
        number => Err(Unreadable::Documents(number)),
    }
}

struct Reader<'t> {
    parser: Parser<'t, granit_parser::StrInput<'t>>,
}

impl<'t> Reader<'t> {
    /// The next event that is no comment.
    fn next(&mut self) -> Result<Event<'t>, Unreadable> {
        loop {
            match self.parser.next_event() {
                Some(Ok((Event::Comment(..), _))) => {}
                Some(Ok((event, _))) => return Ok(event),
                Some(Err(error)) => return Err(Unreadable::Syntax(error.to_string())),
                None => return Err(Unreadable::Syntax("the text ends too early".to_owned())),
            }
        }
    }

    fn node(&mut self, first: Event<'t>) -> Result<Value, Unreadable> {
        match first {
            Event::Scalar(text, ScalarStyle::Plain, 0, None) => {
                yaml_scalar::plain(&text).ok_or_else(|| Unreadable::Ambiguous(text.into_owned()))
            }
            Event::Scalar(text, _, 0, None) => Ok(Value::String(text.into_owned())),
            Event::SequenceStart(_, 0, None) => self.items(),
            Event::MappingStart(_, 0, None) => self.entries(),
            _ => Err(Unreadable::Decorated),
        }
    }

    fn items(&mut self) -> Result<Value, Unreadable> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(Value::Array(items)),
                item => items.push(self.node(item)?),
            }
        }
    }

    fn entries(&mut self) -> Result<Value, Unreadable> {
        let mut entries = Map::new();
        loop {
            let key = match self.next()? {
                Event::MappingEnd => return Ok(Value::Object(entries)),
                key => match self.node(key)? {
                    Value::String(key) => key,
                    _ => return Err(Unreadable::Key),
                },
            };
            let value = self.next()?;
            let value = self.node(value)?;
            match entries.entry(key) {
                Entry::Vacant(vacant) => drop(vacant.insert(value)),
                Entry::Occupied(known) => return Err(Unreadable::RepeatedKey(known.key().clone())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::yaml::document;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn one_document_is_read_as_a_tree() {
        assert_eq!(
            read_yaml("# note\na: {b: [1, \"2\", no-one]}\nc: |\n  x\n  ---\n"),
            Ok(json!({ "a": { "b": [1, "2", "no-one"] }, "c": "x\n---\n" }))
        );
    }

    #[test]
    fn what_our_writer_never_writes_is_refused() {
        assert_eq!(read_yaml("a: 1\n---\nb: 2\n"), Err(Unreadable::Documents(2)));
        assert_eq!(read_yaml("# nothing\n"), Err(Unreadable::Documents(0)));
        assert_eq!(read_yaml("a: &x 1\n"), Err(Unreadable::Decorated));
        assert_eq!(read_yaml("a: !!str 1\n"), Err(Unreadable::Decorated));
        assert_eq!(read_yaml("a: 1\na: 2\n"), Err(Unreadable::RepeatedKey("a".to_owned())));
        assert_eq!(read_yaml("1: a\n"), Err(Unreadable::Key));
        assert_eq!(read_yaml("a: no\n"), Err(Unreadable::Ambiguous("no".to_owned())));
        assert!(matches!(read_yaml("a: [\n"), Err(Unreadable::Syntax(_))));
    }

    /// Texts that are more likely than chance to break a writer.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("\n"),
            Just("---"),
            Just("..."),
            Just("kind: ClusterRoleBinding"),
            Just(": "),
            Just(" #"),
            Just("- "),
            Just("'"),
            Just("\""),
            Just("\\"),
            Just("\t"),
            Just("\r"),
            Just("{{"),
            Just("}"),
            Just("["),
            Just("&a"),
            Just("*a"),
            Just("!!str "),
            Just("|"),
            Just(">"),
            Just("%"),
            Just("@"),
            Just("`"),
            Just("? "),
            Just(" "),
            Just("no"),
            Just("1"),
            Just("_"),
            Just("."),
            Just(":"),
            Just("0x"),
            Just("e"),
            Just("-"),
            Just("\u{0}"),
            Just("\u{85}"),
            Just("\u{2028}"),
            Just("\u{feff}"),
            Just("\u{fffe}"),
            Just("é"),
            Just("😀"),
        ];
        prop_oneof![
            3 => proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat()),
            1 => any::<String>(),
            1 => "[-+]?[0-9_.:eExob]{0,8}",
            1 => "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9]{1,2}:[0-9]{2}:[0-9]{2}Z?)?",
        ]
    }

    fn tree() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            4 => text().prop_map(Value::String),
            1 => any::<i64>().prop_map(Value::from),
            1 => any::<f64>().prop_filter("JSON has finite numbers only", |n| n.is_finite()).prop_map(Value::from),
            1 => any::<bool>().prop_map(Value::Bool),
            1 => Just(Value::Null),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                proptest::collection::vec((text(), inner), 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_as_it_was(value in tree(), key in text()) {
            let tree = Map::from_iter([(key, value)]);
            prop_assert_eq!(read_yaml(&document(&tree)), Ok(Value::Object(tree)));
        }
    }
}
