//! Written HCL is parsed by hcl-rs and compared with the body that was meant: the same attributes and blocks in the same
//! order, and every value the same literal. An interpolation, a function call or a block that nobody meant is a mismatch.

use crate::emit::hcl::{Block, Body, Expression, Identifier, Item};
use crate::model::RepoPath;
use hcl::edit::expr::{Expression as Read, Object, ObjectKey, TraversalOperator, UnaryOperator};
use hcl::edit::structure::{Block as ReadBlock, Body as ReadBody, Structure};

/// A written file that does not say what was meant: a mistake of ours, so nothing may be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HclMismatch {
    #[error("{path} cannot be read back: {reason}")]
    Unreadable { path: RepoPath, reason: String },
    /// `place` is the route of blocks and attributes.
    #[error("{path} does not read back as what was meant at {place}")]
    Different { path: RepoPath, place: String },
}

/// Parses `text` and compares it with `meant`.
pub fn verify(path: &RepoPath, meant: &Body, text: &str) -> Result<(), HclMismatch> {
    let read: ReadBody = hcl::edit::parser::parse_body(text)
        .map_err(|error| HclMismatch::Unreadable { path: path.clone(), reason: error.message().to_owned() })?;
    same_body(meant, &read).map_err(|route| HclMismatch::Different { path: path.clone(), place: spell(route) })
}

/// The steps to a difference, innermost first.
type Route = Vec<String>;

fn spell(route: Route) -> String {
    if route.is_empty() {
        return "its top level".to_owned();
    }
    route.into_iter().rev().collect::<Vec<_>>().join(".")
}

/// Names one more step around what went wrong inside.
fn within(step: impl FnOnce() -> String) -> impl FnOnce(Route) -> Route {
    |mut route| {
        route.push(step());
        route
    }
}

fn same_body(meant: &Body, read: &ReadBody) -> Result<(), Route> {
    if meant.items.len() != read.len() {
        return Err(Route::new());
    }
    for (item, structure) in meant.items.iter().zip(read) {
        match (item, structure) {
            (Item::Attribute(name, value), Structure::Attribute(attribute)) => {
                let same = if attribute.has_key(name.as_str()) {
                    same_value(value, &attribute.value)
                } else {
                    Err(Route::new())
                };
                same.map_err(within(|| name.to_string()))?;
            }
            (Item::Block(block), Structure::Block(read)) => {
                same_block(block, read).map_err(within(|| block.kind.to_string()))?;
            }
            (Item::Attribute(name, _), Structure::Block(_)) => return Err(vec![name.to_string()]),
            (Item::Block(block), Structure::Attribute(_)) => return Err(vec![block.kind.to_string()]),
        }
    }
    Ok(())
}

fn same_block(meant: &Block, read: &ReadBlock) -> Result<(), Route> {
    let labels: Vec<&str> = meant.labels.iter().map(Identifier::as_str).collect();
    if read.has_ident(meant.kind.as_str()) && read.has_exact_labels(&labels) {
        same_body(&meant.body, &read.body)
    } else {
        Err(Route::new())
    }
}

fn same_value(meant: &Expression, read: &Read) -> Result<(), Route> {
    let same = match (meant, read) {
        (Expression::Null, Read::Null(_)) => true,
        (Expression::Bool(value), Read::Bool(read)) => value == read.value(),
        (Expression::Number(number), read) => same_number(number, read),
        (Expression::Text(text), Read::String(read)) => text == read.value(),
        (Expression::Reference(steps), read) => same_reference(steps, read),
        (Expression::List(values), Read::Array(elements)) if values.len() == elements.len() => {
            for (index, (value, element)) in values.iter().zip(elements).enumerate() {
                same_value(value, element).map_err(within(|| index.to_string()))?;
            }
            true
        }
        (Expression::Object(entries), Read::Object(object)) => return same_object(entries, object),
        _ => false,
    };
    if same { Ok(()) } else { Err(Route::new()) }
}

fn same_object(meant: &[(String, Expression)], read: &Object) -> Result<(), Route> {
    if meant.len() != read.len() {
        return Err(Route::new());
    }
    for ((key, value), (read_key, read_value)) in meant.iter().zip(read) {
        let same =
            if key_text(read_key) == Some(key) { same_value(value, read_value.expr()) } else { Err(Route::new()) };
        same.map_err(within(|| key.clone()))?;
    }
    Ok(())
}

fn key_text(key: &ObjectKey) -> Option<&str> {
    match key {
        ObjectKey::Ident(name) => Some(name.as_str()),
        ObjectKey::Expression(expression) => expression.as_str(),
    }
}

/// HCL has no negative literals: a minus is an operator before one.
fn same_number(meant: &serde_json::Number, read: &Read) -> bool {
    let (sign, number) = match read {
        Read::Number(number) => (1, number.value()),
        Read::UnaryOp(operation) if *operation.operator.value() == UnaryOperator::Neg => {
            match operation.expr.as_number() {
                Some(number) => (-1, number),
                None => return false,
            }
        }
        _ => return false,
    };
    match (whole(meant.as_i64(), meant.as_u64()), whole(number.as_i64(), number.as_u64())) {
        (Some(meant), Some(read)) => meant == i128::from(sign) * read,
        _ => meant.as_f64() == number.as_f64().map(|read| f64::from(sign) * read),
    }
}

fn whole(signed: Option<i64>, unsigned: Option<u64>) -> Option<i128> {
    signed.map(i128::from).or(unsigned.map(i128::from))
}

fn same_reference(meant: &[Identifier], read: &Read) -> bool {
    let Some((first, rest)) = meant.split_first() else { return false };
    match read {
        Read::Variable(name) => rest.is_empty() && name.as_str() == first.as_str(),
        Read::Traversal(traversal) => {
            matches!(&traversal.expr, Read::Variable(name) if name.as_str() == first.as_str())
                && rest.len() == traversal.operators.len()
                && rest.iter().zip(&traversal.operators).all(|(step, operator)| {
                    matches!(operator.value(), TraversalOperator::GetAttr(name) if name.as_str() == step.as_str())
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant() -> Body {
        let inner = Body::new().attribute("source", "./modules/redis-aws").attribute("size", Expression::list(["a"]));
        Body::new().block(Block::new("module", inner).label(Identifier::literal("carts")))
    }

    fn check(text: &str) -> Result<(), String> {
        verify(&RepoPath::literal("terraform/main.tf"), &meant(), text).map_err(|error| error.to_string())
    }

    #[test]
    fn what_was_meant_is_accepted_whatever_its_layout() {
        check("module \"carts\" {\nsource=\"./modules/redis-aws\"\n# why\nsize = [\n\"a\",\n]\n}\n").unwrap();
    }

    #[test]
    fn a_difference_is_named_by_its_route() {
        let wrong_value = "module \"carts\" {\n  source = \"./modules/redis-aws\"\n  size = [\"b\"]\n}\n";
        assert_eq!(
            check(wrong_value).unwrap_err(),
            "terraform/main.tf does not read back as what was meant at module.size.0"
        );
        let second_block = "module \"carts\" {\n  source = \"./modules/redis-aws\"\n  size = [\"a\"]\n}\nlocals {}\n";
        assert_eq!(
            check(second_block).unwrap_err(),
            "terraform/main.tf does not read back as what was meant at its top level"
        );
        assert!(check("module \"carts\" {").unwrap_err().starts_with("terraform/main.tf cannot be read back: "));
    }

    #[test]
    fn a_live_template_is_not_the_text_that_it_resembles() {
        let meant = Body::new().attribute("a", "${b}");
        let path = RepoPath::literal("x.tf");
        assert!(verify(&path, &meant, "a = \"${b}\"\n").is_err());
        assert!(verify(&path, &meant, "a = \"$${b}\"\n").is_ok());
    }

    #[test]
    fn numbers_are_compared_exactly_and_with_their_sign() {
        let path = RepoPath::literal("x.tf");
        let body = |number: serde_json::Value| Body::new().attribute("a", Expression::from(&number));
        assert!(verify(&path, &body((-5).into()), "a = -5\n").is_ok());
        assert!(verify(&path, &body(5.into()), "a = -5\n").is_err());
        assert!(verify(&path, &body(u64::MAX.into()), "a = 18446744073709551615\n").is_ok());
        assert!(verify(&path, &body(i64::MAX.into()), "a = 9223372036854775806\n").is_err());
        assert!(verify(&path, &body(0.5.into()), "a = 0.5\n").is_ok());
    }
}
