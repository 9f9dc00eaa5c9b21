//! What becomes of Score files, on values: files in, services and findings out.

use crate::model::{Finding, Findings};
use crate::read::{Documents, Snapshot, read};

const SERVICE: &str =
    "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {name: shop, owner: t}\nspec: {score: ./score.yaml}\n";

fn read_files(files: &[(&str, &str)]) -> (Documents, Vec<Finding>) {
    let mut findings = Findings::default();
    let documents = read(Snapshot::of(files.iter().copied()), &mut findings);
    (documents, findings.into_sorted())
}

/// A Score file of the service `shop` with these lines.
fn score(lines: &str) -> String {
    format!("apiVersion: score.dev/v1b1\nmetadata:\n  name: shop\n  annotations: {{\"a.b/c\": note}}\n{lines}")
}

/// The service whose Score file has these lines, and what is found.
fn shop(lines: &str) -> (Documents, Vec<Finding>) {
    let text = score(lines);
    let mut files = vec![
        ("catalog/score.yaml", &*text),
        ("catalog/service.yaml", SERVICE),
        ("catalog/app.conf", "host: ${metadata.name}\n"),
    ];
    if lines.contains("conf/not-a-declaration.yaml") {
        files.push(("catalog/conf/not-a-declaration.yaml", "a: $${b}\n"));
    }
    read_files(&files)
}

/// Rule, line, column and file of each finding.
fn told(findings: &[Finding]) -> Vec<(&str, u32, u32, &str)> {
    let place = |finding: &Finding| (finding.at.start.line, finding.at.start.column);
    findings.iter().map(|f| (f.rule.id, place(f).0, place(f).1, f.at.path.as_str())).collect()
}

/// The single finding of a Score file with these lines: rule, line, column.
fn only(lines: &str) -> (String, u32, u32) {
    let (documents, findings) = shop(lines);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0].at.path.as_str(), "catalog/score.yaml");
    let declarations = &documents.declarations;
    let known = declarations.services.len() + declarations.broken.len();
    assert_eq!(known, 1, "its callers are not told that it does not exist");
    (findings[0].rule.id.to_owned(), findings[0].at.start.line, findings[0].at.start.column)
}

#[test]
fn every_field_of_score_reaches_the_service() {
    let (documents, findings) = shop(
        r#"containers:
  main:
    image: ghcr.io/acme/shop:1.0.0
    command: [/shop]
    args: [serve]
    variables:
      NAME: ${metadata.name}
      NOTE: ${metadata.annotations.a\.b/c} $$ $${HOME}
      DATABASE: ${resources.db.host}/${resources.db.name}
      REGION: ${resources.env.region}
      CART: ${resources.cart.hostname}:${resources.cart.port}
    files:
      - {target: /etc/a, mode: "0600", source: ./app.conf}
      - {target: /etc/b, source: ./app.conf, noExpand: true}
      - {target: /etc/c, content: "$$"}
      - {target: /etc/d, binaryContent: ADBgwpA=}
      - {target: /etc/e, source: conf/not-a-declaration.yaml}
    volumes:
      - {source: data, target: /data, path: /sub/path, readOnly: true}
      - {source: "${resources.data.source}", target: /more}
    resources:
      requests: {cpu: "0.25", memory: 64000K}
      limits: {cpu: "1", memory: 1.5Gi}
    livenessProbe:
      httpGet: {path: /live, port: 8080}
      exec: {command: [/live]}
    readinessProbe:
      httpGet: {path: /ready, port: 8080, scheme: HTTPS, host: h, httpHeaders: [{name: A, value: b}]}
  second:
    image: ghcr.io/acme/shop:1.0.0
    before: {main: {ready: complete}}
    files: {/etc/f: {content: "${metadata.name}"}}
    volumes: {/data: {source: "${resources.data}"}}
service:
  ports:
    web: {port: 80, targetPort: 8080, protocol: TCP}
resources:
  db: {type: postgres, class: default, id: shared-db, metadata: {annotations: {a: b}}, params: {version: "16", x: "${metadata.name}$$"}}
  data: {type: volume, class: large}
  env: {type: environment}
  cart: {type: service-port, params: {workload: cart, port: grpc}}
"#,
    );
    assert_eq!(findings, [], "{findings:#?}");
    let spec = &documents.declarations.services[0].spec;
    let workload = serde_json::json!([&spec.containers, &spec.service, &spec.resources]);
    insta::assert_snapshot!(format!("{workload:#}"));
}

#[test]
fn mistakes_are_where_they_were_written() {
    let image = "containers:\n  main:\n    image: ghcr.io/acme/shop:1.0.0\n";
    for (lines, expected) in [
        ("containers:\n  main:\n    imagee: a:1\n", ("schema/unknown-field", 7, 5)),
        ("containers:\n  main: {}\n", ("schema/missing-field", 6, 3)),
        ("containers: {}\n", ("schema/size", 5, 1)),
        ("containers:\n  main: {image: Acme/Shop:1}\n", ("schema/image", 6, 17)),
        (&format!("{image}    startupProbe: {{exec: {{command: [a]}}}}\n"), ("schema/unknown-field", 8, 5)),
        (&format!("{image}    livenessProbe: {{}}\n"), ("schema/probe-action", 8, 5)),
        (&format!("{image}    variables: {{A: 1}}\n"), ("schema/type", 8, 20)),
        (&format!("{image}    variables: {{A: \"${{metadata.b}}\"}}\n"), ("score/metadata", 8, 20)),
        (&format!("{image}    variables: {{A: \"$$${{metadata.name}}\"}}\n"), ("score/dollar", 8, 20)),
        (&format!("{image}    files: [{{content: x}}]\n"), ("score/target", 8, 14)),
        (
            &format!("{image}    files: [{{target: /a, content: x}}, {{target: /a, content: z}}]\n"),
            ("score/target", 8, 48),
        ),
        (&format!("{image}    files: {{/a: {{source: ../../etc/passwd}}}}\n"), ("score/source", 8, 26)),
        (&format!("{image}    files: {{/a: {{source: none.conf}}}}\n"), ("score/source", 8, 26)),
        (&format!("{image}    files: {{/a: {{source: app.conf, content: x}}}}\n"), ("score/source", 8, 36)),
        (&format!("{image}    files: {{a: {{content: x}}}}\n"), ("schema/key", 8, 13)),
        (&format!("{image}    resources: {{limits: {{memory: 1GB}}}}\n"), ("schema/format", 8, 34)),
        (&format!("{image}resources: {{db: {{type: postgres, id: a.b}}}}\n"), ("schema/name", 8, 39)),
        (&format!("{image}resources: {{db: {{type: redis, klass: small}}}}\n"), ("schema/unknown-field", 8, 31)),
        (&format!("{image}service: {{ports: {{web: {{port: 70000}}}}}}\n"), ("schema/range", 8, 31)),
    ] {
        let (rule, line, column) = only(lines);
        assert_eq!((rule.as_str(), line, column), expected, "{lines}");
    }
}

#[test]
fn a_file_of_another_version_is_told_with_a_fix() {
    let text = score("containers: {main: {image: a:1}}\n").replace("v1b1", "v1");
    let (_, findings) = read_files(&[("catalog/score.yaml", &text), ("catalog/service.yaml", SERVICE)]);
    assert_eq!(told(&findings), [("score/version", 1, 13, "catalog/score.yaml")]);
    assert_eq!(findings[0].fix.as_ref().unwrap().replacement, "score.dev/v1b1");
}

#[test]
fn a_score_file_without_a_service_is_told_with_the_lines_to_write() {
    let text = score("containers: {main: {image: a:1}}\n");
    let (_, findings) = read_files(&[("catalog/x/score.yaml", &text)]);
    assert_eq!(told(&findings), [("score/no-service", 3, 3, "catalog/x/score.yaml")]);
    let lines = findings[0].help[1..].join("\n");
    assert!(lines.contains("$schema=../../schemas/service.schema.json") && lines.contains("score: ./score.yaml"));
    let lines = lines.replace("<team>", "t");
    let (documents, findings) = read_files(&[("catalog/x/score.yaml", &text), ("catalog/x/shop.yaml", &lines)]);
    assert_eq!(findings, []);
    assert_eq!(documents.declarations.services.len(), 1);
}

#[test]
fn a_service_names_a_score_file_that_is_there() {
    let service = SERVICE.replace("./score.yaml", "./scoer.yaml");
    let text = score("containers: {main: {image: a:1}}\n");
    let (_, findings) = read_files(&[("catalog/score.yaml", &text), ("catalog/service.yaml", &service)]);
    assert_eq!(told(&findings)[1], ("score/file", 4, 15, "catalog/service.yaml"));
    assert_eq!(findings[1].help, ["did you mean `score.yaml`? the path is relative to this file"]);
    let (_, findings) = read_files(&[("catalog/service.yaml", &SERVICE.replace("./score", "./service"))]);
    assert_eq!(told(&findings), [("score/file", 4, 15, "catalog/service.yaml")]);
}

#[test]
fn a_score_file_that_cannot_be_parsed_is_told_once() {
    let (documents, findings) = read_files(&[
        ("catalog/score.yaml", "apiVersion: score.dev/v1b1\nmetadata: {\n"),
        ("catalog/service.yaml", SERVICE),
    ]);
    assert!(findings.iter().all(|finding| finding.at.path.as_str() == "catalog/score.yaml"), "{findings:#?}");
    assert_eq!(documents.declarations.broken.len(), 1);
}

#[test]
fn a_workload_stands_in_one_place_and_has_one_name() {
    let text = score("containers: {main: {image: a:1}}\n");
    let both = SERVICE.replace("./score.yaml}", "./score.yaml, resources: {}}");
    let (_, findings) = read_files(&[("catalog/score.yaml", &text), ("catalog/service.yaml", &both)]);
    assert_eq!(told(&findings), [("score/both", 4, 29, "catalog/service.yaml")]);
    let other = text.replace("name: shop", "name: other");
    let (_, findings) = read_files(&[("catalog/score.yaml", &other), ("catalog/service.yaml", SERVICE)]);
    assert_eq!(told(&findings), [("score/name", 3, 9, "catalog/score.yaml")]);
    let twice = format!("{text}---\n{text}");
    let (_, findings) = read_files(&[("catalog/score.yaml", &twice), ("catalog/service.yaml", SERVICE)]);
    assert_eq!(told(&findings), [("score/several", 7, 1, "catalog/score.yaml")]);
}

#[test]
fn an_image_from_outside_takes_the_place_of_a_dot() {
    let text = score("containers:\n  main: {image: .}\n  other: {image: .}\n  third: {image: a:1}\n");
    let mut snapshot = Snapshot::of([("catalog/score.yaml", &*text), ("catalog/service.yaml", SERVICE)]);
    snapshot.images.insert("shop".to_owned(), "all:1".to_owned());
    snapshot.images.insert("shop/other".to_owned(), "one:1".to_owned());
    let mut findings = Findings::default();
    let documents = read(snapshot, &mut findings);
    let images: Vec<&str> =
        documents.declarations.services[0].spec.containers.values().map(|container| &*container.image).collect();
    assert_eq!(images, ["all:1", "one:1", "a:1"]);
}
