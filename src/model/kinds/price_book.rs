//! `PriceBook`: list prices by SKU.

use crate::model::{Date, HttpsUrl};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Prices of one provider in one region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PriceBook {
    /// The provider whose prices these are.
    pub provider: super::resource_type::Provider,
    /// The region; `"*"` for prices that are the same everywhere.
    #[schemars(length(min = 1, max = 32))]
    pub region: String,
    /// ISO 4217.
    #[schemars(regex(pattern = "^[A-Z]{3}$"))]
    #[schemars(extend("patternErrorMessage" = "a currency is its three capital letters of ISO 4217, such as `USD`"))]
    pub currency: String,
    /// By SKU, such as `elasticache/redis/cache.t4g.small`.
    #[schemars(extend("minProperties" = 1, "maxProperties" = 5_000))]
    pub prices: IndexMap<String, Price>,
}

/// One list price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Price {
    /// A decimal number in quotes, up to nine places, so that no float rounds it.
    #[schemars(regex(pattern = r"^[0-9]{1,9}(\.[0-9]{1,9})?$"))]
    #[schemars(extend("patternErrorMessage" = "a price is a decimal number in quotes with at most nine places, such as `\"0.017\"`"))]
    pub price: String,
    /// What one costs: `node-hour`, `gb-month`, `million-requests`, ...
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9-]{0,62}$"))]
    #[schemars(extend("patternErrorMessage" = "a unit has lower-case words with hyphens between, such as `node-hour`"))]
    pub unit: String,
    /// The provider's own SKU, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_sku: Option<String>,
    /// Where the price was read.
    pub source: HttpsUrl,
    /// When it was read.
    pub date: Date,
}
