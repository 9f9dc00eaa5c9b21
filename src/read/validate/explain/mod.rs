//! Errors of a schema validator become sentences: one for each cause, at the key or value that is meant.

mod choices;
mod fields;
mod formats;
mod keys;
mod limits;
mod names;
mod types;

use super::compiled::{Compiled, accepts, compiled};
use super::inspection::Inspection;
use super::shown::route_text;
use crate::model::Finding;
use crate::model::kinds::Kind;
use crate::read::schema::walk;
use crate::read::{Node, NodeValue, Place};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Error;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

pub use fields::{no_containers, unreadable};

pub mod rules {
    pub use super::choices::rules as choices;
    pub use super::fields::rules as fields;
    pub use super::formats::rules as formats;
    pub use super::keys::rules as keys;
    pub use super::limits::rules as limits;
    pub use super::names::rules as names;
    pub use super::types::rules as types;
}

/// What the schema said about a document.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Routes of fields that the schema does not know.
    pub unknown_fields: Vec<Vec<String>>,
    others: usize,
}

impl Outcome {
    /// Whether the declaration is right once unknown fields are left out.
    pub fn only_unknown_fields(&self) -> bool {
        self.others == 0
    }
}

/// One value with a mistake: where it is, what it is and what the schema wants.
struct Mistake<'i, 'd> {
    inspection: &'i Inspection<'d>,
    compiled: &'static Compiled,
    route: Vec<String>,
    node: &'d Node,
    schema: &'static Value,
}

impl Mistake<'_, '_> {
    fn place(&self) -> Place {
        self.inspection.place(&self.route)
    }

    /// As people write it: `spec.scaling.min`.
    fn path(&self) -> String {
        route_text(self.inspection.root(), &self.route)
    }

    /// What the schema says the value is for, as part of a sentence; empty where it says nothing.
    fn purpose(&self) -> String {
        purpose(self.schema)
    }

    /// The object that the value is in.
    fn parent_schema(&self) -> &'static Value {
        let parents = self.route.split_last().map_or(&[][..], |(_, parents)| parents);
        walk::at(&self.compiled.schema, parents)
    }
}

/// A description as part of a sentence.
fn purpose(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default().trim_end_matches('.');
    let mut letters = text.chars();
    let first = letters.next().unwrap_or_default();
    let keeps_capital = letters.clone().next().is_none_or(|second| second.is_uppercase());
    match (text.is_empty(), keeps_capital) {
        (true, _) => String::new(),
        (false, true) => text.to_owned(),
        (false, false) => first.to_lowercase().chain(letters).collect(),
    }
}

/// Most findings that the schema makes of one document; nobody reads more, and each costs time.
const MOST: usize = 100;

/// Reports all that the schema of a kind says about a document.
pub fn check_kind(inspection: &mut Inspection, kind: Kind, value: &Value) -> Outcome {
    let mut fractions = Vec::new();
    whole_floats(inspection.root(), &mut Vec::new(), &mut fractions);
    match fractions.is_empty() && accepts(kind, value) {
        true => Outcome::default(),
        false => check_schema(inspection, compiled(kind), value),
    }
}

/// Reports all that a schema says about a document.
pub fn check_schema(inspection: &mut Inspection, compiled: &'static Compiled, value: &Value) -> Outcome {
    let mut told = fractions(inspection, compiled);
    let mut outcome = Outcome { unknown_fields: Vec::new(), others: told.len() };
    let mut errors: BTreeMap<Vec<String>, Vec<ValidationError>> = BTreeMap::new();
    let mut all = compiled.validator.iter_errors(value);
    for error in all.by_ref().take(MOST) {
        let route = error.instance_path().segments().map(|segment| segment.to_string()).collect();
        errors.entry(route).or_default().push(error);
    }
    let untold = all.count();
    for (route, errors) in errors {
        // The header has been told already.
        if route.len() == 1 && matches!(route[0].as_str(), "apiVersion" | "kind") {
            outcome.others += 1;
            continue;
        }
        let Some(node) = inspection.node(&route) else { continue };
        let schema = walk::at(&compiled.schema, &route);
        let mistake = Mistake { inspection, compiled, route, node, schema };
        explain(&mistake, &errors, &mut outcome, &mut told);
    }
    let untold = untold + told.len().saturating_sub(MOST);
    told.truncate(MOST);
    told.into_iter().for_each(|finding| inspection.report(finding));
    if untold > 0 {
        outcome.others += 1;
        inspection.report(limits::too_many_mistakes(inspection));
    }
    outcome
}

fn explain(mistake: &Mistake, errors: &[ValidationError], outcome: &mut Outcome, told: &mut Vec<Finding>) {
    let mut unexpected: Vec<&str> = Vec::new();
    let mut missing: Vec<&str> = Vec::new();
    let mut value_error: Option<&ValidationError> = None;
    for error in errors {
        match error.kind() {
            // One more than the most, so that it is seen that some are left out.
            Error::AdditionalProperties { unexpected: fields } => {
                unexpected.extend(fields.iter().map(String::as_str).take(MOST + 1));
            }
            Error::Required { property } => missing.extend(property.as_str()),
            Error::PropertyNames { error } => {
                let key = error.instance().as_str().unwrap_or_default();
                let finding = keys::wrong_key(mistake, key, error);
                if !told.contains(&finding) {
                    told.push(finding);
                }
                outcome.others += 1;
            }
            kind if value_error.is_none_or(|known| rank(kind) < rank(known.kind())) => value_error = Some(error),
            _ => {}
        }
    }
    let suggested = fields::unknown(mistake, &unexpected, told);
    outcome.unknown_fields.extend(unexpected.iter().map(|field| {
        let mut route = mistake.route.clone();
        route.push((*field).to_owned());
        route
    }));
    outcome.others += missing.len() + usize::from(value_error.is_some());
    // The misspelt field is the cause of the missing one.
    missing.retain(|field| !suggested.contains(field) && !matches!((mistake.route.len(), *field), (0, "apiVersion")));
    told.extend(missing.iter().map(|field| fields::missing(mistake, field)));
    told.extend(value_error.map(|error| about_value(mistake, error.kind())));
}

/// Of several errors of one value, the first that is true makes the others idle.
fn rank(kind: &Error) -> u8 {
    match kind {
        Error::Type { .. } => 0,
        Error::Enum { .. } | Error::Constant { .. } => 1,
        Error::Format { .. } => 2,
        Error::Pattern { .. } => 3,
        Error::UniqueItems => 5,
        _ => 4,
    }
}

fn about_value(mistake: &Mistake, kind: &Error) -> Finding {
    match kind {
        Error::Type { .. } if mistake.node.value == NodeValue::Null => fields::no_value(mistake),
        Error::Type { .. } => types::wrong_type(mistake),
        Error::Enum { options } => choices::not_a_choice(mistake, options),
        Error::Constant { expected_value } => choices::not_the_constant(mistake, expected_value),
        Error::Format { .. } | Error::Pattern { .. } => formats::wrong_form(mistake),
        Error::MaxLength { .. } if !mistake.schema["format"].is_null() => formats::wrong_form(mistake),
        Error::Minimum { limit } => limits::too_small(mistake, limit),
        Error::Maximum { limit } => limits::too_large(mistake, limit),
        Error::MinLength { limit } => limits::too_short(mistake, *limit),
        Error::MaxLength { limit } => limits::too_long(mistake, *limit),
        Error::MinItems { limit } | Error::MinProperties { limit } => limits::too_few(mistake, *limit),
        Error::MaxItems { limit } | Error::MaxProperties { limit } => limits::too_many(mistake, *limit),
        Error::UniqueItems => limits::repeated(mistake),
        other => limits::refused(mistake, other.keyword()),
    }
}

/// `3.0` is a whole number to JSON Schema, but not to the types behind it, nor to the people who wrote it.
fn fractions(inspection: &Inspection, compiled: &'static Compiled) -> Vec<Finding> {
    let mut routes = Vec::new();
    whole_floats(inspection.root(), &mut Vec::new(), &mut routes);
    let mut found = Vec::new();
    for route in routes {
        let Some(node) = inspection.node(&route) else { continue };
        let schema = walk::at(&compiled.schema, &route);
        let types = walk::types(schema);
        if types.contains(&"integer") && !types.contains(&"number") {
            found.push(types::wrong_type(&Mistake { inspection, compiled, route, node, schema }));
        }
    }
    found
}

/// The routes of numbers that are written with a fraction and have none; a few are enough.
fn whole_floats<'n>(node: &'n Node, route: &mut Vec<Cow<'n, str>>, found: &mut Vec<Vec<String>>) {
    match &node.value {
        NodeValue::Mapping(entries) => {
            for entry in entries {
                route.push(Cow::Borrowed(&entry.key));
                whole_floats(&entry.value, route, found);
                route.pop();
            }
        }
        NodeValue::Sequence(items) => {
            for (at, item) in items.iter().enumerate() {
                route.push(Cow::Owned(at.to_string()));
                whole_floats(item, route, found);
                route.pop();
            }
        }
        NodeValue::Float(value) if value.fract() == 0.0 && found.len() <= MOST => {
            found.push(route.iter().map(|step| step.clone().into_owned()).collect());
        }
        _ => {}
    }
}
