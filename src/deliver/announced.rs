//! What the report announced of a unit, held against what Terraform plans to do: whatever was not announced is told, and
//! nothing of the plan is carried out.

use super::plan_json::{Plan, PlanError, Step};
use crate::review::diff::{Action, Address, UnitChange};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a reviewer was told of each module of a unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announced {
    modules: BTreeMap<String, What>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Create,
    Update {
        may_replace: bool,
    },
    Delete,
    /// What is moved keeps living under a new address.
    Move {
        from: String,
    },
}

/// Something in a plan that was not announced.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Surplus {
    pub address: String,
    pub step: Step,
    pub announced: Told,
}

/// What the report did say of the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    Nothing,
    Create,
    Update,
    Delete,
    Move,
}

impl Announced {
    /// `replaced` are the modules of which the report says that their resources are made anew.
    pub fn of(change: &UnitChange, replaced: &BTreeSet<String>) -> Announced {
        let mut modules = BTreeMap::new();
        for one in &change.changes {
            let Some(module) = module(&one.address) else { continue };
            let what = match one.action {
                Action::Create => What::Create,
                Action::Delete => What::Delete,
                Action::Update => What::Update { may_replace: replaced.contains(module) },
                Action::Replace => What::Update { may_replace: true },
                Action::Move => match one.from.as_ref().and_then(self::module) {
                    Some(from) => What::Move { from: from.to_owned() },
                    None => What::Update { may_replace: replaced.contains(module) },
                },
            };
            modules.insert(module.to_owned(), what);
        }
        Announced { modules }
    }

    /// Of a unit that was never applied: all of its modules are new.
    pub fn all_new<'m>(modules: impl IntoIterator<Item = &'m str>) -> Announced {
        Announced { modules: modules.into_iter().map(|module| (module.to_owned(), What::Create)).collect() }
    }

    /// Both: what is there may be partly the one and partly the other.
    pub fn joined(mut self, other: Announced) -> Announced {
        for (module, what) in other.modules {
            let known = self.modules.remove(&module);
            let joined = match (known, what) {
                (None, what) => what,
                (Some(known), what) if known == what => what,
                (Some(known), what) => What::Update { may_replace: known.may_replace() || what.may_replace() },
            };
            self.modules.insert(module, joined);
        }
        self
    }

    /// What the plan would do beyond it, sorted.
    ///
    /// # Errors
    /// When the plan does something that is not known.
    pub fn surplus(&self, plan: &Plan) -> Result<Vec<Surplus>, PlanError> {
        let mut surplus = Vec::new();
        for change in plan.resource_changes.iter().filter(|change| change.mode == "managed") {
            let step = change.step()?;
            let told = change.module().and_then(|module| self.modules.get(module));
            let moved_from = change.previous_address.as_deref().filter(|previous| *previous != change.address);
            let is_announced = match (told, step) {
                (_, Step::Nothing) if moved_from.is_none() => true,
                (Some(What::Move { from }), Step::Nothing | Step::Update) => {
                    moved_from.is_none_or(|previous| previous.starts_with(&format!("module.{from}")))
                }
                // A module that changes may gain a part; it loses one only where the report said so.
                (Some(What::Update { .. }), Step::Nothing | Step::Create | Step::Update) => true,
                (Some(What::Update { may_replace: true }), Step::Replace | Step::Delete) => true,
                (Some(What::Create), Step::Create) => true,
                (Some(What::Delete), Step::Delete) => true,
                _ => false,
            };
            if !is_announced {
                surplus.push(Surplus { address: change.address.clone(), step, announced: Told::of(told) });
            }
        }
        surplus.sort();
        Ok(surplus)
    }
}

fn module(address: &Address) -> Option<&str> {
    match address {
        Address::Terraform(block) => block.strip_prefix("module "),
        _ => None,
    }
}

impl What {
    fn may_replace(&self) -> bool {
        matches!(self, What::Update { may_replace: true } | What::Delete)
    }
}

impl Told {
    fn of(what: Option<&What>) -> Told {
        match what {
            None => Told::Nothing,
            Some(What::Create) => Told::Create,
            Some(What::Update { .. }) => Told::Update,
            Some(What::Delete) => Told::Delete,
            Some(What::Move { .. }) => Told::Move,
        }
    }
}

impl fmt::Display for Surplus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let announced = match self.announced {
            Told::Nothing => "nothing was announced of its module",
            Told::Create => "its module was announced as new",
            Told::Update => "its module was announced to change in place",
            Told::Delete => "its module was announced to go",
            Told::Move => "its module was announced to move",
        };
        let step = match self.step {
            Step::Nothing => "move",
            step => step.as_str(),
        };
        write!(f, "Terraform would {step} {}: {announced}", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Name;
    use crate::provision::{UnitId, UnitKind};
    use crate::review::diff::Change;
    use serde_json::{Value, json};

    fn announced(changes: &[(Action, &str, Option<&str>)], replaced: &[&str]) -> Announced {
        let change = |(action, block, from): &(Action, &str, Option<&str>)| Change {
            action: *action,
            address: Address::Terraform((*block).to_owned()),
            from: from.map(|from| Address::Terraform(from.to_owned())),
            fields: Vec::new(),
            follow_the_name: 0,
        };
        let name = |text: &str| Name::parse(text).unwrap();
        let unit = UnitId { environment: name("staging"), kind: UnitKind::Service, name: name("cart") };
        let changes = changes.iter().map(change).collect();
        let change = UnitChange { unit, from: None, action: Action::Update, base: None, head: None, changes };
        Announced::of(&change, &replaced.iter().map(|module| (*module).to_owned()).collect())
    }

    fn surplus(announced: &Announced, changes: &[(&str, Option<&str>, &[&str])]) -> Vec<String> {
        let change = |(address, previous, actions): &(&str, Option<&str>, &[&str])| -> Value {
            let mut value = json!({ "address": address, "mode": "managed", "change": { "actions": actions } });
            if let Some(previous) = previous {
                value["previous_address"] = json!(previous);
            }
            value
        };
        let changes: Vec<Value> = changes.iter().map(change).collect();
        let text = json!({ "format_version": "1.2", "resource_changes": changes }).to_string();
        let plan = Plan::read(text.as_bytes()).unwrap();
        announced.surplus(&plan).unwrap().iter().map(Surplus::to_string).collect()
    }

    #[test]
    fn what_was_announced_is_no_surplus() {
        let told = announced(
            &[
                (Action::Create, "module queue", None),
                (Action::Update, "module carts", None),
                (Action::Delete, "module old", None),
                (Action::Move, "module new", Some("module former")),
            ],
            &[],
        );
        let plan: &[(&str, Option<&str>, &[&str])] = &[
            ("module.queue.aws_sqs_queue.this", None, &["create"]),
            ("module.carts.aws_elasticache_replication_group.this", None, &["update"]),
            ("module.carts.aws_iam_policy.more[0]", None, &["create"]),
            ("module.old.aws_s3_bucket.this", None, &["delete"]),
            ("module.new.aws_db_instance.this", Some("module.former.aws_db_instance.this"), &["no-op"]),
            ("module.identity.aws_iam_role.this", None, &["no-op"]),
        ];
        assert_eq!(surplus(&told, plan), [""; 0]);
    }

    #[test]
    fn what_was_not_announced_is_told_with_what_was() {
        let told = announced(&[(Action::Update, "module carts", None), (Action::Create, "module queue", None)], &[]);
        let plan: &[(&str, Option<&str>, &[&str])] = &[
            ("module.carts.aws_elasticache_replication_group.this", None, &["delete", "create"]),
            ("module.cart.aws_s3_bucket.this", None, &["update"]),
            ("module.queue.aws_sqs_queue.this", None, &["delete"]),
            ("module.db.aws_db_instance.this", Some("module.former.aws_db_instance.this"), &["no-op"]),
            ("aws_iam_user.mallory", None, &["create"]),
        ];
        insta::assert_snapshot!(surplus(&told, plan).join("\n"));
    }

    #[test]
    fn a_replacement_is_announced_by_what_the_report_said_of_it() {
        let plan: &[(&str, Option<&str>, &[&str])] =
            &[("module.carts.aws_elasticache_replication_group.this", None, &["create", "delete"])];
        let update = [(Action::Update, "module carts", None)];
        assert_eq!(surplus(&announced(&update, &["carts"]), plan).len(), 0);
        assert_eq!(surplus(&announced(&update, &["queue"]), plan).len(), 1);
        assert_eq!(surplus(&Announced::all_new(["carts"]), plan).len(), 1);
    }

    #[test]
    fn what_is_taken_over_or_forgotten_was_never_announced() {
        let told = announced(&[(Action::Create, "module carts", None), (Action::Delete, "module old", None)], &[]);
        assert_eq!(surplus(&told, &[("module.old.x.y", None, &["forget"])]).len(), 1);
        let text = json!({ "format_version": "1.2", "resource_changes": [
            { "address": "module.carts.x.y", "mode": "managed", "change": { "actions": ["no-op"], "importing": { "id": "i" } } },
            { "address": "module.any.data.x.y", "mode": "data", "change": { "actions": ["read"] } },
        ] });
        let plan = Plan::read(text.to_string().as_bytes()).unwrap();
        let surplus = told.surplus(&plan).unwrap();
        assert_eq!(surplus.iter().map(|one| one.step).collect::<Vec<_>>(), [Step::Import]);
    }
}
