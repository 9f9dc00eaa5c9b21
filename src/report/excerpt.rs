//! A few lines cut out of a file and made inert, with the places that are meant in them.

use super::inert::visible;
use crate::model::Span;
use std::ops::Range;

/// Larger excerpts are refused, so that no file makes a report slow.
const LARGEST: usize = 16 * 1024;
/// How much of an endless line is kept on either side of a place.
const AROUND: usize = 1024;

/// Lines of a file as they are shown.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// From 1.
    pub first_line: usize,
    pub text: String,
    /// In `text`, in the order of the spans.
    pub ranges: Vec<Range<usize>>,
}

impl Excerpt {
    /// Whole lines around all spans. A span of many lines is cut to its first: a person needs to see where it starts.
    /// None when the text has no such place, or when too much lies between them.
    pub fn of(source: &str, spans: &[Span]) -> Option<Excerpt> {
        let spans = spans.iter().map(|span| first_line_of(source, span.range())).collect::<Option<Vec<_>>>()?;
        let lines = lines_around(source, &spans)?;
        match spans.as_slice() {
            _ if lines.len() <= LARGEST => Some(Excerpt::cut(source, lines, &spans)),
            [span] if span.len() <= LARGEST => Some(Excerpt::cut(source, near(source, span, &lines), &spans)),
            _ => None,
        }
    }

    /// Whole lines around a span of any number of lines.
    pub fn whole(source: &str, span: Span) -> Option<Excerpt> {
        let span = span.range();
        source.get(span.clone())?;
        let lines = lines_around(source, std::slice::from_ref(&span))?;
        (lines.len() <= LARGEST).then(|| Excerpt::cut(source, lines, &[span]))
    }

    /// The column of the first place, as one who sees nothing but this text would count.
    pub fn column(&self) -> usize {
        let before = self.ranges.first().and_then(|range| self.text.get(..range.start)).unwrap_or_default();
        before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1
    }

    fn cut(source: &str, part: Range<usize>, spans: &[Range<usize>]) -> Excerpt {
        let text = &source[part.clone()];
        let shown = |offset: usize| visible(&text[..offset - part.start]).len();
        Excerpt {
            first_line: source[..part.start].bytes().filter(|byte| *byte == b'\n').count() + 1,
            ranges: spans.iter().map(|span| shown(span.start)..shown(span.end)).collect(),
            text: visible(text).into_owned(),
        }
    }
}

/// The part of a span on its first line; nothing when it is not one of this text.
fn first_line_of(source: &str, span: Range<usize>) -> Option<Range<usize>> {
    let part = source.get(span.clone())?;
    let length = part.find('\n').unwrap_or(part.len());
    Some(span.start..span.start + length)
}

/// From the start of the first line to the end of the last, without a byte order mark.
fn lines_around(source: &str, spans: &[Range<usize>]) -> Option<Range<usize>> {
    let start = spans.iter().map(|span| span.start).min()?;
    let end = spans.iter().map(|span| span.end).max()?;
    let mark = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let first = source[..start].rfind('\n').map_or(mark.min(start), |newline| newline + 1);
    let last = source[end..].find('\n').map_or(source.len(), |newline| end + newline);
    Some(first..last)
}

/// The part of an endless line around a place.
fn near(source: &str, span: &Range<usize>, line: &Range<usize>) -> Range<usize> {
    let boundary = |offset: usize| (0..=offset).rev().find(|offset| source.is_char_boundary(*offset)).unwrap_or(0);
    let start = boundary(span.start.saturating_sub(AROUND)).max(line.start);
    let end = boundary((span.end + AROUND).min(line.end));
    start..end.max(span.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\u{feff}one\ntwo \u{202e}x\nthree";

    fn span(part: &str) -> Span {
        let start = TEXT.find(part).unwrap();
        Span::new(start, start + part.len())
    }

    #[test]
    fn an_excerpt_is_whole_lines_without_hidden_characters() {
        let excerpt = Excerpt::of(TEXT, &[span("x"), span("thr")]).unwrap();
        assert_eq!(excerpt.text, "two \\u{202e}x\nthree");
        assert_eq!(excerpt.first_line, 2);
        let parts: Vec<&str> = excerpt.ranges.iter().map(|range| &excerpt.text[range.clone()]).collect();
        assert_eq!(parts, ["x", "thr"]);
        assert_eq!(excerpt.column(), 13);
    }

    #[test]
    fn a_byte_order_mark_is_not_shown() {
        assert_eq!(Excerpt::of(TEXT, &[span("one")]).unwrap().text, "one");
    }

    #[test]
    fn a_span_of_many_lines_is_cut_to_its_first() {
        let excerpt = Excerpt::of(TEXT, &[Span::new(3, TEXT.len())]).unwrap();
        assert_eq!((excerpt.text.as_str(), &excerpt.ranges[0]), ("one", &(0..3)));
        let all = Excerpt::whole(TEXT, Span::new(3, TEXT.len())).unwrap();
        assert_eq!(all.text.lines().count(), 3);
    }

    #[test]
    fn the_end_of_a_file_and_an_empty_file_have_an_excerpt() {
        assert_eq!(Excerpt::of("a\n", &[Span::new(2, 2)]).unwrap().text, "");
        assert_eq!(Excerpt::of("", &[Span::new(0, 0)]).unwrap().text, "");
        assert_eq!(Excerpt::of("", &[Span::new(1, 2)]), None);
    }

    #[test]
    fn an_endless_line_is_cut_around_its_place() {
        let source = format!("{}here{}", "é".repeat(50_000), "é".repeat(50_000));
        let excerpt = Excerpt::of(&source, &[Span::new(100_000, 100_004)]).unwrap();
        assert_eq!(&excerpt.text[excerpt.ranges[0].clone()], "here");
        assert!(excerpt.text.len() < 3 * AROUND);
        assert_eq!(Excerpt::of(&source, &[Span::new(0, 2), Span::new(100_000, 100_004)]), None);
    }
}
