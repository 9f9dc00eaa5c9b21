//! What regorus says went wrong, and where: it tells both in one text.

use crate::model::{Location, RepoPath, Span};

/// A message with its place.
pub struct Trouble {
    pub location: Location,
    pub message: String,
}

/// The place in `text` that an error names; the file as a whole where it names none.
pub fn trouble(error: &anyhow::Error, path: &RepoPath, text: &str) -> Trouble {
    trouble_moved(error, path, text, |_, column| column)
}

/// The same for a text that was longer in some lines: line and column in, column out.
pub fn trouble_moved(
    error: &anyhow::Error,
    path: &RepoPath,
    text: &str,
    moved: impl Fn(usize, usize) -> usize,
) -> Trouble {
    let told = format!("{error:#}");
    let message = message_of(&told);
    let location = place_of(&told)
        .map_or_else(|| Location::file(path.clone()), |(_, line, column)| at(path, text, line, moved(line, column)));
    Trouble { location, message }
}

/// The file that an error names.
pub fn file_of(error: &anyhow::Error) -> Option<String> {
    place_of(&format!("{error:#}")).map(|(file, _, _)| file.to_owned())
}

/// Columns that regorus counts for a tab.
const TAB: usize = 4;

/// A line and a column as regorus counts them, both from 1, as a place of one character or, at the end of a line, none.
pub fn at(path: &RepoPath, text: &str, line: usize, column: usize) -> Location {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text[start..].split('\n').next().unwrap_or_default();
    let mut counted = 1;
    let mut is_before = |c: char| {
        let before = counted < column;
        counted += if c == '\t' { TAB } else { 1 };
        before
    };
    let word = rest.char_indices().find(|(_, c)| !is_before(*c)).map_or(rest.len(), |(offset, _)| offset);
    let is_of_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let mut length = rest[word..].chars().take_while(|c| is_of_word(*c)).map(char::len_utf8).sum::<usize>();
    if length == 0 {
        length = rest[word..].chars().next().map_or(0, char::len_utf8);
    }
    Location::in_text(path.clone(), text, Span::new(start + word, start + word + length))
}

/// `--> policies/a.rego:3:5`
fn place_of(told: &str) -> Option<(&str, usize, usize)> {
    let place = told.split("--> ").nth(1)?.lines().next()?;
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some((file, line.trim().parse().ok()?, column.trim().parse().ok()?))
}

/// The last `error: ...`, in one line.
fn message_of(told: &str) -> String {
    let last = told.rsplit("error: ").next().unwrap_or(told);
    last.lines().next().unwrap_or_default().trim().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_becomes_a_place_and_a_message() {
        let path = RepoPath::literal("policies/a.rego");
        let error = anyhow::anyhow!("\n--> policies/a.rego:2:3\n  |\n2 | b cd e\n  |   ^\nerror: unexpected `cd`");
        let Trouble { location, message } = trouble(&error, &path, "a\nb cd e\n");
        assert_eq!((location.start.line, location.start.column, location.end.column), (2, 3, 5));
        assert_eq!(message, "unexpected `cd`");
        assert_eq!(file_of(&error).as_deref(), Some("policies/a.rego"));
    }

    #[test]
    fn a_tab_is_four_columns_of_regorus_and_one_of_ours() {
        let location = at(&RepoPath::literal("a.rego"), "\tab cd", 1, 5);
        assert_eq!((location.start.column, location.end.column), (2, 4));
    }

    #[test]
    fn a_place_beyond_the_text_is_its_end() {
        let location = at(&RepoPath::literal("a.rego"), "a\n", 9, 9);
        assert_eq!((location.start.line, location.start.column), (2, 1));
    }
}
