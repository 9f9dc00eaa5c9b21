//! Artifacts of runs that anybody may have started.

use super::fake::{Fake, Trouble};
use pavior::forge::github::{GitHubError, member};
use pavior::forge::words::{PullNumber, RunId};
use serde_json::json;
use std::io::{Cursor, Write};
use zip::write::{SimpleFileOptions, ZipWriter};

fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(name, SimpleFileOptions::default()).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a60_an_artifact_is_loaded_without_our_token_and_read_in_memory() {
    for fake in [Fake::start(), Fake::enterprise()] {
        fake.world().artifact(5, "pavior-report", zip("report.json", b"{\"a\": 1}"));
        fake.trouble(Trouble::before(503).on("GET", "/zip"));
        let github = fake.github();
        let artifacts = github.artifacts(RunId(5)).await.unwrap();
        assert_eq!((artifacts.len(), artifacts[0].name.as_str(), artifacts[0].expired), (1, "pavior-report", false));
        let archive = github.download_artifact(artifacts[0].id, 10_000).await.unwrap();
        assert_eq!(member(&archive, "report.json", 100).unwrap(), b"{\"a\": 1}");
        let loads = fake.world().requests.iter().filter(|request| request.path.starts_with("/storage")).count();
        assert_eq!(loads, 1);
    }
}

#[tokio::test]
async fn a60_an_artifact_that_is_too_large_is_not_loaded() {
    let fake = Fake::start();
    let id = fake.world().artifact(5, "pavior-report", vec![0; 100_000]);
    let error = fake.github().download_artifact(pavior::forge::words::ArtifactId(id), 99_999).await.unwrap_err();
    assert!(matches!(error, GitHubError::TooMany { .. }), "{error}");
    assert!(!error.to_string().contains("signature"), "{error}");
    assert!(fake.github().download_artifact(pavior::forge::words::ArtifactId(id), 100_000).await.is_ok());
}

#[tokio::test]
async fn a60_an_artifact_that_is_gone_is_an_error() {
    let fake = Fake::start();
    let id = fake.world().artifact(5, "pavior-report", Vec::new());
    fake.world().artifacts.get_mut(&id).unwrap().expired = true;
    for id in [id, 1] {
        let error = fake.github().download_artifact(pavior::forge::words::ArtifactId(id), 100).await.unwrap_err();
        assert!(matches!(error, GitHubError::NotFound { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_run_tells_where_its_head_is_and_which_file_it_came_from() {
    let fake = Fake::start();
    let run = json!({
        "id": 5, "run_attempt": 2, "path": ".github/workflows/check.yml", "event": "pull_request",
        "head_branch": "change", "head_sha": super::fake::COMMIT, "head_repository": {"full_name": "mallory/shop"},
        "conclusion": null, "pull_requests": [{"number": 7}],
    });
    fake.world().runs.insert(5, run);
    let run = fake.github().workflow_run(RunId(5)).await.unwrap().unwrap();
    assert_eq!((run.attempt, run.head.name.as_str(), run.pulls), (2, "change", vec![PullNumber(7)]));
    assert_eq!(run.head.repository.unwrap().to_string(), "mallory/shop");
    assert_eq!(fake.github().workflow_run(RunId(6)).await, Ok(None));
}
