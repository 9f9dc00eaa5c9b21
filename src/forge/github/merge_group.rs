//! The branch that GitHub's merge queue makes for a group: what its name says. Pure.

use crate::forge::words::{CommitId, PullNumber};

const QUEUE: &str = "refs/heads/gh-readonly-queue/";

/// A group is its base, what was queued before, and last this pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeGroup {
    pub base: String,
    pub last: PullNumber,
    /// What the group was made upon.
    pub upon: CommitId,
}

/// Reads `refs/heads/gh-readonly-queue/main/pr-104-0123…`; None for every other reference.
pub fn merge_group(reference: &str) -> Option<MergeGroup> {
    let (base, pull) = reference.strip_prefix(QUEUE)?.rsplit_once("/pr-")?;
    let (number, commit) = pull.split_once('-')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let last = PullNumber(is_number.then(|| number.parse().ok())??);
    Some(MergeGroup { base: base.to_owned(), last, upon: CommitId::parse(commit)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_group_says_its_base_and_its_last_pull_request() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let group = merge_group(&format!("refs/heads/gh-readonly-queue/release/pr-1/pr-104-{id}")).unwrap();
        assert_eq!((group.base.as_str(), group.last, group.upon.as_str()), ("release/pr-1", PullNumber(104), id));
        for other in
            ["refs/heads/main", "refs/heads/gh-readonly-queue/main/pr-+1-0", "", "gh-readonly-queue/main/pr-1-"]
        {
            assert_eq!(merge_group(other), None, "{other}");
        }
        assert_eq!(merge_group(&format!("refs/heads/gh-readonly-queue/main/pr-x-{id}")), None);
    }
}
