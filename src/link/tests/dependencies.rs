//! Who depends on whom: what is not declared, not used, or not wise.

use super::world::World;
use super::{Checked, Told, mended, with_catalog};

const SHOP: &str = "catalog/service-shop.yaml";

/// A service that listens and calls these.
fn calling(world: &World, name: &str, callees: &[&str]) -> World {
    let variables: Vec<String> =
        callees.iter().map(|callee| format!("{}: ${{services.{callee}.host}}", callee.to_uppercase())).collect();
    let variables: Vec<&str> = variables.iter().map(String::as_str).collect();
    world.service(name, &variables, "service: {ports: {grpc: {port: 7070}}}")
}

#[test]
fn a_circle_is_told_with_all_its_edges() {
    let world = calling(&World::new(), "a", &["b"]);
    let world = calling(&world, "b", &["c"]);
    let world = calling(&world, "c", &["a", "d"]);
    let world = calling(&world, "d", &["c"]);
    let checked = Checked::of(&world);
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/dependency-cycle",
            message: "services depend on each other in a circle: a -> b -> c -> a",
            at: ("catalog/service-a.yaml", "${services.b.host}"),
            label: "a needs b",
            related: vec![
                ("catalog/service-b.yaml", "${services.c.host}", "b needs c"),
                ("catalog/service-c.yaml", "${services.a.host}", "c needs a"),
            ],
            help: vec![
                "cut one edge, for example with a queue; until then they are applied side by side",
                "in circles with them: `d`"
            ],
        }
    );
    assert_eq!(checked.units.len(), 8, "a warning keeps nothing back");
}

#[test]
fn a_service_does_not_depend_on_itself() {
    let checked = Checked::of(&World::new().service("shop", &[], "dependsOn: [shop]"));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/self-reference",
            message: "shop depends on itself",
            at: (SHOP, "shop"),
            label: "itself",
            related: vec![],
            help: vec!["delete the entry; inside a pod, use `localhost`"],
        }
    );
}

#[test]
fn a_resource_is_used() {
    let checked = Checked::of(&World::new().service("shop", &[], "resources: {carts: {type: redis}}"));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/unused-resource",
            message: "nothing in shop uses its resource `carts`",
            at: (SHOP, "carts"),
            label: "declared but not used",
            related: vec![],
            help: vec!["use an output, such as `${resources.carts.host}`, or delete it"],
        }
    );
    let help = |more: &str| Checked::of(&World::new().service("shop", &[], more)).only().help.concat();
    assert_eq!(
        help("resources: {data: {type: volume}}"),
        "mount it as a volume whose source is `${resources.data}`, or delete it"
    );
    assert_eq!(
        help("resources: {t: {type: secret, params: {keys: [a]}}}"),
        "use an output, such as `${resources.t.<key>}`, or delete it"
    );
    let standalone = World::new().service("shop", &[], "resources: {web: {type: route}}");
    assert_eq!(Checked::of(&standalone).told(), [], "a route works without being mentioned");
    let once = "resources: {carts: {type: redis}}\nenvironments: {staging: {containers: {main: {variables: {A: \"${resources.carts.host}\"}}}}}";
    assert_eq!(Checked::of(&World::new().service("shop", &[], once)).told(), [], "one environment uses it");
}

#[test]
fn a_key_of_a_secret_is_used() {
    let spec = "{service: shop, environments: [staging, production], keys: {KEY: {description: One}, OLD: {description: Two}}, reason: Payments need it}";
    let world =
        World::new().declaring("SecretRequest", "gateway", spec).service("shop", &["A: ${secrets.gateway.KEY}"], "");
    assert_eq!(
        Checked::of(&world).only(),
        Told {
            rule: "link/unused-secret",
            message: "nothing in shop uses key `OLD` of secret `gateway`",
            at: ("catalog/secretrequest-gateway.yaml", "OLD"),
            label: "requested but not used",
            related: vec![],
            help: vec!["use it as `${secrets.gateway.OLD}`, or delete it"],
        }
    );
}

#[test]
fn depends_on_repeats_no_placeholder() {
    let world = World::new().callee("cart").service("shop", &["A: ${services.cart.host}"], "dependsOn: [cart]");
    assert_eq!(
        Checked::of(&world).only(),
        Told {
            rule: "link/redundant-dependency",
            message: "a placeholder already says that shop calls cart",
            at: (SHOP, "cart"),
            label: "adds nothing",
            related: vec![(SHOP, "${services.cart.host}", "this says it")],
            help: vec!["delete the entry"],
        }
    );
    let hidden = World::new().callee("cart").service("shop", &[], "dependsOn: [cart]");
    with_catalog(&hidden, |catalog| {
        let edges =
            |map: &std::collections::BTreeMap<crate::model::Name, std::collections::BTreeSet<crate::model::Name>>| {
                map.iter().flat_map(|(from, all)| all.iter().map(move |to| format!("{from} {to}"))).collect::<Vec<_>>()
            };
        assert_eq!(edges(&catalog.graph.calls), ["shop cart"]);
        assert_eq!(edges(&catalog.graph.called_by), ["cart shop"]);
    });
}

#[test]
fn a_literal_address_is_told_with_a_fix_that_mends_it() {
    let world = World::new().callee("cart").service("shop", &["CART_ADDR: http://cart:7070/x"], "");
    assert_eq!(
        Checked::of(&world).only(),
        Told {
            rule: "link/undeclared-dependency",
            message: "shop addresses cart by the literal `cart:7070`",
            at: (SHOP, "cart:7070"),
            label: "makes no edge in the graph",
            related: vec![],
            help: vec![
                "write `${services.cart.host}:${services.cart.port}`, so that the connection is known and let through"
            ],
        }
    );
    let mended = mended(&world);
    assert!(
        mended
            .files()
            .any(|(_, text)| text.contains("CART_ADDR: http://${services.cart.host}:${services.cart.port}/x\n"))
    );
    with_catalog(&mended, |catalog| assert_eq!(catalog.graph.called_by.len(), 1));
}

#[test]
fn literal_addresses_are_found_however_they_are_written() {
    let ports = "service: {ports: {grpc: {port: 7070}, http: {port: 80}}}";
    for (value, pointed, field) in [
        ("\"cart:7070\"", "cart:7070", "ports.grpc"),
        ("'amqp://me:x@cart:7070?a=b'", "cart:7070", "ports.grpc"),
        ("http://cart/x", "cart", "ports.http"),
        ("cart.staging.svc.cluster.local:7070", "cart.staging.svc.cluster.local:7070", "ports.grpc"),
    ] {
        let world = World::new().service("cart", &[], ports).service("shop", &[&format!("A: {value}")], "");
        assert_eq!(Checked::of(&world).only().at, (SHOP, pointed));
        let fixed = mended(&world);
        let replacement = format!("${{services.cart.host}}:${{services.cart.{field}}}");
        assert!(fixed.files().any(|(_, text)| text.contains(&value.replace(pointed, &replacement))), "{value}");
        assert_eq!(Checked::of(&fixed).told(), [], "{value}");
    }
    let settings = "environments: {staging: {containers: {main: {variables: {A: \"cart:7070\"}}}}}";
    let world = World::new().service("cart", &[], ports).service("shop", &[], settings);
    assert_eq!(Checked::of(&mended(&world)).told(), []);
    let list = World::new().service("cart", &[], ports).service("shop", &["A: \"cart:7070,cart:80\""], "");
    assert_eq!(Checked::of(&list).told().iter().map(|told| told.at.1).collect::<Vec<_>>(), ["cart:7070", "cart:80"]);
}

#[test]
fn other_hosts_and_ports_are_nobodys_business() {
    for value in [
        "cart.example.com:7070",
        "cart.other-namespace.svc:7070",
        "cart:9999",
        "cart",
        "localhost:7070",
        "\"12:30\"",
        "shop:7070",
        "s3://cart/7070",
    ] {
        let world = World::new().callee("cart").service(
            "shop",
            &[&format!("A: {value}")],
            "service: {ports: {grpc: {port: 7070}}}",
        );
        assert_eq!(Checked::of(&world).told(), [], "{value}");
    }
    let declared = World::new().callee("cart").service("shop", &["A: cart:7070"], "dependsOn: [cart]");
    assert_eq!(Checked::of(&declared).told(), [], "the graph knows of it");
}

fn provider(name: &str) -> String {
    format!("service: {{ports: {{grpc: {{port: 7070}}}}}}\napis: {{provides: [{{name: {name}-api, format: grpc}}]}}")
}

#[test]
fn who_lists_apis_lists_all_of_them() {
    let world = World::new().service("cart", &[], &provider("cart")).service("ads", &[], &provider("ads"));
    let both = ["A: ${services.cart.host}", "B: ${services.ads.host}"];
    assert_eq!(
        Checked::of(&world.service("shop", &both, "apis: {consumes: [cart-api]}")).only(),
        Told {
            rule: "link/undeclared-api",
            message: "shop calls ads, but does not list `ads-api` among the APIs it consumes",
            at: (SHOP, "consumes"),
            label: "incomplete",
            related: vec![],
            help: vec!["add it to `spec.apis.consumes`"],
        }
    );
    assert_eq!(Checked::of(&world.service("shop", &both, "")).told(), [], "who lists none need not");
    assert_eq!(Checked::of(&world.service("shop", &both, "apis: {consumes: [cart-api, ads-api]}")).told(), []);
}

#[test]
fn an_api_that_is_consumed_is_called() {
    let world = World::new().service("cart", &[], &provider("cart"));
    assert_eq!(
        Checked::of(&world.service("shop", &[], "apis: {consumes: [cart-api]}")).only(),
        Told {
            rule: "link/unused-api",
            message: "shop consumes API `cart-api`, but never calls its provider cart",
            at: (SHOP, "cart-api"),
            label: "declared but not used",
            related: vec![],
            help: vec!["call it through `${services.cart.host}`, add `cart` to `dependsOn`, or delete the entry"],
        }
    );
    assert_eq!(Checked::of(&world.service("shop", &[], "apis: {consumes: [cart-api]}\ndependsOn: [cart]")).told(), []);
}

#[test]
fn nothing_new_depends_on_what_is_deprecated() {
    let world = World::new().service("cart", &[], "service: {ports: {grpc: {port: 7070}}}\nlifecycle: deprecated");
    let calls = ["A: ${services.cart.host}:${services.cart.port}"];
    assert_eq!(
        Checked::of(&world.service("shop", &calls, "")).only(),
        Told {
            rule: "link/deprecated-dependency",
            message: "shop depends on cart, which is deprecated",
            at: (SHOP, "${services.cart.host}"),
            label: "on its way out",
            related: vec![("catalog/service-cart.yaml", "deprecated", "deprecated here")],
            help: vec!["ask its owner what replaces it"],
        }
    );
    assert_eq!(Checked::of(&world.service("shop", &[], "dependsOn: [cart]")).only().at, (SHOP, "cart"));
    assert_eq!(
        Checked::of(&world.service("shop", &calls, "lifecycle: deprecated")).told(),
        [],
        "both are on their way out"
    );
}
