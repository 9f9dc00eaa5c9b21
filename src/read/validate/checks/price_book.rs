//! Price books: one price for each SKU, provider and region.

use crate::model::kinds::PriceBook;
use crate::model::kinds::resource_type::Provider;
use crate::model::{Finding, Findings};
use crate::read::{Declared, Document, locate};
use std::collections::BTreeMap;

use super::super::shown::shown;

pub fn check(documents: &[Document], books: &[Declared<PriceBook>], findings: &mut Findings) {
    let mut known: BTreeMap<(Provider, &str, &str), &Declared<PriceBook>> = BTreeMap::new();
    for book in books {
        for sku in book.spec.prices.keys() {
            match known.get(&(book.spec.provider, book.spec.region.as_str(), sku.as_str())) {
                Some(first) => findings.push(priced_twice(documents, first, book, sku)),
                None => {
                    known.insert((book.spec.provider, &book.spec.region, sku), book);
                }
            }
        }
    }
}

fn priced_twice(
    documents: &[Document],
    first: &Declared<PriceBook>,
    second: &Declared<PriceBook>,
    sku: &str,
) -> Finding {
    let at = |book: &Declared<PriceBook>| locate(documents, &book.place(&["spec", "prices", sku]).key());
    let region = shown(&second.spec.region);
    let message = format!("{} has two prices in region {region} of `{}`", shown(sku), second.spec.provider.as_str());
    Finding::new(&rules::DUPLICATE, at(second), message)
        .label("priced again")
        .related(at(first), "priced here")
        .help("keep the price with the later date")
}

pub mod rules {
    crate::model::rules! {
        DUPLICATE = "schema/duplicate-price", Error,
        "A SKU has one price in a region of a provider",
r"With two prices for one thing, the cost in a report would depend on the order of files.

Wrong: `elasticache/redis/cache.t4g.small` in two books of `aws` and `eu-central-1`

Right: one book, or books of different regions";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{check, pointed};

    fn book(name: &str, region: &str) -> String {
        format!(
            "apiVersion: pavior.dev/v1\nkind: PriceBook\nmetadata: {{name: {name}}}\nspec:\n  provider: aws\n  region: {region}\n  currency: USD\n  \
             prices:\n    redis/small: {{price: \"0.017\", unit: node-hour, source: \"https://aws.amazon.com/x\", date: 2026-10-01}}\n"
        )
    }

    #[test]
    fn a_sku_has_one_price_per_region() {
        let (first, second, other) = (book("a", "eu-central-1"), book("b", "eu-central-1"), book("c", "eu-west-1"));
        let files = [
            ("golden-paths/prices/a.yaml", &*first),
            ("golden-paths/prices/b.yaml", &second),
            ("golden-paths/prices/c.yaml", &other),
        ];
        let (declarations, findings) = check(&files);
        assert_eq!(declarations.price_books.len(), 3);
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert_eq!(findings[0].rule.id, "schema/duplicate-price");
        assert_eq!(findings[0].message, "`redis/small` has two prices in region `eu-central-1` of `aws`");
        assert_eq!(
            (findings[0].at.path.as_str(), pointed(&second, &findings[0])),
            ("golden-paths/prices/b.yaml", "redis/small")
        );
        assert_eq!(findings[0].related[0].at.path.as_str(), "golden-paths/prices/a.yaml");
    }
}
