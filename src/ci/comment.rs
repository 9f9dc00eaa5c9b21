//! The one comment: made, kept up to date, and one also where several bots made it at a time.

use super::bot::{Bot, Did, Occasion};
use super::evidence::Counted;
use super::judgement::Judgement;
use crate::forge::comment::{About, Decision, Fate, Marker, body, decide, own_comments};
use crate::forge::wording;
use crate::forge::words::{Actor, Comment, CommentId, CommitId, Pull};
use anyhow::Result;

/// A comment as it should stand.
struct Wanted<'w> {
    own: &'w Actor,
    marker: &'w Marker,
    head: &'w CommitId,
    text: &'w str,
}

impl Bot {
    pub(super) async fn say(
        &self,
        pull: &Pull,
        judgement: &Judgement,
        counted: &Counted,
        fate: &Fate,
        remarks: &[String],
        occasion: &Occasion,
    ) -> Result<Did> {
        let Judgement { base, head, digest, .. } = judgement.clone();
        let marker = Marker { pull: pull.number, head, base, digest, sequence: occasion.sequence };
        let full_report = occasion.full_report.as_deref();
        let mut previews = wording::previews(&self.previews(pull, occasion).await, &marker.head);
        previews.extend(self.preview_costs(pull.number).await);
        let about =
            About { marker: &marker, standing: &counted.standing, fate, previews: &previews, remarks, full_report };
        let text = body(&judgement.judged, &about);
        let own = self.github.actor().await?;
        let wanted = Wanted { own: &own, marker: &marker, head: &pull.head.commit, text: &text };
        // Read again: what was read for counting may be old by now.
        let standing = self.github.comments(marker.pull).await?;
        let did = self.remove_others(&standing, &wanted).await?;
        match decide(&standing, &own, &marker, wanted.head, &text) {
            Decision::Create => Ok(did.and(self.create(&wanted).await?)),
            decision => Ok(did.and(self.follow(decision, &wanted).await?)),
        }
    }

    /// GitHub knows no comment that is made only if there is none. So whoever makes one looks again: of several the
    /// first stays, and says what the later of those who made them has to say.
    async fn create(&self, wanted: &Wanted<'_>) -> Result<Did> {
        let Wanted { own, marker, head, text } = wanted;
        let number = marker.pull;
        let made = self.github.create_comment_once(number, text, &Marker::beginning(number)).await?;
        let did = Did::said(format!("#{number}: commented {}", made.url));
        let standing = self.github.comments(number).await?;
        let did = did.and(self.remove_others(&standing, wanted).await?);
        match own_comments(&standing, own, number).first() {
            Some(first) if first.id != made.id => {
                Ok(did.and(self.follow(decide(&standing, own, marker, head, text), wanted).await?))
            }
            // It is ours; or it is not listed yet, and the next report looks again.
            _ => Ok(did),
        }
    }

    /// All of ours but the first.
    async fn remove_others(&self, standing: &[Comment], wanted: &Wanted<'_>) -> Result<Did> {
        let number = wanted.marker.pull;
        let ours: Vec<CommentId> = own_comments(standing, wanted.own, number).iter().map(|one| one.id).collect();
        let mut did = Did::default();
        for id in ours.into_iter().skip(1) {
            self.github.delete_comment(id).await?;
            did = did.and(Did::said(format!("#{number}: comment {id} removed: there is an earlier one")));
        }
        Ok(did)
    }

    async fn follow(&self, decision: Decision, wanted: &Wanted<'_>) -> Result<Did> {
        let number = wanted.marker.pull;
        Ok(Did::said(match decision {
            Decision::Create => format!("#{number}: the comment is gone again"),
            Decision::Update(id) => {
                self.github.update_comment(id, wanted.text).await?;
                format!("#{number}: comment {id} updated")
            }
            Decision::Leave(id) => format!("#{number}: comment {id} says so already"),
            Decision::Outdated => format!("#{number}: a later run has commented"),
        }))
    }
}
