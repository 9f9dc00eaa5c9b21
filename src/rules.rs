//! Every rule of every stage, in one list. A stage declares its own; here it is registered with one line.

use crate::model::Rule;
use crate::{emit, link, provision, read, review};

/// All rules, in the order of the pipeline.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let reading = read::rules::ALL
        .iter()
        .chain(read::secrets::rules::ALL)
        .chain(read::score::rules::ALL)
        .copied()
        .chain(read::validate::rules::all());
    let resolving = link::rules::all().chain(provision::rules::ALL.iter().copied());
    let reviewing = review::cost::rules::ALL.iter().chain(review::rules::ALL).chain(review::requests::ALL).copied();
    let judging = review::policy::rules::ALL.iter().chain(review::waivers::rules::ALL).copied();
    let emitting = emit::codeowners::rules::ALL.iter().chain(emit::engines::rules::ALL).copied();
    let all = reading.chain(resolving).chain(emitting);
    all.chain(reviewing).chain(judging)
}

/// The rule of this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// What stands before the slash of a rule's id.
pub fn stage(rule: &Rule) -> &'static str {
    rule.id.split('/').next().unwrap_or(rule.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Severity;
    use std::collections::BTreeSet;

    /// The least that explains why, how to mend it, and shows an example.
    const SHORTEST_EXPLANATION: usize = 120;

    fn faults<'r>(rules: impl IntoIterator<Item = &'r Rule>) -> Vec<String> {
        let mut ids = BTreeSet::new();
        let mut faults = Vec::new();
        for rule in rules {
            let mut demand = |holds: bool, fault: &str| {
                if !holds {
                    faults.push(format!("{} {fault}", rule.id));
                }
            };
            demand(ids.insert(rule.id), "is there twice");
            demand(rule.id.split('/').count() == 2 && rule.id.split('/').all(is_kebab_case), "is no `stage/name`");
            demand(!rule.summary.is_empty() && !rule.summary.contains('\n'), "has no summary of one line");
            demand(!rule.summary.ends_with('.'), "has a summary that ends with a period");
            demand(!rule.summary.starts_with(char::is_lowercase), "has a summary that begins in lower case");
            demand(rule.explanation.trim().len() >= SHORTEST_EXPLANATION, "has no real explanation");
            demand(rule.explanation.contains("```") || rule.explanation.contains('`'), "shows no example");
            demand(rule.explanation.matches("```").count() % 2 == 0, "leaves a code block open");
        }
        faults
    }

    fn is_kebab_case(text: &str) -> bool {
        let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split('-').all(word)
    }

    #[test]
    fn every_rule_has_an_id_of_its_own_and_is_explained() {
        assert_eq!(faults(all()), Vec::<String>::new());
        assert!(all().all(|rule| find(rule.id) == Some(rule)));
    }

    #[test]
    fn a_careless_rule_would_be_found() {
        let rule = |id, summary, explanation| Rule { id, severity: Severity::Error, summary, explanation };
        let careless = [rule("Link/unknown_Owner", "owners exist.", "They should."), rule("link", "", "```yaml\n")];
        assert_eq!(
            faults(&careless),
            [
                "Link/unknown_Owner is no `stage/name`",
                "Link/unknown_Owner has a summary that ends with a period",
                "Link/unknown_Owner has a summary that begins in lower case",
                "Link/unknown_Owner has no real explanation",
                "Link/unknown_Owner shows no example",
                "link is no `stage/name`",
                "link has no summary of one line",
                "link has no real explanation",
                "link leaves a code block open",
            ]
        );
        let twice = rule("link/x", "Something", "A sentence with `code` that goes on and on ");
        assert!(faults([&twice, &twice]).contains(&"link/x is there twice".to_owned()));
    }
}
