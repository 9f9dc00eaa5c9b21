//! Rules about what a change adds up to.

use super::capacity::{Headroom, Measure};
use crate::model::{Finding, Location, rules};

rules! {
    CAPACITY_EXCEEDED = "capacity/exceeded", Error,
        "What an environment is asked for fits into what it has",
r"Requests times the most replicas, and what resources take inside the cluster, are more than the environment's
`capacity`. Pods would wait for a node that never comes, or the namespace's quota would refuse them: in the middle of a
rollout, or at the hour of the most traffic.

To mend it, lower requests or `scaling.max`, or raise `spec.capacity` of the environment after the cluster has grown.

Wrong: `capacity: {cpu: 16}` and forty replicas that request half a core each

Right: `capacity: {cpu: 24}`, or `scaling: {max: 30}`";

    CAPACITY_NEAR = "capacity/near", Warning,
        "An environment keeps some room",
r"A rollout starts new pods before old ones end, and a node that fails takes its share along. Above nine tenths of the
capacity there is no room for either.

To mend it, add nodes and raise `spec.capacity`, or ask for less.

Wrong: 61 of 64 cores are asked for

Right: 57 of 64 cores are asked for";
}

/// From here on it is told, in percent.
const NEAR: i128 = 90;

/// What a change makes of an environment's room, given that it takes more of it or leaves less.
pub fn capacity(room: &Headroom, at: Location) -> Option<Finding> {
    let Headroom { environment, measure, after, capacity, .. } = room;
    let shown = |amount: i128| measure.shown(amount);
    let (asked, has) = (amount(*measure, *after), shown(*capacity));
    if room.is_exceeded() {
        let message = format!("{environment} is asked for {asked} and has {has}");
        return Some(
            Finding::new(&CAPACITY_EXCEEDED, at, message)
                .label(format!("{} too little", shown(after - capacity)))
                .help(asks_for(room))
                .help("lower requests or `scaling.max`, or raise the capacity once the cluster has grown"),
        );
    }
    (room.percent(*after) > NEAR).then(|| {
        let message = format!("{environment} is asked for {asked} and has {has}: {}%", room.percent(*after));
        Finding::new(&CAPACITY_NEAR, at, message)
            .label(format!("{} left", shown(capacity - after)))
            .help(format!("{}; a rollout needs room beside it", asks_for(room)))
    })
}

fn asks_for(room: &Headroom) -> String {
    match room.after > room.before {
        true => format!("this change asks for {} more", room.measure.shown(room.after - room.before)),
        false => "this change leaves it less than it had".to_owned(),
    }
}

/// `1.5 cores`, `2 GiB of memory`, `12 pods`.
fn amount(measure: Measure, amount: i128) -> String {
    let shown = measure.shown(amount);
    match measure {
        Measure::Cpu if shown == "1" => "1 core".to_owned(),
        Measure::Cpu => format!("{shown} cores"),
        Measure::Memory | Measure::Storage => format!("{shown} of {}", measure.as_str()),
        Measure::Pods if amount == 1 => "1 pod".to_owned(),
        Measure::Pods => format!("{shown} pods"),
    }
}
