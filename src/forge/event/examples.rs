//! GitHub's own payloads, as `@octokit/webhooks-examples` has them: each is understood or ignored, none is an error.
//!
//! The package is 4 MB and not among our files: `PAVIOR_WEBHOOK_EXAMPLES` names its folder, as `.ci/end_to_end.py` does.

use super::{Receiver, Work, event};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Deserialize)]
struct Examples {
    name: String,
    examples: Vec<Value>,
}

#[test]
fn every_payload_of_github_is_understood_or_ignored() {
    let Ok(folder) = std::env::var("PAVIOR_WEBHOOK_EXAMPLES") else { return };
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for server in std::fs::read_dir(Path::new(&folder)).expect("the folder is there") {
        let file = server.expect("the folder can be listed").path().join("index.json");
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let all: Vec<Examples> = serde_json::from_str(&text).expect("it is a list of examples");
        for Examples { name, examples } in all {
            for example in examples {
                let payload = example.to_string();
                for receiver in [Receiver::Workflow, Receiver::Server] {
                    let event = event(&name, payload.as_bytes(), receiver).unwrap_or_else(|error| panic!("{error}"));
                    let kind = match event.work {
                        Work::Nothing(_) => "nothing",
                        Work::Judge(_) | Work::Report { .. } | Work::MergeGroup(_) => "judge",
                        Work::Command { .. } | Work::Button { .. } => "told",
                        Work::Apply { .. } | Work::Sweep => "all",
                    };
                    *seen.entry(kind).or_default() += 1;
                }
            }
        }
    }
    println!("{seen:?}");
    assert!(seen.values().sum::<usize>() > 600 && seen["judge"] > 20 && seen["nothing"] > 400, "{seen:?}");
}
