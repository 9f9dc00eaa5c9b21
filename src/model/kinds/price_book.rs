//! `PriceBook`: list prices by SKU.

use crate::model::{Count, Date, HttpsUrl, Name, Price, PriceUnit};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The region of a book whose prices are the same everywhere.
pub const EVERYWHERE: &str = "*";

/// What a cluster itself costs, and the unit that each is counted in.
pub const CLUSTER_SKUS: [(&str, &str); 3] =
    [("cluster/cpu", "vcpu-hour"), ("cluster/memory", "gib-hour"), ("cluster/storage", "gib-month")];

/// Prices of one provider in some of its regions, in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PriceBook {
    /// The provider whose prices these are; `kubernetes` for clusters that an organisation runs itself.
    pub provider: super::resource_type::Provider,
    /// The regions, such as `eu-central-1`; `"*"` for prices that are the same everywhere.
    #[schemars(length(min = 1, max = 50))]
    #[schemars(extend("uniqueItems" = true))]
    pub regions: Vec<Region>,
    /// ISO 4217. All books of a repository have one currency, so that prices can be added.
    #[schemars(regex(pattern = "^[A-Z]{3}$"))]
    #[schemars(extend("patternErrorMessage" = "a currency is its three capital letters of ISO 4217, such as `USD`"))]
    pub currency: String,
    /// Books whose prices give way to those of this one, SKU by SKU: what was negotiated in place of the list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 50))]
    #[schemars(extend("uniqueItems" = true))]
    pub overrides: Vec<Name>,
    /// By SKU, such as `elasticache/valkey/cache.t4g.small`.
    #[schemars(extend("minProperties" = 1, "maxProperties" = 5_000))]
    pub prices: IndexMap<String, PriceLine>,
}

/// By book, all that gives way to it: what it overrides, what that overrides, and so on.
pub fn overridden<'b>(books: impl Iterator<Item = (&'b Name, &'b [Name])>) -> BTreeMap<&'b Name, BTreeSet<&'b Name>> {
    let direct: BTreeMap<&Name, &[Name]> = books.collect();
    let below = |book: &'b Name| {
        let mut found = BTreeSet::new();
        let mut next = vec![book];
        while let Some(one) = next.pop() {
            let given = direct.get(one).into_iter().flat_map(|overridden| overridden.iter());
            next.extend(given.filter(|other| found.insert(*other)));
        }
        (book, found)
    };
    direct.keys().map(|book| below(book)).collect()
}

/// A provider's region, or `"*"`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Region(
    #[schemars(regex(pattern = r"^(\*|[a-z]{2,}-[a-z]+-?[0-9][a-z]?)$"))]
    #[schemars(extend("patternErrorMessage" = "a region is written as the provider names it, such as `eu-central-1`, or `\"*\"` for all"))]
    pub String,
);

/// One list price: `price`, or `tiers` where it depends on how much is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PriceLine {
    /// What one unit costs: a decimal number in quotes, so that no float rounds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// What the units of a month cost, from the first on; each price is for the units of its tier alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20))]
    pub tiers: Vec<PriceTier>,
    /// What is counted: `node-hour`, `gb-month`, `million-requests`.
    pub unit: PriceUnit,
    /// What a reader of the price has to know.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 300))]
    pub description: String,
    /// The provider's own SKU, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100))]
    pub provider_sku: Option<String>,
    /// Where the price stands.
    pub source: HttpsUrl,
    /// The day of which the source speaks.
    pub date: Date,
    /// False for a price that nobody compared with its source: bills say so.
    #[serde(default = "super::yes", skip_serializing_if = "Clone::clone")]
    pub verified: bool,
}

/// A part of a month's units that has a price of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PriceTier {
    /// The last unit of this tier, counted from the first of the month; the last tier has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Count>,
    /// What one unit costs.
    pub price: Price,
}
