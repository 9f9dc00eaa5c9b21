//! The HCL writer: whatever values hold, hcl-rs reads back what was meant, and nothing invisible is written.

use super::{Reached, words};
use arbitrary::{Result, Unstructured};
use pavior::emit::hcl::{Block, Body, Expression, Identifier, Item, write};
use pavior::emit::read_back;
use pavior::model::RepoPath;
use serde_json::Value;
use std::collections::BTreeSet;

pub fn holds(data: &[u8]) -> Reached {
    let Ok(body) = body(&mut Unstructured::new(data), 3) else { return Reached::Refused };
    let text = write(&body);
    let verdict = read_back::hcl::verify(&RepoPath::literal("main.tf"), &body, &text);
    assert!(verdict.is_ok(), "{verdict:?}\n{body:?}\n{text}");
    let invisible = |c: char| c != '\n' && (c.is_control() || "\u{200b}\u{202e}\u{2028}\u{feff}".contains(c));
    assert_eq!(text.find(invisible), None, "{text:?}");
    // By serde as well, which evaluates literals: another way through the same crate.
    for item in &body.items {
        let Item::Attribute(name, value) = item else { continue };
        let Some(meant) = literal(value) else { continue };
        let alone = Body::new().named(name.clone(), value.clone());
        let read: Value = ::hcl::from_str(&write(&alone)).expect("HCL");
        assert!(is_same(&read[name.as_str()], &meant), "{}", write(&alone));
    }
    if body.items.is_empty() { Reached::Refused } else { Reached::Through }
}

fn body(u: &mut Unstructured<'_>, depth: usize) -> Result<Body> {
    let (mut body, mut names) = (Body::new(), BTreeSet::new());
    for _ in 0..u.int_in_range(0..=5)? {
        let name = identifier(u)?;
        if depth > 0 && u.ratio(1, 3)? {
            let labels = (0..u.int_in_range(0..=2)?).map(|_| identifier(u)).collect::<Result<_>>()?;
            body = body.block(Block { kind: name, labels, body: self::body(u, depth - 1)? });
        } else if names.insert(name.clone()) {
            body = body.named(name, value(u)?);
        }
    }
    Ok(body)
}

fn value(u: &mut Unstructured<'_>) -> Result<Expression> {
    if u.ratio(1, 10)? {
        let first = [Identifier::literal("module")];
        let rest = (0..u.int_in_range(1..=3)?).map(|_| identifier(u)).collect::<Result<Vec<_>>>()?;
        return Ok(Expression::Reference(first.into_iter().chain(rest).collect()));
    }
    Ok(Expression::from(&words::tree(u, 4)?))
}

fn identifier(u: &mut Unstructured<'_>) -> Result<Identifier> {
    const NAMES: [&str; 9] = ["a", "source", "node_type", "a-b", "for", "null", "true", "_", "resource"];
    Ok(match u.ratio(1, 4)? {
        true => Identifier::parse(u.arbitrary::<&str>()?).unwrap_or_else(|_| Identifier::literal("x")),
        false => Identifier::literal(u.choose(&NAMES)?),
    })
}

/// Equal, where a number is one however it is kept: hcl-rs makes whole decimals integers.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(ones), Value::Array(others)) => {
            ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(ones), Value::Object(others)) => {
            ones.len() == others.len()
                && ones.iter().all(|(key, one)| others.get(key).is_some_and(|other| is_same(one, other)))
        }
        _ => one == other,
    }
}

/// The value that a literal evaluates to.
fn literal(value: &Expression) -> Option<Value> {
    Some(match value {
        Expression::Null => Value::Null,
        Expression::Bool(value) => (*value).into(),
        Expression::Number(number) => number.clone().into(),
        Expression::Text(text) => text.as_str().into(),
        Expression::List(values) => values.iter().map(literal).collect::<Option<_>>()?,
        Expression::Object(entries) => {
            entries.iter().map(|(key, value)| Some((key.clone(), literal(value)?))).collect::<Option<_>>()?
        }
        Expression::Reference(_) => return None,
    })
}
