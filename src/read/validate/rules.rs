//! The rules of validation: each group lies beside the code that applies it; this is the list of all.

use super::checks::rules as checks;
use super::explain::rules as explain;
use super::{header, placement};
use crate::model::Rule;

/// Every group, in the order in which a document meets them.
static GROUPS: [&[&Rule]; 26] = [
    header::rules::ALL,
    placement::rules::ALL,
    explain::fields::ALL,
    explain::types::ALL,
    explain::choices::ALL,
    explain::limits::ALL,
    explain::names::ALL,
    explain::formats::ALL,
    explain::keys::ALL,
    checks::labels::ALL,
    checks::image::ALL,
    checks::probe::ALL,
    checks::files::ALL,
    checks::schedule::ALL,
    checks::cron::ALL,
    checks::limits::ALL,
    checks::ports::ALL,
    checks::slo::ALL,
    checks::cidr::ALL,
    checks::environment::ALL,
    checks::people::ALL,
    checks::params::ALL,
    checks::outputs::ALL,
    checks::provisioners::ALL,
    checks::questions::ALL,
    checks::price_book::ALL,
];

/// Every rule of this stage.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().flat_map(|group| group.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_has_an_id_of_its_own_and_an_explanation_with_examples() {
        let mut ids = BTreeSet::new();
        for rule in all() {
            assert!(ids.insert(rule.id), "{} is there twice", rule.id);
            assert!(rule.id.starts_with("schema/"), "{}", rule.id);
            assert!(rule.explanation.len() > 150, "{}: explain it", rule.id);
            for part in ["Wrong:", "Right:"] {
                let shows = rule.explanation.contains(part) || rule.explanation.contains("| wrong |");
                assert!(shows, "{} shows no example: {part}", rule.id);
            }
            assert!(!rule.summary.ends_with('.'), "{}", rule.id);
        }
        assert_eq!(ids.len(), all().count());
    }
}
