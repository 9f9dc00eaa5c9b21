//! The compiled Online Boutique is the Online Boutique: each service as its own manifests have it.

use crate::compiled::{Compiled, shipped};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const ENVIRONMENTS: [&str; 4] = ["local", "preview", "production", "staging"];

/// What is known of one service from the project that wrote it.
struct Fact {
    service: &'static str,
    /// The port that callers connect to, and the one that the container listens on.
    port: Option<(i64, i64)>,
    calls: &'static [&'static str],
    cpu: (&'static str, &'static str),
    memory: (&'static str, &'static str),
    /// Seconds until the first probe.
    delay: Option<i64>,
    /// Variables that name no peer.
    variables: &'static [(&'static str, &'static str)],
}

const OFF: (&str, &str) = ("DISABLE_PROFILER", "1");

const FACTS: [Fact; 11] = [
    Fact {
        service: "frontend",
        port: Some((80, 8080)),
        calls: &[
            "productcatalogservice",
            "currencyservice",
            "cartservice",
            "recommendationservice",
            "shippingservice",
            "checkoutservice",
            "adservice",
        ],
        cpu: ("100m", "200m"),
        memory: ("64Mi", "128Mi"),
        delay: Some(10),
        variables: &[("PORT", "8080")],
    },
    Fact {
        service: "cartservice",
        port: Some((7070, 7070)),
        calls: &[],
        cpu: ("200m", "300m"),
        memory: ("64Mi", "128Mi"),
        delay: Some(15),
        variables: &[],
    },
    Fact {
        service: "productcatalogservice",
        port: Some((3550, 3550)),
        calls: &[],
        cpu: ("100m", "200m"),
        memory: ("64Mi", "128Mi"),
        delay: None,
        variables: &[("PORT", "3550"), OFF],
    },
    Fact {
        service: "currencyservice",
        port: Some((7000, 7000)),
        calls: &[],
        cpu: ("100m", "200m"),
        memory: ("64Mi", "128Mi"),
        delay: None,
        variables: &[("PORT", "7000"), OFF],
    },
    Fact {
        service: "paymentservice",
        port: Some((50051, 50051)),
        calls: &[],
        cpu: ("100m", "200m"),
        memory: ("64Mi", "128Mi"),
        delay: None,
        variables: &[("PORT", "50051"), OFF],
    },
    Fact {
        service: "shippingservice",
        port: Some((50051, 50051)),
        calls: &[],
        cpu: ("100m", "200m"),
        memory: ("64Mi", "128Mi"),
        delay: None,
        variables: &[("PORT", "50051"), OFF],
    },
    Fact {
        service: "emailservice",
        port: Some((5000, 8080)),
        calls: &[],
        cpu: ("100m", "200m"),
        memory: ("64Mi", "128Mi"),
        delay: None,
        variables: &[("PORT", "8080"), OFF],
    },
    Fact {
        service: "checkoutservice",
        port: Some((5050, 5050)),
        calls: &[
            "productcatalogservice",
            "shippingservice",
            "paymentservice",
            "emailservice",
            "currencyservice",
            "cartservice",
        ],
        cpu: ("100m", "200m"),
        memory: ("64Mi", "128Mi"),
        delay: None,
        variables: &[("PORT", "5050")],
    },
    Fact {
        service: "recommendationservice",
        port: Some((8080, 8080)),
        calls: &["productcatalogservice"],
        cpu: ("100m", "200m"),
        memory: ("220Mi", "450Mi"),
        delay: None,
        variables: &[("PORT", "8080"), OFF],
    },
    Fact {
        service: "adservice",
        port: Some((9555, 9555)),
        calls: &[],
        cpu: ("200m", "300m"),
        memory: ("180Mi", "300Mi"),
        delay: Some(20),
        variables: &[("PORT", "9555")],
    },
    Fact {
        service: "loadgenerator",
        port: None,
        calls: &["frontend"],
        cpu: ("300m", "500m"),
        memory: ("256Mi", "512Mi"),
        delay: None,
        variables: &[("USERS", "10"), ("RATE", "1")],
    },
];

/// The variable by which each service is named to its callers.
const ADDRESSES: [(&str, &str); 10] = [
    ("productcatalogservice", "PRODUCT_CATALOG_SERVICE_ADDR"),
    ("currencyservice", "CURRENCY_SERVICE_ADDR"),
    ("cartservice", "CART_SERVICE_ADDR"),
    ("recommendationservice", "RECOMMENDATION_SERVICE_ADDR"),
    ("shippingservice", "SHIPPING_SERVICE_ADDR"),
    ("checkoutservice", "CHECKOUT_SERVICE_ADDR"),
    ("adservice", "AD_SERVICE_ADDR"),
    ("paymentservice", "PAYMENT_SERVICE_ADDR"),
    ("emailservice", "EMAIL_SERVICE_ADDR"),
    ("frontend", "FRONTEND_ADDR"),
];

fn fact(service: &str) -> &'static Fact {
    FACTS.iter().find(|fact| fact.service == service).expect("a peer is in the table")
}

fn object(environment: &str, kind: &str, service: &str) -> Value {
    let object = shipped().object(&format!("{environment}/{service}"), kind, service);
    object.unwrap_or_else(|| panic!("{environment}/{service} has no {kind}"))
}

/// The main container in production.
fn container(service: &str) -> Value {
    object("production", "Deployment", service)["spec"]["template"]["spec"]["containers"][0].clone()
}

/// Variables with a plain value.
fn variables(container: &Value) -> BTreeMap<String, String> {
    let list = container["env"].as_array().cloned().unwrap_or_default();
    let pair = |variable: &Value| Some((variable["name"].as_str()?.to_owned(), variable["value"].as_str()?.to_owned()));
    list.iter().filter_map(pair).collect()
}

#[test]
fn every_service_has_its_ports() {
    for fact in &FACTS {
        let service = shipped().object(&format!("production/{0}", fact.service), "Service", fact.service);
        let ports = |port: &Value| (port["port"].as_i64(), port["targetPort"].as_i64());
        let found =
            service.map(|service| service["spec"]["ports"].as_array().expect("ports").iter().map(ports).collect());
        let wanted: Option<Vec<_>> = fact.port.map(|(port, target)| vec![(Some(port), Some(target))]);
        assert_eq!(found, wanted, "{}", fact.service);
    }
}

#[test]
fn every_service_knows_its_peers_by_host_and_port() {
    for fact in &FACTS {
        let address = |peer: &&str| {
            let (_, variable) = ADDRESSES.iter().find(|(service, _)| service == peer).expect("a peer has a variable");
            let port = self::fact(peer).port.expect("a peer has a port").0;
            ((*variable).to_owned(), format!("{peer}:{port}"))
        };
        let wanted: BTreeMap<_, _> = fact.calls.iter().map(address).collect();
        let mut found = variables(&container(fact.service));
        found.retain(|name, _| name.ends_with("_ADDR") && name != "REDIS_ADDR");
        assert_eq!(found, wanted, "{}", fact.service);
    }
}

#[test]
fn every_service_is_told_its_port_and_whether_to_profile() {
    const ASKED: [&str; 4] = ["PORT", "DISABLE_PROFILER", "USERS", "RATE"];
    for fact in &FACTS {
        let mut found = variables(&container(fact.service));
        found.retain(|name, _| ASKED.contains(&name.as_str()));
        let wanted: BTreeMap<_, _> =
            fact.variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(found, wanted, "{}", fact.service);
    }
}

#[test]
fn every_service_gets_the_cpu_and_memory_it_needs() {
    for fact in &FACTS {
        let (cpu, memory) = (fact.cpu, fact.memory);
        let wanted =
            json!({"requests": {"cpu": cpu.0, "memory": memory.0}, "limits": {"cpu": cpu.1, "memory": memory.1}});
        assert_eq!(container(fact.service)["resources"], wanted, "{}", fact.service);
    }
}

#[test]
fn every_service_is_probed_as_it_wants_to_be() {
    for fact in &FACTS {
        let container = container(fact.service);
        for kind in ["readiness", "liveness"] {
            let probe = &container[format!("{kind}Probe")];
            let Some((_, port)) = fact.port else {
                assert_eq!(*probe, Value::Null, "{}", fact.service);
                continue;
            };
            assert_eq!(probe["initialDelaySeconds"].as_i64(), fact.delay, "{}", fact.service);
            if fact.service == "frontend" {
                let cookie = format!("shop_session-id=x-{kind}-probe");
                let headers = json!([{"name": "Cookie", "value": cookie}]);
                assert_eq!(probe["httpGet"], json!({"path": "/_healthz", "port": port, "httpHeaders": headers}));
            } else {
                assert_eq!(probe["grpc"], json!({"port": port}), "{}", fact.service);
            }
        }
    }
}

#[test]
fn the_cart_finds_its_redis_in_every_environment() {
    for (environment, host) in [
        ("production", "$(PAVIOR_CARTS_HOST)"),
        ("staging", "$(PAVIOR_CARTS_HOST)"),
        ("preview", "cartservice-carts"),
        ("local", "localhost"),
    ] {
        let deployment = object(environment, "Deployment", "cartservice");
        let address = variables(&deployment["spec"]["template"]["spec"]["containers"][0])["REDIS_ADDR"].clone();
        assert!(address.starts_with(&format!("{host}:6379")), "{environment}: {address}");
    }
    let unit = "preview/cartservice";
    let service = shipped().object(unit, "Service", "cartservice-carts").expect("a preview has its redis inside");
    assert_eq!(service["spec"]["ports"][0]["port"], 6379);
    let redis = shipped().object(unit, "StatefulSet", "cartservice-carts").expect("a preview has its redis inside");
    let resources =
        json!({"requests": {"cpu": "70m", "memory": "200Mi"}, "limits": {"cpu": "125m", "memory": "256Mi"}});
    assert_eq!(redis["spec"]["template"]["spec"]["containers"][0]["resources"], resources);
}

/// Peers of a network policy's rules with the ports that are open between them; rules about addresses are left out.
fn peers(rules: &Value, side: &str) -> BTreeSet<(String, i64)> {
    let mut peers = BTreeSet::new();
    for rule in rules.as_array().into_iter().flatten() {
        for peer in rule[side].as_array().into_iter().flatten() {
            let labels = &peer["podSelector"]["matchLabels"];
            for port in rule["ports"].as_array().into_iter().flatten() {
                if let (Some(unit), Some(port)) = (labels["pavior.dev/unit"].as_str(), port["port"].as_i64()) {
                    peers.insert((unit.to_owned(), port));
                }
            }
        }
    }
    peers
}

#[test]
fn network_policies_open_what_is_called_and_nothing_else() {
    for environment in ENVIRONMENTS {
        for fact in &FACTS {
            let policy = &object(environment, "NetworkPolicy", fact.service)["spec"];
            assert_eq!(policy["policyTypes"], json!(["Ingress", "Egress"]), "{environment} {}", fact.service);
            let target = |service: &str| self::fact(service).port.expect("who is called has a port").1;
            let calls: BTreeSet<_> = fact.calls.iter().map(|peer| ((*peer).to_owned(), target(peer))).collect();
            assert_eq!(peers(&policy["egress"], "to"), calls, "{environment}: calls of {}", fact.service);
            let callers = FACTS.iter().filter(|other| other.calls.contains(&fact.service));
            let callers: BTreeSet<_> =
                callers.map(|caller| (caller.service.to_owned(), target(fact.service))).collect();
            assert_eq!(peers(&policy["ingress"], "from"), callers, "{environment}: callers of {}", fact.service);
        }
    }
}

#[test]
fn eleven_services_run_in_every_environment_and_none_besides() {
    let Compiled { files } = shipped();
    assert!(!files.is_empty());
    let found: BTreeSet<String> =
        shipped().units().into_keys().filter(|unit| !unit.ends_with("/_environment")).collect();
    let services = FACTS.iter().map(|fact| fact.service);
    let wanted = services.flat_map(|service| ENVIRONMENTS.map(|environment| format!("{environment}/{service}")));
    assert_eq!(found, wanted.collect());
}
