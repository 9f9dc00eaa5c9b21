//! What people are told about a secret. Nothing here is given more of it than its first characters.

use super::{Shown, rules};
use crate::model::{Finding, Location, RepoPath, Rule};

/// The comment that makes a finding none.
pub(super) const EXEMPTION: &str = "pavior:not-a-secret";

pub(super) fn in_text(at: Location, shown: &Shown) -> Finding {
    let message = format!("{} stands in this file{}", shown.name, start(shown));
    let finding = Finding::new(shown.rule, at, message).label("all but its start is hidden in this report");
    let finding = with_help(finding, shown.rule);
    match (shown.certain, shown.refused_exemption) {
        (true, true) => finding.help(format!("`{EXEMPTION}` does not count here: this is a secret beyond doubt")),
        (true, false) => finding,
        (false, true) => finding.help(format!("`{EXEMPTION}` needs a reason behind it")),
        (false, false) => {
            finding.help(format!("if it certainly is none, end the line with `# {EXEMPTION} <why>`; reports count it"))
        }
    }
}

pub(super) fn and_more(at: Location, rule: &'static Rule, count: usize) -> Finding {
    Finding::new(rule, at, format!("{count} more secrets stand in this file"))
        .help("they are told one by one when those before them are gone")
}

pub(super) fn in_path(path: RepoPath, shown: &Shown) -> Finding {
    let message = format!("the name of this file holds {}{}", shown.name, start(shown));
    with_help(Finding::new(shown.rule, Location::file(path), message), shown.rule)
        .help("the name is shown with `~` in place of the secret")
}

pub(super) fn in_commit(at: Location, commit: &str, line: u32, shown: &Shown) -> Finding {
    let message = format!("commit {commit} put {} into line {line} of this file{}", shown.name, start(shown));
    with_help(Finding::new(shown.rule, at, message), shown.rule).help(format!(
        "take it out of the branch too, or it is merged with it: `git rebase -i {commit}~`, edit that commit, push again"
    ))
}

/// Where it begins with what is plainly its own.
fn start(shown: &Shown) -> String {
    if shown.start.is_empty() { String::new() } else { format!(": `{}...`", shown.start) }
}

fn with_help(finding: Finding, rule: &Rule) -> Finding {
    finding.help("rotate it first: it is compromised since it was pushed, and deleting it does not call it back").help(
        format!(
            "then declare a SecretRequest and write `${{secrets.<request>.<KEY>}}` here; `pavior rules {}` says how",
            rule.id
        ),
    )
}

pub(super) fn newly_exempt(at: Location, commit: &str, shown: &Shown) -> Finding {
    let message = format!("commit {commit} brings {} that is said to be no secret{}", shown.name, start(shown));
    Finding::new(&rules::SAID_TO_BE_NONE, at, message)
        .help(format!("look at it, and at the reason behind `{EXEMPTION}`: an owner of the platform has to approve it"))
}

pub(super) fn history_cut(commits: usize, mebibytes: u64) -> Finding {
    let message = format!(
        "not all commits of this change were searched for secrets: the last {commits} were, and {mebibytes} MiB of files"
    );
    about_history(message).help("split the change, or check its later part by itself: `pavior check --base <commit>`")
}

pub(super) fn history_unknown(why: &str) -> Finding {
    about_history(format!("the commits of this change were not searched for secrets: {why}"))
}

fn about_history(message: String) -> Finding {
    Finding::new(&rules::HISTORY_CUT, Location::file(RepoPath::literal("pavior.yaml")), message)
}

/// For a note: what is not told because somebody said so.
pub fn exempted(places: &[Location]) -> String {
    let shown: Vec<String> = places.iter().map(|at| format!("{}:{}", at.path, at.start.line)).collect();
    let (noun, verb) = if places.len() == 1 { ("value", "looks") } else { ("values", "look") };
    format!(
        "{} {noun} that {verb} like a secret and is said to be none by `{EXEMPTION}`: {}",
        places.len(),
        crate::model::listed(shown.iter().map(String::as_str), 5)
    )
}
