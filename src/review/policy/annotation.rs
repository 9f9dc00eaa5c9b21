//! OPA's metadata annotations: the text of a policy in, what its `# METADATA` comments say out. A mistake is a finding
//! at its line and column.
//!
//! The comments are YAML. The text around them is blanked out byte by byte, so that the tree has the spans of the
//! policy file itself.

use super::rules;
use crate::model::{Finding, Findings, Location, Name, RepoPath, Severity, Span, listed, nearest};
use crate::read::{Node, NodeValue, roots};

/// What one annotation says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Annotation {
    /// The line of `# METADATA`, from 1.
    pub line: u32,
    /// The line behind the block: what it is about begins here, or after blank lines.
    pub end: u32,
    /// About a whole package, not the rule below.
    pub is_of_package: bool,
    pub title: String,
    pub description: String,
    /// Tells two rules of one package apart: the last part of the rule's id.
    pub id: Option<String>,
    pub severity: Option<Severity>,
    /// Teams, one of which must approve what the rule finds.
    pub owners: Vec<Name>,
    pub approvals: Option<u32>,
    pub help: Vec<String>,
    /// Where to read more.
    pub links: Vec<String>,
}

const KNOWN: [&str; 9] = [
    "scope",
    "title",
    "description",
    "related_resources",
    "authors",
    "organizations",
    "schemas",
    "entrypoint",
    "custom",
];
const CUSTOM: [&str; 5] = ["id", "severity", "owners", "approvals", "help"];
const SCOPES: [&str; 4] = ["rule", "document", "package", "subpackages"];
const SEVERITIES: [&str; 2] = ["error", "warning"];

/// The annotations of a policy, in its order.
pub fn annotations(path: &RepoPath, text: &str, findings: &mut Findings) -> Vec<Annotation> {
    let lines: Vec<(usize, &str)> = lines(text).collect();
    let mut annotations = Vec::new();
    let mut number = 0;
    while number < lines.len() {
        if lines[number].1.trim_end() != "# METADATA" {
            number += 1;
            continue;
        }
        let first = number + 1;
        let is_comment = |(_, line): &&(usize, &str)| line.starts_with('#');
        let end = first + lines[first..].iter().take_while(is_comment).count();
        let reader = Reader { path, text };
        let below = lines[end..].iter().map(|(_, line)| line.trim()).find(|line| !line.is_empty());
        // As OPA has it: above a package it is of the package, unless it says otherwise.
        let is_of_package = below.is_some_and(|line| line.starts_with("package "));
        let unread = Annotation { is_of_package, ..Annotation::default() };
        let mut annotation = reader.annotation(&yaml_of(text, &lines[first..end]), unread, findings);
        annotation.line = number as u32 + 1;
        annotation.end = end as u32 + 1;
        annotations.push(annotation);
        number = end;
    }
    annotations
}

/// Each line with the offset of its first byte.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut offset = 0;
    text.split('\n').map(move |line| {
        let start = offset;
        offset += line.len() + 1;
        (start, line)
    })
}

/// As long as the text: the comments of these lines without their `#`, all else blank.
fn yaml_of(text: &str, comments: &[(usize, &str)]) -> String {
    let mut yaml: Vec<u8> = text.bytes().map(|byte| if byte == b'\n' { b'\n' } else { b' ' }).collect();
    for (start, line) in comments {
        yaml[start + 1..start + line.len()].copy_from_slice(&line.as_bytes()[1..]);
    }
    String::from_utf8(yaml).expect("whole lines of UTF-8 and ASCII are UTF-8")
}

struct Reader<'t> {
    path: &'t RepoPath,
    text: &'t str,
}

impl Reader<'_> {
    fn annotation(&self, yaml: &str, mut annotation: Annotation, findings: &mut Findings) -> Annotation {
        let mut mistakes = Findings::default();
        let roots = roots(self.path, yaml, &mut mistakes);
        findings.extend(mistakes);
        let Some(root) = roots.first() else { return annotation };
        for (key, _, value) in self.fields(root, &KNOWN, findings) {
            match key {
                "scope" => {
                    let scope = self.one_of(value, &SCOPES, findings);
                    annotation.is_of_package = matches!(scope, Some("package" | "subpackages"));
                }
                "title" => annotation.title = self.line(value, findings),
                "description" => annotation.description = self.prose(value, findings),
                "related_resources" => annotation.links = self.links(value, findings),
                "custom" => self.custom(value, &mut annotation, findings),
                // For OPA and its readers.
                _ => {}
            }
        }
        annotation
    }

    fn custom(&self, node: &Node, annotation: &mut Annotation, findings: &mut Findings) {
        for (key, _, value) in self.fields(node, &CUSTOM, findings) {
            match key {
                "id" => annotation.id = self.id(value, findings),
                "severity" => {
                    annotation.severity = self.one_of(value, &SEVERITIES, findings).map(|severity| match severity {
                        "error" => Severity::Error,
                        _ => Severity::Warning,
                    });
                }
                "owners" => annotation.owners = self.owners(value, findings),
                "approvals" => match value.value {
                    NodeValue::Integer(count @ 0..=20) => annotation.approvals = Some(count as u32),
                    _ => self.wrong(value, "a number from 0 to 20", findings),
                },
                "help" => {
                    annotation.help = match &value.value {
                        NodeValue::Sequence(items) => items.iter().map(|item| self.line(item, findings)).collect(),
                        _ => vec![self.prose(value, findings)],
                    };
                }
                _ => {}
            }
        }
    }

    /// The entries of a mapping. Of unknown keys, those that are near a known one are slips of the keyboard; others are
    /// somebody else's.
    fn fields<'n>(&self, node: &'n Node, known: &[&'static str], findings: &mut Findings) -> Vec<Field<'n>> {
        let NodeValue::Mapping(entries) = &node.value else {
            self.wrong(node, "a mapping such as `title: Images are pinned`", findings);
            return Vec::new();
        };
        let mut fields = Vec::new();
        for entry in entries {
            match known.iter().find(|known| **known == entry.key) {
                Some(known) => fields.push((*known, entry.key_span, &entry.value)),
                None => {
                    if let Some(near) = nearest(&entry.key, known.iter().copied()) {
                        findings.push(unknown_key(self.at(entry.key_span), &entry.key, near, entry.key_span));
                    }
                }
            }
        }
        fields
    }

    fn one_of(&self, node: &Node, known: &[&'static str], findings: &mut Findings) -> Option<&'static str> {
        let found = match &node.value {
            NodeValue::Text(text) => known.iter().find(|known| *known == text).copied(),
            _ => None,
        };
        if found.is_none() {
            self.wrong(node, &format!("one of {}", listed(known.iter().copied(), 9)), findings);
        }
        found
    }

    fn line(&self, node: &Node, findings: &mut Findings) -> String {
        match &node.value {
            NodeValue::Text(text) if !text.trim().is_empty() && !text.trim().contains('\n') => text.trim().to_owned(),
            _ => {
                self.wrong(node, "one line of text", findings);
                String::new()
            }
        }
    }

    fn prose(&self, node: &Node, findings: &mut Findings) -> String {
        match &node.value {
            NodeValue::Text(text) => text.trim().to_owned(),
            _ => {
                self.wrong(node, "text", findings);
                String::new()
            }
        }
    }

    fn id(&self, node: &Node, findings: &mut Findings) -> Option<String> {
        match &node.value {
            NodeValue::Text(text) if Name::parse(text).is_some() => Some(text.clone()),
            _ => {
                self.wrong(node, "lower-case words with hyphens between, such as `pinned-image`", findings);
                None
            }
        }
    }

    fn owners(&self, node: &Node, findings: &mut Findings) -> Vec<Name> {
        let NodeValue::Sequence(items) = &node.value else {
            self.wrong(node, "a list of teams such as `[security]`", findings);
            return Vec::new();
        };
        let mut owners = Vec::new();
        for item in items {
            match &item.value {
                NodeValue::Text(text) if Name::parse(text).is_some() => owners.extend(Name::parse(text)),
                _ => self.wrong(item, "the name of a team", findings),
            }
        }
        owners
    }

    fn links(&self, node: &Node, findings: &mut Findings) -> Vec<String> {
        let NodeValue::Sequence(items) = &node.value else {
            self.wrong(node, "a list of links", findings);
            return Vec::new();
        };
        items.iter().map(|item| self.line(item.child("ref").unwrap_or(item), findings)).collect()
    }

    fn wrong(&self, node: &Node, expected: &str, findings: &mut Findings) {
        findings.push(wrong_value(self.at(node.span), expected));
    }

    fn at(&self, span: Span) -> Location {
        Location::in_text(self.path.clone(), self.text, span)
    }
}

type Field<'n> = (&'static str, Span, &'n Node);

fn unknown_key(at: Location, key: &str, near: &'static str, span: Span) -> Finding {
    Finding::new(&rules::METADATA, at, format!("a METADATA annotation has no field `{key}`"))
        .label("unknown field")
        .help(format!("did you mean `{near}`?"))
        .fix(span, near)
}

fn wrong_value(at: Location, expected: &str) -> Finding {
    Finding::new(&rules::METADATA, at, format!("this field of the METADATA annotation must be {expected}"))
        .label(format!("expected {expected}"))
        .help("`pavior rules policy/metadata` shows a whole annotation")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<Annotation>, Vec<(u32, u32, String)>) {
        let mut findings = Findings::default();
        let annotations = annotations(&RepoPath::literal("policies/a.rego"), text, &mut findings);
        let place = |finding: &Finding| (finding.at.start.line, finding.at.start.column, finding.message.clone());
        (annotations, findings.iter().map(place).collect())
    }

    const POLICY: &str = "\
# METADATA
# scope: package
# title: Images are pinned
# description: >-
#   A tag may be moved,
#   a digest may not
# related_resources:
# - ref: https://example.com/a
# custom:
#   id: pinned
#   severity: warning
#   owners: [security]
#   approvals: 2
#   help: pin it
package pavior.images
";

    #[test]
    fn an_annotation_is_read_from_its_comments() {
        let (annotations, mistakes) = read(POLICY);
        assert_eq!(mistakes, []);
        let expected = Annotation {
            line: 1,
            end: 15,
            is_of_package: true,
            title: "Images are pinned".to_owned(),
            description: "A tag may be moved, a digest may not".to_owned(),
            id: Some("pinned".to_owned()),
            severity: Some(Severity::Warning),
            owners: vec![Name::parse("security").unwrap()],
            approvals: Some(2),
            help: vec!["pin it".to_owned()],
            links: vec!["https://example.com/a".to_owned()],
        };
        assert_eq!(annotations, [expected]);
    }

    #[test]
    fn above_a_package_it_is_of_the_package_unless_it_says_otherwise() {
        let is_of_package = |text: &str| read(text).0[0].is_of_package;
        assert!(is_of_package("# METADATA\n# title: x\n\npackage a\n"));
        assert!(!is_of_package("# METADATA\n# title: x\n# scope: rule\npackage a\n"));
        assert!(!is_of_package("package a\n\n# METADATA\n# title: x\ndeny contains 1 if true\n"));
        assert!(is_of_package("package a\n\n# METADATA\n# scope: package\n# title: x\n"));
    }

    #[test]
    fn a_mistake_is_told_where_it_stands_in_the_policy() {
        let (_, mistakes) =
            read("package é\n\n# METADATA\n# titel: x\n# custom:\n#   severity: fatal\n#   approvals: many\n");
        let places: Vec<_> = mistakes.iter().map(|(line, column, _)| (*line, *column)).collect();
        assert_eq!(places, [(4, 3), (6, 15), (7, 16)]);
        assert!(mistakes[0].2.contains("`titel`"), "{mistakes:?}");
    }

    #[test]
    fn yaml_that_is_none_is_told_at_its_line() {
        let (annotations, mistakes) = read("# METADATA\n# title: [a\npackage a\n");
        assert_eq!(annotations.len(), 1);
        assert!(!mistakes.is_empty() && mistakes.iter().all(|(line, _, _)| *line >= 2), "{mistakes:?}");
    }

    #[test]
    fn fields_of_other_tools_are_left_alone() {
        let (_, mistakes) = read("# METADATA\n# title: x\n# custom:\n#   mitre: T1611\n# authors: [a]\npackage a\n");
        assert_eq!(mistakes, []);
    }
}
