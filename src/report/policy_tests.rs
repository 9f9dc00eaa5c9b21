//! A run of policy tests becomes text: for people, for programs, and for CI systems that show test results.

use super::inert::{inert, inert_json, is_hidden};
use super::{Align, HumanOptions, Report, counted, human, table};
use crate::review::policy::{FileCoverage, TestCase, TestOutcome, TestRun};
use serde_json::{Value, json};

/// What a run gave, and what it has to reach.
#[derive(Debug, Clone, Copy)]
pub struct PolicyTests<'t> {
    pub run: &'t TestRun,
    /// Files that could not be used.
    pub mistakes: &'t Report,
    /// Percent of the lines.
    pub fail_under: Option<u8>,
}

impl PolicyTests<'_> {
    /// Whether everything that was asked for holds.
    pub fn passed(&self) -> bool {
        self.run.failures() == 0 && self.mistakes.errors() == 0 && self.is_covered()
    }

    fn is_covered(&self) -> bool {
        let (covered, lines) = self.run.lines();
        self.fail_under.is_none_or(|least| covered * 100 >= lines * usize::from(least))
    }
}

/// Failures with their lines, a table of what is covered, and what it adds up to.
pub fn policy_tests_human(tests: &PolicyTests<'_>, options: HumanOptions) -> String {
    let mut text = String::new();
    if !tests.mistakes.findings.is_empty() {
        text.push_str(&human(tests.mistakes, options));
        text.push('\n');
    }
    for file in &tests.run.files {
        for test in &file.tests {
            if let Some((line, reason)) = failure(test) {
                text.push_str(&format!(
                    "failed: {} ({}:{})\n  {}:{line}: {reason}\n",
                    test.name, file.path, test.line, file.path
                ));
                text.push_str(&source_line(tests.mistakes, file.path.as_str(), line));
                text.push('\n');
            }
        }
    }
    text.push_str(&coverage_table(&tests.run.coverage));
    let (covered, lines) = tests.run.lines();
    let (count, failures) = (tests.run.count(), tests.run.failures());
    text.push_str(&format!(
        "\n{}, {failures} failed; {} of lines covered ({covered} of {lines})\n",
        counted(count, "test"),
        percent(covered, lines)
    ));
    if let Some(least) = tests.fail_under.filter(|_| !tests.is_covered()) {
        text.push_str(&format!("coverage is below {least} %\n"));
    }
    inert(text)
}

fn coverage_table(files: &[FileCoverage]) -> String {
    let columns =
        [("policy", Align::Left), ("lines", Align::Right), ("covered", Align::Right), ("not covered", Align::Left)];
    let row = |file: &FileCoverage| {
        let lines = file.covered.len() + file.missed.len();
        vec![file.path.clone(), lines.to_string(), percent(file.covered.len(), lines), ranges(file)]
    };
    table(&columns, &files.iter().map(row).collect::<Vec<_>>())
}

/// `12-14, 20`
fn ranges(file: &FileCoverage) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for line in file.missed.iter().copied() {
        match ranges.last_mut() {
            Some((_, end)) if *end + 1 == line => *end = line,
            _ => ranges.push((line, line)),
        }
    }
    let shown = |(start, end): &(u32, u32)| if start == end { start.to_string() } else { format!("{start}-{end}") };
    ranges.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// Rounded down: 100 % is all of them.
fn percent(part: usize, whole: usize) -> String {
    match whole {
        0 => "100.0 %".to_owned(),
        _ => format!("{}.{} %", part * 100 / whole, part * 1_000 / whole % 10),
    }
}

fn failure(test: &TestCase) -> Option<(u32, &str)> {
    match &test.outcome {
        TestOutcome::Passed => None,
        TestOutcome::Failed { line } => Some((*line, "this does not hold")),
        TestOutcome::Broken { line, message } => Some((*line, message)),
    }
}

fn source_line(report: &Report, path: &str, line: u32) -> String {
    let source = report.sources.iter().find(|(known, _)| known.as_str() == path).map(|(_, source)| source);
    let found = source.and_then(|source| source.lines().nth(line.saturating_sub(1) as usize));
    found.map_or_else(String::new, |found| format!("  {line} | {}\n", found.replace('\t', "    ")))
}

/// One object, ending in a line feed.
pub fn policy_tests_json(tests: &PolicyTests<'_>) -> String {
    let (covered, lines) = tests.run.lines();
    let cases = |tests: &[TestCase]| -> Vec<Value> {
        let case = |test: &TestCase| match failure(test) {
            None => json!({"name": test.name, "line": test.line, "passed": true}),
            Some((line, reason)) => {
                json!({"name": test.name, "line": test.line, "passed": false, "failedAt": line, "reason": reason})
            }
        };
        tests.iter().map(case).collect()
    };
    let files: Vec<Value> =
        tests.run.files.iter().map(|file| json!({"path": file.path.as_str(), "tests": cases(&file.tests)})).collect();
    let coverage: Vec<Value> = tests
        .run
        .coverage
        .iter()
        .map(|file| json!({"path": file.path, "covered": file.covered, "notCovered": file.missed}))
        .collect();
    let mistakes: Vec<Value> = tests
        .mistakes
        .findings
        .iter()
        .map(|one| json!({"rule": one.rule.id, "message": one.message, "path": one.at.path.as_str(), "line": one.at.start.line, "column": one.at.start.column}))
        .collect();
    let document = json!({
        "version": 1,
        "passed": tests.passed(),
        "summary": {"tests": tests.run.count(), "failed": tests.run.failures(), "lines": lines, "covered": covered},
        "mistakes": mistakes,
        "files": files,
        "coverage": coverage,
    });
    inert_json(format!("{document:#}\n"))
}

/// JUnit XML: one suite a file, one case a test.
pub fn policy_tests_junit(tests: &PolicyTests<'_>) -> String {
    let run = tests.run;
    let wrong = tests.mistakes.findings.len();
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"pavior policy test\" tests=\"{}\" failures=\"{}\">\n",
        run.count() + wrong,
        run.failures() + wrong
    );
    for finding in &tests.mistakes.findings {
        let (path, message) = (escaped(finding.at.path.as_str()), escaped(&finding.message));
        xml.push_str(&format!(
            "  <testsuite name=\"{path}\" tests=\"1\" failures=\"1\">\n    <testcase classname=\"{path}\" name=\"{}\"><failure message=\"{message}\"/></testcase>\n  </testsuite>\n",
            finding.rule.id
        ));
    }
    for file in &run.files {
        let path = escaped(file.path.as_str());
        let failures = file.tests.iter().filter(|test| failure(test).is_some()).count();
        xml.push_str(&format!(
            "  <testsuite name=\"{path}\" tests=\"{}\" failures=\"{failures}\">\n",
            file.tests.len()
        ));
        for test in &file.tests {
            let body = failure(test).map_or_else(String::new, |(line, reason)| {
                format!("<failure message=\"{}\">{path}:{line}</failure>", escaped(reason))
            });
            xml.push_str(&format!(
                "    <testcase classname=\"{path}\" name=\"{}\">{body}</testcase>\n",
                escaped(&test.name)
            ));
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn escaped(text: &str) -> String {
    let escape = |c: char| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        c if is_hidden(c) || c.is_control() => "\u{fffd}".to_owned(),
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(covered: &[u32], missed: &[u32]) -> FileCoverage {
        let lines = |lines: &[u32]| lines.iter().copied().collect();
        FileCoverage { path: "policies/a.rego".to_owned(), covered: lines(covered), missed: lines(missed) }
    }

    #[test]
    fn lines_that_are_not_covered_are_told_as_ranges() {
        assert_eq!(ranges(&coverage(&[1], &[2, 3, 4, 7, 9, 10])), "2-4, 7, 9-10");
    }

    #[test]
    fn percents_are_rounded_down_and_hold_a_run_to_them() {
        assert_eq!(
            (percent(999, 1_000), percent(1, 3), percent(0, 0)),
            ("99.9 %".into(), "33.3 %".into(), "100.0 %".into())
        );
        let run = TestRun { files: Vec::new(), coverage: vec![coverage(&[1, 2], &[3])] };
        let mistakes = Report::default();
        let tests = |fail_under| PolicyTests { run: &run, mistakes: &mistakes, fail_under };
        assert!(tests(Some(66)).passed() && !tests(Some(67)).passed() && tests(None).passed());
    }
}
