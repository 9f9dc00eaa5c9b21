//! Files as they lie there, and as they are read: with a byte order mark and the line ends of Windows, and without.

use std::borrow::Cow;

const MARK: char = '\u{feff}';

/// A file's text as every stage reads it.
pub fn as_read(raw: &str) -> Cow<'_, str> {
    let text = raw.strip_prefix(MARK).unwrap_or(raw);
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}

/// An edited text as it is to be written in place of `raw`: what is the same keeps its bytes, and new lines end as others
/// of the file do.
pub fn as_written(raw: &str, edited: &str) -> String {
    let read = as_read(raw);
    let before = common(read.chars().zip(edited.chars()));
    let (read_rest, edited_rest) = (&read[before..], &edited[before..]);
    let after = common(read_rest.chars().rev().zip(edited_rest.chars().rev()));
    let new = &edited_rest[..edited_rest.len() - after];
    let new = if raw.contains("\r\n") { new.replace('\n', "\r\n") } else { new.to_owned() };
    [&raw[..raw_offset(raw, before)], &new, &raw[raw_offset(raw, read.len() - after)..]].concat()
}

/// How many bytes of two texts are the same.
fn common(pairs: impl Iterator<Item = (char, char)>) -> usize {
    pairs.take_while(|(one, other)| one == other).map(|(one, _)| one.len_utf8()).sum()
}

/// Where a byte of the text as it is read stands in the file.
fn raw_offset(raw: &str, offset: usize) -> usize {
    let mark = if raw.starts_with(MARK) { MARK.len_utf8() } else { 0 };
    // Nothing stands before the mark.
    let (mut read, mut rest) = (0, &raw[mark..]);
    while read < offset {
        let next = if rest.starts_with("\r\n") { 2 } else { rest.chars().next().map_or(1, char::len_utf8) };
        read += if next == 2 && rest.starts_with('\r') { 1 } else { next };
        rest = rest.get(next..).unwrap_or_default();
    }
    raw.len() - rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn new_lines_end_as_others_do_and_old_ones_as_they_did() {
        assert_eq!(as_written("\u{feff}a: 1\r\nb: 2\n", "a: 1\nx: 3\nb: 2\n"), "\u{feff}a: 1\r\nx: 3\r\nb: 2\n");
        assert_eq!(as_written("a: 1\nb: 2", "a: 1\nb: 3"), "a: 1\nb: 3");
        assert_eq!(as_written("", "a: 1\n"), "a: 1\n");
        assert_eq!(as_written("a: 1\r\n", "a: 1\nb: é\n"), "a: 1\r\nb: é\r\n");
    }

    proptest! {
        #[test]
        fn what_was_not_edited_is_written_as_it_was(raw in "\u{feff}?([aé]|\r\n|\n){0,20}") {
            prop_assert_eq!(as_written(&raw, &as_read(&raw)), raw);
        }

        #[test]
        fn what_is_written_is_read_as_it_was_edited(raw in "\u{feff}?([aé]|\r\n|\n){0,20}", edited in "[aé\n]{0,20}") {
            let written = as_written(&raw, &edited);
            prop_assert_eq!(as_read(&written), edited);
        }
    }
}
