//! Rules: what a finding is an instance of. Each stage declares its own with [`rules!`].

use std::fmt;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; blocks nothing.
    Warning,
    /// Blocks: exit code 1.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// One thing that Pavior checks. Its id is stable: never renamed, never reused.
#[derive(Debug)]
pub struct Rule {
    /// `stage/what-is-wrong`.
    pub id: &'static str,
    pub severity: Severity,
    /// One line: what the rule demands.
    pub summary: &'static str,
    /// Markdown: why it exists and how to satisfy it, with an example.
    pub explanation: &'static str,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Rule) -> bool {
        self.id == other.id
    }
}
impl Eq for Rule {}

/// Declares the rules of one stage as statics, and `ALL` over them, so that none can be missing from the list.
macro_rules! rules {
    ($($(#[$meta:meta])* $name:ident = $id:literal, $severity:ident, $summary:literal, $explanation:literal;)+) => {
        $($(#[$meta])* pub static $name: $crate::model::Rule = $crate::model::Rule {
            id: $id,
            severity: $crate::model::Severity::$severity,
            summary: $summary,
            explanation: $explanation,
        };)+
        /// Every rule of this stage.
        pub static ALL: &[&$crate::model::Rule] = &[$(&$name),+];
    };
}
pub(crate) use rules;
