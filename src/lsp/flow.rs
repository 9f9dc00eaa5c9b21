//! Where in a flow collection (`{a: [b, c]}`) the cursor is, also while brackets are still open.

use std::ops::Range;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// The key whose value is being written; none while a key is.
    Mapping {
        key: Option<String>,
    },
    List {
        index: usize,
    },
}

/// The state at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// From the outermost bracket inwards.
    pub frames: Vec<Frame>,
    /// The bytes of the word at the cursor.
    pub written: Range<usize>,
    /// The other keys of the mapping at the cursor.
    pub siblings: Vec<String>,
}

#[derive(Debug)]
pub enum Read {
    /// It ends before the cursor.
    Closed { end: usize },
    /// The cursor is in it.
    Here(Flow),
}

/// Reads a collection that starts at `start` and ends before `limit`.
pub fn read(text: &str, start: usize, cursor: usize, limit: usize) -> Read {
    let mut frames: Vec<Frame> = Vec::new();
    // The keys of every open mapping, beside its frame.
    let mut keys: Vec<Vec<String>> = Vec::new();
    let mut here: Option<(Flow, usize)> = None;
    let mut at = start;
    while at < limit {
        let rest = &text[at..limit];
        let Some(c) = rest.chars().next() else { break };
        let mut length = c.len_utf8();
        match c {
            '{' | '[' => {
                frames.push(if c == '{' { Frame::Mapping { key: None } } else { Frame::List { index: 0 } });
                keys.push(Vec::new());
            }
            '}' | ']' => {
                if let Some(flow) = here.take_if(|(_, depth)| *depth == frames.len()) {
                    return Read::Here(finish(flow.0, keys.last()));
                }
                frames.pop();
                keys.pop();
                if frames.is_empty() {
                    let end = at + length;
                    return if cursor < end { Read::Here(empty(cursor)) } else { Read::Closed { end } };
                }
            }
            ',' => match frames.last_mut() {
                Some(Frame::Mapping { key }) => *key = None,
                Some(Frame::List { index }) => *index += 1,
                None => {}
            },
            ' ' | '\n' | '\t' | ':' => {}
            '#' if rest.len() > 1 && text[..at].ends_with([' ', '\n']) => {
                length = rest.find('\n').unwrap_or(rest.len());
            }
            _ => {
                // Blanks that are none to YAML, such as U+00A0, end no word, and begin one.
                length = word(rest).max(length);
                let is_key = matches!(frames.last(), Some(Frame::Mapping { key: None }));
                if here.is_none() && (at..=at + length).contains(&cursor) {
                    here = Some((
                        Flow { frames: frames.clone(), written: at..at + length, siblings: Vec::new() },
                        frames.len(),
                    ));
                } else if is_key && let Some(keys) = keys.last_mut() {
                    keys.push(rest[..length].trim_matches(['"', '\'']).to_owned());
                }
                if let Some(Frame::Mapping { key: key @ None }) = frames.last_mut() {
                    *key = Some(rest[..length].trim_matches(['"', '\'']).to_owned());
                }
            }
        }
        at += length;
        let next_is_word = text[at..limit].starts_with(|c: char| !" \n\t:,{}[]".contains(c));
        if here.is_none() && cursor <= at && !next_is_word && cursor > start {
            here = Some((Flow { frames: frames.clone(), ..empty(cursor) }, frames.len()));
        }
    }
    match here {
        Some((flow, depth)) => Read::Here(finish(flow, keys.get(depth.wrapping_sub(1)))),
        None if cursor <= limit && cursor > start => Read::Here(Flow { frames, ..empty(cursor) }),
        None => Read::Closed { end: limit.saturating_sub(1).max(start) },
    }
}

fn empty(cursor: usize) -> Flow {
    Flow { frames: Vec::new(), written: cursor..cursor, siblings: Vec::new() }
}

fn finish(flow: Flow, keys: Option<&Vec<String>>) -> Flow {
    Flow { siblings: keys.cloned().unwrap_or_default(), ..flow }
}

/// How long a word or a quoted text is; a placeholder belongs to its word, braces and all.
fn word(text: &str) -> usize {
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let line = &text[..text.find('\n').unwrap_or(text.len())];
        return line[1..].find(quote).map_or(line.trim_end().len(), |end| end + 2);
    }
    let mut in_placeholder = false;
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        match c {
            '$' if next == Some('{') => {
                in_placeholder = true;
                characters.next();
            }
            '}' if in_placeholder => in_placeholder = false,
            '\n' | ',' => return text[..at].trim_end().len(),
            '{' | '}' | '[' | ']' if !in_placeholder => return text[..at].trim_end().len(),
            ':' if next.is_none_or(|next| " \n,}]".contains(next)) => return text[..at].trim_end().len(),
            _ => {}
        }
    }
    text.trim_end().len()
}
