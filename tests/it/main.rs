//! The one integration test binary: what people and CI see, by the real binary on real folders.
//!
//! A new behaviour is a new folder under `tests/cases/`; its README says what is in one.

mod apply;
mod audit;
mod case;
mod change;
mod catalog;
mod compiled;
mod deploy;
mod disk;
mod editor;
mod facts;
#[cfg(feature = "forge")]
mod follow;
mod forge;
mod history;
mod hostile;
mod kubernetes;
mod large;
mod lsp;
mod module_order;
mod oracles;
mod picture;
mod preview;
mod process;
mod provenance;
mod publish;
mod purity;
mod repository;
mod rollback;
mod secret_requests;
mod secrets;
mod seeds;
#[cfg(feature = "serve")]
mod serve;
mod showcase;
mod streams;
mod workflows;

use case::Case;
use std::path::Path;

#[test]
fn every_case_gives_what_it_expects() {
    let cases = Case::all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"));
    assert!(!cases.is_empty(), "PAVIOR_CASE names no folder of tests/cases");
    let middle = cases.len() / 2;
    let (one, other) = cases.split_at(middle);
    let failures: Vec<String> = std::thread::scope(|scope| {
        let threads = [one, other].map(|cases| scope.spawn(|| cases.iter().flat_map(Case::run).collect::<Vec<_>>()));
        threads.into_iter().flat_map(|thread| thread.join().expect("a case does not panic")).collect()
    });
    let count = failures.len();
    assert!(count == 0, "{}\n{count} differences; PAVIOR_BLESS=1 accepts them all\n", failures.join("\n"));
}
