//! Units as people name them on the command line: ENVIRONMENT/UNIT.

use crate::ledger::UnitName;
use crate::model::{Name, listed, nearest};

/// `production/cart`, `production/_shared/carts`.
pub fn unit_name(text: &str) -> Result<UnitName, String> {
    let parts = text.split_once('/').filter(|(_, unit)| !unit.is_empty());
    let unit = parts.and_then(|(environment, unit)| {
        Some(UnitName { environment: Name::parse(environment)?, unit: unit.to_owned() })
    });
    unit.ok_or_else(|| "a unit is written ENVIRONMENT/UNIT, such as production/cart".to_owned())
}

/// What may have been meant, to be put behind a message.
pub fn near<'u>(text: &str, known: impl Iterator<Item = &'u UnitName>) -> String {
    let known: Vec<String> = known.map(UnitName::to_string).collect();
    let near = nearest(text, known.iter().map(String::as_str));
    near.map(|near| format!("; did you mean {}?", listed([near], 1))).unwrap_or_default()
}

/// A person's word for those who read the ledger.
pub fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned()).ok_or_else(|| "say why: it stands in the ledger for good".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_an_environment_and_a_name() {
        assert_eq!(unit_name("production/_shared/carts").unwrap().unit, "_shared/carts");
        for wrong in ["cart", "production/", "/cart", "Pro duction/cart"] {
            assert!(unit_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_mistyped_is_answered_with_what_is_near() {
        let cart = unit_name("production/cart").unwrap();
        assert_eq!(near("production/crat", [&cart].into_iter()), "; did you mean `production/cart`?");
        assert_eq!(near("staging/frontend", [&cart].into_iter()), "");
    }
}
