//! The outputs of one resource: plain values, or where the value will be.

use crate::model::kinds::resource_type::{OutputSource, Provisioner, StoreReference};
use crate::provision::ask::Ask;
use crate::provision::evaluate::Evaluator;
use crate::provision::expression::Run;
use crate::provision::unit::Output;
use crate::read::Place;
use indexmap::IndexMap;
use serde_json::{Map, Value};

/// The output that stands for one output per entry of `params.keys`.
pub const EACH_KEY: &str = "*";

pub fn outputs(
    ask: &Ask<'_>,
    provisioner: &Provisioner,
    params: &Map<String, Value>,
    place: &Place,
    evaluator: &mut Evaluator<'_, '_, '_, '_>,
) -> IndexMap<String, Output> {
    let mut outputs = IndexMap::new();
    for (name, declaration) in &ask.kind.spec.outputs {
        // One that is not given is told where types are checked.
        let Some(source) = provisioner.outputs.get(name) else { continue };
        let place = place.clone().child("outputs").child(name.as_str());
        if name == EACH_KEY {
            let keys = params.get("keys").and_then(Value::as_array).into_iter().flatten();
            for key in keys.filter_map(Value::as_str) {
                let mut scope = evaluator.run.scope.clone();
                scope.set("output", Value::from(key));
                let (expressions, origin) = (evaluator.expressions, evaluator.origin);
                let mut inner = Evaluator { expressions, run: Run::new(&scope), origin, reporter: evaluator.reporter };
                if let Some(output) = one(ask, source, declaration.secret, &place, &mut inner) {
                    outputs.insert(key.to_owned(), output);
                }
            }
        } else if let Some(output) = one(ask, source, declaration.secret, &place, evaluator) {
            outputs.insert(name.clone(), output);
        }
    }
    outputs
}

fn one(
    ask: &Ask<'_>,
    source: &OutputSource,
    secret: bool,
    place: &Place,
    evaluator: &mut Evaluator<'_, '_, '_, '_>,
) -> Option<Output> {
    let reference = match source {
        OutputSource::Boolean(value) => return Some(Output::Plain(value.to_string())),
        OutputSource::Integer(value) => return Some(Output::Plain(value.to_string())),
        OutputSource::Text(text) => {
            let value = evaluator.text(text, place)?;
            if secret && !value.is_empty() {
                evaluator.unfit(
                    place,
                    "a plain value",
                    "a reference (`store` or `secret`), because the output is secret",
                );
                return None;
            }
            return Some(Output::Plain(value));
        }
        OutputSource::Reference(reference) => reference,
    };
    match (&reference.store, &reference.secret) {
        (Some(StoreReference::Property(property)), None) => {
            let property = evaluator.text(property, &place.clone().child("store"))?;
            Some(Output::Store { path: ask.store_path.clone(), property: Some(property) })
        }
        (Some(StoreReference::At(location)), None) => {
            let place = place.clone().child("store");
            let path = evaluator.text(&location.path, &place.clone().child("path"))?;
            let property = match &location.property {
                Some(property) => Some(evaluator.text(property, &place.child("property"))?),
                None => None,
            };
            Some(Output::Store { path, property })
        }
        (None, Some(key)) => {
            let place = place.clone().child("secret");
            let name = evaluator.text(&key.name, &place.clone().child("name"))?;
            let key = evaluator.text(&key.key, &place.child("key"))?;
            Some(Output::Secret { name, key })
        }
        (None, None) | (Some(_), Some(_)) => {
            evaluator.unfit(place, "something else", "a value, or exactly one of `store` and `secret`");
            None
        }
    }
}
