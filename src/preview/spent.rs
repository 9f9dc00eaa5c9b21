//! What a preview has cost since it was created: its list price, for as long as something of it ran.

use super::state::Preview;
use crate::ledger::Cost;
use crate::model::Timestamp;

/// A month of the price book: 730 hours.
const MONTH: i128 = 730 * 3_600;

/// Millionths of a currency; none while nothing has a price.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spent {
    pub currency: Option<String>,
    pub micros: i128,
}

impl Spent {
    fn and(&self, cost: &Cost, seconds: i128) -> Spent {
        let micros = i128::from(cost.micros) * seconds / MONTH;
        Spent { currency: Some(cost.currency.clone()), micros: self.micros + micros }
    }
}

impl Preview {
    /// Until this moment. Asleep it costs nothing: what its data costs is little, and not known.
    pub fn spent(&self, now: Timestamp) -> Spent {
        let seconds = i128::from(now.unix_seconds() - self.since.unix_seconds()).max(0);
        match &self.life.cost {
            Some(cost) if self.is_awake() => self.spent.and(cost, seconds),
            _ => self.spent.clone(),
        }
    }
}
