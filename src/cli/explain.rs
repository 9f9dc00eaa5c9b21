//! `pavior explain`: which line, default, provisioner or setting of an environment set a field.

use super::images::Images;
use super::progress::Progress;
use super::repository::Repository;
use super::{Outcome, terminal};
use crate::compile::compile_kept;
use crate::explain::{Answer, answer, choose, names};
use crate::provenance::Provenance;
use crate::provision::UnitId;
use crate::read::Documents;
use crate::report::{Report, explain_human, explain_json};
use crate::revisions;
use clap::{Args, ValueEnum};

/// Say what set a field of a compiled artifact: which line, default, provisioner or environment
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Explain {
    #[command(flatten)]
    repository: Repository,
    /// An artifact as compiled, such as production/cart/manifests/deployment-cart.yaml; a unit, such as production/cart;
    /// or a service, which is meant wherever it runs
    what: String,
    /// A field, by its path or by the end of it, such as limits.memory; without it, all fields by what set them
    field: Option<String>,
    /// Explain this revision instead of the work tree
    #[arg(long, value_name = "REV")]
    head: Option<String>,
    #[command(flatten)]
    images: Images,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

const HOW: &str = "\
Nothing has to be compiled before: the answer is made from the declarations. Paths are written as `pavior diff` writes \
them, `spec.template.spec.containers[main].image`; an item of a list is named as it is in Kubernetes, else counted from 0. \
`pavior compile` writes the same for all fields of a unit into its provenance.json.

Exit codes: 0 explained, 1 there are errors, 2 could not run, or nothing is called that.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The value, the line and why, for a terminal
    Human,
    /// schemas/explain.schema.json
    Json,
}

pub fn run(arguments: &Explain) -> anyhow::Result<Outcome> {
    let root = arguments.repository.root()?;
    let loaded = arguments.images.given_to(revisions::load(&root, arguments.head.as_deref())?)?;
    let mut findings = loaded.findings;
    // What is not asked about is known by its name alone.
    let (documents, units) = compile_kept(loaded.snapshot, &mut findings, &Progress::start(), |source, _| {
        let id = source.id();
        let is_named = names(&arguments.what, &id);
        (id, is_named.then(|| source.provenance()))
    })?;
    if findings.has_errors() {
        terminal::tell_findings(findings, documents.snapshot.files);
        terminal::tell("nothing is explained before the errors are mended");
        return Ok(Outcome::Blocked);
    }
    let (ids, found): (Vec<UnitId>, Vec<Option<Provenance>>) = units.into_iter().unzip();
    let found: Vec<Provenance> = found.into_iter().flatten().collect();
    let answers = answer(&choose(&arguments.what, &ids, &found)?, arguments.field.as_deref())?;
    terminal::print(&rendered(&answers, documents, arguments.format))?;
    Ok(Outcome::Clean)
}

fn rendered(answers: &[Answer<'_>], documents: Documents, format: Format) -> String {
    match format {
        Format::Human => {
            let sources = Report { sources: documents.snapshot.files, ..Report::default() };
            explain_human(answers, &sources, terminal::human_options(None))
        }
        Format::Json => explain_json(answers),
    }
}
