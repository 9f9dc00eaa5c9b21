//! Price books become one list of prices for each provider and region.

use super::index::Index;
use super::rules::prices;
use crate::model::kinds::PriceBook;
use crate::model::kinds::price_book::{EVERYWHERE, PriceLine, overridden};
use crate::model::kinds::resource_type::Provider;
use crate::model::{Date, Findings, HttpsUrl, Name, PriceUnit, nearest};
use crate::read::{Declared, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// All price books, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Prices<'d> {
    books: Vec<&'d Declared<PriceBook>>,
    /// By book, those that give way to it.
    below: BTreeMap<&'d Name, BTreeSet<&'d Name>>,
}

/// What a provider's things cost in one region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceList {
    /// None where no book speaks of the region.
    pub currency: Option<String>,
    pub prices: BTreeMap<String, Arc<ListPrice>>,
}

/// The price of one SKU, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPrice {
    pub unit: PriceUnit,
    /// From the first unit of a month on; the last tier has no end. One tier where there is one price.
    pub tiers: Vec<ListTier>,
    pub book: Name,
    pub description: String,
    pub source: HttpsUrl,
    pub date: Date,
    pub verified: bool,
    /// Its line in the book.
    pub place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListTier {
    /// The last unit of the month that is in it, in millionths.
    pub up_to: Option<i64>,
    /// What one unit costs, in billionths of the currency.
    pub nanos: i64,
}

impl<'d> Prices<'d> {
    /// Books with what they override; contradictions are findings.
    pub fn of(index: &Index<'d>, findings: &mut Findings) -> Prices<'d> {
        let books: Vec<&'d Declared<PriceBook>> = index.documents.declarations.price_books.iter().collect();
        let names = books.iter().map(|book| (&book.metadata.name, book.spec.overrides.as_slice()));
        let prices = Prices { below: overridden(names), books };
        prices.check_overrides(index, findings);
        prices.check_currency(index, findings);
        prices
    }

    /// What holds in a region: a book goes before those it overrides, one that names the region before one for all.
    pub fn list(&self, provider: Provider, region: Option<&str>) -> PriceList {
        let mut list = PriceList::default();
        let speaks = |book: &&&Declared<PriceBook>| {
            let regions = &book.spec.regions;
            let here = |name: &str| name == EVERYWHERE || Some(name) == region;
            book.spec.provider == provider && regions.iter().any(|region| here(&region.0))
        };
        let mut held: BTreeMap<&str, &Declared<PriceBook>> = BTreeMap::new();
        for book in self.books.iter().filter(speaks) {
            list.currency.get_or_insert_with(|| book.spec.currency.clone());
            for sku in book.spec.prices.keys() {
                let holder = held.entry(sku).or_insert(book);
                if self.goes_before(book, holder) {
                    *holder = book;
                }
            }
        }
        for (sku, book) in held {
            let line = &book.spec.prices[sku];
            list.prices.insert(sku.to_owned(), Arc::new(list_price(book, sku, line)));
        }
        list
    }

    fn goes_before(&self, one: &Declared<PriceBook>, other: &Declared<PriceBook>) -> bool {
        let gives_way = |low: &Declared<PriceBook>, high: &Declared<PriceBook>| {
            self.below.get(&high.metadata.name).is_some_and(|below| below.contains(&low.metadata.name))
        };
        let named = |book: &Declared<PriceBook>| book.spec.regions.iter().all(|region| region.0 != EVERYWHERE);
        match (gives_way(other, one), gives_way(one, other)) {
            (true, _) => true,
            (false, true) => false,
            (false, false) => named(one) && !named(other),
        }
    }

    fn check_overrides(&self, index: &Index<'d>, findings: &mut Findings) {
        for book in &self.books {
            for (at, name) in book.spec.overrides.iter().enumerate() {
                let place = book.place(&["spec", "overrides", &at.to_string()]);
                let at = index.documents.locate(&place);
                match self.books.iter().find(|other| other.metadata.name == *name) {
                    Some(other) if other.spec.provider != book.spec.provider => {
                        let there = index.documents.locate(&other.place(&["spec", "provider"]));
                        findings.push(prices::other_provider(name, book.spec.provider, other.spec.provider, at, there));
                    }
                    Some(_) if self.below.get(&name).is_some_and(|below| below.contains(&book.metadata.name)) => {
                        findings.push(prices::circle(&book.metadata.name, name, at));
                    }
                    Some(_) => {}
                    None if index.may_be_declared(crate::model::kinds::Kind::PriceBook, name) => {}
                    None => {
                        let known = self.books.iter().map(|other| other.metadata.name.as_str());
                        findings.push(prices::unknown_book(name, at, nearest(name, known)));
                    }
                }
            }
        }
    }

    fn check_currency(&self, index: &Index<'d>, findings: &mut Findings) {
        let Some((first, others)) = self.books.split_first() else { return };
        for other in others.iter().filter(|other| other.spec.currency != first.spec.currency) {
            let [at, there] = [other, first].map(|book| index.documents.locate(&book.place(&["spec", "currency"])));
            findings.push(prices::mixed_currencies(&other.spec.currency, &first.spec.currency, at, there));
        }
    }
}

fn list_price(book: &Declared<PriceBook>, sku: &str, line: &PriceLine) -> ListPrice {
    let single = line.price.iter().map(|price| ListTier { up_to: None, nanos: price.nanos() });
    let tiers = line
        .tiers
        .iter()
        .map(|tier| ListTier { up_to: tier.up_to.map(|end| end.millionths()), nanos: tier.price.nanos() });
    ListPrice {
        unit: line.unit.clone(),
        tiers: single.chain(tiers).collect(),
        book: book.metadata.name.clone(),
        description: line.description.clone(),
        source: line.source.clone(),
        date: line.date,
        verified: line.verified,
        place: book.place(&["spec", "prices", sku]),
    }
}
