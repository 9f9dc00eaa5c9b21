//! One policy file: text in, what it declares out. Refuses what could hang us or what is not a function of its input,
//! each at its place. Knows the syntax tree of regorus, and no engine.

use super::annotation::{Annotation, annotations};
use super::located::{Trouble, trouble};
use super::recursion::References;
use super::walk::{Visit, walk};
use super::wording;
use crate::model::{Findings, Location, RepoPath, Span};
use regorus::unstable::{Import, Module, Parser, Rule, RuleHead, Source, Span as RegoSpan};
use std::collections::BTreeSet;

/// Deeper literals take exponential time to parse.
const MAX_NESTING: usize = 16;

/// What `deny` and `warn` demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    Deny,
    Warn,
}

impl Verb {
    pub fn as_str(self) -> &'static str {
        match self {
            Verb::Deny => "deny",
            Verb::Warn => "warn",
        }
    }

    fn parse(text: &str) -> Option<Verb> {
        [Verb::Deny, Verb::Warn].into_iter().find(|verb| verb.as_str() == text)
    }
}

/// One definition of `deny` or `warn`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    pub verb: Verb,
    /// The word `deny` or `warn`.
    pub name: Span,
    /// The line of the head.
    pub line: u32,
    /// Its own, without that of the package.
    pub annotation: Option<Annotation>,
}

/// A policy that can be compiled.
#[derive(Debug, Clone)]
pub struct Policy {
    pub path: RepoPath,
    pub text: String,
    /// With its dots, without `data.`.
    pub package: String,
    /// Of the package.
    pub annotation: Option<Annotation>,
    pub definitions: Vec<Definition>,
    /// Names of the rules that are tests, with their lines.
    pub tests: Vec<(String, u32)>,
    /// What each rule refers to.
    pub references: Vec<References>,
    /// Names that stand for paths, without `data.`.
    pub imports: Vec<(String, String)>,
    /// The fields of `input` that it reads; None when it reads the whole.
    pub reads: Option<BTreeSet<String>>,
}

/// Whether a file holds tests: they are never evaluated on units.
pub fn is_test(path: &RepoPath) -> bool {
    path.as_str().ends_with("_test.rego")
}

/// None, with findings, when it cannot be used.
pub fn policy(path: &RepoPath, text: &str, findings: &mut Findings) -> Option<Policy> {
    if let Some(offset) = nested_too_deep(text) {
        findings.push(wording::nested_too_deep(at(path, text, offset, offset + 1), MAX_NESTING));
        return None;
    }
    let module = match parsed(path, text) {
        Ok(module) => module,
        Err(error) => {
            let Trouble { location, message } = trouble(&error, path, text);
            findings.push(wording::syntax(location, &message));
            return None;
        }
    };
    let annotations = annotations(path, text, findings);
    let package = package_of(&module);
    let mut visit = Visit::default();
    walk(&module, &mut visit);
    let reads = visit.reads();
    let span = |span: &RegoSpan| at(path, text, span.start as usize, span.end as usize);
    let mut whole = true;
    if !is_test(path) {
        for (name, place) in visit.calls.iter().filter(|(name, _)| is_refused(name)) {
            findings.push(wording::refused(span(place), name));
            whole = false;
        }
    }
    if package != "pavior" && !package.starts_with("pavior.") {
        findings.push(wording::foreign_package(span(&module.package.span), &package));
        whole = false;
    }
    let mut policy = Policy {
        path: path.clone(),
        text: text.to_owned(),
        package,
        annotation: annotations.iter().find(|annotation| annotation.is_of_package).cloned(),
        definitions: Vec::new(),
        tests: Vec::new(),
        imports: imports(&module),
        references: visit.references,
        reads,
    };
    for rule in &module.policy {
        match definition(rule, &annotations, text) {
            Head::Set(definition) => policy.definitions.push(definition),
            Head::NotASet(verb) => {
                findings.push(wording::not_a_set(span(rule.span()), verb));
                whole = false;
            }
            Head::Other(name) if name.starts_with("test_") => policy.tests.push((name, rule.span().line)),
            Head::Other(_) => {}
        }
    }
    whole.then_some(policy)
}

enum Head {
    Set(Definition),
    /// `deny` or `warn` in another shape.
    NotASet(Verb),
    Other(String),
}

fn definition(rule: &Rule, annotations: &[Annotation], text: &str) -> Head {
    let Rule::Spec { head, .. } = rule else { return Head::Other(String::new()) };
    let (RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } | RuleHead::Func { refr, .. }) = head;
    let name = refr.span();
    let written = name.text();
    let Some(verb) = Verb::parse(written) else { return Head::Other(written.to_owned()) };
    if !matches!(head, RuleHead::Set { key: Some(_), .. }) {
        return Head::NotASet(verb);
    }
    let (start, end) = (name.start as usize, name.end as usize);
    let line = text[..start].matches('\n').count() as u32 + 1;
    let is_its = |one: &&Annotation| !one.is_of_package && is_right_above(one, line, text);
    let annotation = annotations.iter().rfind(is_its).cloned();
    Head::Set(Definition { verb, name: Span::new(start, end), line, annotation })
}

/// Only blank lines stand between.
fn is_right_above(annotation: &Annotation, line: u32, text: &str) -> bool {
    annotation.end <= line
        && text
            .lines()
            .skip(annotation.end as usize - 1)
            .take((line - annotation.end) as usize)
            .all(|between| between.trim().is_empty())
}

fn parsed(path: &RepoPath, text: &str) -> anyhow::Result<Module> {
    let source = Source::from_contents(path.to_string(), text.to_owned())?;
    let mut parser = Parser::new(&source)?;
    parser.enable_rego_v1()?;
    parser.parse()
}

/// `import data.pavior.lib.kubernetes`, with or without `as`.
fn imports(module: &Module) -> Vec<(String, String)> {
    let import = |import: &Import| {
        let path = import.refr.span().text().strip_prefix("data.")?.to_owned();
        let last = path.rsplit('.').next().unwrap_or(&path).to_owned();
        Some((import.r#as.as_ref().map_or(last, |alias| alias.text().to_owned()), path))
    };
    module.imports.iter().filter_map(import).collect()
}

fn package_of(module: &Module) -> String {
    module.package.refr.span().text().to_owned()
}

fn is_refused(function: &str) -> bool {
    const REFUSED: [&str; 8] = [
        "print",
        "trace",
        "time.now_ns",
        "rand.intn",
        "uuid.rfc4122",
        "numbers.range",
        "numbers.range_step",
        "opa.runtime",
    ];
    REFUSED.contains(&function)
        || ["http.", "net.", "time.", "rand.", "uuid.", "io."].iter().any(|module| function.starts_with(module))
}

/// The first bracket that is one too deep, outside of texts and comments.
fn nested_too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut bytes) = (0_usize, text.bytes().enumerate());
    while let Some((offset, byte)) = bytes.next() {
        match byte {
            b'#' => drop(bytes.find(|(_, byte)| *byte == b'\n')),
            b'`' => drop(bytes.find(|(_, byte)| *byte == b'`')),
            b'"' => {
                while let Some((_, inner)) = bytes.next() {
                    match inner {
                        b'\\' => drop(bytes.next()),
                        b'"' | b'\n' => break,
                        _ => {}
                    }
                }
            }
            b'[' | b'{' | b'(' => {
                depth += 1;
                if depth > MAX_NESTING {
                    return Some(offset);
                }
            }
            b']' | b'}' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn at(path: &RepoPath, text: &str, start: usize, end: usize) -> Location {
    Location::in_text(path.clone(), text, Span::new(start.min(text.len()), end.min(text.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Policy>, Vec<String>) {
        let mut findings = Findings::default();
        let policy = policy(&RepoPath::literal("policies/a.rego"), text, &mut findings);
        let told = |finding: &crate::model::Finding| {
            format!("{}:{} {}", finding.at.start.line, finding.at.start.column, finding.rule.id)
        };
        (policy, findings.iter().map(told).collect())
    }

    #[test]
    fn definitions_have_the_annotation_right_above_them() {
        let (policy, told) = read(
            "# METADATA\n# scope: package\n# title: All\npackage pavior.a\n\n# METADATA\n# title: One\ndeny contains \"x\" if \
             input.unit.name\n\nwarn contains \"y\" if input.manifests[_]\n",
        );
        assert_eq!(told, Vec::<String>::new());
        let policy = policy.unwrap();
        assert_eq!(policy.annotation.unwrap().title, "All");
        let titles: Vec<_> = policy
            .definitions
            .iter()
            .map(|one| (one.verb, one.line, one.annotation.as_ref().map(|annotation| annotation.title.as_str())))
            .collect();
        assert_eq!(titles, [(Verb::Deny, 8, Some("One")), (Verb::Warn, 10, None)]);
        assert_eq!(policy.reads, Some(["manifests", "unit"].map(str::to_owned).into()));
    }

    #[test]
    fn who_reads_the_whole_input_reads_everything() {
        let (policy, _) = read("package pavior.a\nall := [k | some k, v in input]\n");
        assert_eq!(policy.unwrap().reads, None);
    }

    #[test]
    fn what_is_no_function_of_the_input_is_refused_where_it_is_called() {
        let (policy, told) =
            read("package pavior.a\n\ndeny contains \"x\" if {\n\tx := time.now_ns()\n\tprint(x)\n}\n");
        assert!(policy.is_none());
        assert_eq!(told, ["4:7 policy/refused", "5:2 policy/refused"]);
    }

    #[test]
    fn brackets_are_counted_outside_of_texts_and_comments() {
        let nested = |text: &str| format!("package pavior.a\nx := {text}\n");
        assert_eq!(read(&nested(&format!("{}1{}", "[".repeat(17), "]".repeat(17)))).1, ["2:22 policy/nesting"]);
        let quoted = format!("\"{}\\\"\" # {}", "[".repeat(40), "{".repeat(40));
        assert_eq!(read(&nested(&quoted)).1, Vec::<String>::new());
        assert_eq!(read(&nested(&format!("`{}`", "[".repeat(40)))).1, Vec::<String>::new());
    }

    #[test]
    fn a_deny_that_is_no_set_and_a_foreign_package_are_told() {
        assert_eq!(read("package pavior.a\ndeny := true\n").1, ["2:1 policy/shape"]);
        assert_eq!(read("package kubernetes.a\n").1, ["1:1 policy/package"]);
        assert_eq!(read("package pavior.a\ndeny[msg] { msg := 1 }\n").1.len(), 1);
    }
}
