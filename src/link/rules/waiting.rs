//! Rules about containers that come before others.

use crate::model::{Finding, Location, Name, rules};

rules! {
    BEFORE_CIRCLE = "link/before-circle", Error,
        "Containers do not come before each other in a circle",
r"A container with `before` is started first. In a circle there is no first, so none of them could ever start.

To mend it, remove one `before` of the circle: that of the container that can start by itself.

Wrong: `containers: {main: {before: {proxy: {ready: started}}}, proxy: {before: {main: {ready: started}}}}`

Right: `containers: {main: {...}, proxy: {before: {main: {ready: started}}}}`";

    BEFORE_HEALTHY = "link/before-healthy", Warning,
        "A container that has to be healthy before others has a probe",
r"`ready: healthy` waits until the probes of a container succeed. Without a probe nobody can tell, so it would mean no
more than `ready: started`.

To mend it, give the container a `readinessProbe`, or write `ready: started`.

Wrong: `proxy: {image: ..., before: {main: {ready: healthy}}}`

Right: `proxy: {image: ..., readinessProbe: {httpGet: {path: /, port: 8080}}, before: {main: {ready: healthy}}}`";
}

/// `circle` begins with the container at whose `before` it is told.
pub fn circle(circle: &[&Name], at: Location) -> Finding {
    let names: Vec<&str> = circle.iter().chain(circle.first()).map(|name| name.as_str()).collect();
    let message = match circle {
        [one] => format!("container {one} comes before itself"),
        _ => format!("containers come before each other in a circle: {}", names.join(" before ")),
    };
    Finding::new(&BEFORE_CIRCLE, at, message)
        .label("none of them could start")
        .help("remove one `before` of the circle")
}

pub fn no_probe(name: &Name, later: &Name, at: Location) -> Finding {
    let message = format!("container {name} has to be healthy before {later}, and has no probe that could tell");
    Finding::new(&BEFORE_HEALTHY, at, message)
        .label("means no more than `started`")
        .help(format!("give {name} a `readinessProbe`, or write `ready: started`"))
}
