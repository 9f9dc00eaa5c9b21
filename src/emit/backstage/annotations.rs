//! What Backstage's plugins read about a component. Paging tools are named by the declaration's own annotations, which
//! are copied: nothing is guessed.

use crate::link::{Catalog, Unit};
use crate::model::kinds::Service;
use crate::model::kinds::environment::Delivery;
use crate::model::kinds::service::DocumentKind;
use crate::query::github;
use crate::read::Declared;

/// Annotations that follow from the declaration, in the order in which they are written.
pub fn of_component(catalog: &Catalog<'_>, service: &Declared<Service>) -> Vec<(String, String)> {
    let mut annotations = Vec::new();
    let mut annotate = |key: &str, value: String| annotations.push((key.to_owned(), value));
    if let Some(source) = service.spec.source.as_ref().map(|source| source.as_str()) {
        annotate("backstage.io/source-location", format!("url:{}/", source.trim_end_matches('/')));
        let docs = &service.spec.docs;
        let root = repository_root(source);
        if docs.iter().any(|document| document.path.is_some() && document.kind != DocumentKind::Api) {
            annotate("backstage.io/techdocs-ref", format!("url:{root}"));
        }
        let decisions = docs.iter().find(|document| document.kind == DocumentKind::Adr);
        if let Some(path) = decisions.and_then(|document| document.path.as_deref()) {
            annotate("backstage.io/adr-location", format!("{root}/{}", path.trim_matches('/')));
        }
        if let Some((owner, repository, _)) = github(source) {
            annotate("github.com/project-slug", format!("{owner}/{repository}"));
        }
    }
    let name = &service.metadata.name;
    let mut units = catalog.units.iter().filter(|unit| unit.service.is_some() && unit.name == *name).peekable();
    if units.peek().is_some() {
        annotate("backstage.io/kubernetes-label-selector", selector(name));
    }
    let delivered: Vec<&Unit<'_>> =
        units.filter(|unit| unit.environment.spec.delivery == Delivery::Argocd && !unit.is_preview()).collect();
    match delivered.as_slice() {
        [] => {}
        [one] => annotate("argocd/app-name", argocd_application(one)),
        // The plugin shows several applications only by a selector.
        [_, _, ..] => annotate("argocd/app-selector", selector(name)),
    }
    annotations
}

/// The label that all objects of a service carry.
fn selector(service: &str) -> String {
    format!("app.kubernetes.io/name={service}")
}

/// The name of the Application that delivers a unit: the value of `app.kubernetes.io/instance` on its objects.
fn argocd_application(unit: &Unit<'_>) -> String {
    format!("{}-{}", unit.name, unit.environment.metadata.name)
}

/// Docs are declared from the root of the repository: `https://github.com/acme/shop/tree/main`.
fn repository_root(source: &str) -> String {
    let Some((owner, repository, rest)) = github(source) else { return source.trim_end_matches('/').to_owned() };
    let repository = format!("https://github.com/{owner}/{repository}");
    match rest.strip_prefix("tree/").and_then(|rest| rest.split('/').next()).filter(|reference| !reference.is_empty()) {
        Some(reference) => format!("{repository}/tree/{reference}"),
        None => format!("{repository}/tree/HEAD"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::link;
    use crate::model::Findings;
    use crate::provision::fixture;
    use crate::query::sample;
    use serde_json::{Value, json};

    fn delivered_by_argocd(environments: &[&str]) -> Vec<(String, String)> {
        let mut declarations: Vec<Value> = sample::declarations();
        for declaration in &mut declarations {
            let name = declaration["metadata"]["name"].as_str().unwrap_or_default();
            if declaration["kind"] == "Environment" && environments.contains(&name) {
                declaration["spec"]["delivery"] = json!("argocd");
            }
        }
        let documents = fixture::documents(&declarations, &[]);
        let catalog = link(&documents, &mut Findings::default());
        let all = of_component(&catalog, catalog.services["shop"]);
        all.into_iter().filter(|(key, _)| key.starts_with("argocd")).collect()
    }

    #[test]
    fn argo_cd_is_named_where_it_delivers() {
        let one = |key: &str, value: &str| vec![(key.to_owned(), value.to_owned())];
        assert_eq!(delivered_by_argocd(&[]), []);
        assert_eq!(delivered_by_argocd(&["production"]), one("argocd/app-name", "shop-production"));
        let both = delivered_by_argocd(&["production", "laptop"]);
        assert_eq!(both, one("argocd/app-selector", "app.kubernetes.io/name=shop"));
    }

    #[test]
    fn docs_are_looked_for_at_the_root_of_the_repository() {
        assert_eq!(repository_root("https://github.com/a/b"), "https://github.com/a/b/tree/HEAD");
        assert_eq!(repository_root("https://github.com/a/b/tree/v1/src/x"), "https://github.com/a/b/tree/v1");
        assert_eq!(repository_root("https://git.example/a/b/"), "https://git.example/a/b");
    }
}
