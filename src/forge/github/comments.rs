//! Comments of pull requests, the labels and reactions beside them.

use super::GitHub;
use super::call::{Call, Repeat};
use super::error::GitHubError;
use super::wire::{WireUser, user_or_ghost};
use crate::forge::limit::{COMMENT_BYTES, within};
use crate::forge::words::{AppId, Comment, CommentId, PullNumber, Reaction};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct WireComment {
    id: u64,
    user: Option<WireUser>,
    body: Option<String>,
    html_url: String,
    created_at: Option<String>,
    updated_at: Option<String>,
    performed_via_github_app: Option<WireApp>,
}

#[derive(Deserialize)]
struct WireApp {
    id: u64,
}

impl WireComment {
    fn comment(self) -> Comment {
        Comment {
            id: CommentId(self.id),
            author: user_or_ghost(self.user),
            app: self.performed_via_github_app.map(|app| AppId(app.id)),
            is_edited: self.updated_at != self.created_at,
            body: self.body.unwrap_or_default(),
            url: self.html_url,
        }
    }
}

impl GitHub {
    /// All of them, oldest first.
    pub async fn comments(&self, number: PullNumber) -> Result<Vec<Comment>, GitHubError> {
        let comments: Vec<WireComment> = self.list(self.issue_path(number, &["comments"])).await?;
        Ok(comments.into_iter().map(WireComment::comment).collect())
    }

    pub async fn comment(&self, id: CommentId) -> Result<Option<Comment>, GitHubError> {
        let comment: Option<WireComment> = self.find(self.comment_path(id, &[])).await?;
        Ok(comment.map(WireComment::comment))
    }

    /// Not tried again when nobody knows whether it came to be: see `create_comment_once`.
    pub async fn create_comment(&self, number: PullNumber, body: &str) -> Result<Comment, GitHubError> {
        let call = self.comment_call(number, body);
        let answer = self.write(&call, Repeat::Never).await?;
        let made = answer.map(|answer| call.parse::<WireComment>(&answer)).transpose()?;
        self.made_or_thought(made, body).await
    }

    /// At most one, whatever goes wrong: after an answer that says nothing it looks for a comment of ours that holds
    /// the marker before it tries again. Whether there is one already is the caller's question.
    pub async fn create_comment_once(
        &self,
        number: PullNumber,
        body: &str,
        marker: &str,
    ) -> Result<Comment, GitHubError> {
        let call = self.comment_call(number, body);
        let made = self.create(&call, || self.own_comment(number, marker)).await?;
        self.made_or_thought(made, body).await
    }

    pub async fn update_comment(&self, id: CommentId, body: &str) -> Result<(), GitHubError> {
        let body = json!({"body": within(body, COMMENT_BYTES)});
        // Octocrab's own call for this sends POST.
        self.write(&Call::patch(self.comment_path(id, &[]), &body), Repeat::Harmless).await.map(drop)
    }

    /// Also well where it is gone.
    pub async fn delete_comment(&self, id: CommentId) -> Result<(), GitHubError> {
        self.delete(self.comment_path(id, &[])).await
    }

    /// Says that a command was seen. The same reaction twice is one.
    pub async fn react(&self, comment: CommentId, reaction: Reaction) -> Result<(), GitHubError> {
        let content = match reaction {
            Reaction::Eyes => "eyes",
            Reaction::ThumbsUp => "+1",
            Reaction::ThumbsDown => "-1",
            Reaction::Confused => "confused",
            Reaction::Rocket => "rocket",
        };
        let call = Call::post(self.comment_path(comment, &["reactions"]), &json!({"content": content}));
        self.write(&call, Repeat::Harmless).await.map(drop)
    }

    /// Labels that the repository does not have yet come to be.
    pub async fn add_labels(&self, number: PullNumber, labels: &[String]) -> Result<(), GitHubError> {
        if labels.is_empty() {
            return Ok(());
        }
        let call = Call::post(self.issue_path(number, &["labels"]), &json!({"labels": labels}));
        self.write(&call, Repeat::Harmless).await.map(drop)
    }

    /// Also well where it was not there.
    pub async fn remove_label(&self, number: PullNumber, label: &str) -> Result<(), GitHubError> {
        self.delete(self.issue_path(number, &["labels", label])).await
    }

    async fn delete(&self, path: String) -> Result<(), GitHubError> {
        match self.write(&Call::delete(path), Repeat::Harmless).await {
            Err(GitHubError::NotFound { .. }) => Ok(()),
            removed => removed.map(drop),
        }
    }

    fn comment_call(&self, number: PullNumber, body: &str) -> Call {
        Call::post(self.issue_path(number, &["comments"]), &json!({"body": within(body, COMMENT_BYTES)}))
    }

    async fn own_comment(&self, number: PullNumber, marker: &str) -> Result<Option<WireComment>, GitHubError> {
        let actor = self.actor().await?;
        let comments: Vec<WireComment> = self.list(self.issue_path(number, &["comments"])).await?;
        let is_ours = |comment: &WireComment| {
            let is_by_us = comment.user.as_ref().is_some_and(|user| user.id() == actor.user);
            is_by_us && comment.body.as_ref().is_some_and(|body| body.contains(marker))
        };
        Ok(comments.into_iter().find(is_ours))
    }

    /// The comment that was made, or in a dry run the one that would have been.
    async fn made_or_thought(&self, made: Option<WireComment>, body: &str) -> Result<Comment, GitHubError> {
        match made {
            Some(made) => Ok(made.comment()),
            None => {
                let author = self.actor().await?.user_of_bot();
                let body = within(body, COMMENT_BYTES).into_owned();
                Ok(Comment { id: CommentId(0), author, app: None, body, url: String::new(), is_edited: false })
            }
        }
    }

    fn issue_path(&self, number: PullNumber, rest: &[&str]) -> String {
        let number = number.to_string();
        self.path(&[&["issues", &number], rest].concat())
    }

    fn comment_path(&self, id: CommentId, rest: &[&str]) -> String {
        let id = id.to_string();
        self.path(&[&["issues", "comments", &id], rest].concat())
    }
}
