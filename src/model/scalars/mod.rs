//! Small typed values that declarations are made of. Each is a text in YAML, checked by a pattern in the schema
//! and by `parse` here, so that a value of one of these types is always meaningful.

/// A text type with a pattern: serde, schema and display all go through the text.
macro_rules! text_scalar {
    ($(#[$meta:meta])* $name:ident, $format:literal, $pattern:expr, $max:expr, $description:expr) => {
        impl $name {
            /// What schemas call it behind `format`, so that one check finds what no pattern can say.
            pub const FORMAT: &'static str = $format;
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                $name::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("{:?} is not {}", text, $description)))
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "format": $format,
                    "pattern": $pattern,
                    "patternErrorMessage": concat!("this has to be ", $description),
                    "maxLength": $max,
                    "description": $description
                })
            }
        }
    };
}

mod date;
mod duration;
mod money;
mod name;
mod percent;
mod price;
mod quantity;
mod threshold;
mod url;

pub use date::{Date, Timestamp};
pub use duration::Duration;
pub use money::{Money, parse_micros};
pub use name::{MAX_NAME, NAME_PATTERN, Name};
pub use percent::Percent;
pub use price::{Count, Period, Price, PriceUnit};
pub use quantity::{QUANTITY_PATTERN, Quantity};
pub use threshold::Threshold;
pub use url::HttpsUrl;
