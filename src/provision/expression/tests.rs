//! What expressions give, and that nothing makes them misbehave.

use super::{Expressions, Pattern, Run, Scope};
use proptest::prelude::*;
use serde_json::{Value, json};

fn scope() -> Scope {
    let mut scope = Scope::new("acme-staging-cart-carts");
    scope.set("params", json!({"memory": "1500Mi", "replicas": 2, "keys": ["a", "b"], "on": true, "port": "http"}));
    scope.set("environment", json!({"namespace": "shop", "aws": {"kmsKey": ""}, "class": "production"}));
    scope.set("tables", json!({"nodes": {"1Gi": "small", "3Gi": "medium"}}));
    scope.set("labels", json!({"z": "1", "a": "2", "m": "3", "b": "4", "y": "5"}));
    scope
}

fn value(text: &str) -> Value {
    Pattern::parse(text).unwrap().evaluate(&Run::new(&scope())).unwrap_or_else(|problem| panic!("{text}: {problem:?}"))
}

fn problem(text: &str) -> (String, String) {
    let problem = match Pattern::parse(text) {
        Ok(pattern) => pattern.evaluate(&Run::new(&scope())).unwrap_err(),
        Err(problem) => problem,
    };
    (problem.message, problem.help.unwrap_or_default())
}

#[test]
fn a_string_that_is_one_expression_keeps_its_type() {
    assert_eq!(value("${params.replicas}"), json!(2));
    assert_eq!(value("${params.keys}"), json!(["a", "b"]));
    assert_eq!(value("${params.on}"), json!(true));
    assert_eq!(value("${1 + params.replicas}"), json!(3));
    assert_eq!(value("${0.5}"), json!(0.5));
    assert_eq!(value(r#"${params.on ? {"a": [1]} : {}}"#), json!({"a": [1]}));
    assert_eq!(value("${labels}").to_string(), r#"{"z":"1","a":"2","m":"3","b":"4","y":"5"}"#);
}

#[test]
fn in_a_longer_string_results_become_text() {
    assert_eq!(value("n=${params.replicas}, ${params.on}"), json!("n=2, true"));
    assert_eq!(value("${2.0 * 3.0} and ${0.25}"), json!("6 and 0.25"));
    assert_eq!(value("$${params.on}"), json!("${params.on}"));
    assert!(problem("x ${params.keys}").0.contains("a list cannot be a part of a text"));
    assert!(problem("x ${labels}").0.contains("a map"));
}

#[test]
fn the_functions_of_the_contract_work() {
    assert_eq!(value("${lookup(tables.nodes, '1Gi')}"), json!("small"));
    assert_eq!(value("${bytes('1Ki')}"), json!(1024));
    assert_eq!(value("${gib(params.memory)}"), json!(2));
    assert_eq!(value("${json(params.keys)}"), json!(r#"["a","b"]"#));
    assert_eq!(value("${names.full}"), json!("acme-staging-cart-carts"));
    assert_eq!(value("${names.short(40)}"), json!("acme-staging-cart-carts"));
    assert_eq!(value("${names.short(20)}-x").as_str().unwrap().len(), 22);
    assert_eq!(value(r#"${params.port.matches("^[0-9]+$")}"#), json!(false));
    assert_eq!(value("${size(params.keys)}"), json!(2));
    assert_eq!(value("${string(params.replicas)}"), json!("2"));
    assert_eq!(value("${params.keys.map(k, 'x' + k)}"), json!(["xa", "xb"]));
    assert_eq!(value("${params.keys.filter(k, k != 'a').map(k, {'key': k})}"), json!([{"key": "b"}]));
    assert_eq!(value("${has(params.absent) ? 1 : 0}"), json!(0));
    assert_eq!(value(r#"${environment.aws.kmsKey == "" ? "own" : environment.aws.kmsKey}"#), json!("own"));
}

#[test]
fn macros_go_over_maps_in_the_order_of_their_keys() {
    for _ in 0..20 {
        assert_eq!(value("${labels.map(k, k + labels[k])}"), json!(["a2", "b4", "m3", "y5", "z1"]));
        assert_eq!(value("${json(labels)}"), json!(r#"{"a":"2","b":"4","m":"3","y":"5","z":"1"}"#));
        assert_eq!(value("${{'z': 1, 'a': 2, 'm': 3}.map(k, k)}"), json!(["a", "m", "z"]));
        assert_eq!(value("${{'z': 1, 'a': 2, 'm': 3}}").to_string(), r#"{"a":2,"m":3,"z":1}"#);
    }
}

#[test]
fn a_mistake_says_what_is_known() {
    assert_eq!(
        problem("${params.memry}"),
        (
            "`params` has no `memry`".into(),
            "did you mean `memory`? `params` has `memory`, `replicas`, `keys`, `on` and `port`".into()
        )
    );
    assert_eq!(problem("${gib(params.memry)}").0, "`params` has no `memry`");
    assert!(problem("${environmnt.class}").1.starts_with("did you mean `environment`?"));
    assert!(problem("${environmnt.class == 'x'}").1.starts_with("did you mean `environment`?"));
    assert!(problem("${lokup(tables.nodes, 'a')}").1.starts_with("did you mean `lookup`?"));
    assert!(problem("${lookup(tables.nodes, '2Gi')}").0.contains("has no `2Gi`"));
    assert!(problem("${lookup(tables.nodes, '2Gi')}").0.contains("`1Gi` and `3Gi`"));
    assert_eq!(problem("${1 / 0}").0, "the expression divides by zero");
    assert_eq!(problem("${9223372036854775807 + 1}").0, "a number is too large");
    assert_eq!(problem("${params.replicas * 0.5}").0, "int * double is not defined");
    assert_eq!(problem("${params.keys[7]}").0, "an index is beyond the end of its list");
    assert!(problem("${gib('many')}").0.contains("is no quantity"));
    assert!(problem("${names.short(3)}").0.contains("less than 18"));
    assert!(problem("${1 +}").0.starts_with("the expression cannot be parsed"));
    assert!(problem("${b'x'}").0.contains("bytes"));
    assert!(problem("${0.0 / 0.0}").0.contains("not a number"));
}

#[test]
fn what_has_no_bound_is_refused() {
    assert!(problem("${params.keys.map(a, params.keys.map(b, b))}").0.contains("may not nest"));
    assert!(problem("${params.keys.all(a, params.keys.exists(b, b == a))}").0.contains("may not nest"));
    assert!(problem("${Type{a: 1}}").0.contains("message types"));
    for absent in
        ["now()", "timestamp('2020-01-01T00:00:00Z')", "duration('1s')", "rand()", "env('HOME')", "optional.of(1)"]
    {
        assert!(problem(&format!("${{{absent}}}")).0.contains("not known"), "{absent}");
    }
}

/// A stack as small as that of any thread that might compile.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn the_deepest_expressions_that_are_let_through_fit_on_a_small_stack() {
    on_a_small_stack(|| {
        let mut let_through = 0;
        for (open, middle, close, times) in [
            ("(", "1", ")", 32),
            ("[", "1", "]", 32),
            ("{'a': ", "1", "}", 32),
            ("true ? 1 : ", "1", "", 32),
            ("", "1", " + 1", 256),
            ("", "params", ".a", 256),
            ("", "1 in [1]", " in [1]", 100),
            ("!", "true", "", 256),
            ("-", "1", "", 256),
            ("", "true", " && true", 120),
            ("", "'a'", " < 'a'", 250),
            ("", "params", "[0]", 256),
            ("", "'a'", ".size()", 120),
        ] {
            let text = format!("${{{}{middle}{}}}", open.repeat(times), close.repeat(times));
            if let Ok(pattern) = Pattern::parse(&text) {
                let_through += 1;
                let _ = pattern.evaluate(&Run::new(&scope()));
            }
        }
        assert!(let_through >= 6, "the test means nothing when all are refused: {let_through}");
    });
}

#[test]
fn a_pattern_is_parsed_once() {
    let expressions = Expressions::default();
    assert!(std::sync::Arc::ptr_eq(&expressions.parse("${a}"), &expressions.parse("${a}")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_makes_evaluation_panic(text in r#"[ -~]{0,80}"#, unicode in "\\PC{0,30}") {
        for source in [format!("${{{text}}}"), text, unicode.clone(), format!("a ${{{unicode}}}")] {
            let problem = match Pattern::parse(&source) {
                Ok(pattern) => pattern.evaluate(&Run::new(&scope())).err(),
                Err(problem) => Some(problem),
            };
            if let Some(problem) = problem {
                prop_assert!(source.get(problem.range.clone()).is_some(), "{problem:?} points beyond {source:?}");
            }
        }
    }

    #[test]
    fn no_mix_of_words_makes_evaluation_panic(words in proptest::collection::vec(
        proptest::sample::select(vec![
            "params", "keys", ".", "memory", "[", "]", "(", ")", "{", "}", "'a'", "\"b\"", "1", "-1", "0", "0.5", "+",
            "-", "*", "/", "%", "?", ":", "in", "&&", "||", "!", "==", "<", "map", "filter", "exists", "x", ",", "size",
            "lookup", "names.short", "json", "gib", "labels", "9223372036854775807", "true", "null", "matches", "has",
            "-9223372036854775808", "1u", "b'x'", "r'\\'", "int", "string", "double", "dyn", "type",
        ]), 1..14)
    ) {
        let source = format!("${{{}}}", words.join(" "));
        if let Ok(pattern) = Pattern::parse(&source) {
            let first = pattern.evaluate(&Run::new(&scope()));
            prop_assert_eq!(first, pattern.evaluate(&Run::new(&scope())), "the same text gives the same result");
        }
    }

    #[test]
    fn text_without_expressions_stays_as_it_is(text in "[^$]{0,60}") {
        prop_assert_eq!(Expressions::default().evaluate(&text, &Run::new(&scope())).unwrap(), Value::String(text));
    }
}
