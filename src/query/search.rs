//! Words in, the entries that they most likely mean out: simple, the same every time, and kind to slips of the keyboard.
//!
//! Every word has to be found somewhere in an entry. A word scores by where and how well it is found; the scores of all
//! words are added, and equal scores are sorted as lists are. Slips are looked for only where nothing is found without:
//! who asks for a cart does not mean a card.

use super::VERSION;
use super::entry::{Entry, EntryKind};
use super::register::Register;
use serde::Serialize;

/// The answer of `pavior catalog search`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hits {
    pub version: u32,
    pub words: Vec<String>,
    /// The best first.
    pub hits: Vec<Hit>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hit {
    pub score: u32,
    /// The field in which each word was found best, such as `name` or `tags`.
    pub found_in: Vec<&'static str>,
    #[serde(flatten)]
    pub entry: Entry,
}

/// What a word is worth where it is found: whole, at the beginning of a word, within one, or nearly.
struct Field {
    name: &'static str,
    whole: u32,
    begins: u32,
    within: u32,
    nearly: u32,
}

const NAME: Field = Field { name: "name", whole: 100, begins: 70, within: 55, nearly: 40 };
const TAGS: Field = Field { name: "tags", whole: 50, begins: 35, within: 20, nearly: 15 };
const TYPE: Field = Field { name: "type", whole: 45, begins: 30, within: 15, nearly: 12 };
const OWNER: Field = Field { name: "owner", whole: 40, begins: 25, within: 15, nearly: 12 };
const SYSTEM: Field = Field { name: "system", whole: 35, begins: 20, within: 12, nearly: 10 };
const DESCRIPTION: Field = Field { name: "description", whole: 30, begins: 20, within: 8, nearly: 6 };
const KIND: Field = Field { name: "kind", whole: 10, begins: 0, within: 0, nearly: 0 };

/// A word of fewer letters is too short to be misspelt.
const SHORTEST_SLIP: usize = 4;
/// Longer words are no words.
const LONGEST_WORD: usize = 100;
const MOST_WORDS: usize = 20;

/// All that hold every word, the best first. Resource types are found, too.
pub fn search(register: &Register, words: &[String]) -> Hits {
    let words: Vec<String> = words.iter().flat_map(|text| split(text)).take(MOST_WORDS).collect();
    let mut hits = found(register, &words, exactly);
    if hits.is_empty() {
        hits = found(register, &words, nearly);
    }
    // Stable: equals stay in the order of the register.
    hits.sort_by_key(|hit| std::cmp::Reverse(hit.score));
    Hits { version: VERSION, words, hits }
}

/// What a word is worth in a text.
type Points = fn(&Field, &str, &str) -> Option<u32>;

fn found(register: &Register, words: &[String], points: Points) -> Vec<Hit> {
    match words.is_empty() {
        true => Vec::new(),
        false => register.entries.iter().filter_map(|entry| hit(entry, words, points)).collect(),
    }
}

fn hit(entry: &Entry, words: &[String], points: Points) -> Option<Hit> {
    let (mut score, mut found_in) = (0, Vec::new());
    for word in words {
        let (points, field) = best(entry, word, points)?;
        score += points;
        found_in.push(field);
    }
    // Of two that are found alike, what runs is more likely meant than what describes.
    let runs = u32::from(entry.kind == EntryKind::Service);
    Some(Hit { score: score * 2 + runs, found_in, entry: entry.clone() })
}

fn best(entry: &Entry, word: &str, points: Points) -> Option<(u32, &'static str)> {
    let texts = |field: &'static Field, text: &str| points(field, text, word).map(|points| (points, field.name));
    let optional = |field: &'static Field, text: &Option<String>| text.as_deref().and_then(|text| texts(field, text));
    let mut found = vec![
        texts(&NAME, &entry.name),
        optional(&TYPE, &entry.flavour),
        optional(&OWNER, &entry.owner),
        optional(&SYSTEM, &entry.system),
        texts(&DESCRIPTION, &entry.description),
        (entry.kind.as_str() == word).then_some((KIND.whole, KIND.name)),
    ];
    found.extend(entry.tags.iter().map(|tag| texts(&TAGS, tag)));
    // The first of equals: fields stand here in the order of their worth.
    found.into_iter().flatten().reduce(|best, other| if other.0 > best.0 { other } else { best })
}

fn exactly(field: &Field, text: &str, word: &str) -> Option<u32> {
    let lower = text.to_lowercase();
    if lower == word {
        return Some(field.whole);
    }
    let parts = split(&lower);
    let part = |test: &dyn Fn(&str) -> bool| parts.iter().any(|part| test(part));
    if part(&|part| part == word) {
        // A whole word of several is worth a little less than the whole text.
        return Some(field.whole - field.whole / 10);
    }
    if part(&|part| part.starts_with(word)) {
        return Some(field.begins);
    }
    (word.len() > 2 && lower.contains(word)).then_some(field.within)
}

fn nearly(field: &Field, text: &str, word: &str) -> Option<u32> {
    let found = exactly(field, text, word);
    let parts = split(text);
    let slip = |part: &str| {
        let letters = word.chars().count();
        let limit = if letters >= 8 { 2 } else { 1 };
        part.len() <= LONGEST_WORD
            && letters >= SHORTEST_SLIP
            && part.chars().count().abs_diff(letters) <= limit
            && strsim::damerau_levenshtein(part, word) <= limit
    };
    // `cartservise` is near `cartservice`, and `chekout` near the beginning of `checkoutservice`.
    let beginning = |part: &str| {
        let letters = word.chars().count();
        (letters..=letters + 1)
            .any(|count| part.chars().count() > count && slip(&part.chars().take(count).collect::<String>()))
    };
    found.or_else(|| parts.iter().any(|part| slip(part) || beginning(part)).then_some(field.nearly))
}

/// Lower-case words between anything that is no letter or digit.
fn split(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.filter(|word| word.len() <= LONGEST_WORD).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::with_sample;
    use super::*;
    use proptest::prelude::*;

    fn found(words: &[&str]) -> Vec<String> {
        with_sample(|_, _, register| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            search(register, &words).hits.iter().map(|hit| format!("{}/{}", hit.entry.kind, hit.entry.name)).collect()
        })
    }

    #[test]
    fn a_name_comes_before_what_only_mentions_it() {
        let hits = found(&["checkout"]);
        assert_eq!(hits[0], "service/checkout");
        assert!(hits.len() > 1, "{hits:?}");
    }

    #[test]
    fn every_word_has_to_be_found() {
        assert_eq!(found(&["checkout", "zebra"]), Vec::<String>::new());
        assert_eq!(found(&["money", "postgres"]), ["resource-type/postgres", "resource/orders"]);
        assert_eq!(found(&["orders", "money"]), ["resource/orders"]);
    }

    #[test]
    fn a_slip_of_the_keyboard_still_finds() {
        assert_eq!(found(&["chekcout"])[0], "service/checkout");
        assert_eq!(found(&["ledgr"])[0], "service/ledger");
        assert_eq!(found(&["LEDGER"])[0], "service/ledger");
    }

    #[test]
    fn no_word_finds_nothing() {
        assert_eq!(found(&[" - "]), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn whatever_is_asked_is_answered_in_order(words in proptest::collection::vec(".{0,12}", 0..5)) {
            with_sample(|_, _, register| {
                let hits = search(register, &words).hits;
                assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
            });
        }
    }
}
