//! Positions of the protocol (lines and UTF-16 units, both from 0) and bytes of a text.

use crate::model::Span;
use lsp_types::{Position, Range, TextDocumentContentChangeEvent};

/// The byte at a position; the end of the line, or of the text, where the position is behind it.
pub fn offset(text: &str, position: Position) -> usize {
    let Some(start) = line_start(text, position.line) else { return text.len() };
    let line = line_at(text, start);
    let mut units = 0;
    for (at, c) in line.char_indices() {
        units += c.len_utf16();
        if units > position.character as usize {
            return start + at;
        }
    }
    start + line.len()
}

/// The position of a byte.
pub fn position(text: &str, offset: usize) -> Position {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count();
    Position { line: line as u32, character: before[start..].encode_utf16().count() as u32 }
}

pub fn range(text: &str, span: Span) -> Range {
    let bytes = span.range();
    Range { start: position(text, bytes.start), end: position(text, bytes.end) }
}

/// The text after an edit of the editor: a range of it is replaced, or all of it.
pub fn edit(text: &mut String, change: TextDocumentContentChangeEvent) {
    match change.range {
        None => *text = change.text,
        Some(range) => {
            let (start, end) = (offset(text, range.start), offset(text, range.end));
            text.replace_range(start..end.max(start), &change.text);
        }
    }
}

fn line_start(text: &str, line: u32) -> Option<usize> {
    match line {
        0 => Some(0),
        line => text.match_indices('\n').nth(line as usize - 1).map(|(newline, _)| newline + 1),
    }
}

/// The line that starts at a byte, without its end.
fn line_at(text: &str, start: usize) -> &str {
    let rest = &text[start..];
    let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
    line.strip_suffix('\r').unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn characters_count_in_units_of_utf_16() {
        let text = "a: é😀x\r\nb";
        assert_eq!(offset(text, at(0, 6)), text.find('x').unwrap());
        assert_eq!(position(text, text.find('x').unwrap()), at(0, 6));
        assert_eq!(offset(text, at(0, 99)), text.find('\r').unwrap());
        assert_eq!(offset(text, at(1, 1)), text.len());
        assert_eq!(offset(text, at(7, 0)), text.len());
    }

    #[test]
    fn an_edit_replaces_its_range_and_nothing_else() {
        let mut text = "name: 😀 cart\n".to_owned();
        let change =
            |range, text: &str| TextDocumentContentChangeEvent { range, range_length: None, text: text.into() };
        edit(&mut text, change(Some(Range { start: at(0, 9), end: at(0, 13) }), "ads"));
        assert_eq!(text, "name: 😀 ads\n");
        edit(&mut text, change(None, "x"));
        assert_eq!(text, "x");
    }

    proptest! {
        #[test]
        fn every_byte_that_starts_a_character_is_found_again(text in "[aé日😀\n ]{0,60}") {
            for (byte, _) in text.char_indices() {
                prop_assert_eq!(offset(&text, position(&text, byte)), byte);
            }
        }
    }
}
