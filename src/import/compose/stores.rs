//! Databases and stores in a Compose file that are resources here, known by their image.

use super::super::{name, text};
use super::values::{resolved, with_host};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A service of a Compose file that is a resource of its users.
#[derive(Debug, Clone, PartialEq)]
pub struct Store {
    /// The resource type.
    pub kind: &'static str,
    /// The name of the resource in the services that use it.
    pub local: String,
    port: &'static str,
    /// What stands behind its image: `16-alpine`.
    tag: Option<String>,
    /// What it was told to be called, and by whom to be used: value and output.
    given: Vec<(String, &'static str)>,
}

/// Image, resource type, port.
const IMAGES: [(&str, &str, &str); 8] = [
    ("postgres", "postgres", "5432"),
    ("postgresql", "postgres", "5432"),
    ("postgis", "postgres", "5432"),
    ("mysql", "mysql", "3306"),
    ("redis", "redis", "6379"),
    ("valkey", "redis", "6379"),
    ("keydb", "redis", "6379"),
    ("minio", "bucket", "9000"),
];

/// Variables of the images that say what else is said by an output.
const GIVEN: [(&str, &str); 12] = [
    ("POSTGRES_USER", "username"),
    ("POSTGRES_PASSWORD", "password"),
    ("POSTGRES_DB", "database"),
    ("POSTGRESQL_USERNAME", "username"),
    ("POSTGRESQL_PASSWORD", "password"),
    ("POSTGRESQL_DATABASE", "database"),
    ("MYSQL_USER", "username"),
    ("MYSQL_PASSWORD", "password"),
    ("MYSQL_DATABASE", "database"),
    ("REDIS_PASSWORD", "password"),
    ("MINIO_ROOT_USER", "accessKeyId"),
    ("MINIO_ROOT_PASSWORD", "secretAccessKey"),
];

/// Parts of a variable's name that say what its value is, per output.
const KEYS: [(&str, &[&str]); 6] = [
    ("password", &["PASS", "PWD"]),
    ("username", &["USER"]),
    ("database", &["DATABASE", "DB", "NAME"]),
    ("accessKeyId", &["ACCESS_KEY", "USER"]),
    ("secretAccessKey", &["SECRET", "PASS"]),
    ("port", &["PORT"]),
];

impl Store {
    pub fn of(compose_name: &str, service: &Value) -> Option<Store> {
        let (image, _) = resolved(text(service, "image")?);
        let mut parts = image.rsplit('/').next()?.split('@').next()?.splitn(2, ':');
        let last = parts.next()?;
        let tag = parts.next().filter(|tag| tag.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned);
        let (_, kind, port) = IMAGES.iter().find(|(image, ..)| *image == last)?;
        let given = environment(service).into_iter().filter_map(|(key, value)| {
            let (_, output) = GIVEN.iter().find(|(variable, _)| *variable == key)?;
            Some((resolved(&value?).0, *output))
        });
        Some(Store { kind, local: name(compose_name), port, tag, given: given.collect() })
    }

    /// How a service asks for it: of the version that its image has, where the type offers that.
    pub fn request(&self, versions: &BTreeMap<String, Vec<String>>) -> Value {
        match self.version(versions) {
            Ok(Some(version)) => json!({ "type": self.kind, "params": { "version": version } }),
            Ok(None) | Err(_) => json!({ "type": self.kind }),
        }
    }

    /// The version that its image names: none, one that the type offers, or one that it does not.
    pub fn version<'v>(&self, versions: &'v BTreeMap<String, Vec<String>>) -> Result<Option<&'v str>, &str> {
        let Some(tag) = self.tag.as_deref() else { return Ok(None) };
        let is_it = |version: &&String| {
            tag.strip_prefix(version.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
        };
        match versions.get(self.kind).map(|offered| offered.iter().find(is_it)) {
            Some(Some(version)) => Ok(Some(version)),
            // A bucket has no version.
            Some(None) | None if self.kind == "bucket" => Ok(None),
            Some(None) | None => Err(tag),
        }
    }

    /// A value that names the store as a host: an address, or a URL with all that is in it.
    pub fn rewritten(&self, value: &str, host: &str) -> Option<String> {
        let output = |output: &str| format!("${{resources.{}.{output}}}", self.local);
        if self.kind == "bucket" {
            let address = format!("{host}:{}", self.port);
            return [format!("http://{address}"), format!("https://{address}"), format!("http://{host}")]
                .contains(&value.trim_end_matches('/').to_owned())
                .then(|| output("endpoint"));
        }
        let rewritten = with_host(value, host, &output("host"))?;
        let port = format!("{}:{}", output("host"), self.port);
        let rewritten = rewritten.replace(&port, &format!("{}:{}", output("host"), output("port")));
        let Some((scheme, rest)) = rewritten.split_once("://") else { return Some(rewritten) };
        let (login, address) = match rest.split_once(&format!("@{}", output("host"))) {
            Some((login, after)) => (Some(login), format!("{}{after}", output("host"))),
            None => (None, rest.to_owned()),
        };
        let login = match (self.kind, login) {
            ("redis", Some(_)) => format!(":{}@", output("password")),
            (_, Some(_)) => format!("{}:{}@", output("username"), output("password")),
            (_, None) => String::new(),
        };
        let address = match address.split_once('/') {
            Some((before, path)) if self.kind != "redis" && !path.is_empty() => {
                let options = path.split_once('?').map(|(_, options)| format!("?{options}")).unwrap_or_default();
                format!("{before}/{}{options}", output("database"))
            }
            _ => address,
        };
        Some(format!("{scheme}://{login}{address}"))
    }

    /// The output that a variable of a user means, by its name and by what the store was told.
    pub fn output_of(&self, key: &str, value: &str) -> Option<&'static str> {
        let key = key.to_ascii_uppercase();
        let says =
            |output: &str| KEYS.iter().any(|(of, parts)| *of == output && parts.iter().any(|part| key.contains(part)));
        if value == self.port && says("port") {
            return Some("port").filter(|_| self.kind != "bucket");
        }
        self.given.iter().find(|(given, output)| given == value && says(output)).map(|(_, output)| *output)
    }
}

/// The variables of a service, in both forms.
pub fn environment(service: &Value) -> Vec<(String, Option<String>)> {
    match service.get("environment") {
        Some(Value::Object(variables)) => {
            variables.iter().map(|(key, value)| (key.clone(), value.as_str().map(str::to_owned))).collect()
        }
        Some(Value::Array(lines)) => {
            let line = |line: &str| match line.split_once('=') {
                Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
                None => (line.to_owned(), None),
            };
            lines.iter().filter_map(Value::as_str).map(line).collect()
        }
        _ => Vec::new(),
    }
}
