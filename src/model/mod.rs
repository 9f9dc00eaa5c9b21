//! The words of Pavior as types. Knows no I/O, no YAML, no Kubernetes.

mod field;
mod finding;
pub mod kinds;
mod path;
mod rule;
mod scalars;
mod small_map;
mod span;

pub use field::{FieldPath, NAMING, Step, item_names};
pub use finding::{Finding, Findings, Fix, Label, listed, nearest};
pub use path::{MAX_PATH_BYTES, PathError, RepoPath};
pub(crate) use rule::rules;
pub use rule::{Rule, Severity, intern};
pub use scalars::{
    Count, Date, Duration, HttpsUrl, MAX_NAME, Money, NAME_PATTERN, Name, Percent, Period, Price, PriceUnit,
    QUANTITY_PATTERN, Quantity, Threshold, Timestamp, parse_micros,
};
pub use small_map::SmallMap;
pub use span::{Location, Position, Span};

/// The first 64 bits of a hash of some bytes.
pub fn short_hash(bytes: &[u8]) -> u64 {
    let hash = blake3::hash(bytes);
    let (first, _) = hash.as_bytes().split_first_chunk().expect("a hash has 32 bytes");
    u64::from_le_bytes(*first)
}
