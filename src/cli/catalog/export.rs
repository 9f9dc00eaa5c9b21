//! `pavior catalog export`: the catalog in the formats of others.

use super::opened::{Linked, Source};
use crate::cli::{Outcome, terminal};
use crate::emit::{Artifact, backstage, codeowners};
use crate::output::write_files;
use crate::report::{Report, counted, human, inert};
use anyhow::bail;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Write the catalog as Backstage entities or as CODEOWNERS
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    source: Source,
    #[arg(long, value_enum)]
    format: Format,
    /// A folder of Pavior's own, or `-` for standard output
    #[arg(long, value_name = "DIR|-", default_value = "-")]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Component, API, Resource, System, Domain, Group and User entities
    Backstage,
    /// Who approves which file, in GitHub's syntax
    Codeowners,
}

pub fn run(arguments: &Export) -> anyhow::Result<Outcome> {
    let opened = arguments.source.open()?;
    let mut linked = opened.link_quietly();
    if linked.findings.has_errors() {
        return Ok(blocked(linked));
    }
    let artifacts = match arguments.format {
        Format::Backstage => backstage::artifacts(&linked.register, &linked.catalog)?,
        Format::Codeowners => {
            let mut findings = std::mem::take(&mut linked.findings);
            let file = codeowners::codeowners(linked.documents, &linked.catalog, &mut findings);
            if findings.has_errors() {
                linked.findings = findings;
                return Ok(blocked(linked));
            }
            match file {
                Some(file) => vec![file],
                None => {
                    bail!("no owner of the platform is declared: `spec.owners` of pavior.yaml names none that exists")
                }
            }
        }
    };
    match arguments.out == Path::new("-") {
        true => terminal::print(&inert(on_one_stream(&artifacts, arguments.format)))?,
        false => {
            let files = artifacts.iter().map(|artifact| (artifact.path.clone(), artifact.text.as_str())).collect();
            let written = write_files(&arguments.out, &files)?;
            let changed = written.created.len() + written.changed.len() + written.restored.len();
            terminal::tell(&format!(
                "{} in {}: {changed} written, {} removed, {} as they were",
                counted(artifacts.len(), "file"),
                arguments.out.display(),
                written.removed.len(),
                written.unchanged
            ));
        }
    }
    Ok(Outcome::Clean)
}

/// An export of half a catalog would delete the other half where it is read.
fn blocked(linked: Linked<'_>) -> Outcome {
    let sources = linked.documents.snapshot.files.clone();
    let findings = linked.findings.into_sorted();
    let report = Report { findings, files: sources.len(), sources, ..Report::default() };
    terminal::tell(human(&report, terminal::human_options(Some(50))).trim_end());
    terminal::tell("nothing is exported before the errors are mended");
    Outcome::Blocked
}

/// Documents of one YAML stream; the Location would name files that are not there.
fn on_one_stream(artifacts: &[Artifact], format: Format) -> String {
    match format {
        Format::Codeowners => artifacts.iter().map(|artifact| artifact.text.as_str()).collect(),
        Format::Backstage => {
            let entities = artifacts.iter().filter(|artifact| artifact.path.file_name() != backstage::LOCATION);
            entities.map(|artifact| artifact.text.as_str()).collect::<Vec<_>>().join("---\n")
        }
    }
}
