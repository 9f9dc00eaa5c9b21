//! What GitHub knows of the code: whether CODEOWNERS can be read, and findings in SARIF that it shows.

use super::GitHub;
use super::call::{Call, Repeat};
use super::error::GitHubError;
use super::path::with;
use crate::forge::words::{CodeOwnersError, CommitId};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;
use serde_json::json;
use std::io::Write;

/// As much as GitHub takes, packed.
const SARIF_BYTES: usize = 10_000_000;

#[derive(Deserialize)]
struct WireErrors {
    errors: Vec<WireError>,
}

#[derive(Deserialize)]
struct WireError {
    path: String,
    line: u64,
    message: String,
}

impl GitHub {
    /// What is wrong in CODEOWNERS at a commit; None where there is no such file.
    pub async fn codeowners_errors(&self, commit: &CommitId) -> Result<Option<Vec<CodeOwnersError>>, GitHubError> {
        let path = with(&self.path(&["codeowners", "errors"]), "ref", commit.as_str());
        let found: Option<WireErrors> = self.find(path).await?;
        let error = |error: WireError| CodeOwnersError { path: error.path, line: error.line, message: error.message };
        Ok(found.map(|found| found.errors.into_iter().map(error).collect()))
    }

    /// Hands a SARIF text in for a commit and the full name of its reference, `refs/pull/7/head`.
    pub async fn upload_sarif(&self, commit: &CommitId, reference: &str, sarif: &str) -> Result<(), GitHubError> {
        let path = self.path(&["code-scanning", "sarifs"]);
        let body = json!({"commit_sha": commit.as_str(), "ref": reference, "sarif": packed(sarif)});
        let call = Call::post(path, &body);
        if call.body.as_ref().is_some_and(|body| body.len() > SARIF_BYTES) {
            return Err(GitHubError::TooMany {
                call: call.to_string(),
                limit: format!("{SARIF_BYTES} bytes of SARIF"),
            });
        }
        // The same analysis twice replaces itself.
        self.write(&call, Repeat::Harmless).await.map(drop)
    }
}

/// Gzip in base64, as GitHub wants it. No name and no time are in it: the same text is the same bytes.
fn packed(text: &str) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    BASE64_STANDARD.encode(packed.expect("writing into memory does not fail"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn a_packed_text_comes_back() {
        let bytes = BASE64_STANDARD.decode(packed("{\"runs\": []}")).unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!(text, "{\"runs\": []}");
    }
}
