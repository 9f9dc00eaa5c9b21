//! What a change declares otherwise of secrets, teams and owners, as lines for a reader.

use super::sections::Section;
use crate::model::kinds::Kind;
use crate::report::counted;
use crate::report::diff::{Shown, flow, shown};
use crate::review::declared::DeclaredChange;
use crate::review::diff::{Action, FieldChange};

/// Secret requests, then people; environments are the platform's.
pub fn sections(changes: &[DeclaredChange]) -> Vec<Section> {
    let of = |is_of: fn(Kind) -> bool| changes.iter().filter(|one| is_of(one.kind)).collect::<Vec<_>>();
    let requests = of(|kind| kind == Kind::SecretRequest);
    let teams = of(|kind| matches!(kind, Kind::Team | Kind::Service | Kind::Resource));
    [(counted(requests.len(), "secret request"), requests), ("teams and owners".to_owned(), teams)]
        .into_iter()
        .map(|(title, some)| Section { title, lines: some.into_iter().flat_map(lines).collect(), is_open: false })
        .collect()
}

/// `~ team shopping`, and below it what differs, and what has to be known with it.
pub fn lines(change: &DeclaredChange) -> Vec<String> {
    let mark = match change.action {
        Action::Create => "+",
        Action::Delete => "-",
        Action::Update | Action::Replace | Action::Move => "~",
    };
    let what = match change.kind {
        Kind::SecretRequest => "secret request".to_owned(),
        kind => kind.slug().to_owned(),
    };
    let mut lines = vec![format!("{mark} {what} {}", change.name)];
    let is_new = change.action == Action::Create;
    lines.extend(change.fields.iter().flat_map(|one| field(one, is_new)));
    lines.extend(change.context.iter().map(|(key, value)| format!("    {key}: {}", flow(value))));
    lines
}

fn field(field: &FieldChange, is_new: bool) -> Vec<String> {
    let path = &field.path;
    match shown(field) {
        Shown::Added(value) if is_new => vec![format!("    {path}: {value}")],
        Shown::Added(value) => vec![format!("+   {path}: {value}")],
        Shown::Removed(value) => vec![format!("-   {path}: {value}")],
        Shown::Changed(before, after) => vec![format!("    {path}: {before} → {after}")],
        Shown::Lines(lines) => {
            let lines = lines.into_iter().map(|line| format!("      {line}"));
            std::iter::once(format!("    {path}:")).chain(lines).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FieldPath, Name, Step};
    use crate::review::diff::{Effect, Secrecy};
    use serde_json::{Value, json};

    fn one(key: &str, before: Option<Value>, after: Option<Value>) -> FieldChange {
        let path = FieldPath(vec![Step::Key(key.to_owned())]);
        FieldChange { path, before, after, effect: Effect::InPlace, secrecy: Secrecy::Plain }
    }

    #[test]
    fn each_section_tells_its_own_with_what_stays() {
        let change = |kind, action, fields| DeclaredChange {
            kind,
            name: Name::parse("x").unwrap(),
            action,
            fields,
            context: vec![("reason".to_owned(), json!("it charges the cards"))],
            asks: Default::default(),
            fingerprint: String::new(),
        };
        let sections = sections(&[
            change(Kind::Environment, Action::Create, Vec::new()),
            change(Kind::SecretRequest, Action::Update, vec![one("expires", Some(json!("never")), Some(json!("x")))]),
            change(
                Kind::Team,
                Action::Update,
                vec![one("members", None, Some(json!("eve"))), one("gone", Some(json!(1)), None)],
            ),
            change(Kind::Service, Action::Create, vec![one("owner", None, Some(json!("a")))]),
        ]);
        assert_eq!(sections[0].title, "1 secret request");
        assert_eq!(
            sections[0].lines,
            ["~ secret request x", "    expires: never → x", "    reason: \"it charges the cards\""]
        );
        let people = ["~ team x", "+   members: eve", "-   gone: 1"];
        assert_eq!(
            (sections[1].title.as_str(), &sections[1].lines[..3]),
            ("teams and owners", &people.map(str::to_owned)[..])
        );
        assert_eq!(sections[1].lines[4..6], ["+ service x", "    owner: a"]);
    }
}
