//! The committed seeds of fuzzing, through the same oracles, without a fuzzer: what was found once stays found.

use crate::oracles::{ALL, Oracle, Reached, world};
use std::fs;
use std::path::PathBuf;

/// More would make every run of the tests slower; the corpus of a fuzzer is its own.
const MOST: usize = 48;

#[test]
fn every_seed_holds_and_every_target_is_gone_through() {
    std::thread::scope(|scope| {
        for (target, oracle) in ALL {
            scope.spawn(move || assert_holds(target, oracle));
        }
    });
}

fn assert_holds(target: &str, oracle: Oracle) {
    let seeds = seeds(target);
    assert!((1..=MOST).contains(&seeds.len()), "{target} has {} seeds", seeds.len());
    let through = seeds.iter().filter(|seed| {
        // A law that is broken panics: this line then says by which seed.
        println!("{}", seed.display());
        oracle(&fs::read(seed).expect("a seed can be read")) == Reached::Through
    });
    let through = through.count();
    assert!(through > 0, "no seed of {target} gets through");
    println!("{target}: {through} of {} seeds get through", seeds.len());
}

fn seeds(target: &str) -> Vec<PathBuf> {
    let folder = world::root().join("fuzz/seeds").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut seeds: Vec<PathBuf> = entries.map(|entry| entry.expect("a folder can be listed").path()).collect();
    seeds.sort();
    seeds
}
