//! Overviews for the tests of the renderers.

use crate::read::Documents;
use crate::review::cost::sample::{bill_of, nodes, scaled};
use crate::review::cost::{Bill, By, Free, NotPriced, Overview, Question, overview};
use crate::review::cost::{free, not_priced};
use std::collections::BTreeSet;

fn base() -> Vec<Bill> {
    vec![
        bill_of("production", "cart", "shopping", vec![scaled(2, 6, "0.05"), nodes("carts", 1, "0.037")]),
        bill_of(
            "production",
            "mail",
            "checkout",
            vec![nodes("workload", 1, "0.01"), free("identity", Free::NothingSold)],
        ),
    ]
}

fn head() -> Vec<Bill> {
    let mut bills = base();
    // 0.037 x 730 = 27.01 more.
    bills[0].rows[1] = nodes("carts", 2, "0.037");
    bills.push(bill_of("production", "report", "ads", vec![not_priced("workload", NotPriced::RunsNowAndThen)]));
    bills
}

fn asked(base: Option<&[Bill]>) -> Overview {
    let environments = BTreeSet::new();
    let question = Question { by: By::Service, environments: &environments };
    overview(&question, base, &head(), &Documents::default())
}

/// What is there.
pub fn plain() -> Overview {
    asked(None)
}

/// A second node.
pub fn compared() -> Overview {
    asked(Some(&base()))
}
