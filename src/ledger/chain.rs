//! Records as a chain: each names the hash of the one before, so that none can be edited, removed or moved unseen, and
//! the last one's number and hash stand for all.

use super::hash::Sha;
use super::record::{Entry, Record, Writer};
use crate::model::Timestamp;
use std::collections::BTreeSet;
use std::fmt;

/// The last record by its number and its hash: `41:3f9c…`. What is published outside the writer's reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub number: u64,
    pub hash: Sha,
    pub at: Option<Timestamp>,
}

impl Head {
    /// Of a ledger without records.
    pub const EMPTY: Head = Head { number: 0, hash: Sha::ZERO, at: None };

    /// The records of these entries behind this head, with their canonical bytes, and the head behind them.
    pub fn append(self, now: Timestamp, writer: &Writer, entries: Vec<Entry>) -> (Vec<String>, Head) {
        let mut head = self;
        let texts = entries.into_iter().map(|entry| {
            // A clock that was set back does not turn the ledger's time.
            let at = head.at.map_or(now, |last| last.max(now));
            let record = Record { number: head.number + 1, previous: head.hash, at, writer: writer.clone(), entry };
            let text = record.canonical();
            head = Head { number: record.number, hash: Sha::of(text.as_bytes()), at: Some(at) };
            text
        });
        (texts.collect(), head)
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

/// A head that was published: `41:3f9c…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    pub number: u64,
    pub hash: Sha,
}

impl Published {
    pub fn parse(text: &str) -> Option<Published> {
        let (number, hash) = text.trim().split_once(':')?;
        let is_plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let published = Published { number: is_plain.then(|| number.parse().ok())??, hash: Sha::parse(hash)? };
        // Before the first record there is nothing, and its hash is known.
        (published.number > 0 || published.hash == Sha::ZERO).then_some(published)
    }
}

/// The first record that is not as it should be, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record {number} {why}")]
pub struct Bad {
    pub number: u64,
    pub why: Why,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    #[error("is missing: the one that was published, {published}, is behind it")]
    Truncated { published: u64 },
    #[error("is missing: {found} stands in its place")]
    Missing { found: u64 },
    #[error("is not the one that was published: its hash is {found}, and {published} was published")]
    NotPublished { found: Sha, published: Sha },
    #[error("is not the one that record {by} follows: its hash is {found}, and {named} is what was followed")]
    Changed { by: u64, named: Sha, found: Sha },
    #[error("does not follow the one before it: it names {named}, and that one's hash is {found}")]
    Unchained { named: Sha, found: Sha },
    #[error("is from before the one before it ({at}, {before})")]
    Backwards { at: Timestamp, before: Timestamp },
    #[error("ends record {began}, which began nothing that is open")]
    EndsNothing { began: u64 },
    #[error("returns lease {lease}, which nobody holds")]
    ReturnsNothing { lease: u64 },
    #[error("extends lease {lease}, which nobody holds")]
    ExtendsNothing { lease: u64 },
    #[error("is not in canonical form: it was not written by Pavior")]
    NotCanonical,
    #[error("cannot be read: {0}")]
    Unreadable(String),
}

/// Reads and checks records one by one, in their order.
#[derive(Debug, Clone)]
pub struct Verifier {
    head: Head,
    published: Vec<Published>,
    open: BTreeSet<u64>,
    leases: BTreeSet<u64>,
}

impl Verifier {
    /// Every published head has to be found in its place.
    pub fn new(published: Vec<Published>) -> Verifier {
        Verifier { head: Head::EMPTY, published, open: BTreeSet::new(), leases: BTreeSet::new() }
    }

    /// The last record that was read.
    pub fn head(&self) -> Head {
        self.head
    }

    /// The next record, by the number that it is filed under.
    ///
    /// # Errors
    /// When it is not the one that should stand here.
    pub fn read(&mut self, number: u64, bytes: &[u8]) -> Result<Record, Bad> {
        let expected = self.head.number + 1;
        let bad = |why| Bad { number: expected, why };
        if number != expected {
            return Err(bad(Why::Missing { found: number }));
        }
        let record: Record = serde_json::from_slice(bytes).map_err(|error| bad(Why::Unreadable(error.to_string())))?;
        if record.canonical().as_bytes() != bytes {
            return Err(bad(Why::NotCanonical));
        }
        if record.number != expected {
            return Err(bad(Why::Missing { found: record.number }));
        }
        if record.previous != self.head.hash {
            return Err(bad(Why::Unchained { named: record.previous, found: self.head.hash }));
        }
        if let Some(before) = self.head.at.filter(|before| record.at < *before) {
            return Err(bad(Why::Backwards { at: record.at, before }));
        }
        let hash = Sha::of(bytes);
        if let Some(published) = self.published.iter().find(|one| one.number == expected && one.hash != hash) {
            return Err(bad(Why::NotPublished { found: hash, published: published.hash }));
        }
        match &record.entry {
            Entry::Began(_) => drop(self.open.insert(expected)),
            Entry::Ended { began, .. } if !self.open.remove(began) => {
                return Err(bad(Why::EndsNothing { began: *began }));
            }
            Entry::Leased { .. } => drop(self.leases.insert(expected)),
            Entry::Extended { lease, .. } if !self.leases.contains(lease) => {
                return Err(bad(Why::ExtendsNothing { lease: *lease }));
            }
            Entry::Returned { lease } if !self.leases.remove(lease) => {
                return Err(bad(Why::ReturnsNothing { lease: *lease }));
            }
            _ => {}
        }
        self.head = Head { number: expected, hash, at: Some(record.at) };
        Ok(record)
    }

    /// The same, with the record behind it at hand, which is asked for only where two do not fit: it tells which of them was
    /// changed.
    ///
    /// # Errors
    /// With the record that is not the one that should stand here.
    pub fn read_before<B: AsRef<[u8]>>(
        &mut self,
        number: u64,
        bytes: &[u8],
        next: impl FnOnce() -> Option<B>,
    ) -> Result<Record, Bad> {
        self.read(number, bytes).map_err(|bad| match bad.why {
            Why::Unchained { named, found } if !self.is_contradicted(bad.number, bytes, next()) => {
                Bad { number: bad.number - 1, why: Why::Changed { by: bad.number, named, found } }
            }
            _ => bad,
        })
    }

    /// Whether this record is not the one that was followed, or published, itself.
    fn is_contradicted(&self, number: u64, bytes: &[u8], next: Option<impl AsRef<[u8]>>) -> bool {
        let hash = Sha::of(bytes);
        let next = next.and_then(|bytes| serde_json::from_slice::<Record>(bytes.as_ref()).ok());
        let is_followed = next.is_none_or(|next| next.previous == hash);
        let published = |of: u64| self.published.iter().find(move |one| one.number == of).map(|one| one.hash);
        let is_former_vouched = published(number - 1) == Some(self.head.hash);
        number < 2 || !is_followed || is_former_vouched || published(number).is_some_and(|published| published != hash)
    }

    /// What the ledger ends with.
    ///
    /// # Errors
    /// When a head was published that the ledger does not reach.
    pub fn end(self) -> Result<Head, Bad> {
        match self.published.iter().map(|one| one.number).max() {
            Some(published) if published > self.head.number => {
                Err(Bad { number: self.head.number + 1, why: Why::Truncated { published } })
            }
            _ => Ok(self.head),
        }
    }
}
