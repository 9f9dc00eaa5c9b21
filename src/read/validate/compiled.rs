//! The schemas as validators, each built when its kind is first met.

use crate::model::kinds::{Kind, keys};
use crate::model::{
    Count, Date, Duration, HttpsUrl, Money, Name, Percent, Price, PriceUnit, Quantity, Threshold, Timestamp,
};
use crate::read::schema::schema;
use crate::read::score;
use jsonschema::{Draft, PatternOptions, ValidationOptions, Validator};
use serde_json::Value;
use std::sync::OnceLock;

/// A schema and what checks by it.
pub struct Compiled {
    pub schema: Value,
    pub validator: Validator,
}

static COMPILED: [OnceLock<Compiled>; Kind::ALL.len()] = [const { OnceLock::new() }; Kind::ALL.len()];

/// The validator of a kind.
pub fn compiled(kind: Kind) -> &'static Compiled {
    COMPILED[kind as usize].get_or_init(|| {
        let schema = schema(kind);
        let validator = options().build(&schema).expect("schemas of our types are valid; a test builds them all");
        Compiled { schema, validator }
    })
}

/// The validator of Score files.
pub fn compiled_score() -> &'static Compiled {
    static SCORE: OnceLock<Compiled> = OnceLock::new();
    SCORE.get_or_init(|| {
        let schema = score::schema::schema();
        let validator = options().build(&schema).expect("the schema of Score is valid; a test builds it");
        Compiled { schema, validator }
    })
}

/// Says of a service whether all is well, and no more. Made when Pavior is built, because making [`compiled`] takes longer
/// than checking a thousand services. A test says that its file is what the types say.
#[jsonschema::validator(
    path = "schemas/service.schema.json",
    draft = Draft7,
    validate_formats = true,
    formats = {
        "pavior-absolute-path" => crate::read::validate::checks::is_normal_absolute_path,
        "pavior-duration" => crate::read::validate::compiled::is_duration,
        "pavior-https-url" => crate::read::validate::compiled::is_https_url,
        "pavior-name" => crate::read::validate::compiled::is_name,
        "pavior-percent" => crate::read::validate::compiled::is_percent,
        "pavior-quantity" => crate::read::validate::compiled::is_quantity,
    },
    methods = { is_valid = true, validate = false, iter_errors = false }
)]
struct ServiceSchema;

/// Whether a declaration is known to follow its schema. Where it is not known, [`compiled`] says what is wrong.
pub fn accepts(kind: Kind, value: &Value) -> bool {
    kind == Kind::Service && ServiceSchema::is_valid(value)
}

fn is_duration(text: &str) -> bool {
    Duration::parse(text).is_some()
}

fn is_https_url(text: &str) -> bool {
    HttpsUrl::parse(text).is_some()
}

fn is_name(text: &str) -> bool {
    Name::parse(text).is_some()
}

fn is_percent(text: &str) -> bool {
    Percent::parse(text).is_some()
}

fn is_quantity(text: &str) -> bool {
    Quantity::parse(text).is_some()
}

/// Patterns without backtracking, and the formats of our own types, so that serde finds nothing that is not found here.
fn options() -> ValidationOptions<'static> {
    jsonschema::options()
        .with_draft(Draft::Draft7)
        .with_pattern_options(PatternOptions::regex())
        .should_validate_formats(true)
        .with_format(Name::FORMAT, is_name)
        .with_format(Quantity::FORMAT, is_quantity)
        .with_format(Percent::FORMAT, is_percent)
        .with_format(Duration::FORMAT, is_duration)
        .with_format(Money::FORMAT, |text: &str| Money::parse(text).is_some())
        .with_format(Date::FORMAT, |text: &str| Date::parse(text).is_some())
        .with_format(Timestamp::FORMAT, |text: &str| Timestamp::parse(text).is_some())
        .with_format(HttpsUrl::FORMAT, is_https_url)
        .with_format(Price::FORMAT, |text: &str| Price::parse(text).is_some())
        .with_format(Count::FORMAT, |text: &str| Count::parse(text).is_some())
        .with_format(PriceUnit::FORMAT, |text: &str| PriceUnit::parse(text).is_some())
        .with_format(Threshold::FORMAT, |text: &str| Threshold::parse(text).is_some())
        .with_format(keys::PATH_FORMAT, super::checks::is_normal_absolute_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_of_score_builds_and_refuses_an_empty_file() {
        assert!(!compiled_score().validator.is_valid(&serde_json::json!({})));
    }

    #[test]
    fn every_schema_builds_and_refuses_an_empty_declaration() {
        for kind in Kind::ALL {
            assert!(!compiled(kind).validator.is_valid(&serde_json::json!({})), "{}", kind.as_str());
            assert_eq!(compiled(kind).schema["title"], kind.as_str());
        }
    }
}
