//! `${...}`: its form, and what it names.

use super::world::World;
use super::{Checked, Told};

const CART: &str = "catalog/service-cart.yaml";

fn with_variable(value: &str, more: &str) -> Checked {
    Checked::of(&World::new().service("cart", &[&format!("A: {value}")], more))
}

#[test]
fn a_placeholder_is_closed_and_holds_a_path() {
    let checked = with_variable("x-${metadata.name", "");
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/malformed-placeholder",
            message: "a placeholder is not closed",
            at: (CART, "${metadata.name"),
            label: "here",
            related: vec![],
            help: vec!["close it with `}`, or write `$${` for a literal `${`"],
        }
    );
    assert_eq!(checked.units, Vec::<String>::new());
    let checked = with_variable("x-${resources..host}", "");
    assert_eq!(
        (checked.only().message, checked.only().at.1),
        ("a placeholder has an empty name in it", "${resources..host}")
    );
    let checked = with_variable("${PORT:-8080}", "");
    assert_eq!((checked.only().message, checked.only().at.1), ("a placeholder holds `:`", "${PORT:-8080}"));
    assert!(checked.only().help[0].contains("there are no expressions"));
}

#[test]
fn all_mistakes_of_one_text_are_told() {
    let checked = with_variable("${} ${a b} ${metadata.nam} ${x", "");
    let pointed: Vec<&str> = checked.told().into_iter().map(|told| told.at.1).collect();
    assert_eq!(pointed, ["${}", "${a b}", "${x"], "the form of all, before what they name");
}

#[test]
fn a_placeholder_has_a_known_form() {
    let checked = with_variable("https://${enviroment.domain}/", "");
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/unknown-placeholder",
            message: "`${enviroment.domain}` refers to `enviroment`, which does not exist",
            at: (CART, "${enviroment.domain}"),
            label: "cannot be resolved",
            related: vec![],
            help: vec![
                "did you mean `environment`?",
                "known here: `metadata`, `environment`, `resources`, `services` and `secrets`",
                "the form is `${<root>.<name>...}`; a literal `${` is written `$${`",
            ],
        }
    );
    let said = |value: &str| with_variable(value, "").only().message.to_owned();
    assert_eq!(said("${services.ads.hots}"), "`${services.ads.hots}` refers to `hots`, which does not exist");
    assert_eq!(said("${services.ads.host.name}"), "`${services.ads.host.name}` refers to `name`, which does not exist");
    assert_eq!(said("${services.ads.ports}"), "`${services.ads.ports}` is incomplete");
    assert_eq!(said("${metadata}"), "`${metadata}` is incomplete");
    assert_eq!(said("${HOME}"), "`${HOME}` refers to `HOME`, which does not exist");
}

#[test]
fn literals_and_known_forms_are_no_mistakes() {
    let checked = with_variable("\"$${HOME} $HOME $(A) ${metadata.name} ${environment.domain} $$\"", "");
    assert_eq!(checked.told(), []);
}

#[test]
fn placeholders_stand_where_they_are_expanded() {
    let text = |field: &str| {
        format!(
            "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {{name: cart, owner: shopping}}\nspec:\n  containers:\n    main:\n      image: \"acme/x:1\"\n      {field}\n"
        )
    };
    let checked = Checked::of(&World::new().with(CART, &text("args: [--name, \"is ${metadata.name}\"]")));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/placeholder-not-expanded",
            message: "placeholders are not expanded in `args`",
            at: (CART, "${metadata.name}"),
            label: "would stay as it is written",
            related: vec![],
            help: vec!["put the value into `variables` and refer to it as `$(NAME)` in `command` or `args`"],
        }
    );
    let shell = text("command: [sh, -c, \"echo ${HOME} ${1:-x}\"]");
    assert_eq!(Checked::of(&World::new().with(CART, &shell)).told(), [], "a shell has its own");
    let job = World::new().service("cart", &[], "jobs: {clean: {command: [\"${metadata.name}\"]}}");
    assert_eq!(Checked::of(&job).only().message, "placeholders are not expanded in `command`");
    let files = text("files: {/a: {content: \"${HOME}\", noExpand: true}}");
    assert_eq!(Checked::of(&World::new().with(CART, &files)).told(), [], "asked for as it is");
    let files = text("files: {/a: {content: \"${HOME}\"}}");
    assert_eq!(Checked::of(&World::new().with(CART, &files)).only().rule, "link/unknown-placeholder");
}

#[test]
fn a_resource_is_one_of_the_service() {
    let checked = with_variable("${resources.cart.host}:${resources.carts.port}", "resources: {carts: {type: redis}}");
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/unknown-resource",
            message: "`${resources.cart.host}` names a resource that cart does not declare",
            at: (CART, "${resources.cart.host}"),
            label: "no such resource",
            related: vec![(CART, "carts", "the only resource of this service")],
            help: vec!["did you mean `carts`?"],
        }
    );
    let none = with_variable("${resources.db.host}", "");
    assert_eq!(none.only().help, ["declare it under `spec.resources` of cart"]);
    assert_eq!(none.only().related, []);
    let two = with_variable(
        "${resources.db.host}${resources.carts.host}${resources.users.host}",
        "resources: {carts: {type: redis}, users: {type: redis}}",
    );
    assert_eq!(two.only().related, [(CART, "resources", "resources are declared here")]);
    assert_eq!(two.only().help, ["cart declares `carts` and `users`"]);
}

#[test]
fn settings_name_a_resource_of_the_service() {
    let more = "resources: {carts: {type: redis}}\nenvironments: {staging: {resources: {cart: {class: large}}}}";
    assert_eq!(
        with_variable("${resources.carts.host}", more).only(),
        Told {
            rule: "link/unknown-resource",
            message: "settings for resource `cart`, which is not declared",
            at: (CART, "cart"),
            label: "no such resource",
            related: vec![],
            help: vec!["did you mean `carts`?", "resources of this service: `carts`"],
        }
    );
}

#[test]
fn an_output_is_one_of_the_type() {
    let checked = with_variable("${resources.db.hots}", "resources: {db: {type: redis}}");
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/unknown-output",
            message: "`${resources.db.hots}` names output `hots`, which `redis` does not have",
            at: (CART, "${resources.db.hots}"),
            label: "no such output",
            related: vec![],
            help: vec!["did you mean `host`?", "outputs of `redis`: `host` and `port`"],
        }
    );
    let whole = with_variable("${resources.db}", "resources: {db: {type: redis}}");
    assert_eq!(whole.only().message, "`${resources.db}` names a resource, but no output of it");
    assert_eq!(
        (whole.only().label, whole.only().help),
        ("which output?", vec!["outputs of `redis`: `host` and `port`"])
    );
}

#[test]
fn a_variable_named_source_is_no_volume() {
    let checked =
        Checked::of(&World::new().service("cart", &["source: ${resources.data}"], "resources: {data: {type: redis}}"));
    assert_eq!((checked.only().rule, checked.only().label), ("link/unknown-output", "which output?"));
}

#[test]
fn each_key_of_a_secret_is_an_output() {
    let tokens = "resources: {tokens: {type: secret, params: {keys: [apiKey]}}}";
    assert_eq!(with_variable("${resources.tokens.apiKey}", tokens).told(), []);
    let wrong = with_variable("${resources.tokens.apikey}", tokens);
    assert_eq!(wrong.only().help, ["did you mean `apiKey`?", "outputs of `secret`: `apiKey`"]);

    let settings =
        format!("{tokens}\nenvironments: {{staging: {{resources: {{tokens: {{params: {{keys: [apiKey, more]}}}}}}}}}}");
    assert_eq!(with_variable("${resources.tokens.more}", &settings).told(), [], "one environment has it");

    let shared = World::new()
        .service("cart", &["A: ${resources.tokens.apiKey}"], "resources: {tokens: {type: secret, id: tokens}}")
        .declaring("Resource", "tokens", "{type: secret, params: {keys: [apiKey]}}");
    assert_eq!(Checked::of(&shared).told(), [], "the keys are those of the declaration");
}

#[test]
fn a_port_is_one_of_the_callee() {
    let two = "service: {ports: {grpc: {port: 7070}, metrics: {port: 9090}}}";
    let world = |value: &str| World::new().service("ads", &[], two).service("cart", &[&format!("A: {value}")], "");
    let checked = Checked::of(&world("${services.ads.ports.metric}"));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/unknown-port",
            message: "`${services.ads.ports.metric}` names port `metric`, which ads does not have",
            at: (CART, "${services.ads.ports.metric}"),
            label: "no such port",
            related: vec![],
            help: vec!["did you mean `metrics`?", "ports of ads: `grpc` and `metrics`"],
        }
    );
    let checked = Checked::of(&world("${services.ads.port}"));
    assert_eq!(checked.only().message, "`${services.ads.port}` could be any of 2 ports of ads");
    assert_eq!(checked.only().label, "which one?");
    assert_eq!(checked.only().help, ["write `${services.ads.ports.<name>}` with one of `grpc` and `metrics`"]);
    assert_eq!(Checked::of(&world("${services.ads.host}:${services.ads.ports.grpc}")).told(), []);
}

#[test]
fn a_service_without_ports_has_no_address() {
    for path in ["host", "port", "ports.http"] {
        let value = format!("A: ${{services.worker.{path}}}");
        let checked =
            Checked::of(&World::new().service("worker", &[], "workload: worker").service("cart", &[&value], ""));
        let message = format!("`${{services.worker.{path}}}` names an address of worker, which has no ports");
        assert_eq!((checked.only().rule, checked.only().message), ("link/unknown-port", message.as_str()));
        assert_eq!(checked.only().help, ["declare a port under `spec.service.ports` of worker"]);
    }
}

#[test]
fn a_service_may_name_its_own_address() {
    let own = World::new().service(
        "cart",
        &["A: ${services.cart.host}:${services.cart.port}"],
        "service: {ports: {http: {port: 80}}}",
    );
    assert_eq!(Checked::of(&own).told(), []);
}

const REQUEST: &str = "{service: cart, environments: [staging, production], keys: {API_KEY: {description: Opens it}}, reason: Payments need it}";

#[test]
fn a_secret_is_requested_by_this_service() {
    let world = World::new().declaring("SecretRequest", "gateway", REQUEST);
    let checked =
        Checked::of(&world.service("cart", &["A: ${secrets.gatway.API_KEY}", "B: ${secrets.gateway.API_KEY}"], ""));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/unknown-secret",
            message: "`${secrets.gatway.API_KEY}` names a secret that cart has not requested",
            at: (CART, "${secrets.gatway.API_KEY}"),
            label: "no such request",
            related: vec![],
            help: vec!["did you mean `gateway`?", "requests of cart: `gateway`"],
        }
    );
    let other = world.service("cart", &["B: ${secrets.gateway.API_KEY}"], "").service(
        "spy",
        &["B: ${secrets.gateway.API_KEY}"],
        "",
    );
    let checked = Checked::of(&other);
    assert_eq!(checked.only().message, "`${secrets.gateway.API_KEY}` names a secret that spy has not requested");
    assert_eq!(
        checked.only().help,
        ["declare a `SecretRequest` with `service: spy`"],
        "that of another is not offered"
    );
}

#[test]
fn a_key_is_one_of_the_request() {
    let world = World::new().declaring("SecretRequest", "gateway", REQUEST);
    let checked = Checked::of(&world.service("cart", &["A: ${secrets.gateway.API_KYE}"], ""));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/unknown-secret",
            message: "`${secrets.gateway.API_KYE}` names key `API_KYE`, which `gateway` does not have",
            at: (CART, "${secrets.gateway.API_KYE}"),
            label: "no such key",
            related: vec![("catalog/secretrequest-gateway.yaml", "keys", "keys are requested here")],
            help: vec!["did you mean `API_KEY`?", "keys of `gateway`: `API_KEY`"],
        }
    );
}

fn mounting(source: &str, resources: &str) -> Checked {
    let text = format!(
        "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {{name: cart, owner: shopping}}\nspec:\n  containers:\n    main:\n      image: \"acme/x:1\"\n      volumes: {{/data: {{source: \"{source}\"}}}}\n  resources: {resources}\n"
    );
    Checked::of(&World::new().with(CART, &text))
}

#[test]
fn a_volume_is_a_resource_that_can_be_mounted() {
    let checked = mounting("${resources.db}", "{db: {type: redis}}");
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/not-a-volume",
            message: "`${resources.db}` is no volume",
            at: (CART, "${resources.db}"),
            label: "cannot be mounted",
            related: vec![],
            help: vec!["write `${resources.<name>}` with a resource of type `volume`"],
        }
    );
    for source in ["data", "${resources.data.host}", "${metadata.name}", "x-${resources.data}"] {
        let checked = mounting(source, "{data: {type: volume}}");
        assert_eq!(checked.only().message, format!("`{source}` is no volume"));
    }
    assert_eq!(mounting("${resources.data}", "{data: {type: volume}}").told(), []);
    let unknown = mounting("${resources.dta}", "{data: {type: volume}}");
    assert_eq!((unknown.only().rule, unknown.only().help), ("link/unknown-resource", vec!["did you mean `data`?"]));
}
