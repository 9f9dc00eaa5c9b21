//! Between libFuzzer and the oracles: which oracle a target is, and a count of how deep its inputs have led.

#[path = "../../tests/it/oracles/mod.rs"]
mod oracles;

use oracles::{ALL, Reached};
use std::sync::atomic::{AtomicU64, Ordering};

static TALLY: [AtomicU64; 3] = [const { AtomicU64::new(0) }; 3];

/// Runs one input through the oracle of a target. Whenever the number of runs has doubled, says how deep they led.
pub fn run(target: &str, data: &[u8]) {
    let (_, oracle) = ALL.into_iter().find(|(name, _)| *name == target).expect("every target has an oracle");
    let reached = oracle(data);
    TALLY[reached as usize].fetch_add(1, Ordering::Relaxed);
    let [refused, told, through] = [Reached::Refused, Reached::Told, Reached::Through]
        .map(|reached| TALLY[reached as usize].load(Ordering::Relaxed));
    let runs = refused + told + through;
    if runs >= 1_024 && runs.is_power_of_two() {
        eprintln!(
            "{target}: of {runs} inputs {through} went through, {told} had mistakes told, {refused} were refused"
        );
    }
}
