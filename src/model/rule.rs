//! Rules: what a finding is an instance of. Each stage declares its own with [`rules!`].

use std::fmt;
use std::sync::{Mutex, PoisonError};

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

/// The rule of an organisation, which is known only when its policies are read. Equal rules are one: what is kept for
/// the life of the process is bounded by how many different ones it reads.
pub fn intern(id: &str, severity: Severity, summary: &str, explanation: &str) -> &'static Rule {
    static KNOWN: Mutex<Vec<&'static Rule>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let is_same = |rule: &&&Rule| {
        (rule.id, rule.severity, rule.summary, rule.explanation) == (id, severity, summary, explanation)
    };
    if let Some(rule) = known.iter().find(is_same) {
        return rule;
    }
    let keep = |text: &str| -> &'static str { Box::leak(text.into()) };
    let rule: &'static Rule =
        Box::leak(Box::new(Rule { id: keep(id), severity, summary: keep(summary), explanation: keep(explanation) }));
    known.push(rule);
    rule
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rules_of_an_organisation_are_one() {
        let rule = || intern("policy/a", Severity::Error, "A", "B");
        assert!(std::ptr::eq(rule(), rule()));
        assert!(!std::ptr::eq(rule(), intern("policy/a", Severity::Warning, "A", "B")));
    }
}
