//! Compiled Terraform in, its top-level blocks as trees out.

use hcl::edit::expr::{Expression, ObjectKey, TraversalOperator, UnaryOperator};
use hcl::edit::structure::{Block, Body, Structure};
use serde_json::{Map, Value};

/// One top-level block: `module carts` and what is in it.
pub struct TopLevel {
    pub kind: String,
    pub labels: Vec<String>,
    pub tree: Value,
}

/// The blocks in their order; None for a text that is no HCL or has attributes beside blocks.
pub fn blocks(text: &str) -> Option<Vec<TopLevel>> {
    let body: Body = hcl::edit::parser::parse_body(text).ok()?;
    let block = |structure: &Structure| match structure {
        Structure::Block(block) => Some(TopLevel {
            kind: block.ident.to_string(),
            labels: labels(block),
            tree: Value::Object(tree(&block.body)),
        }),
        Structure::Attribute(_) => None,
    };
    body.iter().map(block).collect()
}

fn labels(block: &Block) -> Vec<String> {
    block.labels.iter().map(|label| label.as_str().to_owned()).collect()
}

/// A nested block is a field under its kind and labels.
fn tree(body: &Body) -> Map<String, Value> {
    let mut fields = Map::new();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => fields.insert(attribute.key.to_string(), value(&attribute.value)),
            Structure::Block(block) => {
                let name = [vec![block.ident.to_string()], labels(block)].concat().join(" ");
                fields.insert(name, Value::Object(tree(&block.body)))
            }
        };
    }
    fields
}

fn value(expression: &Expression) -> Value {
    match expression {
        Expression::Null(_) => Value::Null,
        Expression::Bool(value) => Value::Bool(*value.value()),
        Expression::Number(number) => number_value(number.value(), false),
        Expression::String(text) => Value::String(text.value().clone()),
        Expression::UnaryOp(operation) if *operation.operator.value() == UnaryOperator::Neg => {
            match operation.expr.as_number() {
                Some(number) => number_value(number, true),
                None => spelled(expression),
            }
        }
        Expression::Array(items) => items.iter().map(value).collect(),
        Expression::Object(entries) => {
            let key = |key: &ObjectKey| match key {
                ObjectKey::Ident(name) => name.to_string(),
                ObjectKey::Expression(Expression::String(text)) => text.value().clone(),
                ObjectKey::Expression(other) => other.to_string().trim().to_owned(),
            };
            Value::Object(entries.iter().map(|(name, entry)| (key(name), value(entry.expr()))).collect())
        }
        Expression::Traversal(traversal) => match reference(traversal) {
            Some(text) => Value::String(text),
            None => spelled(expression),
        },
        _ => spelled(expression),
    }
}

/// What the compiler does not write, as it stands.
fn spelled(expression: &Expression) -> Value {
    Value::String(expression.to_string().trim().to_owned())
}

fn number_value(number: &hcl::Number, negative: bool) -> Value {
    let whole = number.as_i64().map(|number| if negative { -number } else { number });
    match (whole, number.as_u64(), number.as_f64()) {
        (Some(number), ..) => Value::from(number),
        (None, Some(number), _) if !negative => Value::from(number),
        (_, _, Some(number)) => Value::from(if negative { -number } else { number }),
        (_, _, None) => Value::String(number.to_string()),
    }
}

/// `module.cart`
fn reference(traversal: &hcl::edit::expr::Traversal) -> Option<String> {
    let Expression::Variable(first) = &traversal.expr else { return None };
    let mut text = first.to_string();
    for operator in &traversal.operators {
        match operator.value() {
            TraversalOperator::GetAttr(name) => text.extend([".", name.as_str()]),
            _ => return None,
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::hcl::{Block as Written, Body as WrittenBody, Expression as Meant, Identifier, write};
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn blocks_are_trees() {
        let text = "terraform {\n  backend \"s3\" {\n    key = \"a\"\n  }\n}\n\nmoved {\n  from = module.a\n  to   = module.b-c\n}\n";
        let blocks = blocks(text).unwrap();
        assert_eq!(blocks[0].tree, json!({"backend s3": {"key": "a"}}));
        assert_eq!(blocks[1].tree, json!({"from": "module.a", "to": "module.b-c"}));
        assert!(super::blocks("a = 1\n").is_none() && super::blocks("module {").is_none());
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-9_999_999_999_i64..9_999_999_999).prop_map(Value::from),
            "[ -~é\n]{0,12}".prop_map(Value::from),
            Just(json!("${file(\"/etc/passwd\")}")),
        ];
        leaf.prop_recursive(3, 16, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                proptest::collection::btree_map("[a-z.${\" ]{1,6}", inner, 0..3)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_the_writer_writes_is_read_as_the_same_value(value in any_value()) {
            let body = WrittenBody::new().attribute("a", Meant::from(&value));
            let block = Written::new("module", body).label(Identifier::literal("x"));
            let text = write(&WrittenBody::new().block(block));
            let read = blocks(&text).unwrap();
            prop_assert_eq!(&read[0].tree["a"], &value);
        }
    }
}
