//! `--pull-request`: an edit on the tip of a branch of the forge, proposed there.

use super::edited::{Edited, Wish};
use super::identity::{credentials, variable};
use super::{Outcome, terminal};
use crate::check::Loaded;
use crate::ci::{Bot, Git, Proposal, Proposed, Remote};
use crate::forge::github::{Connection, Credentials, GitHub};
use crate::forge::words::Repository;
use crate::model::kinds::platform::Forge;
use crate::model::{Findings, short_hash};
use crate::read::read;
use crate::report::visible_line;
use crate::revisions;
use anyhow::{Context, Result};
use clap::Args;
use std::path::Path;
use std::time::Duration;

#[derive(Debug, Args)]
pub struct Options {
    /// Open a pull request on the forge; one that is open already for the same change is named
    #[arg(long)]
    pull_request: bool,
    /// The branch that the pull request is for
    #[arg(long, value_name = "BRANCH", default_value = "main", requires = "pull_request")]
    base: String,
    /// Fetch from and push to here instead of the repository on the forge
    #[arg(long, value_name = "URL", requires = "pull_request")]
    remote: Option<String>,
    /// Why, for those who read the pull request
    #[arg(long, value_name = "TEXT", requires = "pull_request")]
    because: Option<String>,
    /// Write nothing, and print every call that would have been made
    #[arg(long, requires = "pull_request")]
    dry_run: bool,
}

/// The longest that one call waits for rate limits: somebody sits before the terminal.
const PATIENCE: Duration = Duration::from_secs(60);

impl Options {
    pub fn is_asked_for(&self) -> bool {
        self.pull_request
    }

    /// Judges the edit on the tip of the branch, and proposes it.
    pub fn propose(
        &self,
        root: &Path,
        judged: impl Fn(Loaded) -> Result<Option<(Option<Edited>, Wish)>>,
    ) -> Result<Outcome> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting to work")?;
        runtime.block_on(async {
            let bot = bot(root, self.remote.as_deref(), self.dry_run)?;
            let at = bot.tip(&self.base).await?;
            let loaded = revisions::load(root, Some(at.as_str()))?;
            let Some((edited, wish)) = judged(loaded)? else { return Ok(Outcome::Blocked) };
            let Some(edited) = edited else { return Ok(Outcome::Clean) };
            let branch = branch(&wish, &edited);
            let files = vec![(edited.path, Some(edited.after))];
            let Wish { title, body, .. } = wish;
            let because = self.because.as_ref().map(|why| format!("{}\n\n", visible_line(why))).unwrap_or_default();
            let body = format!("{because}{body}");
            let proposal = Proposal { base: self.base.clone(), at, files, branch, title, body };
            let proposed = bot.propose(&proposal).await?;
            bot.github.noted_calls().iter().for_each(|call| terminal::tell(call));
            terminal::tell(&told(proposed, &server(forge(root)?.as_ref()), bot.github.repository(), &proposal.branch));
            Ok(Outcome::Clean)
        })
    }
}

/// The same for the same wish on the same declaration.
fn branch(wish: &Wish, edited: &Edited) -> String {
    let what = [edited.path.as_str(), &edited.before, &edited.after].join("\n");
    let hash = short_hash(what.as_bytes()) >> 32;
    format!("pavior/deploy-{}-{}-{hash:08x}", wish.service, wish.environment)
}

/// Who proposes, and where: by `forge` of `pavior.yaml` and the environment's variables. `remote` stands for the repository
/// on the forge.
pub fn bot(root: &Path, remote: Option<&str>, dry_run: bool) -> Result<Bot> {
    let forge = forge(root)?;
    let repository = variable("GITHUB_REPOSITORY").or_else(|| forge.as_ref().map(|forge| forge.repository.clone()));
    let repository =
        repository.context("pavior.yaml names no repository: say `forge: {kind: github, repository: owner/name}`")?;
    let repository = Repository::parse(&repository).with_context(|| format!("{repository:?} is no owner/name"))?;
    let server = server(forge.as_ref());
    let api = variable("GITHUB_API_URL").unwrap_or_else(|| match server.as_str() {
        "https://github.com" => "https://api.github.com".to_owned(),
        enterprise => format!("{enterprise}/api/v3"),
    });
    // On a laptop a token is a person's; in a workflow it is that of Actions.
    let whose = if variable("GITHUB_ACTIONS").is_some() { Credentials::actions } else { Credentials::person };
    let mut connection = Connection::new(&api, credentials(|_| Ok(()), whose)?);
    connection.patience = PATIENCE;
    let github = match dry_run {
        true => GitHub::dry_run(connection, repository.clone())?,
        false => GitHub::connect(connection, repository.clone())?,
    };
    let own = format!("{server}/{repository}.git");
    let remote = match remote {
        Some(remote) if remote != own => Remote::Other(remote.to_owned()),
        _ => Remote::GitHub(own),
    };
    let folder = root.canonicalize().with_context(|| format!("opening {}", root.display()))?;
    Ok(Bot { github, git: Git { folder, remote }, previews: None })
}

/// As the work tree has it: where the repository lives is known before any of it is fetched.
fn forge(root: &Path) -> Result<Option<Forge>> {
    let documents = read(revisions::load(root, None)?.snapshot, &mut Findings::default());
    Ok(documents.declarations.platforms.into_iter().next().and_then(|platform| platform.spec.forge))
}

fn server(forge: Option<&Forge>) -> String {
    let declared = forge.and_then(|forge| forge.url.as_ref()).map(|url| url.as_str().trim_end_matches('/').to_owned());
    variable("GITHUB_SERVER_URL").or(declared).unwrap_or_else(|| "https://github.com".to_owned())
}

fn told(proposed: Proposed, server: &str, repository: &Repository, branch: &str) -> String {
    match proposed {
        Proposed::Opened(number) => format!("opened {server}/{repository}/pull/{number} from {branch}"),
        Proposed::Open(number) => format!("{server}/{repository}/pull/{number} is open for that already"),
        Proposed::Over(number) => format!("{server}/{repository}/pull/{number} was that, and is over"),
        Proposed::Noted => format!("dry run: {branch} was not pushed, and no pull request opened"),
    }
}
