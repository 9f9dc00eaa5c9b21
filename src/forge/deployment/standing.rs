//! A deployment that stands on GitHub and what was told of it in, what we know of it out; and a record as GitHub is told
//! it. The number of the record is at the end of the description: GitHub keeps nothing else of a status that is ours.

use super::record::{Kind, Record};
use crate::forge::limit::{DESCRIPTION_BYTES, prefix};
use crate::forge::words::{
    CommitId, Deployment, DeploymentId, DeploymentState, DeploymentStatus, NewDeployment, StandingStatus, UserId,
};
use crate::model::Timestamp;
use crate::report::visible_line;

/// What tells our deployments from those that jobs make by `environment:` in a workflow.
const TASK: &str = "deploy:pavior";

/// One of our deployments, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub id: DeploymentId,
    pub environment: String,
    pub task: String,
    pub commit: CommitId,
    /// The status that GitHub shows of it.
    pub latest: Option<DeploymentStatus>,
    /// What the newest record said of it, whatever was told after that.
    pub told: Option<Told>,
    /// The newest word by which what came before it was over: another may have followed.
    pub ends: Option<Told>,
}

/// What a record said of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub sequence: u64,
    pub at: Timestamp,
    /// It is over because of what that record said of another.
    pub is_replaced: bool,
    pub status: DeploymentStatus,
}

impl Standing {
    /// Is it ours? Asked before its statuses are read.
    pub fn is_ours(deployment: &Deployment, own: UserId) -> bool {
        let is_by_us = deployment.creator.as_ref().is_some_and(|creator| creator.id == own);
        is_by_us && unit_of(&deployment.task).is_some()
    }

    /// `statuses` newest first. What others told of it, or nobody by a record, is not believed.
    pub fn of(deployment: &Deployment, statuses: Vec<StandingStatus>, own: UserId) -> Standing {
        let is_ours = |status: &StandingStatus| status.creator.as_ref().is_some_and(|creator| creator.id == own);
        let ours = statuses.into_iter().filter(is_ours);
        let told: Vec<Told> = ours.filter_map(|standing| Told::of(standing.status)).collect();
        let latest = told.first().map(|told| told.status.clone());
        // Of several with one number the latest, which comes first.
        let newest = |of: &mut dyn Iterator<Item = &Told>| of.max_by_key(|told| told.sequence).cloned();
        let ends = newest(&mut told.iter().rev().filter(|told| told.ends()));
        let newest = newest(&mut told.iter().rev());
        Standing {
            id: deployment.id,
            environment: deployment.environment.clone(),
            task: deployment.task.clone(),
            commit: deployment.commit.clone(),
            latest,
            told: newest,
            ends,
        }
    }

    /// Whether all that is older than this one has been told to be over.
    pub fn runs(&self) -> bool {
        self.told.as_ref().is_some_and(|told| told.status.state == DeploymentState::Success)
    }
}

impl Told {
    pub fn by(record: &Record) -> Told {
        let text = record.description.as_deref().filter(|text| !text.trim().is_empty());
        let text = text.map_or_else(|| plainly(record.state).to_owned(), |text| visible_line(text).into_owned());
        let url = |url: &Option<crate::model::HttpsUrl>| url.as_ref().map(ToString::to_string);
        let (environment_url, log_url) = (url(&record.url), url(&record.log_url));
        let number = format!(" (record {}, {})", record.sequence, record.at);
        let description = format!("{}{number}", prefix(&text, DESCRIPTION_BYTES - number.len()));
        let status = DeploymentStatus { state: record.state, description, environment_url, log_url };
        Told { sequence: record.sequence, at: record.at, is_replaced: false, status }
    }

    /// That it is over, since another record came.
    pub fn over(by: &Told) -> Told {
        let text = match by.status.state {
            DeploymentState::Inactive => "removed",
            _ => "replaced",
        };
        let description = format!("{text} (since record {}, {})", by.sequence, by.at);
        let status =
            DeploymentStatus { state: DeploymentState::Inactive, description, environment_url: None, log_url: None };
        Told { sequence: by.sequence, at: by.at, is_replaced: true, status }
    }

    /// Whether all that came before is over with it.
    pub fn ends(&self) -> bool {
        matches!(self.status.state, DeploymentState::Success | DeploymentState::Inactive)
    }

    fn of(status: DeploymentStatus) -> Option<Told> {
        let (_, number) = status.description.strip_suffix(')')?.rsplit_once(" (")?;
        let is_replaced = number.starts_with("since ");
        let (sequence, at) = number.trim_start_matches("since ").strip_prefix("record ")?.split_once(", ")?;
        let sequence = sequence.bytes().all(|byte| byte.is_ascii_digit()).then(|| sequence.parse().ok())??;
        Some(Told { sequence, at: Timestamp::parse(at)?, is_replaced, status })
    }
}

/// How GitHub knows what of an environment a deployment is about.
pub fn task(unit: Option<&str>) -> String {
    unit.map_or_else(|| TASK.to_owned(), |unit| format!("{TASK}/{unit}"))
}

/// None where it is not ours; of ours the unit, where it is about one.
pub fn unit_of(task: &str) -> Option<Option<&str>> {
    match task.strip_prefix(TASK)? {
        "" => Some(None),
        rest => rest.strip_prefix('/').map(Some),
    }
}

/// The deployment that a record is about.
pub fn deployment(record: &Record) -> NewDeployment {
    let what = match (record.kind, record.pull) {
        (Kind::Preview, Some(pull)) => format!("preview of #{pull}"),
        (Kind::Preview, None) => "preview".to_owned(),
        (Kind::Apply, Some(pull)) => format!("apply of #{pull}"),
        (Kind::Apply, None) => "apply".to_owned(),
    };
    NewDeployment {
        environment: record.environment.to_string(),
        task: task(record.unit.as_deref()),
        commit: record.commit.clone(),
        description: record.unit.as_ref().map_or_else(|| what.clone(), |unit| format!("{what}: {unit}")),
        transient: record.is_transient(),
        production: record.is_production(),
    }
}

fn plainly(state: DeploymentState) -> &'static str {
    match state {
        DeploymentState::Queued => "waiting",
        DeploymentState::InProgress => "being made",
        DeploymentState::Success => "running",
        DeploymentState::Failure => "failed",
        DeploymentState::Error => "could not be made",
        DeploymentState::Inactive => "removed",
    }
}

#[cfg(test)]
pub mod tests {
    use super::super::record::tests::record;
    use super::*;
    use crate::forge::words::{User, UserKind};

    pub const OWN: UserId = UserId(41_898_282);

    pub fn user(id: UserId) -> User {
        User { id, login: "github-actions[bot]".to_owned(), kind: UserKind::Bot }
    }

    fn standing(description: &str, by: UserId) -> StandingStatus {
        let status = DeploymentStatus {
            state: DeploymentState::Success,
            description: description.to_owned(),
            environment_url: None,
            log_url: None,
        };
        StandingStatus { status, creator: Some(user(by)) }
    }

    fn made() -> Deployment {
        let NewDeployment { environment, task, commit, description, .. } =
            deployment(&record(1, 'a', DeploymentState::Success));
        Deployment { id: DeploymentId(1), environment, task, commit, description, creator: Some(user(OWN)) }
    }

    #[test]
    fn a_record_comes_back_from_what_github_was_told() {
        for text in [None, Some("up"), Some("🦀 (record 99, 2020-01-01T00:00:00Z)"), Some("  "), Some("a\nb\u{202e}")]
        {
            let record = Record {
                description: text.map(|text| text.repeat(if text == "up" { 90 } else { 1 })),
                ..record((1 << 53) - 1, 'a', DeploymentState::Failure)
            };
            let told = Told::by(&record);
            assert!(told.status.description.len() <= DESCRIPTION_BYTES, "{}", told.status.description);
            assert!(!told.status.description.contains(char::is_control));
            assert_eq!(Told::of(told.status.clone()), Some(told));
        }
    }

    #[test]
    fn only_what_we_told_by_a_record_is_believed() {
        let number = |number: u64| format!("up (record {number}, 2026-11-22T10:00:00Z)");
        let statuses = vec![
            standing(&number(99), UserId(7)),
            standing("up", OWN),
            standing("up (record +5, 2026-11-22T10:00:00Z)", OWN),
            standing(&number(3), OWN),
            standing(&number(4), OWN),
        ];
        let standing = Standing::of(&made(), statuses, OWN);
        assert_eq!(standing.told.map(|told| told.sequence), Some(4));
        assert_eq!(standing.latest.map(|status| status.description), Some(number(3)));
    }

    #[test]
    fn deployments_of_others_and_of_jobs_are_not_ours() {
        assert!(Standing::is_ours(&made(), OWN));
        assert!(!Standing::is_ours(&Deployment { creator: Some(user(UserId(7))), ..made() }, OWN));
        assert!(!Standing::is_ours(&Deployment { creator: None, ..made() }, OWN));
        for task in ["deploy", "deploy:paviors", "deploy:pavior:x", ""] {
            assert!(!Standing::is_ours(&Deployment { task: task.to_owned(), ..made() }, OWN), "{task}");
        }
        assert_eq!((unit_of(&task(None)), unit_of(&task(Some("cart")))), (Some(None), Some(Some("cart"))));
    }
}
