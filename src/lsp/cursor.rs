//! Where in a YAML text the cursor is, also while the text is no YAML yet: by indentation and brackets alone.

use super::flow::{self, Frame};
use std::ops::Range;

/// What is being written, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Keys and indexes from the root of the document to the mapping, list or value that the cursor is in.
    pub route: Vec<String>,
    pub slot: Slot,
    /// The bytes of what is being written, quotes included.
    pub written: Range<usize>,
    /// Keys that the mapping at the cursor has besides.
    pub siblings: Vec<String>,
    /// Inside brackets: everything on one line.
    pub in_flow: bool,
    /// The column where what is being written begins.
    pub column: usize,
    /// The bytes of the document, among those of the file.
    pub document: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// A key of the mapping at the route.
    Key,
    /// The value at the route.
    Value,
    /// A bare word below the route: a key, if a mapping stands there, or else a value.
    Open,
}

/// A key or list item of block style, with the column it starts at.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    Key { column: usize, key: String },
    Item { column: usize, index: usize },
}

/// Reads from the start of the document to the cursor.
pub fn cursor(text: &str, offset: usize) -> Cursor {
    let document = document_around(text, offset);
    let mut blocks: Vec<Block> = Vec::new();
    let mut at = document.start;
    while at <= document.end {
        let line_end = end_of_line(text, at).min(document.end);
        let line = &text[at..line_end];
        let content = line.trim_start();
        let is_here = offset <= line_end;
        if !is_here && (content.is_empty() || content.starts_with('#')) {
            at = line_end + 1;
            continue;
        }
        let Line { column, word, key } = read_line(line, &mut blocks, is_here.then_some(offset.saturating_sub(at)));
        let start = at + word.start;
        let Some((key, value)) = key.filter(|(_, value)| !is_here || offset >= at + value) else {
            // A list of values, or of flow mappings.
            if text[start..].starts_with(['{', '[']) && offset > start {
                match flow::read(text, start, offset, flow_limit(text, start, column, document.end)) {
                    flow::Read::Closed { end } => at = end_of_line(text, end) + 1,
                    flow::Read::Here(flow) => return flow_cursor(&blocks, flow, document),
                }
            } else if is_here {
                let written = start.min(offset)..if offset < start { offset } else { offset.max(at + word.end) };
                return block_cursor(text, &blocks, (written, column), Slot::Open, document);
            } else {
                at = line_end + 1;
            }
            continue;
        };
        blocks.push(Block::Key { column, key });
        let value_start = at + value + leading_spaces(&text[at + value..line_end]);
        let first = text[value_start..].chars().next().filter(|_| value_start < line_end);
        match first {
            Some('{' | '[') if offset > value_start => {
                match flow::read(text, value_start, offset, flow_limit(text, value_start, column, document.end)) {
                    flow::Read::Closed { end } => at = end_of_line(text, end) + 1,
                    flow::Read::Here(flow) => return flow_cursor(&blocks, flow, document),
                }
            }
            Some('|' | '>') if offset > line_end => {
                at = after_block_scalar(text, line_end + 1, column, document.end);
                if offset < at {
                    let word = line_start(text, offset)..end_of_line(text, offset);
                    return block_cursor(text, &blocks, (word, column), Slot::Value, document);
                }
            }
            _ if is_here => {
                let end = value_start + scalar_length(&text[value_start..line_end]);
                let word = value_start.min(offset)..end.max(offset);
                return block_cursor(text, &blocks, (word, column), Slot::Value, document);
            }
            _ => at = line_end + 1,
        }
    }
    block_cursor(text, &[], (offset..offset, 0), Slot::Open, document)
}

/// One line of block style.
struct Line {
    column: usize,
    /// Bytes of the first word, from the start of the line.
    word: Range<usize>,
    /// The key, and where its value starts.
    key: Option<(String, usize)>,
}

/// Takes items and keys that end here off, puts items that begin here on.
fn read_line(line: &str, blocks: &mut Vec<Block>, cursor: Option<usize>) -> Line {
    let mut column = leading_spaces(line);
    if let Some(cursor) = cursor.filter(|cursor| line.trim().is_empty() || *cursor < column) {
        column = cursor;
    }
    while line[column..].starts_with("- ") || &line[column..] == "-" {
        let is_before = |cursor: usize| cursor <= column;
        if cursor.is_some_and(is_before) {
            break;
        }
        let index = pop_for_item(blocks, column);
        blocks.push(Block::Item { column, index });
        let after = (column + 1).min(line.len());
        column = after + leading_spaces(&line[after..]);
    }
    pop_for_key(blocks, column);
    let rest = &line[column..];
    match key_of(rest) {
        Some((key, length)) => Line { column, word: column..column + length, key: Some((key, column + length + 1)) },
        None => Line { column, word: column..column + scalar_length(rest), key: None },
    }
}

fn pop_for_key(blocks: &mut Vec<Block>, column: usize) {
    while blocks.last().is_some_and(|block| match block {
        Block::Key { column: own, .. } | Block::Item { column: own, .. } => *own >= column,
    }) {
        blocks.pop();
    }
}

/// The index of the item that begins at this column.
fn pop_for_item(blocks: &mut Vec<Block>, column: usize) -> usize {
    let mut index = 0;
    while let Some(block) = blocks.last() {
        match block {
            Block::Item { column: own, index: last } if *own == column => index = last + 1,
            Block::Item { column: own, .. } | Block::Key { column: own, .. } if *own > column => {}
            Block::Item { .. } | Block::Key { .. } => break,
        }
        blocks.pop();
    }
    index
}

/// `key:` at the start of a text, and how long the key is as it is written.
fn key_of(text: &str) -> Option<(String, usize)> {
    let ends = |rest: &str| rest.is_empty() || rest.starts_with([' ', '\t']);
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let length = text[1..].find(quote)? + 2;
        let rest = text[length..].strip_prefix(':')?;
        return ends(rest).then(|| (text[1..length - 1].to_owned(), length));
    }
    if text.starts_with(['{', '[', '#', '|', '>', '&', '*', '!']) {
        return None;
    }
    let (at, _) = text.match_indices(':').find(|(at, _)| ends(&text[at + 1..]))?;
    let key = text[..at].trim_end();
    (!key.is_empty() && !key.contains(" #")).then(|| (key.to_owned(), at))
}

fn block_cursor(
    text: &str,
    blocks: &[Block],
    (written, column): (Range<usize>, usize),
    slot: Slot,
    document: Range<usize>,
) -> Cursor {
    let siblings = match slot {
        Slot::Value => Vec::new(),
        Slot::Key | Slot::Open => siblings(text, &document, written.start, column),
    };
    Cursor { route: route(blocks), slot, written, siblings, in_flow: false, column, document }
}

fn flow_cursor(blocks: &[Block], flow: flow::Flow, document: Range<usize>) -> Cursor {
    let mut route = route(blocks);
    let slot = match flow.frames.last() {
        Some(Frame::Mapping { key: None }) => Slot::Key,
        Some(Frame::Mapping { key: Some(_) }) => Slot::Value,
        Some(Frame::List { .. }) | None => Slot::Open,
    };
    route.extend(flow.frames.into_iter().filter_map(|frame| match frame {
        Frame::Mapping { key } => key,
        Frame::List { index } => Some(index.to_string()),
    }));
    Cursor { route, slot, written: flow.written, siblings: flow.siblings, in_flow: true, column: 0, document }
}

fn route(blocks: &[Block]) -> Vec<String> {
    let step = |block: &Block| match block {
        Block::Key { key, .. } => key.clone(),
        Block::Item { index, .. } => index.to_string(),
    };
    blocks.iter().map(step).collect()
}

/// The other keys at this column, up and down to where the mapping ends.
fn siblings(text: &str, document: &Range<usize>, here: usize, column: usize) -> Vec<String> {
    let here = line_start(text, here).max(document.start);
    let key = |line: &str| -> Result<Option<String>, ()> {
        let content = line.trim_start_matches(' ');
        let items = content.len() - content.trim_start_matches("- ").len();
        let own = leading_spaces(line);
        match own + items {
            _ if content.is_empty() || content.starts_with('#') || own > column => Ok(None),
            start if start == column => Ok(key_of(&line[column..]).map(|(key, _)| key)),
            _ => Err(()),
        }
    };
    let begins_item = |line: &str| line.trim_start_matches(' ').starts_with("- ") && leading_spaces(line) < column;
    let mut found = Vec::new();
    let here_begins = begins_item(&text[here..end_of_line(text, here)]);
    if !here_begins {
        for line in text[document.start..here].lines().rev() {
            match key(line) {
                Ok(sibling) => found.extend(sibling),
                Err(()) => break,
            }
            if begins_item(line) && leading_spaces(line) < column && key(line).is_ok_and(|key| key.is_some()) {
                break;
            }
        }
    }
    for line in text[end_of_line(text, here).min(document.end)..document.end].lines().skip(1) {
        match key(line) {
            Ok(_) if begins_item(line) && leading_spaces(line) < column => break,
            Ok(sibling) => found.extend(sibling),
            Err(()) => break,
        }
    }
    found
}

/// How far a flow that is not closed may reach: to a line that is indented no deeper than its key.
fn flow_limit(text: &str, start: usize, column: usize, end: usize) -> usize {
    let mut at = end_of_line(text, start) + 1;
    while at < end {
        let line = &text[at..end_of_line(text, at)];
        if !line.trim().is_empty() && leading_spaces(line) <= column && !line.trim_start().starts_with(['}', ']']) {
            return at;
        }
        at = end_of_line(text, at) + 1;
    }
    end
}

fn after_block_scalar(text: &str, start: usize, column: usize, end: usize) -> usize {
    let mut at = start;
    while at < end {
        let line = &text[at..end_of_line(text, at)];
        if !line.trim().is_empty() && leading_spaces(line) <= column {
            return at;
        }
        at = end_of_line(text, at) + 1;
    }
    end + 1
}

/// From one `---` to the next.
fn document_around(text: &str, offset: usize) -> Range<usize> {
    let is_mark = |at: usize| {
        let line = &text[at..end_of_line(text, at)];
        line == "---" || line.starts_with("--- ")
    };
    let starts = || std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1));
    let start = starts().rfind(|at| *at <= offset && is_mark(*at)).map_or(0, |at| end_of_line(text, at));
    let start = if start > offset { 0 } else { start + usize::from(text[start..].starts_with('\n')) };
    let end = starts().find(|at| *at > offset && is_mark(*at)).map_or(text.len(), |at| at - 1);
    start.min(offset)..end.max(offset)
}

fn leading_spaces(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

/// Without a comment behind it.
fn scalar_length(text: &str) -> usize {
    text.find(" #").map_or(text, |comment| &text[..comment]).trim_end().len()
}

fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |newline| newline + 1)
}

fn end_of_line(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    text[offset..].find('\n').map_or(text.len(), |newline| offset + newline)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The cursor where `|` stands in a text: route, slot, what is written, siblings.
    fn at(marked: &str) -> (String, Slot, String, String) {
        let offset = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let cursor = cursor(&text, offset);
        (cursor.route.join("."), cursor.slot, text[cursor.written].to_owned(), cursor.siblings.join(" "))
    }

    fn is(marked: &str, route: &str, slot: Slot, written: &str, siblings: &str) {
        assert_eq!(at(marked), (route.to_owned(), slot, written.to_owned(), siblings.to_owned()), "{marked}");
    }

    #[test]
    fn a_block_mapping_is_read_by_its_indentation() {
        is("kind: Service\nmeta|", "", Slot::Open, "meta", "kind");
        is("metadata:\n  name: a\n  ow|\nspec:\n  x: 1\n", "metadata", Slot::Open, "ow", "name");
        is("metadata:\n  name: a\n  |\nspec:\n", "metadata", Slot::Open, "", "name");
        is("metadata:\n  owner: |\nspec:\n", "metadata.owner", Slot::Value, "", "");
        is("metadata:\n  owner: sho|p # who\n", "metadata.owner", Slot::Value, "shop", "");
        is("a:\n  b:\n    c: 1\n|", "", Slot::Open, "", "a");
        is("a:\n  bé|d: 1\n  e: 2\n", "a", Slot::Open, "béd", "e");
    }

    #[test]
    fn list_items_are_counted() {
        is("docs:\n  - kind: adr\n  - kind: api\n    for|", "docs.1", Slot::Open, "for", "kind");
        is("docs:\n- a\n- b|\n", "docs.1", Slot::Open, "b", "");
        is("docs:\n  - |\n  - kind: api\n", "docs.0", Slot::Open, "", "");
    }

    #[test]
    fn brackets_are_read_open_or_closed() {
        is("a: {b: 1, c|}\n", "a", Slot::Key, "c", "b");
        is("a: {|}\n", "a", Slot::Key, "", "");
        is("a: {b: |}\n", "a.b", Slot::Value, "", "b");
        is("a: {b: {type: re|, class: x}}\nd: 1\n", "a.b.type", Slot::Value, "re", "type class");
        is("a: {b: {type: redis, |\nd: 1\n", "a.b", Slot::Key, "", "type");
        is("a: [x, y|]\n", "a.1", Slot::Open, "y", "");
        is("a: {h: \"s.${env|}\"}\n", "a.h", Slot::Value, "\"s.${env}\"", "h");
        is("a:\n  - {kind: a|}\n", "a.0.kind", Slot::Value, "a", "kind");
        is("a: {b: 1}\nc: |\n", "c", Slot::Value, "", "");
    }

    #[test]
    fn a_blank_that_is_none_to_yaml_is_a_word() {
        is("a: {b: \u{a0}, c|}\n", "a", Slot::Key, "c", "b");
        is("a: {\u{a0}, b: 1, c|}\n", "a", Slot::Key, "c", "\u{a0} b");
        is("a: [\r|]\n", "a.0", Slot::Open, "\r", "");
    }

    #[test]
    fn a_document_begins_at_its_mark_and_block_text_is_no_key() {
        is("kind: Team\n---\nkind: Service\nsp|\n---\nkind: Team\n", "", Slot::Open, "sp", "kind");
        is("f:\n  content: >\n    a: b\n    c ${x|\n  mode: 1\n", "f.content", Slot::Value, "    c ${x", "");
    }

    proptest! {
        #[test]
        fn any_cursor_in_any_text_has_a_place(text in "([a-c]:|[{}\\[\\]\"',:#| >é\n-]|\\$\\{|  |--- ){0,40}", part in 0.0..=1.0_f64) {
            let mut offset = (text.len() as f64 * part) as usize;
            while !text.is_char_boundary(offset) {
                offset -= 1;
            }
            let cursor = cursor(&text, offset);
            prop_assert!(cursor.written.start <= offset && text.get(cursor.written.clone()).is_some(), "{cursor:?}");
        }
    }
}
