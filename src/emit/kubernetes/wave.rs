//! The order of applying, where a kind alone does not tell it: an object waits until all of lower waves are well.
//! Objects without the annotation are of wave 0.

use crate::emit::yaml::Tree;
use serde_json::{Value, json};

const ANNOTATION: &str = "pavior.dev/wave";

/// Jobs that a workload waits for, such as migrations.
pub const BEFORE_WORKLOAD: u8 = 1;
/// A workload that waits for jobs.
pub const WORKLOAD: u8 = 2;

pub fn in_wave(mut tree: Tree, wave: u8) -> Tree {
    if let Some(Value::Object(metadata)) = tree.get_mut("metadata") {
        let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
        annotations[ANNOTATION] = json!(wave.to_string());
    }
    tree
}
