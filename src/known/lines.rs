//! Sorted lines `key TAB value`, looked up by halves.

/// The value behind a key.
pub fn value<'t>(lines: &'t str, key: &str) -> Option<&'t str> {
    let line = lines[place(lines, key)..].split('\n').next()?;
    line.strip_prefix(key)?.strip_prefix('\t')
}

/// All lines whose key begins so, without that beginning.
pub fn beginning<'t>(lines: &'t str, key: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
    lines[place(lines, key)..].lines().map_while(move |line| line.strip_prefix(key)?.split_once('\t'))
}

/// Where the first line begins whose key is not less.
fn place(lines: &str, key: &str) -> usize {
    let (mut low, mut high) = (0, lines.len());
    while low < high {
        let middle = (low..=(low + high) / 2).rev().find(|at| lines.is_char_boundary(*at)).unwrap_or(low);
        let start = lines[low..middle].rfind('\n').map_or(low, |at| low + at + 1);
        let end = lines[start..].find('\n').map_or(lines.len(), |at| start + at);
        let line = &lines[start..end];
        match line.split_once('\t').map_or(line, |(key, _)| key) < key {
            true => low = (end + 1).min(lines.len()),
            false => high = start,
        }
    }
    low
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
