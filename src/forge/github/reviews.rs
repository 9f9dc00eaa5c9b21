//! Reviews of a pull request, all of them, in the order in which they came.

use super::GitHub;
use super::error::GitHubError;
use super::wire::WireUser;
use crate::forge::words::{CommitId, PullNumber, Review, ReviewState};
use serde::Deserialize;

#[derive(Deserialize)]
struct WireReview {
    user: Option<WireUser>,
    state: String,
    commit_id: Option<String>,
}

impl WireReview {
    fn review(self) -> Review {
        let state = match self.state.as_str() {
            "APPROVED" => ReviewState::Approved,
            "CHANGES_REQUESTED" => ReviewState::ChangesRequested,
            "DISMISSED" => ReviewState::Dismissed,
            "PENDING" => ReviewState::Pending,
            // What GitHub may invent approves nothing.
            _ => ReviewState::Commented,
        };
        let commit = self.commit_id.as_deref().and_then(CommitId::parse);
        Review { author: self.user.map(WireUser::user), state, commit }
    }
}

impl GitHub {
    pub async fn reviews(&self, number: PullNumber) -> Result<Vec<Review>, GitHubError> {
        let reviews: Vec<WireReview> = self.list(self.pull_path(number, &["reviews"])).await?;
        Ok(reviews.into_iter().map(WireReview::review).collect())
    }
}
