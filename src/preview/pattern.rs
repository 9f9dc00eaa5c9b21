//! The pattern of previews that a revision declares: their terms, what they share, and where they run.

use super::terms::Terms;
use crate::model::Name;
use crate::read::Documents;

/// An environment with `type: preview`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    pub name: Name,
    pub terms: Terms,
    pub shares: Name,
    /// None: manifests are brought nowhere.
    pub cluster: Option<Name>,
    /// Whose it is, as objects are labelled.
    pub organisation: String,
}

impl Pattern {
    /// The one that is asked for, or the only one.
    ///
    /// # Errors
    /// With the names of all that there are.
    pub fn of(documents: &Documents, asked: Option<&Name>) -> Result<Pattern, Vec<Name>> {
        let declarations = &documents.declarations;
        let all = declarations.environments.iter().filter_map(|one| Some((one, one.spec.preview.as_ref()?)));
        let mut chosen = all.clone().filter(|(one, _)| asked.is_none_or(|name| one.metadata.name == *name));
        let (Some((environment, settings)), None) = (chosen.next(), chosen.next()) else {
            return Err(all.map(|(one, _)| one.metadata.name.clone()).collect());
        };
        let organisation = declarations.platforms.first();
        Ok(Pattern {
            name: environment.metadata.name.clone(),
            terms: Terms::of(settings),
            shares: settings.shares.clone(),
            cluster: environment.spec.cluster.clone(),
            organisation: organisation
                .map_or_else(|| "org".to_owned(), |platform| platform.spec.organisation.to_string()),
        })
    }
}
