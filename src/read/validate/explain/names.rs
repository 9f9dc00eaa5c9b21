//! What is wrong with a name, exactly: the character, its look-alike, or the length.

use super::super::shown::{is_hidden, shown};
use crate::model::MAX_NAME;
use std::ops::Range;

/// Why a text is no name: the clause behind "…, but", and the bytes that are meant.
pub struct Reason {
    pub text: String,
    pub part: Range<usize>,
}

/// Letters of other alphabets that look like ours.
const LOOK_ALIKES: [(char, char, &str); 26] = [
    ('а', 'a', "Cyrillic"),
    ('в', 'b', "Cyrillic"),
    ('с', 'c', "Cyrillic"),
    ('ԁ', 'd', "Cyrillic"),
    ('е', 'e', "Cyrillic"),
    ('һ', 'h', "Cyrillic"),
    ('і', 'i', "Cyrillic"),
    ('ј', 'j', "Cyrillic"),
    ('к', 'k', "Cyrillic"),
    ('ӏ', 'l', "Cyrillic"),
    ('м', 'm', "Cyrillic"),
    ('о', 'o', "Cyrillic"),
    ('р', 'p', "Cyrillic"),
    ('ԛ', 'q', "Cyrillic"),
    ('ѕ', 's', "Cyrillic"),
    ('т', 't', "Cyrillic"),
    ('ѵ', 'v', "Cyrillic"),
    ('ԝ', 'w', "Cyrillic"),
    ('х', 'x', "Cyrillic"),
    ('у', 'y', "Cyrillic"),
    ('α', 'a', "Greek"),
    ('ν', 'v', "Greek"),
    ('ο', 'o', "Greek"),
    ('ρ', 'p', "Greek"),
    ('υ', 'u', "Greek"),
    ('ı', 'i', "Turkish"),
];

/// The first thing that is wrong with a name.
pub fn reason(text: &str) -> Reason {
    let whole = 0..text.len();
    if text.is_empty() {
        return Reason { text: "it is empty".to_owned(), part: whole };
    }
    // What looks right and is not is the worst, so it is told first.
    if let Some((at, c)) = text.char_indices().find(|(_, c)| !c.is_ascii()) {
        return Reason { text: foreign(c), part: at..at + c.len_utf8() };
    }
    let first = text.as_bytes()[0];
    let refused = text.char_indices().find(|(_, c)| !matches!(c, 'a'..='z' | '0'..='9' | '-' | 'A'..='Z'));
    if let Some((at, c)) = refused {
        return Reason { text: format!("{} is not allowed in it", character(c)), part: at..at + 1 };
    }
    if let Some(at) = text.find(|c: char| c.is_ascii_uppercase()) {
        return Reason { text: "it has upper-case letters".to_owned(), part: at..at + 1 };
    }
    if !first.is_ascii_lowercase() {
        let what = if first == b'-' { "a hyphen" } else { "a digit" };
        return Reason { text: format!("it starts with {what}"), part: 0..1 };
    }
    if text.ends_with('-') {
        return Reason { text: "it ends with a hyphen".to_owned(), part: text.len() - 1..text.len() };
    }
    Reason { text: format!("it has {} characters and {MAX_NAME} are the most", text.len()), part: whole }
}

fn foreign(c: char) -> String {
    let code = format!("U+{:04X}", u32::from(c));
    match LOOK_ALIKES.iter().find(|(other, ..)| *other == c) {
        Some((_, ours, script)) => format!("it holds {code}, a {script} letter that looks like `{ours}`"),
        None if is_hidden(c) => format!("it holds {code}, which cannot be seen"),
        None => format!("it holds `{c}` ({code}), which is not ASCII"),
    }
}

fn character(c: char) -> String {
    match c {
        '_' => "an underscore".to_owned(),
        '.' => "a dot".to_owned(),
        ' ' => "a space".to_owned(),
        c => shown(&c.to_string()),
    }
}

/// The name that was meant, where that is certain enough to offer.
pub fn meant(text: &str) -> Option<String> {
    let mut name = String::new();
    for c in text.chars() {
        match LOOK_ALIKES.iter().find(|(other, ..)| *other == c) {
            Some((_, ours, _)) => name.push(*ours),
            None => match c {
                'A'..='Z' => name.push(c.to_ascii_lowercase()),
                '_' | '.' | ' ' => name.push('-'),
                c if is_hidden(c) => {}
                c => name.push(c),
            },
        }
    }
    let name = name.trim_matches('-').to_owned();
    crate::model::Name::parse(&name).map(|name| name.to_string())
}

pub mod rules {
    crate::model::rules! {
        NAME = "schema/name", Error,
        "A name is a DNS label: lower-case ASCII letters, digits and hyphens, 63 at most",
r"Names become host names, labels, folders and resource names, so they have to be what all of these take: lower-case
letters `a` to `z`, digits and hyphens; a letter first, no hyphen last, 63 characters at most. Letters of other alphabets
that look like ours are refused, because a `pаyments` with a Cyrillic `а` would be another service with the same face.
Descriptions and titles may hold any language.

Wrong: `Cart_Service`, `1st-cart`, `cart-`, a name of 64 characters

Right: `cart-service`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{findings, mended, pointed};

    fn team(name: &str) -> String {
        format!(
            "apiVersion: pavior.dev/v1\nkind: Team\nmetadata: {{name: \"{name}\"}}\nspec: {{forgeTeam: \"@acme/a\"}}\n"
        )
    }

    fn told(name: &str) -> (String, String) {
        let text = team(name);
        let found = findings(&text);
        assert_eq!(found.len(), 1, "{name}: {found:#?}");
        assert_eq!(found[0].rule.id, "schema/name");
        (found[0].message.clone(), pointed(&text, &found[0]).to_owned())
    }

    #[test]
    fn every_fault_of_a_name_is_told_at_its_character() {
        for (name, reason, part) in [
            ("Cart", "it has upper-case letters", "C"),
            ("my_cart", "an underscore is not allowed in it", "_"),
            ("my cart", "a space is not allowed in it", " "),
            ("a.b", "a dot is not allowed in it", "."),
            ("../../x", "a dot is not allowed in it", "."),
            ("1cart", "it starts with a digit", "1"),
            ("-cart", "it starts with a hyphen", "-"),
            ("cart-", "it ends with a hyphen", "-"),
        ] {
            let expected = format!("`metadata.name` is `{name}`, which is no name: {reason}");
            assert_eq!(told(name), (expected, part.to_owned()));
        }
        assert_eq!(told("").0, "`metadata.name` is empty, which is no name: it is empty");
    }

    #[test]
    fn look_alikes_and_hidden_characters_are_named_by_code() {
        let (message, at) = told("p\u{430}yments");
        assert!(
            message.ends_with("which is no name: it holds U+0430, a Cyrillic letter that looks like `a`"),
            "{message}"
        );
        assert_eq!(at, "\u{430}");
        assert!(told("pay\u{200d}ments").0.ends_with("it holds U+200D, which cannot be seen"));
        assert!(told("caf\u{e9}").0.ends_with("it holds `é` (U+00E9), which is not ASCII"));
    }

    #[test]
    fn sixty_three_characters_are_a_name_and_sixty_four_are_told_with_the_limit() {
        assert_eq!(findings(&team(&"x".repeat(63))), []);
        for length in [64, 253, 254] {
            let expected = format!("which is no name: it has {length} characters and 63 are the most");
            assert!(told(&"x".repeat(length)).0.ends_with(&expected));
        }
    }

    #[test]
    fn the_name_that_was_meant_is_offered() {
        let text = team("My_Cart");
        let found = findings(&text);
        assert_eq!(found[0].help[0], "did you mean `my-cart`?");
        assert_eq!(mended(&text, &found[0]), team("my-cart"));
        assert_eq!(findings(&team("-"))[0].fix, None);
    }
}
