//! What approvals are counted by, read from the API for this one count.

use super::bot::{Bot, Occasion};
use super::git::Wanted;
use super::judgement::{Against, Judgement};
use crate::forge::approvals::codeowners::{Problem, problems};
use crate::forge::approvals::{Evidence, Needed, Standing, TeamHandle, Teams, count, needed};
use crate::forge::command::{Command, commands};
use crate::forge::words::{Comment, CommitId, Permission, Pull, Review, ReviewState, User, UserId, UserKind};
use crate::model::RepoPath;
use crate::read::{Objects, reads_file};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How approvals stand, and what else was read for it.
pub struct Counted {
    pub standing: Standing,
    pub needed: Vec<Needed>,
    pub teams: Teams,
    pub reviews: Vec<Review>,
    pub members: BTreeMap<TeamHandle, BTreeSet<UserId>>,
}

/// Earlier approvals that are looked into: each takes a judgement of its own.
const MOST_EARLIER: usize = 3;

/// Where GitHub looks for it, in this order.
const CODEOWNERS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

impl Bot {
    pub(super) async fn count(&self, pull: &Pull, judgement: &Judgement, occasion: &Occasion) -> Result<Counted> {
        let teams = Teams::of(&judgement.at_base.teams);
        let needed = needed(&judgement.judged, &teams);
        let (reviews, comments) = (self.github.reviews(pull.number).await?, self.github.comments(pull.number).await?);
        let people = people(&reviews, &comments);
        let mut permissions = BTreeMap::new();
        for person in people.iter().filter(|person| person.id != pull.author.id && person.kind == UserKind::Person) {
            permissions.insert(person.id, self.github.permission(person).await?);
        }
        let members = self.members(&needed, &teams, &people).await?;
        let earlier = self.earlier(&needed, &reviews, &permissions, judgement, occasion).await;
        let codeowners = self.codeowners(pull, judgement).await?;
        let evidence = Evidence {
            author: pull.author.id,
            head: &judgement.head,
            digest: &judgement.digest,
            reviews: &reviews,
            comments: &comments,
            permissions: &permissions,
            members: &members,
            earlier: &earlier,
            codeowners: &codeowners,
        };
        let standing = count(&needed, &evidence);
        Ok(Counted { standing, needed, teams, reviews, members })
    }

    async fn members(
        &self,
        needed: &[Needed],
        teams: &Teams,
        people: &[User],
    ) -> Result<BTreeMap<TeamHandle, BTreeSet<UserId>>> {
        let declared = teams.declared_members(people);
        let mut members = BTreeMap::new();
        for handle in needed.iter().filter_map(|one| one.handle.as_ref()) {
            let known = match self.github.team_members(handle.organisation(), handle.slug()).await? {
                Some(members) => Some(members.into_iter().map(|user| user.id).collect()),
                None => declared.get(handle).cloned(),
            };
            members.extend(known.map(|known| (handle.clone(), known)));
        }
        Ok(members)
    }

    /// The findings of policies at commits that were approved before the head. What is no longer there counts as unseen.
    async fn earlier(
        &self,
        needed: &[Needed],
        reviews: &[Review],
        permissions: &BTreeMap<UserId, Permission>,
        judgement: &Judgement,
        occasion: &Occasion,
    ) -> BTreeMap<CommitId, BTreeSet<String>> {
        let mut earlier = BTreeMap::new();
        if needed.iter().all(|one| one.sticky.is_empty()) {
            return earlier;
        }
        let may = |user: &User| permissions.get(&user.id).is_some_and(|permission| *permission >= Permission::Write);
        let approved = reviews
            .iter()
            .rev()
            .filter(|review| review.state == ReviewState::Approved && review.author.as_ref().is_some_and(may));
        let commits: Vec<&CommitId> = approved.filter_map(|review| review.commit.as_ref()).collect();
        for commit in commits.into_iter().filter(|commit| **commit != judgement.head) {
            if earlier.contains_key(commit) {
                continue;
            }
            if earlier.len() == MOST_EARLIER {
                break;
            }
            if let Ok(seen) = self.seen_at(commit, judgement, occasion).await {
                earlier.insert(commit.clone(), seen);
            }
        }
        earlier
    }

    async fn seen_at(&self, commit: &CommitId, judgement: &Judgement, occasion: &Occasion) -> Result<BTreeSet<String>> {
        self.bring(vec![Wanted::Commit(commit.clone())]).await?;
        let earlier = self.judge(&judgement.tip, commit, Against::WhereItParted, occasion).await?;
        let approvals = earlier.judged.report.approvals.iter();
        Ok(approvals.flat_map(|one| one.fingerprints.iter().cloned()).collect())
    }

    /// Only where the base branch has such a file: who does not use code owners does not rely on them.
    async fn codeowners(&self, pull: &Pull, judgement: &Judgement) -> Result<Vec<Problem>> {
        let tip = judgement.tip.clone();
        let (folder, text) = self
            .with_git(move |git| {
                let objects = Objects::open(&git.folder)?;
                let tree = objects.whole_tree(tip.as_str())?;
                let read = |path: &&str| objects.file(&tree, &RepoPath::literal(path)).ok().flatten();
                Ok((objects.folder().to_owned(), CODEOWNERS.iter().find_map(read)))
            })
            .await?;
        let Some(text) = text else { return Ok(Vec::new()) };
        let errors = self.github.codeowners_errors(&judgement.tip).await?;
        let changed = self.github.changed_files(pull.number).await?;
        let is_ours = |path: &&str| {
            Path::new(path).strip_prefix(&folder).is_ok_and(|within| within.to_str().is_some_and(reads_file))
        };
        let ours: Vec<&str> = changed.iter().map(|file| file.path.as_str()).filter(is_ours).collect();
        Ok(problems(&text, errors.map(|errors| errors.len()), &ours))
    }
}

/// Those whose word may count: once each.
fn people(reviews: &[Review], comments: &[Comment]) -> Vec<User> {
    let approves =
        |comment: &&Comment| commands(&comment.body).iter().any(|command| matches!(command, Ok(Command::Approve(_))));
    let reviewers = reviews.iter().filter_map(|review| review.author.as_ref());
    let commenters = comments.iter().filter(approves).map(|comment| &comment.author);
    let people: BTreeMap<UserId, &User> = reviewers.chain(commenters).map(|user| (user.id, user)).collect();
    people.into_values().cloned().collect()
}
