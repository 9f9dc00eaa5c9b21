//! Laws between Score's placeholders and ours: what a text says in a Score file, its translation says here.

use super::{Template, TemplatePart};
use crate::read::score::text::{DollarBefore, Meaning, escaped, steps, translate};
use proptest::prelude::*;

/// What a text says here: literals as one, placeholders by their path.
fn said(text: &str) -> Vec<TemplatePart> {
    let template = Template::parse(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
    let parts = template.parts.into_iter();
    parts.map(|part| if let TemplatePart::Placeholder { path, .. } = part { placeholder(path) } else { part }).collect()
}

fn placeholder(path: Vec<String>) -> TemplatePart {
    TemplatePart::Placeholder { path, range: 0..0 }
}

/// What a text says to Score's reference implementation: `\$((?:\$?{([^}]*)})|\$)`, read by hand and independently.
fn said_to_score(text: &str) -> Vec<TemplatePart> {
    let letters: Vec<char> = text.chars().collect();
    let closing = |open: usize| match letters.get(open) {
        Some('{') => (open..letters.len()).find(|at| letters[*at] == '}'),
        _ => None,
    };
    let between = |from: usize, to: usize| letters[from..to].iter().collect::<String>();
    let mut parts: Vec<TemplatePart> = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let dollars = letters[at..].iter().take(2).take_while(|letter| **letter == '$').count();
        let (part, next) = match (dollars, closing(at + dollars), closing(at + 1)) {
            (2, Some(end), _) => (TemplatePart::Literal(between(at + 1, end + 1)), end + 1),
            (1, _, Some(end)) => (placeholder(steps(&between(at + 2, end))), end + 1),
            (2, None, _) => (TemplatePart::Literal("$".to_owned()), at + 2),
            _ => (TemplatePart::Literal(letters[at].to_string()), at + 1),
        };
        match (part, parts.last_mut()) {
            (TemplatePart::Literal(more), Some(TemplatePart::Literal(literal))) => literal.push_str(&more),
            (part, _) => parts.push(part),
        }
        at = next;
    }
    parts
}

fn is_the_path(part: &TemplatePart) -> bool {
    matches!(part, TemplatePart::Literal(_)) || *part == placeholder(vec!["a".to_owned(), "b".to_owned()])
}

fn dollar_before_placeholder(parts: &[TemplatePart]) -> bool {
    parts.windows(2).any(|pair| match pair {
        [TemplatePart::Literal(literal), TemplatePart::Placeholder { .. }] => literal.ends_with('$'),
        _ => false,
    })
}

proptest! {
    #[test]
    fn whatever_a_text_says_to_score_its_translation_says_to_us(
        parts in prop::collection::vec(prop::sample::select(vec!["a", "$", "{", "}", "${a.b}", "$${", "$$", " "]), 0..10),
    ) {
        let text = parts.concat();
        let expected = said_to_score(&text);
        // What is not closed is a mistake here, which the check of placeholders finds.
        prop_assume!(!text.rsplit('}').next().is_some_and(|rest| rest.contains("${")));
        let translated = translate(&text, |_| Meaning::Same);
        prop_assert_eq!(translated == Err(DollarBefore), dollar_before_placeholder(&expected), "{}", text);
        // So are other paths.
        if let (Ok(ours), true) = (translated, expected.iter().all(is_the_path)) {
            prop_assert_eq!(said(&ours), expected, "{} became {}", text, ours);
        }
    }

    #[test]
    fn an_escaped_text_is_a_literal(text in "[a${}. ]{0,12}") {
        let expected = if text.is_empty() { Vec::new() } else { vec![TemplatePart::Literal(text.clone())] };
        prop_assert_eq!(said(&escaped(&text)), expected);
    }
}
