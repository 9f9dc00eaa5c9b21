//! Price books that speak of each other.

use super::world::World;
use super::{Checked, mended, with_catalog};
use crate::link::PriceList;
use crate::model::kinds::resource_type::Provider;

/// With a book of one SKU.
fn with_book(world: &World, name: &str, region: &str, price: &str, more: &str) -> World {
    let text = format!(
        "apiVersion: pavior.dev/v1\nkind: PriceBook\nmetadata: {{name: {name}}}\nspec:\n  provider: aws\n  regions: \
         [{region}]\n  currency: USD\n{more}  prices:\n    a: {{price: \"{price}\", unit: key-month, source: \
         \"https://prices.example/\", date: 2026-10-01}}\n"
    );
    world.with(&format!("golden-paths/prices/{name}.yaml"), &text)
}

/// A world in which a service runs, so that nothing is said about that.
fn world() -> World {
    World::new().callee("cart")
}

fn list(world: &World, region: Option<&str>) -> PriceList {
    with_catalog(world, |catalog| catalog.prices.list(Provider::Aws, region))
}

/// The price of `a`, by the book that it is from.
fn price_of_a(world: &World, region: &str) -> (String, i64) {
    let price = &list(world, Some(region)).prices["a"];
    (price.book.to_string(), price.tiers[0].nanos / 1_000_000_000)
}

#[test]
fn a_region_goes_before_everywhere_and_what_overrides_before_both() {
    let is = |book: &str, price| (book.to_owned(), price);
    // Books are read in the order of their names, which says nothing.
    let one = with_book(&world(), "m-everywhere", "\"*\"", "1", "");
    assert_eq!(price_of_a(&one, "eu-central-1"), is("m-everywhere", 1));
    for frankfurt in ["a-frankfurt", "z-frankfurt"] {
        let two = with_book(&one, frankfurt, "eu-central-1", "2", "");
        assert_eq!(price_of_a(&two, "eu-central-1"), is(frankfurt, 2));
        assert_eq!(price_of_a(&two, "eu-west-1"), is("m-everywhere", 1));
        let overrides = format!("  overrides: [{frankfurt}, m-everywhere]\n");
        let three = with_book(&two, "own", "\"*\"", "3", &overrides);
        assert_eq!(price_of_a(&three, "eu-central-1"), is("own", 3));
        let four = with_book(&three, "b-newer", "eu-central-1", "4", "  overrides: [own]\n");
        assert_eq!(price_of_a(&four, "eu-central-1"), is("b-newer", 4));
        assert_eq!(price_of_a(&four, "eu-west-1"), is("own", 3));
    }
}

#[test]
fn without_a_book_there_is_no_currency() {
    let frankfurt = with_book(&world(), "frankfurt", "eu-central-1", "2", "");
    assert_eq!(list(&frankfurt, Some("eu-west-1")), PriceList::default());
    assert_eq!(list(&frankfurt, None), PriceList::default());
    assert_eq!(list(&frankfurt, Some("eu-central-1")).currency.as_deref(), Some("USD"));
}

#[test]
fn an_override_names_a_book_that_is_there() {
    let frankfurt = with_book(&world(), "frankfurt", "eu-central-1", "2", "");
    let wrong = with_book(&frankfurt, "own", "eu-west-1", "1", "  overrides: [frankfort]\n");
    let checked = Checked::of(&wrong);
    let told = checked.only();
    assert_eq!((told.rule, told.at), ("link/price-override", ("golden-paths/prices/own.yaml", "frankfort")));
    assert_eq!(told.help[1], "did you mean `frankfurt`?");
    assert_eq!(Checked::of(&mended(&wrong)).told(), []);
}

#[test]
fn an_override_is_of_the_same_provider_and_makes_no_circle() {
    let google = with_book(&world(), "google", "us-central1", "1", "");
    let text = google.files().find(|(path, _)| path.ends_with("google.yaml")).unwrap().1.replace(": aws", ": gcp");
    let google = google.with("golden-paths/prices/google.yaml", &text);
    let wrong = with_book(&google, "own", "eu-west-1", "1", "  overrides: [google]\n");
    let message = "price book `google` is of `gcp`, and this one of `aws`";
    assert_eq!(Checked::of(&wrong).said(), [("link/price-override", message)]);
    let one = with_book(&world(), "one", "eu-west-1", "1", "  overrides: [two]\n");
    let circle = with_book(&one, "two", "eu-west-1", "1", "  overrides: [one]\n");
    let said = ["price books `one` and `two` override each other", "price books `two` and `one` override each other"];
    assert_eq!(Checked::of(&circle).said(), said.map(|message| ("link/price-override", message)));
    let itself = with_book(&world(), "one", "eu-west-1", "1", "  overrides: [one]\n");
    assert_eq!(Checked::of(&itself).only().at.1, "one");
}

#[test]
fn all_books_have_one_currency() {
    let frankfurt = with_book(&world(), "frankfurt", "eu-central-1", "2", "");
    let own = with_book(&frankfurt, "own", "eu-west-1", "1", "");
    let text = own.files().find(|(path, _)| path.ends_with("own.yaml")).unwrap().1.replace("USD", "EUR");
    let checked = Checked::of(&own.with("golden-paths/prices/own.yaml", &text));
    let told = checked.only();
    assert_eq!((told.rule, told.at), ("link/mixed-currencies", ("golden-paths/prices/own.yaml", "EUR")));
    assert_eq!(told.related, [("golden-paths/prices/frankfurt.yaml", "USD", "the first book's currency")]);
}

#[test]
fn who_shares_a_resource_says_the_same_about_its_use() {
    let asking = |usage: &str| format!("resources: {{orders: {{type: redis, id: orders, usage: {{reads: {usage}}}}}}}");
    let uses = "A: ${resources.orders.host}";
    let world = World::new().service("cart", &[uses], &asking("5")).service("shop", &[uses], &asking("6"));
    let message = "shared resource `orders` is asked for with a different usage";
    assert_eq!(Checked::of(&world).said(), [("link/conflicting-share", message)]);
}
