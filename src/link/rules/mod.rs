//! Rules of linking, by what they are about, each with the sentences that its findings say.

pub mod declarations;
pub mod dependencies;
pub mod environments;
pub mod names;
pub mod placeholders;
pub mod prices;
pub mod sharing;
pub mod waiting;

use crate::model::{Finding, Rule, Span};

/// Every group, in the order in which a catalog meets them.
static GROUPS: [&[&Rule]; 8] = [
    declarations::ALL,
    names::ALL,
    waiting::ALL,
    placeholders::ALL,
    sharing::ALL,
    environments::ALL,
    dependencies::ALL,
    prices::ALL,
];

/// Every rule of this stage.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().flat_map(|group| group.iter().copied())
}

/// Suggests the near name, and offers to put it in the place of the wrong one in what was written at the finding.
fn did_you_mean(finding: Finding, written: &str, wrong: &str, suggestion: Option<&str>) -> Finding {
    let Some(near) = suggestion else { return finding };
    let finding = finding.help(format!("did you mean `{near}`?"));
    match wrong_span(&finding, written, wrong) {
        Some(span) => finding.fix(span, near),
        None => finding,
    }
}

/// Where the wrong name is: the whole of what was written, or one step of a placeholder. None where the text of the file
/// is not what was written, because it is quoted with escapes.
fn wrong_span(finding: &Finding, written: &str, wrong: &str) -> Option<Span> {
    let span = finding.at.span.filter(|span| span.range().len() == written.len())?;
    let ends = |end: usize| !written[end..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let starts = |start: usize| start == 0 || written[..start].ends_with(['.', '{']);
    let (start, _) = written.match_indices(wrong).find(|(start, _)| starts(*start) && ends(start + wrong.len()))?;
    let start = span.range().start + start;
    (!wrong.is_empty()).then(|| Span::new(start, start + wrong.len()))
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
