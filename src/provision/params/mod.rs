//! Params: what a user chose, the class's presets and the type's defaults become one checked object.

mod check;
mod expand;

pub use check::{Mistake, check_value, mistakes};
pub use expand::{Unexpanded, expand, resources_named};

use crate::model::Name;
use crate::model::kinds::ResourceType;
use serde_json::{Map, Value};

/// All params in the order of the schema: the user's value, else the class's, else the default. What has none is absent.
pub fn filled(kind: &ResourceType, class: &Name, given: &Map<String, Value>) -> Map<String, Value> {
    let presets = kind.classes.get(class);
    let value = |name: &String, default: &Option<Value>| {
        given.get(name).or_else(|| presets.and_then(|presets| presets.get(name))).or(default.as_ref()).cloned()
    };
    let properties = &kind.params.properties;
    properties.iter().filter_map(|(name, param)| Some((name.clone(), value(name, &param.default)?))).collect()
}

#[cfg(test)]
mod tests;
