//! Whom to ask about something.

use crate::link::Catalog;
use crate::model::kinds::team::Member;
use serde::Serialize;

/// A team, and how to reach it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ask {
    pub team: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_call: Option<OnCall>,
    pub forge_team: String,
    /// Names of people, or their logins where they have none.
    pub members: Vec<String>,
}

/// Who is called at night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OnCall {
    pub rotation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// How to reach a team; none where it is not declared.
pub fn ask(catalog: &Catalog<'_>, team: &str) -> Option<Ask> {
    let declared = catalog.teams.get(team)?;
    let person = |member: &Member| member.name.clone().unwrap_or_else(|| member.login.clone());
    Some(Ask {
        team: team.to_owned(),
        channel: declared.spec.channel.clone(),
        on_call: declared.spec.on_call.as_ref().map(|on_call| OnCall {
            rotation: on_call.rotation.clone(),
            url: on_call.url.as_ref().map(ToString::to_string),
        }),
        forge_team: declared.spec.forge_team.clone(),
        members: declared.spec.members.iter().map(person).collect(),
    })
}
