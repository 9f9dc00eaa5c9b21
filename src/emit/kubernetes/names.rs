//! Names that fit their limits: readable, and when cut, ended by 64 bits of a hash, so that different names stay
//! different.

/// Sixteen hexadecimal digits, 64 bits, that stand for the parts.
pub fn fingerprint<'p>(parts: impl IntoIterator<Item = &'p str>) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let hash = hasher.finalize();
    hash.as_bytes()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `name` if it is no longer than `limit`, else its beginning and its fingerprint.
pub fn fit(name: &str, limit: usize) -> String {
    if name.len() <= limit {
        return name.to_owned();
    }
    with_suffix(name, &fingerprint([name]), limit)
}

/// `name-suffix`, the name cut so that the whole is no longer than `limit`. The suffix tells names apart.
pub fn with_suffix(name: &str, suffix: &str, limit: usize) -> String {
    let mut end = name.len().min(limit.saturating_sub(suffix.len() + 1));
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}-{suffix}", name[..end].trim_end_matches(['-', '_', '.']))
}

/// Letters, digits and hyphens of `text`, everything else a hyphen: the readable part of a name. Not unique.
pub fn readable(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    plain.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_fits_is_kept() {
        assert_eq!(fit("cart", 63), "cart");
        assert_eq!(fit(&"x".repeat(52), 52), "x".repeat(52));
    }

    #[test]
    fn long_names_that_share_a_beginning_stay_different() {
        let (one, two) = (format!("{}-one", "x".repeat(60)), format!("{}-two", "x".repeat(60)));
        assert_ne!(fit(&one, 52), fit(&two, 52));
        assert_eq!(fit(&one, 52).len(), 52);
        assert!(fit(&one, 52).starts_with("xxxxxxxx"));
    }

    #[test]
    fn a_cut_name_ends_no_part_with_a_hyphen() {
        assert_eq!(with_suffix("abc-def", "0123", 9), "abc-0123");
    }

    #[test]
    fn parts_are_hashed_apart() {
        assert_ne!(fingerprint(["ab", "c"]), fingerprint(["a", "bc"]));
    }
}
