//! Reviews and comments in, who approved for whom and what is missing out.

use super::assign::assign;
use super::codeowners::Problem;
use super::needed::{Needed, Sticky};
use super::teams::TeamHandle;
use crate::forge::command::{Command, commands};
use crate::forge::digest::ReportDigest;
use crate::forge::words::{Comment, CommitId, Permission, Review, ReviewState, User, UserId, UserKind};
use std::collections::{BTreeMap, BTreeSet};

/// What was read from the API for this count.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'e> {
    /// Who opened the pull request, by `user.id`: not who a commit says wrote it, nor who started a run.
    pub author: UserId,
    pub head: &'e CommitId,
    /// Of the report that stands there.
    pub digest: &'e ReportDigest,
    /// All, in the order in which they were written.
    pub reviews: &'e [Review],
    pub comments: &'e [Comment],
    /// Of those who wrote one. Who is not in it may nothing.
    pub permissions: &'e BTreeMap<UserId, Permission>,
    /// Of the teams that are needed. A team that is not in it has nobody.
    pub members: &'e BTreeMap<TeamHandle, BTreeSet<UserId>>,
    /// The fingerprints of the findings of policies at commits that were approved earlier, judged anew for this count.
    pub earlier: &'e BTreeMap<CommitId, BTreeSet<String>>,
    /// What is wrong with CODEOWNERS of the base branch.
    pub codeowners: &'e [Problem],
}

/// How the approvals stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    pub teams: Vec<TeamStanding>,
    /// Logins of those who ask for changes and may.
    pub objections: Vec<String>,
    /// Approvals that do not count, and why, by login.
    pub discounted: Vec<(String, Discounted)>,
    pub codeowners: Vec<Problem>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamStanding {
    pub needed: Needed,
    /// Logins; never more than are needed.
    pub approved: Vec<String>,
    /// Whether GitHub said who is in it.
    pub is_known: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Discounted {
    Author,
    Bot,
    NoWriteAccess,
    /// Of another commit or digest than what stands there now.
    Outdated,
    Dismissed,
    /// Of a comment that was edited.
    Edited,
    /// In no team that is needed.
    NotAsked,
}

impl TeamStanding {
    pub fn missing(&self) -> u32 {
        self.needed.count.saturating_sub(u32::try_from(self.approved.len()).unwrap_or(u32::MAX))
    }
}

impl Standing {
    pub fn needed(&self) -> u32 {
        self.teams.iter().map(|team| team.needed.count).sum()
    }

    pub fn missing(&self) -> u32 {
        self.teams.iter().map(TeamStanding::missing).sum()
    }

    /// Whether nobody is missing, nobody objects, and GitHub's own rules of ownership can be relied on.
    pub fn is_approved(&self) -> bool {
        self.missing() == 0 && self.objections.is_empty() && self.codeowners.is_empty()
    }
}

/// One who approved and may.
struct Approver<'e> {
    user: &'e User,
    at_head: bool,
    /// The earlier commit of their last approval.
    earlier: Option<&'e CommitId>,
}

/// Counts. One person counts for one of the teams that they are in: two approvals are two people.
pub fn count(needed: &[Needed], evidence: &Evidence<'_>) -> Standing {
    let mut discounted = BTreeMap::new();
    let (approvers, objections) = approvers(evidence, &mut discounted);
    let places: Vec<(usize, u32)> =
        needed.iter().enumerate().flat_map(|(team, one)| (0..one.count).map(move |place| (team, place))).collect();
    let may: Vec<Vec<usize>> = places
        .iter()
        .map(|&(team, place)| {
            let takes = |person: &usize| takes(&approvers[*person], &needed[team], place, evidence);
            (0..approvers.len()).filter(takes).collect()
        })
        .collect();
    let taken = assign(&may, approvers.len());
    for (person, approver) in approvers.iter().enumerate() {
        if taken.contains(&Some(person)) || may.iter().any(|people| people.contains(&person)) {
            continue;
        }
        let is_member = needed.iter().any(|one| is_member(approver.user, one, evidence));
        let why = if is_member { Discounted::Outdated } else { Discounted::NotAsked };
        discounted.entry(approver.user.login.clone()).or_insert(why);
    }
    let teams = needed.iter().enumerate().map(|(team, one)| {
        let people = places.iter().zip(&taken).filter(|((place_of, _), _)| *place_of == team);
        let mut approved: Vec<String> =
            people.filter_map(|(_, person)| Some(approvers[(*person)?].user.login.clone())).collect();
        approved.sort();
        let is_known = one.handle.as_ref().is_some_and(|handle| evidence.members.contains_key(handle));
        TeamStanding { needed: one.clone(), approved, is_known }
    });
    Standing {
        teams: teams.collect(),
        objections,
        discounted: discounted.into_iter().collect(),
        codeowners: evidence.codeowners.to_vec(),
    }
}

/// Whether somebody's approval is one that this place of a team takes.
fn takes(approver: &Approver<'_>, needed: &Needed, place: u32, evidence: &Evidence<'_>) -> bool {
    if !is_member(approver.user, needed, evidence) {
        return false;
    }
    if approver.at_head {
        return true;
    }
    let Some(seen) = approver.earlier.and_then(|commit| evidence.earlier.get(commit)) else { return false };
    let mut asking = needed.sticky.iter().filter(|one| one.count > place).peekable();
    let still_holds = |one: &Sticky| one.fingerprints.is_subset(seen);
    place >= needed.at_head && asking.peek().is_some() && asking.all(still_holds)
}

fn is_member(user: &User, needed: &Needed, evidence: &Evidence<'_>) -> bool {
    let members = needed.handle.as_ref().and_then(|handle| evidence.members.get(handle));
    members.is_some_and(|members| members.contains(&user.id))
}

/// Those whose last word is an approval and who may give one; the logins of those who ask for changes.
fn approvers<'e>(
    evidence: &Evidence<'e>,
    discounted: &mut BTreeMap<String, Discounted>,
) -> (Vec<Approver<'e>>, Vec<String>) {
    let mut people: BTreeMap<UserId, Approver<'e>> = BTreeMap::new();
    let mut objections = Vec::new();
    for (user, review) in last_words(evidence.reviews) {
        let bar = barred(user, evidence);
        match (review.state, bar) {
            (ReviewState::Approved, None) => {
                let at_head = review.commit.as_ref() == Some(evidence.head);
                people.insert(user.id, Approver { user, at_head, earlier: review.commit.as_ref() });
            }
            (ReviewState::ChangesRequested, None) => objections.push(user.login.clone()),
            (ReviewState::Approved, Some(why)) => drop(discounted.insert(user.login.clone(), why)),
            (ReviewState::Dismissed, _) => drop(discounted.insert(user.login.clone(), Discounted::Dismissed)),
            (ReviewState::ChangesRequested | ReviewState::Commented | ReviewState::Pending, _) => {}
        }
    }
    for comment in evidence.comments {
        let said = commands(&comment.body);
        let mut digests = said.iter().filter_map(|command| match command {
            Ok(Command::Approve(digest)) => Some(digest),
            _ => None,
        });
        let Some(names_it) =
            digests.next().map(|first| std::iter::once(first).chain(digests).any(|one| one.names(evidence.digest)))
        else {
            continue;
        };
        let user = &comment.author;
        let why = match (barred(user, evidence), comment.is_edited, names_it) {
            (Some(why), _, _) => Some(why),
            (None, true, _) => Some(Discounted::Edited),
            (None, false, false) => Some(Discounted::Outdated),
            (None, false, true) => None,
        };
        match why {
            Some(why) => drop(discounted.entry(user.login.clone()).or_insert(why)),
            None => people.entry(user.id).or_insert(Approver { user, at_head: true, earlier: None }).at_head = true,
        }
    }
    for approver in people.values().filter(|approver| approver.at_head) {
        discounted.remove(&approver.user.login);
    }
    (people.into_values().collect(), objections)
}

/// The last review of each that says more than a remark.
fn last_words(reviews: &[Review]) -> Vec<(&User, &Review)> {
    let mut last: BTreeMap<UserId, (&User, &Review)> = BTreeMap::new();
    for review in reviews {
        let Some(user) = &review.author else { continue };
        match review.state {
            ReviewState::Approved | ReviewState::ChangesRequested | ReviewState::Dismissed => {
                last.insert(user.id, (user, review));
            }
            ReviewState::Commented | ReviewState::Pending => {}
        }
    }
    last.into_values().collect()
}

/// Why somebody's word does not count, whatever it is.
fn barred(user: &User, evidence: &Evidence<'_>) -> Option<Discounted> {
    let permission = evidence.permissions.get(&user.id).copied().unwrap_or(Permission::None);
    if user.id == evidence.author {
        Some(Discounted::Author)
    } else if user.kind != UserKind::Person {
        Some(Discounted::Bot)
    } else if permission < Permission::Write {
        Some(Discounted::NoWriteAccess)
    } else {
        None
    }
}
