//! What is to be done to all previews now, so that no more are awake than there may be.

use super::derived::environment_name;
use super::lifecycle::{Action, Facts, next};
use super::state::Preview;
use super::terms::Terms;
use crate::model::{Name, Timestamp};
use std::collections::BTreeMap;

/// By pull request. Who asked first has the next place; who waits, waits behind those that are awake, and takes nothing
/// from any other environment. `Facts::room` is decided here.
pub fn schedule(
    previews: &BTreeMap<Name, Preview>,
    pulls: &BTreeMap<u64, Facts>,
    terms: &Terms,
    now: Timestamp,
) -> BTreeMap<u64, Vec<Action>> {
    let awake = previews.values().filter(|preview| preview.has_a_place(now)).count();
    let mut room = terms.at_once.saturating_sub(awake);
    let mut order: Vec<(&u64, &Facts)> = pulls.iter().collect();
    order.sort_by_key(|(pull, facts)| (facts.asked, **pull));
    let mut all = BTreeMap::new();
    for (pull, facts) in order {
        let preview = environment_name(*pull).and_then(|name| previews.get(&name));
        let actions = next(preview, &Facts { room: room > 0, ..facts.clone() }, terms, now);
        let is_awake = preview.is_some_and(|preview| preview.has_a_place(now));
        if !is_awake && actions.iter().any(|action| matches!(action, Action::Up { .. } | Action::Wake)) {
            room -= 1;
        }
        all.insert(*pull, actions);
    }
    all
}
