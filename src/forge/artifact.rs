//! What the first stage left behind, compared with what was judged here. It ran what a pull request may have written: its
//! bytes are read as a report under the schema, held against our own, and then forgotten. Nothing of them is shown,
//! stored, unpacked or run.

use crate::report::preflight_schema;
use serde_json::Value;

/// No report is larger.
pub const MOST_BYTES: usize = 16 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Artifact {
    Same,
    /// Base or head have moved since: it says nothing of these commits.
    OfOtherCommits,
    /// The same commits, judged otherwise.
    Different,
    /// It is no report at all.
    NoReport,
}

/// `own` is the report of this run as JSON.
pub fn compared(artifact: &[u8], own: &str) -> Artifact {
    let Some(theirs) = report(artifact) else { return Artifact::NoReport };
    let Ok(own) = serde_json::from_str::<Value>(own) else { return Artifact::Different };
    let commits = |report: &Value| (report["base"].clone(), report["head"].clone());
    if commits(&theirs) != commits(&own) {
        Artifact::OfOtherCommits
    } else if theirs == own {
        Artifact::Same
    } else {
        Artifact::Different
    }
}

/// None for anything but a report of the shape that is promised.
fn report(bytes: &[u8]) -> Option<Value> {
    if bytes.len() > MOST_BYTES {
        return None;
    }
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let validator = jsonschema::validator_for(&preflight_schema()).ok()?;
    validator.is_valid(&value).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Judged, preflight_json};

    fn own() -> String {
        preflight_json(&Judged { base: "aaaaaaaaaa".into(), head: "bbbbbbbbbb".into(), ..Judged::default() })
    }

    #[test]
    fn a60_the_same_report_is_the_same() {
        assert_eq!(compared(own().as_bytes(), &own()), Artifact::Same);
        let compact = serde_json::from_str::<Value>(&own()).unwrap().to_string();
        assert_eq!(compared(compact.as_bytes(), &own()), Artifact::Same);
    }

    #[test]
    fn a60_a_report_that_was_changed_is_found_out() {
        let nicer = own().replace("\"no-effect\"", "\"can-merge\"");
        assert_ne!(nicer, own());
        assert_eq!(compared(nicer.as_bytes(), &own()), Artifact::Different);
        let older = own().replace("aaaaaaaaaa", "cccccccccc");
        assert_eq!(compared(older.as_bytes(), &own()), Artifact::OfOtherCommits);
    }

    #[test]
    fn a60_what_is_no_report_is_nothing() {
        let unknown = own().replacen('{', "{\"run\": \"curl evil\",", 1);
        let deep = "[".repeat(100_000);
        let twice = own() + &own();
        let huge = vec![b' '; MOST_BYTES + 1];
        for bytes in [
            &b""[..],
            b"PK\x03\x04../../.github/workflows/x.yml",
            b"{}",
            b"null",
            b"\xff\xfe{}",
            unknown.as_bytes(),
            deep.as_bytes(),
            twice.as_bytes(),
            &huge,
        ] {
            assert_eq!(compared(bytes, &own()), Artifact::NoReport);
        }
    }
}
