//! What a quantity costs a month: exactly, then rounded once.

use super::amount::half_up;
use crate::link::ListPrice;
use crate::model::Period;

/// A month has a year's hours divided by twelve.
pub const HOURS_A_MONTH: i128 = 730;

/// An amount that no integer of ours can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// Millionths of the currency a month for so many millionths of a unit, rounded half up to a hundredth.
pub fn charge(millionths: i128, price: &ListPrice) -> Result<i128, TooLarge> {
    let units = match price.unit.period() {
        Period::Hour => millionths.checked_mul(HOURS_A_MONTH).ok_or(TooLarge)?,
        Period::Month => millionths,
    };
    let (mut sum, mut before) = (0_i128, 0_i128);
    for tier in &price.tiers {
        let end = tier.up_to.map_or(units, |end| units.min(i128::from(end)));
        let part = (end - before).max(0).checked_mul(i128::from(tier.nanos)).ok_or(TooLarge)?;
        sum = sum.checked_add(part).ok_or(TooLarge)?;
        before = before.max(end);
    }
    // Millionths of units times billionths of money, in hundredths.
    let hundredths = half_up(u128::try_from(sum).map_err(|_| TooLarge)?, 10_u128.pow(13));
    let micros = i128::try_from(hundredths).ok().and_then(|hundredths| hundredths.checked_mul(10_000));
    // So that sums of many rows cannot overflow either.
    micros.filter(|micros| *micros <= i128::from(i64::MAX)).ok_or(TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::cost::amount::money;
    use crate::review::cost::sample::{price, tiered};

    /// As it is shown.
    fn cost(units: i128, price: &ListPrice) -> String {
        money(charge(units * 1_000_000, price).unwrap())
    }

    #[test]
    fn hours_count_730_times_and_months_once() {
        // 0.037 x 730 = 27.01
        assert_eq!(cost(1, &price("node-hour", "0.037")), "27.01");
        // 20 x 0.137 = 2.74
        assert_eq!(cost(20, &price("gb-month", "0.137")), "2.74");
    }

    #[test]
    fn each_unit_costs_what_its_tier_costs() {
        let storage = tiered("gb-month", &[(Some("51200"), "0.023"), (Some("512000"), "0.022"), (None, "0.021")]);
        // 100 x 0.023
        assert_eq!(cost(100, &storage), "2.30");
        // 51,200 x 0.023 = 1,177.60; 8,800 x 0.022 = 193.60
        assert_eq!(cost(60_000, &storage), "1,371.20");
        // 1,177.60 + 460,800 x 0.022 = 10,137.60 + 88,000 x 0.021 = 1,848.00
        assert_eq!(cost(600_000, &storage), "13,163.20");
    }

    #[test]
    fn a_free_allowance_is_a_tier() {
        let requests = tiered("million-requests", &[(Some("1"), "0"), (None, "0.40")]);
        assert_eq!([cost(1, &requests), cost(5, &requests)], ["0.00", "1.60"]);
    }

    #[test]
    fn half_a_hundredth_is_rounded_up_once_for_the_row() {
        assert_eq!(cost(1, &price("gb-month", "0.005")), "0.01");
        assert_eq!(cost(1, &price("gb-month", "0.004999999")), "0.00");
        // Twice 0.005 is 0.01, not twice the rounded 0.01.
        assert_eq!(cost(2, &price("gb-month", "0.005")), "0.01");
    }

    #[test]
    fn what_no_integer_holds_is_refused() {
        let dear = price("node-hour", "999999999.999999999");
        assert_eq!(charge(i128::from(i64::MAX), &dear), Err(TooLarge));
        assert_eq!(charge(i128::MAX / 2, &dear), Err(TooLarge));
        assert!(charge(1_000_000, &dear).is_ok());
    }
}
