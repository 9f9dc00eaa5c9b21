//! Which container starts when: what others wait for comes first, as an init container (it ends) or a sidecar (it
//! stays), the rest side by side, the main one first.

use super::probe;
use crate::model::Name;
use crate::model::kinds::workload::Ready;
use crate::provision::ContainerPlan;
use indexmap::IndexMap;
use k8s_openapi::api::core::v1;

/// A container by its name.
pub type Named<'p> = (&'p Name, &'p ContainerPlan);

/// How a container stands to the others of its pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Runs to its end before the next one starts.
    Setup,
    /// Starts before the next one and stays.
    Sidecar,
    /// Runs beside the others.
    Regular,
}

/// The containers of a pod by the time of their start.
#[derive(Debug)]
pub struct Arranged<'p> {
    /// In order, one after the other.
    pub first: Vec<(Named<'p>, Role)>,
    /// At once; never empty if there is a container.
    pub regular: Vec<Named<'p>>,
}

/// Sorts containers by their `before`, else by their declared order.
pub fn arrange(containers: &IndexMap<Name, ContainerPlan>) -> Arranged<'_> {
    let (mut waiting, mut regular): (Vec<Named<'_>>, Vec<Named<'_>>) =
        containers.iter().partition(|(_, plan)| !plan.before.is_empty());
    if regular.is_empty() && !waiting.is_empty() {
        // Only a circle comes here, which is a finding of its own.
        regular.push(waiting.remove(0));
    }
    let mut first = Vec::new();
    while !waiting.is_empty() {
        let waited_for = |name: &Name| waiting.iter().any(|(_, other)| other.before.contains_key(name));
        let next = waiting.iter().position(|(name, _)| !waited_for(name)).unwrap_or(0);
        let named = waiting.remove(next);
        first.push((named, role(named.1)));
    }
    Arranged { first, regular }
}

fn role(plan: &ContainerPlan) -> Role {
    match plan.before.values().any(|before| before.ready == Ready::Complete) {
        true => Role::Setup,
        false if plan.before.is_empty() => Role::Regular,
        false => Role::Sidecar,
    }
}

/// Sets what a role asks of a container: its restarts, and the probes that Kubernetes allows it.
pub fn apply_role(container: &mut v1::Container, plan: &ContainerPlan, role: Role) {
    match role {
        Role::Regular => {}
        Role::Setup => {
            container.liveness_probe = None;
            container.readiness_probe = None;
            container.startup_probe = None;
        }
        Role::Sidecar => {
            container.restart_policy = Some("Always".to_owned());
            let healthy = plan.before.values().any(|before| before.ready == Ready::Healthy);
            if healthy && container.startup_probe.is_none() {
                let health = plan.readiness_probe.as_deref().or(plan.liveness_probe.as_deref());
                container.startup_probe = health.map(probe::as_startup);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn names<'p>(named: impl IntoIterator<Item = Named<'p>>) -> Vec<&'p str> {
        named.into_iter().map(|(name, _)| name.as_str()).collect()
    }

    fn arranged(before: &[(&str, &[(&str, Ready)])]) -> (Vec<(String, Role)>, Vec<String>) {
        let containers = before.iter().map(|(name, others)| (sample::name(name), sample::waited_for(others))).collect();
        let arranged = arrange(&containers);
        let first = arranged.first.iter().map(|((name, _), role)| (name.to_string(), *role)).collect();
        (first, names(arranged.regular).into_iter().map(str::to_owned).collect())
    }

    #[test]
    fn without_waiting_all_start_at_once_the_main_one_first() {
        assert_eq!(arranged(&[("main", &[]), ("log", &[])]), (vec![], vec!["main".to_owned(), "log".to_owned()]));
    }

    #[test]
    fn who_must_end_is_an_init_container_and_who_must_run_a_sidecar() {
        let (first, regular) = arranged(&[
            ("main", &[]),
            ("proxy", &[("main", Ready::Healthy)]),
            ("setup", &[("proxy", Ready::Complete), ("main", Ready::Started)]),
        ]);
        assert_eq!(first, [("setup".to_owned(), Role::Setup), ("proxy".to_owned(), Role::Sidecar)]);
        assert_eq!(regular, ["main"]);
    }

    #[test]
    fn a_circle_still_leaves_a_container_that_runs() {
        let (first, regular) = arranged(&[("a", &[("b", Ready::Started)]), ("b", &[("a", Ready::Started)])]);
        assert_eq!(first, [("b".to_owned(), Role::Sidecar)]);
        assert_eq!(regular, ["a"]);
    }

    #[test]
    fn init_containers_have_no_probes_and_sidecars_a_startup_probe() {
        let probe = serde_json::from_value(serde_json::json!({ "tcpSocket": { "port": 1 } })).unwrap();
        let plan = ContainerPlan { readiness_probe: Some(probe), ..sample::waited_for(&[("main", Ready::Healthy)]) };
        let ready = v1::Container { readiness_probe: Some(v1::Probe::default()), ..v1::Container::default() };
        let mut sidecar = ready.clone();
        apply_role(&mut sidecar, &plan, Role::Sidecar);
        assert_eq!(sidecar.restart_policy.as_deref(), Some("Always"));
        assert_eq!(sidecar.startup_probe.and_then(|probe| probe.failure_threshold), Some(30));
        let mut setup = ready;
        apply_role(&mut setup, &plan, Role::Setup);
        assert_eq!((setup.readiness_probe, setup.restart_policy), (None, None));
    }
}
