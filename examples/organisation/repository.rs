//! The files of a whole platform repository, by path: settings, golden paths, environments, teams, services.

use crate::service::{self, Change, TEAM};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// Files by their path in the repository.
pub type Files = BTreeMap<String, String>;

/// The environments that there can be; a smaller organisation has the first of them.
pub const ENVIRONMENTS: [&str; 4] = ["production", "staging", "preview", "local"];

/// An organisation of so many services in so many environments, with the golden paths that `shipped` holds.
pub fn repository(shipped: &Path, services: usize, environments: usize) -> io::Result<Files> {
    let names = &ENVIRONMENTS[..environments];
    let mut files = Files::new();
    copy(shipped, "golden-paths", &mut files)?;
    copy(shipped, "policies", &mut files)?;
    files.insert("pavior.yaml".to_owned(), PLATFORM.to_owned());
    files.insert("catalog/teams/platform.yaml".to_owned(), team("platform"));
    for name in names {
        let text = std::fs::read_to_string(shipped.join(format!("catalog/environments/{name}.yaml")))?;
        files.insert(format!("catalog/environments/{name}.yaml"), environment(&text, names));
    }
    for number in 0..services.div_ceil(TEAM) {
        let name = service::team(number * TEAM);
        files.insert(format!("catalog/teams/{name}.yaml"), team(&name));
        let (topic, owner) = service::topic(number * TEAM);
        if owner == number {
            files.insert(format!("catalog/{name}/{topic}.yaml"), shared_topic(&topic, &name));
        }
    }
    for index in 0..services {
        files.insert(service::path(index), service::declaration(index, names, None));
        files.extend(service::secret_request(index, names));
    }
    Ok(files)
}

/// The files that a change of so many services writes anew; the services lie far apart.
pub fn changed(services: usize, environments: usize, count: usize) -> Files {
    let names = &ENVIRONMENTS[..environments];
    let of = |number: usize| {
        let index = number * services / count;
        (service::path(index), service::declaration(index, names, Some(Change::number(number))))
    };
    (0..count).map(of).collect()
}

/// All files below a folder, where there is one.
fn copy(shipped: &Path, folder: &str, files: &mut Files) -> io::Result<()> {
    let path = shipped.join(folder);
    if !path.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let below = format!("{folder}/{name}");
        if entry.file_type()?.is_dir() {
            copy(shipped, &below, files)?;
        } else {
            files.insert(below, std::fs::read_to_string(entry.path())?);
        }
    }
    Ok(())
}

/// A shipped environment, large enough for everybody and without references to environments that are not there.
fn environment(text: &str, names: &[&str]) -> String {
    let names_absent = |line: &str| {
        let value = line.trim().strip_prefix("promotesFrom: ").or_else(|| line.trim().strip_prefix("shares: "));
        value.is_some_and(|value| !names.contains(&value))
    };
    let mut result = String::new();
    for line in text.lines().filter(|line| !names_absent(line)) {
        let is_limit = line.trim().starts_with("capacity:") || line.trim().starts_with("monthlyBudget:");
        if !is_limit {
            result.push_str(line);
            result.push('\n');
        }
    }
    result
}

fn team(name: &str) -> String {
    format!(
        "# yaml-language-server: $schema=../../schemas/team.schema.json\napiVersion: pavior.dev/v1\nkind: Team\n\
         metadata:\n  name: {name}\n  description: Looks after what {name} owns\nspec:\n  forgeTeam: \"@acme/{name}\"\n  \
         members:\n    - {{login: {name}-first, name: First Member}}\n    - {{login: {name}-second, name: Second Member}}\n  \
         onCall: {{rotation: {name}-primary, url: \"https://oncall.acme.example/{name}\"}}\n  channel: \"#{name}\"\n  \
         monthlyBudget: 9000 USD\n  costCentre: CC-1100\n"
    )
}

fn shared_topic(name: &str, owner: &str) -> String {
    format!(
        "# yaml-language-server: $schema=../../schemas/resource.schema.json\napiVersion: pavior.dev/v1\n\
         kind: Resource\nmetadata:\n  name: {name}\n  description: What happened in this part of the business\n  \
         owner: {owner}\nspec:\n  type: topic\n  class: small\n"
    )
}

const PLATFORM: &str = "\
# yaml-language-server: $schema=schemas/platform.schema.json
apiVersion: pavior.dev/v1
kind: Platform
metadata:
  name: acme
  description: The platform of a large organisation, made up to measure with
spec:
  organisation: acme
  forge: {kind: github, repository: acme/platform}
  owners: [platform]
";
