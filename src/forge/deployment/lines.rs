//! A file of records in, one JSON object a line; all of them out, or every line that is none.

use super::record::Record;
use crate::report::visible_line;
use std::collections::BTreeMap;
use std::fmt;

/// The largest file that is read.
pub const MOST_BYTES: usize = 1 << 20;
/// The most records of one file: GitHub takes about a thousand calls an hour of a workflow.
const MOST_RECORDS: usize = 200;
/// As much of a reason as is shown: it may quote what stands there.
const REASON_CHARACTERS: usize = 200;
/// Lines that are told; more are counted.
const MOST_TOLD: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Counts from 1.
    pub line: usize,
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordsError {
    #[error("it has more than {MOST_BYTES} bytes")]
    TooLarge,
    #[error("it has {0} records, and {MOST_RECORDS} are read of one file")]
    TooMany(usize),
    #[error("{}", Told(.0))]
    Lines(Vec<BadLine>),
}

/// # Errors
/// Where one line is no record, none is given.
pub fn records(bytes: &[u8]) -> Result<Vec<Record>, RecordsError> {
    if bytes.len() > MOST_BYTES {
        return Err(RecordsError::TooLarge);
    }
    let lines = bytes.split(|byte| *byte == b'\n').enumerate().map(|(index, line)| (index + 1, line.trim_ascii()));
    let written: Vec<(usize, &[u8])> = lines.filter(|(_, line)| !line.is_empty()).collect();
    if written.len() > MOST_RECORDS {
        return Err(RecordsError::TooMany(written.len()));
    }
    let (mut records, mut bad) = (Vec::new(), Vec::new());
    let mut seen = BTreeMap::new();
    for (line, text) in written {
        match record(text).and_then(|record| alone(record, line, &mut seen)) {
            Ok(record) => records.push(record),
            Err(why) => bad.push(BadLine { line, why: visible_line(&why).chars().take(REASON_CHARACTERS).collect() }),
        }
    }
    if bad.is_empty() { Ok(records) } else { Err(RecordsError::Lines(bad)) }
}

fn record(text: &[u8]) -> Result<Record, String> {
    let read = serde_json::from_slice::<Record>(text);
    // Each line is its own: the number that the parser counts is always 1.
    read.map_err(|error| error.to_string().replace(" at line 1 column", " at column"))?.checked()
}

type Seen = BTreeMap<(String, Option<String>, u64), (usize, Record)>;

/// Of two that say different things under one number, nobody knows which is the newer.
fn alone(record: Record, line: usize, seen: &mut Seen) -> Result<Record, String> {
    let key = (record.environment.to_string(), record.unit.clone(), record.sequence);
    match seen.get(&key) {
        Some((first, other)) if *other != record => {
            Err(format!("sequence {} says something else here than in line {first}", record.sequence))
        }
        Some(_) => Ok(record),
        None => {
            seen.insert(key, (line, record.clone()));
            Ok(record)
        }
    }
}

struct Told<'b>(&'b [BadLine]);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().take(MOST_TOLD).map(|bad| format!("line {}: {}", bad.line, bad.why));
        let mut all: Vec<String> = shown.collect();
        if self.0.len() > MOST_TOLD {
            all.push(format!("and {} lines more", self.0.len() - MOST_TOLD));
        }
        f.write_str(&all.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::{line, record as made};
    use super::*;
    use crate::forge::words::DeploymentState;
    use proptest::prelude::*;

    #[test]
    fn a_file_is_a_record_a_line_and_empty_lines_are_none() {
        let text = format!("{}\n\n{}\r\n", line(), line());
        assert_eq!(records(text.as_bytes()).unwrap(), vec![made(17, 'a', DeploymentState::Success); 2]);
        assert_eq!(records(b"").unwrap(), []);
    }

    #[test]
    fn every_bad_line_is_told_with_its_number_and_nothing_is_given() {
        let mut evil = line();
        evil["url"] = "javascript:alert(1)".into();
        let mut unknown = line();
        unknown["a\u{1b}[2J\n::error::b"] = 1.into();
        let text = format!("{}\n{evil}\n{{\n{unknown}\n\u{feff}{}\n\n[1]", line(), line());
        let Err(RecordsError::Lines(bad)) = records(text.as_bytes()) else { panic!("{text}") };
        assert_eq!(bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [2, 3, 4, 5, 7]);
        assert!(bad[0].why.starts_with("\"javascript:alert(1)\" is not an https:// address"), "{}", bad[0].why);
        let told = RecordsError::Lines(bad).to_string();
        assert!(told.starts_with("line 2: ") && told.contains("; line 4: unknown field"), "{told}");
        assert!(!told.contains('\u{1b}') && !told.contains('\n'), "{told}");
    }

    #[test]
    fn two_that_contradict_each_other_are_refused() {
        let (one, other) = (made(5, 'a', DeploymentState::Success), made(5, 'b', DeploymentState::Success));
        let text = [&one, &one, &other].map(|record| serde_json::to_string(record).unwrap()).join("\n");
        let error = records(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, "line 3: sequence 5 says something else here than in line 1");
    }

    #[test]
    fn what_is_too_much_is_not_read() {
        assert_eq!(records(&vec![b' '; MOST_BYTES + 1]), Err(RecordsError::TooLarge));
        let many = format!("{}\n", line()).repeat(MOST_RECORDS + 1);
        assert_eq!(records(many.as_bytes()), Err(RecordsError::TooMany(MOST_RECORDS + 1)));
        let nested = format!("{{\"version\":{}", "[".repeat(100_000));
        assert!(matches!(records(nested.as_bytes()), Err(RecordsError::Lines(_))));
        let bad = "x\n".repeat(MOST_RECORDS);
        assert!(records(bad.as_bytes()).unwrap_err().to_string().ends_with("; and 180 lines more"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_stumble(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Err(error) = records(&bytes) {
                prop_assert!(!error.to_string().contains(char::is_control));
            }
        }
    }
}
