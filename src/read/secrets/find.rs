//! All secrets of one text, however they are written. A text comes in; what is written for each goes out.

use super::Shown;
use super::assigned::assignments;
use super::decode::decoded;
use super::detect::{Match, beginnings};
use super::view::View;
use crate::model::Rule;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A secret, and all that is written for it: several pieces where it is broken into lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub rule: &'static Rule,
    pub name: &'static str,
    pub pieces: Vec<Range<usize>>,
    pub certain: bool,
}

/// How often something is decoded that was decoded already: lines, base64 in base64.
const MAX_STEPS: usize = 3;
/// How much is decoded of a text, in multiples of its length.
const MAX_DECODED: usize = 6;
/// The most characters of a secret that are shown, and the part of it that they may be.
const MAX_SHOWN: usize = 4;
const SHOWN_PART: usize = 4;

/// In the order of the text.
pub(super) fn find(text: &str) -> Vec<Hit> {
    let mut hits = Hits { all: Vec::new(), pieces: BTreeMap::new(), budget: text.len() * MAX_DECODED };
    hits.search(&View::written(text), 0);
    for found in assignments(text) {
        hits.take(&View::written(text), found);
    }
    hits.all.sort_by_key(|hit| hit.pieces[0].start);
    hits.all
}

struct Hits {
    all: Vec<Hit>,
    /// The pieces of all hits by where they start: where each ends, and whose it is. They never meet.
    pieces: BTreeMap<usize, (usize, usize)>,
    budget: usize,
}

impl Hits {
    fn search(&mut self, view: &View<'_>, steps: usize) {
        for found in beginnings(&view.text) {
            self.take(view, found);
        }
        if steps == MAX_STEPS {
            return;
        }
        for inner in decoded(view) {
            if self.budget < inner.text.len() {
                return;
            }
            self.budget -= inner.text.len();
            self.search(&inner, steps + 1);
            for found in assignments(&inner.text) {
                self.take(&inner, found);
            }
        }
    }

    /// The same secret, read in another way, may be longer there: then all of it is meant.
    fn take(&mut self, view: &View<'_>, found: Match) {
        let mut pieces = view.pieces(found.part);
        let owners: BTreeSet<usize> = pieces.iter().flat_map(|piece| self.owners(piece)).collect();
        let number = match owners.first() {
            None => {
                let (rule, name, certain) = (found.rule, found.name, found.certain);
                self.all.push(Hit { rule, name, pieces: Vec::new(), certain });
                self.all.len() - 1
            }
            Some(owner) if owners.len() == 1 && self.all[*owner].rule == found.rule => {
                pieces = union(std::mem::take(&mut self.all[*owner].pieces), pieces);
                self.all[*owner].certain |= found.certain;
                *owner
            }
            Some(_) => return,
        };
        self.pieces.extend(pieces.iter().map(|piece| (piece.start, (piece.end, number))));
        self.all[number].pieces = pieces;
    }

    /// The hits that a piece meets.
    fn owners(&self, piece: &Range<usize>) -> Vec<usize> {
        let before = self.pieces.range(..piece.end).rev();
        before.take_while(|(_, (end, _))| *end > piece.start).map(|(_, (_, owner))| *owner).collect()
    }
}

fn union(mut one: Vec<Range<usize>>, other: Vec<Range<usize>>) -> Vec<Range<usize>> {
    one.extend(other);
    one.sort_by_key(|piece| piece.start);
    let mut all: Vec<Range<usize>> = Vec::new();
    for piece in one {
        match all.last_mut() {
            Some(last) if piece.start <= last.end => last.end = last.end.max(piece.end),
            _ => all.push(piece),
        }
    }
    all
}

impl Hit {
    /// What may be told of it.
    pub fn shown(&self, text: &str) -> Shown {
        let length: usize = self.pieces.iter().map(Range::len).sum();
        let first = &text[self.pieces[0].clone()];
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let start = first.chars().take((length / SHOWN_PART).min(MAX_SHOWN)).take_while(|c| is_plain(*c)).collect();
        Shown { rule: self.rule, name: self.name, start, certain: self.certain, refused_exemption: false }
    }
}
