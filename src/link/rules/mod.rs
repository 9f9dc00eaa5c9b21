//! Rules of linking, by what they are about, each with the sentences that its findings say.

pub mod declarations;
pub mod dependencies;
pub mod environments;
pub mod names;
pub mod placeholders;
pub mod sharing;

use crate::model::{Finding, Rule};

/// Every group, in the order in which a catalog meets them.
static GROUPS: [&[&Rule]; 6] =
    [declarations::ALL, names::ALL, placeholders::ALL, sharing::ALL, environments::ALL, dependencies::ALL];

/// Every rule of this stage.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().flat_map(|group| group.iter().copied())
}

fn did_you_mean(finding: Finding, suggestion: Option<&str>) -> Finding {
    match suggestion {
        Some(name) => finding.help(format!("did you mean `{name}`?")),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_rule_shows_what_is_wrong_and_what_is_right() {
        for rule in super::all() {
            for word in ["\n\nWrong: ", "\n\nRight: "] {
                let shown = rule.explanation.split(word).nth(1).unwrap_or_default();
                assert!(!shown.trim().is_empty(), "{} has no `{}`", rule.id, word.trim());
            }
            assert!(rule.id.starts_with("link/"), "{}", rule.id);
        }
    }
}
