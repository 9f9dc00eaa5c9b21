//! `pavior promote`: the images that one environment has, for another one.

use super::Outcome;
use super::edited::{Decided, Fate, Wish, code, containers, environment, run as edit, service};
use crate::edit::{image_that_stands, is_image};
use crate::ledger::{State, Store, UnitName, Upstream};
use crate::model::{Findings, Name, SmallMap};
use crate::read::{Documents, read};
use crate::report::visible_line;
use crate::revisions;
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Give an environment the images that another one has: show the edit, write it, or open a pull request
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Promote {
    /// The service
    service: String,
    /// The environment whose images are taken
    #[arg(long, value_name = "ENVIRONMENT")]
    from: String,
    /// The environment that gets them
    #[arg(long, value_name = "ENVIRONMENT")]
    to: String,
    /// Refuse where the ledger does not know the images as healthy in --from
    #[arg(long)]
    require_healthy: bool,
    /// Where the ledger is; default what this clone has of it
    #[arg(long, value_name = "URL")]
    ledger: Option<String>,
    #[command(flatten)]
    fate: Fate,
}

const HOW: &str = "\
What stands at --from is read from the declaration, and written for --to as `pavior deploy` does. What else the two \
environments set differently is told, and left as it is.

Where the ledger knows the service in --from, its images have to be those that it was last found healthy with there; \
where it does not, that is told, and with --require-healthy refused.

Nothing is deployed by this. What is merged is.

Exit codes: 0 shown, written or proposed, 1 the edit would be refused, 2 could not run, or not healthy in --from.";

pub fn run(arguments: &Promote) -> Result<Outcome> {
    ensure!(arguments.from != arguments.to, "--from and --to are the same environment");
    edit(&arguments.fate, |root, documents| arguments.decide(root, documents))
}

/// Where an image was found healthy.
struct Healthy {
    commit: String,
    record: u64,
    /// By container.
    images: BTreeMap<String, String>,
}

impl Promote {
    fn decide(&self, root: &Path, documents: &Documents) -> Result<Decided> {
        let declared = service(documents, &self.service)?;
        environment(documents, &self.from)?;
        let target = environment(documents, &self.to)?;
        containers(declared, &self.from)?;
        let mut notes = Vec::new();
        if let Some(before) = target.spec.promotes_from.as_ref().filter(|before| before.as_str() != self.from) {
            notes.push(format!("note: {} takes its changes from {before}, not from {}", self.to, self.from));
        }
        let stand = |container: &String, environment: &str| {
            let stands = image_that_stands(&declared.spec, environment, container);
            stands.map(|stands| stands.image().to_owned()).context("a container of the service has an image")
        };
        let mut images = Vec::new();
        let mut lines = Vec::new();
        let healthy = self.healthy(root)?;
        for container in containers(declared, &self.to)? {
            let (image, was) = (stand(&container, &self.from)?, stand(&container, &self.to)?);
            ensure!(image != ".", "{} gets its image from outside: name it with `pavior deploy`", self.service);
            ensure!(is_image(&image), "`{}` in {} is no name of an image", visible_line(&image), self.from);
            let seen = self.is_healthy(&container, &image, healthy.as_ref(), &mut notes)?;
            if image != was {
                lines.push(format!("- container `{container}`: `{image}` in place of {}; {seen}\n", code(&was)));
                images.push((container, image));
            }
        }
        let differences = differences(&declared.spec.environments, &self.from, &self.to);
        notes.extend(differences.iter().map(|line| format!("note: differs otherwise, and stays so: {line}")));
        if !differences.is_empty() {
            lines.push("\nDiffers otherwise, and stays so:\n\n".to_owned());
            // Behind four spaces it is code: what people set is text here, and nothing else.
            lines.extend(differences.iter().map(|line| format!("    {}\n", visible_line(line))));
        }
        let (service, from, to) = (&self.service, &self.from, &self.to);
        let wish = Wish {
            service: service.clone(),
            environment: to.clone(),
            images,
            title: format!("Promote {service} from {from} to {to}"),
            body: format!("`{service}` gets in `{to}` what stands in `{from}`:\n\n{}", lines.concat()),
        };
        Ok(Decided { wish, notes })
    }

    /// What the ledger last found healthy in --from; None where it does not know the unit.
    fn healthy(&self, root: &Path) -> Result<Option<Healthy>> {
        let upstream = self.ledger.clone().map(|address| Upstream { address, authorization: None });
        let mut store = match Store::open(root.to_owned(), upstream) {
            // A folder that is in no repository has no ledger.
            Err(_) if self.ledger.is_none() => return Ok(None),
            store => store?,
        };
        store.refresh()?;
        let state = State::of(store.records()?);
        let environment = Name::parse(&self.from).context("an environment has a name")?;
        let unit = UnitName { environment, unit: self.service.clone() };
        let Some(deployed) = state.units.get(&unit).and_then(|unit| unit.healthy.clone()) else { return Ok(None) };
        let then = revisions::load(root, Some(&deployed.commit)).context("reading what was found healthy")?;
        let documents = read(then.snapshot, &mut Findings::default());
        let declared = documents.declarations.services.iter().find(|one| one.metadata.name.as_str() == self.service);
        let images = declared.into_iter().flat_map(|declared| {
            let image = |container: &Name| {
                let stands = image_that_stands(&declared.spec, &self.from, container)?;
                Some((container.to_string(), stands.image().to_owned()))
            };
            declared.spec.containers.keys().filter_map(image).collect::<Vec<_>>()
        });
        Ok(Some(Healthy { images: images.collect(), commit: deployed.commit, record: deployed.record }))
    }

    /// In words for the pull request.
    fn is_healthy(
        &self,
        container: &str,
        image: &str,
        healthy: Option<&Healthy>,
        notes: &mut Vec<String>,
    ) -> Result<String> {
        let Promote { service, from, .. } = self;
        let Some(healthy) = healthy else {
            let unknown = format!("the ledger does not know {service} as healthy in {from}");
            ensure!(!self.require_healthy, "{unknown}, and --require-healthy was asked for");
            if !notes.iter().any(|note| note.contains(&unknown)) {
                notes.push(format!("warning: {unknown}"));
            }
            return Ok(unknown);
        };
        let Healthy { commit, record, images } = healthy;
        match images.get(container) {
            Some(seen) if seen == image => Ok(format!("healthy in `{from}` by record {record} of the ledger")),
            Some(seen) => bail!(
                "{from} was last found healthy with another image of {container}, {seen} (record {record}, commit \
                 {commit}), and not yet with {image}"
            ),
            None => bail!("container {container} was not there when {from} was last found healthy (record {record})"),
        }
    }
}

/// What two environments set differently, but for images: `scaling.min: 1 and 2`.
fn differences<V: serde::Serialize>(environments: &SmallMap<Name, V>, from: &str, to: &str) -> Vec<String> {
    let leaves = |name: &str| {
        let mut leaves = BTreeMap::new();
        if let Some(value) = environments.get(name).and_then(|settings| serde_json::to_value(settings).ok()) {
            collect(&value, "", &mut leaves);
        }
        leaves
    };
    let (one, other) = (leaves(from), leaves(to));
    let fields: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let differs = fields.into_iter().filter_map(|field| {
        let [here, there] = [&one, &other].map(|leaves| leaves.get(field).map_or("not set", String::as_str));
        (here != there).then(|| format!("{field}, {here} in {from} and {there} in {to}"))
    });
    differs.collect()
}

fn collect(value: &Value, path: &str, leaves: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                collect(value, &path, leaves);
            }
        }
        _ if path.starts_with("containers.") && path.ends_with(".image") => {}
        value => drop(leaves.insert(path.to_owned(), value.to_string())),
    }
}
