//! Alerts about what runs by the clock or once: late, failed.

use super::promql::{Match, series};
use super::rule::Rule;
use super::running;
use super::subject::{Subject, Urgency, Words};
use crate::emit::yaml::Tree;
use crate::model::kinds::service::Tier;

pub fn alerts(subject: &Subject<'_>, objects: &[Tree]) -> Vec<Rule> {
    let jobs = running::names(objects, "Job").into_iter().map(|name| failed_job(subject, name));
    let crons = running::names(objects, "CronJob").into_iter().flat_map(|name| cron(subject, name));
    jobs.chain(crons).collect()
}

/// A Job has another name whenever what it runs changes, so one that has been mended is not told again.
fn failed_job(subject: &Subject<'_>, name: &str) -> Rule {
    let matches =
        [Match::Is("namespace", subject.namespace()), Match::Is("job_name", name), Match::Is("condition", "true")];
    let failed = series("kube_job_failed", &matches);
    let words = Words {
        summary: format!("{}: job {{{{ $labels.job_name }}}} failed", subject.name()),
        description: "All its tries are used up. Its pods are kept for a week: kubectl logs shows what they said.",
    };
    let expr = format!("max by (namespace, job_name) ({failed}) == 1");
    subject.alert("JobFailed", Urgency::Later, "1m", expr, words)
}

fn cron(subject: &Subject<'_>, name: &str) -> [Rule; 2] {
    let of = |metric: &str| {
        let matches = [Match::Is("namespace", subject.namespace()), Match::Is("cronjob", name)];
        format!("max by (namespace, cronjob) ({})", series(metric, &matches))
    };
    let (next, last) = (of("kube_cronjob_next_schedule_time"), of("kube_cronjob_status_last_schedule_time"));
    let (active, success) = (of("kube_cronjob_status_active"), of("kube_cronjob_status_last_successful_time"));
    // Where the business stops without the service, it stops without its runs.
    let urgency = match subject.unit.tier {
        Tier::Critical => Urgency::Now,
        Tier::Important | Tier::Supporting => Urgency::Later,
    };
    let late = Words {
        summary: format!("{}: {{{{ $labels.cronjob }}}} did not start on time", subject.name()),
        description: "Its time passed a quarter of an hour ago. The run before may still be going on, the quota of the \
            namespace may be used up, or the cluster's controllers are away.",
    };
    let failed = Words {
        summary: format!("{}: the last run of {{{{ $labels.cronjob }}}} failed", subject.name()),
        description: "All tries of the run are used up. Failed pods are kept: kubectl logs shows what they said.",
    };
    [
        subject.alert("CronLate", urgency, "1m", format!("time() - {next} > 900"), late),
        subject.alert(
            "CronFailed",
            urgency,
            "5m",
            format!("(({active} == 0) and ({last} > 0)) unless ({success} >= {last})"),
            failed,
        ),
    ]
}
