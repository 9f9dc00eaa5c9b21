//! What Score's resource types and their outputs are called here.
//!
//! Types that mean the same have the same name, or are in the table. `environment`, `service` and `service-port` are no
//! resources here: what they tell is known without asking for anything.

use super::text::Meaning;

/// What a resource of a Score file is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Realised {
    /// A resource of this type.
    Resource(String),
    /// What the environment is like: `${environment.<field>}`.
    Environment,
    /// Another service.
    Service { name: String, port: Option<String> },
}

/// Score's type -> ours, where the names differ and the thing is the same.
const TYPES: [(&str, &str); 1] = [("s3", "bucket")];

/// Our type, Score's output -> our output.
const OUTPUTS: [(&str, &str, &str); 8] = [
    ("postgres", "name", "database"),
    ("mysql", "name", "database"),
    ("bucket", "bucket", "name"),
    ("bucket", "access_key_id", "accessKeyId"),
    ("bucket", "aws_access_key_id", "accessKeyId"),
    ("bucket", "secret_key", "secretAccessKey"),
    ("bucket", "aws_secret_key", "secretAccessKey"),
    ("bucket", "aws_secret_access_key", "secretAccessKey"),
];

/// Our type, Score's output -> what it always is.
const CONSTANTS: [(&str, &str, &str); 1] = [("redis", "username", "default")];

/// What a resource is. `target` is the workload that a `service` or `service-port` is about.
pub fn realised(kind: &str, target: &str, port: Option<&str>) -> Realised {
    let kind = kind.to_ascii_lowercase();
    match kind.as_str() {
        "environment" => Realised::Environment,
        "service" | "service-port" => Realised::Service { name: target.to_owned(), port: port.map(str::to_owned) },
        _ => {
            let ours = TYPES.iter().find(|(score, _)| *score == kind).map(|(_, ours)| (*ours).to_owned());
            Realised::Resource(ours.unwrap_or(kind))
        }
    }
}

/// What `${resources.<local>.<outputs>}` becomes.
pub fn meaning(realised: &Realised, local: &str, outputs: &[String]) -> Meaning {
    let outputs: Vec<&str> = outputs.iter().map(String::as_str).collect();
    match (realised, outputs.as_slice()) {
        (Realised::Environment, [field]) => Meaning::Placeholder(format!("environment.{}", field.to_ascii_lowercase())),
        (Realised::Service { name, .. }, ["host" | "hostname"]) => {
            Meaning::Placeholder(format!("services.{name}.host"))
        }
        (Realised::Service { name, port: Some(port) }, ["port"]) => {
            Meaning::Placeholder(format!("services.{name}.ports.{port}"))
        }
        (Realised::Service { name, port: None }, ["port"]) => Meaning::Placeholder(format!("services.{name}.port")),
        (Realised::Service { name, .. }, ["name"]) => Meaning::Literal(name.clone()),
        (Realised::Service { name, .. }, other) => Meaning::Placeholder(format!("services.{name}.{}", other.join("."))),
        (Realised::Resource(kind), ["source"]) if kind == "volume" => {
            Meaning::Placeholder(format!("resources.{local}"))
        }
        (Realised::Resource(kind), [output]) => {
            let constant = CONSTANTS.iter().find(|(of, score, _)| of == kind && score == output);
            let renamed = OUTPUTS.iter().find(|(of, score, _)| of == kind && score == output);
            match (constant, renamed) {
                (Some((_, _, value)), _) => Meaning::Literal((*value).to_owned()),
                (None, Some((_, _, ours))) => Meaning::Placeholder(format!("resources.{local}.{ours}")),
                (None, None) => Meaning::Same,
            }
        }
        (Realised::Resource(_) | Realised::Environment, _) => Meaning::Same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn becomes(kind: &str, output: &str) -> Meaning {
        meaning(&realised(kind, "backend", None), "local", &[output.to_owned()])
    }

    #[test]
    fn outputs_that_have_another_name_here_are_renamed() {
        assert_eq!(becomes("postgres", "name"), Meaning::Placeholder("resources.local.database".to_owned()));
        assert_eq!(becomes("s3", "bucket"), Meaning::Placeholder("resources.local.name".to_owned()));
        assert_eq!(becomes("volume", "source"), Meaning::Placeholder("resources.local".to_owned()));
        assert_eq!(becomes("redis", "username"), Meaning::Literal("default".to_owned()));
        assert_eq!(becomes("postgres", "host"), Meaning::Same);
    }

    #[test]
    fn other_services_and_the_environment_are_known_without_a_resource() {
        assert_eq!(becomes("service", "hostname"), Meaning::Placeholder("services.backend.host".to_owned()));
        assert_eq!(becomes("environment", "REGION"), Meaning::Placeholder("environment.region".to_owned()));
        let port = realised("service-port", "backend", Some("web"));
        let port = meaning(&port, "local", &["port".to_owned()]);
        assert_eq!(port, Meaning::Placeholder("services.backend.ports.web".to_owned()));
    }

    #[test]
    fn a_type_that_is_unknown_here_keeps_its_name_for_the_check_of_types() {
        assert_eq!(realised("Kafka-Topic", "x", None), Realised::Resource("kafka-topic".to_owned()));
    }
}
