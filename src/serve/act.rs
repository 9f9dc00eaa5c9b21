//! What a worker hands its work to. Tests hand in something that only remembers.

use crate::ci::Did;
use crate::forge::event::Work;
use crate::forge::words::Repository;
use std::pin::Pin;

/// What came of a piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acted {
    Did(Did),
    /// It was about several things: to be done one by one.
    Spread(Vec<Work>),
}

pub type Acting = Pin<Box<dyn Future<Output = anyhow::Result<Acted>> + Send>>;

pub trait Act: Send + Sync {
    fn act(&self, repository: Repository, work: Work) -> Acting;
}
