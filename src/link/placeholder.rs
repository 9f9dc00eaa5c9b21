//! `${...}` placeholders of declarations: texts become templates. Plain paths only; `$${` is a literal `${`,
//! `\.` in a path is a dot of a name, as Score has it.

use crate::model::Name;
use std::ops::Range;

/// A text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    pub parts: Vec<TemplatePart>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart {
    Literal(String),
    /// What stands between the braces, split at dots, with its byte range (braces included) in the text.
    Placeholder {
        path: Vec<String>,
        range: Range<usize>,
    },
}

/// What is wrong with a placeholder, and where in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    pub range: Range<usize>,
    pub problem: TemplateProblem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateProblem {
    /// `${` without `}`.
    Unclosed,
    /// `${}`, `${a..b}`, `${.a}`.
    EmptyStep,
    /// Anything but letters, digits, `_` and `-` in a step.
    Character(char),
}

impl Template {
    /// Splits a text into literals and placeholders; all mistakes at once.
    pub fn parse(text: &str) -> Result<Template, Vec<TemplateError>> {
        let mut parts = Vec::new();
        let mut errors = Vec::new();
        let mut literal = String::new();
        let mut at = 0;
        while let Some(found) = text[at..].find("${") {
            let open = at + found;
            if text[at..open].ends_with('$') {
                literal.push_str(&text[at..open]);
                literal.push('{');
                at = open + 2;
                continue;
            }
            literal.push_str(&text[at..open]);
            let Some(length) = text[open..].find('}') else {
                errors.push(TemplateError { range: open..text.len(), problem: TemplateProblem::Unclosed });
                at = text.len();
                break;
            };
            let range = open..open + length + 1;
            match parse_path(&text[open + 2..open + length]) {
                Ok(path) => {
                    if !literal.is_empty() {
                        parts.push(TemplatePart::Literal(std::mem::take(&mut literal)));
                    }
                    parts.push(TemplatePart::Placeholder { path, range: range.clone() });
                }
                Err(problem) => errors.push(TemplateError { range: range.clone(), problem }),
            }
            at = range.end;
        }
        literal.push_str(&text[at..]);
        if !literal.is_empty() {
            parts.push(TemplatePart::Literal(literal));
        }
        if errors.is_empty() { Ok(Template { parts }) } else { Err(errors) }
    }

    /// The resource that it names and nothing else, as the source of a volume does.
    pub fn resource(&self) -> Option<Name> {
        let [TemplatePart::Placeholder { path, .. }] = self.parts.as_slice() else { return None };
        match Reference::of(path) {
            Ok(Reference::Resource(name)) => Name::parse(name),
            Ok(_) | Err(_) => None,
        }
    }

    /// The placeholders, in order.
    pub fn placeholders(&self) -> impl Iterator<Item = (&[String], &Range<usize>)> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Placeholder { path, range } => Some((path.as_slice(), range)),
            TemplatePart::Literal(_) => None,
        })
    }
}

fn parse_path(inner: &str) -> Result<Vec<String>, TemplateProblem> {
    let mut steps = vec![String::new()];
    let mut characters = inner.trim().chars();
    while let Some(character) = characters.next() {
        let step = steps.last_mut().expect("there is always a last step");
        match character {
            '.' if step.is_empty() => return Err(TemplateProblem::EmptyStep),
            '.' => steps.push(String::new()),
            '\\' if characters.clone().next() == Some('.') => {
                characters.next();
                step.push('.');
            }
            c if c.is_ascii_alphanumeric() || c == '_' || c == '-' => step.push(c),
            c => return Err(TemplateProblem::Character(c)),
        }
    }
    if steps.last().is_some_and(String::is_empty) { Err(TemplateProblem::EmptyStep) } else { Ok(steps) }
}

/// What a placeholder refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<'t> {
    /// A field of the declaration's own metadata.
    Metadata(MetadataField),
    /// A fact of the environment.
    Environment(EnvironmentField),
    /// A resource as such: a volume's source.
    Resource(&'t str),
    ResourceOutput {
        resource: &'t str,
        output: &'t str,
    },
    ServiceHost(&'t str),
    /// Its only port, or a named one.
    ServicePort {
        service: &'t str,
        port: Option<&'t str>,
    },
    SecretKey {
        request: &'t str,
        key: &'t str,
    },
}

macro_rules! fields {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($variant),+ }
        impl $name {
            pub const KNOWN: &'static [&'static str] = &[$($text),+];
            pub fn parse(text: &str) -> Option<$name> {
                match text { $($text => Some($name::$variant),)+ _ => None }
            }
        }
    };
}

fields!(
    /// What `${metadata.…}` may name.
    MetadataField { Name = "name", Owner = "owner" }
);
fields!(
    /// What `${environment.…}` may name.
    EnvironmentField {
        Name = "name",
        Class = "class",
        Provider = "provider",
        Region = "region",
        Domain = "domain",
        Namespace = "namespace",
        Cluster = "cluster",
    }
);

/// The first words that a placeholder may start with.
pub const ROOTS: &[&str] = &["metadata", "environment", "resources", "services", "secrets"];

/// Why a path refers to nothing, whatever the catalog holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownReference {
    /// The step that is unknown or missing.
    pub written: String,
    /// What may stand there; empty where any name may.
    pub known: Vec<&'static str>,
    /// The form that was meant, such as `${services.<service>.host}`.
    pub form: &'static str,
}

impl<'t> Reference<'t> {
    pub fn of(path: &'t [String]) -> Result<Reference<'t>, UnknownReference> {
        let Some((root, rest)) = path.split_first() else { return Err(unknown("", ROOTS, ANY_FORM)) };
        match root.as_str() {
            "metadata" => {
                field(rest, MetadataField::parse, MetadataField::KNOWN, "${metadata.<field>}").map(Reference::Metadata)
            }
            "environment" => field(rest, EnvironmentField::parse, EnvironmentField::KNOWN, "${environment.<field>}")
                .map(Reference::Environment),
            "resources" => resource(rest),
            "services" => service(rest),
            "secrets" => secret(rest),
            root => Err(unknown(root, ROOTS, ANY_FORM)),
        }
    }
}

const ANY_FORM: &str = "${<root>.<name>...}";

/// What a service may be asked for.
const SERVICE_FIELDS: &[&str] = &["host", "port", "ports"];

fn unknown(written: &str, known: &[&'static str], form: &'static str) -> UnknownReference {
    UnknownReference { written: written.to_owned(), known: known.to_vec(), form }
}

/// A path that goes on where nothing more can be named is as wrong as one that stops too early.
fn end<'t>(rest: &[String], reference: Reference<'t>, form: &'static str) -> Result<Reference<'t>, UnknownReference> {
    match rest.first() {
        None => Ok(reference),
        Some(surplus) => Err(unknown(surplus, &[], form)),
    }
}

fn field<F>(
    rest: &[String],
    parse: fn(&str) -> Option<F>,
    known: &[&'static str],
    form: &'static str,
) -> Result<F, UnknownReference> {
    let Some((written, rest)) = rest.split_first() else { return Err(unknown("", known, form)) };
    let field = parse(written).ok_or_else(|| unknown(written, known, form))?;
    match rest.first() {
        None => Ok(field),
        Some(surplus) => Err(unknown(surplus, &[], form)),
    }
}

fn resource(rest: &[String]) -> Result<Reference<'_>, UnknownReference> {
    let form = "${resources.<resource>.<output>}";
    match rest {
        [] => Err(unknown("", &[], form)),
        [resource] => Ok(Reference::Resource(resource)),
        [resource, output, rest @ ..] => end(rest, Reference::ResourceOutput { resource, output }, form),
    }
}

fn service(rest: &[String]) -> Result<Reference<'_>, UnknownReference> {
    let host = "${services.<service>.host}";
    let Some((service, rest)) = rest.split_first() else { return Err(unknown("", &[], host)) };
    let Some((field, rest)) = rest.split_first() else { return Err(unknown("", SERVICE_FIELDS, host)) };
    match (field.as_str(), rest) {
        ("host", rest) => end(rest, Reference::ServiceHost(service), host),
        ("port", rest) => end(rest, Reference::ServicePort { service, port: None }, "${services.<service>.port}"),
        ("ports", []) => Err(unknown("", &[], PORTS_FORM)),
        ("ports", [port, rest @ ..]) => end(rest, Reference::ServicePort { service, port: Some(port) }, PORTS_FORM),
        (field, _) => Err(unknown(field, SERVICE_FIELDS, host)),
    }
}

const PORTS_FORM: &str = "${services.<service>.ports.<port>}";

fn secret(rest: &[String]) -> Result<Reference<'_>, UnknownReference> {
    let form = "${secrets.<request>.<KEY>}";
    match rest {
        [] | [_] => Err(unknown("", &[], form)),
        [request, key, rest @ ..] => end(rest, Reference::SecretKey { request, key }, form),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> TemplatePart {
        TemplatePart::Literal(text.to_owned())
    }

    fn placeholder(path: &[&str], range: Range<usize>) -> TemplatePart {
        TemplatePart::Placeholder { path: path.iter().map(|s| (*s).to_owned()).collect(), range }
    }

    #[test]
    fn placeholders_and_literals_alternate() {
        let parts = Template::parse("${resources.carts.host}:6379").map(|t| t.parts);
        assert_eq!(parts, Ok(vec![placeholder(&["resources", "carts", "host"], 0..23), literal(":6379")]));
    }

    #[test]
    fn a_doubled_dollar_is_a_literal() {
        let parts = Template::parse("a$${HOME} $HOME $$").map(|t| t.parts);
        assert_eq!(parts, Ok(vec![literal("a${HOME} $HOME $$")]));
    }

    #[test]
    fn an_escaped_dot_belongs_to_the_name() {
        let parts = Template::parse(r"${metadata.a\.b}").map(|t| t.parts);
        assert_eq!(parts, Ok(vec![placeholder(&["metadata", "a.b"], 0..16)]));
    }

    #[test]
    fn every_mistake_is_found_with_its_range() {
        let errors = Template::parse("${} ${a b} ${x").expect_err("three mistakes");
        let problems: Vec<_> = errors.into_iter().map(|e| (e.range, e.problem)).collect();
        assert_eq!(
            problems,
            [
                (0..3, TemplateProblem::EmptyStep),
                (4..10, TemplateProblem::Character(' ')),
                (11..14, TemplateProblem::Unclosed)
            ]
        );
    }

    #[test]
    fn paths_outside_the_known_forms_are_unknown() {
        let reference = |text: &str| {
            let path: Vec<String> = text.split('.').map(str::to_owned).collect();
            Reference::of(&path).map(|_| ()).map_err(|unknown| unknown.written)
        };
        assert_eq!(reference("services.cart.host"), Ok(()));
        assert_eq!(reference("services.cart.ports.grpc"), Ok(()));
        assert_eq!(reference("services.cart.hots"), Err("hots".to_owned()));
        assert_eq!(reference("enviroment.domain"), Err("enviroment".to_owned()));
        for incomplete in
            ["metadata", "resources", "services", "services.cart", "services.cart.ports", "secrets.gateway"]
        {
            assert_eq!(reference(incomplete), Err(String::new()), "{incomplete}");
        }
        for surplus in ["metadata.name.x", "environment.name.x", "resources.db.host.x", "services.cart.host.x"] {
            assert_eq!(reference(surplus), Err("x".to_owned()), "{surplus}");
        }
        for surplus in ["services.cart.port.x", "services.cart.ports.grpc.x", "secrets.gateway.KEY.x"] {
            assert_eq!(reference(surplus), Err("x".to_owned()), "{surplus}");
        }
    }
}
