//! Teams and incidents: each person once, and an end after the beginning.

use super::super::inspection::Inspection;
use super::super::shown::shown;
use crate::model::Finding;
use crate::model::kinds::Incident;
use crate::model::kinds::team::Member;

/// Logins of a forge do not differ by case.
pub fn members(inspection: &mut Inspection, members: &[Member]) {
    for (at, member) in members.iter().enumerate() {
        let same = members[..at].iter().position(|earlier| earlier.login.eq_ignore_ascii_case(&member.login));
        if let Some(first) = same {
            inspection.report(member_twice(inspection, first, at, &member.login));
        }
    }
}

pub fn incident_ends(inspection: &mut Inspection, incident: &Incident) {
    if incident.resolved.is_some_and(|resolved| resolved < incident.opened) {
        inspection.report(resolved_before_opened(inspection));
    }
}

fn member_twice(inspection: &Inspection, first: usize, second: usize, login: &str) -> Finding {
    let at = |index: usize| inspection.spec("members").child(index.to_string()).child("login");
    inspection
        .finding(&rules::MEMBER, &at(second), format!("{} is a member twice", shown(login)))
        .label("again")
        .related(inspection.locate(&at(first)), "first here")
        .help("remove one of them")
}

fn resolved_before_opened(inspection: &Inspection) -> Finding {
    inspection
        .finding(&rules::INCIDENT, &inspection.spec("resolved"), "the incident is resolved before it is opened")
        .label("the end")
        .related(inspection.locate(&inspection.spec("opened")), "the beginning")
        .help("both are in UTC; exchange them or correct one")
}

pub mod rules {
    crate::model::rules! {
        MEMBER = "schema/duplicate-member", Error,
        "A person is a member of a team once",
r"Logins do not differ by case on a forge. Someone who stands in the list twice stays a member when one line is removed.

Wrong: `members: [{login: ada}, {login: Ada}]`

Right: `members: [{login: ada}, {login: grace}]`";

        INCIDENT = "schema/incident-end", Error,
        "An incident is resolved after it is opened",
r"The time to restore is the time between the two; a negative one would make the figures of a whole quarter better than
they are.

Wrong: `{opened: 2026-11-02T09:00:00Z, resolved: 2026-11-02T08:15:00Z}`

Right: `{opened: 2026-11-02T08:15:00Z, resolved: 2026-11-02T09:00:00Z}`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::only;

    #[test]
    fn a_member_is_there_once_whatever_the_case() {
        let text = "apiVersion: pavior.dev/v1\nkind: Team\nmetadata: {name: a}\nspec: {forgeTeam: \"@acme/a\", members: [{login: ada}, {login: Ada}]}\n";
        let expected = ("schema/duplicate-member".to_owned(), "`Ada` is a member twice".to_owned(), "Ada".to_owned());
        assert_eq!(only(text), expected);
    }

    #[test]
    fn an_incident_ends_after_it_begins() {
        let text = "apiVersion: pavior.dev/v1\nkind: Incident\nmetadata: {name: i}\nspec: {service: cart, environment: production, \
                    opened: \"2026-11-02T09:00:00Z\", resolved: \"2026-11-02T08:15:00Z\"}\n";
        let expected =
            ("schema/incident-end", "the incident is resolved before it is opened", "\"2026-11-02T08:15:00Z\"");
        assert_eq!(only(text), (expected.0.to_owned(), expected.1.to_owned(), expected.2.to_owned()));
    }
}
