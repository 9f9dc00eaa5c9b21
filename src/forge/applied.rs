//! What became of what was merged: a mandate and a run's account of it in, the lines of a comment, a check run and
//! deployments out.

use super::deployment::{Kind, Record};
use super::digest::LEAST_DIGITS;
use super::limit::{OUTPUT_BYTES, fitted};
use super::wording::{code, cut};
use super::words::{CheckRun, CommitId, Conclusion, DeploymentState, PullNumber};
use crate::deliver::account::{Account, Became, Is};
use crate::deliver::mandate::{Mandate, Mandated, Word};
use crate::model::{HttpsUrl, Name, Timestamp};
use crate::report::counted;
use std::collections::{BTreeMap, BTreeSet};

/// The check run of the commit that was applied.
pub const NAME: &str = "pavior apply";

/// Before the lines of a comment, so that they are found again.
const START: &str = "<!-- pavior:applied -->";

/// What stands there is kept when it is no longer than this.
const MOST_BYTES: usize = 8_000;

/// More units than this are counted.
const MOST_UNITS: usize = 5;

/// Of what a unit came to, no more characters than this.
const MOST_SAID: usize = 300;

/// One line for each environment that a pull request changes, `- **`staging`**: applied …`.
pub fn lines(pull: PullNumber, mandate: &Mandate, account: Option<&Account>) -> Vec<String> {
    let mut environments: BTreeMap<&Name, Vec<&Mandated>> = BTreeMap::new();
    for unit in mandate.units.iter().filter(|unit| unit.pulls.contains(&pull.0)) {
        environments.entry(&unit.unit.environment).or_default().push(unit);
    }
    let report = mandate.pulls.iter().find(|one| one.number == pull.0).map(|one| one.report.as_str());
    let line = |(name, units): (&Name, Vec<&Mandated>)| format!("- **`{name}`**: {}", fate(&units, account, report));
    environments.into_iter().map(line).collect()
}

fn fate(units: &[&Mandated], account: Option<&Account>, report: Option<&str>) -> String {
    let Some(account) = account else {
        return "the run came to no end; the next one goes on where it stopped".to_owned();
    };
    let became: Vec<&Became> = units.iter().filter_map(|one| find(account, one)).collect();
    let missing = units.len() - became.len();
    let bad: Vec<&Became> = became.iter().copied().filter(|one| !one.is.is_good()).collect();
    let good = became.len() - bad.len();
    let engines = match became.iter().filter(|one| one.is == Is::HandedOver).count() {
        0 => String::new(),
        count => format!(", {count} of them left to their engine"),
    };
    let at = became.iter().filter(|one| one.is.is_good()).map(|one| one.at).max();
    let applied = at.map(|at| format!("applied at {}", minute(at))).unwrap_or_default();
    if bad.is_empty() && missing == 0 {
        return format!("{applied} ({}{engines})", counted(good, "unit"));
    }
    let mut parts: Vec<String> = bad.iter().take(MOST_UNITS).map(|one| trouble(one, report)).collect();
    if bad.len() > MOST_UNITS {
        parts.push(format!("and {} more", bad.len() - MOST_UNITS));
    }
    if missing > 0 {
        parts.push(format!("{} left as it was by this run", counted(missing, "unit")));
    }
    let head = match good {
        0 => "not applied".to_owned(),
        _ => format!("{applied}, but for {} of {}{engines}", bad.len() + missing, counted(units.len(), "unit")),
    };
    format!("{head}: {}", parts.join("; "))
}

fn find<'a>(account: &'a Account, unit: &Mandated) -> Option<&'a Became> {
    account.units.iter().find(|one| one.unit == unit.unit)
}

/// A unit that is not as it was merged, and what to do.
fn trouble(became: &Became, report: Option<&str>) -> String {
    let said: String = became.said.chars().take(MOST_SAID).collect();
    let said = format!("{} {}", code(&became.unit.unit), code(&said));
    let again = report.map_or_else(
        || "the next merge tries again".to_owned(),
        |report| format!("`/pavior apply {}` tries again, and so does the next merge", named(report)),
    );
    match (became.is, became.revert) {
        (Is::RolledBack, Some(pull)) => format!("{said}, and its declaration is taken back in #{pull}"),
        (Is::RolledBack, None) => format!("{said}: take its declaration back"),
        (Is::Held, _) => {
            format!("{said}: look at it, then merge what mends it, or `pavior rollback {}`", became.unit)
        }
        (Is::Quarantined, _) => format!("{said}: merge another change of it"),
        (Is::Failed | Is::Refused, _) => format!("{said}: {again}"),
        (Is::Waiting, _) => format!("{said}: the next run does it"),
        (Is::Applied | Is::Gone | Is::Unchanged | Is::HandedOver | Is::Superseded | Is::Skipped, _) => said,
    }
}

fn named(report: &str) -> &str {
    report.get(..LEAST_DIGITS).unwrap_or(report)
}

fn minute(at: Timestamp) -> String {
    format!("{} {:02}:{:02} UTC", at.date, at.hour, at.minute)
}

/// The lines that stand in a comment. Of each environment the newer line counts.
pub fn standing(body: &str) -> Vec<String> {
    let Some((_, section)) = body.split_once(START) else { return Vec::new() };
    match section.len() <= MOST_BYTES {
        true => section.lines().filter(|line| environment(line).is_some()).map(str::to_owned).collect(),
        false => Vec::new(),
    }
}

/// New lines in place of those of the same environment.
pub fn renewed(standing: Vec<String>, new: &[String]) -> Vec<String> {
    let all = standing.iter().chain(new);
    let lines: BTreeMap<&str, &String> = all.filter_map(|line| Some((environment(line)?, line))).collect();
    lines.into_values().cloned().collect()
}

fn environment(line: &str) -> Option<&str> {
    line.strip_prefix("- **`")?.split_once("`**: ").map(|(name, _)| name)
}

/// What the comment ends with; nothing where nothing was applied.
pub fn section(lines: &[String]) -> Option<String> {
    (!lines.is_empty()).then(|| format!("{START}\n{}", lines.join("\n")))
}

/// While it is being worked on.
pub fn applying(head: &CommitId, details_url: Option<&str>) -> CheckRun {
    CheckRun {
        name: NAME.to_owned(),
        commit: head.clone(),
        conclusion: None,
        title: "being applied".to_owned(),
        summary: "Who reviewed what is merged is being counted, and what may be is applied".to_owned(),
        text: String::new(),
        annotations: Vec::new(),
        buttons: Vec::new(),
        details_url: details_url.map(str::to_owned),
        external_id: String::new(),
    }
}

/// A tip of which nothing can be applied.
pub fn not_applied(head: &CommitId, why: &str, details_url: Option<&str>) -> CheckRun {
    CheckRun {
        conclusion: Some(Conclusion::Failure),
        title: "not applied".to_owned(),
        summary: format!("Nothing was applied: {}", code(why)),
        ..applying(head, details_url)
    }
}

/// A line for each unit, and the head of the ledger, out of reach of whoever writes the ledger.
pub fn check_run(head: &CommitId, mandate: &Mandate, account: &Account, details_url: Option<&str>) -> CheckRun {
    let (all, good) = (account.units.len(), account.good());
    let title = match (all, account.handed_over()) {
        (0, _) => "nothing to do: all is as merged".to_owned(),
        (_, 0) => format!("{good} of {} as merged", counted(all, "unit")),
        (_, left) => format!("{good} of {} as merged, {left} left to their engine", counted(all, "unit")),
    };
    let lines: Vec<String> = account.units.iter().map(|one| unit_line(one, mandate)).collect();
    let conclusion = match account.units.iter().map(|one| one.is).filter(|is| !is.is_good()).max() {
        None => Conclusion::Success,
        Some(Is::Refused | Is::Waiting | Is::Skipped) => Conclusion::ActionRequired,
        Some(_) => Conclusion::Failure,
    };
    // Before what may be cut off.
    let head_line = format!("Ledger head: `{}`\n\n", account.ledger);
    let body = fitted(&lines.join("\n"), &cut(details_url), "\n", OUTPUT_BYTES - head_line.len());
    CheckRun {
        conclusion: Some(conclusion),
        title,
        summary: head_line + &body,
        external_id: account.ledger.clone(),
        ..applying(head, details_url)
    }
}

/// `` - `staging/cart`: `healthy`, on the word of #7, approved by `priya` ``
fn unit_line(became: &Became, mandate: &Mandate) -> String {
    let said: String = became.said.chars().take(MOST_SAID).collect();
    let line = format!("- {}: {}", code(&became.unit.to_string()), code(&said));
    let given = match mandate.unit(&became.unit).map(|one| &one.word) {
        Some(Word::Given(given)) => given,
        _ => return line,
    };
    let pull = given.pull.map(|pull| format!(", as #{pull} showed it")).unwrap_or_default();
    let approvers: Vec<String> = given.approved_by.iter().map(|login| code(login)).collect();
    match approvers.is_empty() {
        true => line + &pull,
        false => format!("{line}{pull}, approved by {}", approvers.join(", ")),
    }
}

/// One deployment for each environment to which something happened.
pub fn records(head: &CommitId, mandate: &Mandate, account: &Account, log_url: Option<&str>) -> Vec<Record> {
    let sequence = account.ledger.split_once(':').and_then(|(number, _)| number.parse().ok()).filter(|one| *one > 0);
    let Some(sequence) = sequence else { return Vec::new() };
    let mut environments: BTreeMap<&Name, Vec<&Became>> = BTreeMap::new();
    let happened = |is: Is| matches!(is, Is::Applied | Is::Gone | Is::Failed | Is::RolledBack | Is::Held);
    for became in account.units.iter().filter(|one| happened(one.is)) {
        environments.entry(&became.unit.environment).or_default().push(became);
    }
    let record = |(name, units): (&Name, Vec<&Became>)| {
        let good = units.iter().filter(|one| one.is.is_good()).count();
        let state = match units.iter().map(|one| one.is).max()? {
            Is::Failed => DeploymentState::Error,
            Is::RolledBack | Is::Held => DeploymentState::Failure,
            _ => DeploymentState::Success,
        };
        Some(Record {
            version: 1,
            sequence,
            kind: Kind::Apply,
            environment: name.clone(),
            class: mandate.environments.get(name).copied(),
            unit: None,
            commit: head.clone(),
            pull: only_pull(mandate, name),
            state,
            at: units.iter().map(|one| one.at).max()?,
            url: None,
            log_url: log_url.and_then(HttpsUrl::parse),
            description: Some(format!("{good} of {} as merged", counted(units.len(), "unit"))),
        })
    };
    environments.into_iter().filter_map(record).collect()
}

/// The pull request that an environment was changed by, where it was one.
fn only_pull(mandate: &Mandate, environment: &Name) -> Option<PullNumber> {
    let units = mandate.units.iter().filter(|one| one.unit.environment == *environment);
    let pulls: BTreeSet<u64> = units.flat_map(|one| one.pulls.iter().copied()).collect();
    match pulls.into_iter().collect::<Vec<_>>().as_slice() {
        [pull] => Some(PullNumber(*pull)),
        _ => None,
    }
}

/// Why a pull request gives no word: its own report blocks it.
pub fn blocks(errors: usize) -> String {
    format!("its report blocks, with {}", counted(errors, "error"))
}

pub fn does_not_compile(head: &str) -> String {
    format!("{} has errors, so nothing of it is applied: `pavior check` tells them", &head[..head.len().min(10)])
}

pub fn could_not_be_judged(pull: PullNumber, error: &anyhow::Error) -> String {
    format!("#{pull} could not be judged, and gives no word: {error:#}")
}

/// For the log.
pub fn decided(mandate: &Mandate) -> String {
    let given = mandate.units.iter().filter(|one| matches!(one.word, Word::Given(_))).count();
    let head = &mandate.head[..mandate.head.len().min(10)];
    format!("{head}: {given} of {} may be applied", counted(mandate.units.len(), "unit"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::mandate::{Given, MergedPull};
    use crate::ledger::UnitName;
    use crate::model::kinds::environment::EnvironmentClass;

    fn name(text: &str) -> UnitName {
        let (environment, unit) = text.split_once('/').unwrap();
        UnitName { environment: Name::parse(environment).unwrap(), unit: unit.to_owned() }
    }

    fn mandate(units: &[&str]) -> Mandate {
        let given = Given { pull: Some(7), approved_by: vec!["priya".to_owned()], ..Given::default() };
        let unit = |text: &&str| Mandated {
            unit: name(text),
            digest: Some("d".to_owned()),
            pulls: vec![7],
            word: Word::Given(Box::new(given.clone())),
        };
        Mandate {
            version: 1,
            head: "c".repeat(40),
            branch: "main".to_owned(),
            at: at("12:00"),
            units: units.iter().map(unit).collect(),
            pulls: vec![MergedPull { number: 7, report: "0123456789abcdef".repeat(4) }],
            environments: BTreeMap::from([(Name::parse("production").unwrap(), EnvironmentClass::Production)]),
        }
    }

    fn at(minute: &str) -> Timestamp {
        Timestamp::parse(&format!("2026-11-23T{minute}:00Z")).unwrap()
    }

    fn became(unit: &str, is: Is, said: &str) -> Became {
        Became { unit: name(unit), is, said: said.to_owned(), at: at("12:03"), revert: None }
    }

    fn account(units: Vec<Became>) -> Account {
        Account::new("c".repeat(40), format!("107:{}", "a".repeat(64)), units)
    }

    fn commit() -> CommitId {
        CommitId::parse(&"c".repeat(40)).unwrap()
    }

    const UNITS: [&str; 4] = ["production/cart", "production/web", "staging/cart", "staging/web"];

    #[test]
    fn a_comment_says_of_each_environment_what_became_of_it_and_what_to_do() {
        let mandate = mandate(&UNITS);
        let rolled_back = Became { revert: Some(9), ..became(UNITS[0], Is::RolledBack, "rolled back: never ready") };
        let account = account(vec![
            rolled_back,
            became(UNITS[1], Is::Failed, "failed: `x`\n## no heading"),
            became(UNITS[2], Is::Applied, "healthy"),
            became(UNITS[3], Is::Applied, "healthy"),
        ]);
        let lines = lines(PullNumber(7), &mandate, Some(&account));
        insta::assert_snapshot!(section(&lines).unwrap());
        assert_eq!(super::lines(PullNumber(8), &mandate, Some(&account)), Vec::<String>::new());
    }

    #[test]
    fn what_a_person_has_to_do_is_said() {
        let said = |is| {
            let account = account(vec![became(UNITS[0], is, "so")]);
            lines(PullNumber(7), &mandate(&UNITS[..1]), Some(&account)).remove(0)
        };
        assert!(said(Is::Held).contains("`pavior rollback production/cart`"));
        assert!(said(Is::Refused).contains("`/pavior apply 0123456789abcdef0123456789abcdef` tries again"));
        assert!(said(Is::Waiting).contains("the next run does it"));
        assert!(lines(PullNumber(7), &mandate(&UNITS[..1]), None)[0].contains("the run came to no end"));
    }

    #[test]
    fn lines_are_found_again_and_only_those_of_the_same_environment_are_renewed() {
        let old = vec!["- **`staging`**: applied at noon".to_owned(), "- **`production`**: not applied".to_owned()];
        let body = format!("report\n\n{}\n", section(&old).unwrap());
        assert_eq!(standing(&body), old);
        let new = ["- **`production`**: applied at one".to_owned()];
        assert_eq!(renewed(standing(&body), &new), [new[0].clone(), old[0].clone()]);
        let spoilt = format!("{body}- x\n<!-- pavior:report v1 -->\n");
        assert_eq!(standing(&spoilt), old, "other lines are not taken along");
        assert_eq!(standing("report"), Vec::<String>::new());
        assert_eq!(standing(&format!("{body}{}", "x".repeat(MOST_BYTES))), Vec::<String>::new());
    }

    #[test]
    fn the_check_run_has_a_line_a_unit_and_the_head_of_the_ledger_before_all_that_may_be_cut() {
        let many: Vec<Became> = (0..4_000).map(|_| became(UNITS[0], Is::Applied, "healthy")).collect();
        let run = check_run(&commit(), &mandate(&UNITS), &account(many), None);
        assert!(run.summary.starts_with(&format!("Ledger head: `107:{}`", "a".repeat(64))));
        assert!(run.summary.len() <= OUTPUT_BYTES && run.summary.contains("cut here"));
        assert!(run.summary.contains("- `production/cart`: `healthy`, as #7 showed it, approved by `priya`"));
        assert_eq!((run.conclusion, run.title.as_str()), (Some(Conclusion::Success), "4000 of 4000 units as merged"));
        let conclusion =
            |is| check_run(&commit(), &mandate(&UNITS), &account(vec![became(UNITS[0], is, "so")]), None).conclusion;
        assert_eq!(conclusion(Is::Refused), Some(Conclusion::ActionRequired));
        assert_eq!(conclusion(Is::RolledBack), Some(Conclusion::Failure));
    }

    #[test]
    fn an_environment_gets_one_deployment_where_something_happened() {
        let units = vec![
            became(UNITS[0], Is::Applied, "healthy"),
            became(UNITS[1], Is::RolledBack, "rolled back"),
            became(UNITS[2], Is::Refused, "refused"),
        ];
        let records = records(&commit(), &mandate(&UNITS), &account(units), Some("https://ci.example/runs/4"));
        let [record] = records.as_slice() else { panic!("{records:?}") };
        let record = record.clone().checked().unwrap();
        assert_eq!((record.sequence, record.state, record.pull), (107, DeploymentState::Failure, Some(PullNumber(7))));
        assert!(record.is_production());
        assert_eq!(record.description.as_deref(), Some("1 of 2 units as merged"));
    }
}
