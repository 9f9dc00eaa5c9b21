//! Laws of the writer, with two parsers that nobody here wrote as judges: hcl-rs and, where it is installed, Terraform.

use super::{Block, Body, Expression, Identifier, write};
use crate::emit::read_back;
use crate::model::RepoPath;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Pieces that mean something to HCL, to a terminal or to a person, and letters between them.
fn hostile_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "$",
        "%",
        "{",
        "}",
        "${",
        "%{",
        "$${",
        "%%{",
        "~}",
        "\"",
        "\\",
        "\n",
        "\r",
        "\t",
        "#",
        "//",
        "/*",
        "*/",
        "=",
        "<<EOT\n",
        "EOT\n",
        "\\u0024{",
        "\"\n}\nprovisioner \"local-exec\" {\n",
        "${file(\"/etc/hostname\")}",
        "a",
        " ",
        "null",
        "é",
        "\u{0}",
        "\u{7f}",
        "\u{85}",
        "\u{200b}",
        "\u{202e}",
        "\u{2028}",
        "\u{feff}",
        "\u{e0041}",
        "東",
        "😀",
    ]);
    prop_oneof![
        3 => prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
        2 => "[a-z][a-z0-9_.:/-]{0,30}",
    ]
}

fn scalar(text: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = Expression> {
    prop_oneof![
        1 => Just(Expression::Null),
        1 => any::<bool>().prop_map(Expression::Bool),
        1 => any::<i64>().prop_map(|number| Expression::Number(number.into())),
        1 => any::<u64>().prop_map(|number| Expression::Number(number.into())),
        1 => (-1e9..1e9f64).prop_filter_map("finite", |number| serde_json::Number::from_f64(number).map(Expression::Number)),
        4 => text.prop_map(Expression::Text),
    ]
}

fn tree<T: Strategy<Value = String> + Clone + 'static>(text: T) -> impl Strategy<Value = Expression> {
    let keys = text.clone();
    scalar(text).prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Expression::List),
            prop::collection::btree_map(keys.clone(), inner, 0..6)
                .prop_map(|entries| Expression::Object(entries.into_iter().collect())),
        ]
    })
}

fn identifier() -> impl Strategy<Value = Identifier> {
    prop_oneof!["[a-z_][a-z0-9_-]{0,20}", Just("for".to_owned()), Just("null".to_owned())]
        .prop_map(|name| Identifier::parse(&name).unwrap())
}

fn value() -> impl Strategy<Value = Expression> {
    let reference =
        prop::collection::vec("[a-z_][a-z0-9_]{0,8}".prop_map(|name| Identifier::parse(&name).unwrap()), 2..4);
    prop_oneof![8 => tree(hostile_text().boxed()), 1 => reference.prop_map(Expression::Reference)]
}

/// Attribute names are unique in a body, as HCL demands; the order of attributes and blocks is any.
fn body() -> impl Strategy<Value = Body> {
    let attributes = || prop::collection::btree_map(identifier(), value(), 0..5);
    let leaf = attributes().prop_map(of_attributes);
    leaf.prop_recursive(2, 20, 4, move |inner| {
        let block = (identifier(), prop::collection::vec(identifier(), 0..3), inner)
            .prop_map(|(kind, labels, body)| Block { kind, labels, body });
        (attributes(), prop::collection::vec(block, 0..4), any::<prop::sample::Index>()).prop_map(
            |(attributes, blocks, at)| {
                let mut body = of_attributes(attributes);
                for block in blocks {
                    let at = at.index(body.items.len() + 1);
                    body.items.insert(at, super::Item::Block(block));
                }
                body
            },
        )
    })
}

fn of_attributes(attributes: BTreeMap<Identifier, Expression>) -> Body {
    attributes.into_iter().fold(Body::new(), |body, (name, value)| body.named(name, value))
}

fn to_json(value: &Expression) -> serde_json::Value {
    match value {
        Expression::Null => serde_json::Value::Null,
        Expression::Bool(value) => (*value).into(),
        Expression::Number(number) => number.clone().into(),
        Expression::Text(text) => text.as_str().into(),
        Expression::List(values) => values.iter().map(to_json).collect(),
        Expression::Object(entries) => entries.iter().map(|(key, value)| (key.clone(), to_json(value))).collect(),
        Expression::Reference(_) => unreachable!("a literal tree holds no reference"),
    }
}

proptest! {
    #![proptest_config(Config { cases: 512, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_body_reads_back_as_what_was_meant(body in body()) {
        let text = write(&body);
        let verdict = read_back::hcl::verify(&RepoPath::literal("any.tf"), &body, &text);
        prop_assert!(verdict.is_ok(), "{verdict:?}\n{text}");
    }

    #[test]
    fn any_tree_evaluates_to_itself(tree in tree(hostile_text().boxed())) {
        let text = write(&Body::new().attribute("it", tree.clone()));
        let read: serde_json::Value = hcl::from_str(&text).unwrap();
        prop_assert_eq!(&read["it"], &to_json(&tree), "{}", text);
    }

    #[test]
    fn a_text_is_one_line_and_holds_nothing_invisible(text in hostile_text()) {
        let written = write(&Body::new().attribute("it", text));
        prop_assert_eq!(written.matches('\n').count(), 1);
        let invisible = |c: char| c.is_control() || "\u{200b}\u{202e}\u{2028}\u{feff}".contains(c);
        prop_assert_eq!(written.trim_end_matches('\n').find(invisible), None);
    }
}

/// Terraform, or None with a line that says that the test was skipped.
fn terraform(folder: &Path, arguments: &[&str]) -> Option<std::process::Output> {
    match Command::new("terraform").args(arguments).current_dir(folder).output() {
        Ok(output) => Some(output),
        Err(error) => {
            println!("skipped: terraform does not run here: {error}");
            None
        }
    }
}

fn sample<T: Strategy>(strategy: &T, count: usize) -> Vec<T::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn terraform_fmt_leaves_any_body_alone() {
    let folder = tempfile::tempdir().unwrap();
    for (index, body) in sample(&body(), 400).iter().enumerate() {
        fs::write(folder.path().join(format!("{index}.tf")), write(body)).unwrap();
    }
    let Some(output) = terraform(folder.path(), &["fmt", "-check", "-diff", "-no-color"]) else { return };
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[test]
fn terraform_evaluates_any_tree_to_itself() {
    let folder = tempfile::tempdir().unwrap();
    // Terraform composes letters with their marks; what any string may hold is the matter of the laws above.
    let composed = hostile_text()
        .prop_map(|text| text.chars().filter(|c| c.is_ascii() || "é東😀".contains(*c)).collect::<String>());
    let trees = sample(&tree(composed.boxed()), 150);
    let outputs = trees.iter().enumerate().fold(Body::new(), |body, (index, tree)| {
        body.block(
            Block::new("output", Body::new().attribute("value", tree.clone()))
                .label(Identifier::parse(&format!("o{index}")).unwrap()),
        )
    });
    fs::write(folder.path().join("main.tf"), write(&outputs)).unwrap();
    let Some(applied) = terraform(folder.path(), &["apply", "-auto-approve", "-no-color"]) else { return };
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    let shown = terraform(folder.path(), &["output", "-json"]).unwrap();
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    for (index, tree) in trees.iter().enumerate() {
        // An output that is null is not shown.
        let value = shown.get(format!("o{index}")).map_or(&serde_json::Value::Null, |output| &output["value"]);
        assert_eq!(value, &to_json(tree));
    }
}
