//! Documents become typed declarations: header, place, schema, then what no schema can say.
//!
//! Every mistake of every document is a finding at its key or value. Knows one document at a time; what one
//! declaration says about another is the business of `link`.

mod checks;
mod compiled;
mod explain;
mod header;
mod inspection;
mod placement;
pub mod rules;
#[cfg(test)]
mod sample;
mod shown;

pub use checks::across_documents;

use super::{Broken, Declarations, Declared, Document, DocumentId, Node, NodeValue};
use crate::model::kinds::{Declaration, Kind};
use crate::model::{Findings, Name};
use inspection::Inspection;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Types documents. Those with mistakes in them are among `broken`.
pub fn validate(
    documents: &[Document],
    ids: impl IntoIterator<Item = DocumentId>,
    trust: Trust,
    findings: &mut Findings,
) -> Declarations {
    let mut declarations = Declarations::default();
    for id in ids {
        declare(&mut Inspection::new(documents, id, findings), trust, &mut declarations);
    }
    declarations
}

/// Whether documents are known to have no mistake of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    Nobody,
    /// They were validated before: they are typed and no more.
    Validated,
}

/// Whether a Score file follows its schema; reports what does not.
pub fn follows_score(documents: &[Document], document: DocumentId, findings: &mut Findings) -> bool {
    let mut inspection = Inspection::new(documents, document, findings);
    let value = inspection.root().to_json();
    let outcome = explain::check_schema(&mut inspection, compiled::compiled_score(), &value);
    outcome.only_unknown_fields() && outcome.unknown_fields.is_empty()
}

fn declare(inspection: &mut Inspection, trust: Trust, declarations: &mut Declarations) {
    let Some(kind) = header::kind(inspection) else { return };
    let in_place = placement::check(inspection, kind);
    let mut value = inspection.root().to_json();
    let outcome = match trust {
        Trust::Nobody => explain::check_kind(inspection, kind, &value),
        Trust::Validated => explain::Outcome::default(),
    };
    for route in &outcome.unknown_fields {
        remove(&mut value, route);
    }
    let unknown = &outcome.unknown_fields;
    let workload_is_whole = inspection.document().workload.as_ref().is_none_or(|workload| workload.whole);
    let has_workload = kind != Kind::Service || checks::has_workload(inspection);
    let whole = in_place && workload_is_whole && has_workload && outcome.only_unknown_fields() && unknown.is_empty();
    let typed = outcome.only_unknown_fields()
        && inspection.without_echo_of(unknown, |inspection| {
            let mut typing = Typing { inspection, value, whole, trust };
            typing.take_kind(kind, declarations)
        });
    if !typed {
        let document = inspection.document_id();
        declarations.broken.push(Broken { document, kind, name: name(inspection.root()) });
    }
}

/// One declaration on its way from value to type.
struct Typing<'i, 'd> {
    inspection: &'i mut Inspection<'d>,
    value: Value,
    /// It has no mistake so far, so others can rely on it. Otherwise it is checked and not kept.
    whole: bool,
    trust: Trust,
}

impl Typing<'_, '_> {
    fn take_kind(&mut self, kind: Kind, declarations: &mut Declarations) -> bool {
        match kind {
            Kind::Team => self.take(&mut declarations.teams, checks::team),
            Kind::Service => self.take(&mut declarations.services, checks::service),
            Kind::Environment => self.take(&mut declarations.environments, checks::environment),
            Kind::Resource => self.take(&mut declarations.resources, checks::nothing_more),
            Kind::SecretRequest => self.take(&mut declarations.secret_requests, checks::nothing_more),
            Kind::ResourceType => self.take(&mut declarations.resource_types, checks::resource_type),
            Kind::GoldenPath => self.take(&mut declarations.golden_paths, checks::golden_path),
            Kind::Waiver => self.take(&mut declarations.waivers, checks::nothing_more),
            Kind::Incident => self.take(&mut declarations.incidents, checks::incident),
            Kind::PriceBook => self.take(&mut declarations.price_books, checks::price_book),
            Kind::Platform => self.take(&mut declarations.platforms, checks::platform),
        }
    }

    /// Types and checks the declaration; keeps it when it is whole.
    fn take<S: DeserializeOwned>(
        &mut self,
        declared: &mut Vec<Declared<S>>,
        check: fn(&mut Inspection, &Declared<S>),
    ) -> bool {
        let Declaration { metadata, spec, .. } = match serde_json::from_value(self.value.take()) {
            Ok(declaration) => declaration,
            Err(error) => {
                explain::unreadable(self.inspection, &error);
                return false;
            }
        };
        let declaration = Declared { document: self.inspection.document_id(), metadata, spec };
        if self.trust == Trust::Nobody {
            checks::metadata(self.inspection, &declaration.metadata);
            check(self.inspection, &declaration);
        }
        if self.whole {
            declared.push(declaration);
        }
        self.whole
    }
}

fn remove(value: &mut Value, route: &[String]) {
    let Some((last, parents)) = route.split_last() else { return };
    let parent = parents.iter().try_fold(value, |value, step| match value {
        Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        value => value.get_mut(step),
    });
    if let Some(Value::Object(fields)) = parent {
        fields.shift_remove(last);
    }
}

fn name(root: &Node) -> Option<Name> {
    match &root.child("metadata")?.child("name")?.value {
        NodeValue::Text(text) => Name::parse(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::sample::{check, findings, service};
    use proptest::prelude::*;

    const CART: &str = r#"# yaml-language-server: $schema=../../schemas/service.schema.json
apiVersion: pavior.dev/v1
kind: Service
metadata:
  name: cart
  description: Keeps what a shopper has put into the cart
  owner: shopping
spec:
  tier: critical
  lifecycle: production
  source: https://github.com/acme/boutique/tree/main/src/cart
  docs:
    - {kind: runbook, path: docs/runbook.md}
    - {kind: api, format: grpc, path: api/cart.proto}
  compliance: [gdpr]
  containers:
    main:
      image: us-central1-docker.pkg.dev/online-boutique-ci/microservices-demo/cartservice:v0.10.6
      variables:
        REDIS_ADDR: ${resources.carts.host}:${resources.carts.port}
      resources:
        requests: {cpu: 200m, memory: 64Mi}
        limits: {cpu: 300m, memory: 128Mi}
      readinessProbe: {grpc: {port: 7070}, initialDelaySeconds: 15}
  service:
    ports:
      grpc: {port: 7070}
  resources:
    carts: {type: redis, class: small}
  scaling: {min: 2, max: 6, cpu: 70%}
  slo: {availability: 99.9%, latency: {p99: 300ms}}
  environments:
    staging: {scaling: {min: 1, max: 2}}
"#;

    #[test]
    fn the_example_of_a_service_is_whole() {
        let (declarations, findings) = check(&[("catalog/shopping/cart.yaml", CART)]);
        assert_eq!(findings, []);
        assert_eq!(declarations.services[0].metadata.name.as_str(), "cart");
        assert_eq!(declarations.broken, []);
    }

    #[test]
    fn all_mistakes_of_all_documents_come_at_once() {
        let first = service("  tier: high\n  scaling: {min: 9000, max: x}\n  replicas: 3\n");
        let second =
            service("  schedule: {cron: 0 25 * * *}\n  workload: cron\n  image: x\n  scaling: {min: 3, max: 1}\n");
        let (declarations, findings) = check(&[("catalog/a.yaml", &first), ("catalog/b.yaml", &second)]);
        let rules: Vec<(&str, &str)> =
            findings.iter().map(|finding| (finding.at.path.as_str(), finding.rule.id)).collect();
        assert_eq!(
            rules,
            [
                ("catalog/a.yaml", "schema/choice"),
                ("catalog/a.yaml", "schema/range"),
                ("catalog/a.yaml", "schema/type"),
                ("catalog/a.yaml", "schema/unknown-field"),
                // An unknown field does not keep the other checks from being made.
                ("catalog/b.yaml", "schema/cron"),
                ("catalog/b.yaml", "schema/unknown-field"),
                ("catalog/b.yaml", "schema/scaling-range"),
            ]
        );
        assert!(declarations.services.is_empty());
        let broken: Vec<_> =
            declarations.broken.iter().map(|broken| broken.name.as_ref().map(|n| n.to_string())).collect();
        assert_eq!(broken, [Some("cart".to_owned()), Some("cart".to_owned())]);
    }

    #[test]
    fn what_only_a_check_refuses_is_still_there_for_the_next_stage() {
        let (declarations, findings) = check(&[("catalog/a.yaml", &service("  scaling: {min: 3, max: 1}\n"))]);
        assert_eq!((findings.len(), declarations.services.len()), (1, 1));
    }

    #[test]
    fn one_wrong_value_is_one_finding() {
        for more in
            ["  tier: []\n", "  source: 5\n", "  slo: {window: \"\"}\n", "  dependsOn: [A_B]\n", "  jobs: {a: null}\n"]
        {
            let found = findings(&service(more));
            assert_eq!(found.len(), 1, "{more}: {found:#?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_field_is_typed_or_told(
            field in prop::sample::select(vec!["tier", "source", "docs", "slo", "workload", "containers", "service", "jobs",
                "scaling", "egress", "preview", "environments", "resources", "dependsOn", "nothing"]),
            value in prop::sample::select(vec!["", "1", "2.0", "true", "x", "[]", "[x]", "{}", "{a: b}", "{a: {}}", "[{}]",
                "{ports: {a: {port: 1.0}}}", "{min: 99999999999}", "{enabled: no}", "-1", "\"\""]),
        ) {
            let text = format!("apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {{name: a}}\nspec:\n  {field}: {value}\n");
            let (declarations, findings) = check(&[("catalog/a.yaml", &text)]);
            prop_assert!(findings.iter().all(|finding| finding.rule.id != "schema/unreadable"), "{text}: {findings:#?}");
            prop_assert!(!findings.is_empty() || declarations.services.len() == 1, "{text}");
            for finding in &findings {
                prop_assert!(finding.at.span.is_some() && !finding.help.is_empty() && !finding.label.is_empty(), "{finding:?}");
            }
        }
    }
}
