//! Answers about the catalog, for people at a terminal.

use super::inert::visible_line;
use super::summary::counted;
use super::table::{Align, table};
use crate::model::kinds::service::Tier;
use crate::query::{Ask, Dependents, Details, Entry, EntryKind, Hits, List, Reference, Run, Shown};
use std::fmt::Write;

/// One line an entry; `width` columns are there for it.
pub fn list_table(list: &List, width: usize) -> String {
    match list.entries.is_empty() {
        true => "nothing of that kind is declared\n".to_owned(),
        false => {
            let entries: Vec<&Entry> = list.entries.iter().collect();
            format!("{}\n{}\n", entries_table(&entries, width), noun(entries.len()))
        }
    }
}

/// The best first, with a word about where it was found.
pub fn hits_table(hits: &Hits, width: usize) -> String {
    match hits.hits.is_empty() {
        true => format!("nothing holds {}\n", hits.words.join(" and ")),
        false => {
            let entries: Vec<&Entry> = hits.hits.iter().map(|hit| &hit.entry).collect();
            format!("{}\n{}\n", entries_table(&entries, width), noun(entries.len()))
        }
    }
}

fn noun(count: usize) -> String {
    format!("{count} {}", if count == 1 { "entry" } else { "entries" })
}

fn entries_table(entries: &[&Entry], width: usize) -> String {
    let columns = ["kind", "name", "type", "owner", "tier", "description"].map(|title| (title, Align::Left));
    let mut rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            vec![
                entry.kind.to_string(),
                entry.name.clone(),
                or_dash(entry.flavour.as_deref()),
                or_dash(entry.owner.as_deref()),
                entry.tier.map_or_else(|| "-".to_owned(), |tier| tier.as_str().to_owned()),
                entry.description.clone(),
            ]
        })
        .collect();
    let taken: usize = (0..5)
        .map(|column| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.chain([columns[column].0.len()]).max().unwrap_or(0) + 2
        })
        .sum();
    let room = width.saturating_sub(taken).max(24);
    rows.iter_mut().for_each(|row| row[5] = shortened(&row[5], room));
    table(&columns, &rows)
}

/// Who breaks with it: the sentence that answers, the table that shows, whom to tell.
pub fn dependents_table(answer: &Dependents, transitive: bool) -> String {
    let mut text = format!("{}\n", verdict(answer, transitive));
    if !answer.dependents.is_empty() {
        let columns = ["tier", "service", "owner", "needs it", "runs in"].map(|title| (title, Align::Left));
        let rows: Vec<Vec<String>> = answer
            .dependents
            .iter()
            .map(|dependent| {
                vec![
                    dependent.tier.as_str().to_owned(),
                    dependent.name.clone(),
                    or_dash(dependent.owner.as_deref()),
                    way(&dependent.through),
                    listing(&dependent.environments),
                ]
            })
            .collect();
        write!(text, "\n{}", table(&columns, &rows)).expect("writing to a string succeeds");
        text.push_str("\nTell before you change it:\n");
        for team in &answer.teams {
            writeln!(text, "  {}: {}", team.ask.team, reach(&team.ask)).expect("writing to a string succeeds");
        }
    }
    text
}

/// `3 services need cartservice: 2 critical, 1 supporting; owned by 2 teams`
fn verdict(answer: &Dependents, transitive: bool) -> String {
    let (of, count) = (&answer.of, answer.dependents.len());
    let more = match (transitive, answer.indirect) {
        (false, 1..) => {
            let verb = if answer.indirect == 1 { "needs" } else { "need" };
            format!(" ({} more {verb} it through others: --transitive)", answer.indirect)
        }
        _ => String::new(),
    };
    if count == 0 {
        return format!("nothing in the catalog needs {} {}{more}", of.kind, of.name);
    }
    let mut tiers: Vec<(&str, usize)> = Vec::new();
    for dependent in &answer.dependents {
        let word = dependent.tier.as_str();
        match tiers.last_mut() {
            Some((last, count)) if *last == word => *count += 1,
            _ => tiers.push((word, 1)),
        }
    }
    let tiers: Vec<String> = tiers.iter().map(|(tier, count)| format!("{count} {tier}")).collect();
    let verb = if count == 1 { "needs" } else { "need" };
    let teams = counted(answer.teams.len(), "team");
    format!("{} {verb} {} {}: {}, of {teams}{more}", counted(count, "service"), of.kind, of.name, tiers.join(", "))
}

fn way(through: &[String]) -> String {
    match through {
        [] => "itself".to_owned(),
        // The first on the way from the dependent to the target is the last from the target.
        names => format!("through {}", names.iter().rev().map(String::as_str).collect::<Vec<_>>().join(" > ")),
    }
}

/// Everything of one name, one page after the other.
pub fn details_page(shown: &Shown) -> String {
    shown.entries.iter().map(page).collect::<Vec<_>>().join("\n")
}

fn page(details: &Details) -> String {
    let entry = &details.entry;
    let mut page = format!("{} {}\n", entry.kind, entry.name);
    if !entry.description.is_empty() {
        writeln!(page, "{}", visible_line(&entry.description)).expect("writing to a string succeeds");
    }
    let mut section = |title: &str, lines: Vec<String>| {
        for (row, line) in lines.iter().filter(|line| !line.is_empty()).enumerate() {
            let title = if row == 0 { title } else { "" };
            writeln!(page, "  {title:<14}{}", visible_line(line)).expect("writing to a string succeeds");
        }
    };
    let nothing = Vec::new;
    section(
        "owner",
        details.ask.as_ref().map_or_else(nothing, |ask| vec![format!("{}, {}", ask.team, ask.forge_team)]),
    );
    section("ask", details.ask.as_ref().map_or_else(nothing, |ask| vec![reach(ask)]));
    if entry.kind == EntryKind::Team {
        section("people", details.ask.as_ref().map_or_else(nothing, |ask| vec![listing(&ask.members)]));
    }
    // Where an environment is says what it is.
    section("what", if entry.kind == EntryKind::Environment { nothing() } else { vec![traits(entry)] });
    section("tags", if entry.tags.is_empty() { nothing() } else { vec![listing(&entry.tags)] });
    section("compliance", if details.compliance.is_empty() { nothing() } else { vec![listing(&details.compliance)] });
    section(
        if entry.kind == EntryKind::Environment { "is" } else { "runs in" },
        details.runs.iter().map(run).collect(),
    );
    section("depends on", details.depends_on.iter().map(related).collect());
    section("needed by", details.dependents.iter().map(related).collect());
    section("has", details.members.iter().map(related).collect());
    let resource = |resource: &crate::query::ResourceUse| {
        format!("{} ({}{})", resource.name, resource.flavour, if resource.shared { ", shared" } else { "" })
    };
    section("resources", details.resources.iter().map(resource).collect());
    let secret = |secret: &crate::query::SecretUse| {
        let expires = secret.expires.as_ref().map_or(String::new(), |date| format!(", until {date}"));
        format!("{}: {} in {}{expires}", secret.request, listing(&secret.keys), listing(&secret.environments))
    };
    section("secrets", details.secrets.iter().map(secret).collect());
    section("provides", if details.provides.is_empty() { nothing() } else { vec![listing(&details.provides)] });
    section("consumes", if details.consumes.is_empty() { nothing() } else { vec![listing(&details.consumes)] });
    section("promises", details.slo.clone());
    section("source", details.source.iter().cloned().collect());
    section("docs", details.docs.iter().map(|document| format!("{}: {}", document.title, document.at)).collect());
    section("declared in", vec![format!("{}:{}", entry.declared.path, entry.declared.line)]);
    page
}

/// `critical service, production, part of boutique`
fn traits(entry: &Entry) -> String {
    use crate::model::kinds::service::Lifecycle;
    let tier = entry.tier.map(Tier::as_str);
    let noun = if entry.kind == EntryKind::Api { Some("API") } else { None };
    let words: Vec<&str> = tier.into_iter().chain(entry.flavour.as_deref()).chain(noun).collect();
    let lifecycle = entry.lifecycle.map(|lifecycle| match lifecycle {
        Lifecycle::Experimental => "experimental: may change or go any day",
        Lifecycle::Production => "others may depend on it",
        Lifecycle::Deprecated => "deprecated: nothing new should depend on it",
    });
    let system = entry.system.as_ref().map(|system| format!("part of {system}"));
    let parts = [Some(words.join(" ")), lifecycle.map(str::to_owned), system];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

fn run(run: &Run) -> String {
    let place = [run.region.as_deref(), run.cluster.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let place = if place.is_empty() { String::new() } else { format!(" {place}") };
    let class = if run.class == run.environment { String::new() } else { format!(" ({})", run.class) };
    let replicas = match run.replicas {
        None => String::new(),
        Some((1, 1)) => ", 1 replica".to_owned(),
        Some((fewest, most)) if fewest == most => format!(", {fewest} replicas"),
        Some((fewest, most)) => format!(", {fewest} to {most} replicas"),
    };
    format!("{}{class}: {}{place}, namespace {}{replicas}", run.environment, run.provider, run.namespace)
}

/// `cartservice (critical, shopping)`
fn related(reference: &Reference) -> String {
    let kind = match reference.kind {
        EntryKind::Service => String::new(),
        kind => format!("{kind} "),
    };
    let about: Vec<&str> = reference.tier.map(Tier::as_str).into_iter().chain(reference.owner.as_deref()).collect();
    let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join(", ")) };
    format!("{kind}{}{about}", reference.name)
}

/// `#cart, on call: cart-primary https://...`
fn reach(ask: &Ask) -> String {
    let on_call = ask.on_call.as_ref().map(|on_call| match &on_call.url {
        Some(url) => format!("on call: {} {url}", on_call.rotation),
        None => format!("on call: {}", on_call.rotation),
    });
    let parts: Vec<String> = ask.channel.iter().cloned().chain(on_call).collect();
    if parts.is_empty() { ask.forge_team.clone() } else { parts.join(", ") }
}

fn listing(items: &[String]) -> String {
    if items.is_empty() { "-".to_owned() } else { items.join(", ") }
}

fn or_dash(text: Option<&str>) -> String {
    text.unwrap_or("-").to_owned()
}

fn shortened(text: &str, room: usize) -> String {
    match text.chars().count() > room {
        true => text.chars().take(room - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::sample::with_sample;
    use crate::query::{dependents, show};

    #[test]
    fn the_first_line_answers_whether_it_is_safe_to_change() {
        let first_line = |name: &str, transitive: bool| {
            with_sample(|_, catalog, register| {
                let of = register.find(name).unwrap()[0];
                let reach = if transitive {
                    |_: &crate::query::Dependent| true
                } else {
                    |one: &crate::query::Dependent| one.distance == 1
                };
                let answer = dependents(register, catalog, of, reach).unwrap();
                dependents_table(&answer, transitive).lines().next().unwrap().to_owned()
            })
        };
        assert_eq!(
            first_line("ledger", false),
            "2 services need service ledger: 1 critical, 1 supporting, of 2 teams (1 more needs it through others: --transitive)"
        );
        assert_eq!(first_line("ledger", true), "3 services need service ledger: 2 critical, 1 supporting, of 2 teams");
        assert_eq!(first_line("shop", false), "nothing in the catalog needs service shop");
    }

    #[test]
    fn a_page_says_whom_to_ask() {
        let page = with_sample(|_, catalog, register| {
            details_page(&show(register, catalog, &register.find("checkout").unwrap()))
        });
        assert!(
            page.contains("  ask           #front, on call: front-primary https://oncall.example/front\n"),
            "{page}"
        );
        assert!(page.contains("  needed by     shop (critical, front)\n"), "{page}");
    }

    #[test]
    fn long_descriptions_make_room_for_the_width() {
        assert_eq!(shortened("abcdef", 4), "abc…");
        assert_eq!(shortened("abcd", 4), "abcd");
    }
}
