//! What an import makes of a text, on values.

use super::*;

fn target() -> Target<'static> {
    let versions = [("postgres".to_owned(), ["15", "16", "18"].map(str::to_owned).to_vec())].into();
    Target { folder: RepoPath::literal("catalog/shop"), owner: Some("shopping"), versions }
}

fn file<'i>(imported: &'i Imported, path: &str) -> &'i str {
    imported.files.get(&RepoPath::literal(path)).unwrap_or_else(|| panic!("{path} of {:?}", imported.files))
}

/// The variable `V` of a service that has this value, beside stores that are called db, cache and minio.
fn variable(key: &str, value: &str) -> Option<String> {
    let text = format!(
        "services:\n  web:\n    image: a:1\n    depends_on: [db]\n    environment: {{{key}: \"{value}\"}}\n  api: {{image: b:1}}\n  \
         db: {{image: postgres:17, environment: {{POSTGRES_USER: u, POSTGRES_PASSWORD: p, POSTGRES_DB: d}}}}\n  \
         cache: {{image: redis:7}}\n  minio: {{image: minio/minio:1}}\n"
    );
    let imported = compose(&text, &target()).unwrap();
    let prefix = format!("{key}: ");
    file(&imported, "catalog/shop/web.yaml")
        .lines()
        .find_map(|line| Some(line.trim().strip_prefix(&prefix)?.to_owned()))
}

#[test]
fn values_that_name_a_store_get_its_placeholders() {
    for (key, value, expected) in [
        ("HOST", "db", "${resources.db.host}"),
        ("ADDRESS", "db:5432", "${resources.db.host}:${resources.db.port}"),
        ("DB_USER", "u", "${resources.db.username}"),
        ("DB_PASSWORD", "p", "${resources.db.password}"),
        ("DB_PORT", "5432", "${resources.db.port}"),
        (
            "CACHE",
            "redis://:x@cache:6379/0",
            "redis://:${resources.cache.password}@${resources.cache.host}:${resources.cache.port}/0",
        ),
        ("URL", "mysql://db", "mysql://${resources.db.host}"),
        ("S3", "http://minio:9000/", "${resources.minio.endpoint}"),
        ("API", "http://api:80/db", "http://${services.api.host}:80/db"),
        ("PLAIN", "u", "u"),
        ("LITERAL", "a$${b}", "a$${b}"),
    ] {
        assert_eq!(
            variable(key, value).map(|text| text.trim_matches('"').to_owned()).as_deref(),
            Some(expected),
            "{key}"
        );
    }
}

#[test]
fn equal_values_are_told_apart_by_the_name_of_the_variable() {
    let store = "{image: postgres:17, environment: {POSTGRES_USER: x, POSTGRES_PASSWORD: x, POSTGRES_DB: x}}";
    let web = "{image: a:1, depends_on: [db], environment: {DB_USER: x, DB_PASSWORD: x, DB_NAME: x}}";
    let imported = compose(&format!("services:\n  web: {web}\n  db: {store}\n"), &target()).unwrap();
    let text = file(&imported, "catalog/shop/web.yaml");
    for (key, output) in [("DB_USER", "username"), ("DB_PASSWORD", "password"), ("DB_NAME", "database")] {
        assert!(text.contains(&format!("{key}: ${{resources.db.{output}}}\n")), "{text}");
    }
}

#[test]
fn a_secret_is_not_written_down() {
    for (key, value) in [("API_TOKEN", "hunter2"), ("URL", "https://a:hunter2@b.example")] {
        assert_eq!(variable(key, value), None, "{key}");
    }
}

#[test]
fn what_is_made_is_read_by_our_own_reader() {
    let imported = compose("services: {web: {image: \"a:1\", ports: [\"80\"]}}\n", &target()).unwrap();
    assert_eq!(imported.findings([]).1, []);
    let text = file(&imported, "catalog/shop/web.yaml");
    assert!(
        text.starts_with("# yaml-language-server: $schema=../../schemas/service.schema.json\napiVersion:"),
        "{text}"
    );
}

#[test]
fn a_score_file_gets_the_service_that_names_it() {
    let content = "apiVersion: score.dev/v1b1\nmetadata: {name: shop}\ncontainers: {a: {image: \"a:1\"}}\n";
    let imported = score(content, "score.yaml", &target()).unwrap();
    let beside = [(RepoPath::literal("catalog/shop/score.yaml"), Arc::from(content))];
    assert_eq!(imported.findings(beside).1, []);
    assert!(file(&imported, "catalog/shop/shop.yaml").contains("score: ./score.yaml"));
}

#[test]
fn names_of_others_become_names_here() {
    for (theirs, ours) in [("My_Service.v2", "my-service-v2"), ("9lives-", "lives"), ("___", "unnamed")] {
        assert_eq!(name(theirs), ours);
    }
}

#[test]
fn files_of_another_kind_are_told_and_give_nothing() {
    let nothing = compose("a: b\n", &target()).unwrap();
    assert!(nothing.files.is_empty() && nothing.notes == ["the file has no `services`"]);
    assert!(backstage("a: [\n", &target()).is_err());
    assert_eq!(score("", "score.yaml", &target()).unwrap().files.len(), 0);
}
