//! Approvals as they come from the API, and as somebody would like them to count.

use super::*;
use crate::forge::digest::{ReportDigest, digest};
use crate::forge::words::{Comment, CommentId, CommitId, Permission, Review, ReviewState, User, UserId, UserKind};
use crate::model::Name;
use crate::report::Judged;
use crate::review::policy::RequiredApproval;
use crate::review::verdict::{Approval, Ground};
use std::collections::{BTreeMap, BTreeSet};

const AUTHOR: u64 = 1;
const ALICE: u64 = 2;
const BOB: u64 = 3;
const OPS: u64 = 4;
const READER: u64 = 5;
const BOT: u64 = 6;
const STRANGER: u64 = 7;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn commit(digit: char) -> CommitId {
    CommitId::parse(&digit.to_string().repeat(40)).unwrap()
}

fn user(id: u64) -> User {
    let login = ["", "author", "alice", "bob", "ops", "reader", "robot[bot]", "stranger"][id as usize];
    User { id: UserId(id), login: login.to_owned(), kind: if id == BOT { UserKind::Bot } else { UserKind::Person } }
}

fn review(id: u64, state: ReviewState, at: char) -> Review {
    Review { author: Some(user(id)), state, commit: Some(commit(at)) }
}

fn approved(id: u64) -> Review {
    review(id, ReviewState::Approved, 'b')
}

fn comment(id: u64, body: String) -> Comment {
    let url = String::new();
    Comment { id: CommentId(id), author: user(id), app: None, body, url, is_edited: false }
}

/// A pull request that needs two of shopping and one of platform; alice and bob are in shopping, ops and alice in platform.
struct Trial {
    needed: Vec<Needed>,
    digest: ReportDigest,
    head: CommitId,
    permissions: BTreeMap<UserId, Permission>,
    members: BTreeMap<TeamHandle, BTreeSet<UserId>>,
    earlier: BTreeMap<CommitId, BTreeSet<String>>,
    codeowners: Vec<codeowners::Problem>,
}

fn teams() -> Teams {
    let team = |text: &str| {
        let handle = TeamHandle::parse(&format!("@acme/{text}")).unwrap();
        (name(text), ForgeTeam { handle, people: vec!["alice".to_owned()] })
    };
    ["shopping", "platform", "security"].into_iter().map(team).collect()
}

fn need(team: &str, count: u32) -> Needed {
    let handle = teams().get(&name(team)).map(|team| team.handle.clone());
    Needed { team: name(team), handle, count, at_head: count, sticky: Vec::new(), because: vec!["owner".to_owned()] }
}

fn trial() -> Trial {
    let write = [AUTHOR, ALICE, BOB, OPS, BOT, STRANGER].map(|id| (UserId(id), Permission::Write));
    let everybody = |ids: &[u64]| ids.iter().copied().map(UserId).collect::<BTreeSet<UserId>>();
    let handle = |text: &str| TeamHandle::parse(text).unwrap();
    Trial {
        needed: vec![need("platform", 1), need("shopping", 2)],
        digest: digest(&commit('a'), &commit('b'), "{}"),
        head: commit('b'),
        permissions: write.into_iter().chain([(UserId(READER), Permission::Read)]).collect(),
        members: BTreeMap::from([
            (handle("@acme/shopping"), everybody(&[AUTHOR, ALICE, BOB, READER, BOT])),
            (handle("@acme/platform"), everybody(&[OPS, ALICE])),
        ]),
        earlier: BTreeMap::new(),
        codeowners: Vec::new(),
    }
}

impl Trial {
    fn count(&self, reviews: &[Review], comments: &[Comment]) -> Standing {
        count(
            &self.needed,
            &Evidence {
                author: UserId(AUTHOR),
                head: &self.head,
                digest: &self.digest,
                reviews,
                comments,
                permissions: &self.permissions,
                members: &self.members,
                earlier: &self.earlier,
                codeowners: &self.codeowners,
            },
        )
    }

    fn missing(&self, reviews: &[Review]) -> u32 {
        self.count(reviews, &[]).missing()
    }
}

#[test]
fn those_who_own_it_approve_it() {
    let standing = trial().count(&[approved(OPS), approved(ALICE), approved(BOB)], &[]);
    assert!(standing.is_approved());
    let by_team: Vec<(&str, Vec<&str>)> = standing
        .teams
        .iter()
        .map(|team| (team.needed.team.as_str(), team.approved.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(by_team, [("platform", vec!["ops"]), ("shopping", vec!["alice", "bob"])]);
    assert_eq!(trial().count(&[], &[]).missing(), 3);
}

#[test]
fn one_person_is_one_approval_whatever_teams_they_are_in() {
    assert_eq!(trial().missing(&[approved(ALICE), approved(BOB)]), 1);
    assert_eq!(trial().missing(&[approved(ALICE), approved(ALICE), approved(ALICE)]), 2);
    // Alice is counted where only she is left.
    let mut trial = trial();
    trial.needed = vec![need("platform", 1), need("shopping", 1)];
    assert_eq!(trial.missing(&[approved(ALICE), approved(OPS)]), 0);
    assert_eq!(trial.missing(&[approved(BOB), approved(ALICE)]), 0);
}

#[test]
fn a47_an_author_does_not_approve_their_own_change_by_review_or_command() {
    let trial = trial();
    let command = comment(AUTHOR, format!("/pavior approve {}", trial.digest));
    let standing = trial.count(&[approved(AUTHOR)], &[command]);
    assert_eq!(standing.missing(), 3);
    assert_eq!(standing.discounted, [("author".to_owned(), Discounted::Author)]);
}

#[test]
fn a47_neither_readers_nor_bots_nor_outsiders_approve() {
    let standing = trial().count(&[approved(READER), approved(BOT), approved(STRANGER)], &[]);
    assert_eq!(standing.missing(), 3);
    let expected = [
        ("reader".to_owned(), Discounted::NoWriteAccess),
        ("robot[bot]".to_owned(), Discounted::Bot),
        ("stranger".to_owned(), Discounted::NotAsked),
    ];
    assert_eq!(standing.discounted, expected);
    // An account that is gone is nobody.
    let nobody = Review { author: None, ..approved(ALICE) };
    assert_eq!(trial().missing(&[nobody]), 3);
}

#[test]
fn a47_an_approval_of_an_old_commit_ends_with_the_next_push() {
    let old = [review(ALICE, ReviewState::Approved, 'a'), review(BOB, ReviewState::Approved, 'a'), approved(OPS)];
    let standing = trial().count(&old, &[]);
    assert_eq!(standing.missing(), 2);
    assert_eq!(standing.discounted[0], ("alice".to_owned(), Discounted::Outdated));
    let unknown = Review { commit: None, ..approved(ALICE) };
    assert_eq!(trial().missing(&[unknown]), 3);
    // Approved again at the head.
    assert_eq!(trial().missing(&[old[0].clone(), approved(ALICE), approved(BOB), approved(OPS)]), 0);
}

#[test]
fn a47_a_dismissed_review_and_one_that_was_taken_back_do_not_count() {
    for state in [ReviewState::Dismissed, ReviewState::ChangesRequested] {
        assert_eq!(trial().missing(&[approved(ALICE), review(ALICE, state, 'b')]), 3, "{state:?}");
    }
    for remark in [ReviewState::Commented, ReviewState::Pending] {
        assert_eq!(trial().missing(&[approved(ALICE), review(ALICE, remark, 'b')]), 2, "{remark:?}");
    }
}

#[test]
fn a47_who_left_the_team_or_lost_access_after_approving_does_not_count() {
    let reviews = [approved(ALICE), approved(BOB), approved(OPS)];
    let mut left = trial();
    left.members.get_mut(&TeamHandle::parse("@acme/shopping").unwrap()).unwrap().remove(&UserId(BOB));
    assert_eq!(left.missing(&reviews), 1);
    let mut lost = trial();
    lost.permissions.remove(&UserId(BOB));
    assert_eq!(lost.missing(&reviews), 1);
    for permission in [Permission::None, Permission::Read, Permission::Triage] {
        lost.permissions.insert(UserId(BOB), permission);
        assert_eq!(lost.missing(&reviews), 1, "{permission:?}");
    }
    for permission in [Permission::Write, Permission::Maintain, Permission::Admin] {
        lost.permissions.insert(UserId(BOB), permission);
        assert_eq!(lost.missing(&reviews), 0, "{permission:?}");
    }
}

#[test]
fn a47_who_asks_for_changes_holds_it_back_if_they_may() {
    let all = [approved(ALICE), approved(BOB), approved(OPS)];
    let with = |id| [all.to_vec(), vec![review(id, ReviewState::ChangesRequested, 'a')]].concat();
    let standing = trial().count(&with(STRANGER), &[]);
    assert_eq!((standing.missing(), standing.is_approved()), (0, false));
    assert_eq!(standing.objections, ["stranger"]);
    assert!(trial().count(&with(READER), &[]).is_approved());
}

#[test]
fn a48_who_somebody_is_is_an_id_and_no_login() {
    // The author's account under the login of a bot, of somebody else, or renamed: it stays the author's.
    for login in ["dependabot[bot]", "alice", "renamed"] {
        let same = User { login: login.to_owned(), ..user(AUTHOR) };
        let review = Review { author: Some(same), ..approved(AUTHOR) };
        assert_eq!(trial().missing(&[review]), 3, "{login}");
    }
    // An account that took alice's login is not alice.
    let other = User { id: UserId(99), login: "alice".to_owned(), kind: UserKind::Person };
    assert_eq!(trial().missing(&[Review { author: Some(other), ..approved(ALICE) }]), 3);
}

#[test]
fn a49_while_codeowners_cannot_be_relied_on_nothing_is_approved() {
    let mut trial = trial();
    trial.codeowners = codeowners::problems("* @acme/x", Some(1), &["a"]);
    let standing = trial.count(&[approved(ALICE), approved(BOB), approved(OPS)], &[]);
    assert_eq!((standing.missing(), standing.is_approved()), (0, false));
}

#[test]
fn a46_who_has_to_approve_is_what_base_says() {
    let mut judged = Judged::default();
    let asked = |team: &str, because: &str| Approval::of(name(team), [(because.to_owned(), ground(1, &[]))].into());
    judged.preflight.approvals = vec![asked("platform", "platform files change"), asked("unheard-of", "owner")];
    let needed = needed(&judged, &teams());
    assert_eq!(needed[0].handle, TeamHandle::parse("@acme/platform"));
    assert_eq!((needed[0].at_head, needed[0].count), (1, 1));
    // A team that only head declares has nobody who could approve.
    assert_eq!(needed[1].handle, None);
    let trial = Trial { needed, ..trial() };
    let standing = trial.count(&[approved(ALICE), approved(BOB), approved(OPS)], &[]);
    assert_eq!(standing.missing(), 1);
    assert!(standing.teams[0].is_known && !standing.teams[1].is_known);
}

#[test]
fn a_team_whose_members_are_not_known_has_nobody() {
    let mut trial = trial();
    trial.members.remove(&TeamHandle::parse("@acme/platform").unwrap());
    assert_eq!(trial.missing(&[approved(ALICE), approved(BOB), approved(OPS)]), 1);
}

#[test]
fn where_github_may_not_be_asked_declarations_say_who_is_in_a_team() {
    let renamed = User { login: "ALICE".to_owned(), ..user(ALICE) };
    let members = teams().declared_members(&[renamed, user(BOB)]);
    assert_eq!(members.len(), 3);
    assert_eq!(members[&TeamHandle::parse("@acme/shopping").unwrap()], BTreeSet::from([UserId(ALICE)]));
}

#[test]
fn a_command_approves_the_digest_that_it_names_and_no_other() {
    let trial = trial();
    let whole = format!("Good.\n/pavior approve {}", trial.digest);
    let short = format!("/pavior approve {}", trial.digest.to_name_in_a_command());
    for body in [&whole, &short] {
        assert_eq!(trial.count(&[], &[comment(ALICE, body.clone())]).missing(), 2);
    }
    let old = digest(&commit('a'), &commit('c'), "{}");
    let outdated = trial.count(&[], &[comment(ALICE, format!("/pavior approve {old}"))]);
    assert_eq!((outdated.missing(), outdated.discounted), (3, vec![("alice".to_owned(), Discounted::Outdated)]));
    for body in [format!("> {short}"), format!("```\n{short}\n```"), "/pavior approve".to_owned()] {
        assert_eq!(trial.count(&[], &[comment(ALICE, body)]).missing(), 3);
    }
    for id in [READER, BOT, STRANGER, AUTHOR] {
        assert_eq!(trial.count(&[], &[comment(id, short.clone())]).missing(), 3, "{id}");
    }
}

#[test]
fn what_somebody_else_may_have_written_into_a_comment_approves_nothing() {
    let trial = trial();
    let edited = Comment { is_edited: true, ..comment(ALICE, format!("/pavior approve {}", trial.digest)) };
    let standing = trial.count(&[], &[edited]);
    assert_eq!((standing.missing(), standing.discounted), (3, vec![("alice".to_owned(), Discounted::Edited)]));
}

fn ground(count: u32, fingerprints: &[&str]) -> Ground {
    Ground { count, fingerprints: fingerprints.iter().map(|one| (*one).to_owned()).collect(), ..Ground::default() }
}

fn policies(count: u32, fingerprints: &[&str]) -> Judged {
    let mut judged = Judged::default();
    let because = [("findings of its policies".to_owned(), ground(count, fingerprints))].into();
    judged.preflight.approvals = vec![Approval::of(name("shopping"), because)];
    let fingerprints = fingerprints.iter().map(|one| (*one).to_owned()).collect();
    judged.report.approvals = vec![RequiredApproval { owner: name("shopping"), count, fingerprints }];
    judged
}

#[test]
fn what_policies_owners_approved_stays_approved_until_a_finding_comes_to_it() {
    let seen = |fingerprints: &[&str]| fingerprints.iter().map(|one| (*one).to_owned()).collect::<BTreeSet<String>>();
    let old = [review(ALICE, ReviewState::Approved, 'a')];
    let of = |now: &[&str], then: Option<&[&str]>| {
        let earlier = then.map(|then| (commit('a'), seen(then))).into_iter().collect();
        let trial = Trial { needed: needed(&policies(1, now), &teams()), earlier, ..trial() };
        trial.missing(&old)
    };
    assert_eq!(of(&["f1", "f2"], Some(&["f1", "f2"])), 0);
    assert_eq!(of(&["f1"], Some(&["f1", "f2"])), 0);
    assert_eq!(of(&["f1", "f3"], Some(&["f1", "f2"])), 1);
    // What was there then could not be judged anew.
    assert_eq!(of(&["f1"], None), 1);
}

#[test]
fn what_else_asks_for_a_team_has_to_be_approved_at_the_head() {
    let mut judged = policies(1, &["f1"]);
    judged.preflight.approvals[0].because.insert("owner".to_owned(), ground(1, &[]));
    let earlier = BTreeMap::from([(commit('a'), BTreeSet::from(["f1".to_owned()]))]);
    let trial = Trial { needed: needed(&judged, &teams()), earlier, ..trial() };
    assert_eq!(trial.missing(&[review(ALICE, ReviewState::Approved, 'a')]), 1);
    assert_eq!(trial.missing(&[approved(ALICE)]), 0);
}

#[test]
fn a57_the_last_word_counts_however_many_reviews_there_are() {
    let mut reviews = vec![approved(ALICE), approved(BOB), approved(OPS)];
    for _ in 0..500 {
        reviews.push(review(STRANGER, ReviewState::Commented, 'b'));
    }
    assert_eq!(trial().missing(&reviews), 0);
    reviews.push(review(BOB, ReviewState::Dismissed, 'b'));
    assert_eq!(trial().missing(&reviews), 1);
}
