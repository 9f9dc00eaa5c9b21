//! The catalog as files that others read, of the real organisation.

use crate::compiled::shipped;
use crate::process::pavior;
use crate::repository::Repository;
use std::fs;
use std::path::Path;

fn stdout(arguments: &[&str]) -> String {
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let ended = pavior(&Repository::shipped(), &arguments, &[]);
    assert_eq!(ended.exit_code, "0\n", "{}", ended.stderr);
    ended.stdout
}

#[test]
fn compile_writes_what_export_prints() {
    let compiled = &shipped().files;
    assert_eq!(compiled["CODEOWNERS"], stdout(&["catalog", "export", "--format", "codeowners"]));
    let entities: Vec<&str> = compiled
        .iter()
        .filter(|(path, _)| path.starts_with("catalog/") && *path != "catalog/all.yaml")
        .map(|(_, text)| text.as_str())
        .collect();
    assert!(entities.len() > 30, "{}", entities.len());
    let printed = stdout(&["catalog", "export", "--format", "backstage"]);
    assert_eq!(printed.matches("\nkind: ").count(), entities.len());
    assert!(entities.iter().all(|entity| printed.contains(entity)));
}

#[test]
fn the_picture_in_the_documentation_is_the_one_that_is_drawn() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/catalog-graph.svg");
    let drawn = stdout(&["catalog", "graph", "--format", "svg", "--environment", "production"]);
    if std::env::var_os("PAVIOR_BLESS").is_some_and(|value| value == "1") {
        fs::write(&path, &drawn).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), drawn, "PAVIOR_BLESS=1 draws it anew");
}
