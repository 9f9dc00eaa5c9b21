//! Work that ends: the workloads `job` and `cron`, and the jobs beside any workload.

use super::files::Files;
use super::names;
use super::object;
use super::pod;
use super::unit::ServiceUnit;
use super::wave;
use crate::emit::yaml::Tree;
use crate::model::kinds::service::{Job as Declared, Schedule};
use crate::model::kinds::workload::ComputeAmounts;
use crate::model::{Name, Quantity};
use crate::provision::ContainerPlan;
use k8s_openapi::api::batch::v1::{CronJob, CronJobSpec, Job, JobSpec, JobTemplateSpec};
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::collections::BTreeMap;

const RETRIES: i32 = 3;
const JOB_TIMEOUT_SECONDS: i64 = 3_600;
/// A workload says no timeout of its own; without any, a run that hangs would keep all later ones from starting.
const WORKLOAD_TIMEOUT_SECONDS: i64 = 6 * 3_600;
/// A week: long enough to read the logs after a weekend.
const KEPT_SECONDS: i32 = 7 * 24 * 3_600;
/// How late a run may still start, when the cluster was busy at its minute.
const LATEST_START_SECONDS: i64 = 600;
const RUNS_KEPT: i32 = 3;
/// Kubernetes adds eleven characters to the name of a CronJob for each run.
const MAX_CRON_NAME: usize = 52;
const MAX_JOB_NAME: usize = 63;

/// The workload `job`: runs once, and again whenever what it runs changes.
pub fn job_workload(unit: &ServiceUnit<'_>, files: &Files<'_>) -> Tree {
    once(unit, unit.name(), spec(pod::until_done(unit, files), RETRIES, WORKLOAD_TIMEOUT_SECONDS))
}

/// The workload `cron`. None without a schedule, which is a finding of its own.
pub fn cron_workload(unit: &ServiceUnit<'_>, files: &Files<'_>) -> Option<Tree> {
    let schedule = unit.plan.schedule.as_ref()?;
    let spec = spec(pod::until_done(unit, files), RETRIES, WORKLOAD_TIMEOUT_SECONDS);
    Some(scheduled(unit, unit.name(), schedule, spec))
}

/// The jobs beside the workload: with a schedule they run by it, without one before each deployment.
pub fn jobs(unit: &ServiceUnit<'_>, files: &Files<'_>) -> Vec<Tree> {
    let one = |(name, job): (&Name, &Declared)| {
        let (container, plan) = match &job.container {
            Some(chosen) => unit.plan.containers.get_key_value(chosen)?,
            None => unit.main_container()?,
        };
        let plan = plan_of(job, plan);
        let template = pod::of_job(unit, files, &format!("job-{name}"), (container, &plan));
        let timeout = job
            .timeout
            .map_or(JOB_TIMEOUT_SECONDS, |timeout| i64::try_from(timeout.seconds()).unwrap_or(i64::MAX).max(1));
        let spec = spec(template, job.retries.unwrap_or(RETRIES), timeout);
        let full_name = format!("{}-{name}", unit.name());
        Some(match &job.schedule {
            Some(schedule) => scheduled(unit, &full_name, schedule, spec),
            None => wave::in_wave(once(unit, &full_name, spec), wave::BEFORE_WORKLOAD),
        })
    };
    unit.plan.jobs.iter().filter_map(one).collect()
}

/// A Job's template cannot be changed, so a changed one is another Job: its name ends with a hash of the template.
fn once(unit: &ServiceUnit<'_>, name: &str, spec: JobSpec) -> Tree {
    let template = serde_json::to_string(&spec.template).expect("a pod template has text keys and finite numbers");
    let name = names::with_suffix(name, &names::fingerprint([name, &template]), MAX_JOB_NAME);
    object::tree(&Job {
        metadata: unit.metadata(&name),
        spec: Some(JobSpec { ttl_seconds_after_finished: Some(KEPT_SECONDS), ..spec }),
        status: None,
    })
}

fn scheduled(unit: &ServiceUnit<'_>, name: &str, schedule: &Schedule, spec: JobSpec) -> Tree {
    object::tree(&CronJob {
        metadata: unit.metadata(&names::fit(name, MAX_CRON_NAME)),
        spec: Some(CronJobSpec {
            schedule: schedule.cron.clone(),
            time_zone: Some(schedule.time_zone.clone().unwrap_or_else(|| "Etc/UTC".to_owned())),
            concurrency_policy: Some("Forbid".to_owned()),
            starting_deadline_seconds: Some(LATEST_START_SECONDS),
            successful_jobs_history_limit: Some(RUNS_KEPT),
            failed_jobs_history_limit: Some(RUNS_KEPT),
            job_template: JobTemplateSpec {
                metadata: Some(ObjectMeta { labels: Some(unit.labels().clone()), ..ObjectMeta::default() }),
                spec: Some(spec),
            },
            suspend: None,
        }),
        status: None,
    })
}

fn spec(template: PodTemplateSpec, retries: i32, timeout_seconds: i64) -> JobSpec {
    JobSpec {
        backoff_limit: Some(retries),
        active_deadline_seconds: Some(timeout_seconds),
        template,
        ..JobSpec::default()
    }
}

/// The container of a job: the chosen one with the job's command and compute. A command of its own leaves the
/// container's arguments behind.
fn plan_of(job: &Declared, container: &ContainerPlan) -> ContainerPlan {
    let mut plan = container.clone();
    if !job.command.is_empty() {
        plan.command = job.command.clone();
        plan.args = job.args.clone();
    } else if !job.args.is_empty() {
        plan.args = job.args.clone();
    }
    set(&mut plan.requests, &job.resources.requests);
    set(&mut plan.limits, &job.resources.limits);
    for (what, request) in &plan.requests {
        let more = |limit: &String| match (Quantity::parse(request), Quantity::parse(limit)) {
            (Some(request), Some(limit)) => request.milli() > limit.milli(),
            _ => false,
        };
        if plan.limits.get(what).is_some_and(more) {
            plan.limits.insert(what.clone(), request.clone());
        }
    }
    plan
}

fn set(amounts: &mut BTreeMap<String, String>, declared: &ComputeAmounts) {
    for (what, amount) in [("cpu", &declared.cpu), ("memory", &declared.memory)] {
        if let Some(amount) = amount {
            amounts.insert(what.to_owned(), amount.as_str().to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::model::kinds::service::Workload;
    use serde_json::{Value, json};

    fn job_of(declared: Value, image: &str) -> Tree {
        let unit = sample::unit_with("cart", |plan| {
            plan.containers[0].image = image.to_owned();
            plan.jobs.insert(sample::name("migrate"), sample::declared(declared));
        });
        let unit = sample::service(&unit);
        jobs(&unit, &Files::of(&unit)).remove(0)
    }

    #[test]
    fn a_job_without_a_schedule_runs_before_the_workload() {
        let tree = job_of(json!({ "command": ["migrate"], "timeout": "5m", "retries": 0 }), "a:v1");
        assert_eq!(tree["kind"], json!("Job"));
        assert_eq!(tree["metadata"]["annotations"], json!({ "pavior.dev/wave": "1" }));
        let spec = &tree["spec"];
        assert_eq!((&spec["backoffLimit"], &spec["activeDeadlineSeconds"]), (&json!(0), &json!(300)));
        assert_eq!(spec["ttlSecondsAfterFinished"], json!(604_800));
        assert_eq!(spec["template"]["spec"]["restartPolicy"], json!("Never"));
        assert_eq!(spec["template"]["spec"]["containers"][0]["command"], json!(["migrate"]));
        let labels = &spec["template"]["metadata"]["labels"];
        assert_eq!(labels["app.kubernetes.io/component"], json!("job-migrate"));
    }

    #[test]
    fn a_job_is_another_one_when_what_it_runs_changes() {
        let name = |image: &str| job_of(json!({}), image)["metadata"]["name"].clone();
        assert_eq!(name("a:v1"), name("a:v1"));
        assert_ne!(name("a:v1"), name("a:v2"));
        let name = name("a:v1");
        let suffix = name.as_str().and_then(|name| name.strip_prefix("cart-migrate-"));
        assert_eq!(suffix.map(str::len), Some(16));
    }

    #[test]
    fn a_job_with_a_schedule_is_a_cron_job() {
        let tree = job_of(json!({ "schedule": { "cron": "0 3 * * *", "timeZone": "Europe/Berlin" } }), "a:v1");
        assert_eq!((&tree["kind"], &tree["metadata"]["name"]), (&json!("CronJob"), &json!("cart-migrate")));
        let spec = &tree["spec"];
        assert_eq!((&spec["schedule"], &spec["timeZone"]), (&json!("0 3 * * *"), &json!("Europe/Berlin")));
        assert_eq!(spec["concurrencyPolicy"], json!("Forbid"));
        assert_eq!(spec["jobTemplate"]["spec"]["activeDeadlineSeconds"], json!(3_600));
    }

    #[test]
    fn a_limit_is_never_below_the_request_of_a_job() {
        let declared = json!({ "resources": { "requests": { "cpu": "1", "memory": "32Mi" } } });
        assert_eq!(
            job_of(declared, "a:v1")["spec"]["template"]["spec"]["containers"][0]["resources"],
            json!({ "requests": { "cpu": "1", "memory": "32Mi" }, "limits": { "cpu": "1", "memory": "128Mi" } })
        );
    }

    #[test]
    fn workloads_that_end_become_a_job_or_a_cron_job() {
        let schedule: Schedule = sample::declared(json!({ "cron": "*/5 * * * *" }));
        let unit = sample::unit_with(&"c".repeat(63), |plan| {
            plan.kind = Workload::Cron;
            plan.schedule = Some(schedule);
        });
        let unit = sample::service(&unit);
        let files = Files::of(&unit);
        let cron = cron_workload(&unit, &files).unwrap();
        assert_eq!(cron["spec"]["timeZone"], json!("Etc/UTC"));
        assert_eq!(cron["metadata"]["name"].as_str().map(str::len), Some(MAX_CRON_NAME));
        let job = job_workload(&unit, &files);
        assert_eq!(job["metadata"]["name"].as_str().map(str::len), Some(MAX_JOB_NAME));
        assert_eq!(job["metadata"].get("annotations"), None);
    }
}
