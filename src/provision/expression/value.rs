//! Values between JSON and CEL. Maps of CEL have no order: those that come back are sorted by key.

use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString};
use cel::common::value::Val;
use cel::objects::Key;
use serde_json::{Map, Number, Value};
use std::collections::{BTreeMap, HashMap};

/// A JSON value for CEL.
pub fn to_cel(value: &Value) -> Box<dyn Val> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(value) => Box::new(CelBool::from(*value)),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => Box::new(CelInt::from(integer)),
            None => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::String(text) => Box::new(CelString::from(text.clone())),
        Value::Array(items) => Box::new(CelList::from(items.iter().map(to_cel).collect::<Vec<_>>())),
        Value::Object(map) => {
            let entries: HashMap<CelMapKey<'static>, Box<dyn Val>> =
                map.iter().map(|(key, value)| (CelMapKey::from(key.clone()), to_cel(value))).collect();
            Box::new(CelMap::from(entries))
        }
    }
}

/// A CEL value as JSON, or what it is that JSON has no word for. `budget` shrinks by its size; below zero is the end.
pub fn to_json(value: &cel::Value, budget: &mut isize) -> Result<Value, Unfit> {
    *budget -= 1;
    let json = match value {
        cel::Value::Null => Value::Null,
        cel::Value::Bool(value) => Value::Bool(*value),
        cel::Value::Int(value) => Value::from(*value),
        cel::Value::UInt(value) => Value::from(*value),
        cel::Value::Float(value) => Number::from_f64(*value).map(Value::Number).ok_or(Unfit::Kind("not a number"))?,
        cel::Value::String(text) => {
            *budget -= text.len() as isize;
            if *budget < 0 {
                return Err(Unfit::TooLarge);
            }
            Value::String(text.to_string())
        }
        cel::Value::List(items) => {
            Value::Array(items.iter().map(|item| to_json(item, budget)).collect::<Result<_, _>>()?)
        }
        cel::Value::Map(map) => {
            let sorted: BTreeMap<&Key, &cel::Value> = map.map.iter().collect();
            let mut object = Map::new();
            for (key, value) in sorted {
                let Key::String(key) = key else { return Err(Unfit::Kind("a map with keys that are no texts")) };
                *budget -= key.len() as isize;
                object.insert(key.to_string(), to_json(value, budget)?);
            }
            Value::Object(object)
        }
        cel::Value::Bytes(_) => return Err(Unfit::Kind("bytes")),
        cel::Value::Function(..) => return Err(Unfit::Kind("a function")),
        cel::Value::Opaque(_) | cel::Value::Struct(_) => return Err(Unfit::Kind("an opaque value")),
    };
    if *budget < 0 { Err(Unfit::TooLarge) } else { Ok(json) }
}

/// Why a value cannot be a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    Kind(&'static str),
    TooLarge,
}

/// A scalar inside a text; lists, maps and null have none. Whole decimals lose their point.
pub fn to_text(value: &Value) -> Result<String, &'static str> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Number(number) => Ok(match number.as_f64() {
            Some(float) if number.is_f64() => float.to_string(),
            _ => number.to_string(),
        }),
        Value::Null => Err("null"),
        Value::Array(_) => Err("a list"),
        Value::Object(_) => Err("a map"),
    }
}
