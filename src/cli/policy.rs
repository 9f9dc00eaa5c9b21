//! `pavior policy`: the organisation's policies, what they demand, and their tests.

use super::repository::Repository;
use super::{Outcome, terminal};
use crate::model::{Findings, listed, nearest};
use crate::report::{
    Align, HumanOptions, PolicyTests, Report, human, markdown_to_terminal, policy_tests_human, policy_tests_json,
    policy_tests_junit, table,
};
use crate::review::policy::{Policies, PolicyRule, rego_files, run_tests};
use crate::revisions;
use anyhow::bail;
use clap::{Args, Subcommand, ValueEnum};

/// List, explain and test the policies below policies/
#[derive(Debug, Args)]
pub struct Policy {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Test(Test),
    List(List),
    Explain(Explain),
}

/// Run the tests (`test_...` rules of `*_test.rego`) and count the lines that they cover
#[derive(Debug, Args)]
#[command(after_long_help = TESTS)]
struct Test {
    /// Only tests and policies at or below these paths, such as policies/security
    paths: Vec<String>,
    #[command(flatten)]
    repository: Repository,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Fail when fewer than so many percent of the lines of the policies are covered
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: Option<u8>,
}

const TESTS: &str = "\
The same files run under `opa test policies` and, with documents of schemas/policy-input.schema.json, under \
`conftest test --all-namespaces`.

Exit codes: 0 all pass, 1 a test fails, a file is wrong or coverage is too low, 2 could not run.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Human,
    /// For programs
    Json,
    /// JUnit XML
    Junit,
}

/// List the rules of all policies
#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    repository: Repository,
}

/// Say why a rule is there and how to satisfy it
#[derive(Debug, Args)]
struct Explain {
    /// A rule's id, such as `policy/security.images.pinned`
    id: String,
    #[command(flatten)]
    repository: Repository,
}

pub fn run(arguments: &Policy) -> anyhow::Result<Outcome> {
    match &arguments.command {
        Command::Test(arguments) => test(arguments),
        Command::List(arguments) => list(arguments),
        Command::Explain(arguments) => explain(arguments),
    }
}

fn test(arguments: &Test) -> anyhow::Result<Outcome> {
    let loaded = revisions::load(&arguments.repository.root()?, None)?;
    let below: Vec<String> =
        arguments.paths.iter().map(|path| path.trim_start_matches("./").trim_end_matches('/').to_owned()).collect();
    let is_known =
        |path: &String| rego_files(&loaded.snapshot).any(|(file, _)| file.as_str().starts_with(path.as_str()));
    if let Some(unknown) = below.iter().find(|path| !is_known(path)) {
        bail!("there is no policy at {unknown}; policies lie below policies/");
    }
    let mut findings = Findings::default();
    let run = run_tests(rego_files(&loaded.snapshot), &below, &mut findings);
    let files = rego_files(&loaded.snapshot).count();
    let mistakes =
        Report { sources: loaded.snapshot.files, findings: findings.into_sorted(), files, ..Report::default() };
    let tests = PolicyTests { run: &run, mistakes: &mistakes, fail_under: arguments.fail_under };
    terminal::print(&match arguments.format {
        Format::Human => policy_tests_human(&tests, terminal::human_options(None)),
        Format::Json => policy_tests_json(&tests),
        Format::Junit => policy_tests_junit(&tests),
    })?;
    Ok(if tests.passed() { Outcome::Clean } else { Outcome::Blocked })
}

fn list(arguments: &List) -> anyhow::Result<Outcome> {
    let (policies, mistakes) = loaded(&arguments.repository)?;
    let columns =
        [("rule", Align::Left), ("severity", Align::Left), ("demands", Align::Left), ("declared at", Align::Left)];
    let row = |rule: &PolicyRule| {
        let place = format!("{}:{}", rule.at.path, rule.at.start.line);
        vec![rule.id.clone(), rule.severity.to_string(), rule.title.clone(), place]
    };
    let mut rules: Vec<&PolicyRule> = policies.rules().iter().collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    let mut text = table(&columns, &rules.iter().map(|rule| row(rule)).collect::<Vec<_>>());
    text.push_str(&format!("\n{} rules; `pavior policy explain <id>` explains one\n", rules.len()));
    terminal::print(&text)?;
    told(&mistakes)
}

fn explain(arguments: &Explain) -> anyhow::Result<Outcome> {
    let (policies, mistakes) = loaded(&arguments.repository)?;
    let ids = || policies.rules().iter().map(|rule| rule.id.as_str());
    let Some(rule) = policies.rules().iter().find(|rule| rule.id == arguments.id) else {
        match nearest(&arguments.id, ids()) {
            Some(near) => bail!("there is no policy `{}`; did you mean {}?", arguments.id, listed([near], 1)),
            None => bail!("there is no policy `{}`; `pavior policy list` lists them all", arguments.id),
        }
    };
    let page = format!("# {}\n\n**{}**: {}\n\n{}\n", rule.id, rule.severity, rule.title, rule.explanation());
    terminal::print(&markdown_to_terminal(&page, terminal::paint(), terminal::width()))?;
    told(&mistakes)
}

fn loaded(repository: &Repository) -> anyhow::Result<(Policies, Report)> {
    let loaded = revisions::load(&repository.root()?, None)?;
    let mut findings = Findings::default();
    let policies = Policies::of(&loaded.snapshot, &mut findings);
    let report = Report { sources: loaded.snapshot.files, findings: findings.into_sorted(), ..Report::default() };
    Ok((policies, report))
}

/// Policies that are wrong are missing from the answer.
fn told(mistakes: &Report) -> anyhow::Result<Outcome> {
    if mistakes.findings.is_empty() {
        return Ok(Outcome::Clean);
    }
    let options = HumanOptions { limit: None, ..terminal::human_options(None) };
    terminal::tell(human(mistakes, options).trim_end());
    Ok(Outcome::Blocked)
}
