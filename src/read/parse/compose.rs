//! Parser events become trees of nodes.
//!
//! The stack is a vector, so no nesting can exhaust the thread's; depth, nodes, keys and lengths are bounded as events
//! arrive.

use super::mistakes::{Mistakes, Stop};
use super::scalar::{Plain, meaning};
use super::{MAX_DEPTH, MAX_DOCUMENTS, MAX_KEY_BYTES, MAX_KEYS, MAX_NODES, MAX_SCALAR_BYTES, messages, syntax};
use crate::model::Span;
use crate::read::load::{first_hidden, hidden};
use crate::read::{Entry, Node, NodeValue};
use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};
use std::collections::HashMap;

/// The roots of the documents of a file, as far as it can be read.
pub(super) fn compose(text: &str, mistakes: &mut Mistakes<'_>) -> Vec<Node> {
    let mut composer =
        Composer { text, mistakes, stack: Vec::new(), root: None, roots: Vec::new(), nodes: 0, documents: 0 };
    // When it stops, what is wrong was reported, and the documents before that are whole.
    let _: Result<(), Stop> = composer.run();
    composer.roots
}

struct Composer<'t, 'm, 'f> {
    text: &'t str,
    mistakes: &'m mut Mistakes<'f>,
    stack: Vec<Frame>,
    /// The root of the document that is being read.
    root: Option<Node>,
    roots: Vec<Node>,
    nodes: usize,
    documents: usize,
}

/// A collection that is not closed yet.
struct Frame {
    start: usize,
    end: usize,
    is_flow: bool,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping(Mapping),
}

#[derive(Default)]
struct Mapping {
    entries: Vec<Entry>,
    /// Where each key of `entries` is, once there are many.
    index: HashMap<String, usize>,
    key: Option<Key>,
}

/// The key whose value comes next.
enum Key {
    Text(String, Span),
    /// A key that was refused: its value is read, and dropped.
    Refused,
}

impl Composer<'_, '_, '_> {
    fn run(&mut self) -> Result<(), Stop> {
        let options = granit_parser::options! {
            emit_comments: false,
            emit_anchor_events: true,
            emit_unresolved_aliases: true,
            disallow_directives: true,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        for next in Parser::new_from_str_with_options(self.text, options) {
            let (event, at) = match next {
                Ok(next) => next,
                Err(error) => return self.syntax_error(&error),
            };
            let range = at.byte_range().unwrap_or_default();
            let node = Span::new(range.start, range.end);
            if event.tag().is_some() {
                let tag = at.tag_span().and_then(|tag| tag.byte_range());
                let tag = tag.map_or(node, |tag| Span::new(tag.start, tag.end));
                self.mistakes.report(messages::tag(self.mistakes.at(tag)))?;
            }
            self.event(event, node)?;
        }
        if self.documents == 0 {
            self.mistakes.report(messages::empty_file(self.mistakes.file()))?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, at: Span) -> Result<(), Stop> {
        match event {
            Event::DocumentStart(..) => return self.start_document(at),
            Event::DocumentEnd => return self.end_document(),
            Event::Scalar(value, style, ..) => return self.scalar(&value, style, at),
            Event::SequenceStart(style, ..) => return self.open(at, style, Content::Sequence(Vec::new())),
            Event::MappingStart(style, ..) => return self.open(at, style, Content::Mapping(Mapping::default())),
            Event::SequenceEnd | Event::MappingEnd => return self.close(at),
            Event::Anchor(..) => return self.mistakes.report(messages::anchor(self.mistakes.at(at))),
            Event::Alias(_) | Event::UnresolvedAlias(_) => return self.alias(at),
            // Stream marks, and comments, which were not asked for.
            _ => {}
        }
        Ok(())
    }

    fn end_document(&mut self) -> Result<(), Stop> {
        match self.root.take() {
            Some(Node { value: NodeValue::Null, span }) => {
                self.mistakes.report(messages::empty_document(self.mistakes.at(span)))
            }
            Some(root) => {
                self.roots.push(root);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, at: Span) -> Result<(), Stop> {
        self.count_node(at)?;
        let at = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.without_trailing_lines(at),
            _ => at,
        };
        let plain = (style == ScalarStyle::Plain).then(|| meaning(value));
        if self.expects_key() {
            return self.key(value, plain, at);
        }
        if value.len() > MAX_SCALAR_BYTES {
            return self.stop(messages::scalar_too_big(self.mistakes.at(at)));
        }
        if let Some(Plain::Ambiguous(why)) = plain {
            self.mistakes.report(messages::ambiguous(self.mistakes.at(at), at, value, why))?;
        }
        let value = match plain {
            Some(plain) if plain != Plain::Text => plain.into_value(value),
            _ => NodeValue::Text(self.shown(value, at)?),
        };
        self.deliver(Node { span: at, value });
        Ok(())
    }

    fn key(&mut self, value: &str, plain: Option<Plain>, at: Span) -> Result<(), Stop> {
        if value.len() > MAX_KEY_BYTES {
            self.mistakes.report(messages::key_too_big(self.mistakes.at(at)))?;
            return self.set_key(Key::Refused, at);
        }
        match plain {
            Some(Plain::Text) if value == "<<" => {
                self.mistakes.report(messages::merge_key(self.mistakes.at(at)))?;
                return self.set_key(Key::Refused, at);
            }
            Some(Plain::Null) if at.range().is_empty() => {
                self.mistakes.report(messages::missing_key(self.mistakes.at(at)))?;
                return self.set_key(Key::Refused, at);
            }
            Some(Plain::Ambiguous(why)) => {
                self.mistakes.report(messages::ambiguous(self.mistakes.at(at), at, value, why))?;
            }
            Some(Plain::Null | Plain::Boolean(_) | Plain::Integer(_) | Plain::Float(_)) => {
                self.mistakes.report(messages::scalar_key(self.mistakes.at(at), at, value))?;
            }
            Some(Plain::Text) | None => {}
        }
        let key = self.shown(value, at)?;
        if let Some(first) = self.mapping().and_then(|mapping| mapping.find(&key)) {
            let (at_location, first) = (self.mistakes.at(at), self.mistakes.at(first));
            self.mistakes.report(messages::duplicate_key(at_location, &key, first))?;
            return self.set_key(Key::Refused, at);
        }
        if self.mapping().is_some_and(|mapping| mapping.entries.len() == MAX_KEYS) {
            return self.stop(messages::too_many_keys(self.mistakes.at(at)));
        }
        self.set_key(Key::Text(key, at), at)
    }

    fn alias(&mut self, at: Span) -> Result<(), Stop> {
        self.count_node(at)?;
        if self.expects_key() {
            self.mistakes.report(messages::alias(self.mistakes.at(at)))?;
            return self.set_key(Key::Refused, at);
        }
        // The value of a merge key, or of another key that was refused, is spoken of already.
        if !matches!(self.mapping(), Some(Mapping { key: Some(Key::Refused), .. })) {
            self.mistakes.report(messages::alias(self.mistakes.at(at)))?;
        }
        self.deliver(Node { span: at, value: NodeValue::Null });
        Ok(())
    }

    fn open(&mut self, at: Span, style: StructureStyle, content: Content) -> Result<(), Stop> {
        self.count_node(at)?;
        if self.stack.len() == MAX_DEPTH {
            return self.stop(messages::too_deep(self.mistakes.at(at)));
        }
        let range = at.range();
        self.stack.push(Frame { start: range.start, end: range.end, is_flow: style == StructureStyle::Flow, content });
        Ok(())
    }

    fn close(&mut self, at: Span) -> Result<(), Stop> {
        let Some(mut frame) = self.stack.pop() else { return Ok(()) };
        // The end of a block is only known where the next thing starts.
        if frame.is_flow {
            frame.include(at);
        }
        let value = match frame.content {
            // All of a catalog is held at once, so no room is held that is not used.
            Content::Sequence(mut items) => {
                items.shrink_to_fit();
                NodeValue::Sequence(items)
            }
            Content::Mapping(Mapping { mut entries, .. }) => {
                entries.shrink_to_fit();
                NodeValue::Mapping(entries)
            }
        };
        let span = Span::new(frame.start, frame.end);
        if self.expects_key() {
            self.mistakes.report(messages::collection_key(self.mistakes.at(span)))?;
            return self.set_key(Key::Refused, span);
        }
        self.deliver(Node { span, value });
        Ok(())
    }

    /// Hands a finished node to the collection it stands in, or makes it the root.
    fn deliver(&mut self, node: Node) {
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.include(node.span);
        match &mut frame.content {
            Content::Sequence(items) => items.push(node),
            Content::Mapping(mapping) => {
                if let Some(Key::Text(key, key_span)) = mapping.key.take() {
                    mapping.entries.push(Entry { key, key_span, value: node });
                }
            }
        }
    }

    fn set_key(&mut self, key: Key, at: Span) -> Result<(), Stop> {
        if let Some(frame) = self.stack.last_mut() {
            frame.include(at);
        }
        if let Some(mapping) = self.mapping() {
            mapping.key = Some(key);
        }
        Ok(())
    }

    fn mapping(&mut self) -> Option<&mut Mapping> {
        match self.stack.last_mut() {
            Some(Frame { content: Content::Mapping(mapping), .. }) => Some(mapping),
            _ => None,
        }
    }

    fn expects_key(&mut self) -> bool {
        self.mapping().is_some_and(|mapping| mapping.key.is_none())
    }

    fn start_document(&mut self, at: Span) -> Result<(), Stop> {
        self.documents += 1;
        if self.documents > MAX_DOCUMENTS {
            return self.stop(messages::too_many_documents(self.mistakes.at(at)));
        }
        Ok(())
    }

    fn count_node(&mut self, at: Span) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return self.stop(messages::too_many_nodes(self.mistakes.at(at)));
        }
        Ok(())
    }

    /// A text without characters that no output may hold; each text that has some is a finding.
    fn shown(&mut self, value: &str, at: Span) -> Result<String, Stop> {
        let Some((_, c)) = first_hidden(value) else { return Ok(value.to_owned()) };
        self.mistakes.report(messages::hidden_character(self.mistakes.at(at), c))?;
        Ok(value.replace(|c| hidden(c).is_some(), "\u{fffd}"))
    }

    fn without_trailing_lines(&self, at: Span) -> Span {
        let range = at.range();
        Span::new(range.start, range.start + self.text[range].trim_end().len())
    }

    fn syntax_error(&mut self, error: &granit_parser::ScanError) -> Result<(), Stop> {
        let mut offset = error.marker().byte_offset().unwrap_or(self.text.len()).min(self.text.len());
        if syntax::concerns_tab(error.kind()) {
            offset = self.tab_near(offset).unwrap_or(offset);
        }
        let width = self.text[offset..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
        let at = self.mistakes.at(Span::new(offset, offset + width));
        // The mapping of `[a: b]` has no bracket of its own.
        let has_bracket = |frame: &&Frame| frame.is_flow && self.text[frame.start..].starts_with(['[', '{']);
        let opened = self.stack.iter().rev().find(has_bracket);
        let opened = opened.map(|frame| self.mistakes.at(Span::new(frame.start, frame.start + 1)));
        self.stop(syntax::explained(error.kind(), at, opened))
    }

    /// The parser points at a value that a tab breaks: the tab stands before it on its line, or somewhere behind.
    fn tab_near(&self, offset: usize) -> Option<usize> {
        let start = self.text[..offset].rfind('\n').map_or(0, |end| end + 1);
        let before = self.text[start..offset].rfind('\t').map(|at| start + at);
        before.or_else(|| self.text[offset..].find('\t').map(|at| offset + at))
    }

    fn stop(&mut self, finding: crate::model::Finding) -> Result<(), Stop> {
        self.mistakes.report(finding)?;
        Err(Stop)
    }
}

impl Frame {
    fn include(&mut self, span: Span) {
        let range = span.range();
        self.start = self.start.min(range.start);
        self.end = self.end.max(range.end);
    }
}

impl Mapping {
    /// Below this many keys, looking at each is faster than hashing.
    const FEW: usize = 16;

    /// Where a key stands already.
    fn find(&mut self, key: &str) -> Option<Span> {
        if self.entries.len() <= Mapping::FEW {
            return self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.key_span);
        }
        for position in self.index.len()..self.entries.len() {
            self.index.insert(self.entries[position].key.clone(), position);
        }
        self.index.get(key).map(|position| self.entries[*position].key_span)
    }
}
