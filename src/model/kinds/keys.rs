//! What the keys of maps have to look like, for schemas. Each has a format of its own, so that a wrong key is
//! told in the words of what it is.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

/// Names of environment variables.
pub const VARIABLE_FORMAT: &str = "pavior-variable-name";
/// Absolute paths inside a container.
pub const PATH_FORMAT: &str = "pavior-absolute-path";
/// Keys of a secret.
pub const SECRET_KEY_FORMAT: &str = "pavior-secret-key";
/// Names of params, outputs, tables and Terraform variables.
pub const WORD_FORMAT: &str = "pavior-word";

pub(super) fn variable_names() -> Value {
    json!({ "format": VARIABLE_FORMAT, "pattern": "^[A-Za-z_][A-Za-z0-9_.-]*$", "maxLength": 253 })
}

pub(super) fn absolute_paths() -> Value {
    json!({ "format": PATH_FORMAT, "pattern": "^/[^\\u0000-\\u001f:]*$", "maxLength": 1024 })
}

pub(super) fn secret_keys() -> Value {
    json!({ "format": SECRET_KEY_FORMAT, "pattern": "^[A-Za-z0-9._-]{1,253}$" })
}

pub(super) fn words() -> Value {
    json!({ "format": WORD_FORMAT, "pattern": "^[A-Za-z_][A-Za-z0-9_-]{0,62}$" })
}

/// Words, or `*` for all the rest.
pub(super) fn words_or_all() -> Value {
    json!({ "format": WORD_FORMAT, "pattern": "^([A-Za-z_][A-Za-z0-9_-]{0,62}|\\*)$" })
}

/// Whole numbers by word.
pub(super) fn usage(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "propertyNames": words(),
        "maxProperties": 50,
        "additionalProperties": { "type": "integer", "minimum": 0, "maximum": 1_000_000_000_000_u64 }
    })
}
