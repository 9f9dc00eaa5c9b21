//! What is written: a text that somebody declares stays one text, whatever it looks like to Terraform, Kubernetes, YAML
//! or Helm. One repository is compiled with plain texts and with hostile ones; but for those texts, nothing differs.

use super::small;
use crate::compiled::{Compiled, compile};
use crate::repository::Repository;
use hcl::eval::{Context, Evaluate};
use pavior::emit::read_back::read_yaml;
use serde_json::Value;
use std::path::Path;

/// Each is a text that some writer or reader takes for something else.
const TEXTS: [&str; 44] = [
    "${file(\"/proc/self/environ\")}",
    "%{for x in [1]}${x}%{endfor}",
    "$${x}",
    "%%{x}",
    "${",
    "%{",
    "\"\n}\nprovisioner \"local-exec\" {\n  command = \"id\"\n}\n",
    "\"}\nresource \"terraform_data\" \"x\" {}\n#",
    "\\\"",
    "\\u0024{x}",
    "<<EOT\n${x}\nEOT\n",
    "*/ x /*",
    "x\n---\napiVersion: v1\nkind: ClusterRoleBinding\n",
    "\n---\n",
    "...\n",
    "x: y\nz: [",
    "{{ index .data \"password\" }}",
    "{{`{{`}}",
    "- a",
    "&a",
    "*a",
    "!tag",
    "a: b",
    "a #b",
    "'",
    "\"",
    "\\",
    "|",
    ">-",
    "@x",
    "`id`",
    "$(id)",
    "no",
    "0o10",
    "010",
    "1e3",
    "1_000",
    "12:30",
    ".inf",
    "null",
    "~",
    "2026-01-01",
    " leading and trailing ",
    "\ttab",
];

/// As somebody writes it who means it literally, where placeholders are expanded.
fn literal(text: &str) -> String {
    verbatim(&text.replace("${", "$${"))
}

/// As it is written where nothing is expanded.
fn verbatim(text: &str) -> String {
    serde_json::to_string(text).expect("a text is JSON")
}

fn is_one_printable_line(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Every value stands wherever the text of its number may stand: variables, files, arguments, annotations, DNS records.
fn repository(values: &[String]) -> Repository {
    let repository = Repository::shipped();
    std::fs::remove_dir_all(repository.root().join("catalog")).expect("the catalog can be removed");
    let small = small();
    for file in ["catalog/team.yaml", "pavior.yaml"] {
        let text = std::fs::read_to_string(small.root().join(file)).expect("a file can be read");
        repository.write(file, text.replace("shopping", "platform"));
    }
    repository.write("catalog/cart.yaml", service(values));
    repository.write(
        "catalog/token.yaml",
        "apiVersion: pavior.dev/v1\nkind: SecretRequest\nmetadata: {name: token, owner: platform}\nspec: {service: cart, \
         environments: [test], keys: {KEY: {description: opens it}}, reason: so that it is opened}\n",
    );
    repository.write("catalog/test.yaml", environment(&verbatim(&values[0])));
    repository
}

fn service(values: &[String]) -> String {
    let texts = || TEXTS.iter().zip(values).enumerate();
    let mut lines: Vec<String> = [
        "apiVersion: pavior.dev/v1",
        "kind: Service",
        "metadata:",
        "  name: cart",
        "  owner: platform",
        "  annotations:",
    ]
    .map(str::to_owned)
    .to_vec();
    lines.extend(texts().map(|(index, (_, value))| format!("    example.org/a{index}: {}", verbatim(value))));
    lines.extend(["spec:", "  containers:", "    main:", "      image: a/b:1", "      variables:"].map(str::to_owned));
    lines.push("        TOKEN: ${secrets.token.KEY}".to_owned());
    lines.extend(texts().map(|(index, (_, value))| format!("        V{index}: {}", literal(value))));
    lines.push("      files:".to_owned());
    for (index, (_, value)) in texts() {
        lines.push(format!("        /etc/a{index}: {{content: {}}}", literal(value)));
        lines.push(format!("        /etc/b{index}: {{content: {}, noExpand: true}}", verbatim(value)));
    }
    lines.push("      args:".to_owned());
    let arguments = texts().filter(|(_, (text, _))| !text.contains("${"));
    lines.extend(arguments.map(|(_, (_, value))| format!("        - {}", verbatim(value))));
    lines.extend(["    side:", "      image: a/b:1", "      files:"].map(str::to_owned));
    lines.extend(texts().map(|(index, (_, value))| {
        let rendered = literal(&format!("{value} KEY {value}")).replace("KEY", "${secrets.token.KEY}");
        format!("        /etc/c{index}: {{content: {rendered}}}")
    }));
    lines.push("  resources:".to_owned());
    let records = texts().filter(|(_, (text, _))| is_one_printable_line(text));
    lines.extend(records.map(|(index, (_, value))| {
        format!("    record{index}: {{type: dns, params: {{name: r{index}, type: TXT, target: {}}}}}", literal(value))
    }));
    lines.join("\n") + "\n"
}

/// Settings of a provider are no templates; some of them are free texts.
fn environment(value: &str) -> String {
    format!(
        "apiVersion: pavior.dev/v1\nkind: Environment\nmetadata: {{name: test, owner: platform}}\nspec:\n  class: \
         development\n  provider: aws\n  region: eu-central-1\n  cluster: test\n  domain: test.example\n  \
         secretStore: {{name: store}}\n  terraform: {{backend: {{s3: {{bucket: state, region: r, kmsKey: {value}}}}}}}\n  \
         aws:\n    account: \"123456789012\"\n    vpc: vpc-0a1b2c3d\n    privateSubnets: [{value}, b]\n    \
         privateCidrs: [10.0.0.0/8]\n    clusterSecurityGroup: sg-0a1b2c3d\n    hostedZone: Z0\n    logBucket: {value}\n"
    )
}

/// A tree for each written file. HCL is evaluated, so that an interpolation would fail or become another value.
fn trees(compiled: &Compiled) -> Vec<(&str, Value)> {
    let own = compiled.files.iter().filter(|(path, _)| !path.contains("/modules/"));
    own.filter_map(|(path, text)| {
        let tree = match Path::new(path).extension()?.to_str()? {
            "yaml" => read_yaml(text).unwrap_or_else(|error| panic!("{path} {error}")),
            "tf" => {
                let body = hcl::parse(text).unwrap_or_else(|error| panic!("{path}: {error}"));
                let body = body.evaluate(&Context::new()).unwrap_or_else(|error| panic!("{path}: {error}"));
                hcl::from_body(body).unwrap_or_else(|error| panic!("{path}: {error}"))
            }
            _ => return None,
        };
        Some((path.as_str(), tree))
    })
    .collect()
}

/// Fails unless the second tree is the first with every value replaced by its counterpart; counts those.
fn compare(place: &str, plain: &Value, hostile: &Value, pairs: &[(String, String)]) -> usize {
    match (plain, hostile) {
        (Value::String(one), Value::String(other)) if one == other || place.ends_with("/files-digest") => 0,
        (Value::String(one), Value::String(other)) => {
            let meant = pairs.iter().fold(one.clone(), |text, (from, to)| text.replace(from, to));
            // External Secrets renders these once more, so braces are escaped in them; unit tests say how.
            let is_rendered_again = place.contains(".template.data.") && other.contains("{{");
            let other = if place.contains(".env[") { expanded(other) } else { other.clone() };
            assert!(meant == other || is_rendered_again, "{place}: {other:?} in place of {meant:?}");
            1
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let items = one.iter().zip(other).enumerate();
            items.map(|(index, (one, other))| compare(&format!("{place}[{index}]"), one, other, pairs)).sum()
        }
        (Value::Object(one), Value::Object(other)) if one.keys().eq(other.keys()) => {
            one.iter().map(|(key, one)| compare(&format!("{place}.{key}"), one, &other[key], pairs)).sum()
        }
        (one, other) if one == other => 0,
        (one, other) => panic!("{place}: {other} in place of {one}"),
    }
}

/// What Kubernetes makes of the value of a variable: `$$` is a `$`, and `$(NAME)` stays where there is no such variable.
fn expanded(value: &str) -> String {
    value.replace("$$", "$")
}

#[test]
fn every_hostile_text_stays_one_text_and_makes_nothing_else() {
    // Each ends in `q`, so that none is the beginning of another.
    let plain: Vec<String> = (0..TEXTS.len()).map(|index| format!("plain{index}q")).collect();
    let texts = TEXTS.map(str::to_owned).to_vec();
    let benign = compile(&repository(&plain), &[]);
    let hostile = compile(&repository(&texts), &[]);
    assert!(benign.files.keys().eq(hostile.files.keys()), "the same files are written");
    let pairs: Vec<(String, String)> = plain.into_iter().zip(texts).collect();
    let trees = (trees(&benign), trees(&hostile));
    let seen = trees.0.iter().zip(&trees.1).map(|((path, plain), (_, hostile))| compare(path, plain, hostile, &pairs));
    let seen: usize = seen.sum();
    // Variables, three sorts of files, arguments and records.
    let places = |text: &&str| 4 + usize::from(!text.contains("${")) + usize::from(is_one_printable_line(text));
    let wanted: usize = TEXTS.iter().map(places).sum();
    assert!(seen >= wanted, "every text is seen in every place: {seen} of {wanted}");
}
