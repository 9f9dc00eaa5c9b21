//! What a policy may know of a unit beside its files: what it costs, what it takes, and what a change does to it.
//!
//! Bills, demands and differences in, fields of the input out. All amounts are whole numbers, so that policies compare
//! exactly: money in hundredths of the currency, processors in thousandths of a core, memory and storage in bytes.

use crate::model::Quantity;
use crate::model::kinds::environment::Capacity;
use crate::provision::UnitId;
use crate::review::capacity::Demand;
use crate::review::cost::{Amount, Bill, By, Line, compare, total};
use crate::review::diff::{Action, Address, Change, FieldChange, Secrecy, UnitChange};
use crate::review::reversibility::{Consequence, Undo};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a unit was at base, and what became of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Compared {
    /// None where no policy reads it.
    pub change: Option<ChangeFacts>,
    /// None where it was not there.
    pub bill: Option<Bill>,
    pub demand: Demand,
    /// What it was called, where it was called otherwise.
    pub former: Option<UnitId>,
}

/// What a change does to a unit.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeFacts {
    /// `none`, `create`, `update`, `move` or `delete`.
    pub action: &'static str,
    /// The unit's id at base, where it was called otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The worst of the consequences: `reversible`, `with-loss`, `irreversible` or `refused`.
    pub reversibility: &'static str,
    /// What it does to data and to what cannot be changed in place, worst first.
    pub consequences: Vec<ConsequenceFacts>,
    /// Objects, module calls and files that differ, sorted.
    pub objects: Vec<ObjectFacts>,
}

/// One thing that a change does, and why it matters.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsequenceFacts {
    /// `reversible`, `with-loss`, `irreversible` or `refused`.
    pub reversibility: &'static str,
    /// `postgres orders-db: storage 20Gi -> 10Gi`
    pub what: String,
    pub why: String,
}

/// One object, module call or file that differs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObjectFacts {
    /// `manifests/Deployment/cart`, `terraform/carts`, or what else differs: a result may name it as its `object`.
    pub object: String,
    /// `create`, `update`, `replace`, `move` or `delete`.
    pub action: &'static str,
    /// Fields that differ. Of what is created or deleted as a whole, none or only the telling ones.
    pub fields: Vec<FieldFacts>,
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldFacts {
    /// `spec.template.spec.containers[main].image`
    pub path: String,
    /// Absent where the field is new, or would be a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// Absent where the field goes, or would be a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// What a unit costs a month at list price, in hundredths of the currency. `base` and `delta` only in the review of a
/// change; what is new has cost nothing before.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CostFacts {
    /// Absent where nothing of it has a price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    #[serde(flatten)]
    pub total: CostLine,
    /// The same by resource; `workload` is what runs.
    pub resources: BTreeMap<String, CostLine>,
}

/// What something costs before and after.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CostLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<AmountFacts>,
    pub head: AmountFacts,
    /// Absent where something without a price differs, too: then it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<AmountFacts>,
    /// How many lines of the bill of head have no price.
    pub not_priced: usize,
}

/// With as few replicas as there may be, with those that are counted on, and with as many as there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AmountFacts {
    pub least: i64,
    pub expected: i64,
    pub most: i64,
}

/// What a unit takes of its cluster at most. `base` only in the review of a change.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CapacityFacts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<DemandFacts>,
    pub head: DemandFacts,
    /// What the environment has in all. Absent where it does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<DemandFacts>,
}

/// Thousandths of a core, bytes and pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DemandFacts {
    pub cpu: i64,
    pub memory: i64,
    pub pods: i64,
    /// Absent where an environment does not limit it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage: Option<i64>,
}

impl ChangeFacts {
    /// Of a unit whose digest is the same.
    pub fn none() -> ChangeFacts {
        ChangeFacts {
            action: "none",
            from: None,
            reversibility: reversibility(Undo::Reversible),
            consequences: Vec::new(),
            objects: Vec::new(),
        }
    }

    /// The consequences are those of the change, worst first.
    pub fn of(change: &UnitChange, consequences: &[Consequence]) -> ChangeFacts {
        let told = |one: &Consequence| ConsequenceFacts {
            reversibility: reversibility(one.undo),
            what: one.what.clone(),
            why: one.why.clone(),
        };
        ChangeFacts {
            action: action(change.action),
            from: change.from.as_ref().map(UnitId::folder),
            reversibility: reversibility(consequences.iter().map(|one| one.undo).max().unwrap_or_default()),
            consequences: consequences.iter().map(told).collect(),
            objects: change.changes.iter().map(ObjectFacts::of).collect(),
        }
    }
}

fn reversibility(undo: Undo) -> &'static str {
    match undo {
        Undo::Reversible => "reversible",
        Undo::WithLoss => "with-loss",
        Undo::Irreversible => "irreversible",
        Undo::Refused => "refused",
    }
}

fn action(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Replace => "replace",
        Action::Move => "move",
        Action::Delete => "delete",
    }
}

impl ObjectFacts {
    fn of(change: &Change) -> ObjectFacts {
        ObjectFacts {
            object: address(&change.address),
            action: action(change.action),
            fields: change.fields.iter().map(FieldFacts::of).collect(),
        }
    }
}

/// As results name objects.
fn address(address: &Address) -> String {
    match address {
        Address::Object { kind, name, .. } => format!("manifests/{kind}/{name}"),
        Address::Terraform(block) => format!("terraform/{}", block.strip_prefix("module ").unwrap_or(block)),
        Address::ModuleFiles(folder) => format!("terraform/modules/{folder}"),
        Address::File(path) => path.clone(),
    }
}

impl FieldFacts {
    fn of(field: &FieldChange) -> FieldFacts {
        let shown = |value: &Option<Value>| value.clone().filter(|_| field.secrecy != Secrecy::Hidden);
        FieldFacts { path: field.path.to_string(), before: shown(&field.before), after: shown(&field.after) }
    }
}

impl CostFacts {
    /// Of one revision.
    pub fn of(bill: &Bill) -> CostFacts {
        CostFacts::from_lines(&[], std::slice::from_ref(bill), |line| CostLine {
            base: None,
            head: AmountFacts::of(line.head),
            delta: None,
            not_priced: line.coverage.not_priced,
        })
    }

    /// Of both; None is a unit that is not there.
    pub fn compared(base: Option<&Bill>, head: Option<&Bill>) -> CostFacts {
        let head: Vec<Bill> = head.into_iter().cloned().collect();
        // What is called otherwise now costs what it cost.
        let renamed = |bill: &Bill| Bill { unit: head.first().unwrap_or(bill).unit.clone(), ..bill.clone() };
        let base: Vec<Bill> = base.into_iter().map(renamed).collect();
        CostFacts::from_lines(&base, &head, |line| CostLine {
            base: Some(AmountFacts::of(line.base)),
            head: AmountFacts::of(line.head),
            delta: (line.unknown == 0).then(|| AmountFacts::of(line.delta())),
            not_priced: line.coverage.not_priced,
        })
    }

    fn from_lines(base: &[Bill], head: &[Bill], line: impl Fn(&Line) -> CostLine) -> CostFacts {
        let lines = compare(base, head, By::Resource);
        let resource = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
        CostFacts {
            currency: head.iter().chain(base).find_map(|bill| bill.currency.clone()),
            total: line(&total(&lines)),
            resources: lines.iter().map(|one| (resource(&one.name), line(one))).collect(),
        }
    }
}

impl AmountFacts {
    fn of(amount: Amount) -> AmountFacts {
        // Rows are whole hundredths, and so are their sums.
        let hundredths = |micros: i128| number(micros / 10_000);
        AmountFacts {
            least: hundredths(amount.least),
            expected: hundredths(amount.expected),
            most: hundredths(amount.most),
        }
    }
}

impl CapacityFacts {
    pub fn of(base: Option<Demand>, head: Demand, environment: Option<&Capacity>) -> CapacityFacts {
        CapacityFacts {
            base: base.map(DemandFacts::of),
            head: DemandFacts::of(head),
            environment: environment.map(|capacity| DemandFacts {
                cpu: number(capacity.cpu.milli()),
                memory: number(capacity.memory.units()),
                pods: i64::from(capacity.pods),
                storage: capacity.storage.as_ref().map(Quantity::units).map(number),
            }),
        }
    }
}

impl DemandFacts {
    fn of(demand: Demand) -> DemandFacts {
        DemandFacts {
            cpu: number(demand.cpu),
            memory: number(demand.memory),
            pods: number(demand.pods),
            storage: Some(number(demand.storage)),
        }
    }
}

/// What no 64 bits hold is more than any limit.
fn number(amount: i128) -> i64 {
    i64::try_from(amount).unwrap_or(if amount < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::cost::sample::{bill_of, nodes, scaled};
    use crate::review::cost::{NotPriced, not_priced};
    use serde_json::json;

    #[test]
    fn a_bill_is_told_in_hundredths_and_by_resource() {
        // 0.10 x 730 = 73.00
        let bill = bill_of("production", "cart", "shopping", vec![nodes("carts", 1, "0.1"), scaled(1, 3, "0.1")]);
        let amount = |least: i64, expected: i64, most: i64| json!({"least": least, "expected": expected, "most": most});
        assert_eq!(
            json!(CostFacts::of(&bill)),
            json!({
                "currency": "USD", "head": amount(14_600, 21_900, 29_200), "notPriced": 0,
                "resources": {
                    "carts": {"head": amount(7_300, 7_300, 7_300), "notPriced": 0},
                    "workload": {"head": amount(7_300, 14_600, 21_900), "notPriced": 0},
                },
            })
        );
    }

    #[test]
    fn a_difference_is_known_only_where_all_that_differs_has_a_price() {
        let before = bill_of("production", "cart", "shopping", vec![nodes("carts", 1, "0.1")]);
        let after = bill_of("production", "basket", "shopping", vec![nodes("carts", 3, "0.1")]);
        let told = CostFacts::compared(Some(&before), Some(&after)).total;
        assert_eq!(told.delta.map(|delta| delta.expected), Some(14_600));
        let unknown = bill_of("production", "cart", "shopping", vec![not_priced("carts", NotPriced::NoPrice)]);
        let told = CostFacts::compared(Some(&before), Some(&unknown)).total;
        assert_eq!((told.delta, told.not_priced), (None, 1));
        let new = CostFacts::compared(None, Some(&before)).total;
        assert_eq!((new.base.map(|base| base.expected), new.delta.map(|delta| delta.expected)), (Some(0), Some(7_300)));
        let gone = CostFacts::compared(Some(&before), None).total;
        assert_eq!((gone.head.expected, gone.delta.map(|delta| delta.expected)), (0, Some(-7_300)));
    }

    #[test]
    fn what_an_environment_does_not_limit_is_left_out() {
        let quantity = |text: &str| Quantity::parse(text).unwrap();
        let capacity = Capacity { cpu: quantity("4"), memory: quantity("8Gi"), pods: 10, storage: None };
        let demand = Demand { cpu: 250, memory: 1 << 30, pods: 2, storage: 0 };
        assert_eq!(
            json!(CapacityFacts::of(None, demand, Some(&capacity))),
            json!({
                "head": {"cpu": 250, "memory": 1_073_741_824, "pods": 2, "storage": 0},
                "environment": {"cpu": 4_000, "memory": 8_589_934_592_i64, "pods": 10},
            })
        );
    }
}
