//! The hidden first line of the comment: which report it is. It is believed only of a comment that the bot wrote, and
//! decides only whether to write again.

use crate::forge::digest::ReportDigest;
use crate::forge::words::{CommitId, PullNumber};
use std::fmt;

/// Which of two runs is the newer: the number that GitHub gave it (of a webhook, when it was delivered), then the attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sequence {
    pub run: u64,
    pub attempt: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    pub pull: PullNumber,
    pub head: CommitId,
    pub base: CommitId,
    pub digest: ReportDigest,
    pub sequence: Sequence,
}

/// What every marker begins with: of a comment whose creation was not answered, this is looked for.
const START: &str = "<!-- pavior:report v1 ";

impl Marker {
    /// What the marker of every report on one pull request begins with.
    pub fn beginning(pull: PullNumber) -> String {
        format!("{START}pull={pull} ")
    }

    /// The marker of a comment: its first line, whole, and nowhere else.
    pub fn of(body: &str) -> Option<Marker> {
        let line = body.lines().next()?;
        let mut fields = line.strip_prefix(START)?.strip_suffix(" -->")?.split(' ');
        let mut field = |name: &str| fields.next()?.strip_prefix(name)?.strip_prefix('=');
        let pull = PullNumber(number(field("pull")?)?);
        let head = CommitId::parse(field("head")?)?;
        let base = CommitId::parse(field("base")?)?;
        let digest = ReportDigest::parse(field("digest")?)?;
        let (run, attempt) = field("run")?.split_once('.')?;
        let sequence = Sequence { run: number(run)?, attempt: number(attempt)?.try_into().ok()? };
        fields.next().is_none().then_some(Marker { pull, head, base, digest, sequence })
    }
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Marker { pull, head, base, digest, sequence } = self;
        let beginning = Marker::beginning(*pull);
        write!(f, "{beginning}head={head} base={base} digest={digest} run={}.{} -->", sequence.run, sequence.attempt)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::forge::digest::digest;
    use proptest::prelude::*;

    pub fn commit(digit: char) -> CommitId {
        CommitId::parse(&digit.to_string().repeat(40)).unwrap()
    }

    pub fn marker(base: char, head: char, run: u64) -> Marker {
        let (base, head) = (commit(base), commit(head));
        let digest = digest(&base, &head, "{}");
        Marker { pull: PullNumber(12), head, base, digest, sequence: Sequence { run, attempt: 1 } }
    }

    #[test]
    fn a_marker_is_read_as_it_was_written() {
        let marker = marker('a', 'b', 17);
        assert_eq!(Marker::of(&marker.to_string()), Some(marker.clone()));
        assert_eq!(Marker::of(&format!("{marker}\n### Pavior\n")), Some(marker.clone()));
        assert!(marker.to_string().starts_with(&Marker::beginning(PullNumber(12))));
        assert!(!marker.to_string().starts_with(&Marker::beginning(PullNumber(1))));
    }

    #[test]
    fn what_is_not_quite_a_marker_is_none() {
        let line = marker('a', 'b', 17).to_string();
        for other in [
            format!("x\n{line}"),
            format!(" {line}"),
            format!("{line} x"),
            line.replace("pull=12", "pull=+12"),
            line.replace("pull=12", "pull=12 pull=13"),
            line.replace("v1", "v2"),
            line.replace("head=bbbb", "head=zzzz"),
            line.replace(".1 -->", " -->"),
            line.replace("digest=", "digest=0"),
            line.replace(" -->", " x=1 -->"),
            line.replace("run=17", "run=99999999999999999999999"),
            String::new(),
        ] {
            assert_eq!(Marker::of(&other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_stumble(text in "(<!-- pavior:report v1 )?(pull=|head=|run=|[0-9a-f]{1,40}| |\\.|-->|é|\n){0,30}") {
            if let Some(marker) = Marker::of(&text) {
                prop_assert_eq!(Marker::of(&marker.to_string()), Some(marker));
            }
        }
    }
}
