//! Environment variables. A secret never stands in a value: variables that are exactly one secret refer to it, and
//! longer texts use `$(NAME)`, which Kubernetes expands, of a helper variable that comes before.

use super::ContainerPlaces;
use super::expand::{Expander, Piece};
use crate::link::UnitContainer;
use crate::provision::unit::{EnvironmentVariable, Output, VariableValue};
use indexmap::IndexMap;

/// Helpers first, in the order in which they are needed, then the variables in the order of the declaration.
pub fn variables(
    container: &UnitContainer<'_>,
    at: &ContainerPlaces<'_, '_>,
    expander: &mut Expander<'_, '_, '_, '_>,
) -> Vec<EnvironmentVariable> {
    let mut helpers = Helpers { taken: &container.variables, named: IndexMap::new() };
    let mut variables = Vec::with_capacity(container.variables.len());
    for (name, template) in &container.variables {
        let pieces = expander.expand(template, &at.variable(name));
        let value = match pieces.as_slice() {
            [Piece::Output { resource, output }] => reference(*resource, output, expander),
            pieces => VariableValue::Text(composed(pieces, expander, &mut helpers)),
        };
        variables.push(EnvironmentVariable { name: name.clone(), value });
    }
    let helpers = helpers.named.into_iter().map(|((resource, output), name)| {
        let value = reference(resource, &output, expander);
        EnvironmentVariable { name, value }
    });
    let mut all: Vec<EnvironmentVariable> = helpers.collect();
    all.extend(variables);
    all
}

/// The Secret and key in which an output reaches the workload.
fn reference(resource: usize, output: &str, expander: &Expander<'_, '_, '_, '_>) -> VariableValue {
    match expander.output(resource, output) {
        Some((_, Output::Secret { name, key })) => VariableValue::Secret { name: name.clone(), key: key.clone() },
        Some((resource, Output::Store { .. })) => {
            VariableValue::Secret { name: resource.secret_name.clone(), key: output.to_owned() }
        }
        Some((_, Output::Plain(value))) => VariableValue::Text(escaped(value, false)),
        None => VariableValue::Text(String::new()),
    }
}

fn composed<'v>(pieces: &[Piece], expander: &Expander<'_, '_, '_, '_>, helpers: &mut Helpers<'v>) -> String {
    let mut text = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(piece) => text.push_str(&escaped(piece, index + 1 < pieces.len())),
            Piece::Output { resource, output } => {
                let local = expander.output(*resource, output).map(|(known, _)| known.local.to_string());
                let name = helpers.name(*resource, &local.unwrap_or_default(), output);
                text.push_str(&format!("$({name})"));
            }
        }
    }
    text
}

/// Kubernetes reads `$$` as `$` and `$(` as the start of a reference, so a run of `$` that one of them could be read
/// into is doubled. `before_reference`: a `$(NAME)` of ours follows.
fn escaped(text: &str, before_reference: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('$') {
        escaped.push_str(&rest[..start]);
        let run = rest[start..].bytes().take_while(|byte| *byte == b'$').count();
        let after = &rest[start + run..];
        let ambiguous = run > 1 || after.starts_with('(') || (after.is_empty() && before_reference);
        escaped.push_str(&"$".repeat(if ambiguous { 2 * run } else { run }));
        rest = after;
    }
    escaped.push_str(rest);
    escaped
}

/// Names of helper variables, none of them taken by the user or by another.
struct Helpers<'v> {
    taken: &'v IndexMap<String, crate::link::Template>,
    named: IndexMap<(usize, String), String>,
}

impl Helpers<'_> {
    fn name(&mut self, resource: usize, local: &str, output: &str) -> String {
        if let Some(known) = self.named.get(&(resource, output.to_owned())) {
            return known.clone();
        }
        let base = format!("PAVIOR_{}_{}", upper_case(local), upper_case(output));
        let is_free = |name: &String| !self.taken.contains_key(name) && !self.named.values().any(|other| other == name);
        let candidates = std::iter::once(base.clone()).chain((2..).map(|number| format!("{base}_{number}")));
        let name = candidates.into_iter().find(is_free).unwrap_or(base);
        self.named.insert((resource, output.to_owned()), name.clone());
        name
    }
}

/// `accessKeyId` and `access-key-id` as `ACCESS_KEY_ID`.
fn upper_case(text: &str) -> String {
    let mut upper = String::with_capacity(text.len() + 4);
    let mut after_lower = false;
    for character in text.chars() {
        if character.is_ascii_uppercase() && after_lower {
            upper.push('_');
        }
        after_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
        upper.push(if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' });
    }
    upper
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As Kubernetes expands a value in which no variable is known by that name.
    fn expand_like_kubernetes(text: &str) -> String {
        let bytes = text.as_bytes();
        let (mut out, mut at) = (Vec::new(), 0);
        while at < bytes.len() {
            match (bytes[at], bytes.get(at + 1)) {
                (b'$', Some(b'$')) => {
                    out.push(b'$');
                    at += 2;
                }
                (b'$', Some(b'(')) => match text[at..].find(')') {
                    Some(end) => {
                        out.extend(format!("<{}>", &text[at + 2..at + end]).bytes());
                        at += end + 1;
                    }
                    None => {
                        out.extend(b"$(");
                        at += 2;
                    }
                },
                (byte, _) => {
                    out.push(byte);
                    at += 1;
                }
            }
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_literal_reference_is_escaped() {
        assert_eq!(escaped("$(HOME) costs 5$", false), "$$(HOME) costs 5$");
        assert_eq!(escaped("pid $$ $x", false), "pid $$$$ $x");
        assert_eq!(escaped("5$", true), "5$$");
    }

    #[test]
    fn names_of_outputs_become_names_of_variables() {
        assert_eq!(upper_case("accessKeyId"), "ACCESS_KEY_ID");
        assert_eq!(upper_case("api-key.v2"), "API_KEY_V2");
        assert_eq!(upper_case("SMTP_PASSWORD"), "SMTP_PASSWORD");
    }

    proptest! {
        #[test]
        fn kubernetes_reads_escaped_text_as_it_was(text in "[$()a ]{0,12}") {
            prop_assert_eq!(expand_like_kubernetes(&escaped(&text, false)), text.clone());
            let with_reference = format!("{}$(SECRET)", escaped(&text, true));
            prop_assert_eq!(expand_like_kubernetes(&with_reference), format!("{text}<SECRET>"));
        }
    }
}
