//! Markdown as we write it ourselves, laid out for a terminal: headings, paragraphs, lists, tables, code.

use super::inert::inert;
use super::table::{Align, table};
use super::{Paint, visible};
use annotate_snippets::renderer::{AnsiColor, Style};

/// Lines no longer than this are easy to read.
const WIDEST: usize = 100;

/// The same text without the marks, wrapped to the width of the terminal; code and tables stay as they are.
pub fn markdown_to_terminal(markdown: &str, paint: Paint, width: usize) -> String {
    let width = width.min(WIDEST);
    let markdown = visible(markdown);
    let mut output = String::new();
    let mut lines = markdown.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("```") {
            for code in lines.by_ref().take_while(|line| !line.trim_start().starts_with("```")) {
                output.push_str(&styled(&format!("    {code}"), CODE, paint));
                output.push('\n');
            }
        } else if line.starts_with('|') {
            let mut rows = vec![line];
            rows.extend(std::iter::from_fn(|| lines.next_if(|line| line.starts_with('|'))));
            output.push_str(&aligned(&rows));
        } else if let Some(title) = line.strip_prefix('#') {
            output.push_str(&styled(title.trim_start_matches('#').trim(), HEADING, paint));
            output.push('\n');
        } else if line.trim().is_empty() {
            output.push('\n');
        } else {
            let mut paragraph = line.to_owned();
            while let Some(next) = lines.next_if(|next| continues(next)) {
                paragraph.push(' ');
                paragraph.push_str(next.trim());
            }
            output.push_str(&wrapped(&paragraph, paint, width));
        }
    }
    inert(output)
}

const HEADING: Style = Style::new().bold();
const CODE: Style = AnsiColor::Cyan.on_default();

/// Whether a line goes on with the paragraph above it.
fn continues(line: &str) -> bool {
    let text = line.trim_start();
    let starts_something = ["#", "|", "```", "- ", "* "].iter().any(|mark| text.starts_with(mark));
    !text.is_empty() && !starts_something && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// Rows of a Markdown table; the second, of dashes, is left out.
fn aligned(rows: &[&str]) -> String {
    let cells = |row: &&str| -> Vec<String> {
        let row = row.trim().trim_start_matches('|').trim_end_matches('|').replace("\\|", "\u{0}");
        row.split('|').map(|cell| cell.trim().replace('\u{0}', "|").replace('`', "")).collect()
    };
    let is_rule = |row: &&&str| !row.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '));
    let rows: Vec<Vec<String>> = rows.iter().filter(is_rule).map(cells).collect();
    let Some((header, body)) = rows.split_first() else { return String::new() };
    let columns: Vec<(&str, Align)> = header.iter().map(|title| (title.as_str(), Align::Left)).collect();
    table(&columns, body)
}

/// A paragraph or a list item, its further lines indented like its first word.
fn wrapped(paragraph: &str, paint: Paint, width: usize) -> String {
    let text = paragraph.trim_start();
    let bullet = if text.starts_with("- ") || text.starts_with("* ") { 2 } else { 0 };
    let indent = paragraph.len() - text.len();
    let hanging = " ".repeat(indent + bullet);
    let mut lines = vec![" ".repeat(indent)];
    let mut column = indent;
    for word in words(text) {
        let length = word.chars().filter(|c| *c != '`').count();
        if column + 1 + length > width && column > hanging.len() {
            lines.push(hanging.clone());
            column = hanging.len();
        }
        let line = lines.last_mut().expect("there is always a line");
        if !line.trim_start().is_empty() {
            line.push(' ');
            column += 1;
        }
        line.push_str(&inline(word, paint));
        column += length;
    }
    lines.iter().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Words of a paragraph; a code span is one word, whatever blanks are in it.
fn words(text: &str) -> Vec<&str> {
    let mut in_code = false;
    text.split(move |c: char| {
        if c == '`' {
            in_code = !in_code;
        }
        c == ' ' && !in_code
    })
    .filter(|word| !word.is_empty())
    .collect()
}

/// Code spans in a colour, or in their backticks where there is none.
fn inline(word: &str, paint: Paint) -> String {
    match paint {
        Paint::Plain => word.replace("**", ""),
        Paint::Ansi => word
            .replace("**", "")
            .split('`')
            .enumerate()
            .map(|(index, part)| if index % 2 == 1 { styled(part, CODE, paint) } else { part.to_owned() })
            .collect(),
    }
}

fn styled(text: &str, style: Style, paint: Paint) -> String {
    match paint {
        Paint::Plain => text.to_owned(),
        Paint::Ansi => format!("{style}{text}{style:#}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# link/unknown-owner

A long sentence about `owners of things` that goes on
over two lines.

- one item that is long enough to be wrapped here
- two

| name | default |
|---|---|
| `a` | 1 \\| 2 |

```yaml
owner:   x
```
";

    #[test]
    fn markdown_is_laid_out_for_a_terminal() {
        let expected = "\
link/unknown-owner

A long sentence about `owners of things`
that goes on over two lines.

- one item that is long enough to be
  wrapped here
- two

name  default
a     1 | 2

    owner:   x
";
        assert_eq!(markdown_to_terminal(TEXT, Paint::Plain, 40), expected);
    }

    #[test]
    fn code_and_headings_have_a_style_of_their_own() {
        let text = markdown_to_terminal("# x\n\n`y` z\n", Paint::Ansi, 80);
        assert_eq!(text, "\u{1b}[1mx\u{1b}[0m\n\n\u{1b}[36my\u{1b}[0m z\n");
    }
}
