//! `pavior resource-types`: what a service can ask for.

use super::repository::Repository;
use super::rules::Format;
use super::{Outcome, terminal};
use crate::model::kinds::ResourceType;
use crate::model::{listed, nearest};
use crate::read::{Declared, read};
use crate::report::{Align, inert, inert_json, markdown_to_terminal, resource_type, table, visible};
use crate::revisions;
use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};

/// List what a service can ask for, or document one type
#[derive(Debug, Args)]
pub struct ResourceTypes {
    #[command(flatten)]
    repository: Repository,
    /// A resource type, such as `postgres`
    name: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub fn run(arguments: &ResourceTypes) -> anyhow::Result<Outcome> {
    let root = arguments.repository.root()?;
    let mut loaded = revisions::load(&root, None)?;
    let documents = read(loaded.snapshot, &mut loaded.findings);
    let types = sorted(&documents.declarations.resource_types);
    if loaded.findings.has_errors() {
        terminal::tell("this repository has errors, so that types may be missing here; `pavior check` shows them");
    }
    let text = match &arguments.name {
        None => list(&types, arguments.format),
        Some(name) => documented(known(&types, name)?, arguments.format),
    };
    terminal::print(&text)?;
    Ok(Outcome::Clean)
}

fn sorted(types: &[Declared<ResourceType>]) -> Vec<&Declared<ResourceType>> {
    let mut types: Vec<_> = types.iter().collect();
    types.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
    types
}

fn known<'d>(types: &[&'d Declared<ResourceType>], name: &str) -> anyhow::Result<&'d Declared<ResourceType>> {
    let Some(found) = types.iter().find(|declared| *declared.metadata.name == *name) else {
        let names = || types.iter().map(|declared| &*declared.metadata.name);
        match nearest(name, names()) {
            Some(near) => bail!("there is no resource type `{name}`; did you mean `{near}`?"),
            None => bail!("there is no resource type `{name}`; known: {}", listed(names(), 30)),
        }
    };
    Ok(found)
}

fn list(types: &[&Declared<ResourceType>], format: Format) -> String {
    match format {
        Format::Human => human(types),
        Format::Json => pretty(&types.iter().map(|declared| value(declared)).collect()),
        Format::Markdown => types.iter().map(|declared| markdown(declared)).collect::<Vec<_>>().join("\n"),
    }
}

fn documented(declared: &Declared<ResourceType>, format: Format) -> String {
    match format {
        Format::Human => markdown_to_terminal(&markdown(declared), terminal::paint(), terminal::width()),
        Format::Json => pretty(&value(declared)),
        Format::Markdown => markdown(declared),
    }
}

fn human(types: &[&Declared<ResourceType>]) -> String {
    if types.is_empty() {
        return "there are no resource types: declare them below golden-paths/resources/\n".to_owned();
    }
    let columns =
        [("type", Align::Left), ("classes", Align::Left), ("providers", Align::Left), ("what it is", Align::Left)];
    let rows: Vec<Vec<String>> = types
        .iter()
        .map(|declared| {
            let classes: Vec<&str> = declared.spec.classes.keys().map(|name| &**name).collect();
            let mut providers: Vec<&str> = declared
                .spec
                .provisioners
                .iter()
                .map(|provisioner| provisioner.environment.provider.as_str())
                .collect();
            providers.dedup();
            vec![
                declared.metadata.name.to_string(),
                classes.join(" "),
                providers.join(" "),
                declared.metadata.description.clone(),
            ]
        })
        .collect();
    inert(format!("{}\n`pavior resource-types <type>` documents one\n", table(&columns, &rows)))
}

fn markdown(declared: &Declared<ResourceType>) -> String {
    inert(visible(&resource_type(&declared.metadata, &declared.spec)).into_owned())
}

fn value(declared: &Declared<ResourceType>) -> Value {
    json!({"metadata": declared.metadata, "spec": declared.spec})
}

fn pretty(value: &Value) -> String {
    inert_json(format!("{value:#}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::DocumentId;

    fn declared(name: &str, providers: &[&str]) -> Declared<ResourceType> {
        let provisioners: Vec<Value> =
            providers.iter().map(|provider| json!({"environment": {"provider": provider}, "outputs": {}})).collect();
        let spec = json!({
            "params": {"type": "object", "additionalProperties": false, "properties": {}},
            "classes": {"small": {}, "large": {}}, "defaultClass": "small", "outputs": {}, "provisioners": provisioners,
        });
        let metadata = json!({"name": name, "description": "What it is"});
        Declared {
            document: DocumentId(0),
            metadata: serde_json::from_value(metadata).unwrap(),
            spec: serde_json::from_value(spec).unwrap(),
        }
    }

    #[test]
    fn types_are_listed_by_name() {
        let types = [declared("redis", &["aws", "local"]), declared("bucket", &["gcp"])];
        let expected = "\
type    classes      providers  what it is
bucket  small large  gcp        What it is
redis   small large  aws local  What it is

`pavior resource-types <type>` documents one
";
        assert_eq!(human(&sorted(&types)), expected);
    }

    #[test]
    fn an_unknown_type_is_answered_with_a_near_one_or_all() {
        let types = [declared("redis", &["aws"]), declared("postgres", &["aws"])];
        let error = |name| known(&sorted(&types), name).unwrap_err().to_string();
        assert_eq!(error("postgress"), "there is no resource type `postgress`; did you mean `postgres`?");
        assert_eq!(error("kafka"), "there is no resource type `kafka`; known: `postgres` and `redis`");
    }
}
