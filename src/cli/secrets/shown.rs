//! How secret requests look in a terminal and to programs.

use super::known::Known;
use crate::model::{Date, Duration};
use crate::report::{Align, counted, table, visible_line};
use crate::secrets::{Fault, Found, Request, Standing, command, last_changed};
use serde_json::{Value, json};

/// Of a reason, as much as a table has room for.
const WHY: usize = 48;

pub fn list(known: &Known) -> String {
    if known.requests.is_empty() {
        return "nobody asks for a secret\n".to_owned();
    }
    let columns =
        ["request", "service", "environment", "key", "belongs at", "asked by", "approved by", "expires", "why"];
    let mut rows = Vec::new();
    for request in &known.requests {
        for standing in &request.environments {
            for key in &standing.keys {
                let place = key.place.as_ref().map_or_else(|| "does not compile".to_owned(), ToString::to_string);
                rows.push(vec![
                    request.name.to_string(),
                    request.service.to_string(),
                    standing.environment.to_string(),
                    key.name.clone(),
                    place,
                    asked_by(request, standing),
                    approved_by(standing),
                    request.expires.map_or_else(|| "never".to_owned(), |expires| expires.to_string()),
                    shortened(&request.why),
                ]);
            }
        }
    }
    let count = counted(known.requests.len(), "request");
    let more = "`pavior secrets put <request>` prints how a value gets there";
    format!("{}\n{count}; {more}\n", table(&columns.map(|title| (title, Align::Left)), &rows))
}

fn asked_by(request: &Request, standing: &Standing) -> String {
    match (&standing.carried, &request.written) {
        (Some(carried), _) => carried.asked_by.clone(),
        (None, Some(written)) => written.by.clone(),
        (None, None) => "not committed".to_owned(),
    }
}

fn approved_by(standing: &Standing) -> String {
    match &standing.carried {
        Some(carried) if carried.approved_by.is_empty() => format!("nobody (record {})", carried.record),
        Some(carried) => format!("{} (record {}, {})", carried.approved_by.join(", "), carried.record, carried.at.date),
        None if standing.is_pattern => "by pull request".to_owned(),
        None => "not applied".to_owned(),
    }
}

fn shortened(why: &str) -> String {
    let shown = visible_line(why);
    if shown.chars().count() <= WHY {
        return shown.into_owned();
    }
    shown.chars().take(WHY - 1).chain(['…']).collect()
}

/// Requests for programs, with the command for each key.
pub fn with_commands(requests: &[Request]) -> Vec<Value> {
    let with = |request: &Request| {
        let mut value = json!(request);
        for (at, standing) in request.environments.iter().enumerate() {
            for (of, key) in standing.keys.iter().enumerate() {
                if let Some(place) = &key.place {
                    value["environments"][at]["keys"][of]["put"] = Value::from(command(place));
                }
            }
        }
        value
    };
    requests.iter().map(with).collect()
}

pub fn audit(known: &Known, found: &[Found<'_>]) -> String {
    let mut text = String::new();
    for one in found {
        let at = one.environment.map(|environment| format!(" in {environment}")).unwrap_or_default();
        text.push_str(&format!("{}: {}{at} {}\n", one.fault.as_str(), one.request, one.fault));
        if matches!(one.fault, Fault::RotationDue(_)) {
            let request = known.requests.iter().find(|request| request.name == *one.request);
            let standings = request.into_iter().flat_map(|request| &request.environments);
            let here = standings.filter(|standing| Some(&standing.environment) == one.environment);
            let commands = here.flat_map(|standing| &standing.keys).filter_map(|key| last_changed(key.place.as_ref()?));
            commands.for_each(|command| text.push_str(&format!("  {command}\n")));
        }
    }
    if known.ledger_is_empty {
        text.push_str("the ledger holds no record, so nothing is known of what was applied and approved\n");
    }
    text + &match found.len() {
        0 => format!("{} in order\n", counted(known.requests.len(), "request")),
        count => format!("{} in {}\n", counted(count, "fault"), counted(known.requests.len(), "request")),
    }
}

pub fn found(one: &Found<'_>) -> Value {
    json!({
        "request": one.request,
        "environment": one.environment,
        "fault": one.fault.as_str(),
        "message": one.fault.to_string(),
    })
}

pub fn expiring(ending: &[(i64, &Request)], within: Duration, today: Date) -> String {
    let lines = ending.iter().map(|(left, request)| {
        let when = match left {
            ..0 => "has ended".to_owned(),
            0 => "ends today".to_owned(),
            1 => "ends tomorrow".to_owned(),
            left => format!("ends in {left} days"),
        };
        let expires = request.expires.map(|expires| expires.to_string()).unwrap_or_default();
        format!("{} of {} {when}, {expires}: {}:{}\n", request.name, request.service, request.path, request.line)
    });
    let text: String = lines.collect();
    if text.is_empty() { format!("nothing ends within {within} of {today}\n") } else { text }
}

pub fn ending(left: i64, request: &Request) -> Value {
    json!({
        "request": request.name,
        "service": request.service,
        "expires": request.expires,
        "daysLeft": left,
        "path": request.path.as_str(),
        "line": request.line,
    })
}
