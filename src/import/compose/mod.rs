//! Services of a Compose file become services here; databases and stores that we know become resources of their users.

mod stores;
mod values;

use super::foreign::{Unreadable, documents};
use super::{IMAGE_TO_FILL_IN, Imported, Target, list, metadata, name, text};
use crate::model::kinds::Kind;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use stores::Store;
use values::{holds_login, looks_secret, resolved, words};

/// What stands in a service of a Compose file and is carried over, or needs no word.
const KNOWN: [&str; 21] = [
    "build",
    "command",
    "configs",
    "container_name",
    "depends_on",
    "deploy",
    "entrypoint",
    "environment",
    "expose",
    "healthcheck",
    "hostname",
    "image",
    "init",
    "logging",
    "networks",
    "ports",
    "read_only",
    "restart",
    "secrets",
    "user",
    "volumes",
];

/// The declarations of a Compose file.
pub fn compose(content: &str, target: &Target<'_>) -> Result<Imported, Unreadable> {
    let mut imported = Imported::default();
    let documents = documents(content)?;
    let file = documents.into_iter().next().unwrap_or_default();
    let Some(services) = file.get("services").and_then(Value::as_object) else {
        imported.note("the file has no `services`");
        return Ok(imported);
    };
    let stores: BTreeMap<&str, Store> =
        services.iter().filter_map(|(name, service)| Some((name.as_str(), Store::of(name, service)?))).collect();
    for (compose_name, service) in services.iter().filter(|(name, _)| !stores.contains_key(name.as_str())) {
        let mut one = One {
            file: &file,
            services,
            stores: &stores,
            versions: &target.versions,
            compose_name,
            imported: &mut imported,
            resources: Map::new(),
        };
        let spec = one.spec(service);
        imported.declare(target, Kind::Service, metadata(&name(compose_name), None, target.owner), spec);
    }
    for (compose_name, store) in &stores {
        let kind = store.kind;
        imported.note(format!("{compose_name}: is a resource of type `{kind}` of each service that names its host"));
        if let Err(tag) = store.version(&target.versions) {
            imported.note(format!(
                "{compose_name}: is of version {tag}, which `{kind}` does not offer here: it gets the type's default"
            ));
        }
    }
    Ok(imported)
}

/// One service on its way.
struct One<'a> {
    file: &'a Value,
    services: &'a Map<String, Value>,
    stores: &'a BTreeMap<&'a str, Store>,
    versions: &'a BTreeMap<String, Vec<String>>,
    compose_name: &'a str,
    imported: &'a mut Imported,
    resources: Map<String, Value>,
}

impl One<'_> {
    fn note(&mut self, note: &str) {
        self.imported.note(format!("{}: {note}", self.compose_name));
    }

    fn spec(&mut self, service: &Value) -> Map<String, Value> {
        let ports = self.ports(service);
        let variables = self.variables(service);
        let mut container = Map::from_iter([("image".to_owned(), json!(self.image(service)))]);
        for (theirs, ours) in [("entrypoint", "command"), ("command", "args")] {
            let line = service.get(theirs).map(words).unwrap_or_default();
            insert(
                &mut container,
                ours,
                json!(line.iter().map(|word| self.resolved(theirs, word)).collect::<Vec<_>>()),
            );
        }
        insert(&mut container, "variables", Value::Object(variables.clone()));
        insert(&mut container, "files", self.files(service));
        insert(&mut container, "volumes", self.volumes(service));
        insert(&mut container, "resources", self.amounts(service));
        insert(&mut container, "readinessProbe", self.probe(service));
        match text(service, "user").map(|user| user.split(':').next().unwrap_or_default().parse::<u32>()) {
            Some(Ok(user)) if user > 0 => insert(&mut container, "user", json!(user)),
            Some(_) => self.note("`user` is no number above 0; it runs as user 10001"),
            None => {}
        }
        let depends_on = self.depends_on(service, &variables);
        let mut spec = Map::from_iter([("tier".to_owned(), json!("supporting"))]);
        if ports.is_empty() {
            spec.insert("workload".to_owned(), json!("worker"));
        }
        spec.insert("containers".to_owned(), json!({ "main": container }));
        if !ports.is_empty() {
            spec.insert("service".to_owned(), json!({ "ports": ports }));
        }
        insert(&mut spec, "resources", Value::Object(std::mem::take(&mut self.resources)));
        insert(&mut spec, "dependsOn", json!(depends_on));
        if let Some(replicas) =
            service.pointer("/deploy/replicas").and_then(Value::as_str).and_then(|n| n.parse::<u16>().ok())
        {
            spec.insert("scaling".to_owned(), json!({ "min": replicas, "max": replicas.max(1) }));
        }
        for key in
            service.as_object().into_iter().flatten().map(|(key, _)| key).filter(|key| !KNOWN.contains(&key.as_str()))
        {
            self.note(&format!("`{key}` is not carried over"));
        }
        spec
    }

    fn image(&mut self, service: &Value) -> String {
        match text(service, "image") {
            Some(image) => {
                let image = self.resolved("image", image);
                if image.contains("rabbitmq") {
                    self.note("no resource type here speaks AMQP, so it stays a service of yours");
                }
                image
            }
            None => {
                self.note("is built, and has no `image`: name the one that your pipeline pushes");
                IMAGE_TO_FILL_IN.to_owned()
            }
        }
    }

    /// A text with the variables of the shell that runs Compose put in, as far as they have a default.
    fn resolved(&mut self, field: &str, written: &str) -> String {
        let (text, unknown) = resolved(written);
        for variable in unknown {
            self.note(&format!("`{field}` takes `{variable}` from the shell, which has no value here"));
        }
        text
    }

    /// Containers in a Compose network call the port that the container listens on.
    fn ports(&mut self, service: &Value) -> Map<String, Value> {
        let mut ports = Map::new();
        for port in list(service, "ports").iter().chain(list(service, "expose")) {
            let written = text(port, "target").or_else(|| port.as_str()).unwrap_or_default();
            let (written, _) = resolved(written);
            let (numbers, protocol) =
                written.split_once('/').unwrap_or((&written, text(port, "protocol").unwrap_or("tcp")));
            let Ok(number) = numbers.rsplit(':').next().unwrap_or_default().parse::<u16>() else {
                self.note(&format!("port `{written}` is no single port, and is not carried over"));
                continue;
            };
            let is_known = ports.values().any(|port: &Value| port["port"] == json!(number));
            if is_known {
                continue;
            }
            let name = if ports.is_empty() { "main".to_owned() } else { format!("port-{number}") };
            let mut one = Map::from_iter([("port".to_owned(), json!(number))]);
            if protocol == "udp" {
                one.insert("protocol".to_owned(), json!("UDP"));
            }
            ports.insert(name, Value::Object(one));
        }
        ports
    }

    fn variables(&mut self, service: &Value) -> Map<String, Value> {
        let mut variables = Map::new();
        for (key, value) in stores::environment(service) {
            let Some(value) = value else {
                self.note(&format!("variable `{key}` comes from the shell, and is not carried over"));
                continue;
            };
            let (value, unknown) = resolved(&value);
            let rewritten = self.rewritten(&key, &value, service);
            match rewritten {
                Some(rewritten) => {
                    variables.insert(key, json!(rewritten));
                }
                None if (looks_secret(&key) || holds_login(&value)) && !value.is_empty() => {
                    self.note(&format!("variable `{key}` looks secret and is left out: declare a `SecretRequest` and write `${{secrets.<request>.<KEY>}}`"));
                }
                None if !unknown.is_empty() => {
                    self.note(&format!(
                        "variable `{key}` takes `{}` from the shell, and is not carried over",
                        unknown.join("`, `")
                    ));
                }
                None => {
                    variables.insert(key, json!(value.replace("${", "$${")));
                }
            }
        }
        if service.get("env_file").is_some() {
            self.note("variables of `env_file` are not carried over");
        }
        variables
    }

    /// A value that names another service or a store, with placeholders for what it names.
    fn rewritten(&mut self, key: &str, value: &str, service: &Value) -> Option<String> {
        for (host, store) in self.stores {
            if let Some(rewritten) = store.rewritten(value, host) {
                self.resources.insert(store.local.clone(), store.request(self.versions));
                return Some(rewritten);
            }
        }
        let used = self.stores.iter().filter(|(host, _)| uses(service, host));
        if let Some((store, output)) = used.filter_map(|(_, store)| Some((store, store.output_of(key, value)?))).next()
        {
            self.resources.insert(store.local.clone(), store.request(self.versions));
            return Some(format!("${{resources.{}.{output}}}", store.local));
        }
        let others = self
            .services
            .keys()
            .filter(|other| *other != self.compose_name && !self.stores.contains_key(other.as_str()));
        others
            .filter_map(|other| values::with_host(value, other, &format!("${{services.{}.host}}", name(other))))
            .next()
    }

    fn files(&mut self, service: &Value) -> Value {
        let mut files = Map::new();
        for config in list(service, "configs") {
            let source = text(config, "source").or_else(|| config.as_str()).unwrap_or_default();
            let target = text(config, "target").map_or_else(|| format!("/{source}"), str::to_owned);
            match self.file.pointer(&format!("/configs/{source}/content")).and_then(Value::as_str) {
                Some(content) => {
                    let content = self.resolved("configs", content).replace("${", "$${");
                    files.insert(target, json!({ "content": content }));
                }
                None => self.note(&format!("config `{source}` is a file elsewhere: put its content under `files`")),
            }
        }
        for secret in list(service, "secrets") {
            let source = text(secret, "source").or_else(|| secret.as_str()).unwrap_or_default().to_owned();
            self.note(&format!("secret `{source}` is not carried over: declare a `SecretRequest`"));
        }
        Value::Object(files)
    }

    fn volumes(&mut self, service: &Value) -> Value {
        let mut volumes = Map::new();
        for volume in list(service, "volumes") {
            let short: Vec<&str> = volume.as_str().unwrap_or_default().split(':').collect();
            let (source, target, mode) = match short.as_slice() {
                [source, target, mode] => (*source, *target, *mode),
                [source, target] => (*source, *target, ""),
                _ => (text(volume, "source").unwrap_or_default(), text(volume, "target").unwrap_or_default(), ""),
            };
            let is_named = self.file.pointer(&format!("/volumes/{source}")).is_some();
            if !is_named || target.is_empty() {
                self.note(&format!("volume `{source}:{target}` is no named volume, and is not carried over"));
                continue;
            }
            let local = name(source);
            let read_only = mode.split(',').any(|option| option == "ro") || text(volume, "read_only") == Some("true");
            let mut mount = Map::from_iter([("source".to_owned(), json!(format!("${{resources.{local}}}")))]);
            if read_only {
                mount.insert("readOnly".to_owned(), json!(true));
            }
            self.resources.insert(local, json!({ "type": "volume" }));
            volumes.insert(target.to_owned(), Value::Object(mount));
        }
        Value::Object(volumes)
    }

    fn amounts(&mut self, service: &Value) -> Value {
        let mut amounts = Map::new();
        for (theirs, ours) in [("reservations", "requests"), ("limits", "limits")] {
            let Some(given) = service.pointer(&format!("/deploy/resources/{theirs}")) else { continue };
            let mut one = Map::new();
            one.extend(text(given, "cpus").map(|cpus| ("cpu".to_owned(), json!(cpus))));
            if let Some(memory) = text(given, "memory") {
                match values::memory(memory) {
                    Some(memory) => drop(one.insert("memory".to_owned(), json!(memory))),
                    None => self.note(&format!("memory `{memory}` is not carried over")),
                }
            }
            insert(&mut amounts, ours, Value::Object(one));
        }
        Value::Object(amounts)
    }

    fn probe(&mut self, service: &Value) -> Value {
        let Some(check) = service.get("healthcheck") else { return Value::Null };
        let command = match check.get("test") {
            Some(Value::String(line)) => vec!["/bin/sh".to_owned(), "-c".to_owned(), line.clone()],
            Some(Value::Array(parts)) => {
                let parts: Vec<String> = parts.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                match parts.split_first() {
                    Some((kind, rest)) if kind == "CMD" => rest.to_vec(),
                    Some((kind, rest)) if kind == "CMD-SHELL" => {
                        vec!["/bin/sh".to_owned(), "-c".to_owned(), rest.join(" ")]
                    }
                    _ => Vec::new(),
                }
            }
            _ => Vec::new(),
        };
        if command.is_empty() {
            return Value::Null;
        }
        let command: Vec<String> = command.iter().map(|word| self.resolved("healthcheck", word)).collect();
        let mut probe = Map::from_iter([("exec".to_owned(), json!({ "command": command }))]);
        let seconds = |key| text(check, key).and_then(values::seconds);
        for (theirs, ours) in
            [("start_period", "initialDelaySeconds"), ("interval", "periodSeconds"), ("timeout", "timeoutSeconds")]
        {
            probe.extend(seconds(theirs).map(|seconds| (ours.to_owned(), json!(seconds))));
        }
        let retries = text(check, "retries").and_then(|retries| retries.parse::<u16>().ok());
        probe.extend(retries.map(|retries| ("failureThreshold".to_owned(), json!(retries))));
        Value::Object(probe)
    }

    /// Other services that it starts after and that no placeholder shows.
    fn depends_on(&self, service: &Value, variables: &Map<String, Value>) -> Vec<String> {
        let after: BTreeSet<&str> = match service.get("depends_on") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            Some(Value::Object(names)) => names.keys().map(String::as_str).collect(),
            _ => BTreeSet::new(),
        };
        let shown = |other: &str| {
            let host = format!("${{services.{}.host}}", name(other));
            variables.values().filter_map(Value::as_str).any(|value| value.contains(&host))
        };
        let others =
            after.into_iter().filter(|other| self.services.contains_key(*other) && !self.stores.contains_key(*other));
        others.filter(|other| !shown(other)).map(name).collect()
    }
}

/// Whether a service starts after another, or names it in a variable.
fn uses(service: &Value, host: &str) -> bool {
    let starts_after = match service.get("depends_on") {
        Some(Value::Array(names)) => names.iter().any(|name| name == host),
        Some(Value::Object(names)) => names.contains_key(host),
        _ => false,
    };
    let names = |value: Option<String>| value.is_some_and(|value| values::with_host(&value, host, "").is_some());
    starts_after || stores::environment(service).into_iter().any(|(_, value)| names(value))
}

/// Sets a field, unless there is nothing in it.
fn insert(fields: &mut Map<String, Value>, field: &str, value: Value) {
    let is_empty = match &value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    if !is_empty {
        fields.insert(field.to_owned(), value);
    }
}
