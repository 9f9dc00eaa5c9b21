//! What is offered in a service that is being written, beside a team, another service, a type and a secret.

use super::*;
use crate::check::Loaded;
use crate::model::Findings;
use crate::read::{Snapshot, parse};

const TEAM: &str = "apiVersion: pavior.dev/v1\nkind: Team\nmetadata: {name: shopping, description: Sells}\nspec: {forgeTeam: \"@a/b\"}\n";
const OTHER: &str = "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {name: ads, owner: shopping}\nspec:\n  containers: {main: {image: \"a/b:1\"}}\n  service: {ports: {grpc: {port: 9555}, metrics: {port: 9090}}}\n";
const REDIS: &str = "apiVersion: pavior.dev/v1\nkind: ResourceType\nmetadata: {name: redis, description: Store}\nspec:\n  params:\n    type: object\n    additionalProperties: false\n    required: [zone]\n    properties:\n      version: {type: string, enum: [\"7.1\"], default: \"7.1\", description: Engine}\n      zone: {type: string, description: Where}\n  classes: {small: {}, large: {}}\n  defaultClass: small\n  outputs: {host: {description: Name}, password: {description: Opens it, secret: true}}\n  provisioners: [{environment: {provider: local}, outputs: {host: x, password: {store: p}}}]\n";
const SECRET: &str = "apiVersion: pavior.dev/v1\nkind: SecretRequest\nmetadata: {name: mail, owner: shopping}\nspec: {service: cart, environments: [local], keys: {TOKEN: {description: Sends}}, reason: Mails are sent}\n";

/// What is offered where `|` stands in `catalog/cart.yaml`, and with which text the first would be written.
/// `was` is the last text of the file that was YAML.
fn offered(was: &str, marked: &str) -> (Vec<String>, String) {
    let offset = marked.find('|').unwrap();
    let text = marked.replacen('|', "", 1);
    let files = [
        ("catalog/team.yaml", TEAM),
        ("catalog/ads.yaml", OTHER),
        ("catalog/mail.yaml", SECRET),
        ("golden-paths/resources/redis/resource-type.yaml", REDIS),
        ("catalog/cart.yaml", text.as_str()),
    ];
    let analysis = Analysis::of(Loaded { snapshot: Snapshot::of(files), findings: Findings::default(), as_of: None });
    let trees = parse(&Snapshot::of([("catalog/cart.yaml", was)]), &mut Findings::default());
    let scene = Scene { analysis: &analysis, text: &text, trees: &trees };
    let items = complete(&scene, text::position(&text, offset));
    let first = items.first().and_then(|item| match &item.text_edit {
        Some(CompletionTextEdit::Edit(edit)) => {
            let mut text = text.clone();
            let range = text::offset(&text, edit.range.start)..text::offset(&text, edit.range.end);
            text.replace_range(range, &edit.new_text);
            Some(text)
        }
        _ => None,
    });
    (items.into_iter().map(|item| item.label).collect(), first.unwrap_or_default())
}

const CART: &str = "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {name: cart, owner: shopping}\nspec:\n  containers: {main: {image: \"a/b:1\"}}\n  resources:\n    carts: {type: redis}\n";

fn labels(tail: &str) -> Vec<String> {
    offered(CART, &format!("{CART}{tail}")).0
}

fn first(tail: &str) -> String {
    let (_, text) = offered(CART, &format!("{CART}{tail}"));
    text.strip_prefix(CART).unwrap_or_default().to_owned()
}

#[test]
fn a_new_file_is_begun_with_what_every_declaration_has() {
    assert_eq!(offered("", "|").0, ["apiVersion", "kind", "metadata", "spec"]);
    assert_eq!(offered("", "apiVersion: |").0, ["pavior.dev/v1"]);
    let kinds = offered("", "apiVersion: pavior.dev/v1\nkind: |").0;
    assert_eq!(kinds.len(), Kind::ALL.len());
    assert_eq!(offered("", "kind: Team\nmeta|\n").1, "kind: Team\napiVersion: \n");
}

#[test]
fn fields_come_required_first_and_none_twice() {
    let fields = offered("", "kind: Service\nmetadata:\n  owner: x\n  |\n").0;
    assert_eq!(fields, ["name", "description", "tags", "labels", "annotations"]);
    let fields = labels("  scaling: {min: 1, |}\n");
    assert_eq!(fields, ["max", "cpu", "memory", "expected"]);
    assert_eq!(labels("  |")[0], "tier");
    assert!(!labels("  |").contains(&"containers".to_owned()));
}

#[test]
fn a_field_is_written_with_what_follows_it() {
    assert_eq!(first("  jobs: {a: {|}}"), "  jobs: {a: {schedule: {}}}");
    assert_eq!(first("  slo:\n    |"), "  slo:\n    availability: ");
    assert_eq!(first("  goldenPath:\n    na|: x"), "  goldenPath:\n    name: x");
}

#[test]
fn values_are_those_of_the_schema_and_the_catalog() {
    assert_eq!(labels("  tier: |"), ["supporting", "important", "critical"]);
    assert_eq!(labels("  compliance: [gdpr, |]"), ["gdpr", "pci", "hipaa", "soc2"]);
    assert_eq!(labels("  dependsOn:\n    - |"), ["ads"]);
    assert_eq!(offered("", "kind: Service\nmetadata:\n  owner: \"|\"\n").0, ["shopping"]);
    assert_eq!(
        offered("", "kind: Service\nmetadata:\n  owner: \"|\"\n").1,
        "kind: Service\nmetadata:\n  owner: \"shopping\"\n"
    );
    assert_eq!(labels("  # owner: |"), Vec::<String>::new());
}

#[test]
fn a_resource_is_asked_for_by_what_its_type_has() {
    assert_eq!(labels("    more: {type: |}"), ["redis"]);
    assert_eq!(labels("    more: {type: redis, |")[..2], ["class".to_owned(), "id".to_owned()]);
    let with = |marked: &str| offered(CART, &CART.replace("{type: redis}", marked)).0;
    assert_eq!(with("{type: redis, class: |}"), ["small", "large"]);
    assert_eq!(with("{type: redis, params: {|}}"), ["zone", "version"]);
    assert_eq!(with("{type: redis, params: {version: |"), ["7.1"]);
}

#[test]
fn placeholders_are_offered_step_by_step() {
    let inside = |inner: &str| {
        let line = format!("main: {{image: \"a/b:1\", variables: {{A: {inner}}}}}");
        offered(CART, &CART.replace("main: {image: \"a/b:1\"}", &line))
    };
    assert_eq!(inside("\"${|\"").0, ["metadata", "environment", "resources", "services", "secrets"]);
    assert_eq!(inside("${resources.|}").0, ["carts"]);
    assert_eq!(inside("${resources.carts.|").0, ["host", "password"]);
    assert!(inside("\"x${resources.carts.h|\"").1.contains("\"x${resources.carts.host}\""));
    assert!(inside("${resources.c|.host}").1.contains("${resources.carts.host}"));
    assert_eq!(inside("${services.|}").0, ["ads"]);
    assert_eq!(inside("${services.ads.|}").0, ["host", "ports"]);
    assert_eq!(inside("${services.ads.ports.|}").0, ["grpc", "metrics"]);
    assert_eq!(inside("${secrets.|}").0, ["mail"]);
    assert_eq!(inside("${secrets.mail.|}").0, ["TOKEN"]);
    assert_eq!(inside("$${|}").0, Vec::<String>::new());
}
