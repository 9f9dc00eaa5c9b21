//! Whom a change needs and whose services it breaks in, who should be asked to review it out.

use super::approvals::{Needed, TeamHandle, Teams};
use super::words::{Pull, Review};
use crate::link::Graph;
use crate::model::Name;
use crate::provision::UnitKind;
use crate::review::diff::{Action, Address, Diff};
use std::collections::{BTreeMap, BTreeSet};

/// GitHub takes no more in one request, and a change that asks more people asks nobody.
const MOST: usize = 15;

/// Whom to ask.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reviewers {
    pub users: BTreeSet<String>,
    /// By slug: only teams of the organisation that owns the repository can be asked.
    pub teams: BTreeSet<String>,
}

/// What is known of a pull request beside itself.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub pull: &'a Pull,
    pub reviews: &'a [Review],
    /// Who is in the teams, as GitHub says.
    pub members: &'a BTreeMap<TeamHandle, BTreeSet<super::words::UserId>>,
}

/// Those who are to be asked, and were not. Who has said something is not asked again, nor is their team: the comment
/// says what is missing. Owners whose approval is needed come first, then those whose services lose something.
pub fn reviewers(needed: &[Needed], affected: &BTreeSet<Name>, teams: &Teams, asked: &Asked<'_>) -> Reviewers {
    let mut reviewers = Reviewers::default();
    let wanted = needed.iter().map(|one| &one.team).chain(affected);
    for team in wanted.filter_map(|team| teams.get(team)) {
        if has_spoken(&team.handle, asked) || reviewers.count() >= MOST {
            continue;
        }
        let organisation = asked.pull.base.repository.as_ref().map(|repository| repository.owner());
        if organisation.is_some_and(|owner| owner.eq_ignore_ascii_case(team.handle.organisation())) {
            let slug = team.handle.slug();
            if !holds(&asked.pull.requested_teams, slug) {
                reviewers.teams.insert(slug.to_owned());
            }
            continue;
        }
        // A team of elsewhere cannot be asked, its people can.
        let author = &asked.pull.author.login;
        for login in team.people.iter().filter(|login| !login.eq_ignore_ascii_case(author)) {
            if !holds(&asked.pull.requested_users, login) && !has_written(login, asked) && reviewers.count() < MOST {
                reviewers.users.insert(login.clone());
            }
        }
    }
    reviewers
}

impl Reviewers {
    fn count(&self) -> usize {
        self.users.len() + self.teams.len()
    }
}

fn holds(names: &BTreeSet<String>, name: &str) -> bool {
    names.iter().any(|other| other.eq_ignore_ascii_case(name))
}

fn has_spoken(team: &TeamHandle, asked: &Asked<'_>) -> bool {
    let Some(members) = asked.members.get(team) else { return false };
    let mut authors = asked.reviews.iter().filter_map(|review| review.author.as_ref());
    authors.any(|author| author.id != asked.pull.author.id && members.contains(&author.id))
}

fn has_written(login: &str, asked: &Asked<'_>) -> bool {
    let mut authors = asked.reviews.iter().filter_map(|review| review.author.as_ref());
    authors.any(|author| author.login.eq_ignore_ascii_case(login))
}

/// What others may have relied on and is gone: services and shared resources that are deleted or called otherwise, and
/// services whose ports are others.
pub fn broken(diff: &Diff) -> BTreeSet<(UnitKind, Name)> {
    let mut broken = BTreeSet::new();
    for change in &diff.units {
        let was = change.from.as_ref().unwrap_or(&change.unit);
        let is_elsewhere = matches!(change.action, Action::Delete | Action::Move);
        let ports_change = change.changes.iter().any(|one| match &one.address {
            Address::Object { group, kind, .. } if group.is_empty() && kind == "Service" => {
                matches!(one.action, Action::Delete | Action::Replace)
                    || one.fields.iter().any(|field| field.before.is_some() && field.path.to_string().contains("ports"))
            }
            _ => false,
        });
        if was.kind != UnitKind::Environment && (is_elsewhere || ports_change) {
            broken.insert((was.kind, was.name.clone()));
        }
    }
    broken
}

/// The owners of what needs those directly, as base has it.
pub fn affected(
    broken: &BTreeSet<(UnitKind, Name)>,
    graph: &Graph,
    owner_of: impl Fn(&Name) -> Option<Name>,
) -> BTreeSet<Name> {
    let dependents = |(kind, name): &(UnitKind, Name)| match kind {
        UnitKind::Service => graph.called_by.get(name).cloned().unwrap_or_default(),
        UnitKind::SharedResource => graph.used_by.get(name).cloned().unwrap_or_default(),
        UnitKind::Environment => BTreeSet::new(),
    };
    broken.iter().flat_map(dependents).filter_map(|dependent| owner_of(&dependent)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::approvals::ForgeTeam;
    use crate::forge::words::{
        Branch, CommitId, PullNumber, PullState, Repository, ReviewState, User, UserId, UserKind,
    };
    use crate::provision::UnitId;
    use crate::review::diff::{Change, FieldChange, FieldPath, Step, UnitChange};

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn person(id: u64, login: &str) -> User {
        User { id: UserId(id), login: login.to_owned(), kind: UserKind::Person }
    }

    fn pull() -> Pull {
        let branch = Branch {
            name: "x".to_owned(),
            commit: CommitId::parse(&"b".repeat(40)).unwrap(),
            repository: Repository::parse("Acme/platform"),
        };
        Pull {
            number: PullNumber(12),
            title: String::new(),
            state: PullState::Open,
            draft: false,
            author: person(1, "author"),
            base: branch.clone(),
            head: branch,
            labels: BTreeSet::new(),
            merged_by: None,
            merge_commit: None,
            requested_users: BTreeSet::new(),
            requested_teams: BTreeSet::new(),
        }
    }

    fn teams() -> Teams {
        let team = |(team, organisation): (&str, &str)| {
            let handle = TeamHandle::parse(&format!("@{organisation}/{team}")).unwrap();
            (name(team), ForgeTeam { handle, people: vec!["Author".to_owned(), "alice".to_owned()] })
        };
        [("shopping", "acme"), ("platform", "acme"), ("partner", "elsewhere")].into_iter().map(team).collect()
    }

    fn need(team: &str) -> Needed {
        Needed { team: name(team), handle: None, count: 1, at_head: 1, sticky: Vec::new(), because: Vec::new() }
    }

    fn asked_of(pull: &Pull, reviews: &[Review], needed: &[&str], affected: &[&str]) -> (Vec<String>, Vec<String>) {
        let shopping = TeamHandle::parse("@acme/shopping").unwrap();
        let members = BTreeMap::from([(shopping, BTreeSet::from([UserId(1), UserId(2)]))]);
        let needed: Vec<Needed> = needed.iter().map(|team| need(team)).collect();
        let affected = affected.iter().map(|team| name(team)).collect();
        let reviewers = reviewers(&needed, &affected, &teams(), &Asked { pull, reviews, members: &members });
        (reviewers.teams.into_iter().collect(), reviewers.users.into_iter().collect())
    }

    fn nobody() -> Vec<String> {
        Vec::new()
    }

    #[test]
    fn owners_and_those_whose_services_lose_something_are_asked() {
        assert_eq!(
            asked_of(&pull(), &[], &["shopping"], &["platform", "unheard-of"]),
            (vec!["platform".to_owned(), "shopping".to_owned()], nobody())
        );
        assert_eq!(asked_of(&pull(), &[], &[], &[]), (nobody(), nobody()));
    }

    #[test]
    fn nobody_is_asked_twice() {
        let mut requested = pull();
        requested.requested_teams.insert("Shopping".to_owned());
        assert_eq!(asked_of(&requested, &[], &["shopping", "shopping"], &[]), (nobody(), nobody()));
        let said =
            |id, login: &str| Review { author: Some(person(id, login)), state: ReviewState::Commented, commit: None };
        assert_eq!(asked_of(&pull(), &[said(2, "bob")], &["shopping"], &[]), (nobody(), nobody()));
        // What the author says to their own change is no answer.
        assert_eq!(asked_of(&pull(), &[said(1, "author")], &["shopping"], &[]).0, ["shopping"]);
    }

    #[test]
    fn people_of_another_organisations_team_are_asked_but_never_the_author() {
        assert_eq!(asked_of(&pull(), &[], &["partner"], &[]), (nobody(), vec!["alice".to_owned()]));
        let mut requested = pull();
        requested.requested_users.insert("ALICE".to_owned());
        assert_eq!(asked_of(&requested, &[], &["partner"], &[]), (nobody(), nobody()));
    }

    fn change(action: Action, address: Address, fields: Vec<FieldChange>) -> Diff {
        let unit = UnitId { environment: name("production"), kind: UnitKind::Service, name: name("cart") };
        let changes = vec![Change { action: Action::Update, address, from: None, fields, follow_the_name: 0 }];
        Diff {
            units: vec![UnitChange { unit, from: None, action, base: None, head: None, changes }],
            ..Diff::default()
        }
    }

    fn object(group: &str, kind: &str) -> Address {
        Address::Object { group: group.to_owned(), kind: kind.to_owned(), namespace: None, name: "cart".to_owned() }
    }

    fn port(before: Option<u32>) -> FieldChange {
        FieldChange {
            path: FieldPath(vec![Step::Key("spec".to_owned()), Step::Key("ports".to_owned())]),
            before: before.map(serde_json::Value::from),
            after: Some(serde_json::Value::from(81)),
            effect: Default::default(),
            secrecy: Default::default(),
        }
    }

    #[test]
    fn what_is_deleted_renamed_or_heard_elsewhere_breaks_who_calls_it() {
        let service = || object("", "Service");
        let cart = BTreeSet::from([(UnitKind::Service, name("cart"))]);
        assert_eq!(broken(&change(Action::Delete, service(), vec![])), cart);
        assert_eq!(broken(&change(Action::Move, service(), vec![])), cart);
        assert_eq!(broken(&change(Action::Update, service(), vec![port(Some(80))])), cart);
        for harmless in [
            change(Action::Update, service(), vec![port(None)]),
            change(Action::Update, object("apps", "Deployment"), vec![port(Some(80))]),
            change(Action::Update, object("serving.knative.dev", "Service"), vec![port(Some(80))]),
            change(Action::Create, service(), vec![]),
        ] {
            assert_eq!(broken(&harmless), BTreeSet::new());
        }
        let mut graph = Graph::default();
        graph.called_by.insert(name("cart"), [name("frontend"), name("orphan")].into());
        let owner_of = |service: &Name| (service.as_str() == "frontend").then(|| name("shopping"));
        assert_eq!(affected(&cart, &graph, owner_of), BTreeSet::from([name("shopping")]));
    }
}
