//! What Argo CD and Flux need to deliver an environment that is theirs (`delivery: argocd|flux`): the tree of the branch
//! that they follow, and the objects that tell them to.
//!
//! In go the catalog and the artifacts of units, out come files. The branch `pavior/<environment>` holds a folder for each
//! unit with its manifests, and in `_engine` an object for each of them; the one object that is applied by hand, once,
//! follows `_engine`. Terraform is no engine's business.

mod argocd;
mod flux;
pub mod rules;

use super::kubernetes::{self, layout};
use super::observability;
use super::read_back::manifests::{Mismatch, verify_objects};
use super::read_back::read_yaml;
use super::yaml::{Tree, document};
use super::{Artifact, EmitError};
use crate::link::Catalog;
use crate::model::kinds::Environment;
use crate::model::kinds::environment::Delivery;
use crate::model::{Findings, Name, RepoPath};
use crate::provision::{UnitId, UnitKind};
use crate::read::{Declared, Documents};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Where the objects of units are in the branch.
const ENGINE: &str = "_engine";

/// The branch that an engine follows.
pub fn branch(environment: &str) -> String {
    format!("pavior/{environment}")
}

/// One unit, as an engine sees it.
struct DeliveredUnit<'u> {
    id: &'u UnitId,
    /// Its folder in the branch.
    path: String,
    /// What its objects are in: `manifests`, `observability`.
    folders: Vec<&'static str>,
    artifacts: &'u [Artifact],
    /// Who has to be well before it: the environment, then what is shared. No service waits for those that it calls, for
    /// one that is sick must not hold up the others.
    after: Vec<&'u UnitId>,
    /// Whether deleting its objects deletes data.
    holds_data: bool,
}

/// Where the branch is, and which environment it holds.
struct Followed<'e> {
    repository: String,
    branch: String,
    environment: &'e Declared<Environment>,
}

impl Followed<'_> {
    fn namespace(&self) -> &str {
        let environment = self.environment;
        environment.spec.namespace.as_ref().unwrap_or(&environment.metadata.name).as_str()
    }

    /// What is applied once, and follows all others.
    fn root_name(&self) -> String {
        format!("pavior-{}", self.environment.metadata.name)
    }
}

/// An environment that is delivered by an engine.
#[derive(Debug)]
pub struct Rendered {
    pub environment: Name,
    /// Below `argocd/` or `flux/`: what is applied once, and what the branch has in `_engine`.
    pub objects: Vec<Artifact>,
    /// All files of the branch.
    pub branch: BTreeMap<RepoPath, String>,
    /// What tells the engine to bring each unit. A unit that has nothing to be brought has none.
    pub units: Vec<EngineUnit>,
}

/// What tells an engine to bring a unit, and where it stands in the branch.
#[derive(Debug)]
pub struct EngineUnit {
    pub id: UnitId,
    pub object: Value,
    pub file: RepoPath,
    /// Who has to be there before it.
    pub after: Vec<UnitId>,
}

/// What of an object says how its engine delivers, and not what: it comes from the environment and the platform.
const HOW: [&str; 8] = [
    "/apiVersion",
    "/kind",
    "/metadata/namespace",
    "/spec/destination",
    "/spec/project",
    "/spec/source/repoURL",
    "/spec/source/targetRevision",
    "/spec/sourceRef",
];

impl EngineUnit {
    /// Whether this text of its file tells the engine to deliver as this does, whatever it is to deliver.
    pub fn delivers_as(&self, text: &str) -> bool {
        let there = read_yaml(text).ok();
        there.is_some_and(|there| HOW.iter().all(|at| there.pointer(at) == self.object.pointer(at)))
    }
}

/// Whether a file of the branch tells an engine something of a unit.
pub fn is_told_by(path: &str) -> bool {
    path.strip_prefix(ENGINE).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether a file is the list of the others.
pub fn is_list(path: &str) -> bool {
    path == layout::kustomization_path(ENGINE).as_str()
}

/// The unit that a file of an environment's branch belongs to, whichever engine it is for, as its folder is called: `cart`,
/// `_shared/carts`, `_environment`. None where it is nobody's.
pub fn owner(environment: &str, path: &str) -> Option<String> {
    let (folder, rest) = path.split_once('/')?;
    if folder == "_shared" {
        return rest.split_once('/').map(|(name, _)| format!("_shared/{name}"));
    }
    if folder != ENGINE {
        return Some(folder.to_owned());
    }
    let object = rest.strip_suffix(".yaml")?;
    let object = ["application-", "kustomization-"].iter().find_map(|kind| object.strip_prefix(kind))?;
    if object.strip_prefix("environment.") == Some(environment) {
        return Some("_environment".to_owned());
    }
    let name = object.strip_suffix(environment)?.strip_suffix('-')?;
    Some(name.strip_prefix("shared.").map_or_else(|| name.to_owned(), |shared| format!("_shared/{shared}")))
}

/// The list of what is in `_engine`, by all paths of the branch; None where there is nothing.
pub fn engine_list<'p>(paths: impl Iterator<Item = &'p str>) -> Option<(RepoPath, String)> {
    let list = layout::kustomization_path(ENGINE);
    let told =
        paths.filter_map(|path| RepoPath::parse(path).ok()).filter(|path| path.parent() == ENGINE && *path != list);
    let told: Vec<RepoPath> = told.collect();
    (!told.is_empty()).then(|| (list, document(&layout::list(&told))))
}

/// All environments that are delivered by an engine, by name. Of a pattern of previews there is none.
///
/// # Errors
/// When an object cannot be written as it was meant: a mistake of ours.
pub fn render(catalog: &Catalog<'_>, units: &[(&UnitId, &[Artifact])]) -> Result<Vec<Rendered>, EmitError> {
    let mut all = Vec::new();
    for environment in catalog.environments.values().copied().filter(|one| is_an_engines(one)) {
        // `check` has told it.
        let Some(repository) = repository(catalog) else { continue };
        let branch = branch(&environment.metadata.name);
        let followed = Followed { repository, branch, environment };
        all.push(rendered(&followed, &delivered(catalog, environment, units))?);
    }
    Ok(all)
}

/// Environments of which no engine can be told where they are delivered from.
pub fn check(documents: &Documents, catalog: &Catalog<'_>, findings: &mut Findings) {
    // Where the platform itself is wrong that is what is told.
    if catalog.platform.is_none() || repository(catalog).is_some() {
        return;
    }
    for environment in catalog.environments.values().filter(|one| is_an_engines(one)) {
        let at = documents.locate(&environment.place(&["spec", "delivery"]));
        findings.push(rules::no_repository(&environment.metadata.name, at));
    }
}

/// Of a pattern of previews nothing is delivered.
fn is_an_engines(environment: &Declared<Environment>) -> bool {
    environment.spec.delivery != Delivery::Direct && environment.spec.preview.is_none()
}

fn repository(catalog: &Catalog<'_>) -> Option<String> {
    let forge = catalog.platform?.spec.forge.as_ref()?;
    let url = forge.url.as_ref().map_or("https://github.com", |url| url.as_str());
    Some(format!("{}/{}.git", url.trim_end_matches('/'), forge.repository))
}

fn delivered<'u>(
    catalog: &Catalog<'_>,
    environment: &Declared<Environment>,
    units: &[(&'u UnitId, &'u [Artifact])],
) -> Vec<DeliveredUnit<'u>> {
    let here = || units.iter().copied().filter(|(id, _)| id.environment == environment.metadata.name);
    let is_delivered = |artifacts: &[Artifact]| !folders(artifacts).is_empty();
    let unit = |(id, artifacts): (&'u UnitId, &'u [Artifact])| {
        let needed = needed(catalog, id);
        let before = here().filter(|(other, artifacts)| is_delivered(artifacts) && needed(other));
        DeliveredUnit {
            id,
            path: path(id),
            folders: folders(artifacts),
            artifacts,
            after: before.map(|(other, _)| other).collect(),
            holds_data: artifacts.iter().any(holds_data),
        }
    };
    here().filter(|(_, artifacts)| is_delivered(artifacts)).map(unit).collect()
}

/// Which units have to be well before this one.
fn needed<'c>(catalog: &'c Catalog<'_>, id: &'c UnitId) -> impl Fn(&UnitId) -> bool + 'c {
    let is_it = |unit: &&crate::link::Unit<'_>| {
        let is_service = id.kind == UnitKind::Service;
        unit.environment.metadata.name == id.environment && unit.name == id.name && unit.service.is_some() == is_service
    };
    let linked = catalog.units.iter().find(is_it);
    let uses: BTreeSet<&Name> =
        linked.into_iter().flat_map(|unit| &unit.resources).filter_map(|one| one.shared.as_ref()).collect();
    move |other| match (id.kind, other.kind) {
        (UnitKind::Environment, _) | (_, UnitKind::Service) => false,
        (_, UnitKind::Environment) => true,
        (UnitKind::SharedResource, UnitKind::SharedResource) => false,
        (UnitKind::Service, UnitKind::SharedResource) => uses.contains(&other.name),
    }
}

fn folders(artifacts: &[Artifact]) -> Vec<&'static str> {
    let has = |folder: &&str| artifacts.iter().any(|artifact| artifact.path.parent() == *folder);
    [kubernetes::FOLDER, observability::FOLDER].into_iter().filter(has).collect()
}

fn holds_data(artifact: &Artifact) -> bool {
    let file = artifact.path.file_name();
    ["persistentvolumeclaim-", "statefulset-", "namespace-"].iter().any(|kind| file.starts_with(kind))
}

/// `cart`, `_shared/carts`, `_environment`.
fn path(id: &UnitId) -> String {
    let folder = id.folder();
    folder.split_once('/').map_or(folder.as_str(), |(_, unit)| unit).to_owned()
}

/// `cart-staging`, as its objects are labelled. No name has a dot, so none of the others is a service's.
fn object_name(id: &UnitId) -> String {
    let environment = &id.environment;
    match id.kind {
        UnitKind::Service => format!("{}-{environment}", id.name),
        UnitKind::SharedResource => format!("shared.{}-{environment}", id.name),
        UnitKind::Environment => format!("environment.{environment}"),
    }
}

fn rendered(followed: &Followed<'_>, units: &[DeliveredUnit<'_>]) -> Result<Rendered, EmitError> {
    let (engine, root, of_units) = match followed.environment.spec.delivery {
        Delivery::Argocd => ("argocd", argocd::root(followed), argocd::units(followed, units)),
        Delivery::Flux | Delivery::Direct => ("flux", flux::root(followed), flux::units(followed, units)),
    };
    let environment = followed.environment.metadata.name.clone();
    let mut objects = written(&format!("{engine}/{environment}/root"), &root)?;
    objects.extend(written(&format!("{engine}/{environment}/units"), &of_units)?);
    let mut branch = BTreeMap::new();
    for artifact in written(ENGINE, &of_units)? {
        branch.insert(artifact.path, artifact.text);
    }
    for unit in units {
        branch.insert(RepoPath::literal(&format!("{}/kustomization.yaml", unit.path)), document(&unit.kustomization()));
        for artifact in unit.artifacts.iter().filter(|artifact| unit.folders.contains(&artifact.path.parent())) {
            branch.insert(RepoPath::literal(&format!("{}/{}", unit.path, artifact.path)), artifact.text.clone());
        }
    }
    let files = layout::paths(ENGINE, &of_units);
    let told = units.iter().zip(of_units).zip(files);
    let told = told.map(|((unit, object), file)| EngineUnit {
        id: unit.id.clone(),
        file,
        object: Value::Object(object),
        after: unit.after.iter().copied().cloned().collect(),
    });
    Ok(Rendered { environment, objects, branch, units: told.collect() })
}

impl DeliveredUnit<'_> {
    /// Over its folders, each of which has one of its own.
    fn kustomization(&self) -> Tree {
        Tree::from_iter([
            ("apiVersion".to_owned(), json!("kustomize.config.k8s.io/v1beta1")),
            ("kind".to_owned(), json!("Kustomization")),
            ("resources".to_owned(), Value::from(self.folders.clone())),
        ])
    }
}

/// One object a file, read back.
fn written(folder: &str, objects: &[Tree]) -> Result<Vec<Artifact>, Mismatch> {
    let files = layout::files(folder, objects);
    let list = layout::kustomization_path(folder);
    let of_objects: Vec<&Artifact> = files.iter().filter(|file| file.path != list).collect();
    verify_objects(&of_objects, objects)?;
    Ok(files)
}

/// A typed object as a tree.
fn tree<T: serde::Serialize>(object: &T) -> Tree {
    match serde_json::to_value(object) {
        Ok(Value::Object(tree)) => tree,
        Ok(_) | Err(_) => Tree::new(),
    }
}

/// What every object of an engine carries.
fn labels(environment: &str) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("app.kubernetes.io/managed-by", "pavior".to_owned()),
        ("pavior.dev/environment", environment.to_owned()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::link;
    use crate::model::Severity;
    use crate::provision::fixture::{declaration, documents, ground, redis, service};

    /// What is rendered for `staging` where this engine delivers to it, of units with these files.
    fn rendered_by(engine: &str, units: &[(UnitKind, &str, &[&str])]) -> Rendered {
        let mut declared = ground();
        declared[0]["spec"]["forge"] = json!({ "kind": "github", "repository": "acme/platform" });
        let at = declared.iter().position(|one| one["metadata"]["name"] == "staging").unwrap();
        declared[at]["spec"]["delivery"] = json!(engine);
        let uses = json!({ "resources": { "carts": { "type": "redis", "id": "carts" } } });
        declared.extend([redis(), service("cart", json!({ "X": "${resources.carts.host}" }), uses)]);
        declared.push(declaration("Resource", "carts", json!({ "type": "redis" })));
        declared.push(service("web", json!({}), json!({})));
        let documents = documents(&declared, &[crate::provision::fixture::REDIS_MODULE]);
        let mut findings = Findings::default();
        let catalog = link(&documents, &mut findings);
        let name = |text: &str| Name::parse(text).unwrap();
        let made: Vec<(UnitId, Vec<Artifact>)> = units
            .iter()
            .map(|(kind, unit, files)| {
                let id = UnitId { environment: name("staging"), kind: *kind, name: name(unit) };
                let artifact = |path: &&str| Artifact { path: RepoPath::literal(path), text: format!("at: {path}\n") };
                (id, files.iter().map(artifact).collect())
            })
            .collect();
        let units: Vec<(&UnitId, &[Artifact])> = made.iter().map(|(id, files)| (id, files.as_slice())).collect();
        check(&documents, &catalog, &mut findings);
        let mut all = render(&catalog, &units).unwrap();
        assert!(findings.iter().all(|one| one.severity() != Severity::Error));
        all.pop().unwrap()
    }

    const UNITS: [(UnitKind, &str, &[&str]); 4] = [
        (UnitKind::Environment, "staging", &["manifests/namespace-shop.yaml"]),
        (UnitKind::SharedResource, "carts", &["manifests/statefulset-carts.yaml", "terraform/main.tf"]),
        (
            UnitKind::Service,
            "cart",
            &["manifests/deployment-cart.yaml", "observability/rule.yaml", "terraform/main.tf"],
        ),
        (UnitKind::Service, "web", &["terraform/main.tf"]),
    ];

    fn file(rendered: &Rendered, path: &str) -> String {
        rendered.branch.get(&RepoPath::literal(path)).unwrap_or_else(|| panic!("no {path}")).clone()
    }

    #[test]
    fn a_branch_has_what_runs_and_nothing_of_terraform() {
        let rendered = rendered_by("flux", &UNITS);
        let paths: Vec<&str> = rendered.branch.keys().map(RepoPath::as_str).collect();
        assert!(paths.iter().all(|path| !path.contains("terraform") && !path.starts_with("web")), "{paths:?}");
        assert!(file(&rendered, "cart/kustomization.yaml").ends_with("resources:\n- manifests\n- observability\n"));
        assert!(file(&rendered, "_shared/carts/kustomization.yaml").ends_with("resources:\n- manifests\n"));
        assert_eq!(file(&rendered, "cart/manifests/deployment-cart.yaml"), "at: manifests/deployment-cart.yaml\n");
        assert_eq!(branch(&rendered.environment), "pavior/staging");
        let objects: Vec<(&str, &Value)> =
            rendered.units.iter().map(|one| (one.id.name.as_str(), &one.object["metadata"]["name"])).collect();
        assert_eq!(
            objects,
            [
                ("staging", &json!("environment.staging")),
                ("carts", &json!("shared.carts-staging")),
                ("cart", &json!("cart-staging"))
            ]
        );
    }

    #[test]
    fn what_holds_data_is_never_pruned_and_stays_when_it_is_no_longer_declared() {
        let flux = rendered_by("flux", &UNITS);
        let carts = file(&flux, "_engine/kustomization-shared.carts-staging.yaml");
        assert!(carts.contains("prune: false") && carts.contains("deletionPolicy: Orphan"), "{carts}");
        let cart = file(&flux, "_engine/kustomization-cart-staging.yaml");
        assert!(cart.contains("prune: true") && !cart.contains("Orphan"), "{cart}");
        assert!(cart.contains("dependsOn:\n  - name: environment.staging\n  - name: shared.carts-staging\n"), "{cart}");
        assert!(carts.contains("dependsOn:\n  - name: environment.staging\n  sourceRef"), "{carts}");

        let argocd = rendered_by("argocd", &UNITS);
        let carts = file(&argocd, "_engine/application-shared.carts-staging.yaml");
        assert!(carts.contains("prune: false") && !carts.contains("finalizers"), "{carts}");
        let cart = file(&argocd, "_engine/application-cart-staging.yaml");
        assert!(cart.contains("prune: true") && cart.contains("resources-finalizer.argocd.argoproj.io"), "{cart}");
        assert!(cart.contains("server: https://kubernetes.default.svc") && cart.contains("namespace: shop"), "{cart}");
    }
}
