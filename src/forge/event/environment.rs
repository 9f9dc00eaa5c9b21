//! What a job of GitHub Actions tells its steps by variables. `GITHUB_ACTOR` is not among it: who did something is read
//! from the API, by id, for a run can be started again by somebody else.

use crate::forge::words::{Repository, RunId};
use std::path::PathBuf;

/// The job that we run in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub event: String,
    /// The file with the payload.
    pub payload: PathBuf,
    pub repository: Repository,
    pub run: RunId,
    /// Counts from 1.
    pub attempt: u32,
    /// `https://api.github.com`, or that of an Enterprise server.
    pub api: String,
    /// `https://github.com`, or an Enterprise server.
    pub server: String,
    /// Where the job summary goes.
    pub summary: Option<PathBuf>,
    /// Where outputs of the step go.
    pub outputs: Option<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    #[error("not set: {}; this is meant to run in a job of GitHub Actions", .0.join(", "))]
    Missing(Vec<&'static str>),
    #[error("{variable} is `{}`, which is no {expected}", value.escape_debug())]
    Wrong { variable: &'static str, value: String, expected: &'static str },
}

impl Job {
    /// From variables by name.
    ///
    /// # Errors
    /// When one is missing or cannot be what it should.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Result<Job, EnvironmentError> {
        let optional = |name: &str| variable(name).filter(|value| !value.is_empty());
        const NEEDED: [&str; 4] = ["GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH"];
        let missing: Vec<&'static str> = NEEDED.into_iter().filter(|name| optional(name).is_none()).collect();
        if !missing.is_empty() {
            return Err(EnvironmentError::Missing(missing));
        }
        let given = |name: &'static str| optional(name).ok_or_else(|| EnvironmentError::Missing(vec![name]));
        let wrong = |variable, value, expected| EnvironmentError::Wrong { variable, value, expected };
        let repository = given("GITHUB_REPOSITORY")?;
        let run = given("GITHUB_RUN_ID")?;
        let attempt = optional("GITHUB_RUN_ATTEMPT").unwrap_or_else(|| "1".to_owned());
        let address = |name: &'static str, otherwise: &str| {
            let value = optional(name).unwrap_or_else(|| otherwise.to_owned());
            match value.starts_with("https://") || value.starts_with("http://") {
                true => Ok(value.trim_end_matches('/').to_owned()),
                false => Err(wrong(name, value, "address")),
            }
        };
        Ok(Job {
            event: given("GITHUB_EVENT_NAME")?,
            payload: given("GITHUB_EVENT_PATH")?.into(),
            repository: Repository::parse(&repository)
                .ok_or_else(|| wrong("GITHUB_REPOSITORY", repository, "repository"))?,
            run: run.parse().map(RunId).map_err(|_| wrong("GITHUB_RUN_ID", run, "number"))?,
            attempt: attempt.parse().map_err(|_| wrong("GITHUB_RUN_ATTEMPT", attempt, "number"))?,
            api: address("GITHUB_API_URL", "https://api.github.com")?,
            server: address("GITHUB_SERVER_URL", "https://github.com")?,
            summary: optional("GITHUB_STEP_SUMMARY").map(PathBuf::from),
            outputs: optional("GITHUB_OUTPUT").map(PathBuf::from),
        })
    }

    /// Where people see this run.
    pub fn url(&self) -> String {
        format!("{}/{}/actions/runs/{}/attempts/{}", self.server, self.repository, self.run, self.attempt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(name: &str) -> Option<String> {
        let value = match name {
            "GITHUB_EVENT_NAME" => "pull_request",
            "GITHUB_EVENT_PATH" => "/tmp/event.json",
            "GITHUB_REPOSITORY" => "acme/platform",
            "GITHUB_RUN_ID" => "17",
            "GITHUB_RUN_ATTEMPT" => "2",
            "GITHUB_API_URL" => "https://github.acme.example/api/v3/",
            "GITHUB_SERVER_URL" => "https://github.acme.example",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn a_run_knows_where_people_see_it_on_an_enterprise_server_too() {
        let run = Job::of(variables).unwrap();
        assert_eq!(run.url(), "https://github.acme.example/acme/platform/actions/runs/17/attempts/2");
        assert_eq!(run.api, "https://github.acme.example/api/v3");
        assert_eq!(run.summary, None);
    }

    #[test]
    fn a_variable_that_is_missing_or_wrong_is_named() {
        let without = |lost: &'static str| Job::of(move |name| variables(name).filter(|_| name != lost));
        assert_eq!(without("GITHUB_RUN_ID"), Err(EnvironmentError::Missing(vec!["GITHUB_RUN_ID"])));
        let nothing = Job::of(|_| None).unwrap_err().to_string();
        assert!(
            nothing.starts_with("not set: GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_EVENT_NAME, GITHUB_EVENT_PATH;")
        );
        assert_eq!(without("GITHUB_RUN_ATTEMPT").unwrap().attempt, 1);
        assert_eq!(without("GITHUB_API_URL").unwrap().api, "https://api.github.com");
        let with = |changed: &'static str, value: &'static str| {
            Job::of(move |name| if name == changed { Some(value.to_owned()) } else { variables(name) })
        };
        for (name, value) in [
            ("GITHUB_REPOSITORY", "../../x"),
            ("GITHUB_RUN_ID", "-1"),
            ("GITHUB_API_URL", "file:///etc/passwd"),
            ("GITHUB_RUN_ATTEMPT", "x"),
        ] {
            assert!(with(name, value).unwrap_err().to_string().contains(name));
        }
    }
}
