//! One thing that happened to something that runs: what, where, of which commit, and how it stands since. A promise to
//! whoever writes records; `schemas/deployment.schema.json` is made of it.

use crate::forge::words::{CommitId, DeploymentState, PullNumber};
use crate::model::kinds::environment::EnvironmentClass;
use crate::model::{HttpsUrl, Name, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Rises when a reader of the previous version could break.
const VERSION: u32 = 1;
/// What every reader of JSON holds exactly.
const MOST_SEQUENCE: u64 = (1 << 53) - 1;
const DESCRIPTION_CHARACTERS: usize = 200;
const UNIT_BYTES: usize = 80;
/// A service, or the folder of what else there is, as `pavior compile` calls it below the environment.
const UNIT_PATTERN: &str = "^(_environment|(_shared/)?[a-z]([a-z0-9-]*[a-z0-9])?)$";
const COMMIT_PATTERN: &str = "^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$";

/// A line of the file that `pavior ci --records` reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Pavior deployment record")]
pub struct Record {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    pub version: u32,
    /// Which of two records of one unit in one environment is the newer: the higher. An older one never takes the place
    /// of a newer, in whatever order they come.
    #[schemars(range(min = 1, max = 9_007_199_254_740_991_u64))]
    pub sequence: u64,
    pub kind: Kind,
    /// `production`; of a preview `pr-` and the number of its pull request.
    pub environment: Name,
    /// How much depends on the environment. Not said of previews.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<EnvironmentClass>,
    /// The service or shared resource that this is about; absent where it is about all of the environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = UNIT_PATTERN), length(max = 80))]
    pub unit: Option<String>,
    /// What was deployed, or was to be.
    #[schemars(with = "String", regex(pattern = COMMIT_PATTERN))]
    pub commit: CommitId,
    /// The pull request that it was made for, or came with. Every preview has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u64>")]
    pub pull: Option<PullNumber>,
    pub state: DeploymentState,
    /// When it came to this state.
    pub at: Timestamp,
    /// Where what runs is to be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<HttpsUrl>,
    /// Where it is told how that went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_url: Option<HttpsUrl>,
    /// For people. GitHub shows the first 80 bytes or so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub description: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Made for a pull request, and gone after it.
    Preview,
    /// An environment was made what the branch says.
    Apply,
}

/// The JSON Schema of one line.
pub fn deployment_schema() -> Value {
    let mut schema = schemars::schema_for!(Record).to_value();
    schema["$id"] = Value::from("https://pavior.dev/schemas/deployment.schema.json");
    schema
}

impl Record {
    /// What no type says.
    ///
    /// # Errors
    /// A sentence for whoever wrote it.
    pub fn checked(self) -> Result<Record, String> {
        if self.version != VERSION {
            return Err(format!("version {} is not known here: this reads version {VERSION}", self.version));
        }
        if !(1..=MOST_SEQUENCE).contains(&self.sequence) {
            return Err(format!("the sequence has to be from 1 to {MOST_SEQUENCE}"));
        }
        if let Some(unit) = self.unit.as_deref().filter(|unit| !is_unit(unit)) {
            return Err(format!("{unit:?} is no unit: say `cart`, `_shared/orders` or `_environment`"));
        }
        let length = self.description.as_ref().map_or(0, |text| text.chars().count());
        if length > DESCRIPTION_CHARACTERS {
            return Err(format!("the description has {length} characters, and {DESCRIPTION_CHARACTERS} are allowed"));
        }
        match (self.kind, self.pull) {
            (Kind::Apply, _) => Ok(self),
            (Kind::Preview, None) => Err("a preview says by `pull` which pull request it was made for".to_owned()),
            (Kind::Preview, Some(_)) if self.class.is_some() => {
                Err("a preview has no `class`: nobody depends on it".to_owned())
            }
            (Kind::Preview, Some(pull)) if self.environment.as_str() != Record::preview_environment(pull) => {
                Err(format!("a preview of #{pull} is in the environment `{}`", Record::preview_environment(pull)))
            }
            (Kind::Preview, Some(_)) => Ok(self),
        }
    }

    /// What the environment of a pull request's preview is called.
    pub fn preview_environment(pull: PullNumber) -> String {
        format!("pr-{pull}")
    }

    /// Gone after its pull request.
    pub fn is_transient(&self) -> bool {
        self.kind == Kind::Preview
    }

    pub fn is_production(&self) -> bool {
        self.kind == Kind::Apply && self.class == Some(EnvironmentClass::Production)
    }
}

fn is_unit(unit: &str) -> bool {
    let name = unit.strip_prefix("_shared/").unwrap_or(unit);
    unit.len() <= UNIT_BYTES && (unit == "_environment" || Name::parse(name).is_some())
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use serde_json::json;

    pub fn line() -> Value {
        json!({
            "version": 1, "sequence": 17, "kind": "preview", "environment": "pr-7", "unit": "cart", "pull": 7,
            "commit": "a".repeat(40), "state": "success", "at": "2026-11-22T10:00:00Z",
            "url": "https://cart-pr-7.preview.example", "logUrl": "https://ci.example/1", "description": "up",
        })
    }

    pub fn record(sequence: u64, digit: char, state: DeploymentState) -> Record {
        let record: Record = serde_json::from_value(line()).unwrap();
        let commit = CommitId::parse(&digit.to_string().repeat(40)).unwrap();
        Record { sequence, commit, state, ..record }
    }

    fn with(field: &str, value: Value) -> Result<Record, String> {
        let mut line = line();
        line[field] = value;
        serde_json::from_value::<Record>(line).map_err(|error| error.to_string())?.checked()
    }

    #[test]
    fn what_is_read_is_written_the_same() {
        let record: Record = serde_json::from_value(line()).unwrap();
        assert_eq!(record.clone().checked(), Ok(record.clone()));
        assert_eq!(serde_json::from_str::<Record>(&serde_json::to_string(&record).unwrap()).unwrap(), record);
        assert!(record.is_transient() && !record.is_production());
        let applied = |class| Record { kind: Kind::Apply, class, ..record.clone() };
        assert!(applied(Some(EnvironmentClass::Production)).is_production());
        assert!(!applied(Some(EnvironmentClass::Staging)).is_production() && !applied(None).is_transient());
    }

    #[test]
    fn what_cannot_be_is_refused_and_the_schema_says_so_too_where_it_can() {
        let validator = jsonschema::validator_for(&deployment_schema()).unwrap();
        assert!(validator.is_valid(&line()));
        for (field, value) in [
            ("url", json!("javascript:alert(1)")),
            ("url", json!("http://cart.example")),
            ("url", json!("https://a\"><img src=x>")),
            ("url", json!("https://user:pass@evil.example/")),
            ("logUrl", json!("data:text/html,x")),
            ("environment", json!("../production")),
            ("environment", json!("pr-7\n")),
            ("commit", json!("main")),
            ("commit", json!("a".repeat(39))),
            ("unit", json!("../cart")),
            ("unit", json!("a".repeat(90))),
            ("state", json!("running")),
            ("kind", json!("destroy")),
            ("sequence", json!(0)),
            ("sequence", json!(-1)),
            ("sequence", json!(u64::MAX)),
            ("version", json!(2)),
            ("description", json!("x".repeat(201))),
            ("at", json!("yesterday")),
            ("extra", json!(1)),
        ] {
            assert!(with(field, value.clone()).is_err(), "{field}: {value}");
            let mut line = line();
            line[field] = value;
            assert!(!validator.is_valid(&line), "the schema takes {line}");
        }
        for (field, value, said) in [
            ("pull", Value::Null, "a preview says by `pull`"),
            ("pull", json!(8), "a preview of #8 is in the environment `pr-8`"),
            ("environment", json!("production"), "a preview of #7 is in the environment `pr-7`"),
            ("class", json!("production"), "a preview has no `class`"),
        ] {
            let refused = with(field, value).unwrap_err();
            assert!(refused.contains(said), "{refused}");
        }
    }
}
