//! What people do by hand in the simulated world: they take a unit back to something that it was healthy with, and let
//! digests go from quarantine.

use super::*;
use crate::ledger::{brought_beside, healthy_with};

impl World {
    /// Somebody takes a unit back, and the run for it starts.
    pub(super) fn take_back(&mut self) {
        let units: Vec<UnitName> = units().collect();
        let unit = units[self.chance.below(units.len())].clone();
        let Some(state) = self.state.units.get(&unit).cloned() else { return };
        let there = state.healthy.as_ref().and_then(|healthy| healthy.digest.clone());
        let may_come = |digest: &String| {
            !state.quarantined.contains(digest) && (state.unsettled || there.as_ref() != Some(digest))
        };
        let mut stays = healthy_with(&self.records, &unit);
        stays.retain(|stay| may_come(&stay.digest));
        if there.is_none() || stays.is_empty() {
            return;
        }
        let to = stays[self.chance.below(stays.len())].deployed();
        let digest = to.digest.clone().unwrap();
        let Some(from) = brought_beside(&self.records, &unit, &digest) else { return };
        self.started += 1;
        let name = format!("run {}", self.started);
        self.tell(|| format!("{name} takes {unit} back from {:?} to {digest}", from.digest));
        self.taken_back.extend(from.digest.clone());
        let target = Target {
            unit,
            digest: from.digest,
            after: BTreeSet::new(),
            refused: None,
            is_open: !self.state.open.is_empty(),
            is_elsewhere: false,
            handover: None,
        };
        let by_hand = ByHand { to: digest, why: "it is slow".to_owned(), healthy: state.healthy };
        let mut machine = Machine::by_hand(target, by_hand);
        let orders = machine.start();
        let errand = Errand { head: from.commit.parse().unwrap(), by_hand: Some(to) };
        self.runs.push(Run { machine, errand, name, orders });
    }

    /// Somebody lets one digest be applied again that was taken back by hand.
    pub(super) fn release(&mut self) {
        let units = self.state.units.iter();
        let all = units.flat_map(|(unit, state)| state.quarantined.iter().map(|digest| (unit.clone(), digest.clone())));
        let all: Vec<(UnitName, String)> = all.filter(|(_, digest)| self.taken_back.contains(digest)).collect();
        if !all.is_empty() {
            let (unit, digest) = all[self.chance.below(all.len())].clone();
            self.tell(|| format!("{digest} of {unit} is released"));
            self.record("jo", Entry::Released { unit, digest, why: "it was the network".to_owned() });
        }
    }
}
