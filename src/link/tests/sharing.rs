//! Resources that several services share.

use super::world::World;
use super::{Checked, Told, units_of, with_catalog};

const USES: &str = "A: ${resources.orders.host}";

fn asking(more: &str) -> String {
    format!("resources: {{orders: {{type: redis, id: orders{more}}}}}")
}

/// Two services of one team that ask for the same.
fn two(first: &str, second: &str) -> World {
    World::new().service("cart", &[USES], &asking(first)).service("shop", &[USES], &asking(second))
}

#[test]
fn services_of_one_team_share_without_more_words() {
    with_catalog(&two(", class: large", ", class: large"), |catalog| {
        let units = units_of(catalog);
        assert_eq!(
            units.keys().collect::<Vec<_>>(),
            [
                "production/cart",
                "production/orders",
                "production/shop",
                "staging/cart",
                "staging/orders",
                "staging/shop"
            ]
        );
        let orders = units["staging/orders"];
        assert!(orders.service.is_none());
        assert_eq!((orders.owner.as_str(), orders.resources[0].class.as_str()), ("shopping", "large"));
        assert_eq!(units["staging/cart"].resources[0].shared.as_deref(), Some("orders"));
        assert_eq!(
            catalog.graph.used_by.iter().map(|(id, users)| (id.as_str(), users.len())).collect::<Vec<_>>(),
            [("orders", 2)]
        );
    });
}

#[test]
fn what_is_asked_for_is_the_same() {
    for (second, what) in [
        ("resources: {orders: {type: route, id: orders}}", "type"),
        ("resources: {orders: {type: redis, id: orders, class: large}}", "class"),
        ("resources: {orders: {type: redis, id: orders, params: {memory: 3Gi}}}", "set of params"),
    ] {
        let checked = Checked::of(&World::new().service("cart", &[USES], &asking("")).service("shop", &[USES], second));
        let (message, label) = (
            format!("shared resource `orders` is asked for with a different {what}"),
            format!("another {what} than elsewhere"),
        );
        assert_eq!(
            checked.only(),
            Told {
                rule: "link/conflicting-share",
                message: &message,
                at: ("catalog/service-shop.yaml", "orders"),
                label: &label,
                related: vec![("catalog/service-cart.yaml", "orders", "asked for here as well")],
                help: vec![
                    "one resource has one type, class and set of params: leave them to its `Resource` declaration, or use another id"
                ],
            }
        );
        assert_eq!(checked.units, Vec::<String>::new(), "neither can be compiled without it");
    }
    let same = Checked::of(&two("", ", class: small"));
    assert_eq!(same.told(), [], "the default class is that class");
}

#[test]
fn who_asks_may_repeat_the_declaration_and_not_change_it() {
    let declared = World::new().declaring("Resource", "orders", "{type: redis, class: large, params: {memory: 3Gi}}");
    for more in ["", ", class: large", ", params: {memory: 3Gi}"] {
        assert_eq!(Checked::of(&declared.service("cart", &[USES], &asking(more))).told(), [], "{more}");
    }
    for (more, what) in [(", class: small", "class"), (", params: {memory: 1Gi}", "set of params")] {
        let checked = Checked::of(&declared.service("cart", &[USES], &asking(more)));
        assert_eq!(checked.only().message, format!("shared resource `orders` is asked for with a different {what}"));
        assert_eq!(checked.only().related, [("catalog/resource-orders.yaml", "orders", "asked for here as well")]);
    }
}

#[test]
fn settings_of_a_shared_resource_are_not_those_of_one_consumer() {
    let more = format!("{}\nenvironments: {{staging: {{resources: {{orders: {{class: large}}}}}}}}", asking(""));
    let checked = Checked::of(&World::new().service("cart", &[USES], &more));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/conflicting-share",
            message: "settings for `orders`, which is shared, stand in one of its consumers",
            at: ("catalog/service-cart.yaml", "orders"),
            label: "would change it for all",
            related: vec![],
            help: vec!["put them into `spec.environments.staging` of a `Resource` named `orders`"],
        }
    );
    let declared = World::new().service("cart", &[USES], &asking("")).declaring(
        "Resource",
        "orders",
        "{type: redis, environments: {staging: {class: large, params: {memory: 1Gi}}}}",
    );
    with_catalog(&declared, |catalog| {
        let units = units_of(catalog);
        let class = |unit: &str| units[unit].resources[0].class.as_str();
        assert_eq!(
            (class("staging/orders"), class("staging/cart"), class("production/cart")),
            ("large", "large", "small")
        );
        assert_eq!(units["staging/cart"].resources[0].params["memory"], "1Gi");
    });
}

#[test]
fn what_two_teams_share_has_an_owner() {
    let world = World::new().service("cart", &[USES], &asking("")).service_of("payments", "pay", &[USES], &asking(""));
    assert_eq!(
        Checked::of(&world).only(),
        Told {
            rule: "link/shared-without-owner",
            message: "resource `orders` is shared by teams `payments` and `shopping`, and none owns it",
            at: ("catalog/service-cart.yaml", "orders"),
            label: "asked for here",
            related: vec![("catalog/service-pay.yaml", "orders", "and here, by another team")],
            help: vec!["declare a `Resource` named `orders` with an owner"],
        }
    );
    let owned = world.declaring("Resource", "orders", "{type: redis}");
    assert_eq!(Checked::of(&owned).told(), []);
}

#[test]
fn the_owner_says_who_may_use_it() {
    let world = two("", "").declaring("Resource", "orders", "{type: redis, consumers: [cart]}");
    let checked = Checked::of(&world);
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/not-a-consumer",
            message: "shop is not a consumer of shared resource `orders`",
            at: ("catalog/service-shop.yaml", "orders"),
            label: "not let in",
            related: vec![("catalog/resource-orders.yaml", "consumers", "consumers are listed here")],
            help: vec!["ask the owner of `orders` to add `shop` to its `consumers`"],
        }
    );
    let both = two("", "").declaring("Resource", "orders", "{type: redis, consumers: [cart, shop]}");
    assert_eq!(Checked::of(&both).told(), []);
}

#[test]
fn a_declared_resource_is_there_without_consumers_and_an_undeclared_one_is_not() {
    let declared = World::new().with_previews().callee("cart").declaring("Resource", "orders", "{type: redis}");
    assert_eq!(
        Checked::of(&declared).environments_of("orders"),
        ["production", "staging"],
        "a preview has what it uses"
    );
    let off = format!("{}\nenvironments: {{staging: {{enabled: false}}}}", asking(""));
    let undeclared = World::new().with_previews().service("cart", &[USES], &off);
    assert_eq!(Checked::of(&undeclared).environments_of("orders"), ["preview", "production"]);
}

#[test]
fn a_shared_resource_is_as_important_as_its_most_important_consumer() {
    let critical = format!("tier: critical\n{}", asking(""));
    let world = World::new().service("cart", &[USES], &asking("")).service("shop", &[USES], &critical);
    with_catalog(&world, |catalog| {
        let tier = |unit: &str| format!("{:?}", units_of(catalog)[unit].tier);
        assert_eq!((tier("staging/orders"), tier("staging/cart")), ("Critical".to_owned(), "Supporting".to_owned()));
    });
}
