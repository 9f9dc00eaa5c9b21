//! Whole units: from declarations to what emitters see.

mod mistakes;
mod prices;

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
        json!({"resources": {"carts": {"type": "redis"}}, "service": {"ports": {"grpc": {"port": 7070}}}}),
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
fn renaming_a_service_keeps_the_names_of_what_holds_its_data() {
    let mut renamed = cart();
    renamed["metadata"]["name"] = json!("trolley");
    renamed["spec"]["renamedFrom"] = json!("cart");
    let (before, after) = (with(vec![cart()]), with(vec![renamed]));
    let (before, after) = (units(&before), units(&after));
    for environment in ["production", "staging"] {
        let [old, new] = [(&before, "cart"), (&after, "trolley")]
            .map(|(units, name)| &unit(units, &format!("{environment}/{name}")).resources[0]);
        assert_eq!(old.terraform, new.terraform);
        assert_eq!(old.manifests, new.manifests);
        assert_eq!(old.outputs, new.outputs);
        assert_eq!((&old.name, &old.secret_name, &old.grants), (&new.name, &new.secret_name, &new.grants));
    }
    assert_eq!(unit(&after, "production/trolley").state_folder(), "production/cart");
}

#[test]
fn a_renamed_shared_resource_is_known_to_its_users_by_its_former_name() {
    let shared = |id: &str| {
        service(
            id,
            json!({"A": "${resources.s.host}"}),
            json!({"resources": {"s": {"type": "redis", "id": "sessions"}}}),
        )
    };
    let mut declared = declaration("Resource", "sessions", json!({"type": "redis"}));
    declared["spec"]["renamedFrom"] = json!("logins");
    let documents = with(vec![shared("cart"), declared]);
    let units = units(&documents);
    let own = &unit(&units, "production/_shared/sessions").resources[0];
    assert_eq!(own.terraform.as_ref().unwrap().variables["name"], "acme-production-logins");
    assert_eq!(own.terraform.as_ref().unwrap().label, "sessions");
    let used = &unit(&units, "production/cart").resources[0];
    assert_eq!(used.outputs["host"], own.outputs["host"]);
    assert_eq!(unit(&units, "production/_shared/sessions").state_folder(), "production/_shared/logins");
}

#[test]
fn two_services_cannot_have_been_the_same_one() {
    let renamed = |name: &str| service(name, json!({}), json!({"renamedFrom": "cart"}));
    let finding = only_in(&with(vec![renamed("basket"), renamed("trolley")]), "production/cart");
    assert_eq!(finding.rule.id, "provision/name-collision");
    assert!(
        finding.message.contains("service basket in production and service trolley in production"),
        "{}",
        finding.message
    );
}

/// The finding whose message names this.
fn only_in(documents: &Documents, named: &str) -> Finding {
    let (_, findings) = provisioned(documents);
    findings
        .into_iter()
        .find(|finding| finding.message.contains(named))
        .unwrap_or_else(|| panic!("nothing names {named}"))
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
