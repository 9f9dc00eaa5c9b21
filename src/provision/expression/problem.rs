//! What can be wrong with an expression, in words that are the same in every run.

use super::{MAX_EXPRESSION, MAX_NESTING, MAX_OPERATORS, MAX_RESULT};
use crate::model::{listed, nearest};
use crate::provision::names::MIN_SHORT_NAME;
use cel::ExecutionError;
use std::ops::Range;

/// Something wrong in a pattern, and which bytes of it are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub range: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

impl Problem {
    fn new(range: Range<usize>, message: impl Into<String>) -> Problem {
        Problem { range, message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }
}

pub fn unclosed(range: Range<usize>) -> Problem {
    Problem::new(range, "the expression has no closing `}`").help("write `$${` for a literal `${`")
}

pub fn empty(range: Range<usize>) -> Problem {
    Problem::new(range, "the expression is empty").help("write `$${}` for a literal `${}`")
}

pub fn too_long(range: Range<usize>) -> Problem {
    Problem::new(range, format!("the expression is longer than {MAX_EXPRESSION} bytes"))
        .help("move constants into `tables`, or decisions into the Terraform module")
}

pub fn too_deep(range: Range<usize>) -> Problem {
    Problem::new(range, format!("the expression nests deeper than {MAX_NESTING} levels"))
        .help("use a look-up table in place of nested conditions")
}

pub fn too_complex(range: Range<usize>) -> Problem {
    Problem::new(range, format!("the expression has more than {MAX_OPERATORS} operators, selections and brackets"))
        .help("move constants into `tables`, or decisions into the Terraform module")
}

pub fn syntax(range: Range<usize>, why: &str) -> Problem {
    // The parser lists every token it would have taken, which helps nobody.
    let why = why.lines().next().unwrap_or_default().trim_start_matches("Syntax error: ");
    let why = why.split(" expecting ").next().unwrap_or(why).replace("'<EOF>'", "end");
    Problem::new(range, format!("the expression cannot be parsed: {why}"))
}

pub fn nested_comprehension(range: Range<usize>) -> Problem {
    Problem::new(range, "`map`, `filter`, `all` and `exists` may not nest")
        .help("chain them, as in `list.filter(x, ...).map(x, ...)`")
}

pub fn struct_literal(range: Range<usize>) -> Problem {
    Problem::new(range, "message types are not available in expressions").help("write a map: `{\"key\": value}`")
}

pub fn unknown_name<'a>(range: Range<usize>, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Problem {
    let problem = Problem::new(range, format!("`{name}` is not known here"));
    match nearest(name, known.clone()) {
        Some(near) => problem.help(format!("did you mean `{near}`? known are {}", listed(known, 20))),
        None => problem.help(format!("known are {}", listed(known, 20))),
    }
}

/// `path` is what was asked for the `field`, such as `params`.
pub fn unknown_field<'a>(
    range: Range<usize>,
    path: &str,
    field: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Problem {
    let problem = Problem::new(range, format!("`{path}` has no `{field}`"));
    match nearest(field, known.clone()) {
        Some(near) => problem.help(format!("did you mean `{near}`? `{path}` has {}", listed(known, 20))),
        None => problem.help(format!("`{path}` has {}", listed(known, 20))),
    }
}

pub fn name_too_short(range: Range<usize>, max: usize) -> Problem {
    Problem::new(range, format!("`names.short` failed: {max} is less than {MIN_SHORT_NAME}, the shortest safe name"))
}

pub fn not_text(range: Range<usize>, kind: &str) -> Problem {
    Problem::new(range, format!("{kind} cannot be a part of a text"))
        .help("make the expression the whole string, or use `json(...)`")
}

pub fn no_value(range: Range<usize>, kind: &str) -> Problem {
    Problem::new(range, format!("the result is {kind}, which has no place in a declaration"))
        .help("results are texts, whole numbers, finite decimals, booleans, lists and maps with text keys")
}

pub fn too_large(range: Range<usize>) -> Problem {
    Problem::new(range, format!("the result is larger than {} KiB", MAX_RESULT / 1024))
}

/// Never shows values: a map prints in another order each time.
pub fn failed(range: Range<usize>, error: &ExecutionError) -> Problem {
    match error {
        ExecutionError::NoSuchKey(key) => Problem::new(range, format!("there is no `{key}`"))
            .help("test with `has(...)` or `in` before reading what may be absent"),
        ExecutionError::FunctionError { function, message } => {
            Problem::new(range, format!("`{function}` failed: {message}"))
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            Problem::new(range, "the expression divides by zero")
        }
        ExecutionError::Overflow(..) => Problem::new(range, "a number is too large"),
        ExecutionError::IndexOutOfBounds(_) => Problem::new(range, "an index is beyond the end of its list"),
        ExecutionError::NoSuchOverload(error) => mismatched(range, error.function(), error.argument_types()),
        ExecutionError::UnsupportedBinaryOperator(operator, left, right) => {
            let operator = ["add +", "sub -", "mul *", "div /", "rem %"]
                .iter()
                .find_map(|known| known.strip_prefix(operator))
                .unwrap_or(operator)
                .trim();
            mismatched(range, operator, &[kind(left), kind(right)])
        }
        ExecutionError::ValuesNotComparable(left, right) => {
            Problem::new(range, format!("{} and {} cannot be compared", kind(left), kind(right)))
        }
        ExecutionError::InvalidArgumentCount { expected, actual } => {
            Problem::new(range, format!("a function takes {expected} arguments and got {actual}"))
        }
        _ => Problem::new(range, "the expression mixes types that do not go together")
            .help("convert with `int(...)`, `double(...)` or `string(...)`"),
    }
}

fn mismatched(range: Range<usize>, function: &str, types: &[String]) -> Problem {
    let operator = function.replace('_', "");
    let problem = match types {
        [left, right] if !operator.contains(|c: char| c.is_alphabetic()) => {
            format!("{left} {operator} {right} is not defined")
        }
        _ => format!("`{function}` is not defined for {}", types.join(", ")),
    };
    Problem::new(range, problem).help("convert with `int(...)`, `double(...)` or `string(...)`")
}

/// The type of a value by the name of the function that converts to it.
fn kind(value: &cel::Value) -> String {
    match value.type_of() {
        cel::objects::ValueType::Float => "double".to_owned(),
        other => other.to_string(),
    }
}
