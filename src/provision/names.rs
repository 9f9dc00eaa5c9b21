//! Deterministic names, and the proof that no two things have the same one.

/// The shortest limit a name can be cut to: one readable character, a hyphen and the hash.
pub const MIN_SHORT_NAME: usize = 2 + HASH_DIGITS;

/// 64 bits of hash.
const HASH_DIGITS: usize = 16;

/// The name itself if it fits, else its readable beginning and a hash of the whole. None below [`MIN_SHORT_NAME`].
pub fn short_name(full: &str, max: usize) -> Option<String> {
    if full.len() <= max {
        return Some(full.to_owned());
    }
    if max < MIN_SHORT_NAME {
        return None;
    }
    let hash = &blake3::hash(full.as_bytes()).to_hex()[..HASH_DIGITS];
    let mut cut = max - HASH_DIGITS - 1;
    while !full.is_char_boundary(cut) {
        cut -= 1;
    }
    Some(format!("{}-{hash}", full[..cut].trim_end_matches(['-', '.'])))
}
