//! Cron expressions as Kubernetes reads them: five fields of numbers or names, ranges, lists and steps.

use super::super::inspection::Inspection;
use super::super::shown::shown;
use crate::model::Finding;
use crate::read::Place;
use std::ops::{Range, RangeInclusive};

struct Field {
    name: &'static str,
    range: RangeInclusive<u32>,
    words: &'static [&'static str],
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS: [Field; 5] = [
    Field { name: "minute", range: 0..=59, words: &[] },
    Field { name: "hour", range: 0..=23, words: &[] },
    Field { name: "day of month", range: 1..=31, words: &[] },
    Field { name: "month", range: 1..=12, words: &MONTHS },
    Field { name: "day of week", range: 0..=6, words: &DAYS },
];

/// Why a text is no cron expression, and the bytes that are meant.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    text: String,
    part: Range<usize>,
}

pub fn check(inspection: &mut Inspection, place: &Place, cron: &str) {
    if let Err(fault) = parse(cron) {
        inspection.report(no_cron(inspection, place, cron, fault));
    }
}

fn parse(cron: &str) -> Result<(), Fault> {
    let parts = parts(cron);
    if let Some(same) = short_form(cron) {
        return Err(Fault { text: format!("short forms are not possible, write `{same}`"), part: 0..cron.len() });
    }
    if parts.len() != FIELDS.len() {
        let count = if parts.len() == 1 { "1 field".to_owned() } else { format!("{} fields", parts.len()) };
        return Err(Fault { text: format!("it has {count} and five are needed"), part: 0..cron.len() });
    }
    let mut values = Vec::new();
    for (field, part) in FIELDS.iter().zip(parts) {
        let text = &cron[part.clone()];
        values.push(field_values(field, text).map_err(|text| Fault { text, part })?);
    }
    match never(&values) {
        true => Err(Fault { text: "no year has such a day, so it would never run".to_owned(), part: 0..cron.len() }),
        false => Ok(()),
    }
}

/// The byte ranges of the words.
fn parts(cron: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in cron.char_indices().chain([(cron.len(), ' ')]) {
        match (start, c == ' ' || c == '\t') {
            (None, false) => start = Some(at),
            (Some(from), true) => {
                found.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    found
}

fn short_form(cron: &str) -> Option<&'static str> {
    match cron.trim() {
        "@yearly" | "@annually" => Some("0 0 1 1 *"),
        "@monthly" => Some("0 0 1 * *"),
        "@weekly" => Some("0 0 * * 0"),
        "@daily" | "@midnight" => Some("0 0 * * *"),
        "@hourly" => Some("0 * * * *"),
        _ => None,
    }
}

/// The values of one field; none for "any".
fn field_values(field: &Field, text: &str) -> Result<Option<Vec<u32>>, String> {
    let mut values = Vec::new();
    let mut any = false;
    for item in text.split(',') {
        let (span, step) = match item.split_once('/') {
            Some((span, step)) => (span, Some(step)),
            None => (item, None),
        };
        let step = match step.map(str::parse::<u32>) {
            None => 1,
            Some(Ok(step)) if step > 0 => step,
            Some(_) => return Err(format!("the step of {} in {} is no number from 1", shown(item), field.name)),
        };
        let (from, to) = match span {
            "*" => {
                any |= step == 1;
                (*field.range.start(), *field.range.end())
            }
            span => match span.split_once('-') {
                Some((from, to)) => (value(field, from)?, value(field, to)?),
                None if step > 1 => (value(field, span)?, *field.range.end()),
                None => (value(field, span)?, value(field, span)?),
            },
        };
        if from > to {
            return Err(format!("the range {} in {} runs backwards", shown(span), field.name));
        }
        values.extend((from..=to).step_by(step as usize));
    }
    Ok((!any).then_some(values))
}

fn value(field: &Field, text: &str) -> Result<u32, String> {
    let lower = text.to_ascii_lowercase();
    if let Some(at) = field.words.iter().position(|word| *word == lower) {
        return Ok(at as u32 + field.range.start());
    }
    let (from, to) = (field.range.start(), field.range.end());
    match text.parse::<u32>() {
        Ok(7) if field.name == "day of week" => Err("day of week has no 7, Sunday is 0".to_owned()),
        Ok(number) if field.range.contains(&number) && text.bytes().all(|b| b.is_ascii_digit()) => Ok(number),
        Ok(_) => Err(format!("{} is out of the range {from} to {to} of {}", shown(text), field.name)),
        Err(_) if text.is_empty() => Err(format!("{} has an empty part", field.name)),
        Err(_) => Err(format!("{} is no {}, which is {from} to {to}", shown(text), field.name)),
    }
}

/// Whether days and months are such that no date has both.
fn never(values: &[Option<Vec<u32>>]) -> bool {
    let [_, _, Some(days), Some(months), None] = values else { return false };
    let last = |month: &u32| match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    !months.iter().any(|month| days.iter().any(|day| *day <= last(month)))
}

fn no_cron(inspection: &Inspection, place: &Place, cron: &str, fault: Fault) -> Finding {
    inspection
        .finding(
            &rules::CRON,
            &place.clone().within(fault.part.start, fault.part.end),
            format!("{} is no cron schedule: {}", shown(cron), fault.text),
        )
        .label("no cron schedule")
        .help("write minute, hour, day of month, month and day of week: `0 3 * * *` is every night at three, `*/15 8-18 * * mon-fri` every quarter of an hour of a working day")
}

pub mod rules {
    crate::model::rules! {
        CRON = "schema/cron", Error,
        "A schedule has the five fields of cron, as Kubernetes reads them",
r"The fields are minute (0-59), hour (0-23), day of month (1-31), month (1-12 or `jan`-`dec`) and day of week (0-6 or
`sun`-`sat`, 0 is Sunday). Each is `*`, a value, a range `a-b`, any of these with a step `/n`, or a list with commas.
Kubernetes refuses anything else only when the object is applied, which is too late.

Wrong: `0 25 * * *`, `@daily`, `0 0 * * 7`, `0 0 30 2 *`

Right: `0 3 * * *`, `*/15 8-18 * * mon-fri`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{only, service};
    use super::*;

    #[test]
    fn what_kubernetes_takes_is_taken() {
        for cron in [
            "0 3 * * *",
            "*/15 8-18 * * mon-fri",
            "0,30 0 1 JAN,jul *",
            "5/10 * * * *",
            "0 0 29 2 *",
            "0  0 * * 0",
            "0 0 31 2 1",
        ] {
            assert_eq!(parse(cron), Ok(()), "{cron}");
        }
    }

    #[test]
    fn each_fault_is_told_with_its_field() {
        for (cron, text, part) in [
            ("0 25 * * *", "`25` is out of the range 0 to 23 of hour", "25"),
            ("60 * * * *", "`60` is out of the range 0 to 59 of minute", "60"),
            ("0 0 0 * *", "`0` is out of the range 1 to 31 of day of month", "0"),
            ("0 0 * foo *", "`foo` is no month, which is 1 to 12", "foo"),
            ("0 0 * * 7", "day of week has no 7, Sunday is 0", "7"),
            ("0 0 * * fri-mon", "the range `fri-mon` in day of week runs backwards", "fri-mon"),
            ("*/0 * * * *", "the step of `*/0` in minute is no number from 1", "*/0"),
            ("1,,2 * * * *", "minute has an empty part", "1,,2"),
            ("+5 * * * *", "`+5` is out of the range 0 to 59 of minute", "+5"),
            ("0 3 * *", "it has 4 fields and five are needed", "0 3 * *"),
            ("0 0 3 * * *", "it has 6 fields and five are needed", "0 0 3 * * *"),
            ("0 0 30 2 *", "no year has such a day, so it would never run", "0 0 30 2 *"),
            ("@daily   ", "short forms are not possible, write `0 0 * * *`", "@daily   "),
        ] {
            let fault = parse(cron).unwrap_err();
            assert_eq!(fault.text, text, "{cron}");
            assert_eq!(&cron[fault.part], part, "{cron}");
        }
    }

    #[test]
    fn the_fault_is_pointed_at_in_the_declaration() {
        let text = service("  workload: cron\n  schedule: {cron: 0 25 * * *}\n");
        let told = "`0 25 * * *` is no cron schedule: `25` is out of the range 0 to 23 of hour";
        assert_eq!(only(&text), ("schema/cron".to_owned(), told.to_owned(), "25".to_owned()));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_fail(cron in "[-0-9a-z*/, ,@é]{0,30}") {
            if let Err(fault) = parse(&cron) {
                assert!(cron.get(fault.part).is_some());
            }
        }
    }
}
