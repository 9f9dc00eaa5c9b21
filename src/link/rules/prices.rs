//! Rules about price books that speak of each other.

use super::did_you_mean;
use crate::model::kinds::resource_type::Provider;
use crate::model::{Finding, Location, rules};

rules! {
    OVERRIDES = "link/price-override", Error,
        "A price book overrides books that are there, of its own provider, and not in a circle",
r"A book goes before those that it names under `overrides`, SKU by SKU: so an organisation puts what it negotiated into a book
of its own, and leaves the shipped list prices alone. A name that is no book would override nothing, and list prices would
count without a word.

To mend it, name a book of the same provider that does not itself, or by others, override this one.

Wrong: `overrides: [aws-eu-central]`, when the book is called `aws-eu-central-1`

Right: `overrides: [aws-eu-central-1]`";

    CURRENCY = "link/mixed-currencies", Error,
        "All price books have one currency",
r"A total of dollars and euros is neither, and a rate of exchange in a report would change it from day to day. So prices,
budgets and totals of a repository are in one currency.

To mend it, write the prices of the other books in that currency, as your invoice has them.

Wrong: `currency: USD` in one book, `currency: EUR` in another

Right: `currency: USD` in both";
}

pub fn unknown_book(name: &str, at: Location, near: Option<&str>) -> Finding {
    let finding = Finding::new(&OVERRIDES, at, format!("there is no price book `{name}` to override"))
        .label("no such book")
        .help("price books are declared below `golden-paths/prices/`");
    did_you_mean(finding, name, name, near)
}

pub fn other_provider(name: &str, own: Provider, other: Provider, at: Location, there: Location) -> Finding {
    let (own, other) = (own.as_str(), other.as_str());
    Finding::new(&OVERRIDES, at, format!("price book `{name}` is of `{other}`, and this one of `{own}`"))
        .label("another provider's book")
        .related(there, "its provider")
        .help(format!("name a book of `{own}`"))
}

pub fn circle(own: &str, name: &str, at: Location) -> Finding {
    Finding::new(&OVERRIDES, at, format!("price books `{own}` and `{name}` override each other"))
        .label("overrides this book in turn")
        .help("take one of the two `overrides` out")
}

pub fn mixed_currencies(own: &str, other: &str, at: Location, there: Location) -> Finding {
    Finding::new(&CURRENCY, at, format!("this price book is in {own}, and another in {other}"))
        .label(format!("not {other}"))
        .related(there, "the first book's currency")
        .help(format!("write its prices in {other}: totals are of one currency"))
}
