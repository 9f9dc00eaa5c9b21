//! The YAML of others: the text of a file comes in, its documents go out, every scalar as the text that was written.
//!
//! Anchors, aliases and merge keys are expanded, within bounds. Scalars keep their text (`null` alone is nothing), since
//! readers disagree on what `yes`, `010` or `12:30` is.

use granit_parser::{Event, Parser, ScalarStyle, StrInput};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// The most values of a file, with everything that aliases repeat.
const MAX_VALUES: usize = 100_000;

/// A text counts as one more value for every so many bytes: an alias repeats them, too.
const BYTES_OF_A_VALUE: usize = 256;

/// How deep mappings and lists may be nested.
const MAX_DEPTH: usize = 64;

/// Why a text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("it is no YAML: {0}")]
    Syntax(String),
    #[error("it holds more than {MAX_VALUES} values, or they are nested more than {MAX_DEPTH} deep")]
    TooLarge,
    #[error("it uses an alias before its anchor, or a mapping as a key")]
    Unusual,
}

/// The documents of a text.
pub fn documents(text: &str) -> Result<Vec<Value>, Unreadable> {
    let mut reader = Reader { parser: Parser::new_from_str(text), anchors: HashMap::new(), values: 0 };
    let mut documents = Vec::new();
    loop {
        match reader.next()? {
            Event::StreamEnd => return Ok(documents),
            Event::DocumentStart(..) => {
                let first = reader.next()?;
                documents.push(reader.value(first, 0)?);
            }
            _ => {}
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    /// What each anchor stands for, and how many values that is.
    anchors: HashMap<usize, (Value, usize)>,
    values: usize,
}

impl<'t> Reader<'t> {
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

    fn count(&mut self, values: usize) -> Result<(), Unreadable> {
        self.values += values;
        if self.values > MAX_VALUES { Err(Unreadable::TooLarge) } else { Ok(()) }
    }

    fn value(&mut self, first: Event<'t>, depth: usize) -> Result<Value, Unreadable> {
        self.count(1)?;
        if depth > MAX_DEPTH {
            return Err(Unreadable::TooLarge);
        }
        let before = self.values;
        let (value, anchor) = match first {
            Event::Scalar(text, style, anchor, _) => {
                self.count(text.len() / BYTES_OF_A_VALUE)?;
                (scalar(&text, style), anchor)
            }
            Event::SequenceStart(_, anchor, _) => (self.items(depth)?, anchor),
            Event::MappingStart(_, anchor, _) => (self.entries(depth)?, anchor),
            Event::Alias(anchor) => {
                let values = self.anchors.get(&anchor).ok_or(Unreadable::Unusual)?.1;
                self.count(values)?;
                return Ok(self.anchors[&anchor].0.clone());
            }
            _ => return Err(Unreadable::Unusual),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), self.values - before));
        }
        Ok(value)
    }

    fn items(&mut self, depth: usize) -> Result<Value, Unreadable> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(Value::Array(items)),
                item => items.push(self.value(item, depth + 1)?),
            }
        }
    }

    fn entries(&mut self, depth: usize) -> Result<Value, Unreadable> {
        let mut entries = Map::new();
        let mut merged = Vec::new();
        loop {
            let key = match self.next()? {
                Event::MappingEnd => break,
                key => match self.value(key, depth + 1)? {
                    Value::String(key) => key,
                    _ => return Err(Unreadable::Unusual),
                },
            };
            let value = self.next()?;
            match (key.as_str(), self.value(value, depth + 1)?) {
                ("<<", Value::Array(several)) => merged.extend(several),
                ("<<", one) => merged.push(one),
                (_, value) => {
                    entries.insert(key, value);
                }
            }
        }
        // What is written here wins over what is merged, and what is merged first over what comes later.
        for (key, value) in merged.into_iter().filter_map(|one| one.as_object().cloned()).flatten() {
            entries.entry(key).or_insert(value);
        }
        Ok(Value::Object(entries))
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    match (style, text) {
        (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => Value::Null,
        _ => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn scalars_keep_their_text_and_merge_keys_are_expanded() {
        let text = "base: &base {a: 010, b: yes}\nuse:\n  <<: *base\n  b: 12:30\nnone:\n---\n- *x\n";
        assert_eq!(documents(text), Err(Unreadable::Syntax(documents(text).unwrap_err().to_string()[15..].to_owned())));
        let text = text.split("---").next().unwrap();
        let base = json!({ "a": "010", "b": "yes" });
        assert_eq!(
            documents(text),
            Ok(vec![json!({ "base": base, "use": { "b": "12:30", "a": "010" }, "none": null })])
        );
    }

    #[test]
    fn a_bomb_is_refused_before_it_goes_off() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let alias = format!("*a{}, ", level - 1).repeat(10);
            text.push_str(&format!("a{level}: &a{level} [{alias}]\n"));
        }
        assert_eq!(documents(&text), Err(Unreadable::TooLarge));
        assert!(documents(&"- ".repeat(10_000)).is_err());
        let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(500_000), "*a, ".repeat(10_000));
        assert_eq!(documents(&long), Err(Unreadable::TooLarge));
    }
}
