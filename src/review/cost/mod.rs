//! What units cost at list price a month of 730 hours, what a change adds to it, and what budgets say.
//!
//! ```text
//! ProvisionedUnit -> Bill (rows);  Bills of base and head -> lines, budgets -> Overview, findings
//! ```
//!
//! Amounts are whole millionths of a currency. A row is rounded half up to a hundredth, as an invoice is; everything else
//! is a sum of rows, so that totals are exactly what their rows say.

mod amount;
mod bill;
mod budget;
mod charge;
mod cluster;
mod compare;
#[cfg(test)]
mod laws;
mod overview;
pub mod rules;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod shipped;

pub use amount::{Amount, money, signed_money};
pub use bill::{Bill, Charge, Coverage, Free, NotPriced, Quantity, Row, bill};
#[cfg(test)]
pub(crate) use bill::{free, not_priced};
pub use budget::{BudgetMove, BudgetOf, BudgetState, BudgetUse, budgets, daily, moved, tell_budgets};
pub use charge::HOURS_A_MONTH;
pub use compare::{By, Line, compare, total};
pub use overview::{Overview, Question, overview};
