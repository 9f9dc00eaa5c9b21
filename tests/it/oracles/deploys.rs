//! Edits of declarations: whatever layout comes in, exactly what was asked for changes, or nothing does.

use super::Reached;
use pavior::edit::{Image, Sick, as_read, as_written, revert, set_image};
use pavior::ledger::UnitName;
use pavior::model::{Findings, Name, RepoPath};
use pavior::read::{Node, Snapshot, roots};
use serde_json::{Map, Value};

/// The first line says `service environment container image`; behind `=====` may stand the file as it was before.
pub fn holds(data: &[u8]) -> Reached {
    let Some((asked, files)) = std::str::from_utf8(data).ok().and_then(|text| text.split_once('\n')) else {
        return Reached::Refused;
    };
    let words: Vec<&str> = asked.split(' ').collect();
    let [service, environment, container, image] = words.as_slice() else { return Reached::Refused };
    let (raw, before) = files.split_once("=====\n").unwrap_or((files, ""));
    let text = as_read(raw);
    let edited = set_image(&text, &Image { service, environment, container }, image);
    if let Ok(edited) = &edited {
        only_the_image_is_another(&text, edited, [service, environment, container, image]);
        let again = set_image(edited, &Image { service, environment, container }, image);
        assert_eq!(again.as_ref(), Ok(edited), "asked for twice it is done once");
        let written = as_written(raw, edited);
        assert_eq!(as_read(&written), *edited);
        if !is_mixed(raw) {
            assert_eq!(as_written(&written, &text), raw, "and back again");
        }
    }
    let reverted = !before.is_empty() && only_the_service_goes_back(&text, &as_read(before), service);
    if edited.is_ok() || reverted { Reached::Through } else { Reached::Told }
}

/// Which end a new line takes in a file that has both is a matter of taste.
fn is_mixed(raw: &str) -> bool {
    let windows = raw.matches("\r\n").count();
    windows != 0 && windows != raw.matches('\n').count()
}

fn documents(text: &str) -> Option<Vec<Node>> {
    let mut findings = Findings::default();
    let roots = roots(&RepoPath::literal("catalog/a.yaml"), text, &mut findings);
    (!findings.has_errors()).then_some(roots)
}

fn values(text: &str) -> Vec<Value> {
    documents(text).expect("what was edited can be read").iter().map(Node::to_json).collect()
}

fn is_service(value: &Value, name: &str) -> bool {
    value["kind"] == "Service" && value["metadata"]["name"] == name
}

fn only_the_image_is_another(text: &str, edited: &str, [service, environment, container, image]: [&str; 4]) {
    let route = ["spec", "environments", environment, "containers", container, "image"];
    let mut wanted = values(text);
    let at = wanted.iter().position(|one| is_service(one, service)).expect("what was edited is declared");
    let mut node = &mut wanted[at];
    for step in route {
        if node.get(step).is_none() {
            node.as_object_mut().expect("it was edited").insert(step.to_owned(), Value::Object(Map::new()));
        }
        node = &mut node[step];
    }
    *node = Value::String(image.to_owned());
    assert_eq!(values(edited), wanted);
    // Of the bytes before, no more are gone than the old image took.
    let documents = documents(text).expect("what was edited could be read");
    let old = route.iter().try_fold(&documents[at], |node, step| node.child(step));
    let start = text.bytes().zip(edited.bytes()).take_while(|(one, other)| one == other).count();
    let rest = text.len().min(edited.len()) - start;
    let ends = text.bytes().rev().zip(edited.bytes().rev()).take(rest);
    let end = ends.take_while(|(one, other)| one == other).count();
    let gone = text.len() - start - end;
    assert!(gone <= old.map_or(0, |node| node.span.range().len()), "{gone} bytes are gone:\n{text}\n{edited}");
}

/// Whether it could be taken back at all.
fn only_the_service_goes_back(now: &str, then: &str, service: &str) -> bool {
    let (Some(environment), true) = (Name::parse("production"), Name::parse(service).is_some()) else { return false };
    let unit = UnitName { environment, unit: service.to_owned() };
    let sick = Sick { unit: &unit, digest: None, bad: "b", healthy: "a", why: "it" };
    let side = |text: &str| Snapshot::of([("catalog/a.yaml", text)]);
    let Ok(revert) = revert(&sick, &side(now), &side(then)) else { return false };
    let Some((_, text)) = revert.files.iter().find(|(path, _)| path.as_str() == "catalog/a.yaml") else { return true };
    let after = text.as_deref().map(values).unwrap_or_default();
    let of = |all: &[Value], is: bool| -> Vec<Value> {
        all.iter().filter(|one| is_service(one, service) == is).cloned().collect()
    };
    assert_eq!(of(&after, false), of(&values(now), false), "the others stay");
    let then = documents(then).map(|all| all.iter().map(Node::to_json).collect::<Vec<_>>()).unwrap_or_default();
    assert_eq!(of(&after, true), of(&then, true), "the unit's goes back");
    true
}
