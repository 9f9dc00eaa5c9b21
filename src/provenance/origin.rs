//! Who set a field: a line that somebody wrote, or the words of a default.

use crate::model::{Location, RepoPath};

/// Where a field of an artifact comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub by: By,
    /// The line; none for a default.
    pub at: Option<Location>,
    /// The route to the value in its document, `spec.scaling.min`; empty for a default and for a whole file.
    pub route: String,
    /// Why, in words: what a default is good for, or what was made of the value. May be empty.
    pub because: &'static str,
    /// What else the value is made of.
    pub inputs: Vec<Input>,
    /// Where a value would take the place of this one, for what follows from something else.
    pub setting: Option<Setting>,
}

/// Whose file a value stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// A service, a shared resource or a secret request, or the Score file of a service.
    Declaration,
    /// The declaration of an environment.
    Environment,
    /// `pavior.yaml`.
    Platform,
    /// A resource type: its provisioners, classes, params and tables.
    Provisioner,
    /// A file of a golden path, copied as it is.
    GoldenPath,
    /// Nobody: what Pavior does unless it is told otherwise.
    Default,
}

/// A value that another is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    pub by: By,
    pub at: Location,
    pub route: String,
}

/// A place for a value that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub path: RepoPath,
    pub route: String,
}

impl By {
    pub fn as_str(self) -> &'static str {
        match self {
            By::Declaration => "declaration",
            By::Environment => "environment",
            By::Platform => "platform",
            By::Provisioner => "provisioner",
            By::GoldenPath => "golden-path",
            By::Default => "default",
        }
    }
}
