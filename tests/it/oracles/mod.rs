//! What has to hold whatever comes in: an oracle for each part that reads or writes text of others.
//!
//! Bytes come in; an oracle panics where a law is broken, and says how deep the input has led, so that a corpus that is
//! refused at the door is noticed. `fuzz/` feeds them with libFuzzer on nightly, `seeds.rs` with the committed seeds in
//! every run of the tests. They know nothing of either.

pub mod declarations;
pub mod deliveries;
pub mod deploys;
pub mod diffs;
pub mod edits;
pub mod editor;
pub mod expressions;
pub mod hcl;
pub mod imports;
pub mod judge;
pub mod manifests;
pub mod placeholders;
pub mod renderers;
pub mod score;
pub mod words;
pub mod world;
pub mod yaml;

/// How deep an input has led.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// It is nothing that the part reads.
    Refused,
    /// It was read, and has mistakes, which were told.
    Told,
    /// It went all the way: parsed whole, evaluated, compiled and read back, or rendered.
    Through,
}

/// The oracle of one target.
pub type Oracle = fn(&[u8]) -> Reached;

/// Every target with its oracle.
pub const ALL: [(&str, Oracle); 14] = [
    ("yaml", yaml::holds),
    ("placeholders", placeholders::holds),
    ("expressions", expressions::holds),
    ("hcl", hcl::holds),
    ("manifests", manifests::holds),
    ("declarations", declarations::holds),
    ("edits", edits::holds),
    ("deliveries", deliveries::holds),
    ("deploys", deploys::holds),
    ("score", score::holds),
    ("imports", imports::holds),
    ("renderers", renderers::holds),
    ("diffs", diffs::holds),
    ("editor", editor::holds),
];
