//! What was judged, as one short text: a review of one digest is a review of nothing else.
//!
//! A digest is shown by its first twelve digits and approved by at least thirty-two: two reports that agree in forty-eight
//! bits can be made on purpose, in a hundred and twenty-eight they cannot.

use super::words::CommitId;
use std::fmt;

/// Hexadecimal digits that an approval has to name.
pub const LEAST_DIGITS: usize = 32;

const SHOWN_DIGITS: usize = 12;

/// Of one report: base, head and every byte that was said of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportDigest(String);

impl ReportDigest {
    /// None unless it is 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<ReportDigest> {
        (text.len() == 64 && is_lower_hexadecimal(text)).then(|| ReportDigest(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For people to compare by eye.
    pub fn shown(&self) -> &str {
        &self.0[..SHOWN_DIGITS]
    }

    /// For people to paste into a command.
    pub fn to_name_in_a_command(&self) -> &str {
        &self.0[..LEAST_DIGITS]
    }
}

impl fmt::Display for ReportDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The beginning of a digest, as somebody wrote it: long enough to mean one report alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedDigest(String);

impl NamedDigest {
    pub fn parse(text: &str) -> Option<NamedDigest> {
        let text = text.to_ascii_lowercase();
        let is_whole = (LEAST_DIGITS..=64).contains(&text.len()) && is_lower_hexadecimal(&text);
        is_whole.then_some(NamedDigest(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn names(&self, digest: &ReportDigest) -> bool {
        digest.0.starts_with(&self.0)
    }
}

/// Of a report of head against base. Neither may stand for the end of the other: each part says how long it is.
pub fn digest(base: &CommitId, head: &CommitId, report_json: &str) -> ReportDigest {
    sealed("pavior report v1", &[base.as_str(), head.as_str(), report_json])
}

/// All that an apply has to find as its reviewers saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed<'r> {
    pub base: &'r CommitId,
    pub head: &'r CommitId,
    /// Of the compiled tree.
    pub compiled: &'r str,
    /// Of `terraform show -json`, which is the same twice where `timestamp` is left out.
    pub plan: &'r str,
    /// Of the provider lock file.
    pub lock_file: &'r str,
    /// Lineage and serial of the state that was planned against.
    pub state: &'r str,
    pub policies: &'r str,
    /// Pavior, Terraform, kubectl: names with versions.
    pub tools: &'r str,
}

impl Reviewed<'_> {
    pub fn digest(&self) -> ReportDigest {
        let Reviewed { base, head, compiled, plan, lock_file, state, policies, tools } = self;
        sealed("pavior plan v1", &[base.as_str(), head.as_str(), compiled, plan, lock_file, state, policies, tools])
    }
}

fn sealed(what: &str, parts: &[&str]) -> ReportDigest {
    let mut hasher = blake3::Hasher::new();
    for part in std::iter::once(&what).chain(parts) {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    ReportDigest(hasher.finalize().to_hex().to_string())
}

fn is_lower_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(digit: char) -> CommitId {
        CommitId::parse(&digit.to_string().repeat(40)).unwrap()
    }

    #[test]
    fn another_base_head_or_byte_is_another_digest() {
        let one = digest(&commit('a'), &commit('b'), "{}");
        assert_eq!(one, digest(&commit('a'), &commit('b'), "{}"));
        for other in [
            digest(&commit('b'), &commit('a'), "{}"),
            digest(&commit('a'), &commit('c'), "{}"),
            digest(&commit('a'), &commit('b'), "{} "),
        ] {
            assert_ne!(one, other);
        }
        assert_eq!(ReportDigest::parse(one.as_str()), Some(one.clone()));
        assert_eq!(ReportDigest::parse(one.shown()), None);
    }

    #[test]
    fn a_digest_is_named_by_thirty_two_digits_at_least() {
        let one = digest(&commit('a'), &commit('b'), "{}");
        assert_eq!(NamedDigest::parse(one.shown()), None);
        assert!(NamedDigest::parse(one.to_name_in_a_command()).unwrap().names(&one));
        assert!(NamedDigest::parse(&one.as_str().to_ascii_uppercase()).unwrap().names(&one));
        assert!(!NamedDigest::parse(&"0".repeat(32)).unwrap().names(&one));
        assert_eq!(NamedDigest::parse(&format!("{one}0")), None);
        assert_eq!(NamedDigest::parse(&"g".repeat(40)), None);
    }

    #[test]
    fn a63_whatever_an_apply_rests_on_is_in_its_digest() {
        let (base, head, other) = (commit('a'), commit('b'), commit('c'));
        let reviewed = Reviewed {
            base: &base,
            head: &head,
            compiled: "tree",
            plan: "plan",
            lock_file: "lock",
            state: "lineage 4",
            policies: "policies",
            tools: "terraform 1.11.0",
        };
        let all = [
            reviewed.clone(),
            Reviewed { base: &other, ..reviewed.clone() },
            Reviewed { head: &other, ..reviewed.clone() },
            Reviewed { compiled: "x", ..reviewed.clone() },
            Reviewed { plan: "x", ..reviewed.clone() },
            Reviewed { lock_file: "x", ..reviewed.clone() },
            Reviewed { state: "lineage 5", ..reviewed.clone() },
            Reviewed { policies: "x", ..reviewed.clone() },
            Reviewed { tools: "terraform 1.11.1", ..reviewed.clone() },
            // What moves from one part to the next is not the same.
            Reviewed { compiled: "treep", plan: "lan", ..reviewed.clone() },
        ];
        let digests: std::collections::BTreeSet<ReportDigest> = all.iter().map(Reviewed::digest).collect();
        assert_eq!(digests.len(), all.len());
        assert_eq!(reviewed.digest(), reviewed.clone().digest());
    }
}
