//! Policies on inputs of our own, hostile ones among them.

use super::*;
use serde_json::json;
use std::time::{Duration, Instant};

fn policies(files: &[(&str, &str)]) -> (Policies, Vec<String>) {
    let mut findings = Findings::default();
    let policies = Policies::of(&Snapshot::of(files.iter().copied()), &mut findings);
    let told = findings
        .iter()
        .map(|one| format!("{}:{}:{} {}", one.at.path, one.at.start.line, one.at.start.column, one.rule.id));
    (policies, told.collect())
}

fn unit() -> UnitId {
    let name = |text| Name::parse(text).unwrap();
    UnitId { environment: name("production"), kind: crate::provision::UnitKind::Service, name: name("cart") }
}

fn asked(text: &str, input: serde_json::Value) -> Opinion {
    let (policies, told) = policies(&[("policies/a.rego", text)]);
    assert_eq!(told, Vec::<String>::new());
    policies.opinion_of(&unit(), input, |_| true)
}

#[test]
fn each_definition_is_a_rule_of_its_own() {
    let text = "\
package pavior.a_b

# METADATA
# title: First
# custom: {id: one}
deny contains \"x\" if input.x

# METADATA
# title: Second
# custom: {id: two, severity: warning, help: do it}
deny contains {\"msg\": \"y.\", \"field\": \"spec.y\"} if input.x

warn contains msg if {
	count(deny) > 1
	msg := \"both\"
}
";
    let (policies, told) = policies(&[("policies/a.rego", text)]);
    assert_eq!(told, Vec::<String>::new());
    let rules: Vec<_> = policies.rules().iter().map(|one| (one.id.as_str(), one.at.start.line, one.severity)).collect();
    use Severity::{Error, Warning};
    assert_eq!(
        rules,
        [("policy/a-b.one", 6, Error), ("policy/a-b.two", 11, Warning), ("policy/a-b.warn", 13, Warning)]
    );
    let opinion = policies.opinion_of(&unit(), json!({"x": true}), |_| true);
    let said: Vec<_> =
        opinion.violations.iter().map(|one| (one.rule, one.message.as_str(), one.field.as_deref())).collect();
    assert_eq!(said, [(0, "x", None), (1, "y", Some("spec.y")), (2, "both", None)]);
}

#[test]
fn a_policy_that_does_not_compile_hides_no_other() {
    let good = "package pavior.good\ndeny contains \"x\" if input.x\n";
    let files = [
        ("policies/a.rego", "package pavior.a\ndeny contains \"x\" if {\n\tfoo ==\n}\n"),
        ("policies/b.rego", "package pavior.b\n\ndeny contains \"x\" if nothing == 1\n"),
        ("policies/c.rego", good),
        ("policies/d.rego", "package pavior.d\n\ndeny contains \"x\" if nothing_at_all(1)\n"),
    ];
    let (policies, told) = policies(&files);
    assert_eq!(
        told,
        [
            "policies/a.rego:4:1 policy/syntax",
            "policies/b.rego:3:22 policy/syntax",
            "policies/d.rego:3:22 policy/syntax"
        ]
    );
    assert_eq!(policies.opinion_of(&unit(), json!({"x": 1}), |_| true).violations.len(), 1);
}

/// An error in OPA and in `pavior policy test`; the machine takes it for undefined, and docs/policies.md says so.
#[test]
fn two_values_of_one_name_are_none() {
    let text = "package pavior.a\n\nx := 1 if input.a\n\nx := 2 if input.b\n\ndeny contains \"x\" if x > 0\n";
    assert_eq!(asked(text, json!({"a": 1})).violations.len(), 1);
    assert_eq!(asked(text, json!({"a": 1, "b": 1})), Opinion::default());
}

#[test]
fn results_of_another_shape_are_faults() {
    for result in ["1", "{\"message\": \"x\"}", "{\"msg\": 1}", "\"\"", "\"a\\nb\"", "{\"msg\": \"x\", \"field\": [1]}"]
    {
        let opinion = asked(&format!("package pavior.a\ndeny contains {result} if input.x\n"), json!({"x": 1}));
        assert!(matches!(&opinion.faults[..], [Fault::Shape(0, _)]), "{result} {opinion:?}");
    }
}

/// Each stops, soon, and says nothing of what it would have denied.
#[test]
fn hostile_policies_are_stopped() {
    let hostile = [
        "deny contains \"x\" if count([1 | some a in input.l; some b in input.l; some c in input.l; a + b + c > 1]) > 0".to_owned(),
        "deny contains \"x\" if count(sprintf(\"%1000000000d\", [1])) > 0".to_owned(),
        "deny contains \"x\" if bits.lsh(1, 100000000000) > 0".to_owned(),
        "deny contains \"x\" if regex.match(\"((a{1,500}){1,500}){1,500}\", \"aaaa\")".to_owned(),
        "deny contains \"x\" if count(replace(concat(\"\", [t | some t in input.texts]), \"\", concat(\"\", [t | some t in input.texts]))) > 0".to_owned(),
    ];
    let list: Vec<u32> = (0..500).collect();
    let texts: Vec<String> = (0..400).map(|number| format!("{number:01000}")).collect();
    for text in hostile {
        let started = Instant::now();
        let opinion = asked(&format!("package pavior.a\n{text}\n"), json!({"l": list, "texts": texts}));
        assert!(started.elapsed() < Duration::from_secs(5), "{text}");
        assert_eq!(opinion.violations, [], "{text}");
        if !text.contains("regex") {
            assert_eq!(opinion.faults, [Fault::Limit(0)], "{text}");
        }
    }
}

#[test]
fn what_calls_itself_is_refused() {
    let (policies, told) =
        policies(&[("policies/a.rego", "package pavior.a\nf(x) := f(x + 1)\ndeny contains \"x\" if f(1) > 0\n")]);
    assert_eq!(told, ["policies/a.rego:2:1 policy/recursion"]);
    assert!(policies.is_empty());
}

#[test]
fn only_what_is_read_is_made() {
    let (policies, _) = policies(&[("policies/a.rego", "package pavior.a\ndeny contains \"x\" if input.unit.tier\n")]);
    assert_eq!(policies.needs, Needs::of([Some(&["unit".to_owned()].into())].into_iter()));
}

/// All are asked in one run; where that comes to no end, each alone.
#[test]
fn a_rule_that_is_stopped_hides_no_other() {
    let endless = "package pavior.endless\ndeny contains \"x\" if count([1 | some a in input.l; some b in input.l; some c in input.l; a + b + c > 1]) > 0\n";
    let good = "package pavior.good\ndeny contains \"first\" if input.l\n\nwarn contains \"second\" if input.l\n";
    let (policies, told) = policies(&[("policies/a.rego", endless), ("policies/b.rego", good)]);
    assert_eq!(told, Vec::<String>::new());
    let said = |list: Vec<u32>| {
        let opinion = policies.opinion_of(&unit(), json!({"l": list}), |_| true);
        let messages = opinion.violations.into_iter().map(|one| (one.rule, one.message));
        (messages.collect::<Vec<_>>(), opinion.faults)
    };
    let (first, second) = ((1, "first".to_owned()), (2, "second".to_owned()));
    assert_eq!(said((0..500).collect()), (vec![first.clone(), second.clone()], vec![Fault::Limit(0)]));
    assert_eq!(said(vec![1, 2]), (vec![(0, "x".to_owned()), first, second], Vec::new()));
}
