//! A person takes a unit back: what will happen is looked at first, and nothing else is done then. A unit and where it is
//! to go in, what it takes and what is lost by it out.

use super::direct::{Direct, lock};
use super::drive::{Prospect, Work};
use super::machine::{Leg, Step};
use super::plan::{Ends, Prepared, TerraformPlan};
use crate::ledger::{Deployed, Sha, UnitName, UnitState};
use crate::review::diff::{UnitChange, of_unit};
use anyhow::{Result, bail};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// Where a person takes the one unit of a run, away from what the run's commit says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayBack {
    pub to: Deployed,
    /// Digests that nobody applies: a merge that has one of them beats nobody.
    pub quarantined: BTreeSet<String>,
}

/// What going back takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreseen {
    pub steps: Vec<Step>,
    pub terraform: Option<TerraformPlan>,
    /// What is compiled otherwise, by object. None: nothing is.
    pub change: Option<UnitChange>,
    /// Why somebody has to say that it is meant, the worst first.
    pub risks: Vec<String>,
    /// A newer merge has something else for the unit.
    pub is_superseded: bool,
}

#[derive(Debug)]
pub(super) struct ByHand {
    pub(super) way: WayBack,
    /// Of the plan that the person saw, once they saw one: no other one is carried out.
    shown: Mutex<Option<Option<Sha>>>,
}

impl WayBack {
    /// Whether a merge that says this of the unit is newer than what the person wants.
    pub(super) fn is_beaten_by(&self, digest: Option<&str>) -> bool {
        let is_quarantined = digest.is_some_and(|digest| self.quarantined.contains(digest));
        digest != self.to.digest.as_deref() && !is_quarantined
    }
}

impl Direct<'_> {
    /// The run's unit is taken back there.
    pub fn by_hand(mut self, way: WayBack) -> Self {
        self.by_hand = Some(ByHand { way, shown: Mutex::default() });
        self
    }

    /// Looks at what going back takes. From then on only the plan that was seen here is carried out.
    ///
    /// # Errors
    /// When it cannot be planned.
    pub fn foresee(&self, unit: &UnitName, state: &UnitState) -> Result<Foreseen> {
        let is_superseded = self.is_newer(unit)?;
        let Prospect { steps, .. } = self.plan(unit, state, Leg::Back)?;
        let goal = self.goal(unit, state, Leg::Back)?;
        let prepared = lock(&self.prepared).remove(unit);
        let risks = self.risks(unit, goal.as_ref(), prepared.as_ref());
        let terraform = prepared.map(|prepared| prepared.says);
        if let Some(by_hand) = &self.by_hand {
            *lock(&by_hand.shown) = Some(terraform.as_ref().map(|says| says.digest));
        }
        let ends = Ends { from: self.given.wanted.units.get(unit), to: goal.as_ref() };
        let change = of_unit(ends.from.map(|one| &one.unit), ends.to.map(|one| &one.unit));
        Ok(Foreseen { steps, terraform, change, risks, is_superseded })
    }

    pub(super) fn is_as_shown(&self, prepared: Option<&Prepared>) -> Result<()> {
        let shown = self.by_hand.as_ref().and_then(|by_hand| *lock(&by_hand.shown));
        match shown {
            Some(shown) if shown != prepared.map(|prepared| prepared.says.digest) => {
                bail!("what Terraform would do is no longer what was shown: look again")
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_that_nobody_would_apply_beats_nobody() {
        let to = Deployed { digest: Some("good".to_owned()), commit: "c".to_owned(), record: 1 };
        let way = WayBack { to, quarantined: BTreeSet::from(["bad".to_owned()]) };
        let beaten = [Some("good"), Some("bad"), Some("newer"), None].map(|digest| way.is_beaten_by(digest));
        assert_eq!(beaten, [false, false, true, true]);
    }
}
