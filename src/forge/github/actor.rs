//! Who we are there: what we wrote is found by it.

use super::GitHub;
use super::call::{Call, Caller, Repeat};
use super::credentials::Credentials;
use super::error::GitHubError;
use super::path::path;
use super::wire::WireUser;
use crate::forge::words::{Actor, User, UserKind};
use serde::Deserialize;

impl GitHub {
    /// Asked for once.
    pub async fn actor(&self) -> Result<Actor, GitHubError> {
        self.session.actor.get_or_try_init(|| self.ask_who_we_are()).await.cloned()
    }

    async fn ask_who_we_are(&self) -> Result<Actor, GitHubError> {
        #[derive(Deserialize)]
        struct App {
            slug: String,
        }
        let path = match &self.session.credentials {
            Credentials::Person { .. } => path(&["user"]),
            Credentials::Bot { login, .. } => path(&["users", login]),
            Credentials::App(_) => {
                let call = Call::get(path(&["app"]));
                let app: App = call.parse(&self.send(&call, Repeat::Harmless, Caller::App).await?)?;
                path(&["users", &format!("{}[bot]", app.slug)])
            }
        };
        let user = self.read::<WireUser>(path).await?.user();
        Ok(Actor { user: user.id, login: user.login })
    }
}

impl Actor {
    pub(super) fn user_of_bot(self) -> User {
        User { id: self.user, login: self.login, kind: UserKind::Bot }
    }
}
