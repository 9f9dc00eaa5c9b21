//! The same thing under another name: `cart-files` was `basket-files` when cart was basket.

use super::address::Address;
use super::change::FieldChange;
use serde_json::Value;

/// What a unit was called, and what it is called now.
#[derive(Debug, Clone, Copy)]
pub struct Rename<'n> {
    pub from: &'n str,
    pub to: &'n str,
}

impl Rename<'_> {
    /// The address at head of what has this one at base; None for what is not named after the unit.
    pub fn address(self, base: &Address) -> Option<Address> {
        base.renamed(|name| self.name(name))
    }

    fn name(self, name: &str) -> Option<String> {
        let rest = name.strip_prefix(self.from)?;
        (rest.is_empty() || rest.starts_with(['-', '.'])).then(|| format!("{}{rest}", self.to))
    }

    /// Whether the field differs by the new name and in nothing else.
    pub fn explains(self, field: &FieldChange) -> bool {
        match (&field.before, &field.after) {
            (Some(before), Some(after)) => self.of_value(before) == *after,
            _ => false,
        }
    }

    fn of_value(self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(text.replace(self.from, self.to)),
            Value::Array(items) => items.iter().map(|item| self.of_value(item)).collect(),
            Value::Object(fields) => {
                Value::Object(fields.iter().map(|(key, value)| (key.clone(), self.of_value(value))).collect())
            }
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::differences;
    use super::*;
    use serde_json::json;

    const RENAME: Rename<'static> = Rename { from: "basket", to: "cart" };

    #[test]
    fn names_that_begin_with_the_units_follow_it() {
        assert_eq!(RENAME.name("basket").as_deref(), Some("cart"));
        assert_eq!(RENAME.name("basket.files").as_deref(), Some("cart.files"));
        assert_eq!(RENAME.name("baskets"), None);
    }

    #[test]
    fn a_field_that_follows_the_name_is_told_from_one_that_changes() {
        let tree = |name: &str, replicas: i32| json!({"labels": {"unit": name}, "replicas": replicas});
        let fields = differences(&tree("basket", 1), &tree("cart", 2));
        let explained: Vec<bool> = fields.iter().map(|field| RENAME.explains(field)).collect();
        assert_eq!(explained, [true, false]);
    }
}
