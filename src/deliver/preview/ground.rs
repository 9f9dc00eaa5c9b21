//! Where previews run: a cluster by `kubectl`, resources by Terraform. Everything is asked for by what is there, so that it
//! may be asked for twice.

use super::super::direct::Patience;
use super::super::fail_point::point;
use super::super::kubernetes::health::probes;
use super::super::kubernetes::{
    Allowed, ApplyError, Cluster as Kubernetes, Confirmation, Gate, Health, Objects, Owner,
};
use super::super::plan_json::Step;
use super::super::provider_lock::{self, ProviderLock};
use super::super::terraform::{Goal, Terraform};
use super::super::unit_name;
use super::carry::{Claimed, Cluster};
use crate::compile::CompiledUnit;
use crate::emit::Artifact;
use crate::ledger::PreviewLife;
use crate::model::{RepoPath, Timestamp};
use crate::preview::{Prepared, Preview};
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What a preview compiles into, of one of the commits that it shows or showed.
pub type Compile<'a> = dyn Fn(&Preview, &PreviewLife) -> Result<Box<Prepared>> + Sync + 'a;

/// Where previews run.
pub struct Ground<'a> {
    /// None where the pattern names none: manifests are brought nowhere.
    pub cluster: Option<Kubernetes>,
    pub terraform: Terraform,
    pub patience: Patience,
    /// How many units are worked on at a time.
    pub jobs: usize,
    pub compile: &'a Compile<'a>,
    pub tell: &'a (dyn Fn(&str) + Sync),
    /// What was brought up and is not well. It stays: whoever made it wants to see why.
    pub sick: Mutex<Vec<String>>,
}

/// A unit's Terraform as it was when something of it was made: enough to take all of it away.
struct Remains {
    unit: String,
    artifacts: Vec<Artifact>,
    lock: ProviderLock,
}

/// How long a namespace may take to go: what is in it ends first.
const GOING: Duration = Duration::from_secs(300);

impl Cluster for Ground<'_> {
    fn up(&mut self, claimed: &Claimed<'_>) -> Result<()> {
        let preview = claimed.preview.as_ref().context("the ledger does not say what it is to show")?;
        let wanted = (self.compile)(preview, &preview.life)?;
        let former = preview.former.iter().map(|life| (self.compile)(preview, life)).collect::<Result<Vec<_>>>()?;
        if let Some(cluster) = &self.cluster {
            cluster.wake_up(claimed.environment.as_str())?;
        }
        for rank in ranks(&wanted.units) {
            claimed.still_ours()?;
            each(&rank, self.jobs, |unit| self.bring(claimed, &wanted, unit).with_context(|| unit.id.folder()))?;
        }
        point("preview.up.left");
        self.leave_only(claimed, &wanted)?;
        let left = remains(former.iter().map(|one| &**one), &terraform_of(&wanted))?;
        self.destroy(claimed, &left)?;
        point("preview.up.health");
        self.look(&wanted)
    }

    fn sleep(&mut self, claimed: &Claimed<'_>) -> Result<()> {
        if let Some(cluster) = &self.cluster {
            cluster.fall_asleep(claimed.environment.as_str())?;
        }
        Ok(())
    }

    fn wake(&mut self, claimed: &Claimed<'_>) -> Result<()> {
        if let Some(cluster) = &self.cluster {
            cluster.wake_up(claimed.environment.as_str())?;
        }
        let preview = claimed.preview.as_ref().context("the ledger does not say what it shows")?;
        let wanted = (self.compile)(preview, &preview.life)?;
        self.look(&wanted)
    }

    fn down(&mut self, claimed: &Claimed<'_>) -> Result<()> {
        let shown = claimed.preview.iter().flat_map(|preview| preview.former.iter().chain([&preview.life]));
        let shown = shown.filter_map(|life| Some((claimed.preview.as_ref()?, life)));
        let shown = shown.map(|(preview, life)| (self.compile)(preview, life)).collect::<Result<Vec<_>>>()?;
        if let Some(cluster) = &self.cluster {
            // What uses a resource goes before it does.
            let units = cluster.units_of(claimed.environment, claimed.environment.as_str())?;
            let units: Vec<Owner> = units.into_iter().filter(|owner| owner.unit.unit != ENVIRONMENT).collect();
            self.clear(claimed, cluster, units)?;
        }
        point("preview.down.resources");
        self.destroy(claimed, &remains(shown.iter().map(|one| &**one), &BTreeSet::new())?)?;
        point("preview.down.namespace");
        claimed.still_ours()?;
        let Some(cluster) = &self.cluster else { return Ok(()) };
        let units = cluster.units_of(claimed.environment, claimed.environment.as_str())?;
        let units: Vec<Owner> = units.into_iter().filter(|owner| owner.namespace.is_none()).collect();
        // Its inventory stays, and is empty: whoever was overtaken brings nothing back under an older lease.
        self.clear(claimed, cluster, units.clone())?;
        cluster.take_down(claimed.environment, GOING)?;
        self.clear(claimed, cluster, units)
    }

    fn warn(&mut self, claimed: &Claimed<'_>, ends: Timestamp) -> Result<()> {
        (self.tell)(&format!("{} ends at {ends}", claimed.environment));
        Ok(())
    }
}

/// The unit of an environment itself.
const ENVIRONMENT: &str = "_environment";

/// What comes before what: the environment, what services share, services.
fn ranks(units: &[CompiledUnit]) -> Vec<Vec<&CompiledUnit>> {
    let mut ranks: BTreeMap<u8, Vec<&CompiledUnit>> = BTreeMap::new();
    for unit in units {
        let name = unit_name(&unit.id).unit;
        let rank = match name.as_str() {
            ENVIRONMENT => 0,
            _ if name.starts_with('_') => 1,
            _ => 2,
        };
        ranks.entry(rank).or_default().push(unit);
    }
    ranks.into_values().collect()
}

/// The states that Terraform keeps of it.
fn terraform_of(prepared: &Prepared) -> BTreeSet<String> {
    let with = prepared.units.iter().filter(|unit| has_terraform(unit));
    with.filter_map(|unit| prepared.states.get(&unit.id.folder()).cloned()).collect()
}

fn has_terraform(unit: &CompiledUnit) -> bool {
    unit.artifacts.iter().any(|artifact| artifact.path.as_str().starts_with("terraform/"))
}

/// By the state that Terraform keeps: the latest that was brought up under it, but for those that stay.
fn remains<'p>(
    shown: impl Iterator<Item = &'p Prepared>,
    staying: &BTreeSet<String>,
) -> Result<BTreeMap<String, Remains>> {
    let mut left = BTreeMap::new();
    for prepared in shown {
        let lock = lock(prepared)?;
        for unit in prepared.units.iter().filter(|unit| has_terraform(unit)) {
            let folder = unit.id.folder();
            let Some(state) = prepared.states.get(&folder).filter(|state| !staying.contains(*state)) else { continue };
            let remains = Remains { unit: folder, artifacts: unit.artifacts.clone(), lock: lock.clone() };
            left.insert(state.clone(), remains);
        }
    }
    Ok(left)
}

/// The builds of providers that base trusts, as of all platform files.
fn lock(prepared: &Prepared) -> Result<ProviderLock> {
    let text = prepared.documents.snapshot.files.get(&RepoPath::literal(provider_lock::FILE));
    text.map_or_else(|| Ok(ProviderLock::default()), |text| ProviderLock::read(text))
}

impl Ground<'_> {
    fn bring(&self, claimed: &Claimed<'_>, wanted: &Prepared, unit: &CompiledUnit) -> Result<()> {
        let state = wanted.states.get(&unit.id.folder()).context("it has no name for its state")?;
        self.terraform(state, &unit.artifacts, lock(wanted)?, Goal::Apply)?;
        claimed.still_ours()?;
        point("preview.up.manifests");
        let Some(cluster) = &self.cluster else { return Ok(()) };
        let objects = Objects::of(&unit.artifacts)?;
        let owner = Owner {
            unit: unit_name(&unit.id),
            namespace: objects.namespace().map(str::to_owned),
            digest: Some(unit.digest.to_string()),
            token: claimed.token,
        };
        match cluster.apply(&owner, &objects, self.patience.deadline) {
            Err(error @ ApplyError::NotWell { .. }) => return self.found_sick(error.to_string()),
            result => result.map(drop)?,
        }
        prune(cluster, &owner, &objects)
    }

    /// Units that are no longer part of it.
    fn leave_only(&self, claimed: &Claimed<'_>, wanted: &Prepared) -> Result<()> {
        let Some(cluster) = &self.cluster else { return Ok(()) };
        let stays: BTreeSet<String> = wanted.units.iter().map(|unit| unit_name(&unit.id).unit).collect();
        let units = cluster.units_of(claimed.environment, claimed.environment.as_str())?;
        let gone = units.into_iter().filter(|owner| !stays.contains(&owner.unit.unit)).collect();
        self.clear(claimed, cluster, gone)
    }

    /// Takes away all that these units have in the cluster.
    fn clear(&self, claimed: &Claimed<'_>, cluster: &Kubernetes, units: Vec<Owner>) -> Result<()> {
        claimed.still_ours()?;
        each(&units, self.jobs, |owner| {
            let owner = Owner { token: claimed.token, ..owner.clone() };
            prune(cluster, &owner, &Objects::none()).with_context(|| owner.unit.to_string())
        })
    }

    fn destroy(&self, claimed: &Claimed<'_>, left: &BTreeMap<String, Remains>) -> Result<()> {
        let left: Vec<(&String, &Remains)> = left.iter().collect();
        each(&left, self.jobs, |(state, remains)| {
            claimed.still_ours()?;
            self.terraform(state, &remains.artifacts, remains.lock.clone(), Goal::Destroy)
                .with_context(|| remains.unit.clone())
        })
    }

    /// Planned and carried out, in a folder that is gone afterwards.
    fn terraform(&self, state: &str, artifacts: &[Artifact], lock: ProviderLock, goal: Goal) -> Result<()> {
        let terraform = Terraform { lock, ..self.terraform.clone() };
        let folder = tempfile::Builder::new().prefix("pavior-preview-").tempdir().context("making a folder")?;
        let Some(planned) = terraform.plan(folder.path(), state, artifacts, goal)? else { return Ok(()) };
        let mut steps = planned.plan.resource_changes.iter().filter(|change| change.mode == "managed");
        // Outputs may change where no resource does; of what is gone there are none.
        let is_due = goal == Goal::Apply || steps.any(|change| change.step().is_ok_and(|step| step != Step::Nothing));
        match is_due {
            true => terraform.apply(folder.path(), &planned),
            false => Ok(()),
        }
    }

    /// Says of what runs whether it is well.
    fn look(&self, wanted: &Prepared) -> Result<()> {
        let Some(cluster) = &self.cluster else { return Ok(()) };
        let units: Vec<&CompiledUnit> = wanted.units.iter().collect();
        each(&units, self.jobs, |unit| {
            let objects = Objects::of(&unit.artifacts)?;
            let Patience { deadline, soak, addresses } = &self.patience;
            let every = Duration::from_secs(2).min(*deadline);
            let gate = Gate { deadline: *deadline, soak: *soak, every, probes: probes(&objects, addresses) };
            match cluster.healthy(&objects, &gate)? {
                Health::Healthy { skipped } => {
                    skipped.iter().for_each(|one| (self.tell)(&format!("{}: not asked: {one}", unit.id.folder())));
                    Ok(())
                }
                Health::Sick { subject, why } => self.found_sick(format!("{subject}: {why}")),
            }
        })
    }

    fn found_sick(&self, why: String) -> Result<()> {
        self.sick.lock().unwrap_or_else(PoisonError::into_inner).push(why);
        Ok(())
    }
}

/// All that the unit has and is not wanted: a preview's data is nobody's.
fn prune(cluster: &Kubernetes, owner: &Owner, wanted: &Objects) -> Result<()> {
    let Some(inventory) = cluster.inventory(owner)? else { return Ok(()) };
    let stays: BTreeSet<_> = wanted.iter().map(|object| &object.id).collect();
    let may_go = inventory.objects.into_keys().filter(|id| !stays.contains(id)).collect::<BTreeSet<_>>();
    if may_go.is_empty() && !stays.is_empty() {
        return Ok(());
    }
    // What something holds back goes with its namespace, or with the next run.
    cluster.prune(owner, wanted, &Allowed { may_go, confirmation: Confirmation::Given })?;
    Ok(())
}

/// Several at a time; all of them, and then the first error.
fn each<T: Sync>(items: &[T], jobs: usize, work: impl Fn(&T) -> Result<()> + Sync) -> Result<()> {
    let mut failed = None;
    for some in items.chunks(jobs.max(1)) {
        let results: Vec<Result<()>> = thread::scope(|scope| {
            let started: Vec<_> = some.iter().map(|item| scope.spawn(|| work(item))).collect();
            let ended = started.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
            ended.collect()
        });
        let error = results.into_iter().find_map(Result::err);
        failed = failed.or(error);
    }
    failed.map_or(Ok(()), Err)
}
