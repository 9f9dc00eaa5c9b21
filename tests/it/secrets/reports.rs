//! A secret reaches no report, whatever else is wrong at its place, and nothing is made of what holds one.

use super::{corpus, leak};
use crate::editor::Editor;
use crate::process::pavior;
use crate::repository::Repository;
use pavior::check::{Loaded, check};
use pavior::model::Findings;
use pavior::read::Snapshot;
use pavior::report::{HumanOptions, Paint, github, human, json, junit, sarif};
use serde_json::json;

const SERVICE: &str = "apiVersion: pavior.dev/v1\nkind: Service\n";

/// Mistakes, each at the very place of a secret.
const MISTAKES: [&str; 12] = [
    "kind: {}\n",
    "apiVersion: {}\nkind: Service\n",
    "a: {}\na: {}\n",
    "[{}",
    "\t{}: x\n",
    "a: &{} b\n",
    "a: *{}\n",
    "a: !{} b\n",
    "{}",
    "---\na: 1\n---\n{}: 1\n",
    "SERVICE\nmetadata: {name: \"{}\", owner: \"{}\"}\nspec: {tier: \"{}\", \"{}\": 1}\n",
    "SERVICE\nmetadata: {name: cart, owner: t}\nspec:\n  containers: {main: {image: \"{}\", variables: {A: \"${services.{}.host}\"}}}\n",
];

#[test]
fn no_report_shows_a_secret_whatever_else_is_wrong_at_its_place() {
    for sample in corpus::samples(9) {
        for mistake in MISTAKES {
            let text = mistake.replace("SERVICE", SERVICE).replace("{}", &sample.written);
            let snapshot = Snapshot::of([("catalog/a.yaml", text.as_str()), ("catalog/b.yaml", "x: {}\n")]);
            let report = check(Loaded { snapshot, findings: Findings::default(), as_of: None }).unwrap();
            let found = report.findings.iter().any(|finding| finding.rule.id.starts_with("secret/"));
            assert!(found, "{}: {text}", sample.rule);
            let paints = [Paint::Plain, Paint::Ansi];
            let humans = paints.map(|paint| human(&report, HumanOptions { limit: None, width: 120, paint }));
            let [plain, ansi] = humans;
            for output in [plain, ansi, json(&report), sarif(&report), github(&report), junit(&report)] {
                assert_eq!(leak(&output, &sample.secret), None, "{}: {text}\n{output}", sample.rule);
            }
        }
    }
}

fn run(repository: &Repository, arguments: &[&str]) -> (String, String) {
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let ended = pavior(repository, &arguments, &[]);
    (ended.exit_code, ended.stdout + &ended.stderr)
}

const CART: &str = "catalog/shopping/cartservice.yaml";

#[test]
fn nothing_is_compiled_compared_or_priced_of_what_holds_a_secret() {
    let repository = Repository::shipped();
    repository.commit().unwrap();
    let token = &corpus::samples(5)[0].secret;
    let cart = std::fs::read_to_string(repository.root().join(CART)).unwrap();
    repository.write(CART, format!("# {token}\n{cart}"));
    let out = repository.new_out();
    let in_the_work_tree: [&[&str]; 5] = [
        &["check"],
        &["check", "--base", "HEAD"],
        &["compile", "--out", &out],
        &["diff", "--base", "HEAD"],
        &["cost", "--base", "HEAD"],
    ];
    for command in in_the_work_tree {
        let (exit_code, output) = run(&repository, command);
        assert_eq!(exit_code, "1\n", "{command:?}: {output}");
        assert!(output.contains("secret/github-token"), "{command:?}: {output}");
        assert_eq!(leak(&output, token), None, "{command:?}");
    }
    assert!(!std::path::Path::new(&out).exists(), "nothing is written");
    repository.commit().unwrap();
    let committed: [&[&str]; 4] = [
        &["check", "--base", "HEAD~1", "--head", "HEAD"],
        &["diff", "--base", "HEAD~1", "--head", "HEAD"],
        &["diff", "--base", "HEAD~1", "--head", "HEAD"],
        &["compile", "--head", "HEAD", "--out", &out],
    ];
    for command in committed {
        let (exit_code, output) = run(&repository, command);
        assert_eq!((exit_code.as_str(), leak(&output, token)), ("1\n", None), "{command:?}: {output}");
    }
    // What base has already is told as well: it may be another one now.
    let (exit_code, output) = run(&repository, &["check", "--base", "HEAD"]);
    assert!(exit_code == "1\n" && output.contains("secret/github-token"), "{output}");
    for command in [["catalog", "show", "cartservice"], ["catalog", "search", token]] {
        let (_, output) = run(&repository, &command);
        let asked = output.replace(token, "");
        assert_eq!(leak(&asked, token), None, "{command:?}: {output}");
    }
}

#[test]
fn an_editor_is_told_where_and_not_what() {
    let mut editor = Editor::start_in_folder();
    let token = corpus::samples(6)[0].secret.clone();
    let cart = editor.saved(CART).replace("REDIS_ADDR:", &format!("TOKEN: {token}\n        REDIS_ADDR:"));
    editor.open(CART, &cart);
    let diagnostics = editor.diagnostics(CART);
    assert!(diagnostics.iter().any(|diagnostic| diagnostic["code"] == "secret/github-token"), "{diagnostics:#?}");
    assert_eq!(leak(&json!(diagnostics).to_string(), &token), None);
    let hover = editor.at("textDocument/hover", CART, "TOKEN: gh");
    assert!(hover["contents"]["value"].as_str().unwrap().contains("secret/github-token"), "{hover}");
    assert_eq!(leak(&hover.to_string(), &token), None);
    assert_eq!(editor.leave(), Some(0));
}
