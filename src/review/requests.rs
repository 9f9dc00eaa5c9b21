//! Secret requests and the day of a change: what has run out, and what soon will.

use super::diff::UnitChange;
use crate::model::kinds::SecretRequest;
use crate::model::{Date, Finding, Findings, Location, Name, rules};
use crate::provision::UnitKind;
use crate::read::{Declared, Documents};
use std::collections::BTreeSet;

rules! {
    EXPIRED = "request/expired", Error,
        "Secret requests are for days to come",
"`expires` of a `SecretRequest` is the last day on which its secret may be used. This change asks for one whose last day
has passed: nobody could tell whether it is meant to be used.

The day is that of the commit, or the one given by `--as-of`: never that of the machine. `pavior preflight` alone says
it; `pavior check` knows no day that a secret could be held against.

Wrong: `expires: 2024-06-30` in a change of 2026

Right: `expires: 2027-06-30`, which its approvers agree to; or no `expires` and a `rotation: 90d`";

    EXPIRING = "request/expiring", Warning,
        "Secrets are renewed before they run out",
"The secret of a service that this change touches has run out, or will within thirty days. Whoever deploys the service is
the one who can still renew it in time.

Ask its approvers for a later day, or take the request and its placeholders away.

Wrong: a deployment in May that reads a key with `expires: 2027-05-20`

Right: `expires: 2027-11-20`, agreed to in April";
}

/// So many days before its end it is told.
const SOON: i64 = 30;

/// What this change asks for anew, and what the services that it touches have.
pub fn expiry(base: &Documents, head: &Documents, units: &[UnitChange], today: Option<Date>, findings: &mut Findings) {
    let Some(today) = today else { return };
    let touched: BTreeSet<&Name> =
        units.iter().filter(|change| change.unit.kind == UnitKind::Service).map(|change| &change.unit.name).collect();
    for request in &head.declarations.secret_requests {
        let Some(expires) = request.spec.expires else { continue };
        let left = expires.day_number() - today.day_number();
        let at = || head.locate(&request.place(&["spec", "expires"]));
        match is_new(base, request) {
            true if left < 0 => findings.push(expired(at(), request, expires, today)),
            false if left < 0 && touched.contains(&request.spec.service) => {
                findings.push(has_expired(at(), request, expires));
            }
            is_new if (0..SOON).contains(&left) && (is_new || touched.contains(&request.spec.service)) => {
                findings.push(expires_soon(at(), request, expires, left));
            }
            _ => {}
        }
    }
}

fn is_new(base: &Documents, request: &Declared<SecretRequest>) -> bool {
    let same = |one: &&Declared<SecretRequest>| one.metadata.name == request.metadata.name;
    base.declarations.secret_requests.iter().find(same).is_none_or(|was| was.spec != request.spec)
}

fn expired(at: Location, request: &Declared<SecretRequest>, expires: Date, today: Date) -> Finding {
    let message = format!("secret request {} ended on {expires}", request.metadata.name);
    Finding::new(&EXPIRED, at, message)
        .label(format!("it is {today}"))
        .help("say a day to come that its approvers agree to, or take the request away")
}

fn has_expired(at: Location, request: &Declared<SecretRequest>, expires: Date) -> Finding {
    let SecretRequest { service, .. } = &request.spec;
    let message = format!("secret request {} of {service} ended on {expires}", request.metadata.name);
    Finding::new(&EXPIRING, at, message)
        .label("its last day has passed")
        .help(format!("this change deploys {service}: renew the request with its approvers, or take it away"))
}

fn expires_soon(at: Location, request: &Declared<SecretRequest>, expires: Date, left: i64) -> Finding {
    let SecretRequest { service, .. } = &request.spec;
    let when = match left {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    };
    let message = format!("secret request {} of {service} ends on {expires}", request.metadata.name);
    Finding::new(&EXPIRING, at, message).label(when).help("agree with its approvers on a later day before it runs out")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::UnitId;
    use crate::provision::fixture::{declaration, documents};
    use crate::review::diff::Action;
    use serde_json::json;

    fn requests(expires: &str) -> Documents {
        let spec = json!({
            "service": "cart", "environments": ["production"], "keys": {"KEY": {"description": "the gateway"}},
            "reason": "it charges the cards", "expires": expires
        });
        documents(&[declaration("SecretRequest", "gateway", spec)], &[])
    }

    fn told(base: &Documents, head: &Documents, touched: &str, today: &str) -> Vec<(&'static str, String)> {
        let name = |text| Name::parse(text).unwrap();
        let unit = UnitId { environment: name("production"), kind: UnitKind::Service, name: name(touched) };
        let units =
            [UnitChange { unit, from: None, action: Action::Update, base: None, head: None, changes: Vec::new() }];
        let mut findings = Findings::default();
        expiry(base, head, &units, Date::parse(today), &mut findings);
        findings.into_sorted().into_iter().map(|one| (one.rule.id, one.message)).collect()
    }

    #[test]
    fn what_is_asked_for_anew_ends_on_a_day_to_come() {
        let (none, head) = (documents(&[], &[]), requests("2027-06-30"));
        let error = [("request/expired", "secret request gateway ended on 2027-06-30".to_owned())];
        assert_eq!(told(&none, &head, "other", "2027-07-01"), error);
        assert_eq!(told(&requests("2028-06-30"), &head, "other", "2027-07-01"), error);
        let soon = [("request/expiring", "secret request gateway of cart ends on 2027-06-30".to_owned())];
        assert_eq!(told(&none, &head, "other", "2027-06-30"), soon);
        assert_eq!(told(&none, &head, "other", "2027-06-01"), soon);
        assert_eq!(told(&none, &head, "other", "2027-05-31"), []);
        assert_eq!(told(&none, &head, "other", ""), []);
    }

    #[test]
    fn what_ran_out_before_is_told_to_those_who_touch_its_service() {
        let known = requests("2027-06-30");
        assert_eq!(told(&known, &known, "other", "2027-07-01"), []);
        let warned = [("request/expiring", "secret request gateway of cart ended on 2027-06-30".to_owned())];
        assert_eq!(told(&known, &known, "cart", "2027-07-01"), warned);
        assert_eq!(told(&known, &known, "cart", "2027-06-29")[0].0, "request/expiring");
    }
}
