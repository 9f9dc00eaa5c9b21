//! What runs, as declared services ask for it.

use crate::model::kinds::environment::PreviewInstance;
use crate::model::kinds::workload::Protocol;
use crate::model::{Finding, Name, Severity};
use crate::provision::fixture::{
    REDIS_MODULE, declaration, documents, ground, pointed, provisioned, redis, service, shown, units,
};
use crate::provision::{FileContent, ProvisionedUnit, SecretTextPart, VariableValue, WorkloadPlan};
use crate::read::Documents;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn with(services: Vec<Value>) -> Documents {
    documents(&[ground(), vec![redis()], services].concat(), &[REDIS_MODULE])
}

fn plan_in(environment: &str, name: &str, services: Vec<Value>) -> WorkloadPlan {
    let documents = with(services);
    let units: Vec<ProvisionedUnit<'_>> = units(&documents);
    let folder = format!("{environment}/{name}");
    units.iter().find(|unit| unit.id.folder() == folder).unwrap().workload.clone().unwrap()
}

fn variables(plan: &WorkloadPlan) -> Vec<String> {
    plan.containers[0]
        .environment
        .iter()
        .map(|variable| match &variable.value {
            VariableValue::Text(text) => format!("{}={text}", variable.name),
            VariableValue::Secret { name, key } => format!("{}<-{name}/{key}", variable.name),
        })
        .collect()
}

fn errors(documents: &Documents) -> Vec<Finding> {
    provisioned(documents).1
}

fn callee() -> Value {
    service(
        "cart",
        json!({}),
        json!({"service": {"ports": {
            "grpc": {"port": 7070}, "admin": {"port": 80, "targetPort": 8080}, "stats": {"port": 8125, "protocol": "UDP"},
        }}}),
    )
}

#[test]
fn plain_placeholders_are_values() {
    let caller = service(
        "shop",
        json!({
            "CART": "${services.cart.host}:${services.cart.ports.admin}", "ME": "${metadata.name} of ${metadata.owner}",
            "HERE": "${environment.name}/${environment.class}/${environment.namespace}/${environment.domain}",
            "LITERAL": "$${x} $(HOME)",
        }),
        json!({}),
    );
    let plan = plan_in("staging", "shop", vec![caller, callee()]);
    assert_eq!(
        variables(&plan),
        [
            "CART=cart:80",
            "ME=shop of shopping",
            "HERE=staging/staging/shop/staging.shop.example",
            "LITERAL=${x} $$(HOME)"
        ]
    );
    assert_eq!(calls(&plan), ["cart TCP 8080"], "network policies are about the ports that containers listen on");
}

fn calls(plan: &WorkloadPlan) -> Vec<String> {
    let of = |(name, ports): (&Name, &BTreeSet<(Protocol, i32)>)| -> Vec<String> {
        ports.iter().map(|(protocol, port)| format!("{name} {} {port}", protocol.as_str())).collect()
    };
    plan.calls.iter().flat_map(of).collect()
}

#[test]
fn who_names_no_port_calls_all_each_by_its_protocol() {
    let caller = service("shop", json!({"CART": "${services.cart.host}"}), json!({}));
    let plan = plan_in("staging", "shop", vec![caller, callee()]);
    assert_eq!(calls(&plan), ["cart TCP 7070", "cart TCP 8080", "cart UDP 8125"]);
}

#[test]
fn helper_variables_never_take_the_name_of_a_users() {
    let service = service(
        "shop",
        json!({
            "PAVIOR_DB_PASSWORD": "mine", "A": "${resources.db.password}@${resources.db.host}$",
            "B": "x$${resources.db.password}", "C": "$${resources.db.host}",
        }),
        json!({"resources": {"db": {"type": "redis"}}}),
    );
    assert_eq!(
        variables(&plan_in("production", "shop", vec![service])),
        [
            "PAVIOR_DB_PASSWORD_2<-shop-db-outputs/password",
            "PAVIOR_DB_HOST<-shop-db-outputs/host",
            "PAVIOR_DB_PASSWORD=mine",
            "A=$(PAVIOR_DB_PASSWORD_2)@$(PAVIOR_DB_HOST)$",
            "B=x${resources.db.password}",
            "C=${resources.db.host}",
        ]
    );
}

#[test]
fn files_with_secrets_are_rendered_in_the_cluster() {
    let mut service = service("shop", json!({}), json!({"resources": {"db": {"type": "redis"}}}));
    service["spec"]["containers"]["main"]["files"] = json!({
        "/etc/plain": {"content": "port=${resources.db.port}"},
        "/etc/secret": {"content": "password=${resources.db.password}\n", "mode": "0640"},
        "/etc/raw": {"content": "${not.expanded}", "noExpand": true},
        "/etc/logo": {"binaryContent": "aGk="},
    });
    let plan = plan_in("production", "shop", vec![service]);
    let files = &plan.containers[0].files;
    assert_eq!(files["/etc/plain"].content, FileContent::Text("port=6379".into()));
    assert_eq!(files["/etc/raw"].content, FileContent::Text("${not.expanded}".into()));
    assert_eq!(files["/etc/logo"].content, FileContent::Binary("aGk=".into()));
    assert_eq!(files["/etc/secret"].mode, Some(0o640));
    let FileContent::Secret(parts) = &files["/etc/secret"].content else { panic!("{:?}", files["/etc/secret"]) };
    let output = |output: &str| SecretTextPart::Output {
        resource: crate::model::Name::parse("db").unwrap(),
        output: output.into(),
    };
    assert_eq!(
        *parts,
        [SecretTextPart::Text("password=".into()), output("password"), SecretTextPart::Text("\n".into())]
    );
}

fn with_resources(resources: Value) -> Value {
    let mut service = service("shop", json!({}), json!({}));
    service["spec"]["containers"]["main"]["resources"] = resources;
    service
}

#[test]
fn limits_follow_from_requests() {
    for (given, expected) in [
        (json!({}), ["100m", "128Mi", "200m", "128Mi"]),
        (json!({"requests": {"cpu": "500m", "memory": "1Gi"}}), ["500m", "1Gi", "1", "1Gi"]),
        (json!({"requests": {"cpu": "1.5"}, "limits": {"memory": "64Mi"}}), ["1.5", "64Mi", "3", "64Mi"]),
        (json!({"limits": {"cpu": "50m", "memory": "1Gi"}}), ["50m", "128Mi", "50m", "1Gi"]),
        (json!({"requests": {"cpu": "0.25"}}), ["0.25", "128Mi", "500m", "128Mi"]),
    ] {
        let plan = plan_in("staging", "shop", vec![with_resources(given.clone())]);
        let container = &plan.containers[0];
        let amounts = [
            &container.requests["cpu"],
            &container.requests["memory"],
            &container.limits["cpu"],
            &container.limits["memory"],
        ];
        assert_eq!(amounts, expected, "{given}");
    }
}

#[test]
fn a_limit_below_its_request_is_told_where_it_is() {
    let mut service = with_resources(json!({"requests": {"memory": "1Gi"}, "limits": {"memory": "2Gi"}}));
    service["spec"]["environments"] = json!({"staging": {"containers": {"main": {"limits": {"memory": "512Mi"}}}}});
    let documents = with(vec![service]);
    let found = errors(&documents);
    assert_eq!(found.len(), 1, "{:?}", found.iter().map(shown).collect::<Vec<_>>());
    assert_eq!(found[0].message, "the memory limit 512Mi is below the request 1Gi");
    assert_eq!(pointed(&documents, &found[0]), "\"512Mi\"");

    let told_when_read = with_resources(json!({"requests": {"memory": "1Gi"}, "limits": {"memory": "512Mi"}}));
    assert_eq!(errors(&with(vec![told_when_read])).len(), 0, "once is enough");
}

fn replicas(environment: &str, spec: Value) -> (i32, i32, Option<i32>) {
    let replicas = plan_in(environment, "shop", vec![service("shop", json!({}), spec)]).replicas;
    (replicas.min, replicas.max, replicas.cpu)
}

#[test]
fn replicas_follow_the_class_of_the_environment() {
    assert_eq!(replicas("production", json!({})), (2, 2, None));
    assert_eq!(replicas("staging", json!({})), (1, 1, None));
    assert_eq!(replicas("production", json!({"scaling": {"max": 6}})), (2, 6, Some(70)));
    assert_eq!(replicas("production", json!({"scaling": {"max": 1}})), (1, 1, None));
    assert_eq!(replicas("production", json!({"scaling": {"min": 3, "max": 6, "cpu": "55.9%"}})), (3, 6, Some(55)));
    assert_eq!(replicas("staging", json!({"scaling": {"min": 0}})), (0, 0, None));
    let cron = json!({"workload": "cron", "schedule": {"cron": "0 3 * * *"}, "scaling": {"min": 4}});
    assert_eq!(replicas("production", cron), (1, 1, None));
}

#[test]
fn ranges_that_make_no_sense_are_told() {
    let documents = with(vec![service("shop", json!({}), json!({"scaling": {"min": 0, "max": 3}}))]);
    let found = errors(&documents);
    assert_eq!(found[0].rule.id, "provision/scaling-range");
    assert!(found[0].message.contains("cannot scale from 0 to 3"));
}

fn volume() -> Value {
    declaration(
        "ResourceType",
        "volume",
        json!({
            "params": {"type": "object", "additionalProperties": false, "properties": {}},
            "classes": {"small": {}}, "defaultClass": "small", "outputs": {},
            "provisioners": [
                {"environment": {"provider": "aws"}, "outputs": {}, "claim": {"storageClassName": "${environment.storageClass}"}},
                {"environment": {"provider": "kubernetes"}, "outputs": {}, "claim": {"storageClassName": "${environment.storageClass}"}},
            ],
        }),
    )
}

#[test]
fn a_service_with_a_volume_does_not_scale_by_load() {
    let mut shop =
        service("shop", json!({}), json!({"resources": {"data": {"type": "volume"}}, "scaling": {"min": 1, "max": 4}}));
    shop["spec"]["containers"]["main"]["volumes"] = json!({"/data": {"source": "${resources.data}", "readOnly": true}});
    let documents = with(vec![volume(), shop]);
    let (units, findings) = provisioned(&documents);
    assert!(
        findings.iter().all(|finding| finding.rule.id == "provision/stateful-scaling"),
        "{:?}",
        findings.iter().map(shown).collect::<Vec<_>>()
    );
    assert_eq!(pointed(&documents, &findings[0]), "4");
    let production = units.iter().find(|unit| unit.id.folder() == "production/shop").unwrap();
    let plan = production.workload.as_ref().unwrap();
    assert_eq!((plan.replicas.min, plan.replicas.max), (1, 1));
    assert!(plan.containers[0].volumes["/data"].read_only);
    assert_eq!(production.resources[0].claim.as_ref().unwrap()["storageClassName"], "gp3");
}

#[test]
fn a_static_site_is_probed_at_its_front_page() {
    let site = json!({"workload": "static", "service": {"ports": {"http": {"port": 80, "targetPort": 8080}}}});
    let plan = plan_in("staging", "shop", vec![service("shop", json!({}), site)]);
    let probe = plan.containers[0].readiness_probe.clone().unwrap().http_get.unwrap();
    assert_eq!((probe.path.as_str(), probe.port), ("/", 8080));
    assert_eq!(plan.containers[0].writable, ["/tmp"]);
    let plan = plan_in("staging", "shop", vec![service("shop", json!({}), json!({}))]);
    assert_eq!(plan.containers[0].readiness_probe, None);
    assert_eq!(plan.containers[0].user, 10_001);
}

#[test]
fn the_only_port_of_a_service_has_to_be_the_only_one() {
    let caller = service("shop", json!({"CART": "${services.cart.host}:${services.cart.port}"}), json!({}));
    let documents = with(vec![caller, callee()]);
    let found = errors(&documents);
    assert!(
        found.iter().any(|finding| finding.message.contains("`grpc`, `admin` and `stats`")
            || finding.help.iter().any(|h| h.contains("grpc"))),
        "{:?}",
        found.iter().map(shown).collect::<Vec<_>>()
    );
}

fn route() -> Value {
    declaration(
        "ResourceType",
        "route",
        json!({
            "standalone": true,
            "params": {"type": "object", "additionalProperties": false, "properties": {
                "port": {"type": "string", "default": "http", "description": "Port"}}},
            "classes": {"standard": {}}, "defaultClass": "standard", "outputs": {},
            "provisioners": [
                {"environment": {"provider": "aws"}, "outputs": {}, "network": {"ingress": [{"from": "gateway", "port": "${params.port}"}]}},
                {"environment": {"provider": "kubernetes"}, "outputs": {}, "network": {"ingress": [{"from": "gateway", "port": "${params.port}"}]}},
            ],
        }),
    )
}

#[test]
fn a_route_leads_to_where_containers_listen() {
    let shop = |port: Value| {
        let ports = json!({"http": {"port": 80, "targetPort": 8080}, "grpc": {"port": 7070}});
        service(
            "shop",
            json!({}),
            json!({"service": {"ports": ports}, "resources": {"web": {"type": "route", "params": port}}}),
        )
    };
    for (params, port) in [(json!({}), 8080), (json!({"port": "grpc"}), 7070), (json!({"port": "80"}), 8080)] {
        let documents = with(vec![route(), shop(params)]);
        assert_eq!(units(&documents)[0].resources[0].gateway_ports, [port]);
    }
    let documents = with(vec![route(), shop(json!({"port": "htp"}))]);
    let found = errors(&documents);
    assert_eq!((found[0].rule.id, found[0].help[0].as_str()), ("provision/route-port", "did you mean `http`?"));
    assert_eq!(pointed(&documents, &found[0]), "\"htp\"");
}

#[test]
fn outputs_of_the_store_need_a_store() {
    let mut ground = ground();
    ground[2]["spec"].as_object_mut().unwrap().remove("secretStore");
    let shop =
        service("shop", json!({"P": "${resources.db.password}"}), json!({"resources": {"db": {"type": "redis"}}}));
    let documents = documents(&[ground, vec![redis(), shop]].concat(), &[REDIS_MODULE]);
    let found = errors(&documents);
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("environment production has no `secretStore`"), "{}", found[0].message);
}

/// What a service is in an environment of one pull request that clones these.
fn cloned(clones: &[&str], services: Vec<Value>) -> Result<WorkloadPlan, Vec<String>> {
    let pattern = json!({
        "type": "preview", "class": "development", "provider": "kubernetes", "domain": "p.example",
        "preview": {"shares": "staging"},
    });
    let mut documents = with([vec![declaration("Environment", "preview", pattern)], services].concat());
    let environments = &mut documents.declarations.environments;
    let pattern = environments.iter_mut().find(|one| one.spec.preview.is_some()).unwrap();
    pattern.spec.preview.as_mut().unwrap().instance = Some(Box::new(PreviewInstance {
        pull: 7,
        clones: clones.iter().map(|name| Name::parse(name).unwrap()).collect(),
        author: "jo".to_owned(),
        team: None,
        expires: None,
    }));
    let (units, findings) = provisioned(&documents);
    let errors: Vec<String> = findings.iter().filter(|f| f.rule.severity == Severity::Error).map(shown).collect();
    let unit = units.iter().find(|unit| unit.id.folder() == format!("preview/{}", clones[0]));
    unit.and_then(|unit| unit.workload.clone()).filter(|_| errors.is_empty()).ok_or(errors)
}

#[test]
fn what_a_preview_has_not_cloned_is_called_where_it_is_shared() {
    let web = || service("web", json!({"CART": "${services.cart.host}:${services.cart.ports.grpc}"}), json!({}));
    let both = cloned(&["web", "cart"], vec![web(), callee()]).unwrap();
    assert_eq!((variables(&both), both.lent.len()), (vec!["CART=cart:7070".to_owned()], 0));
    let alone = cloned(&["web"], vec![web(), callee()]).unwrap();
    assert_eq!(variables(&alone), ["CART=cart.shop.svc:7070"]);
    assert_eq!(alone.lent.values().map(Name::as_str).collect::<Vec<_>>(), ["shop"]);
    assert_eq!(alone.calls.keys().collect::<Vec<_>>(), alone.lent.keys().collect::<Vec<_>>());
    // Where it does not run there either, it is missed as anywhere.
    let mut gone = callee();
    gone["spec"]["environments"] = json!({"staging": {"enabled": false}});
    let errors = cloned(&["web"], vec![web(), gone]).unwrap_err();
    assert!(errors.iter().any(|error| error.contains("cart")), "{errors:?}");
}

#[test]
fn a_job_that_fills_previews_runs_in_them_alone() {
    let filled = |data: &str| {
        let jobs = json!({"seed": {"command": ["fill"]}, "migrate": {"command": ["migrate"]}});
        service("web", json!({}), json!({"jobs": jobs, "preview": {"data": data}}))
    };
    let names = |plan: &WorkloadPlan| plan.jobs.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&cloned(&["web"], vec![filled("seed")]).unwrap()), ["seed", "migrate"]);
    assert_eq!(names(&plan_in("staging", "web", vec![filled("seed")])), ["migrate"]);
    assert_eq!(names(&plan_in("staging", "web", vec![filled("empty")])), ["seed", "migrate"]);
}
