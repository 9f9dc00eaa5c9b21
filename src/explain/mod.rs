//! A question about a field in, the fields that are meant with what set them out.
//!
//! [`choose`] finds the artifacts that a person names, [`answer`] the field; both say what else could have been meant.

mod chosen;
mod field;
#[cfg(test)]
pub(crate) mod sample;

pub use chosen::{Artifact, choose, names};
pub use field::answer;

use crate::model::RepoPath;
use crate::provenance::Origin;
use crate::provision::UnitId;
use serde_json::Value;

/// The fields of one artifact that were asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer<'p> {
    pub unit: &'p UnitId,
    /// Below the unit's folder.
    pub artifact: &'p RepoPath,
    pub fields: Vec<Explained<'p>>,
}

/// A field, its value, and what set it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained<'p> {
    /// Empty for a whole file.
    pub path: String,
    pub value: &'p Value,
    pub origin: &'p Origin,
}

/// A question that has no answer, or several.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unclear {
    #[error("{}", unknown_artifact(.asked, .near, .known))]
    Artifact { asked: String, near: Option<String>, known: Vec<String> },
    #[error("{}", unknown_field(.asked, .near, .known))]
    Field { asked: String, near: Option<String>, known: Vec<String> },
    #[error("{}", several_fields(.asked, .fields))]
    Several { asked: String, fields: Vec<String> },
}

/// So many are listed.
const LISTED: usize = 12;

fn unknown_artifact(asked: &str, near: &Option<String>, known: &[String]) -> String {
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "name an artifact as compiled, a unit or a service, such as {}",
            crate::model::listed(known.iter().map(String::as_str), LISTED)
        ),
    };
    format!("`{asked}` is no artifact, unit or service that is compiled; {help}")
}

fn unknown_field(asked: &str, near: &Option<String>, known: &[String]) -> String {
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its fields are {}", crate::model::listed(known.iter().map(String::as_str), LISTED)),
    };
    format!("there is no field `{asked}`; {help}")
}

fn several_fields(asked: &str, fields: &[String]) -> String {
    let shown: String = fields.iter().take(LISTED).map(|field| format!("\n  {field}")).collect();
    let more = match fields.len().checked_sub(LISTED) {
        Some(more) if more > 0 => format!("\n  and {more} more"),
        _ => String::new(),
    };
    format!("`{asked}` may be any of {} fields; name more of the path:{shown}{more}", fields.len())
}

#[cfg(test)]
mod tests;
