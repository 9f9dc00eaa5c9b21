//! One finding as annotate-snippets renders it: title, excerpts with labels, help, patch.
//!
//! Excerpts are cut out and made inert before, so that the renderer never sees more than a few lines of a file.

use super::Report;
use super::excerpt::Excerpt;
use super::inert::{visible, visible_line};
use crate::model::{Finding, Fix, Location, Position, RepoPath, Severity, Span};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};
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

/// The finding as text, without a line feed at its end.
pub fn finding(finding: &Finding, report: &Report, renderer: &Renderer) -> String {
    let level = match finding.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(visible_line(&finding.message)).id(finding.rule.id);
    let mut main = Group::with_title(title);
    let mut columns = Vec::new();
    for cluster in clusters(finding) {
        main = add(main, &cluster, report, &mut columns);
    }
    let mut groups = vec![main];
    groups.extend(help(finding, report));
    columns.iter().fold(renderer.render(&groups), |text, column| column.corrected(text))
}

/// A place that somebody asked about, with its words.
pub struct Noted<'r> {
    pub at: &'r Location,
    pub text: &'r str,
}

/// Places that explain something: the first is the answer, the others what it is made of.
pub fn note(
    title: &str,
    places: &[Noted<'_>],
    notes: &[String],
    help: Option<&str>,
    report: &Report,
    renderer: &Renderer,
) -> String {
    let mut main = Group::with_title(Level::NOTE.primary_title(visible_line(title)));
    let mut columns = Vec::new();
    let kind = |index: usize| if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
    let marks =
        places.iter().enumerate().map(|(index, place)| Mark { at: place.at, text: place.text, kind: kind(index) });
    for cluster in clustered(marks) {
        main = add(main, &cluster, report, &mut columns);
    }
    main = notes.iter().fold(main, |group, note| group.element(Level::NOTE.message(visible_line(note))));
    let mut help = help;
    if places.is_empty() {
        main = help.take().into_iter().fold(main, |group, help| group.element(Level::HELP.message(visible_line(help))));
    }
    let help = help.map(|help| Group::with_title(Level::HELP.secondary_title(visible_line(help))));
    let groups: Vec<Group<'_>> = std::iter::once(main).chain(help).collect();
    columns.iter().fold(renderer.render(&groups), |text, column| column.corrected(text))
}

/// The renderer counts the columns of what it sees; this is the column of the file.
struct Column<'r> {
    at: &'r Location,
    seen: usize,
}

impl Column<'_> {
    fn corrected(&self, text: String) -> String {
        let place = |column: usize| format!("{}:{}:{column}", visible_line(self.at.path.as_str()), self.at.start.line);
        match text.split_once('\n') {
            Some((title, rest)) => {
                let rest = rest.replacen(&place(self.seen), &place(self.at.start.column as usize), 1);
                format!("{title}\n{rest}")
            }
            None => text,
        }
    }
}

/// The finding's own mark and those near it first, then the others, by file and line.
fn clusters(finding: &Finding) -> Vec<Vec<Mark<'_>>> {
    let own = Mark { at: &finding.at, text: &finding.label, kind: AnnotationKind::Primary };
    let related = finding.related.iter();
    let related = related.map(|label| Mark { at: &label.at, text: &label.text, kind: AnnotationKind::Context });
    clustered(std::iter::once(own).chain(related))
}

/// Marks near to each other together, in the order of the first of each.
fn clustered<'r>(marks: impl Iterator<Item = Mark<'r>>) -> Vec<Vec<Mark<'r>>> {
    let mut clusters: Vec<Vec<Mark<'r>>> = Vec::new();
    for mark in marks {
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

/// Adds an excerpt; marks that none can hold get one each, and the place alone where there is no text to show.
fn add<'r>(group: Group<'r>, cluster: &[Mark<'r>], report: &'r Report, columns: &mut Vec<Column<'r>>) -> Group<'r> {
    let head = cluster[0].at;
    let excerpt = report.source(&head.path).and_then(|source| Excerpt::of(source, &spans(cluster)?));
    match (excerpt, cluster) {
        (Some(excerpt), _) => {
            if excerpt.column() != head.start.column as usize {
                columns.push(Column { at: head, seen: excerpt.column() });
            }
            group.element(snippet(cluster, excerpt))
        }
        (None, [mark]) => add_place(group, mark),
        (None, marks) => marks.chunks(1).fold(group, |group, mark| add(group, mark, report, columns)),
    }
}

fn snippet<'r>(cluster: &[Mark<'r>], excerpt: Excerpt) -> Snippet<'r, Annotation<'r>> {
    let marks = cluster.iter().zip(&excerpt.ranges).map(|(mark, range)| annotation(mark, range.clone()));
    let path = visible_line(cluster[0].at.path.as_str());
    Snippet::source(excerpt.text).line_start(excerpt.first_line).path(path).annotations(marks)
}

fn add_place<'r>(group: Group<'r>, mark: &Mark<'r>) -> Group<'r> {
    let group = group.element(origin(mark.at));
    match mark.text {
        "" => group,
        text => group.element(Level::NOTE.message(visible_line(text))),
    }
}

/// A file, and where in it when a place is meant.
fn origin(at: &Location) -> Origin<'_> {
    let origin = Origin::path(visible_line(at.path.as_str()));
    match at.span.is_some() || at.start != Position::START {
        true => origin.line(at.start.line as usize).char_column(at.start.column as usize),
        false => origin,
    }
}

fn spans(cluster: &[Mark<'_>]) -> Option<Vec<Span>> {
    cluster.iter().map(|mark| mark.at.span).collect()
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
    let untold = (finding.help.is_empty() && patch.is_some()).then_some("change it to");
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
    let excerpt = Excerpt::whole(source, fix.span)?;
    let lines = excerpt.text.lines().count() + fix.replacement.lines().count();
    if lines > LARGEST_PATCH {
        return None;
    }
    let range = excerpt.ranges.first()?.clone();
    let snippet = Snippet::source(excerpt.text).line_start(excerpt.first_line);
    Some(snippet.patch(Patch::new(range, visible(&fix.replacement))))
}
