//! Where something stands in a file.

use super::RepoPath;
use std::ops::Range;

/// A range of bytes of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Span {
        let narrow = |offset: usize| u32::try_from(offset).expect("files are capped far below 4 GiB");
        Span { start: narrow(start), end: narrow(end) }
    }

    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A line and column, both from 1; columns count Unicode scalar values, as editors and compilers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

impl Position {
    pub const START: Position = Position { line: 1, column: 1 };

    /// The position of a byte offset of `text`.
    pub fn of(text: &str, offset: usize) -> Position {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = columns(&before[line_start..]) + 1;
        Position { line: line as u32, column: column as u32 }
    }

    /// The position behind a part of the text that starts here.
    fn behind(self, part: &str) -> Position {
        match part.rfind('\n') {
            None => Position { column: self.column + columns(part) as u32, ..self },
            Some(last) => {
                let lines = part.bytes().filter(|byte| *byte == b'\n').count();
                Position { line: self.line + lines as u32, column: columns(&part[last + 1..]) as u32 + 1 }
            }
        }
    }
}

/// How many columns a part of a line takes; a mark of the byte order takes none.
fn columns(part: &str) -> usize {
    part.chars().filter(|c| *c != '\u{feff}').count()
}

/// A place in a file that a person can go to. Without a span, the whole file is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    pub path: RepoPath,
    pub start: Position,
    pub end: Position,
    pub span: Option<Span>,
}

impl Location {
    /// The file as a whole.
    pub fn file(path: RepoPath) -> Location {
        Location { path, start: Position::START, end: Position::START, span: None }
    }

    /// A range of bytes of a file with this text.
    pub fn in_text(path: RepoPath, text: &str, span: Span) -> Location {
        let Range { start, end } = span.range();
        let from = Position::of(text, start);
        // Lines are counted once: a span is short, and may stand far from the beginning.
        let to = text.get(start..end).map_or_else(|| Position::of(text, end), |part| from.behind(part));
        Location { path, start: from, end: to, span: Some(span) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_count_characters_and_start_at_one() {
        let text = "a: é\nbc: d";
        assert_eq!(Position::of(text, 0), Position { line: 1, column: 1 });
        assert_eq!(Position::of(text, 5), Position { line: 1, column: 5 });
        assert_eq!(Position::of(text, 6), Position { line: 2, column: 1 });
        assert_eq!(Position::of(text, 999), Position { line: 2, column: 6 });
    }

    proptest! {
        #[test]
        fn both_ends_of_a_span_are_counted_alike(text in "[ab\n\u{feff}é]{0,30}", start in 0usize..40, length in 0usize..40) {
            let location = Location::in_text(RepoPath::literal("a"), &text, Span::new(start, start + length));
            prop_assert_eq!(location.start, Position::of(&text, start));
            prop_assert_eq!(location.end, Position::of(&text, start + length));
        }
    }
}
