//! Two values of a param in, whether it rises or falls out.

use crate::model::Quantity;
use serde_json::Value;

/// Where a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
    Unclear,
}

/// Numbers, quantities, versions and lists have a direction; what has none could be either.
pub fn direction(before: Option<&Value>, after: Option<&Value>) -> Direction {
    let (Some(before), Some(after)) = (before, after) else { return Direction::Unclear };
    let order = match (before, after) {
        (Value::Number(a), Value::Number(b)) => a.as_f64().partial_cmp(&b.as_f64()),
        (Value::String(a), Value::String(b)) => match (Quantity::parse(a), Quantity::parse(b)) {
            (Some(a), Some(b)) if !is_version(before) => Some(a.milli().cmp(&b.milli())),
            _ => numbers(a).zip(numbers(b)).map(|(a, b)| a.cmp(&b)),
        },
        (Value::Array(a), Value::Array(b)) if a.iter().all(|item| b.contains(item)) => Some(a.len().cmp(&b.len())),
        (Value::Array(a), Value::Array(b)) if b.iter().all(|item| a.contains(item)) => Some(a.len().cmp(&b.len())),
        _ => None,
    };
    match order {
        Some(std::cmp::Ordering::Less) => Direction::Up,
        Some(std::cmp::Ordering::Greater) => Direction::Down,
        Some(std::cmp::Ordering::Equal) | None => Direction::Unclear,
    }
}

/// `7.10` is later than `7.9`, though less as a number.
fn is_version(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains('.') && numbers(text).is_some())
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn quantities_versions_and_lists_have_a_direction() {
        let of = |before: Value, after: Value| direction(Some(&before), Some(&after));
        assert_eq!(of(json!("7.9"), json!("7.10")), Direction::Up);
        assert_eq!(of(json!("100Gi"), json!("20Gi")), Direction::Down);
        assert_eq!(of(json!(["a"]), json!(["a", "b"])), Direction::Up);
        assert_eq!(of(json!("x"), json!("y")), Direction::Unclear);
        assert_eq!(direction(None, Some(&json!(1))), Direction::Unclear);
    }
}
