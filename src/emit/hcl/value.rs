//! What can be written: bodies, blocks, attributes and literal expressions.

use serde_json::{Number, Value};
use std::borrow::Cow;
use std::fmt;

/// Attributes and blocks in the order in which they are written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Body {
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    Attribute(Identifier, Expression),
    Block(Block),
}

/// `kind "label" { body }`. Terraform takes nothing but names as labels, and its `fmt` drops others.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub kind: Identifier,
    pub labels: Vec<Identifier>,
    pub body: Body,
}

/// A value. There is no variant for source text: only [`Expression::Reference`] is not a literal, and it is made of
/// identifiers.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Expression>),
    /// Entries in the order in which they are written.
    Object(Vec<(String, Expression)>),
    /// `module.cart.name`. Never empty.
    Reference(Vec<Identifier>),
}

/// A name that HCL takes unquoted. ASCII only: Terraform would take more, a reviewer should not have to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier(Cow<'static, str>);

/// A text that Terraform would not take as a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no Terraform name: a letter or underscore, then letters, digits, underscores and hyphens")]
pub struct NotAnIdentifier(pub String);

impl Identifier {
    pub fn parse(text: &str) -> Result<Identifier, NotAnIdentifier> {
        if is_identifier(text) {
            Ok(Identifier(Cow::Owned(text.to_owned())))
        } else {
            Err(NotAnIdentifier(text.to_owned()))
        }
    }

    /// For names that our own code spells out.
    ///
    /// # Panics
    /// When the text is no identifier; a test of the caller finds that.
    pub fn literal(text: &'static str) -> Identifier {
        assert!(is_identifier(text), "a name spelled in the source is valid: {text:?}");
        Identifier(Cow::Borrowed(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) fn is_identifier(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes.first(), Some(b) if b.is_ascii_alphabetic() || *b == b'_')
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

impl Body {
    pub fn new() -> Body {
        Body::default()
    }

    pub fn attribute(self, name: &'static str, value: impl Into<Expression>) -> Body {
        self.named(Identifier::literal(name), value)
    }

    /// Nothing for a setting that is not given.
    pub fn optional(self, name: &'static str, value: Option<impl Into<Expression>>) -> Body {
        match value {
            Some(value) => self.attribute(name, value),
            None => self,
        }
    }

    pub fn named(mut self, name: Identifier, value: impl Into<Expression>) -> Body {
        self.items.push(Item::Attribute(name, value.into()));
        self
    }

    pub fn block(mut self, block: Block) -> Body {
        self.items.push(Item::Block(block));
        self
    }
}

impl Block {
    pub fn new(kind: &'static str, body: Body) -> Block {
        Block { kind: Identifier::literal(kind), labels: Vec::new(), body }
    }

    pub fn label(mut self, label: Identifier) -> Block {
        self.labels.push(label);
        self
    }
}

impl Expression {
    /// An object whose entries are written in the order given.
    pub fn object<K: Into<String>, V: Into<Expression>>(entries: impl IntoIterator<Item = (K, V)>) -> Expression {
        Expression::Object(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }

    pub fn list<V: Into<Expression>>(values: impl IntoIterator<Item = V>) -> Expression {
        Expression::List(values.into_iter().map(Into::into).collect())
    }
}

impl From<&str> for Expression {
    fn from(text: &str) -> Expression {
        Expression::Text(text.to_owned())
    }
}

impl From<String> for Expression {
    fn from(text: String) -> Expression {
        Expression::Text(text)
    }
}

impl From<bool> for Expression {
    fn from(value: bool) -> Expression {
        Expression::Bool(value)
    }
}

impl From<&Value> for Expression {
    fn from(value: &Value) -> Expression {
        match value {
            Value::Null => Expression::Null,
            Value::Bool(value) => Expression::Bool(*value),
            Value::Number(number) => Expression::Number(number.clone()),
            Value::String(text) => Expression::Text(text.clone()),
            Value::Array(values) => Expression::list(values),
            Value::Object(entries) => Expression::object(entries),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_terraform_takes_are_identifiers() {
        for text in ["a", "_x", "node_type", "a-b", "A9"] {
            assert!(Identifier::parse(text).is_ok(), "{text}");
        }
        for text in ["", "9a", "-a", "a.b", "a b", "a\nb", "é", "${a}", "a\"", "a="] {
            assert_eq!(Identifier::parse(text), Err(NotAnIdentifier(text.to_owned())));
        }
    }
}
