//! Why a run does not touch a folder. Every message says what to do.

use std::path::PathBuf;

/// Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "{} holds files and no inventory of Pavior, so they are not Pavior's to replace: choose an empty folder, or empty this one",
        out.display()
    )]
    NotOurs { out: PathBuf },
    #[error(
        "{} was changed by hand or damaged ({reason}), so Pavior cannot tell which files are its own: restore it, or delete the folder and compile again",
        inventory.display()
    )]
    Damaged { inventory: PathBuf, reason: String },
    #[error("{} was written by a newer Pavior (version {version} of its format): use that one, or delete the folder and compile again", inventory.display())]
    Newer { inventory: PathBuf, version: u64 },
    #[error("another run is writing to {}: wait until it is done", out.display())]
    Busy { out: PathBuf },
    #[error("{path} is {what}, and Pavior follows or replaces none: move it away")]
    Obstacle { path: String, what: &'static str },
    #[error("{path} is to be written, but a file of somebody else is there: move it away")]
    Foreign { path: String },
    #[error("{path} would be written twice, or be a file and a folder at once")]
    Twice { path: String },
    #[error("{path} is a name that Pavior keeps for itself")]
    Reserved { path: String },
}
