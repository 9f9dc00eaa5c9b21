//! Services in environments, with the environment's settings applied.

use super::world::World;
use super::{units_of, with_catalog};
use crate::link::{ServiceUnit, TemplatePart, Unit, UnitContainer};

fn main<'d>(unit: &Unit<'d>) -> UnitContainer<'d> {
    service(unit).containers().swap_remove_index(0).expect("it has a container").1
}

fn service<'u, 'd>(unit: &'u Unit<'d>) -> &'u ServiceUnit<'d> {
    unit.service.as_ref().expect("a service's unit")
}

const OVERRIDING: &str = "
resources: {carts: {type: redis, params: {memory: 1Gi}}}
scaling: {min: 1, max: 4, cpu: 60%}
workload: cron
schedule: {cron: \"0 3 * * *\"}
environments:
  production:
    scaling: {min: 2}
    schedule: {cron: \"0 4 * * *\"}
    containers:
      main:
        image: \"acme/cart:2.0\"
        variables: {LEVEL: error, MORE: \"yes\"}
        requests: {cpu: 200m}
    resources: {carts: {class: large, params: {memory: 3Gi}}}
";

#[test]
fn settings_of_an_environment_replace_field_by_field() {
    let world = World::new().service("cart", &["LEVEL: debug", "ADDR: ${resources.carts.host}"], OVERRIDING);
    with_catalog(&world, |catalog| {
        let units = units_of(catalog);
        let (staging, production) = (units["staging/cart"], units["production/cart"]);
        assert_eq!((main(staging).image, main(production).image), ("acme/cart:1.0", "acme/cart:2.0"));
        let names = |unit: &Unit<'_>| main(unit).variables.keys().cloned().collect::<Vec<_>>();
        assert_eq!(
            (names(staging), names(production)),
            (vec!["LEVEL".into(), "ADDR".into()], vec!["LEVEL".into(), "ADDR".into(), "MORE".into()])
        );
        assert_eq!(main(production).variables["LEVEL"].parts, [TemplatePart::Literal("error".to_owned())]);
        assert_eq!(main(production).requests.cpu.as_ref().map(|cpu| cpu.to_string()), Some("200m".to_owned()));
        let scaling = |unit: &Unit<'_>| {
            (service(unit).scaling.min, service(unit).scaling.max, service(unit).scaling.cpu.map(|c| c.whole()))
        };
        assert_eq!(
            (scaling(staging), scaling(production)),
            ((Some(1), Some(4), Some(60)), (Some(2), Some(4), Some(60)))
        );
        let cron = |unit: &Unit<'_>| service(unit).schedule.map(|schedule| schedule.cron.clone());
        assert_eq!((cron(staging).as_deref(), cron(production).as_deref()), (Some("0 3 * * *"), Some("0 4 * * *")));
        let carts =
            |unit: &Unit<'_>| (unit.resources[0].class.to_string(), unit.resources[0].params["memory"].to_string());
        assert_eq!(carts(staging), ("small".to_owned(), "\"1Gi\"".to_owned()));
        assert_eq!(carts(production), ("large".to_owned(), "\"3Gi\"".to_owned()));
    });
}

#[test]
fn units_are_sorted_and_those_switched_off_are_absent() {
    let world = World::new()
        .with_previews()
        .callee("zoo")
        .service(
            "ads",
            &["A: ${resources.r.host}"],
            "resources: {r: {type: redis, id: middle}}\nenvironments: {staging: {enabled: false}}",
        )
        .service("shop", &[], "preview: {enabled: false}");
    with_catalog(&world, |catalog| {
        let ids: Vec<String> =
            catalog.units.iter().map(|unit| format!("{}/{}", unit.environment.metadata.name, unit.name)).collect();
        assert_eq!(
            ids,
            [
                "preview/ads",
                "preview/zoo",
                "preview/middle",
                "production/ads",
                "production/shop",
                "production/zoo",
                "production/middle",
                "staging/shop",
                "staging/zoo",
            ]
        );
        assert!(
            catalog
                .units
                .iter()
                .all(|unit| unit.is_preview() == (unit.environment.metadata.name.as_str() == "preview"))
        );
    });
}

#[test]
fn calls_name_the_ports_that_are_used_and_go_both_ways() {
    let ports = "service: {ports: {grpc: {port: 7070}, metrics: {port: 9090}}}";
    let world = World::new()
        .service("cart", &[], ports)
        .service("all", &["A: ${services.cart.host}"], "")
        .service("one", &["A: ${services.cart.host}:${services.cart.ports.metrics}"], "")
        .service(
            "nobody",
            &["A: ${services.cart.host}"],
            "environments: {staging: {enabled: false}, production: {containers: {main: {variables: {A: none}}}}}",
        );
    with_catalog(&world, |catalog| {
        let units = units_of(catalog);
        let calls = |unit: &str| {
            let calls = service(units[unit]).calls.iter();
            calls.map(|callee| format!("{}:{:?}", callee.name, callee.ports)).collect::<Vec<_>>()
        };
        assert_eq!(calls("staging/all"), ["cart:[]"]);
        assert_eq!(calls("staging/one"), ["cart:[Name(\"metrics\")]"]);
        assert_eq!(calls("production/nobody"), Vec::<String>::new());
        let callers = |unit: &str| service(units[unit]).called_by.iter().map(|name| name.as_str()).collect::<Vec<_>>();
        assert_eq!(callers("staging/cart"), ["all", "one"]);
        assert_eq!(callers("production/cart"), ["all", "one"]);
    });
}
