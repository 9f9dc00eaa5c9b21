//! What is said when a unit cannot be provisioned, and where.

use super::super::Output;
use super::super::fixture::{
    REDIS_MODULE, declaration, documents, ground, pointed, provisioned, redis, service, shown, units,
};
use super::{cart, only, pay, request, secret, unit, with};
use serde_json::{Value, json};

#[test]
fn a_mistake_in_a_secret_request_is_told_there() {
    let documents = with(vec![secret(), request("120d"), pay()]);
    let finding = only(&documents, "provision/param-value");
    assert_eq!(finding.at.path.as_str(), "catalog/secretrequest-gateway.yaml");
    assert_eq!(pointed(&documents, &finding), "\"120d\"");
}

#[test]
fn params_are_told_where_the_user_wrote_them() {
    let wrong = service(
        "cart",
        json!({"H": "${resources.carts.host}"}),
        json!({
            "resources": {"carts": {"type": "redis", "params": {"memory": "1Gi"}}},
            "environments": {"staging": {"resources": {"carts": {"params": {"memory": "2Gi"}}}}},
        }),
    );
    let documents = with(vec![wrong]);
    let finding = only(&documents, "provision/param-value");
    assert_eq!(pointed(&documents, &finding), "\"2Gi\"");
    assert!(finding.help[0].contains("`1Gi` and `3Gi`"));
    assert_eq!(finding.related[0].at.path.as_str(), "golden-paths/resources/redis/resource-type.yaml");
    let (units, _) = provisioned(&documents);
    assert_eq!(units.len(), 1, "production is as it should be");
}

#[test]
fn unknown_params_and_classes_are_offered_a_fix() {
    let wrong = |spec: Value| {
        with(vec![service("cart", json!({"H": "${resources.carts.host}"}), json!({"resources": {"carts": spec}}))])
    };
    let documents = wrong(json!({"type": "redis", "params": {"memroy": "1Gi"}}));
    let finding = only(&documents, "provision/unknown-param");
    assert_eq!((pointed(&documents, &finding), finding.fix.unwrap().replacement.as_str()), ("\"memroy\"", "memory"));
    let documents = wrong(json!({"type": "redis", "class": "smal"}));
    let finding = only(&documents, "provision/unknown-class");
    assert_eq!((pointed(&documents, &finding), finding.fix.unwrap().replacement.as_str()), ("\"smal\"", "small"));
}

#[test]
fn a_type_without_a_provisioner_says_who_has_one() {
    let documents = with(vec![
        declaration("Environment", "cloud", json!({"class": "staging", "provider": "local", "domain": "x.example"})),
        cart(),
    ]);
    let finding = only(&documents, "provision/no-provisioner");
    assert_eq!(pointed(&documents, &finding), "\"redis\"");
    assert!(finding.message.contains("on local of class staging"), "{}", finding.message);
    assert!(finding.related[0].text.contains("`aws` and `kubernetes`"));
}

#[test]
fn an_expression_that_fails_is_told_in_the_type_and_names_who_asked() {
    let mut broken = redis();
    broken["spec"]["provisioners"][0]["terraform"]["variables"]["node_type"] = json!("x-${params.memroy}");
    let documents = documents(&[ground(), vec![broken, cart()]].concat(), &[REDIS_MODULE]);
    let finding = only(&documents, "provision/expression");
    assert_eq!(finding.at.path.as_str(), "golden-paths/resources/redis/resource-type.yaml");
    assert_eq!(pointed(&documents, &finding), "${params.memroy}");
    assert_eq!(finding.related[0].text, "evaluated for resource carts of service cart in production");
    assert_eq!(finding.related[0].at.path.as_str(), "catalog/service-cart.yaml");
}

#[test]
fn module_variables_have_to_match() {
    let mut broken = redis();
    let variables = broken["spec"]["provisioners"][0]["terraform"]["variables"].as_object_mut().unwrap();
    let value = variables.remove("node_type").unwrap();
    variables.insert("nodetype".to_owned(), value);
    let documents = documents(&[ground(), vec![broken, cart()]].concat(), &[REDIS_MODULE]);
    let (_, findings) = provisioned(&documents);
    let said: Vec<_> = findings.iter().filter(|f| f.rule.id == "provision/module-variable").collect();
    assert_eq!(said.len(), 2, "{:?}", findings.iter().map(shown).collect::<Vec<_>>());
    assert!(said.iter().any(|f| f.help[0] == "did you mean `node_type`?" && f.fix.is_some()));
    assert!(said.iter().any(|f| f.message.contains("`node_type` has no default")));
}

#[test]
fn a_module_that_is_not_there_is_told() {
    let documents =
        documents(&[ground(), vec![redis(), cart()]].concat(), &[("golden-paths/resources/redis/awss/main.tf", "")]);
    let finding = only(&documents, "provision/module");
    assert_eq!((pointed(&documents, &finding), finding.help[0].as_str()), ("\"./aws\"", "did you mean `./awss`?"));
}

#[test]
fn types_that_contradict_themselves_are_told_though_nobody_uses_them() {
    let mut broken = redis();
    broken["spec"]["defaultClass"] = json!("medium");
    broken["spec"]["classes"]["small"]["memory"] = json!("2Gi");
    broken["spec"]["provisioners"][0]["outputs"] =
        json!({"hots": {"store": "host"}, "port": 6379, "password": "hunter2"});
    broken["spec"]["provisioners"][1]["reversibility"] = json!({"memroy": "in-place"});
    broken["spec"]["provisioners"][1]["network"] = json!({"egress": [{"to": "pods", "port": "${1 +}"}]});
    let documents = documents(&[ground(), vec![broken]].concat(), &[]);
    let (_, findings) = provisioned(&documents);
    let ours = findings.iter().filter(|finding| finding.rule.id.starts_with("provision/"));
    let said: Vec<_> = ours.map(|f| f.message.as_str()).collect();
    for part in [
        "default class `medium`",
        "class small: param `memory` cannot be `2Gi`",
        "does not give the output `host`",
        "the output `hots` is not declared",
        "the output `password` is secret",
        "`memroy` is no param",
        "the expression cannot be parsed",
    ] {
        assert!(said.iter().any(|message| message.contains(part)), "{part}: {said:#?}");
    }
    assert_eq!(said.len(), 7, "{said:#?}");
}

#[test]
fn a_secret_output_never_is_a_value() {
    let mut broken = redis();
    broken["spec"]["provisioners"][0]["outputs"]["password"] = json!("${params.version}");
    let documents = documents(&[ground(), vec![broken, cart()]].concat(), &[REDIS_MODULE]);
    assert!(only(&documents, "provision/expression").message.contains("a plain value"));
    let mut none_needed = redis();
    none_needed["spec"]["provisioners"][0]["outputs"]["password"] = json!("");
    let documents = super::fixture::documents(&[ground(), vec![none_needed, cart()]].concat(), &[REDIS_MODULE]);
    assert_eq!(
        unit(&units(&documents), "production/cart").resources[0].outputs["password"],
        Output::Plain(String::new())
    );
}

#[test]
fn names_that_collide_are_told_and_never_merged() {
    let resources = |local: &str| json!({"resources": {local: {"type": "redis"}}});
    let host = |local: &str| json!({"H": format!("${{resources.{local}.host}}")});
    let documents = with(vec![service("a", host("b-c"), resources("b-c")), service("a-b", host("c"), resources("c"))]);
    let (_, findings) = provisioned(&documents);
    let said: Vec<_> = findings.iter().filter(|f| f.rule.id == "provision/name-collision").map(shown).collect();
    assert!(said.iter().any(|s| s.contains("`acme-production-a-b-c`")), "{said:#?}");
    assert!(said.iter().all(|s| s.contains("resource b-c of service a") && s.contains("resource c of service a-b")));
    // An object of a resource may not have the name of a service's objects either.
    let documents = with(vec![cart(), service("cart-carts", json!({}), json!({}))]);
    let (_, findings) = provisioned(&documents);
    assert!(
        findings
            .iter()
            .any(|f| f.message.contains("service cart-carts in staging") && f.message.contains("`cart-carts`"))
    );
}

#[test]
fn an_environment_has_to_say_what_its_provider_needs() {
    let bare = json!({"class": "staging", "provider": "aws", "domain": "x.example"});
    let documents = documents(
        &[ground(), vec![declaration("Environment", "bare", bare), service("x", json!({}), json!({}))]].concat(),
        &[],
    );
    let finding = only(&documents, "provision/environment-settings");
    assert!(finding.message.contains("does not set `region`, `cluster` and `aws`"), "{}", finding.message);
}

fn route() -> Value {
    let host = "${params.host != '' ? params.host : service.name + '.' + environment.domain}";
    let on = |provider: &str| json!({"environment": {"provider": provider}, "outputs": {"host": host}});
    declaration(
        "ResourceType",
        "route",
        json!({
            "standalone": true,
            "params": {"type": "object", "additionalProperties": false, "properties": {
                "host": {"type": "string", "default": "", "description": "Host"},
                "path": {"type": "string", "default": "/", "description": "Path"},
            }},
            "classes": {"standard": {}}, "defaultClass": "standard", "outputs": {"host": {"description": "Host"}},
            "provisioners": [on("aws"), on("kubernetes")],
        }),
    )
}

fn routed(name: &str, params: Value) -> Value {
    service(name, json!({}), json!({"resources": {"web": {"type": "route", "params": params}}}))
}

#[test]
fn two_routes_at_one_address_are_told_once_for_all_environments() {
    let shop = json!({"host": "shop.example.com"});
    let documents =
        with(vec![route(), routed("a", shop.clone()), routed("b", json!({"host": "shop.example.com", "path": "//"}))]);
    let finding = only(&documents, "provision/host-clash");
    assert_eq!(finding.message, "web of a and web of b would both answer at `shop.example.com/`");
    assert_eq!(
        (finding.at.path.as_str(), pointed(&documents, &finding)),
        ("catalog/service-b.yaml", "\"shop.example.com\"")
    );
    assert_eq!(finding.related[0].at.path.as_str(), "catalog/service-a.yaml");
    assert_eq!(finding.related[0].text, "web of a answers there");

    let pay = json!({"host": "shop.example.com", "path": "/pay"});
    let documents =
        with(vec![route(), routed("a", shop), routed("b", pay), routed("c", json!({})), routed("d", json!({}))]);
    assert_eq!(provisioned(&documents).1, []);
}

#[test]
fn a_host_that_another_service_has_by_default_is_taken_in_that_environment_alone() {
    let mut documents = vec![route(), routed("a", json!({})), routed("b", json!({"host": "a.staging.shop.example"}))];
    let finding = only(&with(documents.clone()), "provision/host-clash");
    assert_eq!(finding.message, "web of a and web of b would both answer at `a.staging.shop.example/`");
    documents[1]["spec"]["environments"] = json!({"staging": {"enabled": false}});
    assert_eq!(provisioned(&with(documents)).1, []);
}

#[test]
fn an_environment_without_private_addresses_is_told_where_they_are_needed() {
    let mut on_network = redis();
    on_network["spec"]["provisioners"][1]["network"] = json!({"egress": [{"to": "network", "port": 6379}]});
    let more = service("pay", json!({"H": "${resources.p.host}"}), json!({"resources": {"p": {"type": "redis"}}}));
    let documents = documents(&[ground(), vec![on_network, cart(), more]].concat(), &[REDIS_MODULE]);
    let finding = only(&documents, "provision/unknown-network");
    assert_eq!(
        finding.message,
        "environment staging names no private addresses, so nothing can be reached over its network"
    );
    assert_eq!(
        (finding.at.path.as_str(), pointed(&documents, &finding)),
        ("catalog/environment-staging.yaml", "\"kubernetes\"")
    );
    assert_eq!(finding.related[0].at.path.as_str(), "golden-paths/resources/redis/resource-type.yaml");
    assert_eq!(provisioned(&documents).0.len(), 4, "a warning keeps nothing back");
}
