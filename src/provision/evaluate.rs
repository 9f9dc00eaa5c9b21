//! Evaluates trees of a provisioner: every string leaf is a pattern, keys are literal. What fails is told at the
//! string in the resource type's file, with the resource that ran into it.

use super::expression::{Expressions, Problem, Run};
use super::reporter::Reporter;
use super::rules;
use crate::model::{Finding, Location};
use crate::read::Place;
use serde_json::{Map, Value};

/// The resource that is evaluated, for findings.
#[derive(Debug, Clone)]
pub struct Origin {
    pub place: Place,
    /// `resource carts of service cart in staging`.
    pub subject: String,
}

pub struct Evaluator<'e, 'r, 'f, 'd> {
    pub expressions: &'e Expressions,
    pub run: Run<'e>,
    pub origin: &'e Origin,
    pub reporter: &'r mut Reporter<'f, 'd>,
}

/// One step to where a value stands; made into text only when there is something to tell.
#[derive(Debug, Clone, Copy)]
enum Step<'v> {
    Key(&'v str),
    Index(usize),
}

impl Evaluator<'_, '_, '_, '_> {
    /// The value of a tree that stands at `place`. A part that fails is null, and told.
    pub fn value(&mut self, tree: &Value, place: &Place) -> Value {
        let mut problems = Vec::new();
        let value = walk(tree, self.expressions, &self.run, &mut Vec::new(), &mut problems);
        for (route, problem) in problems {
            self.tell(
                problem,
                route.iter().fold(place.clone(), |place, step| match step {
                    Step::Key(key) => place.child(*key),
                    Step::Index(index) => place.child(index.to_string()),
                }),
            );
        }
        value
    }

    pub fn map(&mut self, tree: &Map<String, Value>, place: &Place) -> Map<String, Value> {
        tree.iter().map(|(key, value)| (key.clone(), self.value(value, &place.clone().child(key.as_str())))).collect()
    }

    /// A string that has to give a text; numbers and booleans become one.
    pub fn text(&mut self, text: &str, place: &Place) -> Option<String> {
        match self.expressions.evaluate(text, &self.run) {
            Ok(value) => match super::expression::to_text(&value) {
                Ok(text) => Some(text),
                Err(kind) => {
                    self.unfit(place, kind, "a text");
                    None
                }
            },
            Err(problem) => {
                self.tell(problem, place.clone());
                None
            }
        }
    }

    /// Says that what stands at `place` gives something else than it has to.
    pub fn unfit(&mut self, place: &Place, given: &str, wanted: &str) {
        let at = self.reporter.locate(place);
        let from = self.reporter.locate(&self.origin.place.clone().key());
        self.reporter.say(unfit_result(at, given, wanted, from, &self.origin.subject));
    }

    fn tell(&mut self, problem: Problem, place: Place) {
        let Problem { range, message, help } = problem;
        let at = self.reporter.locate(&place.within(range.start, range.end));
        let from = self.reporter.locate(&self.origin.place.clone().key());
        self.reporter.say(failed_expression(at, message, help, from, &self.origin.subject));
    }
}

fn failed_expression(at: Location, message: String, help: Option<String>, from: Location, subject: &str) -> Finding {
    let finding = Finding::new(&rules::EXPRESSION, at, message).related(from, format!("evaluated for {subject}"));
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

fn unfit_result(at: Location, given: &str, wanted: &str, from: Location, subject: &str) -> Finding {
    Finding::new(&rules::EXPRESSION, at, format!("this gives {given}, where {wanted} is needed"))
        .related(from, format!("evaluated for {subject}"))
        .help(format!("write {wanted}, or an expression of one"))
}

fn walk<'v>(
    tree: &'v Value,
    expressions: &Expressions,
    run: &Run<'_>,
    route: &mut Vec<Step<'v>>,
    problems: &mut Vec<(Vec<Step<'v>>, Problem)>,
) -> Value {
    match tree {
        Value::String(text) => expressions.evaluate(text, run).unwrap_or_else(|problem| {
            problems.push((route.clone(), problem));
            Value::Null
        }),
        Value::Array(items) => {
            let mut evaluated = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                route.push(Step::Index(index));
                evaluated.push(walk(item, expressions, run, route, problems));
                route.pop();
            }
            Value::Array(evaluated)
        }
        Value::Object(map) => {
            let mut evaluated = Map::new();
            for (key, value) in map {
                route.push(Step::Key(key));
                evaluated.insert(key.clone(), walk(value, expressions, run, route, problems));
                route.pop();
            }
            Value::Object(evaluated)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => tree.clone(),
    }
}
