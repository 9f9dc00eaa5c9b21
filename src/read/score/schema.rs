//! The schema of a Score file, version v1b1, in the words of our own schemas; the older array forms are maps by then.
//!
//! Names are Kubernetes' names as everywhere in Pavior: they begin with a letter, which Score does not demand.

use crate::model::kinds::keys;
use crate::model::{MAX_NAME, NAME_PATTERN, Name};
use serde_json::{Map, Value, json};

/// The only version that there is.
pub const VERSION: &str = "score.dev/v1b1";

pub fn schema() -> Value {
    json!({
        "title": "Score",
        "description": "A workload as the Score specification describes it.",
        "type": "object",
        "additionalProperties": false,
        "required": ["apiVersion", "metadata", "containers"],
        "properties": {
            "apiVersion": { "description": "The version of the specification; always `score.dev/v1b1`.", "type": "string" },
            "metadata": metadata(),
            "containers": map_of("The containers, by name.", &container(), 1),
            "service": object("The ports that others call.", &[], json!({ "ports": map_of("The ports, by name.", &port(), 0) })),
            "resources": map_of("What the workload needs, by name.", &resource(), 0),
        }
    })
}

fn metadata() -> Value {
    json!({
        "description": "What the workload is called; further fields are free.",
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": name("The name of the workload; that of its `Service`."),
            "annotations": annotations(),
        }
    })
}

fn annotations() -> Value {
    json!({ "description": "Notes for tools.", "type": "object", "additionalProperties": text("The note.") })
}

fn container() -> Value {
    let amounts = |description| object(description, &[], json!({ "cpu": cpu(), "memory": memory() }));
    let fields = json!({
        "image": non_empty("The image; `.` where it is given from outside."),
        "command": list("Replaces the image's entry point."),
        "args": list("Replaces the image's arguments."),
        "variables": {
            "description": "Environment variables; values may hold placeholders.",
            "type": "object",
            "propertyNames": { "format": keys::VARIABLE_FORMAT, "pattern": "^[A-Za-z_][A-Za-z0-9_.-]*$", "maxLength": 253 },
            "additionalProperties": text("The value of the variable."),
        },
        "files": by_path("Files to put into the container, by absolute path.", &file()),
        "volumes": by_path("Volumes to mount, by absolute path.", &volume()),
        "before": map_of("Containers that this one has to come before.", &before(), 0),
        "resources": object("CPU and memory.", &[], json!({
            "limits": amounts("The most that it may use."), "requests": amounts("What it is promised."),
        })),
        "livenessProbe": probe("When it fails, the container is restarted."),
        "readinessProbe": probe("When it fails, no traffic is sent."),
    });
    object("A container of the workload.", &["image"], fields)
}

fn before() -> Value {
    let ready = json!({
        "description": "The state that the other one waits for.",
        "type": "string",
        "enum": ["started", "healthy", "complete"]
    });
    object("What another container waits for.", &["ready"], json!({ "ready": ready }))
}

fn file() -> Value {
    let mut mode = text("Octal permissions, in quotes.");
    mode["pattern"] = json!("^0?[0-7]{3}$");
    mode["patternErrorMessage"] = json!("a mode is three octal digits in quotes, such as `\"0644\"`");
    let fields = json!({
        "mode": mode,
        "source": non_empty("A file beside the Score file, relative to it."),
        "content": text("The text; may hold placeholders."),
        "binaryContent": text("The bytes, in base64."),
        "noExpand": boolean("Takes the content as it is, placeholders and all."),
    });
    object("A file of the container.", &[], fields)
}

fn volume() -> Value {
    let fields = json!({
        "source": text("A resource of type `volume`, as `${resources.<name>}`."),
        "path": text("A folder inside the volume."),
        "readOnly": boolean("Whether the container may only read it."),
    });
    object("A mounted volume.", &["source"], fields)
}

fn probe(description: &str) -> Value {
    let header = json!({ "name": non_empty("The header's name."), "value": non_empty("The header's value.") });
    let scheme = json!({ "description": "Default `HTTP`.", "type": "string", "enum": ["HTTP", "HTTPS"] });
    let headers = json!({
        "description": "Headers to send along.",
        "type": "array",
        "items": object("A header.", &["name", "value"], header),
    });
    let http = json!({
        "host": non_empty("The host to ask for."),
        "scheme": scheme,
        "path": text("The path, with its leading slash."),
        "port": port_number("The port of the container."),
        "httpHeaders": headers,
    });
    let fields = json!({
        "httpGet": object("Asks over HTTP.", &["port", "path"], http),
        "exec": object("Runs a command.", &["command"], json!({ "command": list("The command and its arguments.") })),
    });
    object(description, &[], fields)
}

fn port() -> Value {
    let fields = json!({
        "port": port_number("What callers connect to."),
        "targetPort": port_number("What the container listens on; default `port`."),
        "protocol": { "description": "Default `TCP`.", "type": "string", "enum": ["TCP", "UDP"] },
    });
    object("A port of the service.", &["port"], fields)
}

fn resource() -> Value {
    let kind = |description| {
        let mut kind = text(description);
        kind["pattern"] = json!("^[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9]$");
        kind["patternErrorMessage"] =
            json!("this has to be 2 to 63 letters, digits and hyphens, with no hyphen at an end");
        kind
    };
    let free = |description| json!({ "description": description, "type": "object" });
    let fields = json!({
        "type": kind("A resource type, such as `postgres`."),
        "class": kind("A size or kind of it; `default` is the type's own."),
        "id": name("Equal type, class and id is one resource for all who ask."),
        "metadata": json!({
            "description": "Notes about the resource.",
            "type": "object",
            "properties": { "annotations": annotations() }
        }),
        "params": free("What the type lets one choose; texts may hold placeholders."),
    });
    object("Something the workload needs.", &["type"], fields)
}

fn object(description: &str, required: &[&str], properties: Value) -> Value {
    json!({
        "description": description,
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties
    })
}

fn map_of(description: &str, value: &Value, least: u8) -> Value {
    let names = json!({ "format": Name::FORMAT, "pattern": NAME_PATTERN, "maxLength": MAX_NAME });
    map(description, names, value, least)
}

fn by_path(description: &str, value: &Value) -> Value {
    map(description, json!({ "format": keys::PATH_FORMAT, "pattern": "^/", "maxLength": 1024 }), value, 0)
}

fn map(description: &str, names: Value, value: &Value, least: u8) -> Value {
    let mut map = Map::from_iter([
        ("description".to_owned(), json!(description)),
        ("type".to_owned(), json!("object")),
        ("propertyNames".to_owned(), names),
        ("additionalProperties".to_owned(), value.clone()),
    ]);
    if least > 0 {
        map.insert("minProperties".to_owned(), json!(least));
    }
    Value::Object(map)
}

fn name(description: &str) -> Value {
    json!({
        "description": description,
        "type": "string",
        "format": Name::FORMAT,
        "pattern": NAME_PATTERN,
        "maxLength": MAX_NAME
    })
}

fn text(description: &str) -> Value {
    json!({ "description": description, "type": "string" })
}

fn non_empty(description: &str) -> Value {
    json!({ "description": description, "type": "string", "minLength": 1 })
}

fn boolean(description: &str) -> Value {
    json!({ "description": description, "type": "boolean" })
}

fn list(description: &str) -> Value {
    json!({ "description": description, "type": "array", "items": text("One word of it.") })
}

fn port_number(description: &str) -> Value {
    json!({ "description": description, "type": "integer", "minimum": 1, "maximum": 65535 })
}

/// Bytes, as Score writes them; `K` is what Kubernetes calls `k`.
fn memory() -> Value {
    let mut memory = text("Bytes: `64Mi`.");
    memory["pattern"] = json!("^(0\\.[0-9]+|[1-9][0-9]*(\\.[0-9]+)?)(K|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$");
    memory["patternErrorMessage"] = json!("memory is a number of bytes with a unit, such as `64Mi` or `1.5Gi`");
    memory
}

fn cpu() -> Value {
    let mut cpu = text("Cores: `250m` is a quarter of one.");
    cpu["pattern"] = json!("^[0-9]+(m|\\.[0-9]+)?$");
    cpu["patternErrorMessage"] =
        json!("cpu is a number of cores, or of thousandths with an `m`, such as `2` or `250m`");
    cpu
}
