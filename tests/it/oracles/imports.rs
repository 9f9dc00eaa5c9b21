//! Imports: whatever a Compose file or a Backstage catalog says, what is written is YAML of ours.

use super::Reached;
use super::judge::assert_placed;
use super::world::BARE;
use pavior::import::{Imported, Target, backstage, compose};
use pavior::model::RepoPath;

pub fn holds(data: &[u8]) -> Reached {
    let Ok(text) = std::str::from_utf8(data) else { return Reached::Refused };
    let target =
        Target { folder: RepoPath::literal("catalog/imported"), owner: Some("shopping"), versions: Default::default() };
    let read = [compose(text, &target), backstage(text, &target)];
    let imported = read.iter().flatten();
    imported.clone().for_each(assert_imported);
    match imported.map(|imported| imported.files.len()).max() {
        None => Reached::Refused,
        Some(0) => Reached::Told,
        Some(_) => Reached::Through,
    }
}

/// Of what was written, our reader understands every file, whatever it misses in it.
pub fn assert_imported(imported: &Imported) {
    let others = BARE.files.iter().map(|(path, text)| (path.clone(), text.clone()));
    let (snapshot, findings) = imported.findings(others);
    assert_placed(&findings, &snapshot.files);
    for path in imported.files.keys() {
        assert!(path.as_str().starts_with("catalog/"), "{path}");
    }
    // What a text of others may hold and a declaration may not is told when the file is checked.
    let told = ["yaml/hidden-character", "yaml/too-big", "yaml/too-deep", "yaml/too-many-mistakes"];
    let is_syntax = |rule: &str| rule.starts_with("yaml/") && !told.contains(&rule);
    let broken = findings.iter().find(|finding| is_syntax(finding.rule.id));
    assert!(broken.is_none(), "{broken:?}\n{:#?}", imported.files);
}
