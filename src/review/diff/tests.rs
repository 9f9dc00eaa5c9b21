//! Whole comparisons: two small repositories in, changes and groups out.

use super::*;
use crate::compile::Digest;
use crate::emit::Artifact;
use crate::model::RepoPath;
use crate::provision::UnitId;
use crate::read::{Declared, DocumentId};
use serde_json::json;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn unit(environment: &str, kind: UnitKind, unit: &str, files: &[(&str, String)]) -> CompiledUnit {
    let id = UnitId { environment: name(environment), kind, name: name(unit) };
    let artifact = |(path, text): &(&str, String)| Artifact { path: RepoPath::literal(path), text: text.clone() };
    let artifacts: Vec<Artifact> = files.iter().map(artifact).collect();
    CompiledUnit { id, digest: Digest::of(&artifacts), artifacts }
}

fn deployment(service: &str, image: &str) -> (&'static str, String) {
    let text = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {service}\n  namespace: shop\nspec:\n  selector:\n    unit: {service}\n  image: {image}\n"
    );
    ("manifests/deployment.yaml", text)
}

fn service(environment: &str, service: &str, image: &str) -> CompiledUnit {
    unit(environment, UnitKind::Service, service, &[deployment(service, image)])
}

fn documents(renamed: &[(&str, &str)]) -> Documents {
    let declared = |(service, former): &(&str, &str)| Declared {
        document: DocumentId(0),
        metadata: serde_json::from_value(json!({"name": service})).unwrap(),
        spec: serde_json::from_value(json!({"containers": {}, "renamedFrom": former})).unwrap(),
    };
    let mut documents = Documents::default();
    documents.declarations.services = renamed.iter().map(declared).collect();
    documents
}

fn compared(base: &[CompiledUnit], head: &[CompiledUnit]) -> Diff {
    let documents = documents(&[]);
    diff(Side { documents: &documents, units: base }, Side { documents: &documents, units: head })
}

fn shown(group: &Group<'_>) -> String {
    let units: Vec<String> = group.units.iter().map(|unit| unit.unit.to_string()).collect();
    let changes = group.changes.iter().map(|change| {
        let objects: Vec<String> = change.objects.iter().map(|object| object.address.to_string()).collect();
        let fields: Vec<String> = change.fields.iter().map(|field| field.path.to_string()).collect();
        format!("{:?} {} [{}]", change.action, objects.join("+"), fields.join(","))
    });
    format!("{:?} {}: {}", group.action, units.join(" "), changes.collect::<Vec<_>>().join("; "))
}

#[test]
fn equal_digests_are_no_change() {
    let units = [service("local", "cart", "1"), service("staging", "cart", "1")];
    assert_eq!(compared(&units, &units), Diff { unchanged: 2, ..Diff::default() });
}

#[test]
fn the_same_change_of_many_units_is_told_once() {
    let all = |image: &str| {
        let mut units: Vec<_> = ["ads", "cart", "mail"].iter().map(|name| service("local", name, image)).collect();
        units.push(unit("local", UnitKind::Service, "quiet", &[deployment("quiet", "1")]));
        units
    };
    let (base, mut head) = (all("1"), all("2"));
    head[1] = service("local", "cart", "3");
    let diff = compared(&base, &head);
    let groups: Vec<String> = groups(&diff).iter().map(shown).collect();
    assert_eq!(
        groups,
        [
            "Update local/ads local/mail: Update Deployment ads [spec.image]",
            "Update local/cart: Update Deployment cart [spec.image]"
        ]
    );
    assert_eq!(diff.unchanged, 1);
}

#[test]
fn objects_that_change_alike_are_told_together() {
    let objects = |owner: &str| {
        let text = |kind: &str| format!("apiVersion: v1\nkind: {kind}\nmetadata:\n  name: cart\n  owner: {owner}\n");
        unit("local", UnitKind::Service, "cart", &[("a.yaml", text("Service")), ("b.yaml", text("ServiceAccount"))])
    };
    let diff = compared(&[objects("shopping")], &[objects("ads")]);
    let groups: Vec<String> = groups(&diff).iter().map(shown).collect();
    assert_eq!(groups, ["Update local/cart: Update Service cart+ServiceAccount cart [metadata.owner]"]);
}

#[test]
fn a_renamed_unit_is_compared_with_itself() {
    let (before, after) = (documents(&[]), documents(&[("cart", "basket")]));
    let (base, head) = ([service("local", "basket", "1")], [service("local", "cart", "2")]);
    let diff = diff(Side { documents: &before, units: &base }, Side { documents: &after, units: &head });
    let change = &diff.units[0];
    assert_eq!((change.action, change.from.as_ref().unwrap().to_string()), (Action::Move, "local/basket".to_owned()));
    let moved = &change.changes[0];
    assert_eq!((moved.action, moved.follow_the_name), (Action::Move, 2));
    assert_eq!(moved.fields[0].path.to_string(), "spec.image");
    assert_eq!(diff.notes, Vec::<String>::new());
}

#[test]
fn a_second_rename_has_to_name_the_first_name() {
    let base = [service("local", "cart", "1")];
    let head = [service("local", "trolley", "1")];
    let notes = |former: &str| {
        let (before, after) = (documents(&[("cart", "basket")]), documents(&[("trolley", former)]));
        let diff = diff(Side { documents: &before, units: &base }, Side { documents: &after, units: &head });
        assert_eq!(diff.units[0].action, Action::Move);
        diff.notes
    };
    assert_eq!(notes("basket"), Vec::<String>::new());
    assert!(notes("cart")[0].contains("write `renamedFrom: basket` in trolley"));
}

#[test]
fn dropping_renamed_from_is_told() {
    let units = [service("local", "cart", "1")];
    let (before, after) = (documents(&[("cart", "basket")]), documents(&[]));
    let diff = diff(Side { documents: &before, units: &units }, Side { documents: &after, units: &units });
    assert!(diff.notes[0].contains("`renamedFrom: basket` has to stay"), "{:?}", diff.notes);
}

#[test]
fn a_deleted_environment_is_one_group() {
    let units =
        [unit("old", UnitKind::Environment, "old", &[]), service("old", "ads", "1"), service("old", "cart", "1")];
    let diff = compared(&units, &[]);
    assert_eq!(diff.environments, BTreeMap::from([(name("old"), Action::Delete)]));
    let groups = groups(&diff);
    assert_eq!((groups.len(), groups[0].units.len(), groups[0].action), (1, 3, Action::Delete));
}

#[test]
fn a_difference_that_nobody_understands_is_shown_all_the_same() {
    let list =
        |files: &str| unit("local", UnitKind::Service, "cart", &[("manifests/kustomization.yaml", files.to_owned())]);
    let diff = compared(&[list("a: 1\n")], &[list("a: 2\n")]);
    assert_eq!(diff.units[0].changes[0].address.to_string(), "manifests/kustomization.yaml");
}

#[test]
fn a_new_selector_replaces_and_comes_before_updates() {
    let with = |selector: &str| {
        let text =
            format!("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: z\nspec:\n  selector: {selector}\n");
        unit("local", UnitKind::Service, "z", &[("a.yaml", text)])
    };
    let diff = compared(&[service("local", "cart", "1"), with("a")], &[service("local", "cart", "2"), with("b")]);
    let actions: Vec<Action> = groups(&diff).iter().map(|group| group.changes[0].action).collect();
    assert_eq!(actions, [Action::Replace, Action::Update]);
}

#[test]
fn a_unit_that_comes_is_one_group_over_all_environments() {
    let with_more = unit(
        "staging",
        UnitKind::Service,
        "cart",
        &[deployment("cart", "1"), ("s.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: cart\n".to_owned())],
    );
    let diff = compared(&[], &[service("local", "cart", "1"), with_more]);
    let groups = groups(&diff);
    assert_eq!(groups.len(), 1);
    let counts: Vec<_> = groups[0].changes.iter().map(|change| change.units.len()).collect();
    assert_eq!(shown(&groups[0]), "Create local/cart staging/cart: Create Service cart []; Create Deployment cart []");
    assert_eq!(counts, [1, 2]);
}

#[test]
fn what_only_comes_with_a_module_call_is_not_told() {
    let files = [
        (
            "terraform/main.tf",
            "module \"db\" {\n  source = \"./modules/x\"\n  tags = {\n    a = \"b\"\n  }\n}\n".to_owned(),
        ),
        ("terraform/backend.tf", "terraform {\n  backend \"local\" {\n  }\n}\n".to_owned()),
        ("terraform/modules/x/main.tf", "locals {\n}\n".to_owned()),
    ];
    let diff = compared(&[], &[unit("local", UnitKind::Service, "cart", &files)]);
    let group = &groups(&diff)[0];
    assert_eq!(shown(group), "Create local/cart: Create module db [source]");
}

#[test]
fn labels_of_a_renamed_unit_only_follow_its_name_and_its_modules_are_told() {
    let files = |name: &str| {
        let object = format!("apiVersion: v1\nkind: Service\nmetadata:\n  name: data\n  unit: {name}\n");
        [("a.yaml", object), ("terraform/main.tf", format!("module \"identity\" {{\n  account = \"{name}\"\n}}\n"))]
    };
    let (before, after) = (documents(&[]), documents(&[("cart", "basket")]));
    let base = [unit("local", UnitKind::Service, "basket", &files("basket"))];
    let head = [unit("local", UnitKind::Service, "cart", &files("cart"))];
    let diff = diff(Side { documents: &before, units: &base }, Side { documents: &after, units: &head });
    let told: Vec<_> = diff.units[0].changes.iter().map(|one| (one.fields.len(), one.follow_the_name)).collect();
    assert_eq!(told, [(1, 0), (0, 1)]);
}
