//! What set a field, as a symbolic place: it becomes a line when it is told.

use super::origin::{By, Input, Origin, Setting};
use crate::model::kinds::Kind;
use crate::model::{Location, RepoPath};
use crate::read::{Documents, NodeValue, Place};
use std::collections::BTreeMap;

/// What set a field, and what else its value is made of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Traced {
    cause: Cause,
    inputs: Vec<Place>,
    because: &'static str,
    /// Where a value would take the place of this one.
    setting: Option<Place>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Cause {
    Written(Place),
    /// A whole file.
    Copied(RepoPath),
    /// Nobody wrote it.
    Default,
}

impl Traced {
    pub fn at(place: Place) -> Traced {
        Traced::new(Cause::Written(place), "")
    }

    pub fn copy(path: RepoPath, because: &'static str) -> Traced {
        Traced::new(Cause::Copied(path), because)
    }

    pub fn default(because: &'static str) -> Traced {
        Traced::new(Cause::Default, because)
    }

    fn new(cause: Cause, because: &'static str) -> Traced {
        Traced { cause, inputs: Vec::new(), because, setting: None }
    }

    /// The same, which a user replaces by a value at this place.
    pub fn unless_set(mut self, setting: Place) -> Traced {
        self.setting = Some(setting);
        self
    }

    pub fn because(mut self, because: &'static str) -> Traced {
        self.because = because;
        self
    }

    /// The same, made of these as well.
    pub fn of(mut self, inputs: impl IntoIterator<Item = Place>) -> Traced {
        for input in inputs {
            let is_cause = matches!(&self.cause, Cause::Written(place) if *place == input);
            if !is_cause && !self.inputs.contains(&input) {
                self.inputs.push(input);
            }
        }
        self
    }

    /// The place that set it and those it is made of.
    pub fn places(self) -> Vec<Place> {
        let cause = match self.cause {
            Cause::Written(place) => Some(place),
            Cause::Copied(_) | Cause::Default => None,
        };
        cause.into_iter().chain(self.inputs).collect()
    }

    /// With lines in place of places.
    pub fn told(&self, lines: &mut Lines<'_>) -> Origin {
        let documents = lines.documents;
        let inputs = self.inputs.iter().map(|place| lines.of(place));
        let origin = Origin {
            by: By::Default,
            at: None,
            route: String::new(),
            because: self.because,
            inputs: inputs.collect(),
            setting: self.setting.as_ref().map(|place| Setting {
                path: documents.document(place.document).file_of(&place.route).0.clone(),
                route: route(documents, place),
            }),
        };
        match &self.cause {
            Cause::Written(place) => {
                let Input { by, at, route } = lines.of(place);
                Origin { by, at: Some(at), route, ..origin }
            }
            Cause::Copied(path) => Origin { by: By::GoldenPath, at: Some(Location::file(path.clone())), ..origin },
            Cause::Default => origin,
        }
    }
}

/// The lines of places, each looked for once: a line is found by counting from the start of its file.
pub struct Lines<'d> {
    documents: &'d Documents,
    known: BTreeMap<Place, Input>,
}

impl<'d> Lines<'d> {
    pub fn of_documents(documents: &'d Documents) -> Lines<'d> {
        Lines { documents, known: BTreeMap::new() }
    }

    fn of(&mut self, place: &Place) -> Input {
        if let Some(known) = self.known.get(place) {
            return known.clone();
        }
        let documents = self.documents;
        let input = Input { by: by(documents, place), at: documents.locate(place), route: route(documents, place) };
        self.known.insert(place.clone(), input.clone());
        input
    }
}

fn by(documents: &Documents, place: &Place) -> By {
    let kind = documents.document(place.document).root().child("kind").map(|node| &node.value);
    let kind = match kind {
        Some(NodeValue::Text(kind)) => Kind::parse(kind),
        _ => None,
    };
    match kind {
        Some(Kind::Environment) => By::Environment,
        Some(Kind::Platform) => By::Platform,
        Some(Kind::ResourceType) => By::Provisioner,
        Some(Kind::GoldenPath) => By::GoldenPath,
        Some(
            Kind::Team
            | Kind::Service
            | Kind::Resource
            | Kind::SecretRequest
            | Kind::Waiver
            | Kind::Incident
            | Kind::PriceBook,
        )
        | None => By::Declaration,
    }
}

/// As it is read in its file: a Score file has no `spec`.
fn route(documents: &Documents, place: &Place) -> String {
    let document = documents.document(place.document);
    let (path, _) = document.file_of(&place.route);
    let steps = if *path == document.path { &place.route[..] } else { &place.route[1..] };
    let mut text = String::new();
    for step in steps {
        let plain = step.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        match (plain, text.is_empty()) {
            (true, true) => text.push_str(step),
            (true, false) => text.extend([".", step]),
            (false, _) => text.push_str(&format!("[\"{step}\"]")),
        }
    }
    text
}
