//! A diff for tests, with something of everything and hostile text in it.

use crate::compile::Digest;
use crate::emit::Artifact;
use crate::model::{Name, RepoPath};
use crate::provision::{UnitId, UnitKind};
use crate::review::diff::{Action, Address, Change, Diff, Effect, FieldChange, FieldPath, Secrecy, Step, UnitChange};
use serde_json::{Value, json};

pub const HOSTILE: &str = "x\u{202e}</code></summary><img src=x> @acme/all ##[group] ```` | `\n::error::pwned::";

fn digest(text: &str) -> Digest {
    Digest::of(&[Artifact { path: RepoPath::literal("a"), text: text.to_owned() }])
}

fn object(kind: &str, name: &str) -> Address {
    let group = if kind == "Deployment" { "apps" } else { "" };
    Address::Object { group: group.into(), kind: kind.into(), namespace: Some("shop".into()), name: name.into() }
}

fn field(path: &[&str], before: Option<Value>, after: Option<Value>) -> FieldChange {
    let path = FieldPath(path.iter().map(|key| Step::Key((*key).to_owned())).collect());
    FieldChange { path, before, after, effect: Effect::InPlace, secrecy: Secrecy::Plain }
}

fn change(action: Action, address: Address, fields: Vec<FieldChange>) -> Change {
    Change { action, address, from: None, fields, follow_the_name: 0 }
}

fn unit(environment: &str, name: &str, action: Action, changes: Vec<Change>) -> UnitChange {
    let [environment, name] = [environment, name].map(|text| Name::parse(text).unwrap());
    UnitChange {
        base: (action != Action::Create).then(|| digest("base")),
        head: (action != Action::Delete).then(|| digest("head")),
        unit: UnitId { environment, kind: UnitKind::Service, name },
        from: None,
        action,
        changes,
    }
}

pub fn diff() -> Diff {
    let image = || {
        let image =
            |tag: &str| Some(json!(format!("registry.example/a/long/way/to/the/image/of/the/service/cart:{tag}")));
        change(Action::Update, object("Deployment", "cart"), vec![field(&["spec", "image"], image("v1"), image("v2"))])
    };
    let selector = FieldChange {
        effect: Effect::Replaces,
        ..field(&["spec", "selector"], Some(json!({"a": "b"})), Some(json!({"a": HOSTILE})))
    };
    let reference =
        FieldChange { secrecy: Secrecy::Reference, ..field(&["secretKeyRef", "key"], None, Some(json!("k"))) };
    let module = change(
        Action::Create,
        Address::Terraform("module db".to_owned()),
        vec![field(&["source"], None, Some(json!("./modules/postgres-aws"))), field(&["size"], None, Some(json!(20)))],
    );
    Diff {
        units: vec![
            unit("local", "ads", Action::Delete, vec![change(Action::Delete, object("Deployment", "ads"), Vec::new())]),
            unit("local", "cart", Action::Update, vec![image()]),
            unit("local", "mail", Action::Create, vec![module]),
            unit(
                "staging",
                "cart",
                Action::Update,
                vec![image(), change(Action::Replace, object("Service", "cart"), vec![selector, reference])],
            ),
        ],
        unchanged: 6,
        notes: vec!["a note".to_owned()],
        ..Diff::default()
    }
}
