//! Consequences in, a finding for each that cannot be carried out: at the line that asks for it, once for all
//! environments.

use super::param_place::param_place;
use super::reversibility::{Cause, Consequence, Undo};
use super::rules;
use crate::model::{Findings, Location, Name};
use crate::provision::UnitId;
use crate::read::{Documents, Place};

/// Tells what is refused. `asked` knows where a resource of a unit is asked for.
pub fn refusals<'r>(
    consequences: &[Consequence],
    documents: &Documents,
    asked: impl Fn(&UnitId, &Name) -> Option<&'r Place>,
    findings: &mut Findings,
) {
    let mut told: Vec<(&Consequence, Location, Vec<&str>)> = Vec::new();
    for one in consequences.iter().filter(|one| one.undo == Undo::Refused) {
        let Some(Cause::Param { resource, param }) = &one.cause else { continue };
        let Some(asked) = asked(&one.unit, resource) else { continue };
        let at = documents.locate(&param_place(documents, &one.unit, asked, resource, param));
        let here = one.unit.environment.as_str();
        match told
            .iter_mut()
            .find(|(other, place, _)| (&other.what, &other.why) == (&one.what, &one.why) && *place == at)
        {
            Some((_, _, environments)) => environments.push(here),
            None => told.push((one, at, vec![here])),
        }
    }
    told.into_iter().for_each(|(one, at, environments)| findings.push(rules::refused(one, &environments, at)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::UnitKind;
    use crate::provision::fixture::{declaration, documents, pointed};
    use serde_json::json;

    #[test]
    fn what_is_refused_in_several_environments_is_told_once_at_its_line() {
        let service = json!({
            "containers": {"main": {"image": "x:1"}},
            "resources": {"db": {"type": "postgres", "params": {"storage": "50Gi"}}}
        });
        let documents = documents(&[declaration("Service", "orders", service)], &[]);
        let asked = documents.declarations.services[0].place(&["spec", "resources", "db"]);
        let name = |text: &str| Name::parse(text).unwrap();
        let of = |environment: &str, undo| Consequence {
            unit: UnitId { environment: name(environment), kind: UnitKind::Service, name: name("orders") },
            undo,
            what: "postgres orders-db: storage 100Gi -> 50Gi".to_owned(),
            why: "it never shrinks".to_owned(),
            cause: Some(Cause::Param { resource: name("db"), param: "storage".to_owned() }),
        };
        let all = [of("production", Undo::Refused), of("staging", Undo::Refused), of("preview", Undo::WithLoss)];
        let mut findings = Findings::default();
        refusals(&all, &documents, |_, _| Some(&asked), &mut findings);
        let findings = findings.into_vec();
        let [finding] = findings.as_slice() else { panic!("{findings:?}") };
        assert_eq!(
            finding.message,
            "postgres orders-db: storage 100Gi -> 50Gi cannot be carried out in production, staging: it never shrinks"
        );
        assert_eq!(pointed(&documents, finding), "\"50Gi\"");
    }
}
