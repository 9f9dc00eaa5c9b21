//! What a resource costs and takes, in numbers or expressions of them: parts of a `ResourceType`.

use crate::model::PriceUnit;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How much of something a month uses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UsageAssumption {
    /// What is assumed where nobody says it.
    #[schemars(range(min = 0, max = 1_000_000_000_000_u64))]
    pub default: u64,
    /// What is counted.
    #[schemars(length(min = 1, max = 300))]
    pub description: String,
}

/// One line of the bill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CostItem {
    /// A SKU of a price book, or an expression of one.
    pub sku: String,
    /// How many units, or an expression of that.
    #[schemars(schema_with = "amount_or_expression")]
    pub quantity: Value,
    /// What is counted: `node-hour`, `gb-month`, `million-requests`.
    pub unit: PriceUnit,
    /// What is assumed about use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub assumption: Option<String>,
}

/// What a resource takes from the cluster; each an amount or an expression of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourceCapacity {
    /// Cores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "amount_or_expression")]
    pub cpu: Option<Value>,
    /// Memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "amount_or_expression")]
    pub memory: Option<Value>,
    /// Storage of volumes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "amount_or_expression")]
    pub storage: Option<Value>,
    /// Pods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "amount_or_expression")]
    pub pods: Option<Value>,
    /// Connections it can hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "amount_or_expression")]
    pub connections: Option<Value>,
}

/// A number, or a text that may hold an expression of one.
pub(super) fn amount_or_expression(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["number", "string"], "maxLength": 1_000 })
}
