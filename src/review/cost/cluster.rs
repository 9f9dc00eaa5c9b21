//! What runs in a cluster, at the price of a core and of memory there.

use super::bill::{Free, NotPriced, Quantity, Row, counted, free, not_priced};
use crate::link::PriceList;
use crate::model::kinds::price_book::CLUSTER_SKUS;
use crate::model::kinds::resource_type::Provider;
use crate::model::kinds::service::Workload;
use crate::model::{self, PriceUnit};
use crate::provision::{ProvisionedUnit, ResolvedResource, WorkloadPlan};

/// What a cluster sells, and what a quantity of Kubernetes counts it in.
struct Sold {
    /// With its unit.
    sku: (&'static str, &'static str),
    /// The name of the amount.
    amount: &'static str,
    /// Thousandths of what the amount is written in, for one unit.
    milli: i128,
}

const GIB: i128 = 1 << 30;
const CPU: Sold = Sold { sku: CLUSTER_SKUS[0], amount: "cpu", milli: 1_000 };
const MEMORY: Sold = Sold { sku: CLUSTER_SKUS[1], amount: "memory", milli: 1_000 * GIB };
const STORAGE: Sold = Sold { sku: CLUSTER_SKUS[2], amount: "storage", milli: 1_000 * GIB };

/// The name under which a bill has what runs.
pub const WORKLOAD: &str = "workload";

/// Requests times replicas; a range where replicas come and go.
pub fn workload_rows(unit: &ProvisionedUnit<'_>) -> Vec<Row> {
    let Some(workload) = &unit.workload else { return Vec::new() };
    let environment = &unit.environment;
    if environment.spec.provider == Provider::Local {
        return vec![free(WORKLOAD, Free::Local)];
    }
    let mut rows = match workload.kind {
        Workload::Service | Workload::Worker | Workload::Static => replicated(workload, &environment.prices),
        Workload::Cron | Workload::Job => vec![not_priced(WORKLOAD, NotPriced::RunsNowAndThen)],
    };
    let jobs = workload.jobs.keys().map(|job| not_priced(&format!("job {job}"), NotPriced::RunsNowAndThen));
    rows.extend(jobs);
    rows
}

fn replicated(workload: &WorkloadPlan, prices: &PriceList) -> Vec<Row> {
    let replicas = workload.replicas;
    if replicas.max == 0 {
        return vec![free(WORKLOAD, Free::NoReplica)];
    }
    let (least, most) = (i128::from(replicas.min), i128::from(replicas.max));
    let halves = workload.expected_replicas.map_or(least + most, |expected| 2 * i128::from(expected));
    let assumption = (least != most).then(|| scaled(replicas.min, replicas.max, workload.expected_replicas));
    let row = |sold: &Sold| {
        let mut requests = workload.containers.values().filter_map(|container| container.requests.get(sold.amount));
        let milli = requests.try_fold(0_i128, |sum, text| sum.checked_add(milli(text)?));
        let times = |halves: i128| millionths(milli?.checked_mul(halves)?, sold.milli * 2);
        let quantity = || Some(Quantity { least: times(2 * least)?, expected: times(halves)?, most: times(2 * most)? });
        Row { assumption: assumption.clone(), ..priced(WORKLOAD, sold, quantity(), prices) }
    };
    vec![row(&CPU), row(&MEMORY)]
}

fn scaled(min: i32, max: i32, expected: Option<i32>) -> String {
    match expected {
        Some(expected) => format!("{expected} replicas of {min} to {max}, as declared"),
        None => format!("half-way between {min} and {max} replicas"),
    }
}

/// A store in the cluster takes what its provisioner says that it takes.
pub fn resource_rows(resource: &ResolvedResource, prices: &PriceList) -> Vec<Row> {
    let taken = |sold: &Sold| {
        let milli = milli(resource.capacity.get(sold.amount)?).filter(|milli| *milli > 0)?;
        let quantity = millionths(milli, sold.milli).map(Quantity::fixed);
        Some(priced(&resource.local, sold, quantity, prices))
    };
    [CPU, MEMORY, STORAGE].iter().filter_map(taken).collect()
}

/// No quantity is one that no integer holds.
fn priced(resource: &str, sold: &Sold, quantity: Option<Quantity>, prices: &PriceList) -> Row {
    let Some(quantity) = quantity else { return not_priced(resource, NotPriced::TooLarge) };
    let (sku, unit) = sold.sku;
    let unit = PriceUnit::parse(unit).expect("a literal unit is valid");
    counted(resource, sku, quantity, &unit, prices)
}

fn milli(text: &str) -> Option<i128> {
    model::Quantity::parse(text).map(|quantity| quantity.milli())
}

/// Millionths of a unit, rounded half up: a millionth of a core is nobody's money.
fn millionths(milli: i128, of_one: i128) -> Option<i128> {
    Some(milli.checked_mul(2_000_000)?.checked_add(of_one)? / (of_one * 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_of_kubernetes_become_millionths_of_a_unit() {
        let counted = |text: &str, sold: &Sold| millionths(milli(text).unwrap(), sold.milli);
        assert_eq!(counted("250m", &CPU), Some(250_000));
        assert_eq!(counted("64Mi", &MEMORY), Some(62_500));
        assert_eq!(counted("100M", &MEMORY), Some(93_132));
        assert_eq!(counted("10Gi", &STORAGE), Some(10_000_000));
        assert_eq!(counted("999999999999999E", &MEMORY), None);
    }
}
