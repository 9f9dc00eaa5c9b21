//! What of one text is a secret by how it begins. A text comes in, parts of it go out.

use super::checksum;
use super::families::{FAMILIES, Family, Proof};
use super::innocent::{entropy, is_placeholder};
use super::rules;
use crate::model::Rule;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::Regex;
use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

/// A secret in a text.
#[derive(Debug, Clone)]
pub(super) struct Match {
    pub part: Range<usize>,
    pub rule: &'static Rule,
    pub name: &'static str,
    /// Beyond doubt: no comment makes it none.
    pub certain: bool,
}

/// The keywords of all families. Of those that begin at one place the longest is meant.
static KEYWORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let keywords = FAMILIES.iter().flat_map(|family| family.keywords);
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        // The quickest to build: most runs look at a few files.
        .kind(Some(AhoCorasickKind::NoncontiguousNFA))
        .build(keywords);
    automaton.expect("keywords are few and short")
});

/// Shapes are compiled when their keyword is first met: most never are.
static SHAPES: [OnceLock<Regex>; FAMILIES.len()] = [const { OnceLock::new() }; FAMILIES.len()];

fn shape(index: usize) -> &'static Regex {
    SHAPES[index].get_or_init(|| {
        Regex::new(&format!("(?-u)\\A(?:{})", FAMILIES[index].shape)).expect("shapes are patterns, a test says")
    })
}

/// What is known by how it begins, in the order of the text.
pub(super) fn beginnings(text: &str) -> Vec<Match> {
    let mut matches: Vec<Match> = Vec::new();
    for keyword in KEYWORDS.find_iter(text) {
        let done = matches.last().map_or(0, |last| last.part.end);
        if keyword.start() < done {
            continue;
        }
        let word = &text[keyword.range()];
        let families = FAMILIES.iter().enumerate().filter(|(_, family)| family.keywords.contains(&word));
        let found = families.filter_map(|(index, family)| at(text, keyword.start(), family, shape(index))).next();
        let Some(found) = found else { continue };
        if found.rule == &rules::AWS_ACCESS_KEY {
            matches.extend(secret_near(text, &found.part, done));
        }
        matches.push(found);
    }
    matches.sort_by_key(|found| (found.part.start, found.part.end));
    matches.dedup_by(|later, earlier| later.part == earlier.part);
    matches
}

/// The secret of a family that begins at a place.
fn at(text: &str, start: usize, family: &'static Family, shape: &Regex) -> Option<Match> {
    if !is_beginning(text, start, family.proof) {
        return None;
    }
    // What has no group is found several times faster without captures.
    let secret = match shape.captures_len() {
        1 => shape.find(&text[start..]),
        _ => shape.captures(&text[start..]).and_then(|captures| captures.get(1)),
    }?;
    let part = start + secret.start()..start + secret.end();
    let value = secret.as_str();
    let found = |certain| Some(Match { part: part.clone(), rule: family.rule, name: family.name, certain });
    match family.proof {
        Proof::Checksum if checksum::is_issued(value) => return found(true),
        Proof::Form => {
            let part = part.start + leading_blanks(value)..part.end - trailing_armour(value);
            let is_real = entropy(&text[part.clone()]) >= family.entropy;
            return is_real.then_some(Match { part, rule: family.rule, name: family.name, certain: true });
        }
        Proof::Header if !has_header(value) => return None,
        Proof::Signature if !is_signed(text, &part) => return None,
        Proof::Password if is_no_password(value) => return None,
        _ => {}
    }
    let goes_on = text[part.end..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let random = entropy(value) >= family.entropy;
    if goes_on && family.proof != Proof::Password || !random || is_placeholder(value) {
        return None;
    }
    found(false)
}

/// Whether nothing stands before that makes it the end of another word.
fn is_beginning(text: &str, start: usize, proof: Proof) -> bool {
    let before = &text.as_bytes()[..start];
    match (before, proof) {
        (_, Proof::Password | Proof::Form) | ([], _) => true,
        // The end of an escape: `\nghp_...`.
        ([.., b'\\', b'n' | b'r' | b't'], _) => true,
        // What is as long as it likes is only looked at once.
        ([.., last], Proof::Header) => !(last.is_ascii_alphanumeric() || matches!(last, b'_' | b'-')),
        ([.., last], _) => !last.is_ascii_alphanumeric(),
    }
}

fn leading_blanks(body: &str) -> usize {
    // A backslash, and the letter that makes it a line feed.
    let is_blank = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/' | '=');
    let mut start = 0;
    while let Some(rest) = body[start..].chars().next().filter(|c| is_blank(*c)) {
        start += rest.len_utf8();
        if rest == '\\' && body[start..].starts_with(['n', 'r']) {
            start += 1;
        }
    }
    start
}

fn trailing_armour(body: &str) -> usize {
    let kept = body.strip_suffix("-----END").unwrap_or(body);
    let kept = kept.strip_suffix("\\n").unwrap_or(kept);
    body.len() - kept.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/' | '=')).len()
}

/// `{"alg": ...` in base64.
fn has_header(token: &str) -> bool {
    let header = token.split('.').next().unwrap_or_default();
    let view = super::view::View::written(header);
    let decoded = super::decode::decoded(&view);
    decoded.first().is_some_and(|header| header.text.contains("\"alg\"") || header.text.contains("\"typ\""))
        || header.starts_with("eyJhbGci")
        || header.starts_with("eyJ0eXAi")
}

/// How far around a secret its companions are looked for.
const NEAR: usize = 300;

fn around<'t>(text: &'t str, part: &Range<usize>) -> (usize, &'t str) {
    let boundary = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = boundary(part.start.saturating_sub(NEAR));
    (start, &text[start..boundary((part.end + NEAR).min(text.len()))])
}

fn is_signed(text: &str, part: &Range<usize>) -> bool {
    let (_, near) = around(text, part);
    ["sv=", "se=", "sp="].iter().any(|parameter| near.contains(parameter))
}

fn is_no_password(value: &str) -> bool {
    let is_variable = value.starts_with('$') || value.contains("$(") || value.contains("${");
    is_variable || is_placeholder(value) || value.bytes().all(|byte| byte.is_ascii_digit())
}

/// The secret access keys near an access key id: forty characters that look like nothing else.
fn secret_near(text: &str, id: &Range<usize>, done: usize) -> Vec<Match> {
    static RUN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("(?-u)[A-Za-z0-9/+=]{40,}").expect("a class is a pattern"));
    let (start, near) = around(text, id);
    let runs = RUN.find_iter(near).filter(|run| run.len() == 40 && start + run.start() >= done);
    let is_key = |value: &str| {
        let has = |is: fn(&u8) -> bool| value.bytes().any(|byte| is(&byte));
        let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
        mixed && entropy(value) >= 4.0 && !is_placeholder(value)
    };
    runs.filter(|run| is_key(run.as_str()))
        .map(|run| Match {
            part: start + run.start()..start + run.end(),
            rule: &rules::AWS_SECRET_ACCESS_KEY,
            name: "an AWS secret access key",
            certain: false,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_a_shape_that_begins_with_its_keywords() {
        for (index, family) in FAMILIES.iter().enumerate() {
            assert!(shape(index).captures_len() <= 2, "{}", family.name);
            assert!(!family.keywords.is_empty() && KEYWORDS.is_match(family.keywords[0]), "{}", family.name);
        }
    }

    #[test]
    fn the_password_of_an_address_is_a_secret_unless_it_stands_for_one() {
        let found =
            |text: &str| beginnings(text).into_iter().map(|found| text[found.part].to_owned()).collect::<Vec<_>>();
        assert_eq!(found("postgres://app:Zk8vQ2nL@db:5432/x"), ["Zk8vQ2nL"]);
        assert_eq!(found("redis://:p4ssphrase-of-mine@cache"), ["p4ssphrase-of-mine"]);
        for innocent in [
            "postgres://app:${resources.db.password}@db/x",
            "postgres://$(USER):$(PASSWORD)@db/x",
            "postgres://postgres:postgres@localhost/x",
            "https://user:<password>@host",
            "https://pavior.dev:8443/@scope/package",
            "https://host/a:b@c",
        ] {
            assert_eq!(found(innocent), [""; 0], "{innocent}");
        }
    }

    #[test]
    fn forty_characters_are_an_aws_key_beside_an_id_alone() {
        let id = format!("AKIA{}", "QWERTZUIOPASDF23");
        let key = format!("{}{}", "wJalrXUtnFEMIK7MDENG", "bPxRfiCYzzTbKEY19a8Q");
        let rules = |text: String| beginnings(&text).into_iter().map(|found| found.rule.id).collect::<Vec<_>>();
        assert_eq!(rules(format!("id: {id}\nkey: {key}")), ["secret/aws-access-key", "secret/aws-secret-access-key"]);
        assert_eq!(rules(format!("key: {key}\nid: {id}")), ["secret/aws-secret-access-key", "secret/aws-access-key"]);
        assert_eq!(rules(format!("key: {key}")), [""; 0]);
    }
}
