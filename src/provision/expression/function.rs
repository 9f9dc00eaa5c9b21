//! The functions that expressions have beside CEL's own: `lookup`, `bytes`, `gib`, `json`, `matches`, `names.short`.

use super::program::{BYTES, ORDERED};
use super::value::{Unfit, to_json};
use super::{MAX_RESULT, Problem};
use crate::model::{Quantity, listed, nearest};
use crate::provision::names::{MIN_SHORT_NAME, Names};
use cel::extractors::This;
use cel::objects::Key;
use cel::{Context, ExecutionError, Value};
use std::sync::Arc;

type Outcome<T> = Result<T, ExecutionError>;

/// What a finding names when somebody calls a function that does not exist.
const FUNCTIONS: [&str; 18] = [
    "lookup",
    "bytes",
    "gib",
    "json",
    "matches",
    "names.short",
    "size",
    "has",
    "int",
    "double",
    "string",
    "contains",
    "startsWith",
    "endsWith",
    "map",
    "filter",
    "all",
    "exists",
];

/// Adds them to a context that cuts these names.
pub fn declare(context: &mut Context<'_, '_>, names: &Arc<Names>) {
    let names = names.clone();
    let short = move |max: i64| shortened(&names, max);
    let declared = [
        context.add_function("lookup", look_up),
        context.add_function(BYTES, |amount: Arc<String>| Ok::<_, ExecutionError>(quantity("bytes", &amount)?.0)),
        context.add_function("gib", |amount: Arc<String>| Ok::<_, ExecutionError>(quantity("gib", &amount)?.1)),
        context.add_function("json", json),
        context.add_function("matches", matches),
        context.add_function("names.short", short),
        context.add_function(ORDERED, ordered),
    ];
    debug_assert!(declared.iter().all(Result::is_ok), "a function of ours has the name of a standard one");
}

fn failure<T>(function: &str, message: impl Into<String>) -> Outcome<T> {
    Err(ExecutionError::FunctionError { function: function.to_owned(), message: message.into() })
}

fn look_up(table: Value, key: Value) -> Outcome<Value> {
    let Value::Map(table) = table else { return failure("lookup", "its first argument is no table") };
    let key = match key {
        Value::String(text) => Key::String(text),
        Value::Int(number) => Key::String(Arc::new(number.to_string())),
        Value::Bool(value) => Key::String(Arc::new(value.to_string())),
        _ => return failure("lookup", "its second argument is neither a text nor a whole number nor a boolean"),
    };
    if let Some(found) = table.map.get(&key) {
        return Ok(found.clone());
    }
    let known: std::collections::BTreeSet<String> = table.map.keys().map(Key::to_string).collect();
    let keys = || known.iter().map(String::as_str);
    let hint = nearest(&key.to_string(), keys()).map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
    failure("lookup", format!("the table has no `{key}`{hint}; it has {}", listed(keys(), 20)))
}

/// Bytes and, rounded up, GiB.
fn quantity(function: &str, text: &str) -> Outcome<(i64, i64)> {
    let Some(quantity) = Quantity::parse(text) else {
        return failure(function, format!("{text:?} is no quantity such as 500Mi or 10Gi"));
    };
    let gib = (quantity.units() + (1 << 30) - 1) >> 30;
    match (i64::try_from(quantity.units()), i64::try_from(gib)) {
        (Ok(bytes), Ok(gib)) => Ok((bytes, gib)),
        _ => failure(function, format!("{text} is too large")),
    }
}

/// Keys sorted, no spaces.
fn json(value: Value) -> Outcome<Arc<String>> {
    let mut budget = MAX_RESULT as isize;
    match to_json(&value, &mut budget) {
        Ok(value) => Ok(Arc::new(value.to_string())),
        Err(Unfit::Kind(kind)) => failure("json", format!("its argument is {kind}")),
        Err(Unfit::TooLarge) => failure("json", "its argument is too large"),
    }
}

fn matches(This(text): This<Arc<String>>, pattern: Arc<String>) -> Outcome<bool> {
    match crate::provision::regular::compile(&pattern) {
        Ok(regex) => Ok(regex.is_match(&text)),
        Err(why) => failure("matches", why),
    }
}

fn shortened(names: &Names, max: i64) -> Outcome<Arc<String>> {
    match usize::try_from(max).ok().and_then(|max| names.short(max)) {
        Some(name) => Ok(Arc::new(name)),
        None => failure("names.short", format!("{max} is less than {MIN_SHORT_NAME}, the shortest safe name")),
    }
}

/// A map as the sorted list of its keys; anything else as it is.
fn ordered(value: Value) -> Value {
    let Value::Map(map) = value else { return value };
    let keys: std::collections::BTreeSet<&Key> = map.map.keys().collect();
    Value::List(Arc::new(keys.into_iter().map(Value::from).collect()))
}

/// What a call of an unknown function is answered with.
pub fn unknown(range: std::ops::Range<usize>, name: &str) -> Problem {
    super::problem::unknown_name(range, name, FUNCTIONS.iter().copied())
}
