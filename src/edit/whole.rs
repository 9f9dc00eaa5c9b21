//! Whole documents of a file: one is put in the place of another, taken away, or added, and the others keep their bytes.

use super::refusal::Refusal;
use super::splice::parsed;
use crate::read::Node;
use std::ops::Range;

/// The documents of a file, each with its text.
pub(super) struct Whole<'t> {
    text: &'t str,
    roots: Vec<Node>,
    /// From behind the `---` of a document, if it has one, to the next.
    bodies: Vec<Range<usize>>,
}

impl<'t> Whole<'t> {
    /// # Errors
    /// When the file has mistakes, or its documents are parted in a way that is not known here.
    pub fn of(text: &'t str) -> Result<Whole<'t>, Refusal> {
        let roots = parsed(text)?;
        let bodies = bodies(text);
        let is_body_of = |(body, root): (&Range<usize>, &Node)| {
            body.start <= root.span.range().start && root.span.range().end <= body.end
        };
        match bodies.len() == roots.len() && bodies.iter().zip(&roots).all(is_body_of) {
            true => Ok(Whole { text, roots, bodies }),
            false => Err(by_hand()),
        }
    }

    /// A document's text, with its comments.
    pub fn body(&self, document: usize) -> &'t str {
        &self.text[self.bodies[document].clone()]
    }

    /// The text with another document in the place of one.
    ///
    /// # Errors
    /// When that does not read back as it was meant.
    pub fn replaced(&self, document: usize, with: &Whole<'_>, other: usize) -> Result<String, Refusal> {
        let mut wanted = self.values();
        wanted[document] = with.roots[other].to_json();
        let range = self.bodies[document].clone();
        let body = if range.end == self.text.len() { with.body(other).to_owned() } else { ended(with.body(other)) };
        exactly([&self.text[..range.start], &body, &self.text[range.end..]].concat(), &wanted)
    }

    /// The text without a document; None where it is the only one.
    ///
    /// # Errors
    /// When that does not read back as it was meant.
    pub fn without(&self, document: usize) -> Result<Option<String>, Refusal> {
        if self.roots.len() == 1 {
            return Ok(None);
        }
        let mut wanted = self.values();
        wanted.remove(document);
        let start = self.bodies[document].start;
        let end = self.bodies[document].end;
        let (kept, marker) = match document {
            // Up to its marker, which goes with it. What stands before that is the file's.
            0 => (self.text[..start].trim_end_matches("---\n"), self.preamble()),
            _ => (self.text[..start].strip_suffix("---\n").unwrap_or(&self.text[..start]), ""),
        };
        exactly([kept, marker, &self.text[end..]].concat(), &wanted).map(Some)
    }

    /// The text with one document more behind the others.
    ///
    /// # Errors
    /// When that does not read back as it was meant.
    pub fn with(&self, more: &Whole<'_>, other: usize) -> Result<String, Refusal> {
        let mut wanted = self.values();
        wanted.push(more.roots[other].to_json());
        exactly(format!("{}---\n{}", ended(self.text), more.body(other)), &wanted)
    }

    /// What the first document begins with for the sake of editors, where no marker parts it from the document.
    fn preamble(&self) -> &'t str {
        let body = self.body(0);
        let is_marked = self.text[..self.bodies[0].start].ends_with("---\n");
        let length =
            body.split_inclusive('\n').take_while(|line| line.starts_with("# yaml-language-server:")).map(str::len);
        if is_marked { "" } else { &body[..length.sum()] }
    }

    fn values(&self) -> Vec<serde_json::Value> {
        self.roots.iter().map(Node::to_json).collect()
    }
}

/// A marker stands at the beginning of a line whatever it stands in, and alone, or else it is not known here.
fn bodies(text: &str) -> Vec<Range<usize>> {
    let mut bodies = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" && line.starts_with("---") {
            bodies.push(start..at);
            start = at + line.len();
        }
        at += line.len();
    }
    bodies.push(start..text.len());
    let is_empty = |line: &str| line.trim().is_empty() || line.starts_with('#');
    if bodies.len() > 1 && text[bodies[0].clone()].lines().all(is_empty) {
        bodies.remove(0);
    }
    bodies
}

fn ended(body: &str) -> String {
    if body.is_empty() || body.ends_with('\n') { body.to_owned() } else { format!("{body}\n") }
}

fn exactly(text: String, wanted: &[serde_json::Value]) -> Result<String, Refusal> {
    let is_meant = parsed(&text)?.iter().map(Node::to_json).eq(wanted.iter().cloned());
    if is_meant { Ok(text) } else { Err(by_hand()) }
}

fn by_hand() -> Refusal {
    Refusal::NotExact { by_hand: "  the document as it stood, taken from `git show <commit>:<file>`".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = "# yaml-language-server: $schema=x\n";

    fn whole(text: &str) -> Whole<'_> {
        Whole::of(text).unwrap()
    }

    #[test]
    fn a_document_is_replaced_and_the_others_keep_their_bytes() {
        let text = format!("{SCHEMA}# first\na: 1   # one\n---\n# second\nb: 2\n--- \nc: |\n  x\n");
        let other = "z: 0\n---\n# was\nb: 1";
        assert_eq!(
            whole(&text).replaced(1, &whole(other), 1).unwrap(),
            text.replace("# second\nb: 2\n", "# was\nb: 1\n")
        );
        assert_eq!(whole("b: 2\n").replaced(0, &whole(other), 1).unwrap(), "# was\nb: 1");
    }

    #[test]
    fn a_document_is_taken_away() {
        let text = format!("{SCHEMA}a: 1\n---\nb: 2\n---\nc: 3");
        let without = |document| whole(&text).without(document).unwrap();
        assert_eq!(without(0).unwrap(), format!("{SCHEMA}---\nb: 2\n---\nc: 3"));
        assert_eq!(without(1).unwrap(), format!("{SCHEMA}a: 1\n---\nc: 3"));
        assert_eq!(without(2).unwrap(), format!("{SCHEMA}a: 1\n---\nb: 2\n"));
        assert_eq!(whole("# x\n---\na: 1\n---\nb: 2\n").without(0).unwrap().unwrap(), "# x\n---\nb: 2\n");
        assert_eq!(whole("a: 1\n").without(0).unwrap(), None);
    }

    #[test]
    fn a_document_is_added() {
        assert_eq!(whole("a: 1").with(&whole("x: 0\n---\nb: 2\n"), 1).unwrap(), "a: 1\n---\nb: 2\n");
    }

    #[test]
    fn documents_that_are_parted_in_other_ways_are_left_alone() {
        for text in ["--- {a: 1}\n--- {b: 2}\n", "a: 1\n--- # here\nb: 2\n"] {
            assert!(Whole::of(text).is_err(), "{text}");
        }
    }
}
