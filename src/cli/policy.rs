//! `pavior policy`: the organisation's policies, what they demand, and their tests.

use super::organisation::{Organisation, rule_page, rules_table};
use super::repository::Repository;
use super::{Outcome, terminal};
use crate::compile::compile_kept;
use crate::model::{Findings, listed, nearest};
use crate::report::{
    PolicyTests, Report, markdown_to_terminal, policy_tests_human, policy_tests_json, policy_tests_junit,
};
use crate::review::policy::{self, rego_files, run_tests};
use crate::revisions;
use anyhow::bail;
use clap::{Args, Subcommand, ValueEnum};

/// List, explain, feed and test the policies below policies/
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
    Input(Input),
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

/// Print what policies are asked about a unit, to write tests with, and for other tools
#[derive(Debug, Args)]
#[command(after_long_help = INPUT)]
struct Input {
    /// A unit, such as production/cart
    unit: String,
    #[command(flatten)]
    repository: Repository,
}

const INPUT: &str = "\
The document follows schemas/policy-input.schema.json, without what is known of a change. Other tools take it:

  pavior policy input production/cart > input.json
  opa eval --data policies --input input.json 'data.pavior.production.readiness.deny'
  conftest test --all-namespaces --policy policies input.json";

pub fn run(arguments: &Policy) -> anyhow::Result<Outcome> {
    match &arguments.command {
        Command::Test(arguments) => test(arguments),
        Command::List(arguments) => list(arguments),
        Command::Explain(arguments) => explain(arguments),
        Command::Input(arguments) => input(arguments),
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
    let organisation = Organisation::load(&arguments.repository)?;
    let rules = organisation.rules();
    let mut text = rules_table(&rules);
    text.push_str(&format!("\n{} rules; `pavior policy explain <id>` explains one\n", rules.len()));
    terminal::print(&text)?;
    Ok(organisation.told())
}

fn explain(arguments: &Explain) -> anyhow::Result<Outcome> {
    let organisation = Organisation::load(&arguments.repository)?;
    let rules = organisation.rules();
    let Some(rule) = rules.iter().find(|one| one.rule.id == arguments.id) else {
        match nearest(&arguments.id, rules.iter().map(|one| one.rule.id.as_str())) {
            Some(near) => bail!("there is no policy `{}`; did you mean {}?", arguments.id, listed([near], 1)),
            None => bail!("there is no policy `{}`; `pavior policy list` lists them all", arguments.id),
        }
    };
    terminal::print(&markdown_to_terminal(&rule_page(rule), terminal::paint(), terminal::width()))?;
    Ok(organisation.told())
}

fn input(arguments: &Input) -> anyhow::Result<Outcome> {
    let loaded = revisions::load(&arguments.repository.root()?, None)?;
    let mut findings = loaded.findings;
    let (documents, units) = compile_kept(loaded.snapshot, &mut findings, &(), |source, _| {
        let folder = source.id().folder();
        let is_meant = folder == arguments.unit;
        (folder, is_meant.then(|| policy::input(source)))
    })?;
    let Some((_, Some(input))) = units.iter().find(|(_, input)| input.is_some()) else {
        if findings.has_errors() {
            terminal::tell_findings(findings, documents.snapshot.files);
            return Ok(Outcome::Blocked);
        }
        match nearest(&arguments.unit, units.iter().map(|(folder, _)| folder.as_str())) {
            Some(near) => bail!("there is no unit `{}`; did you mean {}?", arguments.unit, listed([near], 1)),
            None => bail!("there is no unit `{}`; a unit is called `<environment>/<service>`", arguments.unit),
        }
    };
    terminal::print(&format!("{input:#}\n"))?;
    Ok(Outcome::Clean)
}
