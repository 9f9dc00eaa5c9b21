//! Environments, and services in each of them.

use super::world::World;
use super::{Checked, Told, units_of, with_catalog};

const SHOP: &str = "catalog/service-shop.yaml";
const CALLS_CART: &str = "CART: ${services.cart.host}:${services.cart.port}";

/// A service `cart` that listens, with this much more in its spec.
fn cart(more: &str) -> World {
    World::new().service("cart", &[], &format!("service: {{ports: {{grpc: {{port: 7070}}}}}}\n{more}"))
}

const OFF: &str = "environments: {staging: {enabled: false}}";

#[test]
fn a_callee_runs_where_its_caller_runs() {
    let checked = Checked::of(&cart(OFF).service("shop", &[CALLS_CART], ""));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/not-in-environment",
            message: "shop calls cart, which does not run in staging",
            at: (SHOP, "${services.cart.host}"),
            label: "has no address there",
            related: vec![("catalog/service-cart.yaml", "false", "switched off here")],
            help: vec!["let cart run there, switch shop off there too, or override the variable in that environment"],
        },
        "told once, though two placeholders name it"
    );
    assert_eq!(checked.environments_of("shop"), ["production"], "the other environment is as it should be");
    let depends = Checked::of(&cart(OFF).service("shop", &[], "dependsOn: [cart]"));
    assert_eq!(depends.only().at, (SHOP, "cart"));
}

#[test]
fn who_is_off_too_or_overrides_the_variable_calls_nobody() {
    let off_too = cart(OFF).service("shop", &[CALLS_CART], OFF);
    assert_eq!(Checked::of(&off_too).told(), []);
    assert_eq!(Checked::of(&off_too).environments_of("shop"), ["production"]);
    let overridden = "environments: {staging: {containers: {main: {variables: {CART: none}}}}}";
    let checked = Checked::of(&cart(OFF).service("shop", &[CALLS_CART], overridden));
    assert_eq!(checked.told(), []);
    assert_eq!(checked.environments_of("shop"), ["production", "staging"]);
    let other = "environments: {staging: {containers: {main: {variables: {OTHER: none}}}}}";
    assert_eq!(Checked::of(&cart(OFF).service("shop", &[CALLS_CART], other)).only().rule, "link/not-in-environment");
}

#[test]
fn what_an_environment_adds_counts_there_alone() {
    let adds = "environments: {production: {containers: {main: {variables: {CART: \"${services.cart.host}\"}}}}}";
    assert_eq!(Checked::of(&cart(OFF).service("shop", &[], adds)).told(), []);
    let adds = adds.replace("production", "staging");
    assert_eq!(Checked::of(&cart(OFF).service("shop", &[], &adds)).only().rule, "link/not-in-environment");
}

#[test]
fn a_service_that_takes_no_part_in_previews_has_no_address_there() {
    let previewless = World::new().with_previews().service(
        "cart",
        &[],
        "service: {ports: {grpc: {port: 7070}}}\npreview: {enabled: false}",
    );
    assert_eq!(Checked::of(&previewless).environments_of("cart"), ["production", "staging"]);
    let checked = Checked::of(&previewless.service("shop", &[CALLS_CART], ""));
    assert_eq!(checked.only().message, "shop calls cart, which does not run in preview");
    assert_eq!(checked.only().related, [("catalog/service-cart.yaml", "false", "switched off here")]);
    let told_to_run =
        "service: {ports: {grpc: {port: 7070}}}\npreview: {enabled: false}\nenvironments: {preview: {enabled: true}}";
    let explicit = World::new().with_previews().service("cart", &[], told_to_run).service("shop", &[CALLS_CART], "");
    assert_eq!(Checked::of(&explicit).told(), [], "what is said of the environment wins");
}

fn request(environments: &str) -> World {
    let spec = format!(
        "{{service: pay, environments: {environments}, keys: {{KEY: {{description: One}}, PIN: {{description: Two}}}}, reason: Payments need it}}"
    );
    World::new().declaring("SecretRequest", "gateway", &spec)
}

const USES_SECRET: [&str; 2] = ["A: ${secrets.gateway.KEY}", "B: ${secrets.gateway.PIN}"];

#[test]
fn a_secret_is_requested_for_every_environment_that_uses_it() {
    let checked = Checked::of(&request("[production]").service("pay", &USES_SECRET, ""));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/secret-not-requested",
            message: "pay runs in staging, for which secret `gateway` is not requested",
            at: ("catalog/service-pay.yaml", "${secrets.gateway.KEY}"),
            label: "has no value there",
            related: vec![("catalog/secretrequest-gateway.yaml", "environments", "requested for these environments")],
            help: vec!["add `staging` to the request, or override the variable in that environment"],
        },
        "told once, though two keys are used"
    );
    assert_eq!(checked.environments_of("pay"), ["production"]);
    assert_eq!(Checked::of(&request("[production]").service("pay", &USES_SECRET, OFF)).told(), []);
    let overridden = "environments: {staging: {containers: {main: {variables: {A: none, B: none}}}}}";
    assert_eq!(Checked::of(&request("[production]").service("pay", &USES_SECRET, overridden)).told(), []);
    let half = "environments: {staging: {containers: {main: {variables: {A: x}}}}}";
    assert_eq!(
        Checked::of(&request("[production]").service("pay", &USES_SECRET, half)).only().at.1,
        "${secrets.gateway.PIN}"
    );
}

#[test]
fn a_unit_has_the_secrets_of_its_environment() {
    let overridden = "environments: {staging: {containers: {main: {variables: {A: none, B: none}}}}}";
    with_catalog(&request("[production]").service("pay", &USES_SECRET, overridden), |catalog| {
        let units = units_of(catalog);
        let secrets = |unit: &str| units[unit].service.as_ref().map(|service| service.secrets.len());
        assert_eq!((secrets("production/pay"), secrets("staging/pay")), (Some(1), Some(0)));
    });
}

#[test]
fn scaling_makes_sense_after_the_settings() {
    let more = "scaling: {min: 1, max: 3}\nenvironments: {production: {scaling: {min: 4}}}";
    let checked = Checked::of(&World::new().service("cart", &[], more));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/scaling",
            message: "in production, cart would have at least 4 and at most 3 replicas",
            at: ("catalog/service-cart.yaml", "scaling"),
            label: "min is above max",
            related: vec![],
            help: vec!["give both `min` and `max`; what an environment does not say stays as the service says it"],
        }
    );
    assert_eq!(checked.environments_of("cart"), ["staging"]);
    let both = "scaling: {min: 1, max: 3}\nenvironments: {production: {scaling: {min: 4, max: 8}}}";
    assert_eq!(Checked::of(&World::new().service("cart", &[], both)).told(), []);
}

fn environment(more: &str) -> String {
    format!("{{class: staging, provider: kubernetes, domain: x.example{more}}}")
}

#[test]
fn promotion_has_a_beginning() {
    let world = World::new()
        .callee("cart")
        .declaring("Environment", "lab", &environment(", promotesFrom: canary"))
        .declaring("Environment", "canary", &environment(", promotesFrom: lab"))
        .declaring("Environment", "live", &environment(", promotesFrom: lab"));
    assert_eq!(
        Checked::of(&world).only(),
        Told {
            rule: "link/promotion-cycle",
            message: "environments are promoted in a circle: canary -> lab -> canary",
            at: ("catalog/environment-canary.yaml", "lab"),
            label: "leads back to itself",
            related: vec![],
            help: vec!["let the first environment have no `promotesFrom`"],
        }
    );
    let own = World::new().callee("cart").declaring("Environment", "lab", &environment(", promotesFrom: lab"));
    assert!(
        Checked::of(&own).said().iter().any(|(_, message)| message.contains("lab")),
        "{:?}",
        Checked::of(&own).said()
    );
}

#[test]
fn no_two_environments_are_one_namespace() {
    let world = |first: &str, second: &str| {
        World::new().callee("cart").declaring("Environment", "lab", &environment(first)).declaring(
            "Environment",
            "live",
            &environment(second),
        )
    };
    let checked = Checked::of(&world(", cluster: main, namespace: live", ", cluster: main"));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/shared-namespace",
            message: "environments lab and live are both namespace `live` of cluster `main`",
            at: ("catalog/environment-live.yaml", "live"),
            label: "the same namespace",
            related: vec![("catalog/environment-lab.yaml", "live", "lab has it")],
            help: vec!["give live a `namespace` of its own"],
        }
    );
    for (first, second) in [
        (", cluster: main", ", cluster: main"),
        (", cluster: main, namespace: shop", ", cluster: other, namespace: shop"),
        (
            ", cluster: main, region: eu-central-1, namespace: shop",
            ", cluster: main, region: eu-west-1, namespace: shop",
        ),
        (", namespace: shop", ", namespace: shop"),
    ] {
        assert_eq!(Checked::of(&world(first, second)).told(), [], "{first} and {second}");
    }
}

#[test]
fn an_image_from_outside_is_given_in_every_environment() {
    let service = "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {name: notes, owner: shopping}\nspec:\n  score: ./score.yaml\n  \
                   environments: {production: {containers: {main: {image: \"notes:1\"}}}}\n";
    let score = "apiVersion: score.dev/v1b1\nmetadata: {name: notes}\ncontainers: {main: {image: .}}\n";
    let checked = Checked::of(&World::new().with("catalog/notes.yaml", service).with("catalog/score.yaml", score));
    let told = checked.told();
    let missing: Vec<_> =
        told.iter().filter(|told| told.rule == "link/no-image").map(|told| (told.message, told.at)).collect();
    let message = "container main of notes has no image in environment staging";
    assert_eq!(missing, [(message, ("catalog/score.yaml", "."))]);
    assert_eq!(checked.environments_of("notes"), ["production"]);
}
