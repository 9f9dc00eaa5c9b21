//! What was seen, and when, in; when it is enough, the verdict out. Has no clock.

use super::Health;
use super::standing::Standing;
use std::collections::BTreeMap;
use std::time::Duration;

/// What is lost a second time within the soak window was never won.
const FLAPS: u32 = 2;

/// One object or probe at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub subject: String,
    pub standing: Standing,
    /// By pod, how often its containers began anew.
    pub restarts: BTreeMap<String, u64>,
}

impl Seen {
    pub fn of(subject: String, standing: Standing) -> Seen {
        Seen { subject, standing, restarts: BTreeMap::new() }
    }
}

/// A unit that is watched from its apply on.
#[derive(Debug, Clone)]
pub struct Watch {
    deadline: Duration,
    soak: Duration,
    flaps: u32,
    /// Since when everything is well.
    settled: Option<Settled>,
}

#[derive(Debug, Clone)]
struct Settled {
    since: Duration,
    restarts: BTreeMap<String, u64>,
}

impl Watch {
    /// `deadline` is until everything has to be well, `soak` for how long it has to stay so.
    pub fn new(deadline: Duration, soak: Duration) -> Watch {
        Watch { deadline, soak, flaps: 0, settled: None }
    }

    /// None: to be looked at again.
    pub fn observe(&mut self, at: Duration, seen: &[Seen]) -> Option<Health> {
        let failed = |seen: &&Seen| matches!(seen.standing, Standing::Failed(_));
        let unwell = |seen: &&Seen| seen.standing != Standing::Ready;
        if let Some(one) = seen.iter().find(failed) {
            return Some(sick(one, why(one)));
        }
        let unwell = seen.iter().find(unwell);
        match (self.settled.take(), unwell) {
            (None, Some(one)) if at >= self.deadline => {
                Some(sick(one, format!("it is not well after {} s: {}", at.as_secs(), why(one))))
            }
            (None, Some(_)) => None,
            (None, None) => self.settle(at, seen),
            (Some(_), Some(one)) => {
                self.flaps += 1;
                let is_over =
                    self.flaps >= FLAPS || at >= self.deadline || matches!(one.standing, Standing::Crashing(_));
                is_over.then(|| sick(one, format!("it was well, and is no longer: {}", why(one))))
            }
            (Some(settled), None) => {
                let Some(one) = seen.iter().find(|one| settled.began_anew(one)) else {
                    self.settled = Some(settled.clone());
                    return (at.saturating_sub(settled.since) >= self.soak).then(healthy);
                };
                self.flaps += 1;
                match self.flaps >= FLAPS {
                    true => Some(sick(one, "its containers begin anew again and again".to_owned())),
                    false => self.settle(at, seen),
                }
            }
        }
    }

    fn settle(&mut self, at: Duration, seen: &[Seen]) -> Option<Health> {
        let restarts = seen.iter().flat_map(|one| one.restarts.clone()).collect();
        self.settled = Some(Settled { since: at, restarts });
        self.soak.is_zero().then(healthy)
    }
}

impl Settled {
    /// A pod that is new counts from zero.
    fn began_anew(&self, seen: &Seen) -> bool {
        seen.restarts.iter().any(|(pod, restarts)| *restarts > self.restarts.get(pod).copied().unwrap_or(0))
    }
}

fn healthy() -> Health {
    Health::Healthy { skipped: Vec::new() }
}

fn sick(seen: &Seen, why: String) -> Health {
    Health::Sick { subject: seen.subject.clone(), why }
}

fn why(seen: &Seen) -> String {
    match &seen.standing {
        Standing::Ready => "it is well".to_owned(),
        Standing::NotYet(why) | Standing::Crashing(why) | Standing::Failed(why) => why.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: u64 = 60;

    /// At each second, how the one object stands and how often it began anew; the verdict and its second.
    fn watched(story: &[(u64, Standing, u64)]) -> Option<(u64, bool)> {
        let mut watch = Watch::new(Duration::from_secs(5 * MINUTE), Duration::from_secs(10 * MINUTE));
        story.iter().find_map(|(at, standing, restarts)| {
            let restarts = BTreeMap::from([("pod".to_owned(), *restarts)]);
            let seen = Seen { subject: "Deployment shop/cart".to_owned(), standing: standing.clone(), restarts };
            let health = watch.observe(Duration::from_secs(*at), &[seen])?;
            Some((*at, matches!(health, Health::Healthy { .. })))
        })
    }

    fn not_yet() -> Standing {
        Standing::NotYet("0 of 1 pods are available".to_owned())
    }

    fn crashing() -> Standing {
        Standing::Crashing("container main ended 5 times".to_owned())
    }

    #[test]
    fn what_is_well_and_stays_so_is_healthy() {
        assert_eq!(
            watched(&[
                (0, not_yet(), 0),
                (60, Standing::Ready, 0),
                (659, Standing::Ready, 0),
                (660, Standing::Ready, 0)
            ]),
            Some((660, true))
        );
    }

    #[test]
    fn a74_what_is_never_ready_is_sick_at_the_deadline_and_not_before() {
        assert_eq!(watched(&[(0, not_yet(), 0), (299, crashing(), 9), (300, not_yet(), 9)]), Some((300, false)));
    }

    #[test]
    fn a74_what_crashes_five_minutes_after_it_was_ready_is_sick_at_once() {
        assert_eq!(watched(&[(10, Standing::Ready, 0), (310, crashing(), 1)]), Some((310, false)));
    }

    #[test]
    fn a74_what_flaps_within_the_soak_window_is_sick_and_one_hiccup_is_not() {
        let once = [(10, Standing::Ready, 0), (20, not_yet(), 0), (30, Standing::Ready, 0), (630, Standing::Ready, 0)];
        assert_eq!(watched(&once), Some((630, true)));
        let twice = [(10, Standing::Ready, 0), (20, not_yet(), 0), (30, Standing::Ready, 0), (40, not_yet(), 0)];
        assert_eq!(watched(&twice), Some((40, false)));
    }

    #[test]
    fn a74_restarts_between_two_looks_are_seen() {
        let story =
            [(10, Standing::Ready, 2), (20, Standing::Ready, 3), (30, Standing::Ready, 3), (40, Standing::Ready, 4)];
        assert_eq!(watched(&story), Some((40, false)));
    }

    #[test]
    fn a74_a_job_that_failed_is_sick_at_once() {
        assert_eq!(watched(&[(1, Standing::Failed("it failed".to_owned()), 0)]), Some((1, false)));
    }

    proptest! {
        /// Nothing is healthy that was not seen well at the end and for the whole window, and every story ends.
        #[test]
        fn a74_healthy_means_well_for_the_whole_window(story in prop::collection::vec((0u8..3, 0u64..2), 1..120)) {
            let mut restarts = 0;
            let story: Vec<(u64, Standing, u64)> = story.iter().enumerate().map(|(number, (kind, more))| {
                restarts += more;
                let standing = match kind { 0 => not_yet(), 1 => Standing::Ready, _ => crashing() };
                (number as u64 * 30, standing, restarts)
            }).collect();
            match watched(&story) {
                Some((at, true)) => {
                    let window = story.iter().filter(|(when, _, _)| *when <= at && *when + 10 * MINUTE >= at);
                    let window: Vec<_> = window.collect();
                    prop_assert!(window.iter().all(|(_, standing, _)| *standing == Standing::Ready));
                    prop_assert_eq!(window[0].2, window[window.len() - 1].2);
                }
                Some((_, false)) => {}
                // Twice the window and the deadline are the longest that it can take.
                None => prop_assert!(story.len() as u64 * 30 <= 25 * MINUTE),
            }
        }
    }
}
