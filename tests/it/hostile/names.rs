//! Paths and names: links that lead away, names that mean something else elsewhere, names of the wrong form.

use super::{service, small, watch};
use std::os::unix::fs::symlink;

#[test]
fn a_link_is_refused_and_nothing_behind_it_is_shown() {
    let secret = "apiVersion: pavior.dev/v1\nkind: Team\nmetadata: {name: behind-the-link}\nspec: {a: 1}\n";
    let inside = "catalog/x.yaml";
    let rows = [
        ("A18 absolute", inside, "/etc/passwd"),
        ("A18 upwards", inside, "../../outside.yaml"),
        ("A18 folder", "catalog/x", "/etc"),
        ("A18 folder beside", "catalog/x", "../../"),
        ("A18 loop", inside, "x.yaml"),
        ("A18 git", inside, "../.git/config"),
        ("A18 harmless", inside, "team.yaml"),
        ("A18 dangling", inside, "nowhere.yaml"),
        ("A18 platform file", "golden-paths", "/etc"),
    ];
    for (row, path, target) in rows {
        let repository = small();
        repository.commit().unwrap();
        std::fs::write(repository.root().with_file_name("outside.yaml"), secret).unwrap();
        symlink(target, repository.root().join(path)).unwrap();
        let run = watch(&repository, &["check"]);
        run.expect_refusal(row, "load/symbolic-link");
        for shown in ["behind-the-link", "root:", "repositoryformatversion", "/etc", "outside.yaml"] {
            assert!(!run.stdout.contains(shown), "{row} shows {shown}: {}", run.stdout);
        }
    }
}

#[test]
fn a_platform_file_that_is_a_link_is_refused() {
    let repository = small();
    std::fs::rename(repository.root().join("pavior.yaml"), repository.root().with_file_name("moved.yaml")).unwrap();
    symlink("../moved.yaml", repository.root().join("pavior.yaml")).unwrap();
    watch(&repository, &["check"]).expect_refusal("A18 pavior.yaml", "load/symbolic-link");
}

#[test]
fn names_that_lead_elsewhere_are_no_names() {
    let names = [
        "../../.github/workflows/x",
        "..",
        ".",
        "/abs",
        "a/../../b",
        "a\\..\\b",
        "%2e%2e",
        "CON:",
        "pаyments",
        "pay\u{130}ments",
        "Cart",
        "-cart",
        "cart.",
        "cart-",
        "1cart",
        "a b",
        "a\nb",
        "${metadata.name}",
        "$(id)",
        "`id`",
        "--upload-pack=x",
    ];
    for name in names {
        let quoted = serde_json::to_string(name).unwrap();
        for (what, text) in [
            ("service", service("").replace("name: cart", &format!("name: {quoted}"))),
            ("owner", service("").replace("owner: shopping", &format!("owner: {quoted}"))),
            ("container", service("").replace("{main: ", &format!("{{{quoted}: "))),
            ("resource", service(&format!("  resources: {{{quoted}: {{type: bucket}}}}\n"))),
            ("environment", service(&format!("  environments: {{{quoted}: {{}}}}\n"))),
        ] {
            let repository = small();
            repository.write("catalog/x.yaml", text);
            watch(&repository, &["check"]).expect_refusal(&format!("A20 {what} {name:?}"), "schema/name");
        }
    }
}

#[test]
fn a_name_has_63_characters_at_most_and_is_told_so() {
    for (length, exit_code) in [(63, 0), (64, 1), (253, 1), (254, 1)] {
        let repository = small();
        repository.write("catalog/x.yaml", service("").replace("cart", &"a".repeat(length)));
        let run = watch(&repository, &["check"]);
        assert_eq!(run.exit_code, Some(exit_code), "A26 {length}: {}", run.stdout);
        assert!(exit_code == 0 || run.stdout.contains("63 characters"), "A26 {length}: {}", run.stdout);
    }
}

#[test]
fn files_that_are_something_else_on_another_platform_are_refused() {
    for path in ["nul.yaml", "CON.yaml", "aux/x.yaml", "COM1.yaml", "a./x.yaml", "a /x.yaml", "a:b.yaml", "a\\b.yaml"] {
        let repository = small();
        repository.write(&format!("catalog/{path}"), service(""));
        watch(&repository, &["check"]).expect_refusal(&format!("A22 {path}"), "load/path");
    }
    for (one, other) in [("Foo.yaml", "foo.yaml"), ("caf\u{e9}.yaml", "cafe\u{301}.yaml"), ("A/x.yaml", "a/y.yaml")] {
        let repository = small();
        repository.write(&format!("catalog/{one}"), service(""));
        repository.write(&format!("catalog/{other}"), service("").replace("cart", "other"));
        watch(&repository, &["check"]).expect_refusal(&format!("A23 {one}"), "load/name-collision");
    }
}

#[test]
fn labels_that_kubernetes_does_not_take_are_refused() {
    let long = "a".repeat(64);
    for (label, value, rule) in [
        ("team", long.as_str(), "schema/label"),
        ("team", "a b", "schema/label"),
        ("team", "-a", "schema/label"),
        ("team", "a_", "schema/label"),
        ("team", "", "schema/label"),
        ("team", "x\n---\nkind: ClusterRoleBinding", "schema/label"),
        ("a b", "x", "schema/label"),
        ("-a", "x", "schema/label"),
        ("pavior.dev/owner", "x", "schema/reserved-label"),
        ("applyset.kubernetes.io/id", "x", "schema/reserved-label"),
    ] {
        let (label, value) = (serde_json::to_string(label).unwrap(), serde_json::to_string(value).unwrap());
        let labels = format!("owner: shopping, labels: {{{label}: {value}}}");
        let repository = small();
        repository.write("catalog/x.yaml", service("").replace("owner: shopping", &labels));
        watch(&repository, &["check"]).expect_refusal(&format!("A28 {label}: {value}"), rule);
    }
}
