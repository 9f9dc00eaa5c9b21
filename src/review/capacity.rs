//! What units ask of their cluster, against what it has: requests times the most replicas, and what resources take
//! inside the cluster.

use crate::model::kinds::environment::Capacity;
use crate::model::kinds::service::Workload;
use crate::model::{Name, Quantity};
use crate::provision::{ContainerPlan, ProvisionedUnit, WorkloadPlan};
use std::collections::BTreeMap;
use std::iter::Sum;
use std::ops::{Add, Mul};

/// What something takes of a cluster, in whole numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Demand {
    /// Thousandths of a core.
    pub cpu: i128,
    /// Bytes.
    pub memory: i128,
    pub pods: i128,
    /// Bytes.
    pub storage: i128,
}

/// One thing that a cluster has so much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    Cpu,
    Memory,
    Pods,
    Storage,
}

impl Measure {
    pub const ALL: [Measure; 4] = [Measure::Cpu, Measure::Memory, Measure::Pods, Measure::Storage];

    pub fn as_str(self) -> &'static str {
        match self {
            Measure::Cpu => "cpu",
            Measure::Memory => "memory",
            Measure::Pods => "pods",
            Measure::Storage => "storage",
        }
    }

    /// As people write it: cores, gibibytes, pods.
    pub fn shown(self, amount: i128) -> String {
        let tenths = |amount: i128, unit: i128| {
            let tenths = (amount * 10 + unit / 2).div_euclid(unit);
            if tenths % 10 == 0 { format!("{}", tenths / 10) } else { format!("{}.{}", tenths / 10, tenths % 10) }
        };
        match self {
            Measure::Cpu => tenths(amount, 1_000),
            Measure::Memory | Measure::Storage => format!("{} GiB", tenths(amount, 1 << 30)),
            Measure::Pods => amount.to_string(),
        }
    }
}

impl Demand {
    pub fn of(self, measure: Measure) -> i128 {
        match measure {
            Measure::Cpu => self.cpu,
            Measure::Memory => self.memory,
            Measure::Pods => self.pods,
            Measure::Storage => self.storage,
        }
    }
}

impl Add for Demand {
    type Output = Demand;

    fn add(self, other: Demand) -> Demand {
        Demand {
            cpu: self.cpu + other.cpu,
            memory: self.memory + other.memory,
            pods: self.pods + other.pods,
            storage: self.storage + other.storage,
        }
    }
}

impl Mul<i128> for Demand {
    type Output = Demand;

    fn mul(self, times: i128) -> Demand {
        Demand {
            cpu: self.cpu * times,
            memory: self.memory * times,
            pods: self.pods * times,
            storage: self.storage * times,
        }
    }
}

impl Sum for Demand {
    fn sum<I: Iterator<Item = Demand>>(demands: I) -> Demand {
        demands.fold(Demand::default(), Demand::add)
    }
}

/// The most that a unit takes at once.
pub fn demand(unit: &ProvisionedUnit<'_>) -> Demand {
    let resources = unit.resources.iter().filter(|resource| resource.own).map(|resource| &resource.capacity);
    unit.workload.as_ref().map(of_workload).unwrap_or_default() + resources.map(of_resource).sum()
}

/// A job runs beside the workload, once at a time.
fn of_workload(workload: &WorkloadPlan) -> Demand {
    let pod: Demand =
        workload.containers.values().map(of_container).sum::<Demand>() + Demand { pods: 1, ..Demand::default() };
    let replicas = match workload.kind {
        Workload::Cron | Workload::Job => 1,
        _ => i128::from(workload.replicas.max),
    };
    let main = workload.containers.values().next().map(|container| &container.requests);
    let jobs = workload.jobs.values().map(|job| {
        let requests = &job.resources.requests;
        let of_main = |name: &str| main.and_then(|amounts| Quantity::parse(amounts.get(name)?));
        let cpu = requests.cpu.clone().or_else(|| of_main("cpu"));
        let memory = requests.memory.clone().or_else(|| of_main("memory"));
        Demand {
            cpu: cpu.map_or(0, |cpu| cpu.milli()),
            memory: memory.map_or(0, |memory| memory.units()),
            pods: 1,
            storage: 0,
        }
    });
    pod * replicas + jobs.sum()
}

fn of_container(container: &ContainerPlan) -> Demand {
    let amount = |name: &str| container.requests.get(name).and_then(|text| Quantity::parse(text));
    Demand {
        cpu: amount("cpu").map_or(0, |cpu| cpu.milli()),
        memory: amount("memory").map_or(0, |memory| memory.units()),
        ..Demand::default()
    }
}

fn of_resource(capacity: &BTreeMap<String, String>) -> Demand {
    let amount = |name: &str| capacity.get(name).and_then(|text| Quantity::parse(text));
    Demand {
        cpu: amount("cpu").map_or(0, |cpu| cpu.milli()),
        memory: amount("memory").map_or(0, |memory| memory.units()),
        pods: amount("pods").map_or(0, |pods| pods.units()),
        storage: amount("storage").map_or(0, |storage| storage.units()),
    }
}

/// How one environment stands before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headroom {
    pub environment: Name,
    pub measure: Measure,
    pub before: i128,
    pub after: i128,
    pub capacity: i128,
}

impl Headroom {
    /// In whole percents of what there is, rounded up: 100 is not told of what is full and more.
    pub fn percent(&self, amount: i128) -> i128 {
        (amount * 100 + self.capacity - 1).div_euclid(self.capacity.max(1))
    }

    pub fn is_exceeded(&self) -> bool {
        self.after > self.capacity
    }

    pub fn changes(&self) -> bool {
        self.before != self.after
    }
}

/// What an environment's capacity says, for each thing that it limits.
pub fn headroom(environment: &Name, capacity: &Capacity, before: Demand, after: Demand) -> Vec<Headroom> {
    let limit = |measure: Measure| match measure {
        Measure::Cpu => Some(capacity.cpu.milli()),
        Measure::Memory => Some(capacity.memory.units()),
        Measure::Pods => Some(i128::from(capacity.pods)),
        Measure::Storage => capacity.storage.as_ref().map(Quantity::units),
    };
    let one = |measure: Measure| {
        let (before, after) = (before.of(measure), after.of(measure));
        Some(Headroom { environment: environment.clone(), measure, before, after, capacity: limit(measure)? })
    };
    Measure::ALL.into_iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capacity() -> Capacity {
        let quantity = |text: &str| Quantity::parse(text).unwrap();
        Capacity { cpu: quantity("4"), memory: quantity("8Gi"), pods: 10, storage: None }
    }

    #[test]
    fn what_is_not_limited_is_not_told() {
        let name = Name::parse("staging").unwrap();
        let after = Demand { cpu: 4_001, memory: 4 << 30, pods: 10, storage: 1 << 40 };
        let rooms = headroom(&name, &capacity(), Demand::default(), after);
        let told: Vec<(&str, i128, bool)> =
            rooms.iter().map(|room| (room.measure.as_str(), room.percent(room.after), room.is_exceeded())).collect();
        assert_eq!(told, [("cpu", 101, true), ("memory", 50, false), ("pods", 100, false)]);
    }

    #[test]
    fn people_read_cores_and_gibibytes() {
        assert_eq!(Measure::Cpu.shown(2_250), "2.3");
        assert_eq!(Measure::Memory.shown(3 << 29), "1.5 GiB");
        assert_eq!(Measure::Pods.shown(12), "12");
    }

    #[test]
    fn a_resource_takes_what_it_says() {
        let capacity = [("cpu", "70m"), ("memory", "1Gi"), ("storage", "2Gi"), ("connections", "100")];
        let capacity = capacity.map(|(name, amount)| (name.to_owned(), amount.to_owned())).into();
        assert_eq!(of_resource(&capacity), Demand { cpu: 70, memory: 1 << 30, pods: 0, storage: 2 << 30 });
    }
}
