//! Diffs with hostile words in addresses, fields, values and notes: inert on a pull request and in a terminal.

use super::judge::{assert_inert_markdown, assert_no_runner_command, assert_visible, without_colours};
use super::{Reached, words};
use arbitrary::{Result, Unstructured};
use pavior::compile::Digest;
use pavior::emit::Artifact;
use pavior::model::{Name, RepoPath};
use pavior::provision::{UnitId, UnitKind};
use pavior::report::{HumanOptions, Paint, diff_human, diff_json, diff_markdown};
use pavior::review::diff::{Action, Address, Change, Diff, Effect, FieldChange, FieldPath, Secrecy, Step, UnitChange};
use serde_json::Value;

/// What GitHub takes in one comment.
const COMMENT: usize = 65_536;

pub fn holds(data: &[u8]) -> Reached {
    let mut u = Unstructured::new(data);
    let (Ok(diff), Ok(limit)) = (diff(&mut u), u.int_in_range(1..=4)) else { return Reached::Refused };
    for limit in [None, Some(limit)] {
        let markdown = diff_markdown(&diff, limit);
        assert!(markdown.len() < COMMENT);
        assert_visible(&markdown);
        assert_no_runner_command(&markdown);
        assert_inert_markdown(&markdown);
        for paint in [Paint::Plain, Paint::Ansi] {
            let text = diff_human(&diff, HumanOptions { limit, width: 100, paint });
            assert_no_runner_command(&text);
            assert_visible(&without_colours(&text));
        }
    }
    let text = diff_json(&diff);
    assert_visible(&text);
    assert_no_runner_command(&text);
    let read: Value = serde_json::from_str(&text).expect("the diff is JSON");
    assert!(read.is_object());
    if diff.units.is_empty() { Reached::Told } else { Reached::Through }
}

fn diff(u: &mut Unstructured<'_>) -> Result<Diff> {
    let mut diff = Diff { unchanged: u.int_in_range(0..=3)?, ..Diff::default() };
    for _ in 0..u.int_in_range(0..=4)? {
        let unit = unit(u)?;
        if !diff.units.iter().any(|other| other.unit == unit.unit) {
            diff.units.push(unit);
        }
    }
    diff.units.sort_by(|a, b| a.unit.cmp(&b.unit));
    for _ in 0..u.int_in_range(0..=2)? {
        diff.notes.push(note(u)?);
    }
    if u.ratio(1, 4)? {
        diff.environments.insert(name(u)?, *u.choose(&[Action::Create, Action::Delete])?);
    }
    Ok(diff)
}

/// Notes are sentences of ours: nothing of a repository is in them but names.
fn note(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(format!("{} was called {}: write `renamedFrom: {}` in it", name(u)?, name(u)?, name(u)?))
}

fn name(u: &mut Unstructured<'_>) -> Result<Name> {
    Ok(Name::parse(words::name(u)?).expect("the words are names"))
}

fn unit(u: &mut Unstructured<'_>) -> Result<UnitChange> {
    let kind = *u.choose(&[UnitKind::Service, UnitKind::SharedResource, UnitKind::Environment])?;
    let unit = UnitId { environment: name(u)?, kind, name: name(u)? };
    let action = *u.choose(&[Action::Create, Action::Update, Action::Delete, Action::Move])?;
    let from = match action {
        Action::Move => Some(UnitId { name: name(u)?, ..unit.clone() }),
        _ => None,
    };
    Ok(UnitChange {
        base: (action != Action::Create).then(|| digest("base")),
        head: (action != Action::Delete).then(|| digest("head")),
        unit,
        from,
        action,
        changes: (0..u.int_in_range(1..=3)?).map(|_| change(u)).collect::<Result<_>>()?,
    })
}

fn digest(text: &str) -> Digest {
    Digest::of(&[Artifact { path: RepoPath::literal("a"), text: text.to_owned() }])
}

fn change(u: &mut Unstructured<'_>) -> Result<Change> {
    Ok(Change {
        action: *u.choose(&Action::ALL)?,
        address: address(u)?,
        from: if u.ratio(1, 4)? { Some(address(u)?) } else { None },
        fields: (0..u.int_in_range(0..=3)?).map(|_| field(u)).collect::<Result<_>>()?,
        follow_the_name: u.int_in_range(0..=2)?,
    })
}

fn address(u: &mut Unstructured<'_>) -> Result<Address> {
    Ok(match u.int_in_range(0..=4)? {
        0 => Address::Terraform(words::text(u)?),
        1 => Address::ModuleFiles(words::text(u)?),
        2 => Address::File(words::text(u)?),
        _ => Address::Object {
            group: words::text(u)?,
            kind: words::text(u)?,
            namespace: if u.arbitrary()? { Some(words::text(u)?) } else { None },
            name: words::text(u)?,
        },
    })
}

fn field(u: &mut Unstructured<'_>) -> Result<FieldChange> {
    let steps = (0..u.int_in_range(1..=3)?).map(|_| Ok(Step::Key(words::text(u)?))).collect::<Result<_>>()?;
    let value = |u: &mut Unstructured<'_>| Ok(if u.ratio(1, 5)? { None } else { Some(words::tree(u, 2)?) });
    Ok(FieldChange {
        path: FieldPath(steps),
        before: value(u)?,
        after: value(u)?,
        effect: *u.choose(&[Effect::InPlace, Effect::Replaces, Effect::LeavesState])?,
        secrecy: *u.choose(&[Secrecy::Plain, Secrecy::Reference, Secrecy::Hidden])?,
    })
}
