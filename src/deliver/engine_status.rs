//! How far an engine is with what was published: what Argo CD and Flux write into the status of their objects, read.

use serde_json::Value;

/// How a unit stands, by its engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// All of this commit is there and well.
    Healthy { commit: String },
    /// The engine has not seen it yet, applies it, or waits for it.
    Progressing(String),
    /// It could not be applied, or is not well.
    Sick(String),
}

/// Of an `Application` of Argo CD, or a `Kustomization` of Flux; None for any other object.
pub fn standing(object: &Value, commit: &str) -> Option<Standing> {
    let api = text(object, "/apiVersion").and_then(|api| api.split('/').next());
    match (api, text(object, "/kind")) {
        (Some("argoproj.io"), Some("Application")) => Some(of_application(object, commit)),
        (Some("kustomize.toolkit.fluxcd.io"), Some("Kustomization")) => Some(of_kustomization(object, commit)),
        _ => None,
    }
}

fn of_application(object: &Value, commit: &str) -> Standing {
    let revision = text(object, "/status/sync/revision").unwrap_or_default();
    let phase = text(object, "/status/operationState/phase").unwrap_or_default();
    let message = text(object, "/status/operationState/message").unwrap_or_default();
    let operated = text(object, "/status/operationState/syncResult/revision").unwrap_or_default();
    if matches!(phase, "Failed" | "Error") && operated == commit {
        return Standing::Sick(because("the sync failed", message));
    }
    if let Some(error) = comparison_error(object) {
        return Standing::Sick(because("it cannot be compared", error));
    }
    if revision != commit {
        return Standing::Progressing(seen(revision));
    }
    let sync = text(object, "/status/sync/status").unwrap_or("Unknown");
    let health = text(object, "/status/health/status").unwrap_or("Unknown");
    match (sync, health) {
        ("Synced", "Healthy") => Standing::Healthy { commit: commit.to_owned() },
        (_, "Degraded") => {
            let message = text(object, "/status/health/message").unwrap_or_default();
            Standing::Sick(because("it is degraded", message))
        }
        // Somebody deleted or suspended what was there; nothing that is applied will mend it by itself.
        ("Synced", "Suspended") => Standing::Progressing("it is suspended".to_owned()),
        (sync, health) => Standing::Progressing(format!("it is {sync} and {health}")),
    }
}

/// What keeps Argo CD from knowing what is to be there.
fn comparison_error(object: &Value) -> Option<&str> {
    let conditions = object.pointer("/status/conditions")?.as_array()?;
    let is_error = |condition: &&Value| {
        matches!(text(condition, "/type"), Some("ComparisonError" | "InvalidSpecError" | "SyncError"))
    };
    conditions.iter().find(is_error).map(|condition| text(condition, "/message").unwrap_or_default())
}

fn of_kustomization(object: &Value, commit: &str) -> Standing {
    let generation = object.pointer("/metadata/generation").and_then(Value::as_i64);
    let observed = object.pointer("/status/observedGeneration").and_then(Value::as_i64);
    if generation.is_some() && observed < generation {
        return Standing::Progressing("the engine has not seen it in its present form".to_owned());
    }
    let ready = condition(object, "Ready");
    let message = ready.and_then(|ready| text(ready, "/message")).unwrap_or_default();
    let attempted = revision(text(object, "/status/lastAttemptedRevision"));
    let applied = revision(text(object, "/status/lastAppliedRevision"));
    let is_stalled = condition(object, "Stalled").is_some_and(|one| text(one, "/status") == Some("True"));
    let state = ready.and_then(|ready| text(ready, "/status"));
    match state {
        _ if is_stalled => Standing::Sick(because("it is stalled", message)),
        Some("True") if applied == commit => Standing::Healthy { commit: commit.to_owned() },
        // It waits for others: what is wrong is told of them.
        Some("False") if reason(ready) == Some("DependencyNotReady") => Standing::Progressing(message.to_owned()),
        Some("False") if attempted == commit => Standing::Sick(because("it is not ready", message)),
        _ if attempted != commit => Standing::Progressing(seen(attempted)),
        _ => Standing::Progressing(because("it is being applied", message)),
    }
}

fn condition<'v>(object: &'v Value, kind: &str) -> Option<&'v Value> {
    let conditions = object.pointer("/status/conditions")?.as_array()?;
    conditions.iter().find(|condition| text(condition, "/type") == Some(kind))
}

fn reason(condition: Option<&Value>) -> Option<&str> {
    text(condition?, "/reason")
}

/// Flux writes `pavior/staging@sha1:<commit>`.
fn revision(text: Option<&str>) -> &str {
    text.unwrap_or_default().rsplit(':').next().unwrap_or_default()
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer)?.as_str()
}

fn seen(revision: &str) -> String {
    match revision {
        "" => "the engine has seen no commit yet".to_owned(),
        revision => format!("the engine is at {revision}"),
    }
}

fn because(what: &str, message: &str) -> String {
    if message.is_empty() { what.to_owned() } else { format!("{what}: {message}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn application(status: Value) -> Standing {
        let object = json!({ "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "status": status });
        standing(&object, "c2").unwrap()
    }

    fn kustomization(generation: i64, status: Value) -> Standing {
        let object = json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
            "metadata": { "generation": generation }, "status": status,
        });
        standing(&object, "c2").unwrap()
    }

    fn healthy() -> Standing {
        Standing::Healthy { commit: "c2".to_owned() }
    }

    #[test]
    fn an_application_is_healthy_only_at_the_commit_that_is_asked_for() {
        let at = |revision: &str, sync: &str, health: &str| {
            application(json!({ "sync": { "status": sync, "revision": revision }, "health": { "status": health } }))
        };
        assert_eq!(at("c2", "Synced", "Healthy"), healthy());
        assert_eq!(at("c1", "Synced", "Healthy"), Standing::Progressing("the engine is at c1".to_owned()));
        assert_eq!(at("c1", "Synced", "Degraded"), Standing::Progressing("the engine is at c1".to_owned()));
        assert_eq!(at("c2", "OutOfSync", "Healthy"), Standing::Progressing("it is OutOfSync and Healthy".to_owned()));
        assert_eq!(at("c2", "Synced", "Degraded"), Standing::Sick("it is degraded".to_owned()));
        assert_eq!(application(json!({})), Standing::Progressing("the engine has seen no commit yet".to_owned()));
    }

    #[test]
    fn a_sync_that_failed_counts_for_its_own_commit() {
        let failed = |revision: &str| {
            application(json!({
                "sync": { "status": "OutOfSync", "revision": "c2" }, "health": { "status": "Healthy" },
                "operationState": { "phase": "Failed", "message": "denied", "syncResult": { "revision": revision } },
            }))
        };
        assert_eq!(failed("c2"), Standing::Sick("the sync failed: denied".to_owned()));
        assert!(matches!(failed("c1"), Standing::Progressing(_)));
        let broken = json!({ "conditions": [{ "type": "ComparisonError", "message": "no such path" }] });
        assert_eq!(application(broken), Standing::Sick("it cannot be compared: no such path".to_owned()));
    }

    #[test]
    fn a_kustomization_is_what_its_ready_condition_says_of_this_commit() {
        let at = |revision: &str, ready: &str, reason: &str| {
            let revision = format!("pavior/staging@sha1:{revision}");
            kustomization(
                3,
                json!({
                    "observedGeneration": 3, "lastAttemptedRevision": revision, "lastAppliedRevision": revision,
                    "conditions": [{ "type": "Ready", "status": ready, "reason": reason, "message": "m" }],
                }),
            )
        };
        assert_eq!(at("c2", "True", "ReconciliationSucceeded"), healthy());
        assert_eq!(
            at("c1", "True", "ReconciliationSucceeded"),
            Standing::Progressing("the engine is at c1".to_owned())
        );
        assert_eq!(at("c2", "False", "HealthCheckFailed"), Standing::Sick("it is not ready: m".to_owned()));
        assert_eq!(at("c2", "False", "DependencyNotReady"), Standing::Progressing("m".to_owned()));
        assert_eq!(at("c2", "Unknown", "Progressing"), Standing::Progressing("it is being applied: m".to_owned()));
        let old = kustomization(4, json!({ "observedGeneration": 3, "lastAppliedRevision": "x@sha1:c2" }));
        assert!(matches!(old, Standing::Progressing(_)));
        assert_eq!(standing(&json!({ "apiVersion": "v1", "kind": "Pod" }), "c2"), None);
    }
}
