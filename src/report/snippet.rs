//! One finding as the groups of annotate-snippets: title, excerpts with labels, help, patch.
//!
//! Excerpts are cut out and made inert here, so that a renderer never sees more than a few lines of a file.

use super::Report;
use super::inert::{visible, visible_line};
use crate::model::{Finding, Fix, Location, Position, RepoPath, Severity, Span};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Patch, Snippet};
use std::ops::Range;

/// Labels of one file that are farther apart than this many lines get excerpts of their own.
const NEAR: u32 = 30;
/// A fix of more lines is told, not shown.
const LARGEST_PATCH: usize = 30;

/// A place with its words.
struct Mark<'r> {
    at: &'r Location,
    text: &'r str,
    kind: AnnotationKind,
}

/// What annotate-snippets renders for this finding.
pub fn groups<'r>(finding: &'r Finding, report: &'r Report) -> Vec<Group<'r>> {
    let level = match finding.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(visible_line(&finding.message)).id(finding.rule.id);
    let mut main = Group::with_title(title);
    for cluster in clusters(finding) {
        main = add(main, &cluster, report);
    }
    let mut groups = vec![main];
    groups.extend(help(finding, report));
    groups
}

/// The finding's own mark and those near it first, then the others, by file and line.
fn clusters(finding: &Finding) -> Vec<Vec<Mark<'_>>> {
    let own = Mark { at: &finding.at, text: &finding.label, kind: AnnotationKind::Primary };
    let mut clusters = vec![vec![own]];
    for label in &finding.related {
        let mark = Mark { at: &label.at, text: &label.text, kind: AnnotationKind::Context };
        match clusters.iter_mut().find(|cluster| cluster.iter().any(|other| is_near(other.at, mark.at))) {
            Some(cluster) => cluster.push(mark),
            None => clusters.push(vec![mark]),
        }
    }
    clusters
}

fn is_near(a: &Location, b: &Location) -> bool {
    a.path == b.path && a.span.is_some() && b.span.is_some() && a.start.line.abs_diff(b.start.line) <= NEAR
}

/// Adds an excerpt; where there is no text to show, the place alone.
fn add<'r>(group: Group<'r>, cluster: &[Mark<'r>], report: &'r Report) -> Group<'r> {
    let head = &cluster[0];
    let excerpt = report.source(&head.at.path).and_then(|source| Excerpt::of(source, spans(cluster)?));
    let Some(excerpt) = excerpt else {
        return cluster.iter().fold(group, |group, mark| add_place(group, mark));
    };
    let marks = cluster.iter().zip(&excerpt.ranges).map(|(mark, range)| annotation(mark, range.clone()));
    let snippet = Snippet::source(excerpt.text).line_start(excerpt.first_line).annotations(marks);
    group.element(snippet.path(visible_line(head.at.path.as_str())))
}

fn add_place<'r>(group: Group<'r>, mark: &Mark<'r>) -> Group<'r> {
    let mut origin = Origin::path(visible_line(mark.at.path.as_str()));
    if mark.at.span.is_some() || mark.at.start != Position::START {
        origin = origin.line(mark.at.start.line as usize).char_column(mark.at.start.column as usize);
    }
    let group = group.element(origin);
    match mark.text {
        "" => group,
        text => group.element(Level::NOTE.message(visible_line(text))),
    }
}

fn spans(cluster: &[Mark<'_>]) -> Option<Vec<Range<usize>>> {
    cluster.iter().map(|mark| mark.at.span.map(Span::range)).collect()
}

fn annotation<'r>(mark: &Mark<'r>, range: Range<usize>) -> Annotation<'r> {
    let annotation = mark.kind.span(range);
    match mark.text {
        "" => annotation,
        text => annotation.label(visible_line(text)),
    }
}

/// Help lines, the fix under the first of them.
fn help<'r>(finding: &'r Finding, report: &'r Report) -> Vec<Group<'r>> {
    let patch = finding.fix.as_ref().and_then(|fix| patch(fix, &finding.at.path, report));
    let untold = (finding.help.is_empty() && finding.fix.is_some()).then_some("change it to");
    let lines = finding.help.iter().map(String::as_str).chain(untold);
    let mut groups: Vec<Group<'r>> =
        lines.map(|line| Group::with_title(Level::HELP.secondary_title(visible_line(line)))).collect();
    if let Some(patch) = patch {
        let first = groups.remove(0);
        groups.insert(0, first.element(patch));
    }
    groups
}

fn patch<'r>(fix: &'r Fix, path: &RepoPath, report: &'r Report) -> Option<Snippet<'r, Patch<'r>>> {
    let source = report.source(path)?;
    let excerpt = Excerpt::whole(source, fix.span.range())?;
    let lines = excerpt.text.lines().count() + fix.replacement.lines().count();
    if lines > LARGEST_PATCH {
        return None;
    }
    let range = excerpt.ranges.first()?.clone();
    let snippet = Snippet::source(excerpt.text).line_start(excerpt.first_line);
    Some(snippet.patch(Patch::new(range, visible(&fix.replacement))))
}

/// Lines of a file, made inert, with the ranges that are meant in them.
struct Excerpt {
    first_line: usize,
    text: String,
    ranges: Vec<Range<usize>>,
}

impl Excerpt {
    /// Whole lines around all spans. A span of many lines is cut to its first: a person needs to see where it starts.
    fn of(source: &str, spans: Vec<Range<usize>>) -> Option<Excerpt> {
        let spans = spans.into_iter().map(|span| first_line_of(source, span)).collect::<Option<Vec<_>>>()?;
        Excerpt::cut(source, spans)
    }

    /// Whole lines around a span, whatever its size.
    fn whole(source: &str, span: Range<usize>) -> Option<Excerpt> {
        source.get(span.clone())?;
        Excerpt::cut(source, vec![span])
    }

    fn cut(source: &str, spans: Vec<Range<usize>>) -> Option<Excerpt> {
        let start = spans.iter().map(|span| span.start).min()?;
        let end = spans.iter().map(|span| span.end).max()?;
        let mut first = source[..start].rfind('\n').map_or(0, |newline| newline + 1);
        if first == 0 && source.starts_with('\u{feff}') && start >= '\u{feff}'.len_utf8() {
            first = '\u{feff}'.len_utf8();
        }
        let last = source[end..].find('\n').map_or(source.len(), |newline| end + newline);
        let lines = &source[first..last];
        let shown = |offset: usize| visible(&lines[..offset - first]).len();
        Some(Excerpt {
            first_line: source[..first].bytes().filter(|byte| *byte == b'\n').count() + 1,
            ranges: spans.iter().map(|span| shown(span.start)..shown(span.end)).collect(),
            text: visible(lines).into_owned(),
        })
    }
}

/// The part of a span on its first line; nothing when it is not one of this text.
fn first_line_of(source: &str, span: Range<usize>) -> Option<Range<usize>> {
    let part = source.get(span.clone())?;
    let length = part.find('\n').unwrap_or(part.len());
    Some(span.start..span.start + length)
}
