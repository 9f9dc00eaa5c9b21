//! Files of containers: text that is known, bytes as they are, or text that an ExternalSecret completes.

use super::ContainerPlaces;
use super::expand::{Expander, Piece};
use crate::link::UnitContainer;
use crate::provision::unit::{FileContent, FilePlan, SecretTextPart};
use indexmap::IndexMap;

pub fn files(
    container: &UnitContainer<'_>,
    at: &ContainerPlaces<'_, '_>,
    expander: &mut Expander<'_, '_, '_, '_>,
) -> IndexMap<String, FilePlan> {
    let mut files = IndexMap::new();
    for (path, template) in &container.files {
        let Some(declared) = container.declared.files.get(path) else { continue };
        let content = match (template, &declared.binary_content) {
            (Some(template), _) => {
                let pieces = expander.expand(template, &at.own(&["files", path, "content"]));
                text_or_secret(pieces, expander)
            }
            (None, Some(binary)) => FileContent::Binary(binary.clone()),
            (None, None) => FileContent::Text(declared.content.clone().unwrap_or_default()),
        };
        let mode = declared.mode.as_ref().and_then(|mode| u32::from_str_radix(mode, 8).ok());
        files.insert(path.clone(), FilePlan { content, mode });
    }
    files
}

fn text_or_secret(pieces: Vec<Piece>, expander: &Expander<'_, '_, '_, '_>) -> FileContent {
    match pieces.as_slice() {
        [] => return FileContent::Text(String::new()),
        [Piece::Text(text)] => return FileContent::Text(text.clone()),
        _ => {}
    }
    let part = |piece| match piece {
        Piece::Text(text) => Some(SecretTextPart::Text(text)),
        Piece::Output { resource, output } => {
            let (known, _) = expander.output(resource, &output)?;
            Some(SecretTextPart::Output { resource: known.local.clone(), output })
        }
    };
    FileContent::Secret(pieces.into_iter().filter_map(part).collect())
}
