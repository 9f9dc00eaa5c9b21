//! Laws: neither the order of files nor how declarations are spread over them changes what is linked or said.

use super::world::World;
use crate::link::link;
use crate::model::Findings;
use crate::read::{Snapshot, read};
use proptest::prelude::*;

/// A world with mistakes of many kinds, some told at several declarations at once.
fn flawed() -> World {
    let orders = "resources: {orders: {type: redis, id: orders}}";
    World::new()
        .with_previews()
        .service(
            "cart",
            &["A: ${services.shop.host}", "B: ${resources.orders.host}"],
            &format!("service: {{ports: {{grpc: {{port: 7070}}}}}}\n{orders}"),
        )
        .service(
            "shop",
            &["A: ${services.cart.host}", "B: ads:9555", "C: ${services.crat.host}"],
            "service: {ports: {http: {port: 80}}}",
        )
        .service(
            "ads",
            &[],
            "service: {ports: {grpc: {port: 9555}}}\nenvironments: {staging: {enabled: false}}\nrenamedFrom: old",
        )
        .service(
            "ads-v2",
            &["A: ${services.ads.host}"],
            "renamedFrom: old\napis: {provides: [{name: ads-api, format: grpc}]}",
        )
        .service("ads-v3", &[], "apis: {provides: [{name: ads-api, format: grpc}]}")
        .service_of(
            "payments",
            "pay",
            &["A: ${resources.orders.host}", "B: ${secrets.gateway.KEY}"],
            &orders.replace("}}", ", class: large}}"),
        )
        .service_of("paymnts", "typo", &[], "dependsOn: [pay, typo]\nreplicas: 3")
        .declaring(
            "SecretRequest",
            "gateway",
            "{service: pay, environments: [production], keys: {KEY: {description: One}}, reason: Payments need it}",
        )
        .declaring(
            "Environment",
            "lab",
            "{class: staging, provider: kubernetes, domain: l.example, cluster: c, namespace: n, promotesFrom: live}",
        )
        .declaring(
            "Environment",
            "live",
            "{class: staging, provider: kubernetes, domain: l.example, cluster: c, namespace: n, promotesFrom: lab}",
        )
}

/// What is linked and said, without the places.
fn linked(files: &[(String, String)]) -> (Vec<String>, Vec<String>) {
    let mut findings = Findings::default();
    let documents = read(Snapshot::of(files.iter().map(|(path, text)| (path.as_str(), text.as_str()))), &mut findings);
    let catalog = link(&documents, &mut findings);
    let mut units: Vec<String> = vec![format!("{:?}", catalog.graph)];
    units.extend(catalog.units.iter().map(|unit| {
        let service = unit.service.as_ref().map(|service| (&service.calls, &service.called_by, &service.scaling));
        let resources: Vec<_> = unit.resources.iter().map(|r| (&r.local, &r.class, &r.params, &r.shared)).collect();
        format!("{}/{} {} {service:?} {resources:?}", unit.environment.metadata.name, unit.name, unit.owner)
    }));
    let mut said: Vec<String> = findings
        .iter()
        .map(|finding| {
            let pointed = finding.at.span.map_or("", |span| &documents.snapshot.files[&finding.at.path][span.range()]);
            let related: Vec<&str> = finding.related.iter().map(|label| label.text.as_str()).collect();
            format!("{} {} {pointed} {related:?} {:?}", finding.rule.id, finding.message, finding.help)
        })
        .collect();
    said.sort();
    (units, said)
}

/// Declarations of the catalog as whole documents; platform files stay where they have to be.
fn parts() -> (Vec<(String, String)>, Vec<String>) {
    let world = flawed();
    let (catalog, platform): (Vec<_>, Vec<_>) = world.files().partition(|(path, _)| path.starts_with("catalog/"));
    let platform = platform.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    (platform, catalog.into_iter().map(|(_, text)| text.to_owned()).collect())
}

#[test]
fn the_flawed_world_is_told_of_and_still_has_units() {
    let (platform, catalog) = parts();
    let files: Vec<_> = catalog
        .into_iter()
        .enumerate()
        .map(|(at, text)| (format!("catalog/{at}.yaml"), text))
        .chain(platform)
        .collect();
    let (units, said) = linked(&files);
    assert!(said.len() >= 10, "{said:#?}");
    assert!(units.len() >= 4, "{units:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn how_declarations_are_spread_over_files_changes_nothing(
        order in Just((0..flawed().files().filter(|(path, _)| path.starts_with("catalog/")).count()).collect::<Vec<_>>()).prop_shuffle(),
        file in proptest::collection::vec(0..6_usize, 32),
    ) {
        let (platform, catalog) = parts();
        let mut straight = platform.clone();
        straight.extend(catalog.iter().enumerate().map(|(at, text)| (format!("catalog/{at:02}.yaml"), text.clone())));
        let mut spread: Vec<Vec<&str>> = vec![Vec::new(); 6];
        for at in &order {
            spread[file[*at]].push(&catalog[*at]);
        }
        let mut shuffled = platform;
        let full = spread.iter().enumerate().filter(|(_, texts)| !texts.is_empty());
        shuffled.extend(full.map(|(at, texts)| (format!("catalog/{at}.yaml"), texts.join("---\n"))));
        prop_assert_eq!(linked(&straight), linked(&shuffled));
    }
}
