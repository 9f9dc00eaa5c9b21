//! Previews on the forge: what a writer asks for, what a push and a close ask for, and the sweep. Every one is done by what
//! GitHub and the ledger say now, never by what an event says.
//!
//! Only a commit that was judged here is brought up: of a fork, the one whose digest a writer names; of a branch of our own,
//! also what is pushed to it later.

use super::bot::{Bot, Did, Occasion};
use super::git::{Remote, Wanted};
use super::pull::Beside;
use crate::deliver::now;
use crate::deliver::preview::{Around, Order, Proposed, Settled, Site, propose, settle, shown};
use crate::forge::command::{Command, commands};
use crate::forge::event::Work;
use crate::forge::previewed::{
    KEEP, costs, failed, in_other_hands, no_room, not_well, nothing_to_show, record, refused,
};
use crate::forge::words::{CommentId, CommitId, Pull, PullNumber, PullState};
use crate::ledger::{PreviewLife, Record, Store, Upstream, Writer};
use crate::model::{Findings, Name};
use crate::preview::{Action, Facts, Pattern, Phase, Preview, environment_name, later, previews};
use crate::read::read;
use crate::revisions;
use anyhow::{Context, Result, anyhow};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::PoisonError;

/// Where previews run, as this run of the bot was told.
#[derive(Debug, Clone)]
pub struct Previews {
    pub site: Site,
    pub writer: Writer,
}

/// What GitHub says of a preview, and what somebody wants.
struct Meant {
    pull: u64,
    open: bool,
    keep: bool,
    /// Somebody asks for it at this moment.
    is_asked: bool,
    /// The commits that it is to show, and who wrote them; None: what it shows.
    show: Option<PreviewLife>,
    /// The branch whose pattern counts.
    tip: String,
    is_meant: fn(&Action) -> bool,
}

/// What came of it.
struct Came {
    settled: Settled,
    sick: Vec<String>,
    preview: Option<Preview>,
    /// The last record of the ledger.
    number: u64,
    url: Option<String>,
    refused: Option<String>,
}

impl Bot {
    /// What this work asks of previews, behind what it asks for else. Nothing where none can be reached.
    pub async fn act_on_previews(&self, work: &Work, occasion: &Occasion) -> Did {
        let done = match (&self.previews, work) {
            (Some(_), Work::Command { pull, comment }) => self.preview_told(*pull, *comment, occasion).await,
            (Some(_), Work::Report { of, .. }) => match self.pulls(of).await {
                Ok(pulls) => self.previews_follow(&pulls, occasion).await,
                Err(error) => Err(error),
            },
            (Some(_), Work::Sweep) => self.sweep_previews(occasion).await,
            _ => Ok(Did::default()),
        };
        done.unwrap_or_else(|error| Did::failing(format!("previews: {error:#}")))
    }

    /// A writer asks for one, or takes it down. Whoever may not, or names another digest, was told so by the answer.
    async fn preview_told(&self, number: PullNumber, comment: CommentId, occasion: &Occasion) -> Result<Did> {
        let Some(comment) = self.github.comment(comment).await?.filter(|comment| !comment.is_edited) else {
            return Ok(Did::default());
        };
        let is_ours = |command: &Command| matches!(command, Command::Preview(_) | Command::Teardown);
        let Some(command) = commands(&comment.body).into_iter().flatten().rfind(is_ours) else {
            return Ok(Did::default());
        };
        let permission = self.github.permission(&comment.author).await?;
        let pull = self.github.pull(number).await?.filter(|pull| pull.state == PullState::Open);
        let Some(pull) = pull.filter(|_| permission >= command.least_permission()) else { return Ok(Did::default()) };
        let judgement = self.judge_pull(&pull, occasion).await?;
        let mut meant = self.meant(&pull, judgement.tip.to_string());
        match &command {
            Command::Preview(named) if named.names(&judgement.digest) => {
                meant.show = Some(life(&pull, &judgement.head, &judgement.base));
                meant.is_asked = true;
                meant.is_meant = |action| matches!(action, Action::Up { .. } | Action::Wake | Action::Down(_));
            }
            Command::Teardown => {
                meant.open = false;
                meant.is_meant = |action| matches!(action, Action::Down(_));
            }
            _ => return Ok(Did::default()),
        }
        self.preview_done(&pull, meant, occasion).await
    }

    /// A push renews, a close takes down.
    async fn previews_follow(&self, pulls: &[Pull], occasion: &Occasion) -> Result<Did> {
        let known = self.known_previews().await?;
        let mut did = Did::default();
        for pull in pulls {
            let preview = environment_name(pull.number.0).and_then(|name| known.get(&name).cloned());
            if let Some(preview) = preview.filter(|preview| preview.phase != Phase::Gone) {
                let followed = self.preview_follows(pull, &preview, occasion).await;
                did = did.and_tried(pull.number, followed);
            }
        }
        Ok(did)
    }

    async fn preview_follows(&self, pull: &Pull, preview: &Preview, occasion: &Occasion) -> Result<Did> {
        let is_open = pull.state == PullState::Open;
        let is_behind = is_open && !pull.is_from_fork() && pull.head.commit.as_str() != preview.life.head;
        if is_open && !is_behind {
            return Ok(Did::default());
        }
        let judgement = self.judge_pull(pull, occasion).await?;
        let mut meant = self.meant(pull, judgement.tip.to_string());
        if is_behind {
            meant.show = Some(life(pull, &judgement.head, &judgement.base));
        }
        meant.is_meant = |action| matches!(action, Action::Up { .. } | Action::Down(_));
        self.preview_done(pull, meant, occasion).await
    }

    /// All that the ledger knows and all that the cluster has.
    async fn sweep_previews(&self, occasion: &Occasion) -> Result<Did> {
        let (known, found) = (self.known_previews().await?, self.found_previews().await?);
        let living = known.values().filter(|preview| preview.phase != Phase::Gone).map(|preview| preview.pull);
        let pulls: BTreeSet<u64> = living.chain(found).collect();
        let mut did = Did::said(format!("looked at previews: {}", pulls.len()));
        for number in pulls {
            let swept = self.sweep_preview(number, &known, occasion).await;
            did = did.and_tried(PullNumber(number), swept);
        }
        Ok(did)
    }

    async fn sweep_preview(&self, number: u64, known: &BTreeMap<Name, Preview>, occasion: &Occasion) -> Result<Did> {
        let Some(pull) = self.github.pull(PullNumber(number)).await? else {
            return Ok(Did::said(format!("#{number} is not there, and its preview is left to people")));
        };
        let preview = environment_name(number).and_then(|name| known.get(&name));
        let mut meant = self.meant(&pull, "HEAD".to_owned());
        let is_behind = preview.is_some_and(|preview| {
            preview.phase != Phase::Gone
                && meant.open
                && !pull.is_from_fork()
                && pull.head.commit.as_str() != preview.life.head
        });
        if is_behind {
            let judgement = self.judge_pull(&pull, occasion).await?;
            meant.show = Some(life(&pull, &judgement.head, &judgement.base));
        }
        self.preview_done(&pull, meant, occasion).await
    }

    fn meant(&self, pull: &Pull, tip: String) -> Meant {
        Meant {
            pull: pull.number.0,
            open: pull.state == PullState::Open,
            keep: pull.labels.contains(KEEP),
            is_asked: false,
            show: None,
            tip,
            is_meant: |_| true,
        }
    }

    /// Done, shown as a deployment, and said in the comment.
    async fn preview_done(&self, pull: &Pull, meant: Meant, occasion: &Occasion) -> Result<Did> {
        let (number, is_asked) = (pull.number, meant.is_asked);
        self.bring_shown(meant.pull).await?;
        let (mut did, mut remarks) = (Did::default(), Vec::new());
        let mut occasion = occasion.clone();
        match self.pursued(meant).await {
            Ok(came) => {
                if let Settled::Done(actions) = &came.settled {
                    did.lines.extend(actions.iter().map(|action| format!("#{number}: preview: {action}: done")));
                    let log = occasion.full_report.as_deref();
                    let record = came.preview.as_ref().and_then(|preview| {
                        record(preview, came.number, !came.sick.is_empty(), came.url.as_deref(), log)
                    });
                    occasion.records = record.into_iter().collect();
                    did = did.and(self.show_deployments(&occasion).await);
                }
                remarks.extend(remark(&came, is_asked));
            }
            Err(error) => {
                did.failed.push(format!("#{number}: preview: {error:#}"));
                remarks.push(failed(&format!("{error:#}")));
            }
        }
        if remarks.is_empty() && did.lines.is_empty() {
            return Ok(did);
        }
        let beside = Beside { remarks, ..Beside::default() };
        Ok(did.and(self.report(number, &beside, &occasion).await?))
    }

    /// The commits that it shows and showed, which a fresh clone does not have. What is gone for good is told by whoever
    /// needs it.
    async fn bring_shown(&self, pull: u64) -> Result<()> {
        let known = self.known_previews().await?;
        let Some(preview) = environment_name(pull).and_then(|name| known.get(&name).cloned()) else { return Ok(()) };
        for life in preview.former.iter().chain([&preview.life]) {
            let commits = [&life.head, &life.base].into_iter().filter_map(|commit| CommitId::parse(commit));
            let _ = self.bring(commits.map(Wanted::Commit).collect()).await;
        }
        Ok(())
    }

    async fn upstream(&self) -> Result<Upstream> {
        Ok(match &self.git.remote {
            Remote::GitHub(address) => {
                let authorization = Some(self.github.git_authorization().await?);
                Upstream { address: address.clone(), authorization }
            }
            Remote::Other(address) => Upstream { address: address.clone(), authorization: None },
        })
    }

    async fn known_previews(&self) -> Result<BTreeMap<Name, Preview>> {
        let upstream = self.upstream().await?;
        self.with_git(move |git| {
            let mut store = Store::open(git.folder.clone(), Some(upstream))?;
            store.refresh()?;
            Ok(previews(store.records()?))
        })
        .await
    }

    async fn found_previews(&self) -> Result<Vec<u64>> {
        let previews = self.previews.clone().context("no previews can be reached")?;
        self.with_git(move |git| previews.site.pulls(&pattern(&git.folder, "HEAD")?)).await
    }

    async fn pursued(&self, meant: Meant) -> Result<Came> {
        let previews = self.previews.clone().context("no previews can be reached")?;
        let upstream = self.upstream().await?;
        self.with_git(move |git| pursue(&previews, &git.folder, upstream, meant)).await
    }

    /// What the comment says of what a preview costs. A report is worth more: where the ledger cannot be read, nothing.
    pub(super) async fn preview_costs(&self, pull: PullNumber) -> Option<String> {
        self.previews.as_ref()?;
        let known = self.known_previews().await.ok()?;
        let preview = environment_name(pull.0).and_then(|name| known.get(&name).cloned())?;
        let terms = self.with_git(|git| Ok(pattern(&git.folder, "HEAD")?.terms)).await.unwrap_or_default();
        Some(costs(&preview, &terms, now()))
    }
}

fn life(pull: &Pull, head: &CommitId, base: &CommitId) -> PreviewLife {
    PreviewLife {
        head: head.to_string(),
        base: base.to_string(),
        author: pull.author.login.clone(),
        team: None,
        services: Vec::new(),
        pattern: None,
        cost: None,
    }
}

fn pattern(folder: &Path, revision: &str) -> Result<Pattern> {
    let documents = read(revisions::load(folder, Some(revision))?.snapshot, &mut Findings::default());
    let wrong = |known: Vec<Name>| match known.is_empty() {
        true => anyhow!("no environment has `type: preview`"),
        false => anyhow!("several environments have `type: preview`, and a pull request gets one preview"),
    };
    Pattern::of(&documents, None).map_err(wrong)
}

/// On a thread that nobody waits for: it takes minutes.
fn pursue(previews_at: &Previews, folder: &Path, upstream: Upstream, meant: Meant) -> Result<Came> {
    let Previews { site, writer } = previews_at;
    let environment = environment_name(meant.pull).context("a pull request has a smaller number")?;
    let pattern = pattern(folder, &meant.tip)?;
    let mut store = Store::open(folder.to_owned(), Some(upstream))?;
    let mut came =
        Came { settled: Settled::Nothing(None), sick: Vec::new(), preview: None, number: 0, url: None, refused: None };
    let proposed = match &meant.show {
        Some(show) => {
            let show = PreviewLife { pattern: Some(pattern.name.clone()), ..show.clone() };
            match propose(folder, meant.pull, &show)? {
                Proposed::Life(life) => Some(*life),
                Proposed::Nothing => return Ok(Came { refused: Some(nothing_to_show()), ..came }),
                Proposed::Refused(why) => return Ok(Came { refused: Some(refused(&why)), ..came }),
            }
        }
        None => None,
    };
    let head = proposed.as_ref().map(|life| life.head.clone());
    let compile = |preview: &Preview, life: &PreviewLife| shown(folder, preview.pull, life, preview.created);
    let tell = |_: &str| {};
    let mut ground = site.ground(&pattern, &compile, &tell);
    let facts = |records: &[Record]| {
        let known = previews(records);
        let preview = known.get(&environment);
        let Around { found, used, room } = site.around(&pattern, records, meant.pull)?;
        let asked = if meant.is_asked { Some(later(now(), 1)) } else { preview.map(|preview| preview.created) };
        Ok(Facts {
            open: meant.open && (meant.is_asked || preview.is_some()),
            wanted: true,
            keep: meant.keep,
            head: head.clone().or_else(|| Some(preview?.life.head.clone())).unwrap_or_default(),
            asked: asked.unwrap_or_else(now),
            active: if meant.is_asked { asked } else { used },
            found,
            room,
        })
    };
    let order = Order {
        environment: environment.clone(),
        pull: meant.pull,
        life: proposed,
        note: None,
        is_meant: &meant.is_meant,
        patience: site.deadline,
    };
    came.settled = settle(&mut store, &mut ground, writer, &now, &order, &facts, &pattern.terms)?;
    came.sick = ground.sick.into_inner().unwrap_or_else(PoisonError::into_inner);
    came.preview = previews(store.records()?).remove(&environment);
    came.number = store.head().number;
    if let Some(preview) = came.preview.as_ref().filter(|preview| preview.phase != Phase::Gone) {
        came.url = shown(folder, preview.pull, &preview.life, preview.created)?.urls.into_iter().next();
    }
    Ok(came)
}

/// What has to be said beside how it stands.
fn remark(came: &Came, is_asked: bool) -> Option<String> {
    if !came.sick.is_empty() {
        return Some(not_well(&came.sick));
    }
    match &came.settled {
        _ if came.refused.is_some() => came.refused.clone().filter(|_| is_asked),
        Settled::Queued => Some(no_room()),
        Settled::Held(until) if is_asked => Some(in_other_hands(*until)),
        Settled::Held(_) | Settled::Done(_) | Settled::Nothing(_) => None,
    }
}
