//! For tests: YAML text with spans, by the events of the parser and nothing else. No limits, no hostile input.

use crate::model::{Finding, Findings, RepoPath, Span};
use crate::read::{Declarations, Document, DocumentId, Entry, Node, NodeValue};
use granit_parser::{Event, Parser, ScalarStyle};
use std::iter::Peekable;
use std::sync::Arc;

/// One document per text, each in a file of its own.
pub fn documents(files: &[(&str, &str)]) -> Vec<Document> {
    files.iter().map(|(path, text)| Document::new(RepoPath::literal(path), Arc::from(*text), 0, parse(text))).collect()
}

/// The findings about the file `catalog/a.yaml` with this text.
pub fn findings(text: &str) -> Vec<Finding> {
    findings_at("catalog/a.yaml", text)
}

/// The findings about a file with this text.
pub fn findings_at(path: &str, text: &str) -> Vec<Finding> {
    check(&[(path, text)]).1
}

/// Validates files.
pub fn check(files: &[(&str, &str)]) -> (Declarations, Vec<Finding>) {
    let mut findings = Findings::default();
    let documents = documents(files);
    let declarations =
        super::validate(&documents, (0..documents.len()).map(DocumentId), super::Trust::Nobody, &mut findings);
    super::across_documents(&documents, &declarations, &mut findings);
    (declarations, findings.into_sorted())
}

/// Rule, message and the text that is pointed at, of each finding.
pub fn told(text: &str) -> Vec<(String, String, String)> {
    told_at("catalog/a.yaml", text)
}

/// As [`told`], for a file elsewhere.
pub fn told_at(path: &str, text: &str) -> Vec<(String, String, String)> {
    findings_at(path, text)
        .into_iter()
        .map(|finding| (finding.rule.id.to_owned(), finding.message.clone(), pointed(text, &finding).to_owned()))
        .collect()
}

/// The single finding about a text, as rule, message and the text that is pointed at.
pub fn only(text: &str) -> (String, String, String) {
    let mut all = told(text);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

/// The text that a finding points at.
pub fn pointed<'t>(text: &'t str, finding: &Finding) -> &'t str {
    finding.at.span.map_or("", |span| &text[span.range()])
}

/// The text after the finding's fix.
pub fn mended(text: &str, finding: &Finding) -> String {
    let fix = finding.fix.as_ref().expect("it has a fix");
    let range = fix.span.range();
    format!("{}{}{}", &text[..range.start], fix.replacement, &text[range.end..])
}

/// A service whose `spec` has this behind its smallest part.
pub fn service(more: &str) -> String {
    let head = "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {name: cart, owner: shopping}\nspec:\n";
    match format!("\n{more}").contains("\n  containers:") {
        true => format!("{head}{more}"),
        false => format!("{head}  containers: {{main: {{image: \"acme/cart:1.0\"}}}}\n{more}"),
    }
}

type Events<'t> = Peekable<std::vec::IntoIter<(Event<'t>, Span)>>;

fn parse(text: &str) -> Node {
    let mut events = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.expect("the sample is YAML");
        let range = span.byte_range().expect("a text has offsets");
        match event {
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Comment(..) => {}
            event => events.push((event, Span::new(range.start, range.end))),
        }
    }
    match events.is_empty() {
        true => Node { span: Span::default(), value: NodeValue::Null },
        false => node(&mut events.into_iter().peekable()),
    }
}

fn node(events: &mut Events) -> Node {
    let (event, start) = events.next().expect("a node");
    match event {
        Event::Scalar(text, style, ..) => Node { span: start, value: scalar(&text, style) },
        Event::SequenceStart(..) => {
            let mut items = Vec::new();
            while !matches!(events.peek(), Some((Event::SequenceEnd, _))) {
                items.push(node(events));
            }
            let end = events.next().expect("its end").1;
            Node { span: Span { start: start.start, end: end.end }, value: NodeValue::Sequence(items) }
        }
        Event::MappingStart(..) => {
            let mut entries = Vec::new();
            while !matches!(events.peek(), Some((Event::MappingEnd, _))) {
                let key = node(events);
                let NodeValue::Text(name) = key.value else { panic!("a text is the key") };
                entries.push(Entry { key: name, key_span: key.span, value: node(events) });
            }
            let end = events.next().expect("its end").1;
            Node { span: Span { start: start.start, end: end.end }, value: NodeValue::Mapping(entries) }
        }
        other => panic!("{other:?} is not for samples"),
    }
}

fn scalar(text: &str, style: ScalarStyle) -> NodeValue {
    match (style, text) {
        (ScalarStyle::Plain, "" | "~" | "null") => NodeValue::Null,
        (ScalarStyle::Plain, "true") => NodeValue::Boolean(true),
        (ScalarStyle::Plain, "false") => NodeValue::Boolean(false),
        (ScalarStyle::Plain, text) => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(number), _) => NodeValue::Integer(number),
            (_, Ok(number)) if text.contains('.') => NodeValue::Float(number),
            _ => NodeValue::Text(text.to_owned()),
        },
        (_, text) => NodeValue::Text(text.to_owned()),
    }
}
