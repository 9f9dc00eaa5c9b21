//! Deterministic names, and the proof that no two things have the same one.

use super::reporter::Reporter;
use super::rules;
use crate::known::claim;
use crate::model::{Finding, Location, Name};
use crate::read::Place;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The shortest limit a name can be cut to: one readable character, a hyphen and the hash.
pub const MIN_SHORT_NAME: usize = 2 + HASH_DIGITS;

/// 64 bits of hash.
const HASH_DIGITS: usize = 16;

/// How long the name of a resource's objects is at most: room for the suffixes of pods and revisions, and for
/// `pavior.dev/uses-<name>` as a label.
pub const MAX_OBJECT_NAME: usize = 52;

/// The name itself if it fits, else its readable beginning and a hash of the whole. None below [`MIN_SHORT_NAME`].
pub fn short_name(full: &str, max: usize) -> Option<String> {
    if full.len() <= max {
        return Some(full.to_owned());
    }
    if max < MIN_SHORT_NAME {
        return None;
    }
    let hash = &blake3::hash(full.as_bytes()).to_hex()[..HASH_DIGITS];
    let mut cut = max - HASH_DIGITS - 1;
    while !full.is_char_boundary(cut) {
        cut -= 1;
    }
    Some(format!("{}-{hash}", full[..cut].trim_end_matches(['-', '.'])))
}

/// The full name of a resource, and what it was cut to.
#[derive(Debug)]
pub struct Names {
    full: String,
    cut: Mutex<BTreeSet<String>>,
}

impl Names {
    pub fn new(full: &str) -> Names {
        Names { full: full.to_owned(), cut: Mutex::default() }
    }

    pub fn short(&self, max: usize) -> Option<String> {
        let name = short_name(&self.full, max)?;
        if name != self.full {
            self.cut.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
        }
        Some(name)
    }

    pub fn in_use(&self) -> BTreeSet<String> {
        let mut names = self.cut.lock().unwrap_or_else(PoisonError::into_inner).clone();
        names.insert(self.full.clone());
        names
    }
}

/// `<service>-<resource>` as a name of Kubernetes objects.
pub fn object_name(service: &Name, resource: &str) -> String {
    let full = format!("{service}-{resource}");
    short_name(&full, MAX_OBJECT_NAME).unwrap_or(full)
}

/// The kinds of objects that a workload makes under its service's name.
pub const WORKLOAD_KINDS: [&str; 12] = [
    "ConfigMap",
    "CronJob",
    "Deployment",
    "ExternalSecret",
    "HorizontalPodAutoscaler",
    "Job",
    "NetworkPolicy",
    "PodDisruptionBudget",
    "Secret",
    "Service",
    "ServiceAccount",
    "StatefulSet",
];

/// Somebody wants a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameClaim {
    /// Within what the name has to be unique: `cloud`, or an environment and a kind of object.
    pub scope: Arc<str>,
    pub name: Arc<str>,
    /// One who wants many names is there once.
    pub by: Arc<Claimant>,
}

impl NameClaim {
    pub fn hash(&self) -> u64 {
        claim(&[&self.scope, &self.name])
    }
}

/// Who wants a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimant {
    /// For people: `resource carts of service cart in staging`. The same holder may ask twice.
    pub holder: String,
    pub place: Place,
}

/// Finds names that two different holders want. Claims are checked in the order given; who collides everywhere, and by
/// several names, is told once.
pub fn check_unique(claims: &[NameClaim], reporter: &mut Reporter<'_, '_>) {
    let mut told: BTreeSet<(&Place, &Place)> = BTreeSet::new();
    for (claim, first) in collisions(claims) {
        if told.insert((&claim.by.place, &first.by.place)) {
            let (at, other) = (reporter.locate(&claim.by.place), reporter.locate(&first.by.place));
            reporter.say(name_collision(at, claim, first, other));
        }
    }
}

/// Each claim to a name that another holder claimed first, with that first claim. There are many claims and few
/// collisions: claims are put side by side by sorting their numbers, which takes little room.
fn collisions(claims: &[NameClaim]) -> Vec<(&NameClaim, &NameClaim)> {
    let name = |index: &usize| (&claims[*index].scope, &claims[*index].name);
    let mut order: Vec<usize> = (0..claims.len()).collect();
    order.sort_by(|one, other| name(one).cmp(&name(other)));
    let mut found: Vec<(usize, usize)> = Vec::new();
    for group in order.chunk_by(|one, other| name(one) == name(other)) {
        let Some((first, others)) = group.split_first() else { continue };
        let strangers = others.iter().filter(|index| claims[**index].by.holder != claims[*first].by.holder);
        found.extend(strangers.map(|index| (*index, *first)));
    }
    found.sort_unstable();
    found.into_iter().map(|(claim, first)| (&claims[claim], &claims[first])).collect()
}

fn name_collision(at: Location, claim: &NameClaim, first: &NameClaim, other: Location) -> Finding {
    Finding::new(
        &rules::NAME_COLLISION,
        at,
        format!("{} and {} would both be named `{}`", first.by.holder, claim.by.holder, claim.name),
    )
    .label("this gets a name that is taken")
    .related(other, "the other one")
    .help("rename one of them: names follow from the service and the resource")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_that_fits_is_kept() {
        assert_eq!(short_name("acme-staging-cart-carts", 40).unwrap(), "acme-staging-cart-carts");
        assert_eq!(short_name("abc", 3).unwrap(), "abc");
        assert_eq!(short_name("abcd", 3), None);
    }

    #[test]
    fn a_long_name_keeps_a_readable_beginning() {
        let name = short_name("acme-production-recommendationservice-features", 40).unwrap();
        assert!(name.starts_with("acme-production-recomme-"), "{name}");
        assert_eq!(name.len(), 40);
    }

    proptest! {
        #[test]
        fn short_names_fit_are_labels_and_differ(
            first in "[a-z]([a-z0-9-]{0,70}[a-z0-9])?",
            second in "[a-z]([a-z0-9-]{0,70}[a-z0-9])?",
            max in MIN_SHORT_NAME..70_usize,
        ) {
            let short = short_name(&first, max).unwrap();
            prop_assert!(short.len() <= max);
            prop_assert!(short.len() > 63 || Name::parse(&short).is_some(), "{short} is no label");
            prop_assert_eq!(&short, &short_name(&first, max).unwrap());
            if first != second {
                prop_assert_ne!(short, short_name(&second, max).unwrap());
            }
        }
    }
}
