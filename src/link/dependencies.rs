//! Dependencies that are declared but not used, used but not declared, or not wise.

use super::index::Index;
use super::resolve::{Links, can_be_mounted};
use super::rules::dependencies;
use crate::model::kinds::ResourceType;
use crate::model::kinds::service::Lifecycle;
use crate::model::{Findings, Name};

/// What the links of a service say about what it declares.
pub fn check(index: &Index<'_>, links: &Links<'_, '_>, findings: &mut Findings) {
    let service = links.service();
    let name = &service.metadata.name;
    for (callee, call) in links.callees() {
        if let Some(position) = service.spec.depends_on.iter().position(|declared| declared == callee)
            && call.by.is_some()
        {
            let at = index.documents.locate(&service.place(&["spec", "dependsOn", &position.to_string()]));
            let shown = index.documents.locate(&call.place);
            findings.push(dependencies::redundant_dependency(name, callee, at, shown));
        }
        let is_deprecated = |lifecycle| lifecycle == Lifecycle::Deprecated;
        if is_deprecated(call.callee.spec.lifecycle) && !is_deprecated(service.spec.lifecycle) {
            let at = index.documents.locate(&call.place);
            let deprecated = index.documents.locate(&call.callee.place(&["spec", "lifecycle"]));
            findings.push(dependencies::deprecated_dependency(name, callee, at, deprecated));
        }
    }
}

/// Resources and secrets that nothing uses. Only for a service without mistakes: a placeholder that is misspelt uses
/// nothing, and is told already.
pub fn check_unused(index: &Index<'_>, links: &Links<'_, '_>, findings: &mut Findings) {
    let service = links.service();
    let name = &service.metadata.name;
    for (local, request) in &service.spec.resources {
        let Some(kind) = index.resource_types.get(&request.kind) else { continue };
        if !kind.spec.standalone && !links.resources.contains(local.as_str()) {
            let at = index.documents.locate(&service.place(&["spec", "resources", local]).key());
            findings.push(dependencies::unused_resource(name, local, &how_to_use(&kind.spec, local), at));
        }
    }
    for request in index.requests_of(name) {
        let used = |key: &str| links.secrets.iter().any(|used| std::ptr::eq(used.request, *request) && used.key == key);
        for key in request.spec.keys.keys().filter(|key| !used(key)) {
            let at = index.documents.locate(&request.place(&["spec", "keys", key]).key());
            findings.push(dependencies::unused_secret(&request.metadata.name, key, name, at));
        }
    }
}

fn how_to_use(kind: &ResourceType, local: &Name) -> String {
    if can_be_mounted(kind) {
        return format!("mount it as a volume whose source is `${{resources.{local}}}`");
    }
    let output = kind.outputs.keys().map(|output| if output == "*" { "<key>" } else { output }).next();
    format!("use an output, such as `${{resources.{local}.{}}}`", output.unwrap_or("<output>"))
}
