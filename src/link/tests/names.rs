//! Names in declarations: each is that of something that is declared.

use super::world::World;
use super::{Checked, Told};

#[test]
fn an_owner_is_a_team() {
    let checked = Checked::of(&World::new().service_of("shoping", "cart", &[], ""));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/unknown-owner",
            message: "service cart is owned by team `shoping`, which does not exist",
            at: ("catalog/service-cart.yaml", "shoping"),
            label: "no such team",
            related: vec![],
            help: vec!["did you mean `shopping`?", "teams are declared in catalog/teams/"],
        }
    );
    assert_eq!(checked.units, Vec::<String>::new(), "nobody could be asked about it");
}

#[test]
fn approvers_and_owners_of_the_platform_are_teams() {
    let request = "{service: cart, environments: [staging, production], keys: {KEY: {description: Opens it}}, reason: Payments need it, approvers: [nobody]}";
    let world = World::new().service("cart", &["KEY: ${secrets.gateway.KEY}"], "").declaring(
        "SecretRequest",
        "gateway",
        request,
    );
    assert_eq!(
        Checked::of(&world).said(),
        [("link/unknown-owner", "secret request gateway is approved by team `nobody`, which does not exist")]
    );
    let platform = "apiVersion: pavior.dev/v1\nkind: Platform\nmetadata: {name: p}\nspec: {organisation: acme, owners: [nobody]}\n";
    let checked = Checked::of(&World::new().callee("cart").with("pavior.yaml", platform));
    assert_eq!(checked.only().message, "the platform is owned by team `nobody`, which does not exist");
    assert_eq!(checked.only().at, ("pavior.yaml", "nobody"));
    assert_eq!(checked.only().help, ["teams are declared in catalog/teams/"], "nothing is near");
}

#[test]
fn an_environment_that_is_named_is_declared() {
    let checked = Checked::of(&World::new().service("cart", &[], "environments: {stagin: {scaling: {min: 1}}}"));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/unknown-environment",
            message: "service cart names environment `stagin`, which does not exist",
            at: ("catalog/service-cart.yaml", "stagin"),
            label: "no such environment",
            related: vec![],
            help: vec!["did you mean `staging`?", "environments are declared in catalog/environments/"],
        }
    );
    let resource =
        World::new().callee("cart").declaring("Resource", "r", "{type: redis, environments: {lab: {class: large}}}");
    assert_eq!(Checked::of(&resource).only().message, "resource r names environment `lab`, which does not exist");
    let promoted = World::new().callee("cart").declaring(
        "Environment",
        "live",
        "{class: production, provider: kubernetes, domain: x.example, promotesFrom: stage}",
    );
    assert_eq!(
        Checked::of(&promoted).only().message,
        "environment live names environment `stage`, which does not exist"
    );
    assert_eq!(Checked::of(&promoted).only().at.1, "stage");
}

#[test]
fn a_service_that_is_named_is_declared() {
    let checked = Checked::of(&World::new().callee("cart").service("shop", &["A: http://${services.crat.host}/x"], ""));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/unknown-service",
            message: "`${services.crat.host}` names service `crat`, which does not exist",
            at: ("catalog/service-shop.yaml", "${services.crat.host}"),
            label: "no such service",
            related: vec![],
            help: vec!["did you mean `cart`?"],
        }
    );
    let depends = Checked::of(&World::new().callee("cart").service("shop", &[], "dependsOn: [warehouse]"));
    assert_eq!(depends.only().message, "service shop names service `warehouse`, which does not exist");
    assert_eq!(depends.only().at, ("catalog/service-shop.yaml", "warehouse"));
    assert_eq!(depends.only().help, ["declare it below catalog/, or name a service that is declared"]);
    assert_eq!(depends.units.len(), 2, "cart alone");
    let consumer = World::new().callee("cart").declaring("Resource", "r", "{type: redis, consumers: [nobody]}");
    assert_eq!(Checked::of(&consumer).only().message, "resource r names service `nobody`, which does not exist");
}

#[test]
fn a_resource_type_that_is_asked_for_exists() {
    let checked =
        Checked::of(&World::new().service("cart", &["A: ${resources.db.host}"], "resources: {db: {type: redsi}}"));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/unknown-resource-type",
            message: "resource db of cart is of type `redsi`, which does not exist",
            at: ("catalog/service-cart.yaml", "redsi"),
            label: "no such resource type",
            related: vec![],
            help: vec!["did you mean `redis`?", "`pavior resource-types` lists what can be asked for"],
        }
    );
    let shared = World::new().callee("cart").declaring("Resource", "orders", "{type: oracle}");
    assert_eq!(Checked::of(&shared).only().message, "resource orders is of type `oracle`, which does not exist");
    assert_eq!(Checked::of(&shared).only().at, ("catalog/resource-orders.yaml", "oracle"));
}

#[test]
fn settings_jobs_and_before_name_containers_of_the_service() {
    for (more, pointed) in [
        ("environments: {staging: {containers: {mian: {image: \"acme/x:2\"}}}}", "mian"),
        ("jobs: {migrate: {container: mian, command: [migrate]}}", "mian"),
    ] {
        let checked = Checked::of(&World::new().service("cart", &[], more));
        assert_eq!(
            checked.only(),
            Told {
                rule: "link/unknown-container",
                message: "there is no container `mian`",
                at: ("catalog/service-cart.yaml", pointed),
                label: "no such container",
                related: vec![],
                help: vec!["did you mean `main`?", "containers of this service: `main`"],
            }
        );
        assert_eq!(checked.units, Vec::<String>::new());
    }
    let text = "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {name: cart, owner: shopping}\nspec:\n  containers:\n    init: {image: \"acme/x:1\", before: {mian: {ready: complete}}}\n    main: {image: \"acme/x:1\"}\n";
    let checked = Checked::of(&World::new().with("catalog/service-cart.yaml", text));
    assert_eq!((checked.only().rule, checked.only().at.1), ("link/unknown-container", "mian"));
    assert_eq!(checked.only().help, ["did you mean `main`?", "containers of this service: `init` and `main`"]);
}

const PROVIDER: &str = "service: {ports: {grpc: {port: 7070}}}\napis: {provides: [{name: cart-api, format: grpc}]}";

#[test]
fn an_api_that_is_consumed_is_provided() {
    let world = World::new().service("cart", &[], PROVIDER).service(
        "shop",
        &["A: ${services.cart.host}"],
        "apis: {consumes: [cart-api, card-api]}",
    );
    assert_eq!(
        Checked::of(&world).only(),
        Told {
            rule: "link/unknown-api",
            message: "nobody provides an API named `card-api`",
            at: ("catalog/service-shop.yaml", "card-api"),
            label: "no such API",
            related: vec![],
            help: vec!["did you mean `cart-api`?", "providers list their APIs under `spec.apis.provides`"],
        }
    );
}

#[test]
fn an_api_has_one_provider() {
    let world = World::new().service("cart", &[], PROVIDER).service("basket", &[], PROVIDER);
    assert_eq!(
        Checked::of(&world).only(),
        Told {
            rule: "link/duplicate-api",
            message: "API `cart-api` is provided twice",
            at: ("catalog/service-cart.yaml", "cart-api"),
            label: "provided again here",
            related: vec![("catalog/service-basket.yaml", "cart-api", "first provided here")],
            help: vec!["give each API a name of its own"],
        }
    );
}

#[test]
fn waivers_and_incidents_name_what_is_declared() {
    let incident = "{service: crat, environment: stagin, opened: 2026-11-02T08:15:00Z}";
    let checked = Checked::of(&World::new().callee("cart").declaring("Incident", "outage", incident));
    let mut said = checked.said();
    said.sort_unstable();
    assert_eq!(
        said,
        [
            ("link/unknown-environment", "incident outage names environment `stagin`, which does not exist"),
            ("link/unknown-service", "incident outage names service `crat`, which does not exist"),
        ]
    );
}
