//! The words and figures that all renderers of costs share.

use crate::report::counted;
use crate::review::cost::{
    Amount, BudgetOf, BudgetState, BudgetUse, By, Coverage, HOURS_A_MONTH, Line, NotPriced, Overview, money,
    signed_money,
};
use std::collections::BTreeSet;

/// `2,310.20 USD a month: 120.00 more than base`.
pub fn verdict(overview: &Overview) -> String {
    let total = &overview.total;
    let unknown = total.coverage.priced == 0 && total.base == Amount::ZERO;
    let Some(currency) = overview.currency.as_ref().filter(|_| !unknown) else {
        return match total.coverage {
            Coverage { not_priced: 0, free: 1.., .. } => "all of it is free".to_owned(),
            _ => "nothing here has a price".to_owned(),
        };
    };
    let head = format!("{} {currency} a month", money(total.head.expected));
    let range = range(total.head).map(|range| format!(" ({range})")).unwrap_or_default();
    let delta = total.delta().expected;
    let differs = match delta {
        0 => String::new(),
        delta if delta > 0 => format!("{} {currency} more", money(delta)),
        delta => format!("{} {currency} less", money(-delta)),
    };
    match (overview.compared, delta) {
        (false, _) => format!("{head}{range}"),
        (true, _) if total.unknown > 0 => {
            let known = if delta == 0 { String::new() } else { format!(", beside {differs}") };
            let lines = counted(total.unknown, "line");
            format!("the difference is not known: {lines} without a price changed{known}; priced is {head}{range}")
        }
        (true, 0) => format!("no change in cost: {head}{range}"),
        (true, delta) if delta > 0 => format!("{} {currency} a month more: {head}{range}", money(delta)),
        (true, delta) => format!("{} {currency} a month less: {head}{range}", money(-delta)),
    }
}

/// What all figures rest on.
pub fn basis() -> String {
    format!("list prices, a month of {HOURS_A_MONTH} hours, without VAT, free allowances and discounts")
}

pub fn by(by: By) -> &'static str {
    match by {
        By::Team => "team",
        By::Service => "service",
        By::Environment => "environment",
        By::Unit => "unit",
        By::Resource => "resource",
    }
}

/// `10.00 to 30.00`, where it is one.
pub fn range(amount: Amount) -> Option<String> {
    amount.is_range().then(|| format!("{} to {}", money(amount.least), money(amount.most)))
}

/// In words where nothing has a price; an amount of 0.00 would say more than is known.
pub fn amount(coverage: Coverage, amount: Amount) -> String {
    let unknown = coverage.priced == 0 && amount == Amount::ZERO;
    match (unknown, coverage) {
        (true, Coverage { not_priced: 1.., .. }) => "not priced".to_owned(),
        (true, Coverage { free: 1.., .. }) => "free".to_owned(),
        (true, _) => "-".to_owned(),
        _ => money(amount.expected),
    }
}

pub fn delta(line: &Line) -> String {
    match line.delta() {
        _ if line.unknown > 0 => "not known".to_owned(),
        delta if delta.expected == 0 && !delta.is_range() => "-".to_owned(),
        delta => signed_money(delta.expected),
    }
}

/// `12 priced, 3 free, 1 not priced`.
pub fn coverage(coverage: Coverage) -> String {
    let Coverage { priced, free, not_priced } = coverage;
    format!("{priced} priced, {free} free, {not_priced} not priced")
}

/// Why something has no price.
pub fn reason(why: NotPriced) -> &'static str {
    match why {
        NotPriced::NoBook => "no price book speaks of its provider and region",
        NotPriced::NoPrice => "the price book of its region does not have it",
        NotPriced::RunsNowAndThen => "runs now and then, and nobody says how long",
        NotPriced::TooLarge => "more than can be counted",
    }
}

/// `elasticache/redis/x in staging/cart and 2 more: the price book does not have it`.
pub fn not_priced(what: &str, why: NotPriced, units: &BTreeSet<String>) -> String {
    let first = units.first().map(String::as_str).unwrap_or_default();
    let more = match units.len() {
        0 | 1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    format!("{what} in {first}{more}: {}", reason(why))
}

/// `team shopping`.
pub fn whose(of: &BudgetOf) -> String {
    match of {
        BudgetOf::Team(name) => format!("team {name}"),
        BudgetOf::Environment(name) => format!("environment {name}"),
        BudgetOf::Preview(name) => format!("one {name}, a day"),
    }
}

/// `34.5%`.
pub fn percent(one: &BudgetUse) -> String {
    if one.state == BudgetState::OtherCurrency {
        return "-".to_owned();
    }
    let permille = one.permille();
    format!("{}.{}%", permille / 10, permille % 10)
}

pub fn state(state: BudgetState) -> &'static str {
    match state {
        BudgetState::Within => "within",
        BudgetState::Near => "near",
        BudgetState::NearAtMost => "within; above with all replicas",
        BudgetState::Over(_) => "above",
        BudgetState::OtherCurrency => "in another currency",
    }
}

/// `half-way between 2 and 6 replicas (4 lines)`.
pub fn assumption(text: &str, lines: usize) -> String {
    if lines == 1 { text.to_owned() } else { format!("{text} ({})", counted(lines, "line")) }
}

/// Which books prices are from, and how old.
pub fn sources(overview: &Overview) -> String {
    let books = overview.books.iter().map(|(name, date)| format!("{name} (prices of {date} and later)"));
    books.collect::<Vec<_>>().join(", ")
}
