//! CODEOWNERS: who has to approve a change of which file, by the owners that declarations name.
//!
//! In go the documents and the catalog, out comes one file in GitHub's syntax. The last pattern that matches a file
//! wins, so that the broad ones stand first: `*` and the platform files are the platform owners', then come folders
//! whose files all have the same owners, then single files. The file is small enough for GitHub, or there is a finding.

mod owners;
pub mod rules;
mod tree;

use super::Artifact;
use crate::link::Catalog;
use crate::model::{Findings, Location, RepoPath};
use crate::read::Documents;
use std::fmt::Write;

/// GitHub ignores larger files, so that nothing would have an owner.
pub const MAX_BYTES: usize = 3_000_000;

const NOTICE: &str = "\
# Compiled by Pavior from the owners that declarations name. Do not edit: change the declaration and compile again.
# The last pattern that matches a file wins.
";

/// The file, or none where no platform owner is known who could own the rest.
pub fn codeowners(documents: &Documents, catalog: &Catalog<'_>, findings: &mut Findings) -> Option<Artifact> {
    let platform = owners::platform(catalog)?;
    let files = owners::by_file(documents, catalog, &platform);
    let mut text = NOTICE.to_owned();
    let mut rule = |pattern: &str, owners: &owners::Owners| {
        let names: Vec<&str> = owners.iter().map(String::as_str).collect();
        writeln!(text, "{pattern} {}", names.join(" ")).expect("writing to a string succeeds");
    };
    rule("*", &platform);
    for (pattern, owners) in tree::rules(&files, &platform) {
        rule(&pattern, owners);
    }
    within_limit(text, findings)
}

fn within_limit(text: String, findings: &mut Findings) -> Option<Artifact> {
    if text.len() >= MAX_BYTES {
        findings.push(rules::too_large(text.len(), Location::file(RepoPath::literal("pavior.yaml"))));
        return None;
    }
    Some(Artifact { path: RepoPath::literal("CODEOWNERS"), text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::link;
    use crate::query::sample;
    use crate::read::{Snapshot, read};
    use serde_json::{Value, json};

    /// Declarations in files of their own choice.
    fn compiled(files: &[(&str, Vec<Value>)]) -> String {
        let texts: Vec<(String, String)> = files
            .iter()
            .map(|(path, declarations)| {
                let documents: Vec<String> = declarations.iter().map(Value::to_string).collect();
                ((*path).to_owned(), documents.join("\n---\n"))
            })
            .collect();
        let mut findings = Findings::default();
        let snapshot = Snapshot::of(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let documents = read(snapshot, &mut findings);
        let catalog = link(&documents, &mut findings);
        let text = codeowners(&documents, &catalog, &mut findings).unwrap().text;
        text.strip_prefix(NOTICE).unwrap().to_owned()
    }

    fn service(name: &str, owner: &str) -> Value {
        let spec = json!({"containers": {"main": {"image": "example.com/app:1"}}});
        sample::declaration("Service", json!({"name": name, "owner": owner}), spec)
    }

    fn team(name: &str) -> Value {
        sample::declaration("Team", json!({"name": name}), json!({"forgeTeam": format!("@acme/{name}")}))
    }

    fn organisation() -> Vec<(&'static str, Vec<Value>)> {
        let platform = sample::declaration(
            "Platform",
            json!({"name": "acme"}),
            json!({"organisation": "acme", "owners": ["platform"]}),
        );
        vec![
            ("pavior.yaml", vec![platform]),
            ("catalog/teams.yaml", vec![team("platform"), team("front"), team("money")]),
        ]
    }

    #[test]
    fn a_folder_of_one_owner_is_one_rule_and_a_file_of_two_names_both() {
        let mut files = organisation();
        files.push(("catalog/front/a.yaml", vec![service("a", "front")]));
        files.push(("catalog/front/more/b.yaml", vec![service("b", "front")]));
        files.push(("catalog/mixed/c.yaml", vec![service("c", "money")]));
        files.push(("catalog/mixed/d e#f.yaml", vec![service("d", "front"), service("e", "money")]));
        assert_eq!(
            compiled(&files),
            "* @acme/platform\n\
             /catalog/front/ @acme/front\n\
             /catalog/mixed/c.yaml @acme/money\n\
             /catalog/mixed/d\\ e\\#f.yaml @acme/front @acme/money\n"
        );
    }

    #[test]
    fn a_platform_file_stays_with_the_platform_whoever_it_names() {
        let mut files = organisation();
        let kind = json!({
            "params": {"type": "object", "additionalProperties": false, "properties": {}}, "classes": {"small": {}},
            "defaultClass": "small", "outputs": {},
            "provisioners": [{"environment": {"provider": "local"}, "outputs": {}}],
        });
        let kind = sample::declaration("ResourceType", json!({"name": "redis", "owner": "money"}), kind);
        files.push(("golden-paths/resources/redis/resource-type.yaml", vec![kind]));
        assert_eq!(compiled(&files), "* @acme/platform\n");
    }

    #[test]
    fn a_team_does_not_own_its_own_budget_unless_it_is_said_to() {
        let mut files = organisation();
        let own =
            sample::declaration("Team", json!({"name": "own", "owner": "front"}), json!({"forgeTeam": "@acme/own"}));
        files.push(("catalog/own.yaml", vec![own]));
        assert_eq!(compiled(&files), "* @acme/platform\n/catalog/own.yaml @acme/front\n");
    }

    #[test]
    fn without_an_owner_that_exists_the_platform_owns_it() {
        let mut files = organisation();
        files.push(("catalog/front/a.yaml", vec![service("a", "nobody")]));
        assert_eq!(compiled(&files), "* @acme/platform\n");
    }

    #[test]
    fn a_file_that_github_would_ignore_is_a_finding() {
        let mut findings = Findings::default();
        assert!(within_limit("x".repeat(MAX_BYTES - 1), &mut findings).is_some() && findings.is_empty());
        assert_eq!(within_limit("x".repeat(MAX_BYTES), &mut findings), None);
        assert_eq!(findings.into_sorted()[0].rule.id, "codeowners/too-large");
    }
}
