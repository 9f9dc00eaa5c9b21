//! Which deliveries were there before. GitHub gives each an id and keeps it when it delivers again; the id is not signed,
//! so whoever has seen one delivery could send it anew under another: the body is remembered, too.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// `X-GitHub-Delivery`: a UUID.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(String);

impl DeliveryId {
    /// None unless it is a UUID: nothing else is remembered or logged.
    pub fn parse(text: &str) -> Option<DeliveryId> {
        let is_uuid = text.len() == 36
            && text.bytes().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            });
        is_uuid.then(|| DeliveryId(text.to_ascii_lowercase()))
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// To be worked on.
    New,
    /// Delivered again: answered as before, not worked on.
    Again,
    /// The same body under a new id: likewise.
    SameBody,
    /// Another body under an id that was there: not worked on, and told to whoever watches for attacks.
    Conflict,
}

/// The last deliveries, a bounded number of them. What is forgotten is worked on again, which changes nothing: state is
/// read from GitHub, not from deliveries.
#[derive(Debug, Clone)]
pub struct Deliveries {
    most: usize,
    order: VecDeque<(DeliveryId, [u8; 32])>,
    bodies: BTreeMap<DeliveryId, [u8; 32]>,
    ids: BTreeMap<[u8; 32], DeliveryId>,
}

impl Deliveries {
    pub fn new(most: usize) -> Deliveries {
        Deliveries { most: most.max(1), order: VecDeque::new(), bodies: BTreeMap::new(), ids: BTreeMap::new() }
    }

    /// Remembers a delivery whose signature is right.
    pub fn see(&mut self, id: &DeliveryId, event: &str, body: &[u8]) -> Seen {
        let hash = hash(event, body);
        if let Some(known) = self.bodies.get(id) {
            return if *known == hash { Seen::Again } else { Seen::Conflict };
        }
        let seen = if self.ids.contains_key(&hash) { Seen::SameBody } else { Seen::New };
        self.remember(id.clone(), hash);
        seen
    }

    /// It was not worked on after all: when it comes again, it is new.
    pub fn forget(&mut self, id: &DeliveryId) {
        if let Some(hash) = self.bodies.remove(id) {
            self.order.retain(|(other, _)| other != id);
            if self.ids.get(&hash) == Some(id) {
                self.ids.remove(&hash);
            }
        }
    }

    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    fn remember(&mut self, id: DeliveryId, hash: [u8; 32]) {
        if self.order.len() == self.most
            && let Some((oldest, hash)) = self.order.pop_front()
        {
            self.bodies.remove(&oldest);
            if self.ids.get(&hash) == Some(&oldest) {
                self.ids.remove(&hash);
            }
        }
        self.order.push_back((id.clone(), hash));
        self.ids.entry(hash).or_insert_with(|| id.clone());
        self.bodies.insert(id, hash);
    }
}

fn hash(event: &str, body: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(event.len() as u64).to_le_bytes());
    hasher.update(event.as_bytes());
    hasher.update(body);
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u32) -> DeliveryId {
        DeliveryId::parse(&format!("72d3162e-cc78-11e3-81ab-{number:012x}")).unwrap()
    }

    #[test]
    fn a51_a_delivery_is_worked_on_once() {
        let mut deliveries = Deliveries::new(10);
        assert_eq!(deliveries.see(&id(1), "push", b"{}"), Seen::New);
        assert_eq!(deliveries.see(&id(1), "push", b"{}"), Seen::Again);
        assert_eq!(deliveries.len(), 1);
    }

    #[test]
    fn a51_another_body_under_a_known_id_is_a_conflict_and_does_not_replace_it() {
        let mut deliveries = Deliveries::new(10);
        deliveries.see(&id(1), "push", b"{}");
        assert_eq!(deliveries.see(&id(1), "push", b"{ }"), Seen::Conflict);
        assert_eq!(deliveries.see(&id(1), "ping", b"{}"), Seen::Conflict);
        assert_eq!(deliveries.see(&id(1), "push", b"{}"), Seen::Again);
    }

    #[test]
    fn a51_a_known_body_under_a_new_id_is_not_worked_on() {
        let mut deliveries = Deliveries::new(10);
        deliveries.see(&id(1), "push", b"{}");
        assert_eq!(deliveries.see(&id(2), "push", b"{}"), Seen::SameBody);
        assert_eq!(deliveries.see(&id(2), "push", b"{}"), Seen::Again);
        assert_eq!(deliveries.see(&id(3), "ping", b"{}"), Seen::New);
    }

    #[test]
    fn a51_memory_is_bounded_and_the_oldest_goes_first() {
        let mut deliveries = Deliveries::new(3);
        for number in 0..1000 {
            assert_eq!(deliveries.see(&id(number), "push", &number.to_le_bytes()), Seen::New);
        }
        assert_eq!((deliveries.len(), deliveries.bodies.len(), deliveries.ids.len()), (3, 3, 3));
        assert_eq!(deliveries.see(&id(999), "push", &999_u32.to_le_bytes()), Seen::Again);
        assert_eq!(deliveries.see(&id(0), "push", &0_u32.to_le_bytes()), Seen::New);
    }

    #[test]
    fn a51_what_failed_may_come_again() {
        let mut deliveries = Deliveries::new(3);
        deliveries.see(&id(1), "push", b"{}");
        deliveries.forget(&id(1));
        deliveries.forget(&id(2));
        assert!(deliveries.is_empty());
        assert_eq!(deliveries.see(&id(1), "push", b"{}"), Seen::New);
    }

    #[test]
    fn a_delivery_id_is_a_uuid() {
        assert!(DeliveryId::parse("72d3162E-cc78-11e3-81ab-4c9367dc0958").is_some());
        for other in ["", "x", "72d3162e-cc78-11e3-81ab-4c9367dc095\n", "72d3162ecc78-11e3-81ab-4c9367dc09588"] {
            assert_eq!(DeliveryId::parse(other), None, "{other}");
        }
    }
}
