//! GitHub's API as the bot uses it: one repository, a method for each thing that is asked or told.
//!
//! ```text
//! method -> Call -> sent, waited for, tried again (call) -> one request over octocrab (transport) -> words
//! ```
//!
//! The only module that knows octocrab. Its structs hold the fields that are needed and no more, so that GitHub may
//! add what it likes. Nothing is decided here about pull requests.

mod actor;
mod archive;
mod artifacts;
mod branches;
mod call;
mod check_runs;
mod clock;
mod code;
mod comments;
mod credentials;
mod deployments;
mod dry_run;
mod error;
mod paging;
mod path;
mod people;
mod pulls;
mod reviews;
mod session;
mod transport;
mod waiting;
mod wire;

pub use archive::{ArchiveError, member};
pub use clock::{Clock, SystemClock};
pub use credentials::{Credentials, Secret};
pub use error::GitHubError;
pub use session::Connection;
pub use transport::Timeouts;

use crate::forge::words::Repository;
use session::{Session, Tokens};
use std::sync::Arc;

/// GitHub, looked at from one repository. Clones share connections, tokens and what a dry run notes down.
#[derive(Clone)]
pub struct GitHub {
    repository: Repository,
    session: Arc<Session>,
    tokens: Arc<Tokens>,
}

impl GitHub {
    /// Within a tokio runtime: the connections live in a task of it.
    pub fn connect(connection: Connection, repository: Repository) -> Result<GitHub, GitHubError> {
        Ok(GitHub::of(Session::real(connection)?, repository))
    }

    /// Reads as ever, writes nothing: `noted_calls` says what it would have sent.
    pub fn dry_run(connection: Connection, repository: Repository) -> Result<GitHub, GitHubError> {
        Ok(GitHub::of(Session::dry(connection)?, repository))
    }

    /// The same GitHub, looked at from another repository: with a token of its own where we are an App.
    pub fn on(&self, repository: Repository) -> GitHub {
        GitHub { repository, session: Arc::clone(&self.session), tokens: Arc::default() }
    }

    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    fn of(session: Session, repository: Repository) -> GitHub {
        GitHub { repository, session: Arc::new(session), tokens: Arc::default() }
    }

    /// A path below the repository.
    fn path(&self, segments: &[&str]) -> String {
        let repository = path::path(&["repos", self.repository.owner(), self.repository.name()]);
        repository + &path::path(segments)
    }
}
