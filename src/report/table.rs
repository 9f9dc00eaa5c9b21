//! Plain tables for terminals: columns padded to their widest cell, no lines.

use super::inert::visible_line;
use std::borrow::Cow;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// A header and rows; columns of every row are those of the header.
pub fn table(columns: &[(&str, Align)], rows: &[Vec<String>]) -> String {
    let header = columns.iter().map(|(title, _)| Cow::Borrowed(*title)).collect();
    let rows = rows.iter().map(|row| row.iter().map(|cell| visible_line(cell)).collect());
    let lines: Vec<Vec<Cow<'_, str>>> = std::iter::once(header).chain(rows).collect();
    let widths: Vec<usize> = (0..columns.len())
        .map(|column| lines.iter().filter_map(|line| line.get(column)).map(|cell| width(cell)).max().unwrap_or(0))
        .collect();
    lines.iter().map(|line| row(line, columns, &widths)).collect()
}

fn row(cells: &[Cow<'_, str>], columns: &[(&str, Align)], widths: &[usize]) -> String {
    let mut line = String::new();
    for ((cell, (_, align)), column_width) in cells.iter().zip(columns).zip(widths) {
        let padding = " ".repeat(column_width - width(cell));
        match align {
            Align::Left => line.extend([cell.as_ref(), &padding]),
            Align::Right => line.extend([&padding, cell.as_ref()]),
        }
        line.push_str("  ");
    }
    line.truncate(line.trim_end().len());
    line.push('\n');
    line
}

fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["local".to_owned(), "11".to_owned()], vec!["é".to_owned(), "4".to_owned()]];
        let expected = "environment  units\nlocal           11\né                4\n";
        assert_eq!(table(&[("environment", Align::Left), ("units", Align::Right)], &rows), expected);
    }
}
