//! The shipped price books against the shipped resource types: nothing is left without a price, and prices are those of
//! the providers' lists. Each example says its arithmetic and where its prices stand.

use super::*;
use crate::compile::{MadeOf, Source, compile_kept};
use crate::link::{PriceList, link};
use crate::model::Findings;
use crate::model::kinds::resource_type::Provider;
use crate::read::{Snapshot, load_directory, read};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The shipped repository with one more file.
fn repository(more: &[(&str, &str)]) -> Snapshot {
    let mut findings = Findings::default();
    let mut snapshot = load_directory(Path::new(env!("CARGO_MANIFEST_DIR")), &mut findings).unwrap();
    snapshot.files.extend(Snapshot::of(more.iter().copied()).files);
    snapshot
}

fn bills(snapshot: Snapshot) -> Vec<Bill> {
    let mut findings = Findings::default();
    let keep = |source: Source<'_, '_>, _| match source.made_of {
        MadeOf::Unit(unit) => Some(bill(unit)),
        MadeOf::Environment(_) => None,
    };
    let (_, bills) = compile_kept(snapshot, &mut findings, &(), keep).unwrap();
    let said: Vec<&String> = findings.iter().map(|finding| &finding.message).collect();
    assert!(said.is_empty(), "{said:#?}");
    bills.into_iter().flatten().collect()
}

/// A service that has these resources in production: two zones, in eu-central-1 of AWS.
fn probe(resources: &str) -> BTreeMap<String, String> {
    let text = format!(
        "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {{name: probe, owner: shopping}}\nspec:\n  \
         containers:\n    main:\n      image: us-central1-docker.pkg.dev/online-boutique-ci/x/y:v1\n      variables:\n        \
         A: ${{resources.it.{}}}\n  scaling: {{min: 1, max: 1}}\n  resources:\n    it: {resources}\n",
        output(resources)
    );
    let bills = bills(repository(&[("catalog/probe.yaml", &text)]));
    let of_probe = bills.iter().find(|bill| bill.unit.folder() == "production/probe").unwrap();
    let rows = of_probe.rows.iter().filter(|row| row.resource == "it");
    rows.map(|row| (row.sku.clone(), money(row.amount().expected))).collect()
}

fn output(resources: &str) -> &'static str {
    match resources {
        text if text.contains("type: bucket") => "name",
        text if text.contains("type: queue") => "url",
        _ => "host",
    }
}

fn costs(rows: &BTreeMap<String, String>, sku: &str, amount: &str) {
    assert_eq!(rows.get(sku).map(String::as_str), Some(amount), "{sku} in {rows:#?}");
}

#[test]
fn every_sku_of_the_shipped_catalog_has_a_price_or_is_free() {
    let bills = bills(repository(&[]));
    assert!(bills.len() > 40, "{}", bills.len());
    let missing = bills.iter().flat_map(|bill| &bill.rows).filter(|row| matches!(row.charge, Charge::NotPriced(_)));
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&Row>::new());
}

/// Every class, and every size where a type has some, as resources of one service.
fn offers() -> String {
    let mut findings = Findings::default();
    let documents = read(repository(&[]), &mut findings);
    let mut requests = Vec::new();
    for declared in &documents.declarations.resource_types {
        let (name, spec) = (&declared.metadata.name, &declared.spec);
        // What has to be told more than a class costs by other things than that.
        let is_plain = !["secret", "route", "dns", "identity"].contains(&name.as_str());
        for class in spec.classes.keys().filter(|_| is_plain) {
            requests.push(format!("{{type: {name}, class: {class}}}"));
        }
        let sizes = serde_json::to_value(&spec.params).unwrap();
        for size in sizes.pointer("/properties/memory/enum").and_then(|sizes| sizes.as_array()).into_iter().flatten() {
            requests.push(format!("{{type: {name}, params: {{memory: {}}}}}", size.as_str().unwrap()));
        }
    }
    assert!(requests.len() > 30, "{requests:?}");
    let resources = requests.iter().enumerate().map(|(number, request)| format!("    r{number}: {request}\n"));
    format!(
        "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {{name: probe, owner: shopping}}\nspec:\n  containers:\n    \
         main: {{image: \"ghcr.io/acme/probe:v1\"}}\n  scaling: {{min: 1, max: 1}}\n  resources:\n{}",
        resources.collect::<String>()
    )
}

#[test]
fn whatever_a_shipped_type_offers_has_a_price_in_every_shipped_environment() {
    let mut findings = Findings::default();
    let keep = |source: Source<'_, '_>, _| match source.made_of {
        MadeOf::Unit(unit) if unit.id.name.as_str() == "probe" => Some(bill(unit)),
        MadeOf::Unit(_) | MadeOf::Environment(_) => None,
    };
    let snapshot = repository(&[("catalog/probe.yaml", &offers())]);
    let (_, bills) = compile_kept(snapshot, &mut findings, &(), keep).unwrap();
    let bills: Vec<Bill> = bills.into_iter().flatten().collect();
    let errors: Vec<&String> = findings.iter().filter(|one| one.is_error()).map(|one| &one.message).collect();
    assert_eq!((bills.len(), errors), (4, Vec::new()), "one for each environment");
    let rows = bills.iter().flat_map(|bill| bill.rows.iter().map(move |row| (bill.unit.folder(), row)));
    let missing: BTreeSet<(String, &str)> = rows
        .filter(|(_, row)| matches!(row.charge, Charge::NotPriced(_)))
        .map(|(unit, row)| (unit, row.sku.as_str()))
        .collect();
    assert_eq!(missing, BTreeSet::new());
}

/// RDS for PostgreSQL, db.t4g.medium in two zones: 0.149 x 730 = 108.77; 20 GiB of gp3 in two zones: 20 x 0.274 = 5.48.
/// https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonRDS/current/eu-central-1/index.json
#[test]
fn a_database_costs_what_rds_lists() {
    let rows = probe("{type: postgres, params: {memory: 4Gi, storage: 20Gi}}");
    costs(&rows, "rds/postgres/db.t4g.medium/multi-az", "108.77");
    costs(&rows, "rds/storage/gp3/multi-az", "5.48");
    // Two secrets at 0.40, one GB of logs at 0.63.
    costs(&rows, "secretsmanager/secret", "0.80");
    costs(&rows, "cloudwatch/logs/ingested", "0.63");
}

/// ElastiCache for Valkey, two nodes of cache.t4g.micro: 2 x 0.0144 x 730 = 21.024.
/// https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonElastiCache/current/eu-central-1/index.json
#[test]
fn a_cache_costs_what_elasticache_lists() {
    costs(&probe("{type: redis, params: {memory: 256Mi}}"), "elasticache/valkey/cache.t4g.micro", "21.02");
}

/// S3 Standard: 100 GB x 0.0245 = 2.45; 2,000,000 reads: 2,000 x 0.00043 = 0.86; 100,000 writes: 100 x 0.0054 = 0.54.
/// https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonS3/current/eu-central-1/index.json
#[test]
fn a_bucket_costs_what_s3_lists_and_usage_is_what_the_service_says() {
    let rows = probe("{type: bucket, params: {storage: 100Gi}, usage: {reads: 2000000}}");
    costs(&rows, "s3/storage/standard", "2.45");
    costs(&rows, "s3/requests/read", "0.86");
    costs(&rows, "s3/requests/write", "0.54");
}

/// SQS standard: 5,000,000 requests x 0.40 a million = 2.00.
/// https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSQueueService/current/eu-central-1/index.json
#[test]
fn a_queue_costs_what_sqs_lists() {
    costs(&probe("{type: queue, params: {requests: 5}}"), "sqs/requests/standard", "2.00");
}

/// What the shipped books have for a region.
fn shipped_list(provider: Provider, region: &str) -> PriceList {
    let snapshot = repository(&[]);
    let mut findings = Findings::default();
    let documents = read(snapshot, &mut findings);
    link(&documents, &mut findings).prices.list(provider, Some(region))
}

fn monthly(list: &PriceList, sku: &str, units: i128) -> String {
    let price = list.prices.get(sku).unwrap_or_else(|| panic!("no price of {sku}"));
    money(charge::charge(units * 1_000_000, price).unwrap())
}

#[test]
fn other_prices_are_those_of_the_lists() {
    let list = shipped_list(Provider::Aws, "eu-central-1");
    // A NAT gateway: 0.052 x 730 = 37.96, and 100 GB through it: 100 x 0.052 = 5.20.
    // https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonEC2/current/eu-central-1/index.json
    assert_eq!([monthly(&list, "nat/gateway", 1), monthly(&list, "nat/processed", 100)], ["37.96", "5.20"]);
    // EBS gp3, 20 GB: 20 x 0.0952 = 1.904 (same list).
    assert_eq!(monthly(&list, "ebs/volume/gp3", 20), "1.90");
    // S3, 60,000 GB: 51,200 x 0.0245 = 1,254.40 and 8,800 x 0.0235 = 206.80.
    assert_eq!(monthly(&list, "s3/storage/standard", 60_000), "1,461.20");
    // An Application Load Balancer: 0.027 x 730 = 19.71.
    assert_eq!(monthly(&list, "elb/application/load-balancer", 1), "19.71");
    // A key of KMS is 1.00 in every region, a hosted zone 0.50, 1,500 million queries 1,000 x 0.40 + 500 x 0.20.
    assert_eq!([monthly(&list, "kms/key", 1), monthly(&list, "route53/zone", 1)], ["1.00", "0.50"]);
    assert_eq!(monthly(&list, "route53/queries/standard", 1_500), "500.00");

    let virginia = shipped_list(Provider::Aws, "us-east-1");
    // As Infracost's golden files have them: 47.45 for a db.t4g.small of MySQL in two zones, 23.36 in one; 32.85 for a NAT
    // gateway; 3.20 for 40 GB of gp3; 230.00 for 10,000 GB of S3; 16.43 for a load balancer.
    assert_eq!(monthly(&virginia, "rds/mysql/db.t4g.small/multi-az", 1), "47.45");
    assert_eq!(monthly(&virginia, "rds/mysql/db.t4g.small/single-az", 1), "23.36");
    assert_eq!(monthly(&virginia, "nat/gateway", 1), "32.85");
    assert_eq!(monthly(&virginia, "ebs/volume/gp3", 40), "3.20");
    assert_eq!(monthly(&virginia, "s3/storage/standard", 10_000), "230.00");
    assert_eq!(monthly(&virginia, "elb/application/load-balancer", 1), "16.43");
    // ElastiCache for Valkey, cache.r7g.large: 0.1752 x 730 = 127.896.
    assert_eq!(monthly(&virginia, "elasticache/valkey/cache.r7g.large", 1), "127.90");

    let iowa = shipped_list(Provider::Gcp, "us-central1");
    // Cloud SQL, one core and 3.75 GiB: 30.15 + 19.16 in Infracost's golden file, 49.3115 unrounded.
    assert_eq!(monthly(&iowa, "cloudsql/postgres/db-custom-1-3840", 1), "49.31");
    // Memorystore, 5 GiB without a replica: 98.55 in the same place.
    assert_eq!(monthly(&iowa, "memorystore/redis/basic/m2", 5), "98.55");
    // Pub/Sub: 1,024 GiB are a TiB, 40.00.
    assert_eq!(monthly(&iowa, "pubsub/throughput/basic", 1_024), "40.00");
}

#[test]
fn a_change_of_words_alone_costs_exactly_nothing() {
    let before = repository(&[]);
    let mut after = before.clone();
    let (path, text) = after.files.iter().find(|(path, _)| path.as_str().ends_with("cartservice.yaml")).unwrap();
    let (path, text) = (path.to_string(), text.replace("description: Keeps", "description: It keeps"));
    assert_ne!(before.files.values().find(|old| old.contains("name: cartservice")).unwrap().as_ref(), text);
    after.files.extend(Snapshot::of([(path.as_str(), text.as_str())]).files);
    let (before, after) = (bills(before), bills(after));
    for by in [By::Team, By::Service, By::Environment, By::Unit, By::Resource] {
        assert!(compare(&before, &after, by).iter().all(|line| line.delta() == Amount::ZERO));
    }
}
