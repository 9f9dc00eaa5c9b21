//! Whole units: from declarations to what emitters see.

use super::fixture::{
    REDIS_MODULE, declaration, documents, ground, pointed, provisioned, redis, service, shown, units,
};
use super::*;
use crate::model::Finding;
use crate::model::kinds::resource_type::EgressTarget;
use serde_json::{Value, json};

fn with(more: Vec<Value>) -> Documents {
    documents(&[ground(), vec![redis()], more].concat(), &[REDIS_MODULE])
}

fn cart() -> Value {
    service(
        "cart",
        json!({"ADDRESS": "${resources.carts.host}:${resources.carts.port}", "PASSWORD": "${resources.carts.password}"}),
        json!({"resources": {"carts": {"type": "redis"}}}),
    )
}

fn unit<'u, 'd>(units: &'u [ProvisionedUnit<'d>], folder: &str) -> &'u ProvisionedUnit<'d> {
    units.iter().find(|unit| unit.id.folder() == folder).unwrap_or_else(|| panic!("no unit {folder}"))
}

fn only(documents: &Documents, rule: &str) -> Finding {
    let (_, findings) = provisioned(documents);
    let all: Vec<String> = findings.iter().map(shown).collect();
    let mut matching = findings.into_iter().filter(|finding| finding.rule.id == rule);
    let found = matching.next().unwrap_or_else(|| panic!("nothing says {rule}: {all:#?}"));
    assert!(matching.next().is_none(), "{all:#?}");
    found
}

#[test]
fn a_resource_on_aws_becomes_a_module_call_and_references() {
    let documents = with(vec![cart()]);
    let units = units(&documents);
    let unit = unit(&units, "production/cart");
    let carts = &unit.resources[0];
    let call = carts.terraform.as_ref().unwrap();
    assert_eq!((call.label.as_str(), call.folder.as_str(), call.files.len()), ("carts", "redis-aws", 1));
    assert_eq!(call.variables["name"], "acme-production-cart-carts");
    assert_eq!(call.variables["node_type"], "t4g.small");
    assert_eq!(call.variables["replicas"], 1);
    assert_eq!(
        call.variables["tags"],
        json!({
            "team": "x", "app.kubernetes.io/name": "cart-carts", "app.kubernetes.io/part-of": "acme",
            "app.kubernetes.io/managed-by": "pavior", "pavior.dev/environment": "production",
            "pavior.dev/owner": "shopping", "pavior.dev/resource": "cart-carts",
        })
    );
    let at = |path: &str, property: &str| Output::Store { path: path.into(), property: Some(property.into()) };
    assert_eq!(carts.outputs["host"], at("acme/production/cart/carts", "host"));
    assert_eq!(carts.outputs["password"], at("acme/production/cart/carts/credentials", "password"));
    assert_eq!(carts.outputs["port"], Output::Plain("6379".into()));
    assert_eq!(carts.egress, [(EgressTarget::Network, 6379)]);
    assert_eq!(carts.grants[0].resources, ["arn:aws:x:acme-production-cart-carts"]);
    assert_eq!((carts.cost[0].sku.as_str(), carts.cost[0].quantity), ("redis/t4g.small", 2_000_000));
    assert_eq!(carts.used_outputs, ["host", "password", "port"].map(str::to_owned).into());
}

#[test]
fn a_resource_in_the_cluster_becomes_objects() {
    let documents = with(vec![cart()]);
    let units = units(&documents);
    let carts = &unit(&units, "staging/cart").resources[0];
    assert_eq!(carts.terraform, None);
    let object = &carts.manifests[0];
    assert_eq!(object["metadata"]["namespace"], "shop");
    assert_eq!(
        object["spec"]["selector"],
        json!({"app.kubernetes.io/name": "cart-carts", "pavior.dev/resource": "cart-carts"})
    );
    assert_eq!(carts.outputs["password"], Output::Secret { name: "cart-carts".into(), key: "password".into() });
    assert_eq!(carts.capacity["memory"], "1Gi");
    assert_eq!(carts.egress, [(EgressTarget::Pods, 6379)]);
}

#[test]
fn secrets_reach_containers_by_reference_only() {
    let documents = with(vec![cart()]);
    let units = units(&documents);
    let variables = |folder: &str| unit(&units, folder).workload.clone().unwrap().containers[0].environment.clone();
    let text =
        |name: &str, value: &str| EnvironmentVariable { name: name.into(), value: VariableValue::Text(value.into()) };
    let secret = |name: &str, secret: &str, key: &str| EnvironmentVariable {
        name: name.into(),
        value: VariableValue::Secret { name: secret.into(), key: key.into() },
    };
    assert_eq!(
        variables("production/cart"),
        [
            secret("PAVIOR_CARTS_HOST", "cart-carts-outputs", "host"),
            text("ADDRESS", "$(PAVIOR_CARTS_HOST):6379"),
            secret("PASSWORD", "cart-carts-outputs", "password"),
        ]
    );
    assert_eq!(
        variables("staging/cart"),
        [text("ADDRESS", "cart-carts:6379"), secret("PASSWORD", "cart-carts", "password")]
    );
}

#[test]
fn a_shared_resource_is_realised_once_and_used_by_all() {
    let shared = json!({"resources": {"store": {"type": "redis", "id": "ledger"}}});
    let variables = json!({"HOST": "${resources.store.host}"});
    let documents = with(vec![
        declaration("Resource", "ledger", json!({"type": "redis", "class": "large"})),
        service("one", variables.clone(), shared.clone()),
        service("two", variables, shared),
    ]);
    let units = units(&documents);
    let realised = &unit(&units, "production/_shared/ledger").resources[0];
    assert!(realised.own && realised.terraform.is_some());
    for (folder, secret) in [("production/one", "one-store-outputs"), ("production/two", "two-store-outputs")] {
        let used = &unit(&units, folder).resources[0];
        assert!(!used.own && used.terraform.is_none() && used.manifests.is_empty() && used.cost.is_empty());
        assert_eq!((used.name.as_str(), &used.outputs, &used.grants), ("ledger", &realised.outputs, &realised.grants));
        assert_eq!(used.secret_name, secret);
    }
    assert_eq!(unit(&units, "staging/_shared/ledger").resources[0].manifests.len(), 1);
    assert_eq!(unit(&units, "staging/one").resources[0].manifests.len(), 0);
}

fn identity() -> Value {
    declaration(
        "ResourceType",
        "identity",
        json!({
            "implicit": true,
            "params": {"type": "object", "additionalProperties": false, "properties": {}},
            "classes": {"standard": {}}, "defaultClass": "standard",
            "outputs": {"principal": {"description": "Role"}},
            "provisioners": [{
                "environment": {"provider": "aws"},
                "terraform": {"module": "./aws", "variables": {"grants": "${grants}", "service": "${service.name}"}},
                "outputs": {"principal": "arn:aws:iam::${environment.aws.account}:role/${names.short(64)}"},
            }],
        }),
    )
}

const IDENTITY_MODULE: (&str, &str) =
    ("golden-paths/resources/identity/aws/main.tf", "variable \"grants\" {}\nvariable \"service\" {}\n");

#[test]
fn every_service_has_an_identity_with_the_grants_of_its_resources() {
    let documents =
        documents(&[ground(), vec![redis(), identity(), cart()]].concat(), &[REDIS_MODULE, IDENTITY_MODULE]);
    let units = units(&documents);
    let resources = &unit(&units, "production/cart").resources;
    assert_eq!(resources.iter().map(|r| r.local.as_str()).collect::<Vec<_>>(), ["carts", "identity"]);
    assert_eq!(
        resources[1].terraform.as_ref().unwrap().variables["grants"],
        json!([{"actions": ["elasticache:Connect"], "resources": ["arn:aws:x:acme-production-cart-carts"]}])
    );
    let in_cluster = &unit(&units, "staging/cart").resources;
    assert_eq!(in_cluster.len(), 1, "the cluster has no provisioner of identities, which is no mistake");
}

fn secret() -> Value {
    declaration(
        "ResourceType",
        "secret",
        json!({
            "params": {"type": "object", "additionalProperties": false, "required": ["keys"], "properties": {
                "keys": {"type": "array", "minItems": 1, "maxItems": 2, "description": "Keys", "items": {"type": "string"}},
                "generate": {"type": "boolean", "default": true, "description": "Whether"},
                "rotationDays": {"type": "integer", "default": 0, "maximum": 90, "description": "Days"},
            }},
            "classes": {"standard": {}}, "defaultClass": "standard",
            "outputs": {"*": {"description": "Value", "secret": true}},
            "provisioners": [{"environment": {"provider": "aws"},
                "outputs": {"*": {"store": {"path": "${store.path}/${output}", "property": "value"}}}}],
        }),
    )
}

fn request(rotation: &str) -> Value {
    declaration(
        "SecretRequest",
        "gateway",
        json!({
            "service": "pay", "environments": ["production"], "rotation": rotation,
            "keys": {"API_KEY": {"description": "Opens it"}, "SIGNING_KEY": {"description": "Signs"}},
            "reason": "It calls the payment gateway",
        }),
    )
}

fn pay() -> Value {
    let variables = json!({"URL": "https://${secrets.gateway.API_KEY}@x", "KEY": "${secrets.gateway.SIGNING_KEY}"});
    service("pay", variables, json!({"environments": {"staging": {"enabled": false}}}))
}

#[test]
fn a_secret_request_is_a_resource_whose_owner_fills_the_keys() {
    let documents = with(vec![secret(), request("60d"), pay()]);
    let units = units(&documents);
    let unit = unit(&units, "production/pay");
    let gateway = &unit.resources[0];
    assert_eq!(
        Value::Object(gateway.params.clone()),
        json!({"keys": ["API_KEY", "SIGNING_KEY"], "generate": false, "rotationDays": 60})
    );
    let path = "acme/production/pay/gateway/API_KEY".to_owned();
    assert_eq!(gateway.outputs["API_KEY"], Output::Store { path, property: Some("value".into()) });
    let names: Vec<_> =
        unit.workload.as_ref().unwrap().containers[0].environment.iter().map(|v| v.name.as_str()).collect();
    assert_eq!(names, ["PAVIOR_GATEWAY_API_KEY", "URL", "KEY"]);
}

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
}

#[test]
fn params_take_plain_values_of_other_resources_and_no_secrets() {
    let link = |placeholder: &str| {
        let topic = declaration(
            "ResourceType",
            "alias",
            json!({
                "standalone": true,
                "params": {"type": "object", "additionalProperties": false, "properties": {
                    "to": {"type": "string", "default": "", "description": "To"}}},
                "classes": {"standard": {}}, "defaultClass": "standard",
                "outputs": {"name": {"description": "Name"}},
                "provisioners": [
                    {"environment": {"provider": "aws"}, "outputs": {"name": "${params.to}!"}},
                    {"environment": {"provider": "kubernetes"}, "outputs": {"name": "${params.to}!"}},
                ],
            }),
        );
        let resources = json!({"resources": {
            "a": {"type": "alias", "params": {"to": placeholder}}, "b": {"type": "alias", "params": {"to": "${metadata.name}"}},
            "c": {"type": "redis"}}});
        with(vec![
            topic,
            service(
                "x",
                json!({"A": "${resources.a.name}", "C": "${resources.c.host}", "B": "${resources.b.name}"}),
                resources,
            ),
        ])
    };
    let documents = link("${resources.b.name}/${environment.domain}/$${x}");
    let units = units(&documents);
    let resources = &unit(&units, "production/x").resources;
    assert_eq!(
        resources[0].outputs["name"],
        Output::Plain("x!/shop.example/${x}!".into()),
        "b comes first, a stays first"
    );
    assert_eq!(resources[0].local.as_str(), "a");
    let documents = link("x ${resources.c.password}");
    let finding = only(&documents, "provision/param-placeholder");
    assert_eq!(pointed(&documents, &finding), "${resources.c.password}");
    let documents = link("${resources.a.name}");
    assert!(only(&documents, "provision/resource-cycle").message.contains("use its own outputs"));
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

#[test]
fn the_order_of_declarations_changes_nothing() {
    let shared =
        json!({"resources": {"store": {"type": "redis", "id": "ledger"}, "own": {"type": "redis", "class": "large"}}});
    let variables = json!({"A": "${resources.store.password}-${resources.own.host}", "B": "${services.cart.host}"});
    let mut all = ground();
    all.extend([
        redis(),
        identity(),
        secret(),
        cart(),
        request("60d"),
        pay(),
        declaration("Resource", "ledger", json!({"type": "redis"})),
        service("one", variables.clone(), shared.clone()),
        service("two", variables, shared),
    ]);
    let files = [REDIS_MODULE, IDENTITY_MODULE];
    let text = |all: &[Value]| {
        let documents = documents(all, &files);
        units(&documents)
            .iter()
            .map(|unit| format!("{:?} {:?} {:?}", unit.id, unit.workload, unit.resources))
            .collect::<Vec<_>>()
    };
    let forward = text(&all);
    all.reverse();
    let backward = text(&all);
    assert!(forward.len() >= 8);
    assert_eq!(forward, backward);
}
