//! The teams of the catalog, as GitHub knows them.

use crate::forge::words::{User, UserId};
use crate::model::Name;
use crate::model::kinds::Team;
use crate::read::Declared;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// `@acme/payments`, lower-case: GitHub takes names of either case for the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TeamHandle {
    organisation: String,
    slug: String,
}

impl TeamHandle {
    pub fn parse(text: &str) -> Option<TeamHandle> {
        let (organisation, slug) = text.strip_prefix('@')?.split_once('/')?;
        let is_plain = |part: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            (1..=100).contains(&part.len()) && part.bytes().all(allowed) && !matches!(part, "." | "..")
        };
        let lower = |part: &str| is_plain(part).then(|| part.to_ascii_lowercase());
        Some(TeamHandle { organisation: lower(organisation)?, slug: lower(slug)? })
    }

    pub fn organisation(&self) -> &str {
        &self.organisation
    }

    pub fn slug(&self) -> &str {
        &self.slug
    }
}

impl fmt::Display for TeamHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}/{}", self.organisation, self.slug)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgeTeam {
    pub handle: TeamHandle,
    /// Logins, as the declaration has them: good for asking people, not for counting them.
    pub people: Vec<String>,
}

/// By the names that declarations use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Teams(BTreeMap<Name, ForgeTeam>);

impl Teams {
    /// Take those of the base revision: a change must not say who its judges are.
    pub fn of(declared: &[Declared<Team>]) -> Teams {
        let team = |one: &Declared<Team>| {
            let handle = TeamHandle::parse(&one.spec.forge_team)?;
            let people = one.spec.members.iter().map(|member| member.login.clone()).collect();
            Some((one.metadata.name.clone(), ForgeTeam { handle, people }))
        };
        Teams(declared.iter().filter_map(team).collect())
    }

    /// Who is in the teams as far as declarations say, among these people: for tokens that may not ask GitHub, as those of
    /// Actions. Whoever may change the declaration at base then says who is in it.
    pub fn declared_members(&self, people: &[User]) -> BTreeMap<TeamHandle, BTreeSet<UserId>> {
        let is_in =
            |team: &ForgeTeam, user: &&User| team.people.iter().any(|one| one.eq_ignore_ascii_case(&user.login));
        let mut members: BTreeMap<TeamHandle, BTreeSet<UserId>> = BTreeMap::new();
        for team in self.0.values() {
            let ids = people.iter().filter(|user| is_in(team, user)).map(|user| user.id);
            members.entry(team.handle.clone()).or_default().extend(ids);
        }
        members
    }

    pub fn get(&self, team: &Name) -> Option<&ForgeTeam> {
        self.0.get(team)
    }
}

impl FromIterator<(Name, ForgeTeam)> for Teams {
    fn from_iter<I: IntoIterator<Item = (Name, ForgeTeam)>>(teams: I) -> Teams {
        Teams(teams.into_iter().collect())
    }
}
