//! The revision of a day in the past: a moment in, a commit of HEAD's first-parent history out.

use super::revision::open;
use crate::model::{Date, Timestamp};
use anyhow::{Context, Result};
use std::path::Path;

/// The last commit of HEAD's first-parent history that was committed before `moment`; none where all are younger.
///
/// # Errors
/// When there is no git repository, HEAD names no commit, or the history cannot be read, as in a shallow clone.
pub fn commit_before(repository: &Path, moment: Timestamp) -> Result<Option<String>> {
    let repo = open(repository)?;
    let before = seconds(moment);
    let mut next = Some(repo.head_id().context("HEAD names no commit yet")?.detach());
    while let Some(id) = next {
        let commit = repo
            .find_commit(id)
            .with_context(|| format!("commit {id} is missing: fetch the whole history (`git fetch --unshallow`)"))?;
        if commit.time().with_context(|| format!("commit {id} has no time"))?.seconds < before {
            return Ok(Some(id.to_string()));
        }
        next = commit.parent_ids().next().map(|parent| parent.detach());
    }
    Ok(None)
}

/// The day, in UTC, on which the commit of a revision was committed.
///
/// # Errors
/// When there is no git repository, or it does not know the revision.
pub fn committed_on(repository: &Path, revision: &str) -> Result<Date> {
    let repo = open(repository)?;
    let id = repo.rev_parse_single(revision).context("the revision is not known")?;
    let commit = id.object().context("its object is missing")?.peel_to_commit().context("it is no commit")?;
    day(commit.time().context("the commit has no time")?.seconds).context("the commit's time is out of bounds")
}

/// The day of so many seconds since 1970; None before the year 1 and after the year 9999.
fn day(seconds: i64) -> Option<Date> {
    // Counted from the first of March of the year 0, in spans of 400 years.
    let days = seconds.div_euclid(86_400) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march = (5 * of_year + 2) / 153;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let date = Date {
        year: u16::try_from(year).ok().filter(|year| (1..=9_999).contains(year))?,
        month: u8::try_from(month).ok()?,
        day: u8::try_from(of_year - (153 * march + 2) / 5 + 1).ok()?,
    };
    Some(date)
}

/// Since 1970, by the civil calendar.
fn seconds(moment: Timestamp) -> i64 {
    let date = moment.date;
    // Years begin in March, so that the day that some have is their last.
    let (year, month) = match date.month {
        1 | 2 => (i64::from(date.year) - 1, i64::from(date.month) + 9),
        month => (i64::from(date.year), i64::from(month) - 3),
    };
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (153 * month + 2) / 5
        + i64::from(date.day)
        - 1
        - 719_468;
    days * 86_400 + i64::from(moment.hour) * 3_600 + i64::from(moment.minute) * 60 + i64::from(moment.second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn seconds_are_those_of_unix() {
        assert_eq!(seconds(at("1970-01-01T00:00:00Z")), 0);
        assert_eq!(seconds(at("2000-02-29T12:00:01Z")), 951_825_601);
        assert_eq!(seconds(at("2026-11-22T10:00:00Z")), 1_795_341_600);
        assert_eq!(seconds(at("1969-12-31T23:59:59Z")), -1);
    }

    #[test]
    fn a_day_is_the_one_that_its_seconds_fall_on() {
        for text in ["1970-01-01", "2000-02-29", "2000-03-01", "2026-11-22", "1999-12-31", "0001-01-01", "9999-12-31"] {
            let first = seconds(at(&format!("{text}T00:00:00Z")));
            for seconds in [first, first + 86_399] {
                assert_eq!(day(seconds).unwrap().to_string(), text);
            }
        }
        assert_eq!((day(i64::MAX / 2), day(i64::MIN / 2)), (None, None));
    }

    fn git(folder: &Path, date: &str, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .arg("-C")
            .arg(folder)
            .args(["-c", "user.name=T", "-c", "user.email=t@pavior.dev", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")])
            .envs([("GIT_COMMITTER_DATE", date), ("GIT_AUTHOR_DATE", "2020-01-01T00:00:00Z")])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    #[test]
    fn the_last_commit_before_a_moment_is_found_on_the_first_parents() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let commit = |date: &str| {
            git(path, date, &["commit", "--quiet", "--allow-empty", "-m", "x"]);
            git(path, date, &["rev-parse", "HEAD"])
        };
        git(path, "", &["init", "--quiet", "--initial-branch=main"]);
        assert!(commit_before(path, at("2026-01-01T00:00:00Z")).is_err());
        let first = commit("2026-01-10T12:00:00Z");
        git(path, "", &["checkout", "--quiet", "-b", "side"]);
        commit("2026-01-15T12:00:00Z");
        git(path, "", &["checkout", "--quiet", "main"]);
        let second = commit("2026-01-20T12:00:00Z");
        let merge = ["merge", "--quiet", "--no-ff", "-m", "merge", "side"];
        git(path, "2026-02-01T12:00:00Z", &merge);
        let merged = git(path, "", &["rev-parse", "HEAD"]);
        let before = |text: &str| commit_before(path, at(text)).unwrap();
        assert_eq!(before("2026-01-10T12:00:00Z"), None);
        assert_eq!(before("2026-01-10T12:00:01Z"), Some(first.clone()));
        assert_eq!(before("2026-01-18T00:00:00Z"), Some(first), "what was on a branch was not there yet");
        assert_eq!(before("2026-01-31T00:00:00Z"), Some(second));
        assert_eq!(before("2027-01-01T00:00:00Z"), Some(merged));
    }
}
