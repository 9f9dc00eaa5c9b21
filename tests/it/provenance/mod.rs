//! The laws that hold provenance to the truth: every leaf has an origin, and what changes when a line is changed is what
//! names that line.

mod world;

use pavior::emit::read_back::read_yaml;
use pavior::model::{FieldPath, Location, NAMING, RepoPath, Span, Step, item_names};
use pavior::provenance::{Origin, Provenance, UNKNOWN, is_below};
use pavior::read::{Documents, Node, NodeValue, Snapshot};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use world::{Traced, rich, shipped, showcase, traced};

/// Every leaf by its path as people write it.
fn leaves(tree: &Value) -> BTreeMap<String, Value> {
    fn walk(path: &FieldPath, value: &Value, leaves: &mut BTreeMap<String, Value>) {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                fields.iter().for_each(|(key, field)| walk(&path.then(Step::Key(key.clone())), field, leaves));
            }
            Value::Array(items) if !items.is_empty() => {
                let names = NAMING.iter().find_map(|key| item_names(items, key));
                for (index, item) in items.iter().enumerate() {
                    let step = names.as_ref().map_or(Step::Index(index), |names| Step::Named(names[index].clone()));
                    walk(&path.then(step), item, leaves);
                }
            }
            Value::String(text) => {
                leaves.insert(path.to_string(), Value::from(without_fingerprints(text)));
            }
            leaf => {
                leaves.insert(path.to_string(), leaf.clone());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(&FieldPath::default(), tree, &mut found);
    found
}

/// A Job's name ends with a fingerprint of all that it runs, and alerts have its name: everything would follow from
/// everything.
fn without_fingerprints(text: &str) -> String {
    const LENGTH: usize = 16;
    let mut parts = text.split('-');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).count();
        plain.push('-');
        plain.push_str(if digits == LENGTH { &part[LENGTH..] } else { part });
    }
    plain
}

#[test]
fn every_leaf_of_every_artifact_has_an_origin() {
    let mut gaps = BTreeSet::new();
    let mut count = 0;
    for snapshot in [shipped(), showcase(), rich()] {
        let (_, units) = traced(snapshot).unwrap();
        for (unit, (artifacts, provenance)) in &units {
            let written: Vec<&RepoPath> = artifacts.iter().map(|artifact| &artifact.path).collect();
            assert_eq!(provenance.artifacts.keys().collect::<Vec<_>>(), written, "{unit}");
            for artifact in artifacts {
                let tree = &provenance.artifacts[&artifact.path].tree;
                match artifact.path.extension() {
                    Some("yaml") => assert_eq!(&read_yaml(&artifact.text).unwrap(), tree, "{unit} {}", artifact.path),
                    _ if tree.is_string() => assert_eq!(tree, artifact.text.as_str(), "{unit} {}", artifact.path),
                    _ => {}
                }
                for field in leaves(tree).keys() {
                    count += 1;
                    match provenance.origin(&artifact.path, field) {
                        Some(origin) if origin.because != UNKNOWN => {}
                        _ => {
                            gaps.insert(format!("{unit} {}: {field}", artifact.path));
                        }
                    }
                }
            }
        }
    }
    assert!(gaps.is_empty(), "{} fields without an origin:\n{}", gaps.len(), join(&gaps));
    assert!(count > 20_000, "{count} leaves are too few to prove anything");
}

fn join(lines: &BTreeSet<String>) -> String {
    lines.iter().take(60).cloned().collect::<Vec<_>>().join("\n")
}

/// A value in a declaration that can be changed.
struct Scalar {
    path: RepoPath,
    /// As origins tell it.
    route: String,
    span: Span,
    value: NodeValue,
}

/// All scalars of these files.
fn scalars(documents: &Documents, is_wanted: impl Fn(&str) -> bool) -> Vec<Scalar> {
    fn walk(node: &Node, route: &mut Vec<String>, each: &mut dyn FnMut(&[String], &Node)) {
        match &node.value {
            NodeValue::Mapping(entries) => entries.iter().for_each(|entry| {
                route.push(entry.key.clone());
                walk(&entry.value, route, each);
                route.pop();
            }),
            NodeValue::Sequence(items) => items.iter().enumerate().for_each(|(index, item)| {
                route.push(index.to_string());
                walk(item, route, each);
                route.pop();
            }),
            _ => each(route, node),
        }
    }
    let mut found = Vec::new();
    for document in &documents.documents {
        walk(document.root(), &mut Vec::new(), &mut |route, node| {
            let (path, _) = document.file_of(route);
            let in_score = *path != document.path;
            if is_wanted(path.as_str()) && !matches!(route[0].as_str(), "apiVersion" | "kind") {
                let route = &route[usize::from(in_score)..];
                found.push(Scalar {
                    path: path.clone(),
                    route: told(route),
                    span: node.span,
                    value: node.value.clone(),
                });
            }
        });
    }
    found
}

fn told(route: &[String]) -> String {
    route.iter().fold(String::new(), |text, step| {
        let plain = step.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        match (plain, text.is_empty()) {
            (true, true) => step.clone(),
            (true, false) => format!("{text}.{step}"),
            (false, _) => format!("{text}[\"{step}\"]"),
        }
    })
}

/// Other values of the same kind, the likeliest to be accepted first.
fn others(value: &NodeValue) -> Vec<String> {
    match value {
        NodeValue::Integer(number) => vec![(number + 1).to_string(), (number - 1).to_string()],
        NodeValue::Boolean(flag) => vec![(!flag).to_string()],
        NodeValue::Text(text) => {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            let number = text[..digits].parse::<i64>().ok();
            let counted = |by: i64| number.map(|number| format!("{}{}", number + by, &text[digits..]));
            let texts = [counted(1), counted(-1), Some(format!("{text}x"))];
            texts.into_iter().flatten().map(|text| Value::from(text).to_string()).collect()
        }
        _ => Vec::new(),
    }
}

/// The first other value of each.
fn changed(snapshot: &Snapshot, scalars: &[&Scalar]) -> Snapshot {
    let mut snapshot = snapshot.clone();
    let mut scalars: Vec<_> =
        scalars.iter().filter_map(|one| Some((one, others(&one.value).into_iter().next()?))).collect();
    scalars.sort_by_key(|(scalar, _)| std::cmp::Reverse(scalar.span));
    for (scalar, text) in scalars {
        let file = snapshot.files.get_mut(&scalar.path).expect("a value stands in a file");
        let mut whole = file.to_string();
        whole.replace_range(scalar.span.range(), &text);
        *file = Arc::from(whole);
    }
    snapshot
}

/// Whether an origin names a line: the value itself, or a branch that it is in. That a resource was asked for is no
/// reason for what its fields say.
fn names(origin: &Origin, scalar: &Scalar) -> bool {
    let is_it = |at: &Location, route: &str| {
        let is_other = route == scalar.route && at.span.is_none_or(|span| !overlaps(span, scalar.span));
        let is_branch = route != scalar.route && {
            let above = route.rsplit_once('.').map_or("", |(above, _)| above);
            above == "resources" || above.ends_with(".resources")
        };
        at.path == scalar.path && is_below(&scalar.route, route) && !is_branch && !is_other && !route.is_empty()
    };
    origin.at.iter().any(|at| is_it(at, &origin.route))
        || origin.inputs.iter().any(|input| is_it(&input.at, &input.route))
}

/// Two documents of one file have the same routes.
fn overlaps(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end
}

/// Fields that differ, of files that are on both sides: unit, file, field.
fn differences(base: &Traced, head: &Traced) -> BTreeSet<(String, RepoPath, String)> {
    let mut found = BTreeSet::new();
    for (unit, (_, before)) in base {
        let Some((_, after)) = head.get(unit) else { continue };
        let same_files = before.artifacts.keys().eq(after.artifacts.keys());
        for (path, old) in &before.artifacts {
            let Some(new) = after.artifacts.get(path) else { continue };
            if old.tree == new.tree || (!same_files && path.file_name() == "kustomization.yaml") {
                continue;
            }
            let (old, new) = (leaves(&old.tree), leaves(&new.tree));
            let fields = old.keys().chain(new.keys()).filter(|field| old.get(*field) != new.get(*field));
            found.extend(fields.map(|field| (unit.clone(), path.clone(), field.clone())));
        }
    }
    found
}

/// The fields of a unit that say that a line set them.
fn set_by(provenance: &Provenance, scalar: &Scalar) -> BTreeSet<RepoPath> {
    let set = |origin: &Origin| {
        origin.route == scalar.route
            && origin.at.as_ref().is_some_and(|at| at.path == scalar.path && at.span == Some(scalar.span))
    };
    let artifacts = provenance.artifacts.keys();
    artifacts.filter(|path| provenance.fields(path).any(|(_, origin)| set(origin))).cloned().collect()
}

/// What is one of a few words, or names something else: another value is a mistake, or another repository.
const FIXED: [&str; 12] = [
    "name",
    "owner",
    "type",
    "class",
    "provider",
    "kind",
    "service",
    "expires",
    "reason",
    "description",
    "ready",
    "shares",
];

/// One repository before and after some of its values were changed.
struct Trial<'t> {
    snapshot: &'t Snapshot,
    base: &'t Traced,
    judged: usize,
    wrong: BTreeSet<String>,
}

impl Trial<'_> {
    /// Changes these values at once, and those of each half alone when that shows something, or is a mistake.
    fn judge(&mut self, scalars: &[&Scalar]) {
        let wrong = match traced(changed(self.snapshot, scalars)) {
            Ok((_, head)) => wrong(self.base, &head, scalars),
            Err(_) if scalars.len() == 1 => return,
            Err(_) => BTreeSet::from(["a mistake".to_owned()]),
        };
        match scalars {
            [_] | [] => {
                self.judged += scalars.len();
                self.wrong.extend(wrong);
            }
            several if !wrong.is_empty() => {
                let (one, other) = several.split_at(several.len() / 2);
                self.judge(one);
                self.judge(other);
            }
            several => self.judged += several.len(),
        }
    }
}

/// What changed without naming any of these, and what was to change and did not.
fn wrong(base: &Traced, head: &Traced, scalars: &[&Scalar]) -> BTreeSet<String> {
    let mut wrong = BTreeSet::new();
    let place =
        || scalars.iter().map(|scalar| format!("{} {}", scalar.path, scalar.route)).collect::<Vec<_>>().join(", ");
    for (unit, path, field) in differences(base, head) {
        let of = |side: &Traced| side.get(&unit).and_then(|(_, known)| known.origin(&path, &field).cloned());
        let origin = of(base).or_else(|| of(head));
        if !origin.is_some_and(|origin| scalars.iter().any(|scalar| names(&origin, scalar))) {
            wrong.insert(format!("{} changes {unit}/{path} {field}, which does not name it", place()));
        }
    }
    // A shared resource keeps its name as long as anybody asks for it.
    for (unit, (_, provenance)) in base.iter().filter(|(unit, _)| !unit.contains("/_shared/")) {
        let Some((_, after)) = head.get(unit) else { continue };
        for path in scalars.iter().flat_map(|scalar| set_by(provenance, scalar)) {
            let before = &provenance.artifacts[&path].tree;
            if after.artifacts.get(&path).is_some_and(|after| after.tree == *before) {
                wrong.insert(format!("{} is said to set a field of {unit}/{path}, which it leaves alone", place()));
            }
        }
    }
    wrong
}

/// Changes every value of some files: each with some that stand far from it, so that none hides another.
fn hold_to_the_truth(snapshot: &Snapshot, is_wanted: impl Fn(&str) -> bool, at_least: usize) {
    const AT_ONCE: usize = 6;
    let (documents, base) = traced(snapshot.clone()).expect("it has no mistake");
    let scalars = scalars(&documents, is_wanted);
    let is_free = |scalar: &&Scalar| !FIXED.contains(&scalar.route.rsplit('.').next().unwrap_or_default());
    let scalars: Vec<&Scalar> = scalars.iter().filter(is_free).collect();
    let mut trial = Trial { snapshot, base: &base, judged: 0, wrong: BTreeSet::new() };
    let batches = scalars.len().div_ceil(AT_ONCE);
    for start in 0..batches {
        let batch: Vec<&Scalar> = scalars.iter().skip(start).step_by(batches).copied().collect();
        trial.judge(&batch);
    }
    let Trial { judged, wrong, .. } = trial;
    assert!(wrong.is_empty(), "{} of {judged} values:\n{}", wrong.len(), join(&wrong));
    assert!(judged >= at_least, "only {judged} of {} values could be changed", scalars.len());
}

#[test]
fn what_a_service_says_sets_what_names_it_and_nothing_else() {
    hold_to_the_truth(&rich(), |path| path.ends_with("rich.yaml"), 40);
}

#[test]
fn what_other_services_say_sets_what_names_it_and_nothing_else() {
    let wanted = ["clock.yaml", "score.yaml", "cartservice.yaml"];
    hold_to_the_truth(&rich(), |path| wanted.iter().any(|name| path.ends_with(name)), 40);
}

#[test]
fn what_an_environment_or_the_platform_says_sets_what_names_it_and_nothing_else() {
    let wanted = ["environments/production.yaml", "environments/preview.yaml", "pavior.yaml"];
    hold_to_the_truth(&rich(), |path| wanted.iter().any(|name| path.ends_with(name)), 30);
}
