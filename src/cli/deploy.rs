//! `pavior deploy`: another image for a service in one environment, as an edit of its declaration.

use super::Outcome;
use super::edited::{Decided, Fate, Wish, code, containers, environment, run as edit, service, unknown};
use crate::edit::{image_that_stands, is_image};
use crate::read::Documents;
use crate::report::visible_line;
use anyhow::{Result, bail, ensure};
use clap::Args;

/// Set the image of a service in one environment: show the edit, write it, or open a pull request
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Deploy {
    /// The service
    service: String,
    /// The environment that gets the image
    #[arg(long = "to", value_name = "ENVIRONMENT")]
    environment: String,
    /// The image, best by its digest: registry/name@sha256:...
    #[arg(long, value_name = "REF")]
    image: String,
    /// The container, where the service has several
    #[arg(long, value_name = "NAME")]
    container: Option<String>,
    #[command(flatten)]
    fate: Fate,
}

const HOW: &str = "\
The image is written to `environments.<environment>.containers.<container>.image` of the service's declaration; comments, \
layout and line ends of the file stay as they are, and what is written is read back first. The edited catalog is compiled \
in memory, and what the environment or the policies refuse is told before anything is written: registries, digests, tags.

Nothing is deployed by this. What is merged is.

Exit codes: 0 shown, written or proposed, 1 the edit would be refused, 2 could not run.";

pub fn run(arguments: &Deploy) -> Result<Outcome> {
    ensure!(is_image(&arguments.image), "`{}` is no name of an image", visible_line(&arguments.image));
    edit(&arguments.fate, |_, documents| arguments.decide(documents))
}

impl Deploy {
    fn decide(&self, documents: &Documents) -> Result<Decided> {
        let declared = service(documents, &self.service)?;
        environment(documents, &self.environment)?;
        let container = self.container_of(&containers(declared, &self.environment)?)?;
        let stands = image_that_stands(&declared.spec, &self.environment, &container);
        let was = stands.map(|stands| format!(" in place of {}", code(stands.image()))).unwrap_or_default();
        let (service, environment, image) = (&self.service, &self.environment, &self.image);
        let wish = Wish {
            title: format!("Deploy {service} to {environment}"),
            body: format!("Container `{container}` of `{service}` gets `{image}` in `{environment}`{was}.\n"),
            images: vec![(container, image.clone())],
            service: service.clone(),
            environment: environment.clone(),
        };
        let is_there = stands.is_some_and(|stands| stands.image() == image);
        let wish = if is_there { Wish { images: Vec::new(), ..wish } } else { wish };
        Ok(Decided { wish, notes: Vec::new() })
    }

    fn container_of(&self, known: &[String]) -> Result<String> {
        match (&self.container, known) {
            (Some(name), known) if known.contains(name) => Ok(name.clone()),
            (Some(name), known) => bail!("{}", unknown("container", name, known.iter().map(String::as_str))),
            (None, [only]) => Ok(only.clone()),
            (None, several) => bail!("{} has containers {}: which one? --container", self.service, several.join(", ")),
        }
    }
}
