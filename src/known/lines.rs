//! Sorted lines `key TAB value`, looked up by halves.

/// The value behind a key.
pub fn value<'t>(lines: &'t str, key: &str) -> Option<&'t str> {
    let (mut low, mut high) = (0, lines.len());
    while low < high {
        let middle = (low + high) / 2;
        // Where a line begins and ends is the end of no character, so that bytes can be cut there.
        let middle = (low..=middle).rev().find(|at| lines.is_char_boundary(*at)).unwrap_or(low);
        let start = lines[low..middle].rfind('\n').map_or(low, |at| low + at + 1);
        let end = lines[start..].find('\n').map_or(lines.len(), |at| start + at);
        let (found, value) = lines[start..end].split_once('\t')?;
        match found.cmp(key) {
            std::cmp::Ordering::Equal => return Some(value),
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    None
}

/// All lines whose key begins so, without that beginning.
pub fn beginning<'t>(lines: &'t str, key: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
    lines.lines().filter_map(move |line| line.strip_prefix(key)?.split_once('\t'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn what_is_there_is_found_and_nothing_else(
            map in prop::collection::btree_map("[a-c/]{1,4}", "[a-z\t]{0,5}", 0..20),
            other in "[a-c/]{1,4}",
        ) {
            let map: BTreeMap<String, String> = map;
            let lines: String = map.iter().map(|(key, value)| format!("{key}\t{value}\n")).collect();
            for (key, text) in &map {
                prop_assert_eq!(value(&lines, key), Some(text.as_str()));
            }
            prop_assert_eq!(value(&lines, &other), map.get(&other).map(String::as_str));
        }
    }
}
