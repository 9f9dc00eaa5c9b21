//! Records and what stands on GitHub in; of each unit of each environment, everything that is known of it out: the newest
//! word about each commit, from wherever it came, and which of them is over since.
//!
//! Of two words about one thing the one with the higher number counts, so that the order in which they come does not.

use super::record::Record;
use super::standing::{Standing, Told, deployment, task, unit_of};
use crate::forge::words::{CommitId, DeploymentId, DeploymentState, DeploymentStatus, NewDeployment};
use crate::model::{HttpsUrl, Timestamp};
use std::collections::BTreeMap;

/// What takes the place of what: an environment, and a task in it.
pub type Place = (String, String);

/// A deployment that stands, or that should.
#[derive(Debug, Clone)]
pub struct Entry {
    pub commit: CommitId,
    pub stands: Option<(DeploymentId, Option<DeploymentStatus>)>,
    /// None where it stands, and what was told of it got lost.
    pub told: Option<Told>,
    /// The newest word by which what came before was over, and whether it is still to be told.
    pub ends: Option<Told>,
    pub ends_is_news: bool,
    /// To be made, where it does not stand.
    pub new: Option<NewDeployment>,
}

pub fn places(records: &[Record], standing: &[Standing]) -> BTreeMap<Place, Vec<Entry>> {
    let mut places: BTreeMap<Place, Vec<Entry>> = BTreeMap::new();
    for one in standing {
        let place = (one.environment.clone(), one.task.clone());
        let stands = Some((one.id, one.latest.clone()));
        let (commit, told, ends) = (one.commit.clone(), one.told.clone(), one.ends.clone());
        let entry = Entry { commit, stands, told, ends, ends_is_news: false, new: None };
        places.entry(place).or_default().push(entry);
    }
    for record in records {
        let place = (record.environment.to_string(), task(record.unit.as_deref()));
        let entries = places.entry(place).or_default();
        // Of two of one commit, which only a lost answer can make, the later is kept up to date.
        let same = entries.iter_mut().filter(|entry| entry.commit == record.commit);
        match same.max_by_key(|entry| entry.id()) {
            Some(entry) => entry.hear(Told::by(record)),
            None => {
                let (commit, new) = (record.commit.clone(), Some(deployment(record)));
                let mut entry = Entry { commit, stands: None, told: None, ends: None, ends_is_news: false, new };
                entry.hear(Told::by(record));
                entries.push(entry);
            }
        }
    }
    places
}

impl Entry {
    fn id(&self) -> Option<DeploymentId> {
        self.stands.as_ref().map(|(id, _)| *id)
    }

    /// Of two words the newer counts.
    fn hear(&mut self, word: Told) {
        if word.ends() && self.ends.as_ref().is_none_or(|ends| ends.sequence < word.sequence) {
            (self.ends, self.ends_is_news) = (Some(word.clone()), true);
        }
        if self.sequence() < word.sequence {
            self.told = Some(word);
        }
    }

    pub fn sequence(&self) -> u64 {
        self.told.as_ref().map_or(0, |told| told.sequence)
    }

    /// What ended it, if something did: what runs since, that nothing does, or another of the same commit.
    pub fn ended_by<'e>(&self, all: &'e [Entry]) -> Option<&'e Told> {
        let later = all.iter().flat_map(|other| {
            let is_twin = other.commit == self.commit && other.id() > self.id();
            let twin = other.told.as_ref().filter(|told| is_twin && told.sequence >= self.sequence());
            let end = other.ends.as_ref().filter(|told| told.sequence > self.sequence());
            twin.into_iter().chain(end)
        });
        later.max_by_key(|told| told.sequence)
    }
}

/// The newest word about a unit of an environment, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// None where it is about all of the environment.
    pub unit: Option<String>,
    pub state: DeploymentState,
    pub commit: CommitId,
    pub since: Timestamp,
    pub url: Option<HttpsUrl>,
    pub log_url: Option<HttpsUrl>,
}

/// What is to be said of an environment.
pub fn shown(environment: &str, records: &[Record], standing: &[Standing]) -> Vec<Shown> {
    let places = places(records, standing);
    let here = places.into_iter().filter(|((name, _), _)| name == environment);
    here.filter_map(|((_, task), entries)| {
        // What was replaced bears the number of what it was replaced by, and is not the news.
        let is_replaced = |entry: &Entry| entry.told.as_ref().is_some_and(|told| told.is_replaced);
        let newest = entries.into_iter().max_by_key(|entry| (entry.sequence(), !is_replaced(entry)))?;
        let Told { at, status, .. } = newest.told?;
        let url = |url: Option<String>| url.and_then(|url| HttpsUrl::parse(&url));
        Some(Shown {
            unit: unit_of(&task)?.map(str::to_owned),
            state: status.state,
            commit: newest.commit,
            since: at,
            url: url(status.environment_url),
            log_url: url(status.log_url),
        })
    })
    .collect()
}
