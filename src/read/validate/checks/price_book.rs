//! Price books: each line has a price that means something, and each SKU one price in a region.

use super::super::inspection::Inspection;
use super::super::shown::shown;
use crate::model::kinds::PriceBook;
use crate::model::kinds::price_book::{CLUSTER_SKUS, EVERYWHERE, PriceLine, PriceTier, overridden};
use crate::model::{Finding, Findings, Name, PriceUnit};
use crate::read::{Declared, Document, Place, locate};
use std::collections::{BTreeMap, BTreeSet};

pub fn check(inspection: &mut Inspection, book: &PriceBook) {
    let prices = inspection.spec("prices");
    for (sku, line) in &book.prices {
        let place = prices.clone().child(sku.as_str());
        check_cluster(inspection, &place, sku, line);
        match (line.price.is_some(), line.tiers.is_empty()) {
            (true, true) => {}
            (false, true) => inspection.report(no_price(inspection, &place, sku)),
            (true, false) => inspection.report(two_prices(inspection, &place, sku)),
            (false, false) => check_tiers(inspection, &place.child("tiers"), &line.tiers),
        }
    }
    if book.regions.len() > 1
        && let Some(at) = book.regions.iter().position(|region| region.0 == EVERYWHERE)
    {
        let place = inspection.spec("regions").child(at.to_string());
        inspection.report(everywhere_and_more(inspection, &place));
    }
}

/// Workloads are counted in units of their own, not in those of a provisioner.
fn check_cluster(inspection: &mut Inspection, place: &Place, sku: &str, line: &PriceLine) {
    let wanted = CLUSTER_SKUS.iter().find(|(known, _)| *known == sku).and_then(|(_, unit)| PriceUnit::parse(unit));
    if let Some(wanted) = wanted.filter(|wanted| *wanted != line.unit) {
        inspection.report(other_cluster_unit(inspection, &place.clone().child("unit"), sku, &wanted));
    }
}

fn other_cluster_unit(inspection: &Inspection, place: &Place, sku: &str, wanted: &PriceUnit) -> Finding {
    inspection
        .finding(&rules::CLUSTER, place, format!("{} is counted in `{wanted}`", shown(sku)))
        .label("another unit")
        .help(format!("write what one `{wanted}` costs"))
}

/// Each tier ends above the one before, and the last one has no end.
fn check_tiers(inspection: &mut Inspection, place: &Place, tiers: &[PriceTier]) {
    let last = tiers.len() - 1;
    for (at, tier) in tiers.iter().enumerate() {
        let place = place.clone().child(at.to_string());
        let before = at.checked_sub(1).and_then(|before| tiers[before].up_to);
        match tier.up_to {
            None if at < last => inspection.report(endless_tier(inspection, &place)),
            Some(_) if at == last => inspection.report(last_tier_ends(inspection, &place)),
            Some(end) if before.is_some_and(|before| end <= before) || end.millionths() == 0 => {
                inspection.report(tier_ends_early(inspection, &place.child("upTo")));
            }
            _ => {}
        }
    }
}

fn no_price(inspection: &Inspection, place: &Place, sku: &str) -> Finding {
    inspection
        .finding(&rules::PRICE, &place.clone().key(), format!("{} has no price", shown(sku)))
        .label("neither `price` nor `tiers`")
        .help("write `price: \"0.017\"`, or `tiers` where the price depends on how much is used")
}

fn two_prices(inspection: &Inspection, place: &Place, sku: &str) -> Finding {
    inspection
        .finding(&rules::PRICE, &place.clone().child("price").key(), format!("{} has a price and tiers", shown(sku)))
        .label("one price for all units")
        .related(inspection.locate(&place.clone().child("tiers").key()), "several by how many there are")
        .help("keep one of the two")
}

fn endless_tier(inspection: &Inspection, place: &Place) -> Finding {
    inspection
        .finding(&rules::TIERS, place, "a tier that is not the last has no end")
        .label("no `upTo`")
        .help("add `upTo`, the last unit that has this price")
}

fn last_tier_ends(inspection: &Inspection, place: &Place) -> Finding {
    inspection
        .finding(&rules::TIERS, &place.clone().child("upTo").key(), "the last tier ends, and beyond there is no price")
        .label("nothing follows")
        .help("leave `upTo` out of the last tier")
}

fn tier_ends_early(inspection: &Inspection, place: &Place) -> Finding {
    inspection
        .finding(&rules::TIERS, place, "a tier ends where the one before has ended already")
        .label("nothing is in this tier")
        .help("`upTo` counts from the first unit of the month: write the tiers in rising order")
}

fn everywhere_and_more(inspection: &Inspection, place: &Place) -> Finding {
    inspection
        .finding(&rules::REGIONS, place, "a book of all regions names other regions too")
        .label("all regions")
        .help("keep `\"*\"` alone, or the regions alone; a book that names a region goes before one for all")
}

/// Books of one provider that price a SKU in one region, and of which none goes before the other.
pub fn check_all(documents: &[Document], books: &[Declared<PriceBook>], findings: &mut Findings) {
    let below = overridden(books.iter().map(|book| (&book.metadata.name, book.spec.overrides.as_slice())));
    let gives_way = |one: &Name, other: &Name| below.get(other).is_some_and(|below| below.contains(one));
    let mut known: BTreeMap<_, Vec<&Declared<PriceBook>>> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for book in books {
        for region in &book.spec.regions {
            for sku in book.spec.prices.keys() {
                let others = known.entry((book.spec.provider, region, sku.as_str())).or_default();
                let rival = others.iter().find(|other| {
                    let (one, other) = (&book.metadata.name, &other.metadata.name);
                    !gives_way(one, other) && !gives_way(other, one)
                });
                if let Some(rival) = rival
                    && told.insert((&book.metadata.name, sku))
                {
                    findings.push(priced_twice(documents, rival, book, sku, &region.0));
                }
                others.push(book);
            }
        }
    }
}

fn priced_twice(
    documents: &[Document],
    first: &Declared<PriceBook>,
    second: &Declared<PriceBook>,
    sku: &str,
    region: &str,
) -> Finding {
    let at = |book: &Declared<PriceBook>| locate(documents, &book.place(&["spec", "prices", sku]).key());
    let provider = second.spec.provider.as_str();
    let message = format!("{} has two prices in region {} of `{provider}`", shown(sku), shown(region));
    Finding::new(&rules::DUPLICATE, at(second), message).label("priced again").related(at(first), "priced here").help(
        format!(
            "keep the price that holds; or let one book go before the other: `overrides: [{}]`",
            first.metadata.name
        ),
    )
}

pub mod rules {
    crate::model::rules! {
        DUPLICATE = "schema/duplicate-price", Error,
        "A SKU has one price in a region of a provider",
r"With two prices for one thing, the cost in a report would depend on the order of files.

A book that names a region goes before one for all regions (`regions: ['*']`), and a book goes before those that it
`overrides`: so an organisation puts its negotiated prices into a book of its own and leaves the shipped ones alone.

Wrong: `elasticache/valkey/cache.t4g.small` in two books of `aws` and `eu-central-1`

Right: the same, and `overrides: [aws-eu-central-1]` in the one that holds";

        PRICE = "schema/price", Error,
        "A line of a price book has one price",
r"A line says what one unit costs (`price`), or what units cost by how many there are (`tiers`). With neither there is
nothing to count, with both nobody knows which counts.

Wrong: `{unit: node-hour, source: ..., date: 2026-10-01}`

Right: `{price: '0.017', unit: node-hour, source: ..., date: 2026-10-01}`";

        TIERS = "schema/price-tiers", Error,
        "Tiers of a price rise, and the last has no end",
r"Each tier begins where the one before ends, and its price is for its own units alone, as providers sell storage. `upTo`
counts from the first unit of the month. Beyond the last tier there is nothing, so it has no `upTo`.

Wrong: `tiers: [{upTo: '51200', price: '0.023'}, {upTo: '1000', price: '0.022'}]`

Right: `tiers: [{upTo: '51200', price: '0.023'}, {price: '0.022'}]`";

        CLUSTER = "schema/cluster-price", Error,
        "Cores, memory and storage of a cluster are priced in the unit that workloads are counted in",
r"What runs in a cluster is counted in cores and GiB for each hour (`cluster/cpu` in `vcpu-hour`, `cluster/memory` in
`gib-hour`), its volumes in GiB for a month (`cluster/storage` in `gib-month`).

Wrong: `cluster/cpu: {price: '17.0', unit: vcpu-month, ...}`

Right: `cluster/cpu: {price: '0.0233', unit: vcpu-hour, ...}`";

        REGIONS = "schema/price-regions", Error,
        "A price book is for all regions or for those that it names",
r"`'*'` stands for every region of the provider. Beside other regions it would say nothing more, and hide that a price was
meant for some alone.

Wrong: `regions: ['*', eu-west-1]`

Right: `regions: ['*']`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{check, pointed};

    fn book(name: &str, regions: &str, more: &str, line: &str) -> String {
        format!(
            "apiVersion: pavior.dev/v1\nkind: PriceBook\nmetadata: {{name: {name}}}\nspec:\n  provider: aws\n  \
             regions: [{regions}]\n  currency: USD\n{more}  prices:\n    redis/small: {{{line}, source: \
             \"https://aws.amazon.com/x\", date: 2026-10-01}}\n"
        )
    }

    const LINE: &str = "price: \"0.017\", unit: node-hour";

    fn said(books: &[String]) -> Vec<(&'static str, String)> {
        let paths: Vec<String> = (0..books.len()).map(|at| format!("golden-paths/prices/{at}.yaml")).collect();
        let files: Vec<(&str, &str)> = paths.iter().map(String::as_str).zip(books.iter().map(String::as_str)).collect();
        let (_, findings) = check(&files);
        findings
            .iter()
            .map(|finding| {
                let at = paths.iter().position(|path| path == finding.at.path.as_str()).unwrap();
                (finding.rule.id, pointed(&books[at], finding).to_owned())
            })
            .collect()
    }

    #[test]
    fn what_a_cluster_sells_is_counted_as_workloads_are() {
        for (sku, unit, rules) in [
            ("cluster/cpu", "vcpu-month", vec![("schema/cluster-price", "vcpu-month".to_owned())]),
            ("cluster/memory", "gib-hour", vec![]),
        ] {
            let text = book("a", "eu-central-1", "", &format!("price: \"1\", unit: {unit}"));
            assert_eq!(said(&[text.replace("redis/small", sku)]), rules);
        }
    }

    #[test]
    fn a_sku_has_one_price_per_region() {
        let books = [book("a", "eu-central-1", "", LINE), book("b", "eu-west-1, eu-central-1", "", LINE)];
        assert_eq!(said(&books), [("schema/duplicate-price", "redis/small".to_owned())]);
    }

    #[test]
    fn a_book_of_a_region_goes_before_one_for_all_and_one_that_overrides_before_both() {
        let own = book("own", "eu-central-1", "  overrides: [a]\n", LINE);
        let books = [book("a", "eu-central-1", "", LINE), book("all", "\"*\"", "", LINE), own];
        assert_eq!(said(&books), []);
        let rivals = ["one", "two"].map(|name| book(name, "eu-central-1", "  overrides: [a]\n", LINE));
        let books = [book("a", "eu-central-1", "", LINE), rivals[0].clone(), rivals[1].clone()];
        assert_eq!(said(&books), [("schema/duplicate-price", "redis/small".to_owned())]);
    }

    #[test]
    fn a_line_has_a_price_or_tiers_that_rise() {
        for (line, rule, at) in [
            ("unit: node-hour", "schema/price", "redis/small"),
            ("price: \"1\", tiers: [{price: \"1\"}], unit: node-hour", "schema/price", "price"),
            ("tiers: [{price: \"1\"}, {price: \"2\"}], unit: gb-month", "schema/price-tiers", "price"),
            ("tiers: [{upTo: \"5\", price: \"1\"}], unit: gb-month", "schema/price-tiers", "upTo"),
            (
                "tiers: [{upTo: \"5\", price: \"1\"}, {upTo: \"5\", price: \"1\"}, {price: \"2\"}], unit: gb-month",
                "schema/price-tiers",
                "\"5\"",
            ),
            ("price: \"-1\", unit: node-hour", "schema/format", "\"-1\""),
            ("price: 0.5, unit: node-hour", "schema/type", "0.5"),
            ("price: \"1\", unit: furlong-hour", "schema/format", "furlong-hour"),
        ] {
            let said = said(&[book("a", "eu-central-1", "", line)]);
            assert_eq!(said, [(rule, at.to_owned())], "{line}");
        }
        let tiers = "tiers: [{upTo: \"51200\", price: \"0.023\"}, {price: \"0.022\"}], unit: gb-month";
        assert_eq!(said(&[book("a", "eu-central-1", "", tiers)]), []);
    }

    #[test]
    fn all_regions_stand_alone_and_a_region_has_its_form() {
        let said_of =
            |regions: &str| said(&[book("a", regions, "", LINE)]).iter().map(|said| said.0).collect::<Vec<_>>();
        assert_eq!(said_of("\"*\", eu-west-1"), ["schema/price-regions"]);
        assert_eq!(said_of("Frankfurt"), ["schema/format"]);
        assert_eq!(said_of("europe-west1, us-central1"), [""; 0]);
    }
}
