//! For programs: a frozen, versioned shape, described by `schemas/cost.schema.json`.
//!
//! These types are the promise. They are not the types of the pipeline, so that those may change. Money is a whole
//! number of millionths of the currency.

use crate::report::inert::inert_json;
use crate::review::cost::{
    self, BudgetOf, BudgetState, By, Charge, Free, HOURS_A_MONTH, NotPriced, Overview, Quantity,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Rises when a reader of the previous version could break.
const VERSION: u32 = 1;

/// The overview as JSON, one object, ending in a line feed.
pub fn cost_json(overview: &Overview) -> String {
    let text = serde_json::to_string_pretty(&Document::of(overview)).expect("strings and numbers always become JSON");
    inert_json(text + "\n")
}

/// The JSON Schema of what [`cost_json`] gives.
pub fn cost_schema() -> Value {
    let mut schema = schemars::schema_for!(Document).to_value();
    schema["$id"] = Value::from("https://pavior.dev/schemas/cost.schema.json");
    schema
}

/// What `pavior cost --format json` prints.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Pavior cost")]
struct Document {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    version: u32,
    tool: Tool,
    /// ISO 4217; absent where nothing has a price.
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    /// How many hours a month has.
    hours_per_month: i64,
    by: Dimension,
    /// Whether there is a base to compare with.
    compared: bool,
    /// What a reader has to know beside the figures.
    notes: Vec<String>,
    total: Line,
    /// By name.
    lines: Vec<Line>,
    /// What one preview costs a day.
    previews: Vec<Preview>,
    budgets: Vec<Budget>,
    /// The bills of head, which the lines are made of.
    bills: Vec<Bill>,
}

/// Who made the figures.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// What a line is about.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Dimension {
    Team,
    Service,
    Environment,
    Unit,
    Resource,
}

/// Millionths of the currency; all three are equal where nothing scales by itself.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Amount {
    /// With as few replicas as there may be.
    least: i128,
    /// What is counted on.
    expected: i128,
    /// With as many replicas as there may be.
    most: i128,
}

/// What one name costs a month.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line {
    name: String,
    /// Absent where there is no base.
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<Amount>,
    head: Amount,
    /// Head less base. Absent where there is no base.
    #[serde(skip_serializing_if = "Option::is_none")]
    delta: Option<Amount>,
    coverage: Coverage,
    /// How many rows without a price are at one side alone: with any, `delta` is not the whole difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<usize>,
}

/// How many rows of head have a price.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Coverage {
    priced: usize,
    free: usize,
    not_priced: usize,
}

/// One preview, a day.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Preview {
    environment: String,
    daily: Amount,
}

/// A declared budget and what is spent of it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Budget {
    of: Holder,
    name: String,
    /// Millionths of the currency.
    budget: i64,
    currency: String,
    used: Amount,
    /// Of the budget, in thousandths.
    permille: i128,
    state: State,
}

/// Whose budget.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Holder {
    /// A month of all that a team owns in permanent environments.
    Team,
    /// A month of all that is in an environment.
    Environment,
    /// A day of one preview.
    Preview,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum State {
    Within,
    Near,
    /// Within, but not with all replicas that there may be.
    NearAtMost,
    /// Above, and it blocks.
    Over,
    /// Above, and it is told.
    OverSoft,
    OtherCurrency,
}

/// What one unit costs a month.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Bill {
    /// Its folder: `production/cart`.
    unit: String,
    environment: String,
    owner: String,
    total: Amount,
    rows: Vec<Row>,
}

/// One thing that is counted.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Row {
    /// The resource inside the unit; `workload` for what runs.
    resource: String,
    status: Status,
    /// Why it is free or has no price.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// Absent where nothing is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// Millionths of the unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<Amount>,
    amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<Price>,
    /// What was assumed to come to the quantity.
    #[serde(skip_serializing_if = "Option::is_none")]
    assumption: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Status {
    Priced,
    Free,
    NotPriced,
}

/// The price that was taken.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Price {
    /// From the first unit of a month on.
    tiers: Vec<Tier>,
    book: String,
    source: String,
    date: String,
    /// Whether it was compared with its source.
    verified: bool,
}

/// Units that have a price of their own.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Tier {
    /// The last unit of it, in millionths; the last tier has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    up_to: Option<i64>,
    /// Billionths of the currency for one unit.
    nanos: i64,
}

impl Document {
    fn of(overview: &Overview) -> Document {
        let line = |line: &cost::Line| Line::of(line, overview.compared);
        Document {
            version: VERSION,
            tool: Tool { name: "pavior", version: env!("CARGO_PKG_VERSION") },
            currency: overview.currency.clone(),
            hours_per_month: HOURS_A_MONTH as i64,
            by: match overview.by {
                By::Team => Dimension::Team,
                By::Service => Dimension::Service,
                By::Environment => Dimension::Environment,
                By::Unit => Dimension::Unit,
                By::Resource => Dimension::Resource,
            },
            compared: overview.compared,
            notes: overview.notes.clone(),
            total: line(&overview.total),
            lines: overview.lines.iter().map(line).collect(),
            previews: overview
                .previews
                .iter()
                .map(|(name, day)| Preview { environment: name.to_string(), daily: Amount::of(*day) })
                .collect(),
            budgets: overview.budgets.iter().map(Budget::of).collect(),
            bills: overview.bills.iter().map(Bill::of).collect(),
        }
    }
}

impl Amount {
    fn of(amount: cost::Amount) -> Amount {
        Amount { least: amount.least, expected: amount.expected, most: amount.most }
    }

    fn counted(quantity: Quantity) -> Amount {
        Amount { least: quantity.least, expected: quantity.expected, most: quantity.most }
    }
}

impl Line {
    fn of(line: &cost::Line, compared: bool) -> Line {
        let cost::Coverage { priced, free, not_priced } = line.coverage;
        Line {
            name: line.name.clone(),
            base: compared.then(|| Amount::of(line.base)),
            head: Amount::of(line.head),
            delta: compared.then(|| Amount::of(line.delta())),
            coverage: Coverage { priced, free, not_priced },
            unknown: compared.then_some(line.unknown),
        }
    }
}

impl Budget {
    fn of(one: &cost::BudgetUse) -> Budget {
        let (of, name) = match &one.of {
            BudgetOf::Team(name) => (Holder::Team, name),
            BudgetOf::Environment(name) => (Holder::Environment, name),
            BudgetOf::Preview(name) => (Holder::Preview, name),
        };
        use crate::model::kinds::budget::OverBudget;
        Budget {
            of,
            name: name.to_string(),
            budget: one.budget.micros,
            currency: one.budget.currency.clone(),
            used: Amount::of(one.used),
            permille: one.permille(),
            state: match one.state {
                BudgetState::Within => State::Within,
                BudgetState::Near => State::Near,
                BudgetState::NearAtMost => State::NearAtMost,
                BudgetState::Over(OverBudget::Deny) => State::Over,
                BudgetState::Over(OverBudget::Warn) => State::OverSoft,
                BudgetState::OtherCurrency => State::OtherCurrency,
            },
        }
    }
}

impl Bill {
    fn of(bill: &cost::Bill) -> Bill {
        Bill {
            unit: bill.unit.folder(),
            environment: bill.unit.environment.to_string(),
            owner: bill.owner.to_string(),
            total: Amount::of(bill.total()),
            rows: bill.rows.iter().map(Row::of).collect(),
        }
    }
}

impl Row {
    fn of(row: &cost::Row) -> Row {
        let (status, reason, price) = match &row.charge {
            Charge::Priced { price, .. } => (Status::Priced, None, Some(Price::of(price))),
            Charge::Free(why) => (Status::Free, Some(free(*why)), None),
            Charge::NotPriced(why) => (Status::NotPriced, Some(not_priced(*why)), None),
        };
        let counted = !row.sku.is_empty();
        Row {
            resource: row.resource.clone(),
            status,
            reason,
            sku: counted.then(|| row.sku.clone()),
            unit: row.unit.as_ref().map(ToString::to_string),
            quantity: counted.then(|| Amount::counted(row.quantity)),
            amount: Amount::of(row.amount()),
            price,
            assumption: row.assumption.clone(),
        }
    }
}

fn free(why: Free) -> &'static str {
    match why {
        Free::Local => "local",
        Free::NothingSold => "nothing-sold",
        Free::NoReplica => "no-replica",
    }
}

fn not_priced(why: NotPriced) -> &'static str {
    match why {
        NotPriced::NoBook => "no-price-book",
        NotPriced::NoPrice => "not-in-price-book",
        NotPriced::RunsNowAndThen => "runs-now-and-then",
        NotPriced::TooLarge => "too-large",
    }
}

impl Price {
    fn of(price: &crate::link::ListPrice) -> Price {
        Price {
            tiers: price.tiers.iter().map(|tier| Tier { up_to: tier.up_to, nanos: tier.nanos }).collect(),
            book: price.book.to_string(),
            source: price.source.to_string(),
            date: price.date.to_string(),
            verified: price.verified,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::cost::samples::{compared, plain};

    #[test]
    fn the_document_fits_its_published_schema() {
        let validator = jsonschema::validator_for(&cost_schema()).unwrap();
        for overview in [plain(), compared()] {
            let document: Value = serde_json::from_str(&cost_json(&overview)).unwrap();
            let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}");
        }
    }

    #[test]
    fn amounts_are_whole_numbers_and_lines_add_up_to_the_total() {
        let document: Value = serde_json::from_str(&cost_json(&compared())).unwrap();
        let lines = document["lines"].as_array().unwrap();
        for part in ["least", "expected", "most"] {
            let sum: i64 = lines.iter().map(|line| line["head"][part].as_i64().unwrap()).sum();
            assert_eq!(document["total"]["head"][part].as_i64(), Some(sum), "{part}");
        }
        assert_eq!(document["total"]["delta"]["expected"].as_i64(), Some(27_010_000));
    }
}
