//! What a person names becomes artifacts: `production/cart/manifests/deployment-cart.yaml`, with the output folder in
//! front or without it; `production/cart`; or `cart`, which is meant wherever it runs.

use super::Unclear;
use crate::model::{RepoPath, nearest};
use crate::provenance::Provenance;
use crate::provision::UnitId;

/// One artifact of a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Artifact<'p> {
    pub provenance: &'p Provenance,
    pub path: &'p RepoPath,
}

/// Whether what is asked about may be in a unit: those that it cannot be in need not be looked at.
pub fn names(asked: &str, unit: &UnitId) -> bool {
    let asked = plain(asked);
    asked == unit.name.as_str() || at_folder(asked, &unit.folder()).is_some()
}

/// The artifacts that are meant. `units` are all that there are; those that are not named may have no provenance.
pub fn choose<'p>(asked: &str, units: &[UnitId], found: &'p [Provenance]) -> Result<Vec<Artifact<'p>>, Unclear> {
    let asked = plain(asked);
    let mut chosen = Vec::new();
    for provenance in found {
        let all = provenance.artifacts.keys().map(|path| Artifact { provenance, path });
        match at_folder(asked, &provenance.unit.folder()) {
            Some("") => chosen.extend(all),
            Some(rest) => chosen.extend(all.filter(|artifact| artifact.path.as_str() == rest)),
            None if asked == provenance.unit.name.as_str() => chosen.extend(all),
            None => {}
        }
    }
    if chosen.is_empty() { Err(unknown(asked, units, found)) } else { Ok(chosen) }
}

fn plain(asked: &str) -> &str {
    asked.trim_start_matches("./").trim_end_matches('/')
}

/// What stands behind a unit's folder, wherever the output folder is.
fn at_folder<'a>(asked: &'a str, folder: &str) -> Option<&'a str> {
    let start = match asked.strip_prefix(folder) {
        Some(rest) => rest,
        None => asked.split_once(&format!("/{folder}"))?.1,
    };
    if start.is_empty() { Some("") } else { start.strip_prefix('/') }
}

fn unknown(asked: &str, units: &[UnitId], found: &[Provenance]) -> Unclear {
    let folders: Vec<String> = units.iter().map(UnitId::folder).collect();
    let files: Vec<String> = found
        .iter()
        .flat_map(|one| one.artifacts.keys().map(move |path| format!("{}/{path}", one.unit.folder())))
        .collect();
    let names = units.iter().map(|unit| unit.name.as_str());
    let near = match asked.contains('/') {
        true => nearest(asked, files.iter().chain(&folders).map(String::as_str)),
        false => nearest(asked, names),
    };
    let near = near.map(str::to_owned).or_else(|| nearest_part(asked, &folders));
    let known = if files.is_empty() { folders } else { files };
    Unclear::Artifact { asked: asked.to_owned(), near, known }
}

/// The unit that the first two steps of a path are near to.
fn nearest_part(asked: &str, folders: &[String]) -> Option<String> {
    let end = asked.match_indices('/').nth(1).map_or(asked.len(), |(at, _)| at);
    nearest(&asked[..end], folders.iter().map(String::as_str)).map(str::to_owned)
}
