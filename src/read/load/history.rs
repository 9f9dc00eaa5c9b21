//! The revision of a day in the past: a moment in, a commit of HEAD's first-parent history out.

use super::revision::open;
use crate::model::Timestamp;
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
