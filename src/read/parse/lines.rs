//! Lines and columns of many places of one text, without counting from its start each time.

use crate::model::Position;

/// How many bytes lie between two places that are remembered.
const STEP: usize = 4_096;

/// A text with the positions of some of its bytes.
pub(super) struct Lines<'t> {
    text: &'t str,
    /// By offset, each on the boundary of a character.
    known: Vec<(usize, Position)>,
}

impl<'t> Lines<'t> {
    pub fn new(text: &'t str) -> Lines<'t> {
        let mut known = vec![(0, Position::START)];
        let (mut position, mut next) = (Position::START, STEP);
        for (offset, c) in text.char_indices() {
            if offset >= next {
                known.push((offset, position));
                next = offset + STEP;
            }
            position = after(position, c);
        }
        Lines { text, known }
    }

    /// The same as [`Position::of`].
    pub fn position(&self, offset: usize) -> Position {
        let index = self.known.partition_point(|(known, _)| *known <= offset).saturating_sub(1);
        let (start, position) = self.known[index];
        self.text[start..]
            .char_indices()
            .take_while(|(at, c)| start + at + c.len_utf8() <= offset)
            .fold(position, |position, (_, c)| after(position, c))
    }
}

fn after(position: Position, c: char) -> Position {
    match c {
        '\n' => Position { line: position.line + 1, column: 1 },
        // Shown by no editor, so counted by none.
        '\u{feff}' => position,
        _ => Position { column: position.column + 1, ..position },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn positions_are_those_of_the_model(text in "([aé日😀\u{feff} ]{0,40}\n?){0,400}", part in 0.0..1.2_f64) {
            let offset = (text.len() as f64 * part) as usize;
            prop_assert_eq!(Lines::new(&text).position(offset), Position::of(&text, offset));
        }
    }
}
