//! A repository that compiles, with some of its values replaced, removed, copied or renamed: what a parser never sees
//! of random bytes.

use super::world::{REPOSITORY, assert_compiles_or_tells, with_resource_types};
use super::{Reached, words};
use arbitrary::{Result, Unstructured};
use pavior::emit::yaml::document;
use pavior::model::{Findings, RepoPath};
use pavior::read::{Snapshot, parse};
use serde_json::{Map, Value};
use std::fmt::Write;
use std::sync::{Arc, LazyLock};

/// The documents of each file, as trees.
static TREES: LazyLock<Vec<(RepoPath, Vec<Value>)>> = LazyLock::new(|| {
    let documents = parse(&REPOSITORY, &mut Findings::default());
    let mut files: Vec<(RepoPath, Vec<Value>)> = Vec::new();
    for document in documents {
        match files.last_mut() {
            Some((path, trees)) if *path == document.path => trees.push(document.root().to_json()),
            _ => files.push((document.path.clone(), vec![document.root().to_json()])),
        }
    }
    files
});

/// Every value of the repository, to be put in other places.
static VALUES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let mut values = Vec::new();
    TREES.iter().flat_map(|(_, trees)| trees).for_each(|tree| collect(tree, &mut values));
    values
});

/// Words that some field takes.
const LIKELY: &[&str] = &[
    "cart",
    "web",
    "events",
    "shop-events",
    "production",
    "cluster",
    "1Gi",
    "0",
    "-1",
    "100%",
    "0%",
    "99.999%",
    "30d",
    "1s",
    "0 0 31 2 *",
    "* * * * *",
    "worker",
    "static",
    "job",
    "cron",
    "service",
    "kubernetes",
    "aws",
    "gcp",
    "local",
    "/",
    "/tmp",
    "/data",
    "${resources.db.host}",
    "${resources.db.password}",
    "${services.cart.host}",
    "${services.web.port}",
    "$${x}",
    "$(A)",
    "${metadata.name}",
    "${environment.region}",
    "${secrets.gateway.API_KEY}",
    "10.0.0.0/8",
    "0.0.0.0/0",
    "::/0",
    "a.example:5000/x/y:tag",
    "latest",
    "large",
    "redis",
    "mysql",
    "volume",
    "secret",
    "identity",
    "0 USD",
    "99999999999999 EUR",
    "2024-02-29",
    "a-name-that-is-as-long-as-any-name-may-ever-be-in-this-repository",
];

pub fn holds(data: &[u8]) -> Reached {
    let Ok(snapshot) = edited(&mut Unstructured::new(data)) else { return Reached::Refused };
    match assert_compiles_or_tells(with_resource_types(snapshot)) {
        Some(units) if units.len() > 2 => Reached::Through,
        _ => Reached::Told,
    }
}

fn edited(u: &mut Unstructured<'_>) -> Result<Snapshot> {
    let mut files = TREES.clone();
    // Without most of its resources most of the work is spared.
    if u.ratio(7, 8)? {
        files.retain(|(path, _)| path.file_name() != "cart.yaml");
        let left_out = *u.choose(&["web", "mailer"])?;
        for (_, trees) in &mut files {
            trees.retain(|tree| tree["metadata"]["name"] != left_out);
        }
        let lean: Value = serde_json::json!({
            "apiVersion": "pavior.dev/v1", "kind": "Service",
            "metadata": {"name": "cart", "description": "A lean one", "owner": "shopping"},
            "spec": {"apis": {"provides": [{"name": "cart", "format": "grpc"}]},
                "containers": {"main": {"image": "ghcr.io/acme/cart:v1",
                    "variables": {"KEY": "${secrets.gateway.API_KEY}"}, "files": {"/etc/a": {"content": "x\n"}}}},
                "service": {"ports": {"grpc": {"port": 7070}, "http": {"port": 80}}}}});
        files.push((RepoPath::literal("catalog/cart.yaml"), vec![lean]));
    }
    for _ in 0..u.int_in_range(1..=6)? {
        let file = u.choose_index(files.len())?;
        let trees = &mut files[file].1;
        let tree = u.choose_index(trees.len())?;
        edit(&mut trees[tree], u, 0)?;
    }
    let mut snapshot = Snapshot::default();
    for (path, trees) in &files {
        snapshot.files.insert(path.clone(), Arc::from(text_of(trees)));
    }
    Ok(snapshot)
}

/// Goes down to some value and changes it.
fn edit(value: &mut Value, u: &mut Unstructured<'_>, depth: usize) -> Result<()> {
    match value {
        Value::Object(entries) if !entries.is_empty() && (depth < 2 || u.ratio(9, 10)?) => {
            let at = u.choose_index(entries.len())?;
            if depth >= 2 && u.ratio(1, 8)? {
                return edit_entry(entries, at, u);
            }
            let (_, child) = entries.iter_mut().nth(at).expect("the index was chosen among them");
            edit(child, u, depth + 1)
        }
        Value::Array(items) if !items.is_empty() && u.ratio(3, 4)? => {
            let at = u.choose_index(items.len())?;
            match u.int_in_range(0..=3)? {
                0 => drop(items.remove(at)),
                1 => items.push(items[at].clone()),
                _ => edit(&mut items[at], u, depth + 1)?,
            }
            Ok(())
        }
        other => {
            *other = replacement(other, u)?;
            Ok(())
        }
    }
}

fn edit_entry(entries: &mut Map<String, Value>, at: usize, u: &mut Unstructured<'_>) -> Result<()> {
    let key = entries.keys().nth(at).cloned().expect("the index was chosen among them");
    match u.int_in_range(0..=3)? {
        0 => drop(entries.remove(&key)),
        1 => {
            let value = entries.remove(&key).unwrap_or_default();
            let key = if u.arbitrary()? { words::text(u)? } else { (*u.choose(LIKELY)?).to_owned() };
            entries.insert(key, value);
        }
        2 => {
            let copy = entries[&key].clone();
            let number = u.int_in_range(0..=3)?;
            entries.insert(format!("{key}{number}"), copy);
        }
        _ => {
            let value = u.choose(&VALUES)?.clone();
            entries.insert(key, value);
        }
    }
    Ok(())
}

fn replacement(value: &Value, u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match (u.int_in_range(0..=9)?, value) {
        (0..=2, Value::String(text)) => Value::String(format!("{text}{}", words::text(u)?)),
        (0..=3, Value::Number(_)) => Value::from(u.int_in_range(-2..=70_000)?),
        (0..=3, Value::Bool(is)) => Value::Bool(!is),
        (3 | 4, _) => Value::from(*u.choose(LIKELY)?),
        (5 | 6, _) => u.choose(&VALUES)?.clone(),
        (7, _) => words::tree(u, 2)?,
        _ => Value::String(words::text(u)?),
    })
}

fn collect(value: &Value, values: &mut Vec<Value>) {
    values.push(value.clone());
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, values)),
        Value::Object(entries) => entries.values().for_each(|item| collect(item, values)),
        _ => {}
    }
}

fn text_of(trees: &[Value]) -> String {
    let mut text = String::new();
    for tree in trees {
        let written = match tree {
            Value::Object(tree) => document(tree),
            other => other.to_string(),
        };
        write!(text, "---\n{written}").expect("writing to a string succeeds");
    }
    text
}
