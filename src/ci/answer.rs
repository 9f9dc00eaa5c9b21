//! What people tell the bot: looked up again, allowed or not, done, and answered by a reaction and in the one comment.

use super::bot::{Bot, Did, Occasion};
use super::judgement::Judgement;
use super::pull::Beside;
use crate::forge::applied::standing;
use crate::forge::asked::{done_elsewhere, not_merged, plan};
use crate::forge::command::{Command, Misunderstood, commands};
use crate::forge::comment::Marker;
use crate::forge::event::Subject;
use crate::forge::previewed::no_place;
use crate::forge::wording;
use crate::forge::words::{CommentId, Pull, PullNumber, PullState, Reaction, User};
use anyhow::Result;

/// What somebody told the bot.
#[derive(Debug, Clone)]
pub struct Told {
    pub by: User,
    /// None where it was a button.
    pub comment: Option<CommentId>,
    pub lines: Vec<Result<Command, Misunderstood>>,
}

/// What a line came to.
#[derive(Debug, Clone)]
pub struct Answer {
    pub reaction: Reaction,
    /// What has to be said; nothing where the report says it.
    pub remark: Option<String>,
}

impl Bot {
    pub(super) async fn answer(&self, pull: PullNumber, comment: CommentId, occasion: &Occasion) -> Result<Did> {
        let Some(comment) = self.github.comment(comment).await? else {
            return Ok(Did::said(format!("comment {comment} is gone")));
        };
        let lines = commands(&comment.body);
        if lines.is_empty() {
            return Ok(Did::said(format!("comment {} tells nobody anything any more", comment.id)));
        }
        if comment.is_edited {
            // Whoever may write here could have done it, and GitHub does not say who did.
            return Ok(Did::said(format!("comment {} was edited, so nobody knows who says this", comment.id)));
        }
        self.github.react(comment.id, Reaction::Eyes).await?;
        let told = Told { by: comment.author, comment: Some(comment.id), lines };
        self.report(pull, &Beside { told: Some(told), ..Beside::default() }, occasion).await
    }

    /// A button says what a line could have said.
    pub(super) async fn press(&self, identifier: &str, of: &Subject, by: &User, occasion: &Occasion) -> Result<Did> {
        let lines = commands(&format!("/pavior {identifier}"));
        let mut did = Did::default();
        for pull in self.pulls(of).await? {
            let told = Told { by: by.clone(), comment: None, lines: lines.clone() };
            let beside = Beside { told: Some(told), ..Beside::default() };
            did = did.and_tried(pull.number, self.report(pull.number, &beside, occasion).await);
        }
        Ok(did)
    }

    /// What each line comes to, where this is the digest of what stands there now.
    pub(super) async fn answers(&self, told: &Told, pull: &Pull, judgement: &Judgement) -> Result<Vec<Answer>> {
        let permission = self.github.permission(&told.by).await?;
        let stands = &judgement.digest;
        let wants_plan = told.lines.iter().flatten().any(|command| *command == Command::Plan);
        let plan = match wants_plan && permission >= Command::Plan.least_permission() {
            true => self.prospect(pull, judgement).await.map(|one| plan(pull.number, &one)),
            false => Ok(String::new()),
        };
        let login = &told.by.login;
        let answer = |line: &Result<Command, Misunderstood>| {
            let command = match line {
                Ok(command) => command,
                Err(what) => return Answer::saying(Reaction::Confused, wording::misunderstood(what)),
            };
            let (name, needed) = (command.name(), command.least_permission());
            if permission < needed {
                return Answer::saying(Reaction::ThumbsDown, wording::not_allowed(login, name, needed));
            }
            if let Some(named) = command.digest().filter(|named| !named.names(stands)) {
                return Answer::saying(Reaction::ThumbsDown, wording::another_digest(login, name, named, stands));
            }
            match command {
                // Reported anew in any case, and approvals are counted by reading comments.
                Command::Approve(_) | Command::Recheck => Answer { reaction: Reaction::ThumbsUp, remark: None },
                Command::Help => Answer::saying(Reaction::ThumbsUp, wording::help()),
                Command::Plan => match &plan {
                    Ok(plan) => Answer::saying(Reaction::ThumbsUp, plan.clone()),
                    Err(error) => Answer::saying(Reaction::Confused, wording::could_not_run(&format!("{error:#}"))),
                },
                Command::Apply(_) if pull.state != PullState::Merged => {
                    Answer::saying(Reaction::ThumbsDown, not_merged())
                }
                Command::Apply(_) | Command::Unlock => Answer::saying(Reaction::Rocket, done_elsewhere(name)),
                // Done behind the report, which says then how it stands.
                Command::Preview(_) | Command::Teardown if self.previews.is_some() => {
                    Answer { reaction: Reaction::ThumbsUp, remark: None }
                }
                Command::Preview(_) | Command::Teardown => Answer::saying(Reaction::Confused, no_place(name)),
            }
        };
        Ok(told.lines.iter().map(answer).collect())
    }

    /// Of several lines the worst answer is the one to look at.
    pub(super) async fn react(&self, told: &Told, answers: &[Answer]) -> Result<Did> {
        let (Some(comment), Some(worst)) = (told.comment, answers.iter().max_by_key(|one| weight(one.reaction))) else {
            return Ok(Did::default());
        };
        self.github.react(comment, worst.reaction).await?;
        Ok(Did::said(format!("comment {comment} is answered")))
    }

    /// The report that stands on a pull request.
    pub(super) async fn stands(&self, pull: PullNumber) -> Result<Option<Marker>> {
        Ok(self.stands_with_lines(pull).await?.map(|(marker, _)| marker))
    }

    /// The same, with what it says of what was applied.
    pub(super) async fn stands_with_lines(&self, pull: PullNumber) -> Result<Option<(Marker, Vec<String>)>> {
        let (own, comments) = (self.github.actor().await?, self.github.comments(pull).await?);
        let ours = comments.iter().filter(|comment| comment.author.id == own.user);
        let mut markers = ours.filter_map(|comment| Some((Marker::of(&comment.body)?, standing(&comment.body))));
        Ok(markers.find(|(marker, _)| marker.pull == pull))
    }
}

impl Told {
    /// For a pull request that is over: its comment ends with what became of it, and stays so.
    pub(super) fn too_late(&self) -> Vec<Answer> {
        vec![Answer { reaction: Reaction::Confused, remark: None }]
    }
}

impl Answer {
    fn saying(reaction: Reaction, remark: String) -> Answer {
        Answer { reaction, remark: Some(remark) }
    }
}

fn weight(reaction: Reaction) -> u8 {
    match reaction {
        Reaction::Eyes => 0,
        Reaction::Rocket | Reaction::ThumbsUp => 1,
        Reaction::Confused => 2,
        Reaction::ThumbsDown => 3,
    }
}
