//! One mistake is told once: at its place, and not at everybody who is near it.

use super::Checked;
use super::world::World;

/// What of this stage is said.
fn linking(checked: &Checked) -> Vec<&str> {
    checked.said().into_iter().filter(|(rule, _)| rule.starts_with("link/")).map(|(_, message)| message).collect()
}

fn consumers() -> World {
    World::new()
        .service(
            "shop",
            &["A: ${services.cart.host}:${services.cart.ports.grpc}", "B: ${services.cart.port}"],
            "apis: {consumes: [cart-api]}",
        )
        .service("pay", &[], "dependsOn: [cart]")
        .service("ads", &[], "")
        .declaring("Resource", "orders", "{type: redis, consumers: [cart]}")
}

#[test]
fn a_broken_service_does_not_make_its_callers_wrong() {
    let broken =
        "apis: {provides: [{name: cart-api, format: grpc}]}\nservice: {ports: {grpc: {port: 7070}}}\nreplicas: 3";
    let checked = Checked::of(&consumers().service("cart", &[], broken));
    assert_eq!(checked.findings.len(), 1, "{:?}", checked.said());
    assert_eq!(checked.findings[0].at.path.as_str(), "catalog/service-cart.yaml");
    assert_eq!(
        checked.units,
        ["production/ads", "production/orders", "staging/ads", "staging/orders"],
        "callers cannot be compiled"
    );
}

#[test]
fn a_file_that_cannot_be_read_does_not_make_others_wrong() {
    let cut_off = "apiVersion: pavior.dev/v1\nkind: Service\nmetadata:\n  name: cart\nspec:\n  apis: {provides: [{name: cart-api\n";
    for (path, text) in [
        ("catalog/everything.yaml", cut_off),
        (
            "catalog/everything.yaml",
            "apiVersion: pavior.dev/v1\nkind: Servcie\nmetadata: {name: cart}\nspec: {apis: {provides: [{name: cart-api}]}}\n",
        ),
    ] {
        let checked = Checked::of(&consumers().with(path, text));
        assert!(!checked.findings.is_empty());
        let left: Vec<&str> = linking(&checked).into_iter().filter(|message| !message.contains("cart-api")).collect();
        assert_eq!(left, Vec::<&str>::new(), "{text}");
    }
    assert_eq!(linking(&Checked::of(&consumers().with("catalog/everything.yaml", cut_off))), Vec::<&str>::new());
    let named = Checked::of(&consumers().with("catalog/cart.yaml", "a: [\n"));
    assert_eq!(
        linking(&named),
        ["nobody provides an API named `cart-api`"],
        "the name of the file is all that is known"
    );
}

#[test]
fn a_name_that_no_broken_file_mentions_is_unknown_all_the_same() {
    let checked = Checked::of(
        &World::new().service("shop", &["A: ${services.warehouse.host}"], "").with("catalog/cart.yaml", "a: ["),
    );
    assert_eq!(linking(&checked), ["`${services.warehouse.host}` names service `warehouse`, which does not exist"]);
}

#[test]
fn broken_teams_environments_and_types_make_nobody_wrong() {
    let world = World::new().service_of(
        "payments",
        "cart",
        &["A: ${resources.db.host}"],
        "resources: {db: {type: redis}}\nenvironments: {staging: {scaling: {min: 1}}}",
    );
    for path in [
        "catalog/team-payments.yaml",
        "catalog/environment-staging.yaml",
        "golden-paths/resources/redis/resource-type.yaml",
    ] {
        let text = world.files().find(|(known, _)| *known == path).map(|(_, text)| text.to_owned()).unwrap();
        for broken in [text.replace("spec:", "spce:"), format!("{text}\n  - ]")] {
            let checked = Checked::of(&world.with(path, &broken));
            assert!(!checked.findings.is_empty());
            assert!(checked.findings.iter().all(|finding| finding.at.path.as_str() == path), "{:?}", checked.said());
        }
    }
}

#[test]
fn a_broken_secret_request_makes_its_service_wait_and_not_wrong() {
    let spec = "{service: pay, environments: [staging, production], keys: {KEY: {description: One}}}";
    let world = World::new()
        .declaring("SecretRequest", "gateway", spec)
        .service("pay", &["A: ${secrets.gateway.KEY}"], "")
        .callee("cart");
    let checked = Checked::of(&world);
    assert_eq!(linking(&checked), Vec::<&str>::new());
    assert_eq!((checked.environments_of("pay").len(), checked.environments_of("cart").len()), (0, 2));
}

#[test]
fn a_misspelt_placeholder_does_not_make_what_it_meant_unused() {
    let checked =
        Checked::of(&World::new().service("shop", &["A: ${resources.cart.host}"], "resources: {carts: {type: redis}}"));
    assert_eq!(checked.only().rule, "link/unknown-resource");
    let malformed =
        Checked::of(&World::new().service("shop", &["A: ${resources.carts.host"], "resources: {carts: {type: redis}}"));
    assert_eq!(malformed.only().rule, "link/malformed-placeholder");
}

#[test]
fn all_mistakes_of_a_service_are_told_at_once() {
    let variables = ["A: ${resources.db.host}", "B: ${services.crat.host}", "C: ${secrets.s.K}", "D: ${x.y}", "E: ${"];
    let more = "dependsOn: [nobody]\njobs: {j: {container: other, command: [x]}}\nenvironments: {nowhere: {}}";
    let checked = Checked::of(&World::new().callee("cart").service_of("nobody", "shop", &variables, more));
    assert_eq!(checked.findings.len(), 9, "{:#?}", checked.said());
    assert_eq!(checked.units.len(), 2, "cart alone");
}

#[test]
fn a_service_with_a_mistake_is_in_no_environment_and_its_callees_know_it() {
    let world =
        World::new().callee("cart").service("shop", &["A: ${services.cart.host}", "B: ${resources.db.host}"], "");
    let checked = Checked::of(&world);
    assert_eq!(checked.units, ["production/cart", "staging/cart"]);
}
