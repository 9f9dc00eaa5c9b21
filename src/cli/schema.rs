//! `pavior schema`: the JSON Schemas of everything that people write and programs read.

use super::{Outcome, terminal};
use crate::model::listed;
use crate::read::schema::all_schemas;
use crate::report;
use crate::review::policy::input_schema;
use anyhow::{Context, bail};
use clap::Args;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Print or write the JSON Schemas, for editors and programs
#[derive(Debug, Args)]
pub struct Schema {
    /// One schema, such as `service` or `report`; default all
    kind: Option<String>,
    /// Write <DIR>/<kind>.schema.json instead of printing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write nothing; exit 1 when a file in DIR is not what would be written
    #[arg(long, requires = "out")]
    check: bool,
}

const ENDING: &str = ".schema.json";

/// The text of every schema by the name of its file.
type Schemas = BTreeMap<String, String>;

fn schemas() -> Schemas {
    let mut schemas = all_schemas();
    schemas.insert(format!("cost{ENDING}"), format!("{:#}\n", report::cost_schema()));
    #[cfg(feature = "forge")]
    schemas.insert(format!("deployment{ENDING}"), format!("{:#}\n", crate::forge::deployment::deployment_schema()));
    schemas.insert(format!("diff{ENDING}"), format!("{:#}\n", report::diff_schema()));
    schemas.insert(format!("drift{ENDING}"), format!("{:#}\n", crate::deliver::drift::drift_schema()));
    schemas.insert(format!("explain{ENDING}"), format!("{:#}\n", report::explain_schema()));
    schemas.insert(format!("provenance{ENDING}"), format!("{:#}\n", report::provenance_schema()));
    schemas.insert(format!("policy-input{ENDING}"), format!("{:#}\n", input_schema()));
    schemas.insert(format!("preflight{ENDING}"), format!("{:#}\n", report::preflight_schema()));
    schemas.insert(format!("report{ENDING}"), format!("{:#}\n", report::schema()));
    schemas
}

pub fn run(arguments: &Schema) -> anyhow::Result<Outcome> {
    let schemas = selected(schemas(), arguments.kind.as_deref())?;
    match &arguments.out {
        Some(out) if arguments.check => compare(&schemas, out),
        Some(out) => write(&schemas, out),
        None => {
            terminal::print(&printed(schemas)?)?;
            Ok(Outcome::Clean)
        }
    }
}

fn selected(mut schemas: Schemas, kind: Option<&str>) -> anyhow::Result<Schemas> {
    let Some(kind) = kind else { return Ok(schemas) };
    match schemas.remove_entry(&format!("{kind}{ENDING}")) {
        Some(schema) => Ok(Schemas::from([schema])),
        None => bail!("there is no schema `{kind}`; known: {}", listed(schemas.keys().map(|file| name(file)), 99)),
    }
}

fn name(file: &str) -> &str {
    file.strip_suffix(ENDING).unwrap_or(file)
}

/// One schema as it is, several as an object of them by name.
fn printed(schemas: Schemas) -> anyhow::Result<String> {
    if schemas.len() == 1 {
        return Ok(schemas.into_values().collect());
    }
    let parsed = |(file, text): (String, String)| -> anyhow::Result<(String, Value)> {
        Ok((name(&file).to_owned(), serde_json::from_str(&text).with_context(|| format!("reading {file}"))?))
    };
    Ok(format!("{:#}\n", schemas.into_iter().map(parsed).collect::<anyhow::Result<Value>>()?))
}

/// Writes only what differs, so that nothing that watches these files wakes up for nothing.
fn write(schemas: &Schemas, out: &Path) -> anyhow::Result<Outcome> {
    std::fs::create_dir_all(out).with_context(|| format!("making {}", out.display()))?;
    for (path, text) in drifted(schemas, out) {
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        terminal::tell(&format!("wrote {}", path.display()));
    }
    Ok(Outcome::Clean)
}

fn compare(schemas: &Schemas, out: &Path) -> anyhow::Result<Outcome> {
    let drifted = drifted(schemas, out);
    let lines = drifted.iter().map(|(path, _)| format!("{} is not what the types say\n", path.display()));
    terminal::print(&lines.collect::<String>())?;
    Ok(if drifted.is_empty() { Outcome::Clean } else { Outcome::Blocked })
}

/// Files that differ from what they should be, with what they should be.
fn drifted<'s>(schemas: &'s Schemas, out: &Path) -> Vec<(PathBuf, &'s str)> {
    schemas
        .iter()
        .map(|(file, text)| (out.join(file), text.as_str()))
        .filter(|(path, text)| std::fs::read_to_string(path).ok().as_deref() != Some(text))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `cargo run -- schema --out schemas` writes them anew.
    #[test]
    fn committed_schemas_are_those_of_the_types() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        let stale: Vec<PathBuf> = drifted(&schemas(), &folder).into_iter().map(|(path, _)| path).collect();
        assert!(stale.is_empty(), "`cargo run -- schema --out schemas` writes anew: {stale:?}");
        for entry in std::fs::read_dir(&folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(schemas().contains_key(&name), "schemas/{name} belongs to no kind; remove it");
        }
    }

    #[test]
    fn an_unknown_kind_is_answered_with_those_there_are() {
        let error = selected(schemas(), Some("servce")).unwrap_err().to_string();
        assert!(error.starts_with("there is no schema `servce`"), "{error}");
        assert!(error.contains("`report`"), "{error}");
    }

    #[test]
    fn several_schemas_are_printed_as_one_object() {
        let two =
            Schemas::from([("a.schema.json".to_owned(), "1".to_owned()), ("b.schema.json".to_owned(), "2".to_owned())]);
        assert_eq!(printed(two).unwrap(), "{\n  \"a\": 1,\n  \"b\": 2\n}\n");
    }

    #[test]
    fn only_schemas_that_differ_are_drifted() {
        let folder = tempfile::tempdir().unwrap();
        let schemas = schemas();
        assert_eq!(drifted(&schemas, folder.path()).len(), schemas.len());
        write(&schemas, folder.path()).unwrap();
        assert_eq!(drifted(&schemas, folder.path()), []);
        std::fs::write(folder.path().join("report.schema.json"), "{}").unwrap();
        assert_eq!(drifted(&schemas, folder.path()).len(), 1);
        assert_eq!(compare(&schemas, folder.path()).unwrap(), Outcome::Blocked);
    }
}
