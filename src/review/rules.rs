//! Rules about what a change adds up to.

use super::capacity::{Headroom, Measure};
use super::reversibility::Consequence;
use crate::model::{Finding, Location, Name, rules};

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

    REVERSIBILITY_REFUSED = "reversibility/refused", Error,
        "A change can be carried out",
r"The provider refuses the change, or silently does nothing: servers of RDS and volume claims never shrink, a database
never goes back to an older major version. Once merged, every apply would fail, or what is declared and paid for would not
be what is there. Resource types say which params are like that (`refused` in their `reversibility`).

To get there nevertheless, declare a new resource beside the old one, move the data, and remove the old one in a change
of its own. In environments of class `development` nothing is refused: what is there is made anew.

Wrong: `wishes: {type: postgres, params: {storage: 50Gi}}` where it was `100Gi`

Right: `wishes-small: {type: postgres, params: {storage: 50Gi}}` beside `wishes`, until the data is moved";

    REVERSIBILITY_RENAME = "reversibility/rename", Warning,
        "A renamed service says what it was called",
r"A service goes, and another one comes that has the same owner and says nearly the same. If that is the same service under
a new name, nobody knows it yet: the old one is deleted with its databases and secrets, and the new one starts empty.

To mend it, say what it was called. Names of its resources then stay what they are, and so does their data. Where it is
indeed another service, leave it: this is a hint.

Wrong: `metadata: {name: basket}` in place of `metadata: {name: cart}`

Right: the same with `spec: {renamedFrom: cart}`";
}

/// One that comes looks so much like one that goes.
pub fn looks_renamed(old: &Name, new: &Name, percent: usize, at: Location) -> Finding {
    let message = format!("{new} comes as {old} goes, and says {percent}% the same");
    Finding::new(&REVERSIBILITY_RENAME, at, message).label("is this a rename?").help(format!(
        "if it is the same service under a new name, write `renamedFrom: {old}` into its `spec`: then its resources keep \
         their names and their data"
    ))
}

/// What cannot be carried out in these environments.
pub fn refused(one: &Consequence, environments: &[&str], at: Location) -> Finding {
    let message = format!("{} cannot be carried out in {}: {}", one.what, environments.join(", "), one.why);
    Finding::new(&REVERSIBILITY_REFUSED, at, message).label("refused by the provider").help(
        "leave it as it is, or declare a new resource beside it, move the data, and remove this one in a later change",
    )
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
                .help(room_for(*measure)),
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

/// What takes less of it, and what makes more of it.
fn room_for(measure: Measure) -> &'static str {
    match measure {
        Measure::Cpu | Measure::Memory => {
            "lower requests or `scaling.max`, or raise the capacity once the cluster has grown"
        }
        Measure::Pods => "lower `scaling.max`, or raise the capacity once the cluster has grown",
        Measure::Storage => {
            "ask for smaller volumes and datastores here, in `environments.<name>.resources`, or raise the capacity once \
             there is more storage"
        }
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
