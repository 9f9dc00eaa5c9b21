//! Schedules: for what runs by the clock, and for nothing else.

use super::super::inspection::Inspection;
use super::cron;
use crate::model::Finding;
use crate::model::kinds::Service;
use crate::model::kinds::service::Workload;

pub fn check(inspection: &mut Inspection, service: &Service) {
    let place = inspection.spec("schedule");
    match (&service.schedule, service.workload) {
        (Some(schedule), Workload::Cron) => cron::check(inspection, &place.child("cron"), &schedule.cron),
        (Some(_), workload) => inspection.report(not_scheduled(inspection, &place, workload)),
        (None, Workload::Cron) => inspection.report(schedule_missing(inspection)),
        (None, _) => {}
    }
    for (name, job) in &service.jobs {
        if let Some(schedule) = &job.schedule {
            let place = inspection.spec("jobs").child(name.as_str()).child("schedule").child("cron");
            cron::check(inspection, &place, &schedule.cron);
        }
    }
    for (name, settings) in &service.environments {
        let place = inspection.spec("environments").child(name.as_str()).child("schedule");
        match (&settings.schedule, service.workload) {
            (Some(schedule), Workload::Cron) => cron::check(inspection, &place.child("cron"), &schedule.cron),
            (Some(_), workload) => inspection.report(not_scheduled(inspection, &place, workload)),
            (None, _) => {}
        }
    }
}

fn word(workload: Workload) -> &'static str {
    match workload {
        Workload::Service => "service",
        Workload::Worker => "worker",
        Workload::Cron => "cron",
        Workload::Job => "job",
        Workload::Static => "static",
    }
}

fn schedule_missing(inspection: &Inspection) -> Finding {
    inspection
        .finding(&rules::SCHEDULE, &inspection.spec("workload"), "`workload: cron` has no `schedule`")
        .label("when does it run?")
        .help("add `schedule: {cron: 0 3 * * *}` beside it")
}

fn not_scheduled(inspection: &Inspection, place: &crate::read::Place, workload: Workload) -> Finding {
    let message = format!("`workload: {}` does not run by a `schedule`", word(workload));
    let mut finding = inspection
        .finding(&rules::SCHEDULE, &place.clone().key(), message)
        .label("only `workload: cron` has a schedule");
    if inspection.node(&["spec".to_owned(), "workload".to_owned()]).is_some() {
        finding = finding.related(inspection.locate(&inspection.spec("workload")), "what it is");
    }
    finding.help("write `workload: cron`, or move the schedule into a job below `jobs`")
}

pub mod rules {
    crate::model::rules! {
        SCHEDULE = "schema/schedule", Error,
        "A cron workload has a schedule, and no other workload has one",
r"A schedule says when a workload of kind `cron` starts. On a service that runs all the time it would have no effect, and
whoever wrote it expects one. Scheduled work beside a service is a job: `jobs.<name>.schedule`.

Wrong:
```yaml
workload: service
schedule: {cron: 0 3 * * *}
```
Right:
```yaml
workload: service
jobs:
  clean-up: {schedule: {cron: 0 3 * * *}, command: [clean]}
```";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{findings, only, service};

    fn is(more: &str, message: &str, at: &str) {
        assert_eq!(only(&service(more)), ("schema/schedule".to_owned(), message.to_owned(), at.to_owned()));
    }

    #[test]
    fn a_schedule_belongs_to_cron_and_cron_to_a_schedule() {
        is("  workload: cron\n", "`workload: cron` has no `schedule`", "cron");
        is(
            "  workload: worker\n  schedule: {cron: 0 3 * * *}\n",
            "`workload: worker` does not run by a `schedule`",
            "schedule",
        );
        is("  schedule: {cron: 0 3 * * *}\n", "`workload: service` does not run by a `schedule`", "schedule");
        let environment = "  environments: {staging: {schedule: {cron: 0 3 * * *}}}\n";
        is(environment, "`workload: service` does not run by a `schedule`", "schedule");
        assert_eq!(findings(&service("  workload: cron\n  schedule: {cron: 0 3 * * *}\n")), []);
    }

    #[test]
    fn schedules_of_jobs_and_environments_are_read_as_cron() {
        assert_eq!(only(&service("  jobs: {clean: {schedule: {cron: 0 25 * * *}}}\n")).2, "25");
        let text = "  workload: cron\n  schedule: {cron: 0 3 * * *}\n  environments: {staging: {schedule: {cron: 0 0 32 * *}}}\n";
        assert_eq!(only(&service(text)).2, "32");
    }
}
