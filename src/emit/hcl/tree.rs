//! A body as a tree: blocks below their kind and labels, `module.carts.node_type`, as Terraform names them.

use super::{Body, Expression, Item};
use serde_json::{Map, Value};

/// Blocks of one kind and labels share a branch.
pub fn tree(body: &Body) -> Value {
    let mut fields = Map::new();
    write(body, &mut fields);
    Value::Object(fields)
}

fn write(body: &Body, fields: &mut Map<String, Value>) {
    for item in &body.items {
        match item {
            Item::Attribute(name, expression) => {
                fields.insert(name.to_string(), value(expression));
            }
            Item::Block(block) => {
                let steps = std::iter::once(&block.kind).chain(&block.labels);
                let branch = steps.fold(&mut *fields, |fields, step| {
                    let branch = fields.entry(step.to_string()).or_insert_with(|| Value::Object(Map::new()));
                    branch.as_object_mut().expect("no attribute is called as a block is")
                });
                write(&block.body, branch);
            }
        }
    }
}

fn value(expression: &Expression) -> Value {
    match expression {
        Expression::Null => Value::Null,
        Expression::Bool(value) => Value::Bool(*value),
        Expression::Number(number) => Value::Number(number.clone()),
        Expression::Text(text) => Value::String(text.clone()),
        Expression::List(items) => items.iter().map(value).collect(),
        Expression::Object(entries) => {
            Value::Object(entries.iter().map(|(key, entry)| (key.clone(), value(entry))).collect())
        }
        Expression::Reference(steps) => {
            Value::String(steps.iter().map(ToString::to_string).collect::<Vec<_>>().join("."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Block, Identifier};
    use super::*;
    use serde_json::json;

    #[test]
    fn blocks_stand_below_their_kind_and_labels() {
        let module = |label, size: bool| {
            Block::new("module", Body::new().attribute("large", size)).label(Identifier::literal(label))
        };
        let body = Body::new().block(module("carts", true)).block(module("mails", false));
        assert_eq!(tree(&body), json!({"module": {"carts": {"large": true}, "mails": {"large": false}}}));
    }
}
