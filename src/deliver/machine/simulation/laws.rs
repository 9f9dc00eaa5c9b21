//! What has to hold in the end, whatever happened before.

use super::*;

impl World {
    pub(super) fn check(&self) {
        assert!(self.state.open.is_empty(), "open: {:?}", self.state.open);
        let now = self.time();
        assert!(self.state.leases.values().all(|lease| lease.until <= now), "held: {:?}", self.state.leases);
        // From where, to where, and released how often: who is taken somewhere else by hand is not in a loop.
        let mut rollbacks: BTreeMap<(UnitName, String, Option<String>, usize), usize> = BTreeMap::new();
        for unit in units() {
            let (real, state) = (self.real.get(&unit).cloned().unwrap_or_default(), self.state.units.get(&unit));
            let wanted = self.main[3].get(&unit);
            let healthy = state.and_then(|state| state.healthy.as_ref()).and_then(|healthy| healthy.digest.clone());
            let is_free = self.waits_for_nobody(&unit);
            match wanted {
                Some(digest) if is_unreviewed(digest) => {}
                _ if state.is_some_and(|state| state.held) => {}
                Some(digest) if !is_free => assert!(healthy.as_ref() != Some(digest) || real.manifests == healthy),
                Some(digest)
                    if state.is_some_and(|state| state.quarantined.contains(digest))
                        && self.taken_back.contains(digest) =>
                {
                    assert_ne!(healthy.as_ref(), Some(digest), "{unit} was taken back, and is not");
                    assert_eq!((&real.terraform, &real.manifests), (&healthy, &healthy), "{unit} is not back");
                    assert!(real.reverts.contains(digest), "{unit}: nobody took {digest} back");
                }
                Some(digest) if is_sick(digest) || breaks_terraform(digest) => {
                    assert_ne!(healthy.as_ref(), Some(digest));
                    if healthy.is_some() {
                        assert_eq!((&real.terraform, &real.manifests), (&healthy, &healthy), "{unit} is not back");
                        assert!(
                            state.is_some_and(|state| state.quarantined.contains(digest)),
                            "{unit}: {digest} is free"
                        );
                        assert!(real.reverts.contains(digest), "{unit}: nobody took {digest} back");
                    }
                }
                Some(digest) if self.cut.contains(digest) => {
                    let is_quarantined = state.is_some_and(|state| state.quarantined.contains(digest));
                    assert!(healthy.as_ref() == Some(digest) || is_quarantined, "{unit} is neither there nor back");
                }
                Some(digest) => {
                    assert_eq!(healthy.as_ref(), Some(digest), "{unit} was merged and is not there: {state:?}");
                    assert_eq!((&real.terraform, &real.manifests), (&healthy, &healthy), "{unit}");
                }
                None if !is_free => {}
                None => assert_eq!((&real.terraform, &real.manifests, healthy), (&None, &None, None), "{unit}"),
            }
        }
        for record in &self.records {
            if let Entry::Began(intent) = &record.entry
                && intent.effect == Effect::Rollback
                && self.outcome(record.number) == Some(Outcome::Succeeded)
            {
                let bad = self.quarantined_before(record.number, &intent.unit);
                let released = self.released_before(record.number, &intent.unit);
                *rollbacks.entry((intent.unit.clone(), bad, intent.digest.clone(), released)).or_default() += 1;
            }
        }
        assert!(rollbacks.values().all(|count| *count == 1), "rolled back in a loop: {rollbacks:?}");
    }

    /// Whether all that the unit stands on became healthy in the end.
    fn waits_for_nobody(&self, unit: &UnitName) -> bool {
        let is_fine = |name: &UnitName| match self.main[3].get(name) {
            Some(digest) => {
                !is_sick(digest)
                    && !breaks_terraform(digest)
                    && !is_unreviewed(digest)
                    && self.waits_for_nobody(name)
                    && !self.cut.contains(digest)
                    && self.state.units.get(name).is_none_or(|state| !state.held && !state.quarantined.contains(digest))
            }
            None => self.state.units.get(name).is_none_or(|state| !state.held),
        };
        stands_on(unit, &self.main[3]).iter().all(is_fine)
    }

    fn outcome(&self, number: u64) -> Option<Outcome> {
        self.records.iter().find_map(|record| match record.entry {
            Entry::Ended { began, outcome, .. } if began == number => Some(outcome),
            _ => None,
        })
    }

    fn quarantined_before(&self, number: u64, of: &UnitName) -> String {
        let before = self.records.iter().take(number as usize).rev();
        let found = before.filter_map(|record| match &record.entry {
            Entry::Quarantined { unit, digest, .. } if unit == of => Some(digest.clone()),
            _ => None,
        });
        found.into_iter().next().unwrap_or_default()
    }
}

impl World {
    /// Whoever lets any digest of the unit go may have changed where it goes back to.
    fn released_before(&self, number: u64, of: &UnitName) -> usize {
        let before = self.records.iter().take(number as usize);
        before.filter(|record| matches!(&record.entry, Entry::Released { unit, .. } if unit == of)).count()
    }
}

/// What has to be done before: what it uses, and the same in the environment before. What goes waits for its users.
pub(super) fn stands_on(unit: &UnitName, tree: &BTreeMap<UnitName, String>) -> BTreeSet<UnitName> {
    let is_wanted = tree.contains_key(unit);
    let of = |name: &str| UnitName { unit: name.to_owned(), ..unit.clone() };
    let staging = UnitName { environment: Name::parse("staging").unwrap(), ..unit.clone() };
    match (is_wanted, unit.unit.as_str()) {
        (true, "web") => {
            [of("cart"), staging].into_iter().filter(|other| other != unit && tree.contains_key(other)).collect()
        }
        (true, _) => [staging].into_iter().filter(|other| other != unit && tree.contains_key(other)).collect(),
        (false, "cart") => [of("web")].into(),
        (false, _) => BTreeSet::new(),
    }
}
