//! Comments that stand there and the one that should in, what to do out.

use super::marker::Marker;
use crate::forge::wording::FULL_REPORT;
use crate::forge::words::{Actor, Comment, CommentId, CommitId, PullNumber};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Create,
    Update(CommentId),
    /// The same stands there.
    Leave(CommentId),
    /// What stands there, or is about to, is newer.
    Outdated,
}

/// `head` is the pull request's head as the API has it now: a report of any other commit is not written. Of two reports
/// of one head (its base moved), the later run's stays.
///
/// Of several, which bots that did not know of each other can make, the first is kept up to date.
pub fn decide(standing: &[Comment], own: &Actor, marker: &Marker, head: &CommitId, body: &str) -> Decision {
    if marker.head != *head {
        return Decision::Outdated;
    }
    let ours = own_comments(standing, own, marker.pull);
    let first = ours.first().and_then(|comment| Some((comment, Marker::of(&comment.body)?)));
    let Some((comment, stands)) = first else { return Decision::Create };
    if stands.head == marker.head && stands.sequence > marker.sequence {
        return Decision::Outdated;
    }
    let is_same_report = Marker { sequence: marker.sequence, ..stands } == *marker;
    match is_same_report && text(&comment.body) == text(body) {
        true => Decision::Leave(comment.id),
        false => Decision::Update(comment.id),
    }
}

/// The reports on a pull request that the bot itself wrote, whatever marker others put into theirs; the first first.
pub fn own_comments<'c>(standing: &'c [Comment], own: &Actor, pull: PullNumber) -> Vec<&'c Comment> {
    let is_own = |comment: &&Comment| {
        comment.author.id == own.user && Marker::of(&comment.body).is_some_and(|marker| marker.pull == pull)
    };
    let mut ours: Vec<&Comment> = standing.iter().filter(is_own).collect();
    ours.sort_by_key(|comment| comment.id);
    ours
}

/// What stands below the marker, wherever the whole report is: every run has its own place for it. GitHub gives line
/// feeds back as they came, but for some at the end.
fn text(body: &str) -> String {
    let text = body.split_once('\n').map_or("", |(_, text)| text);
    let mut parts = text.split(FULL_REPORT);
    let first = parts.next().unwrap_or_default().to_owned();
    let without_link =
        |text: String, part: &str| text + FULL_REPORT + part.split_once(')').map_or("", |(_, rest)| rest);
    parts.fold(first, without_link).replace("\r\n", "\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::marker::tests::{commit, marker};
    use super::*;
    use crate::forge::words::{User, UserId, UserKind};

    fn own() -> Actor {
        Actor { user: UserId(41_898_282), login: "github-actions[bot]".to_owned() }
    }

    fn comment(id: u64, author: u64, marker: &Marker, text: &str) -> Comment {
        let author = User { id: UserId(author), login: "github-actions[bot]".to_owned(), kind: UserKind::Bot };
        let body = format!("{marker}\n{text}");
        Comment { id: CommentId(id), author, app: None, body, url: String::new(), is_edited: false }
    }

    fn decided(standing: &[Comment], marker: &Marker, head: char, text: &str) -> Decision {
        decide(standing, &own(), marker, &commit(head), &format!("{marker}\n{text}"))
    }

    const OWN: u64 = 41_898_282;

    #[test]
    fn there_is_one_comment_and_it_is_edited_in_place() {
        let first = marker('a', 'b', 1);
        assert_eq!(decided(&[], &first, 'b', "x"), Decision::Create);
        let standing = [comment(5, OWN, &first, "x")];
        assert_eq!(decided(&standing, &marker('a', 'c', 2), 'c', "y"), Decision::Update(CommentId(5)));
        assert_eq!(decided(&standing, &first, 'b', "y"), Decision::Update(CommentId(5)));
    }

    #[test]
    fn unchanged_bytes_are_not_posted() {
        let standing = [comment(5, OWN, &marker('a', 'b', 1), "x\r\ny\n")];
        assert_eq!(decided(&standing, &marker('a', 'b', 9), 'b', "x\ny"), Decision::Leave(CommentId(5)));
        // The same words of another base are another report.
        assert_eq!(decided(&standing, &marker('d', 'b', 9), 'b', "x\ny"), Decision::Update(CommentId(5)));
    }

    #[test]
    fn another_place_of_the_same_full_report_is_no_news() {
        let standing = [comment(5, OWN, &marker('a', 'b', 1), "x · [full report](https://ci/1) · y")];
        let decided = |text| decided(&standing, &marker('a', 'b', 9), 'b', text);
        assert_eq!(decided("x · [full report](https://ci/2) · y"), Decision::Leave(CommentId(5)));
        assert_eq!(decided("x · [full report](https://ci/2) · z"), Decision::Update(CommentId(5)));
    }

    #[test]
    fn a40_a_marker_in_anothers_comment_is_nobodys() {
        let marker = marker('a', 'b', 1);
        let forged = comment(3, 99, &marker, "x");
        assert_eq!(decided(std::slice::from_ref(&forged), &marker, 'b', "x"), Decision::Create);
        let standing = [forged, comment(5, OWN, &marker, "x")];
        assert_eq!(decided(&standing, &marker, 'b', "y"), Decision::Update(CommentId(5)));
        // Quoted, or below other text, it is no marker.
        let quoted = Comment { body: format!("> {marker}\nx"), ..comment(6, OWN, &marker, "x") };
        assert_eq!(decided(&[quoted], &marker, 'b', "y"), Decision::Create);
        // Copied from another pull request, it is not of this one.
        let other = Marker { pull: PullNumber(13), ..marker.clone() };
        assert_eq!(decided(&[comment(6, OWN, &other, "x")], &marker, 'b', "y"), Decision::Create);
    }

    #[test]
    fn a52_a_report_of_a_commit_that_is_not_the_head_is_not_written() {
        let standing = [comment(5, OWN, &marker('a', 'c', 1), "x")];
        assert_eq!(decided(&standing, &marker('a', 'b', 9), 'c', "y"), Decision::Outdated);
        assert_eq!(decided(&[], &marker('a', 'b', 9), 'c', "y"), Decision::Outdated);
        // A force-push back to an older commit is the head again, whatever run came between.
        assert_eq!(decided(&standing, &marker('a', 'b', 1), 'b', "y"), Decision::Update(CommentId(5)));
    }

    #[test]
    fn a52_a_later_run_of_the_same_head_is_not_overwritten_by_an_earlier() {
        let standing = [comment(5, OWN, &marker('d', 'b', 7), "x")];
        assert_eq!(decided(&standing, &marker('a', 'b', 6), 'b', "y"), Decision::Outdated);
        assert_eq!(decided(&standing, &marker('a', 'b', 8), 'b', "y"), Decision::Update(CommentId(5)));
    }

    #[test]
    fn of_two_comments_of_its_own_the_first_is_kept() {
        let marker = marker('a', 'b', 1);
        let standing = [comment(9, OWN, &marker, "x"), comment(5, OWN, &marker, "x")];
        assert_eq!(decided(&standing, &marker, 'b', "y"), Decision::Update(CommentId(5)));
    }
}
