//! What people tell the bot: looked up again, allowed or not, done, and answered by a reaction and in the one comment.

use super::bot::{Bot, Did, Occasion};
use super::pull::Beside;
use crate::forge::command::{Command, Misunderstood, commands};
use crate::forge::comment::Marker;
use crate::forge::digest::ReportDigest;
use crate::forge::event::Subject;
use crate::forge::wording;
use crate::forge::words::{CommentId, PullNumber, Reaction, User};
use anyhow::Result;

/// What a line came to.
struct Answer {
    reaction: Reaction,
    /// What has to be said; nothing where the report says it.
    remark: Option<String>,
}

impl Bot {
    pub(super) async fn answer(&self, pull: PullNumber, comment: CommentId, occasion: &Occasion) -> Result<Did> {
        let Some(comment) = self.github.comment(comment).await? else {
            return Ok(Did::said(format!("comment {comment} is gone")));
        };
        let said = commands(&comment.body);
        if said.is_empty() {
            return Ok(Did::said(format!("comment {} tells nobody anything any more", comment.id)));
        }
        self.github.react(comment.id, Reaction::Eyes).await?;
        let mut answers = Vec::new();
        for line in said {
            answers.push(self.answer_to(pull, &comment.author, line).await?);
        }
        let remarks = answers.iter().filter_map(|answer| answer.remark.clone()).collect();
        let did = self.report(pull, &Beside { remarks, first_stage: None }, occasion).await?;
        let worst = answers.iter().map(|answer| answer.reaction).max_by_key(|reaction| weight(*reaction));
        self.github.react(comment.id, worst.unwrap_or(Reaction::ThumbsUp)).await?;
        Ok(did)
    }

    /// A button says what a line could have said.
    pub(super) async fn press(&self, identifier: &str, of: &Subject, by: &User, occasion: &Occasion) -> Result<Did> {
        let Some(command) = commands(&format!("/pavior {identifier}")).into_iter().next() else {
            return Ok(Did::said("a button without a name"));
        };
        let mut did = Did::default();
        for pull in self.pulls(of).await? {
            let remarks = self.answer_to(pull.number, by, command.clone()).await?.remark.into_iter().collect();
            did = did.and(self.report(pull.number, &Beside { remarks, first_stage: None }, occasion).await?);
        }
        Ok(did)
    }

    async fn answer_to(&self, pull: PullNumber, by: &User, line: Result<Command, Misunderstood>) -> Result<Answer> {
        let command = match line {
            Ok(command) => command,
            Err(what) => return Ok(Answer::saying(Reaction::Confused, wording::misunderstood(&what))),
        };
        let needed = command.least_permission();
        if self.github.permission(by).await? < needed {
            return Ok(Answer::saying(Reaction::ThumbsDown, wording::not_allowed(&by.login, command.name(), needed)));
        }
        if let Some(named) = command.digest() {
            let Some(stands) = self.stands(pull).await? else {
                return Ok(Answer::saying(Reaction::ThumbsDown, wording::nothing_judged(command.name())));
            };
            if !named.names(&stands) {
                let remark = wording::another_digest(&by.login, command.name(), named, &stands);
                return Ok(Answer::saying(Reaction::ThumbsDown, remark));
            }
        }
        Ok(match command {
            // Reported anew in any case, and approvals are counted by reading comments.
            Command::Approve(_) | Command::Recheck => Answer { reaction: Reaction::ThumbsUp, remark: None },
            Command::Help => Answer::saying(Reaction::ThumbsUp, wording::help()),
            Command::Preview(_) | Command::Teardown | Command::Plan | Command::Apply(_) | Command::Unlock => {
                Answer::saying(Reaction::Confused, wording::not_there_yet(command.name()))
            }
        })
    }

    /// The digest of the report that stands on a pull request.
    async fn stands(&self, pull: PullNumber) -> Result<Option<ReportDigest>> {
        let (own, comments) = (self.github.actor().await?, self.github.comments(pull).await?);
        let ours = comments.iter().filter(|comment| comment.author.id == own.user);
        let mut markers = ours.filter_map(|comment| Marker::of(&comment.body)).filter(|marker| marker.pull == pull);
        Ok(markers.next().map(|marker| marker.digest))
    }
}

impl Answer {
    fn saying(reaction: Reaction, remark: String) -> Answer {
        Answer { reaction, remark: Some(remark) }
    }
}

/// Of several lines the worst answer is the one to look at.
fn weight(reaction: Reaction) -> u8 {
    match reaction {
        Reaction::Eyes => 0,
        Reaction::Rocket | Reaction::ThumbsUp => 1,
        Reaction::Confused => 2,
        Reaction::ThumbsDown => 3,
    }
}
