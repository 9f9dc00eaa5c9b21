//! The names that only one can have, with whom they belong to: pairs of hashes, sorted, looked up by halves.

use crate::model::short_hash;

/// Claims of all units of a revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims(Vec<u8>);

/// Two numbers of eight bytes: the claim, and the hash of its owner's name.
const ENTRY: usize = 16;

/// The hash of a name within its scope. Two that meet by chance are taken for one name, and all is compiled: FNV-1a is
/// enough, and costs next to nothing.
pub fn claim(parts: &[&str]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash
}

impl Claims {
    /// Of each owner its claims.
    pub fn of<'n>(owners: impl IntoIterator<Item = (&'n str, &'n [u64])>) -> Claims {
        let mut pairs: Vec<(u64, u64)> = Vec::new();
        for (owner, claims) in owners {
            let owner = short_hash(owner.as_bytes());
            pairs.extend(claims.iter().map(|claim| (*claim, owner)));
        }
        pairs.sort_unstable();
        pairs.dedup();
        Claims(
            pairs.into_iter().flat_map(|(claim, owner)| [claim.to_be_bytes(), owner.to_be_bytes()].concat()).collect(),
        )
    }

    /// What [`Claims::as_bytes`] gave; None for anything else.
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Claims> {
        bytes.len().is_multiple_of(ENTRY).then_some(Claims(bytes))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether somebody else than one of `owners` has the claim.
    pub fn is_taken(&self, claim: u64, owners: &[u64]) -> bool {
        let count = self.0.len() / ENTRY;
        let number = |at: usize| u64::from_be_bytes(self.0[at..at + 8].try_into().expect("eight bytes"));
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = (low + high) / 2;
            if number(middle * ENTRY) < claim { low = middle + 1 } else { high = middle }
        }
        (low..count)
            .take_while(|entry| number(entry * ENTRY) == claim)
            .any(|entry| !owners.contains(&number(entry * ENTRY + 8)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_taken_by_others_only() {
        let claims = Claims::of([("a", [1, 7].as_slice()), ("b", &[7, 9]), ("c", &[9, 9])]);
        let (a, b) = (short_hash(b"a"), short_hash(b"b"));
        assert!(!claims.is_taken(1, &[a]) && claims.is_taken(1, &[b]));
        assert!(claims.is_taken(7, &[a]) && !claims.is_taken(7, &[a, b]));
        assert!(!claims.is_taken(2, &[]));
        assert_eq!(Claims::from_bytes(claims.as_bytes().to_vec()), Some(claims));
        assert_eq!(Claims::from_bytes(vec![0; 15]), None);
    }

    #[test]
    fn scope_and_name_are_told_apart() {
        assert_ne!(claim(&["a", "bc"]), claim(&["ab", "c"]));
    }
}
