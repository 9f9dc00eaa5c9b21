//! Every sentence that the bot says. Whatever comes from people stands in code: there GitHub links no name and runs nothing.

use super::approvals::codeowners::Problem;
use super::approvals::{Discounted, Standing, TeamStanding};
use super::command::Misunderstood;
use super::comment::Fate;
use super::deployment::Shown;
use super::digest::{LEAST_DIGITS, NamedDigest, ReportDigest};
use super::event::{Ignored, Subject};
use super::words::{CommitId, DeploymentState, Permission, PullNumber};
use crate::report::{counted, visible_line};

/// More names than this are counted.
const MOST_NAMES: usize = 10;

/// Of an error, no more characters than this.
const MOST_REASON: usize = 2_000;

/// A text as it was written, on one line, with which nothing happens.
pub fn code(text: &str) -> String {
    let shown = visible_line(text);
    let longest = shown.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let ticks = "`".repeat(longest + 1);
    match shown.starts_with('`') || shown.ends_with('`') || shown.is_empty() {
        true => format!("{ticks} {shown} {ticks}"),
        false => format!("{ticks}{shown}{ticks}"),
    }
}

fn codes<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let all: Vec<String> = texts.map(code).collect();
    match all.len() {
        more if more > MOST_NAMES => format!("{} and {} more", all[..MOST_NAMES].join(", "), more - MOST_NAMES),
        _ => all.join(", "),
    }
}

/// For what was cut off a report.
pub fn cut(full_report: Option<&str>) -> String {
    match full_report {
        Some(url) => format!("\n> cut here for want of room; the whole of it is in the {}\n", link(url)),
        None => "\n> cut here for want of room; `pavior preflight` shows the whole of it\n".to_owned(),
    }
}

/// What stands before the address of the whole report.
pub const FULL_REPORT: &str = "[full report](";

fn link(url: &str) -> String {
    format!("{FULL_REPORT}{url})")
}

/// What stands below every report.
pub fn footer(digest: &ReportDigest, next: &[String], full_report: Option<&str>) -> String {
    // The whole of what a command needs, once.
    let is_named = next.iter().any(|command| command.contains(digest.to_name_in_a_command()));
    let shown = if is_named { format!("{}…", digest.shown()) } else { digest.to_name_in_a_command().to_owned() };
    let next: Vec<String> = next.iter().map(|command| format!("<code>/pavior {command}</code>")).collect();
    let parts = [
        Some(format!("digest <code>{shown}</code>")),
        (!next.is_empty()).then(|| format!("next: {}", next.join(", "))),
        full_report.map(link),
    ];
    format!("<sub>{}</sub>", parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
}

/// What stands behind a report of one line.
pub fn short_footer(head: &CommitId, base: &CommitId, full_report: Option<&str>) -> String {
    let commits = format!("{} against {}", head.short(), base.short());
    let parts: Vec<String> = [Some(commits), full_report.map(link)].into_iter().flatten().collect();
    format!("<sub>{}</sub>", parts.join(" · "))
}

/// How the previews of a pull request stand, a line each.
pub fn previews(all: &[Shown], head: &CommitId) -> Vec<String> {
    let mut lines: Vec<String> = all.iter().take(MOST_NAMES).map(|one| preview(one, head)).collect();
    if all.len() > MOST_NAMES {
        lines.push(format!("<sub>and {} more</sub>", counted(all.len() - MOST_NAMES, "preview")));
    }
    lines
}

/// `**Preview:** <https://…>, running since 2026-11-22 10:00 UTC`
fn preview(shown: &Shown, head: &CommitId) -> String {
    let unit = shown.unit.as_deref().map(|unit| format!(" of {}", code(unit))).unwrap_or_default();
    let state = match shown.state {
        DeploymentState::Queued => "waiting",
        DeploymentState::InProgress => "being made",
        DeploymentState::Success => "running",
        DeploymentState::Failure => "not running as it should",
        DeploymentState::Error => "could not be made",
        DeploymentState::Inactive => "removed",
    };
    let since = format!("{} {:02}:{:02} UTC", shown.since.date, shown.since.hour, shown.since.minute);
    let since = match shown.state {
        DeploymentState::Error | DeploymentState::Inactive => format!("{state} at {since}"),
        _ => format!("{state} since {since}"),
    };
    let is_there = !matches!(shown.state, DeploymentState::Error | DeploymentState::Inactive);
    let url = shown.url.as_ref().filter(|_| is_there).map(|url| format!("<{url}>"));
    let of = (shown.commit != *head && is_there).then(|| format!("of {}, not of the head", shown.commit.short()));
    let log = shown.log_url.as_ref().map(|url| format!("[log](<{url}>)"));
    let parts: Vec<String> = [url, Some(since), of, log].into_iter().flatten().collect();
    format!("**Preview{unit}:** {}", parts.join(", "))
}

/// What happened to a pull request that is over.
pub fn fate(fate: &Fate) -> Option<String> {
    match fate {
        Fate::Open => None,
        Fate::Closed => Some("**closed without being merged**".to_owned()),
        Fate::Merged { by, commit, .. } => {
            let by = by.as_deref().map(|login| format!(" by {}", code(login))).unwrap_or_default();
            let commit = commit.as_ref().map(|commit| format!(" as {}", commit.short())).unwrap_or_default();
            Some(format!("**merged{by}{commit}**"))
        }
    }
}

/// How approvals stand, a paragraph each thing that has to be known; none where nobody is needed and nothing is wrong.
pub fn approvals(standing: &Standing) -> Vec<String> {
    let mut paragraphs = Vec::new();
    if standing.needed() > 0 {
        let given = standing.needed() - standing.missing();
        let teams: Vec<String> = standing.teams.iter().map(team).collect();
        paragraphs.push(format!("**Approvals:** {given} of {}: {}", standing.needed(), teams.join(" · ")));
    }
    if !standing.objections.is_empty() {
        let who = codes(standing.objections.iter().map(String::as_str));
        paragraphs.push(format!("**Changes requested** by {who}"));
    }
    if !standing.discounted.is_empty() {
        let shown = standing.discounted.iter().take(MOST_NAMES).map(|(login, why)| discounted(login, *why));
        let mut all: Vec<String> = shown.collect();
        if standing.discounted.len() > MOST_NAMES {
            all.push(format!("{} more", standing.discounted.len() - MOST_NAMES));
        }
        paragraphs.push(format!("<sub>not counted: {}</sub>", all.join(", ")));
    }
    paragraphs.extend(codeowners(&standing.codeowners));
    paragraphs
}

/// `` `alice` approved, one of `@acme/platform` missing ``
fn team(standing: &TeamStanding) -> String {
    let TeamStanding { needed, approved, is_known } = standing;
    let handle = needed.handle.as_ref().map_or_else(|| needed.team.to_string(), ToString::to_string);
    let mut parts = Vec::new();
    if !approved.is_empty() {
        parts.push(format!("{} approved", codes(approved.iter().map(String::as_str))));
    }
    if standing.missing() > 0 {
        parts.push(format!("{} of {} missing", number(standing.missing()), code(&handle)));
    }
    if needed.handle.is_none() {
        parts.push("base declares no such team".to_owned());
    } else if !is_known {
        parts.push("GitHub does not say who is in it".to_owned());
    }
    format!("{} ({})", parts.join(", "), needed.because.join("; "))
}

fn number(count: u32) -> String {
    match count {
        1 => "one".to_owned(),
        2 => "two".to_owned(),
        3 => "three".to_owned(),
        count => count.to_string(),
    }
}

fn discounted(login: &str, why: Discounted) -> String {
    let why = match why {
        Discounted::Author => "is the author",
        Discounted::Bot => "is a bot",
        Discounted::NoWriteAccess => "may not write here",
        Discounted::Outdated => "approved what has changed since",
        Discounted::Dismissed => "was dismissed",
        Discounted::Edited => "commented, and the comment was edited",
        Discounted::NotAsked => "is in no team that is asked",
    };
    format!("{} {why}", code(login))
}

fn codeowners(problems: &[Problem]) -> Option<String> {
    let shown: Vec<String> = problems.iter().take(MOST_NAMES).map(codeowners_problem).collect();
    let more = problems.len().saturating_sub(MOST_NAMES);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    (!shown.is_empty())
        .then(|| format!("**Not approved while CODEOWNERS cannot be relied on:** {}{more}", shown.join("; ")))
}

fn codeowners_problem(problem: &Problem) -> String {
    match problem {
        Problem::TooLarge { bytes } => format!("it has {bytes} bytes, and GitHub ignores it"),
        Problem::Errors { count } => format!("GitHub finds {} in it", counted(*count, "error")),
        Problem::Unknown => "GitHub did not say whether it is sound".to_owned(),
        Problem::BadPattern { line } => format!("GitHub does not read the pattern in line {line}"),
        Problem::Unowned { path } => format!("nobody owns {}", code(path)),
        Problem::OwnerTakenAway { path, line } => format!("line {line} takes the owner of {} away", code(path)),
    }
}

/// The answer to what was not understood.
pub fn misunderstood(what: &Misunderstood) -> String {
    match what {
        Misunderstood::Empty => format!("`/pavior` alone does nothing. {}", help()),
        Misunderstood::Unknown { word, near } => unknown_command(word, *near),
        Misunderstood::NoDigest(command) => format!(
            "`/pavior {command}` acts on what was judged: put the digest behind it that the last line of the report has"
        ),
        Misunderstood::BadDigest { command, text } => format!(
            "{} is no digest that `/pavior {command}` could act on: give {LEAST_DIGITS} hexadecimal digits of it at least",
            code(text)
        ),
        Misunderstood::TooMuch { command, text } => {
            format!("`/pavior {command}` takes no {}: nothing was done", code(text))
        }
    }
}

pub fn unknown_command(word: &str, near: Option<&str>) -> String {
    match near {
        Some(near) => format!("{} is no command. Did you mean `/pavior {near}`?", code(word)),
        None => format!("{} is no command. {}", code(word), help()),
    }
}

/// All commands.
pub fn help() -> String {
    "Commands, one a line: `/pavior recheck` judges anew, `plan` shows what an apply would do, `approve <digest>` approves \
     that report and no other, `preview <digest>` opens a preview of it, `teardown` removes the preview, `apply <digest>` \
     applies what was reviewed, `unlock` gives up a lock of this pull request, `help` says this"
        .to_owned()
}

pub fn not_allowed(login: &str, command: &str, needed: Permission) -> String {
    let needed = match needed {
        Permission::None | Permission::Read => "reading",
        Permission::Triage => "triage",
        Permission::Write => "writing",
        Permission::Maintain => "maintaining",
        Permission::Admin => "administering",
    };
    format!("{} may not say `/pavior {command}`: it takes the permission for {needed}", code(login))
}

/// A command that names another report than the one that stands there.
pub fn another_digest(login: &str, command: &str, named: &NamedDigest, stands: &ReportDigest) -> String {
    let named = &named.as_str()[..LEAST_DIGITS];
    format!(
        "{} said `/pavior {command}` of {}, but what stands here is {}: read what changed and say it again",
        code(login),
        code(named),
        code(stands.to_name_in_a_command())
    )
}

/// What the first stage left behind is not what was judged here.
pub fn another_artifact() -> String {
    "> **Security:** the report of the first stage is not what this run makes of the same commits. What stands here is of \
     this run alone; look at what the workflow of the pull request did."
        .to_owned()
}

/// A run that came to no report.
pub fn could_not_run(reason: &str) -> String {
    let shown: String = reason.chars().take(MOST_REASON).collect();
    format!("Pavior could not judge this: {}", code(&shown))
}

/// The title of a check run that is not done.
pub fn being_judged() -> String {
    "being judged".to_owned()
}

/// Its summary.
pub fn being_judged_since_a_moment() -> String {
    "What this change does is being worked out: it takes seconds".to_owned()
}

pub fn could_not_run_title() -> String {
    "could not be judged".to_owned()
}

/// The title of a check run that waits for people.
pub fn waits_for(standing: &Standing) -> String {
    match (standing.missing(), standing.objections.len()) {
        (0, 0) => "CODEOWNERS cannot be relied on".to_owned(),
        (0, _) => "changes requested".to_owned(),
        (missing, _) => format!("{} of {} missing", counted(missing as usize, "approval"), standing.needed()),
    }
}

/// What a merge group changes in a way that nobody reviewed.
pub fn not_reviewed(units: &[String], pulls: &[PullNumber]) -> String {
    let pulls: Vec<String> = pulls.iter().map(|pull| format!("#{pull}")).collect();
    format!(
        "Together, {} make of {} what no report of them showed: bring one of them up to date with the other and review it \
         again",
        pulls.join(", "),
        codes(units.iter().map(String::as_str))
    )
}

/// A pull request that is queued and lacks an approval.
pub fn not_approved(pull: PullNumber) -> String {
    format!("#{pull} lacks an approval that its report asks for")
}

/// An event about what is not there any more, for the log.
pub fn nothing_there(of: &Subject) -> String {
    match of {
        Subject::Pull(number) => format!("#{number} is not there"),
        Subject::Head { commit, .. } => format!("no pull request has the head {} any more", commit.short()),
    }
}

/// Why an event leads to nothing, for the log.
pub fn ignored(why: &Ignored) -> String {
    match why {
        Ignored::Event(name) => format!("nothing to do: what {name} tells changes nothing that is said"),
        Ignored::Action { event, action } => {
            format!("nothing to do: {event} with the action `{action}` changes nothing that is said")
        }
        Ignored::OtherBranch(branch) => format!("nothing to do: `{branch}` is not the default branch"),
        Ignored::BranchDeleted => "nothing to do: the branch was deleted".to_owned(),
        Ignored::NoPull => "nothing to do: this is an issue, not a pull request".to_owned(),
        Ignored::NoCommand => "nothing to do: the comment tells Pavior nothing".to_owned(),
        Ignored::OtherRun(event) => format!("nothing to do: the workflow ran for {event}, and judged nothing"),
    }
}

/// The title of a merge group that is not what was reviewed.
pub fn not_as_reviewed() -> String {
    "not as it was reviewed".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_cannot_leave_its_code() {
        assert_eq!(code("alice"), "`alice`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`a```"), "```` `a``` ````");
        assert_eq!(code(""), "`  `");
        assert_eq!(code("a\nb\u{202e}"), "`a\\nb\\u{202e}`");
    }

    #[test]
    fn every_answer_says_what_to_do() {
        let answers = [
            misunderstood(&Misunderstood::Empty),
            misunderstood(&Misunderstood::Unknown { word: "aprove".into(), near: Some("approve") }),
            misunderstood(&Misunderstood::NoDigest("apply")),
            misunderstood(&Misunderstood::BadDigest { command: "approve", text: "123".into() }),
            misunderstood(&Misunderstood::TooMuch { command: "recheck", text: "now".into() }),
            not_allowed("mallory", "apply", Permission::Write),
        ];
        insta::assert_snapshot!(answers.join("\n"));
    }

    #[test]
    fn a_preview_says_where_it_is_how_it_stands_and_of_what() {
        let (head, other) = ("a".repeat(40), "b".repeat(40));
        let [head, other] = [head, other].map(|text| CommitId::parse(&text).unwrap());
        let url = |text: &str| crate::model::HttpsUrl::parse(text);
        let running = Shown {
            unit: None,
            state: DeploymentState::Success,
            commit: head.clone(),
            since: crate::model::Timestamp::parse("2026-11-22T10:05:59Z").unwrap(),
            url: url("https://cart-pr-7.preview.example/_x_?a=@b#*c*"),
            log_url: None,
        };
        let lines = [
            running.clone(),
            Shown { unit: Some("cart".into()), commit: other.clone(), ..running.clone() },
            Shown { state: DeploymentState::Failure, log_url: url("https://ci.example/(1)"), ..running.clone() },
            Shown { state: DeploymentState::Error, url: None, ..running.clone() },
            Shown { state: DeploymentState::Inactive, commit: other, ..running.clone() },
            Shown { state: DeploymentState::Queued, url: None, ..running.clone() },
        ];
        insta::assert_snapshot!(previews(&lines, &head).join("\n"));
        assert_eq!(previews(&vec![running; 14], &head).last().unwrap(), "<sub>and 4 previews more</sub>");
    }

    #[test]
    fn long_lists_are_counted() {
        let names: Vec<String> = (0..14).map(|number| number.to_string()).collect();
        assert!(codes(names.iter().map(String::as_str)).ends_with("`9` and 4 more"));
    }
}
