//! The tests of policies (`test_...` rules of `*_test.rego`, as `opa test` runs them) and the lines that they cover.
//!
//! Files in, outcomes out. The interpreter runs them, because it knows `with` and counts lines; what it may take is
//! bounded in time, so only this part of the policies may not be asked from a compile.

use super::located::{Trouble, trouble};
use super::recursion;
use super::source::{Policy, is_test, policy};
use super::wording;
use crate::model::{Findings, RepoPath};
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::time::Duration;

/// How long one test may take.
const TIME: Duration = Duration::from_secs(10);

/// Statements between two looks at the clock.
const CHECK_EVERY: NonZeroU32 = NonZeroU32::new(1_000).unwrap();

/// What a run of tests gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestRun {
    pub files: Vec<TestFile>,
    /// Of the policies, not of their tests.
    pub coverage: Vec<FileCoverage>,
}

/// The tests of one file, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestFile {
    pub path: RepoPath,
    pub tests: Vec<TestCase>,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestCase {
    /// `data.pavior.x_test.test_y` without `data.`.
    pub name: String,
    pub line: u32,
    pub outcome: TestOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestOutcome {
    Passed,
    /// The first line that did not hold.
    Failed {
        line: u32,
    },
    /// It stopped with an error.
    Broken {
        line: u32,
        message: String,
    },
}

/// The lines of one policy that tests have evaluated, and those they have not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileCoverage {
    pub path: String,
    pub covered: BTreeSet<u32>,
    pub missed: BTreeSet<u32>,
}

impl TestRun {
    pub fn count(&self) -> usize {
        self.files.iter().map(|file| file.tests.len()).sum()
    }

    pub fn failures(&self) -> usize {
        let failed = |test: &&TestCase| test.outcome != TestOutcome::Passed;
        self.files.iter().map(|file| file.tests.iter().filter(failed).count()).sum()
    }

    /// Lines covered and lines in all.
    pub fn lines(&self) -> (usize, usize) {
        let covered: usize = self.coverage.iter().map(|file| file.covered.len()).sum();
        let missed: usize = self.coverage.iter().map(|file| file.missed.len()).sum();
        (covered, covered + missed)
    }
}

/// Runs the tests whose file lies at or below one of the folders; all, when there is none. A file that cannot be used is
/// a finding, and the others run.
pub fn run_tests<'f>(
    files: impl Iterator<Item = (&'f RepoPath, &'f str)>,
    below: &[String],
    findings: &mut Findings,
) -> TestRun {
    let mut policies: Vec<Policy> = files.filter_map(|(path, text)| policy(path, text, findings)).collect();
    recursion::refuse(&mut policies, findings);
    let Some(mut engine) = loaded(&mut policies, findings) else { return TestRun::default() };
    let wanted =
        |path: &RepoPath| below.is_empty() || below.iter().any(|folder| path.as_str().starts_with(folder.as_str()));
    let mut run = TestRun::default();
    let mut coverage: BTreeMap<String, FileCoverage> = BTreeMap::new();
    for policy in policies.iter().filter(|policy| is_test(&policy.path) && wanted(&policy.path)) {
        let mut tests = Vec::new();
        for (name, line) in &policy.tests {
            engine.clear_coverage_data();
            let answer = engine.eval_rule(format!("data.{}.{name}", policy.package));
            // Prints are for who runs one test by hand; here they would only be in the way.
            let _ = engine.take_prints();
            let reached = count(&engine, &mut coverage, policy);
            tests.push(TestCase {
                name: format!("{}.{name}", policy.package),
                line: *line,
                outcome: match answer {
                    Ok(Value::Bool(true)) => TestOutcome::Passed,
                    Ok(_) => TestOutcome::Failed { line: last_reached(policy, *line, &reached) },
                    Err(error) => {
                        let Trouble { location, message } = trouble(&error, &policy.path, &policy.text);
                        TestOutcome::Broken { line: location.start.line.max(*line), message }
                    }
                },
            });
        }
        run.files.push(TestFile { path: policy.path.clone(), tests });
    }
    let is_judged = |file: &FileCoverage| {
        !file.path.ends_with("_test.rego")
            && (below.is_empty() || below.iter().any(|folder| file.path.starts_with(folder.as_str())))
    };
    run.coverage = coverage.into_values().filter(is_judged).collect();
    run
}

/// An engine with all of them; one that does not compile is told and left out.
fn loaded(policies: &mut Vec<Policy>, findings: &mut Findings) -> Option<Engine> {
    loop {
        let mut engine = Engine::new();
        engine.set_strict_builtin_errors(false);
        engine.set_gather_prints(true);
        engine.set_enable_coverage(true);
        engine.set_execution_timer_config(ExecutionTimerConfig { limit: TIME, check_interval: CHECK_EVERY });
        let added = policies
            .iter()
            .try_for_each(|policy| engine.add_policy(policy.path.to_string(), policy.text.clone()).map(drop));
        if policies.is_empty() {
            return None;
        }
        // The first question prepares all policies, whatever it is about.
        let prepared = added.and_then(|()| engine.eval_query("true".to_owned(), false).map(drop));
        let Err(error) = prepared else { return Some(engine) };
        let named = super::located::file_of(&error);
        let culprit = policies.iter().position(|policy| Some(policy.path.as_str()) == named.as_deref());
        let policy = policies.remove(culprit.unwrap_or(0));
        let Trouble { location, message } = trouble(&error, &policy.path, &policy.text);
        findings.push(wording::syntax(location, &message));
    }
}

/// Adds the lines of one test; gives those of its own file.
fn count(engine: &Engine, coverage: &mut BTreeMap<String, FileCoverage>, policy: &Policy) -> BTreeSet<u32> {
    let mut reached = BTreeSet::new();
    let Ok(report) = engine.get_coverage_report() else { return reached };
    for file in report.files {
        if file.path == policy.path.as_str() {
            reached.clone_from(&file.covered);
        }
        let total = coverage.entry(file.path.clone()).or_default();
        total.path = file.path;
        total.covered.extend(&file.covered);
        total.missed.extend(&file.not_covered);
        let covered = &total.covered;
        total.missed.retain(|line| !covered.contains(line));
    }
    reached
}

/// Statements run from top to bottom until one does not hold.
fn last_reached(policy: &Policy, line: u32, reached: &BTreeSet<u32>) -> u32 {
    let next = policy.tests.iter().map(|(_, other)| *other).filter(|other| *other > line).min();
    let own = line..next.unwrap_or(u32::MAX);
    reached.range(own).next_back().copied().unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "\
package pavior.a

deny contains \"named\" if {
	input.name == \"x\"
}

deny contains \"never\" if {
	input.other
	input.more
}
";
    const TESTS: &str = "\
package pavior.a_test

import data.pavior.a

test_named if {
	\"named\" in a.deny with input as {\"name\": \"x\"}
}

test_fails if {
	count(a.deny) == 0 with input as {\"name\": \"y\"}
	count(a.deny) == 7 with input as {\"name\": \"x\"}
	1 == 1
}
";

    fn run(files: &[(&str, &str)]) -> (TestRun, Findings) {
        let paths: Vec<(RepoPath, &str)> = files.iter().map(|(path, text)| (RepoPath::literal(path), *text)).collect();
        let mut findings = Findings::default();
        let run = run_tests(paths.iter().map(|(path, text)| (path, *text)), &[], &mut findings);
        (run, findings)
    }

    #[test]
    fn a_failing_test_is_known_by_the_line_that_does_not_hold() {
        let (run, findings) = run(&[("policies/a.rego", POLICY), ("policies/a_test.rego", TESTS)]);
        assert!(findings.is_empty(), "{findings:?}");
        let outcomes: Vec<_> = run.files[0].tests.iter().map(|test| (test.name.as_str(), &test.outcome)).collect();
        assert_eq!(
            outcomes,
            [
                ("pavior.a_test.test_named", &TestOutcome::Passed),
                ("pavior.a_test.test_fails", &TestOutcome::Failed { line: 11 })
            ]
        );
        assert_eq!((run.count(), run.failures()), (2, 1));
    }

    #[test]
    fn lines_of_policies_are_counted_and_those_of_tests_are_not() {
        let (run, _) = run(&[("policies/a.rego", POLICY), ("policies/a_test.rego", TESTS)]);
        let files: Vec<&str> = run.coverage.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(files, ["policies/a.rego"]);
        assert!(run.coverage[0].covered.contains(&4), "{:?}", run.coverage);
        assert!(run.coverage[0].missed.contains(&9), "{:?}", run.coverage);
    }

    #[test]
    fn a_file_that_does_not_compile_hides_no_other() {
        let broken = "package pavior.b\n\ndeny contains x if unknown_thing\n";
        let (run, findings) =
            run(&[("policies/a.rego", POLICY), ("policies/a_test.rego", TESTS), ("policies/b.rego", broken)]);
        assert_eq!(run.count(), 2);
        assert_eq!(findings.len(), 1, "{findings:?}");
    }
}
