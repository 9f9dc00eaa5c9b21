//! For people: a field's value, the line that set it, why, and how to change it; or all fields by what set them.

use super::{speaker, told};
use crate::explain::{Answer, Explained};
use crate::provenance::{By, Origin};
use crate::report::diff::flow;
use crate::report::inert::{inert, visible_line};
use crate::report::{HumanOptions, Report, counted, human, snippet};
#[cfg(test)]
use serde_json::Value;

/// Values longer than this are cut in lists.
const LONGEST: usize = 80;
/// So many lines that a value is made of are shown.
const INPUTS: usize = 6;

/// One field in full, several by what set them. `sources` are the texts that origins point into.
pub fn explain_human(answers: &[Answer<'_>], sources: &Report, options: HumanOptions) -> String {
    let is_one = answers.iter().all(|answer| answer.fields.len() == 1 && !answer.fields[0].path.is_empty());
    match is_one {
        true => {
            let told = answers.iter().map(|answer| in_full(answer, &answer.fields[0], sources, options));
            inert(told.collect::<Vec<_>>().join("\n"))
        }
        false => inert(by_origin(answers)),
    }
}

fn in_full(answer: &Answer<'_>, field: &Explained<'_>, sources: &Report, options: HumanOptions) -> String {
    let origin = field.origin;
    let heading = format!("{}/{}\n{}: {}\n\n", answer.unit, answer.artifact, field.path, cut(&flow(field.value)));
    let mut marks: Vec<snippet::Noted<'_>> = Vec::new();
    marks.extend(origin.at.as_ref().map(|at| snippet::Noted { at, text: &origin.route }));
    let shown = origin.inputs.iter().take(INPUTS);
    marks.extend(shown.map(|input| snippet::Noted { at: &input.at, text: &input.route }));
    let mut notes: Vec<String> = Vec::new();
    if origin.by != By::Default && !origin.because.is_empty() {
        notes.push(origin.because.to_owned());
    }
    if origin.inputs.len() > INPUTS {
        notes.push(format!(
            "it is made of {} more, which `--format json` lists",
            counted(origin.inputs.len() - INPUTS, "value")
        ));
    }
    let title = title(origin);
    let text =
        snippet::note(&title, &marks, &notes, how_to_change(origin).as_deref(), sources, &human::renderer(options));
    format!("{}{text}\n", visible_lines(&heading))
}

fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible_line).collect::<Vec<_>>().join("\n")
}

/// What set it, as a sentence.
fn title(origin: &Origin) -> String {
    match (origin.by, &origin.at) {
        (By::Default, _) if origin.inputs.is_empty() => format!("a default: {}", origin.because),
        (By::Default, _) => format!("a default, made of what follows: {}", origin.because),
        (by, _) if origin.inputs.is_empty() => format!("{} sets it", who(by, &origin.route)),
        (by, _) => {
            format!("{} sets it, made of {}", who(by, &origin.route), counted(origin.inputs.len(), "other value"))
        }
    }
}

/// Settings for one environment win over what holds for all.
fn who(by: By, route: &str) -> String {
    let environment = route.strip_prefix("spec.environments.").and_then(|rest| rest.split('.').next());
    match (by, environment) {
        (By::Declaration, Some(environment)) => format!("a setting for {environment}"),
        (by, _) => speaker(by).to_owned(),
    }
}

fn how_to_change(origin: &Origin) -> Option<String> {
    match (&origin.setting, origin.by) {
        (Some(setting), _) => Some(format!("to change it, set `{}` in {}", setting.route, setting.path)),
        (None, By::Declaration | By::Environment | By::Platform) => Some("to change it, change that line".to_owned()),
        (None, By::Provisioner | By::GoldenPath) => {
            let own =
                origin.inputs.iter().find(|input| input.by == By::Declaration && !input.route.starts_with("metadata"));
            Some(match own {
                Some(input) => {
                    format!("to change it, change `{}` in {}; the rest is the platform's", input.route, input.at.path)
                }
                None => "it is the platform's: `pavior resource-types` shows what a declaration may set".to_owned(),
            })
        }
        (None, By::Default) => None,
    }
}

/// What was written before what is a default, by file and line.
fn by_origin(answers: &[Answer<'_>]) -> String {
    let several = answers.len() > 1;
    let mut groups: Vec<(&Origin, Vec<String>)> = Vec::new();
    for answer in answers {
        for field in &answer.fields {
            let text = row(answer, field, several);
            match groups.iter_mut().find(|(known, _)| is_one_place(known, field.origin)) {
                Some((_, rows)) => rows.push(text),
                None => groups.push((field.origin, vec![text])),
            }
        }
    }
    groups.sort_by(|(a, _), (b, _)| (a.at.is_none(), a.by, &a.at).cmp(&(b.at.is_none(), b.by, &b.at)));
    let mut text = heading(answers, &groups);
    for (origin, rows) in &groups {
        text.push_str(&format!("\n{}\n", visible_line(&group(origin))));
        rows.iter().for_each(|row| text.push_str(&format!("  {}\n", visible_line(row))));
    }
    text
}

/// Whether two origins are told as one: the same line, whatever is made of it, or the same default.
fn is_one_place(a: &Origin, b: &Origin) -> bool {
    let default = a.at.is_some() || a.because == b.because;
    default && (a.by, &a.at, &a.route) == (b.by, &b.at, &b.route)
}

fn heading(answers: &[Answer<'_>], groups: &[(&Origin, Vec<String>)]) -> String {
    let what = match answers {
        [one] => format!("{}/{}", one.unit, one.artifact),
        several => format!("{} of {}", counted(several.len(), "artifact"), units(several)),
    };
    let lines = groups.iter().filter(|(origin, _)| origin.at.is_some()).count();
    let defaults = groups.len() - lines;
    let fields: usize = groups.iter().map(|(_, rows)| rows.len()).sum();
    format!(
        "{what}: {}, from {} and {}\n",
        counted(fields, "field"),
        counted(lines, "place"),
        counted(defaults, "default")
    )
}

fn units(answers: &[Answer<'_>]) -> String {
    let mut units: Vec<String> = answers.iter().map(|answer| answer.unit.to_string()).collect();
    units.dedup();
    units.join(", ")
}

fn group(origin: &Origin) -> String {
    match &origin.at {
        Some(at) if origin.route.is_empty() => format!("{} ({})", told(at), origin.by.as_str()),
        Some(at) => format!("{}  {} ({})", told(at), origin.route, origin.by.as_str()),
        None => format!("default: {}", origin.because),
    }
}

fn row(answer: &Answer<'_>, field: &Explained<'_>, several: bool) -> String {
    let file = if several { format!("{}/{} ", answer.unit, answer.artifact) } else { String::new() };
    match field.path.as_str() {
        "" if several => file.trim_end().to_owned(),
        "" => "the whole file".to_owned(),
        path => format!("{file}{path}: {}", cut(&flow(field.value))),
    }
}

/// On one line, and not too long.
fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut() {
        assert_eq!(cut(&flow(&Value::from("x".repeat(200)))).chars().count(), LONGEST + 1);
    }
}
