//! `pavior preview sleep` and `wake`: in a cluster; or patches for the objects of a preview, which come in as the cluster
//! shows them.

use super::super::{Outcome, terminal};
use super::one::Named;
use crate::preview::{Patch, sleep, wake};
use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};
use std::io::Read;
use std::path::PathBuf;

/// Scale a preview to nothing, and keep how much there was
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Sleep {
    #[command(flatten)]
    objects: Objects,
    #[command(flatten)]
    named: Named,
}

/// Bring a preview back to what it was before it slept
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Wake {
    #[command(flatten)]
    objects: Objects,
    #[command(flatten)]
    named: Named,
}

const HOW: &str = "\
Without --pull it prints patches: it reads what `kubectl get deployments,statefulsets,cronjobs -n pr-7 -o json` prints. A line for each patch: an object with \
apiVersion, kind, namespace, name, and a JSON merge patch. What sleeps already, or is awake, has none.";

#[derive(Debug, Args)]
struct Objects {
    /// A file with the objects, whose patches are printed; default standard input
    #[arg(long, value_name = "FILE", conflicts_with = "pull")]
    objects: Option<PathBuf>,
}

/// No namespace of a preview holds more.
const MOST_BYTES: u64 = 64 << 20;

pub fn fall_asleep(arguments: &Sleep) -> anyhow::Result<Outcome> {
    match arguments.named.one() {
        Some(one) => one.put_to_sleep(),
        None => printed(&arguments.objects, sleep),
    }
}

pub fn wake_up(arguments: &Wake) -> anyhow::Result<Outcome> {
    match arguments.named.one() {
        Some(one) => one.wake(),
        None => printed(&arguments.objects, wake),
    }
}

fn printed(objects: &Objects, patch: fn(&Value) -> Option<Patch>) -> anyhow::Result<Outcome> {
    let list = objects.read()?;
    let single = std::slice::from_ref(&list);
    let all = list.get("items").and_then(Value::as_array).map_or(single, Vec::as_slice);
    if all.iter().any(|one| one.get("kind").is_none()) {
        bail!("that is no list of Kubernetes objects: one has no kind");
    }
    let line = |Patch { api_version, kind, namespace, name, body }: Patch| {
        let value = json!({
            "apiVersion": api_version, "kind": kind, "namespace": namespace, "name": name, "patch": body,
        });
        format!("{value}\n")
    };
    terminal::print(&all.iter().filter_map(patch).map(line).collect::<String>())?;
    Ok(Outcome::Clean)
}

impl Objects {
    fn read(&self) -> anyhow::Result<Value> {
        let mut text = String::new();
        let read = match &self.objects {
            Some(path) => {
                let file = std::fs::File::open(path).with_context(|| format!("opening {}", path.display()))?;
                file.take(MOST_BYTES).read_to_string(&mut text)
            }
            None => std::io::stdin().take(MOST_BYTES).read_to_string(&mut text),
        };
        read.context("reading the objects")?;
        serde_json::from_str(&text).context("reading the objects: they are no JSON")
    }
}
