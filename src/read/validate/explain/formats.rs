//! Texts that have not the form their field needs.

use super::super::shown::shown_node;
use super::{Mistake, names};
use crate::model::{Date, Finding, Name, Percent, Quantity};
use crate::read::NodeValue;

/// A text that breaks a pattern or a format.
pub fn wrong_form(value: &Mistake) -> Finding {
    let NodeValue::Text(text) = &value.node.value else { return super::types::wrong_type(value) };
    match value.schema["format"].as_str() {
        Some(Name::FORMAT) => wrong_name(value, text),
        Some(format) => wrong_format(value, format, text),
        None => wrong_pattern(value),
    }
}

fn wrong_name(value: &Mistake, text: &str) -> Finding {
    let reason = names::reason(text);
    let message = format!("`{}` is {}, which is no name: {}", value.path(), shown_node(value.node), reason.text);
    let label = if reason.part.len() < text.len() { "this character" } else { "no name" };
    let place = value.place().within(reason.part.start, reason.part.end);
    let finding = value.inspection.finding(&names::rules::NAME, &place, message).label(label);
    let finding = match names::meant(text) {
        Some(name) => finding.help(format!("did you mean `{name}`?")).fix(value.node.span, requoted(value, &name)),
        None => finding,
    };
    finding.help("a name has lower-case letters, digits and hyphens, starts with a letter, ends with a letter or digit, and has 63 characters at most")
}

/// In the quotes that were there.
fn requoted(value: &Mistake, text: &str) -> String {
    match value.inspection.document().file_of(&value.route).1[value.node.span.range()].as_bytes().first() {
        Some(quote @ (b'"' | b'\'')) => format!("{0}{text}{0}", char::from(*quote)),
        _ => text.to_owned(),
    }
}

fn wrong_format(value: &Mistake, format: &str, text: &str) -> Finding {
    let (noun, advice) = words(format);
    let message = match reason(format, text) {
        Some(reason) => format!("`{}` is {}, which is no {noun}: {reason}", value.path(), shown_node(value.node)),
        None => format!("`{}` is {}, which is no {noun}", value.path(), shown_node(value.node)),
    };
    let finding =
        value.inspection.finding(&rules::FORMAT, &value.place(), message).label(format!("no {noun}")).help(advice);
    match meant(format, text) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")).fix(value.node.span, requoted(value, &meant)),
        None => finding,
    }
}

fn words(format: &str) -> (&'static str, &'static str) {
    match format {
        "pavior-quantity" => (
            "quantity",
            "write a number with a unit of Kubernetes: `250m` is a quarter of a core, `64Mi` and `2Gi` are bytes",
        ),
        "pavior-percent" => {
            ("percentage", "write a number up to 100 with at most three places and a percent sign: `99.95%`")
        }
        "pavior-duration" => {
            ("duration", "write a whole number with one unit of `ms`, `s`, `m`, `h` and `d`: `300ms`, `90d`")
        }
        "pavior-money" => {
            ("amount of money", "write a number, a space and the currency's three letters: `1500 USD`, `0.25 EUR`")
        }
        "pavior-price" => {
            ("price", "write a decimal number in quotes that is not negative, with at most nine places: `\"0.017\"`")
        }
        "pavior-count" => ("amount", "write a number in quotes with at most six places: `\"51200\"`"),
        "pavior-price-unit" => (
            "unit of a price",
            "write what is counted and for how long, such as `node-hour`, `gb-month`, `1000-requests` or `million-requests`",
        ),
        "pavior-threshold" => ("threshold", "write a share of the budget, `80%`, or an amount, `400 USD`"),
        "pavior-date" => ("date", "write year, month and day: `2027-06-30`"),
        "pavior-timestamp" => ("moment", "write date and time in UTC to the second: `2026-11-02T08:15:00Z`"),
        "pavior-https-url" => ("https address", "write the whole address, starting with `https://`"),
        _ => ("value of this form", "see the description of the field"),
    }
}

/// What exactly is wrong, where that can be said.
fn reason(format: &str, text: &str) -> Option<String> {
    match format {
        "pavior-percent" => {
            let number: f64 = text.strip_suffix('%')?.parse().ok()?;
            (number > 100.0).then(|| "it is more than 100%".to_owned())
        }
        "pavior-quantity" if text.ends_with('B') => Some("Kubernetes has no `B` in its units".to_owned()),
        "pavior-date" => impossible_day(text),
        "pavior-price" if text.starts_with('-') => Some("a price is not negative".to_owned()),
        "pavior-price-unit" => {
            Some(format!("what can be counted is {}", crate::model::listed(crate::model::PriceUnit::things(), 20)))
        }
        "pavior-timestamp" if text.contains('+') => Some("only UTC is possible, with a `Z` at its end".to_owned()),
        "pavior-timestamp" => impossible_day(text.split('T').next()?),
        "pavior-https-url" => match text.split_once(':') {
            Some(("http", _)) => Some("http is not encrypted".to_owned()),
            Some((scheme, _)) if scheme != "https" && scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                Some("only https is possible".to_owned())
            }
            _ if text.chars().any(char::is_whitespace) => Some("it has a space in it".to_owned()),
            _ if text.contains('@') => Some("it holds a user name".to_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// A day that has the form of a date and is in no calendar.
fn impossible_day(text: &str) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let mut parts = text.split('-').map(|part| part.parse::<u16>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) {
        return Some(format!("there is no month {month}"));
    }
    if Date::parse(text).is_some() {
        return None;
    }
    let last = (28..=31).rev().find(|day| Date::parse(&format!("{year:04}-{month:02}-{day:02}")).is_some())?;
    let name = MONTHS[usize::from(month) - 1];
    (day == 0 || day > last).then(|| format!("{name} {year} has {last} days"))
}

/// The text that was meant, where only one thing can be.
fn meant(format: &str, text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    match format {
        "pavior-quantity" => {
            let bytes = bare.strip_suffix(['B', 'b']).unwrap_or(&bare);
            let lower = bytes.to_ascii_lowercase();
            let unit = ["Ki", "Mi", "Gi", "Ti"].into_iter().find(|unit| lower.ends_with(&unit.to_ascii_lowercase()));
            let meant = match unit {
                Some(unit) => format!("{}{unit}", &bytes[..bytes.len() - unit.len()]),
                None => bytes.to_owned(),
            };
            Quantity::parse(&meant).map(|_| meant)
        }
        "pavior-percent" => {
            Percent::parse(&bare).or_else(|| Percent::parse(&format!("{bare}%"))).map(|p| p.to_string())
        }
        "pavior-duration" => {
            let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
            let unit = match &bare[digits..] {
                "msec" | "millis" | "milliseconds" => "ms",
                "sec" | "secs" | "seconds" | "second" | "S" => "s",
                "min" | "mins" | "minutes" | "minute" => "m",
                "hour" | "hours" | "H" => "h",
                "day" | "days" | "D" => "d",
                unit => unit,
            };
            let meant = format!("{}{unit}", &bare[..digits]);
            crate::model::Duration::parse(&meant).map(|_| meant)
        }
        "pavior-https-url" => {
            let meant = format!("https://{}", text.strip_prefix("http://")?);
            crate::model::HttpsUrl::parse(&meant).map(|_| meant)
        }
        _ => None,
    }
}

fn wrong_pattern(value: &Mistake) -> Finding {
    let message = format!("`{}` cannot be {}", value.path(), shown_node(value.node));
    let finding = value.inspection.finding(&rules::FORMAT, &value.place(), message).label("not of this form");
    match value.schema["patternErrorMessage"].as_str() {
        Some(advice) => finding.help(advice),
        None => finding,
    }
}

pub mod rules {
    crate::model::rules! {
        FORMAT = "schema/format", Error,
        "A text has the form that its field needs",
r"Amounts, dates, durations, addresses and identifiers have one way of being written each, so that nobody has to guess
whether `64MB` or `5 min` was understood.

| what | right | wrong |
|---|---|---|
| quantity | `250m`, `64Mi`, `1.5` | `64MB`, `1e3` |
| percentage | `70%`, `99.95%` | `0.7`, `101%` |
| duration | `300ms`, `30s`, `90d` | `5 min`, `1h30m` |
| money | `1500 USD` | `$1500` |
| price | `'0.017'`, in quotes | `0.017`, `'-1'` |
| unit of a price | `node-hour`, `1000-requests` | `node/h` |
| threshold | `80%`, `400 USD` | `0.8` |
| date | `2027-06-30` | `2027-02-30` |
| moment | `2026-11-02T08:15:00Z` | `2026-11-02 08:15` |
| address | `https://github.com/acme/cart` | `http://...`, `javascript:...` |

Addresses are `https://` only, because they are shown as links on pages that people trust.";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{findings, mended, only, service};

    fn is(more: &str, message: &str, at: &str) {
        assert_eq!(only(&service(more)), ("schema/format".to_owned(), message.to_owned(), at.to_owned()));
    }

    fn meant(more: &str) -> Option<String> {
        let text = service(more);
        let finding = &findings(&text)[0];
        finding.fix.as_ref().map(|fix| fix.replacement.clone()).inspect(|_| assert_ne!(mended(&text, finding), text))
    }

    #[test]
    fn quantities_percents_and_durations_are_told_in_their_own_words() {
        let memory = |amount: &str| {
            format!("  containers: {{main: {{image: \"a/b:1\", resources: {{limits: {{memory: {amount}}}}}}}}}\n")
        };
        let path = "`spec.containers.main.resources.limits.memory`";
        is(
            &memory("64MB"),
            &format!("{path} is `64MB`, which is no quantity: Kubernetes has no `B` in its units"),
            "64MB",
        );
        assert_eq!(meant(&memory("64MB")), Some("64M".to_owned()));
        assert_eq!(meant(&memory("64mi")), Some("64Mi".to_owned()));
        is(
            "  scaling: {cpu: 170%}\n",
            "`spec.scaling.cpu` is `170%`, which is no percentage: it is more than 100%",
            "170%",
        );
        assert_eq!(meant("  scaling: {cpu: \"70\"}\n"), Some("\"70%\"".to_owned()));
        is("  slo: {window: 5 min}\n", "`spec.slo.window` is `5 min`, which is no duration", "5 min");
        assert_eq!(meant("  slo: {window: 5 min}\n"), Some("5m".to_owned()));
        assert_eq!(meant("  slo: {window: 1h30m}\n"), None);
    }

    #[test]
    fn addresses_are_https_only() {
        is(
            "  source: http://a.example/x\n",
            "`spec.source` is `http://a.example/x`, which is no https address: http is not encrypted",
            "http://a.example/x",
        );
        assert_eq!(meant("  source: http://a.example/x\n"), Some("https://a.example/x".to_owned()));
        is(
            "  source: \"javascript:alert(1)\"\n",
            "`spec.source` is `javascript:alert(1)`, which is no https address: only https is possible",
            "\"javascript:alert(1)\"",
        );
        is(
            "  source: \"data:text/html,x\"\n",
            "`spec.source` is `data:text/html,x`, which is no https address: only https is possible",
            "\"data:text/html,x\"",
        );
    }

    #[test]
    fn days_that_no_calendar_has_are_told_as_that() {
        let waiver = |day: &str| {
            format!(
                "apiVersion: pavior.dev/v1\nkind: Waiver\nmetadata: {{name: w}}\nspec: {{fingerprint: 0123456789abcdef, reason: a long reason, approver: platform, expires: {day}}}\n"
            )
        };
        let told = |day: &str| only(&waiver(day));
        assert_eq!(told("2023-02-30").1, "`spec.expires` is `2023-02-30`, which is no date: February 2023 has 28 days");
        assert_eq!(told("2023-02-30").2, "2023-02-30");
        assert_eq!(told("2023-13-01").1, "`spec.expires` is `2023-13-01`, which is no date: there is no month 13");
        assert_eq!(told("tomorrow").1, "`spec.expires` is `tomorrow`, which is no date");
        assert_eq!(findings(&waiver("2024-02-29")), []);
    }

    #[test]
    fn moments_and_money_are_told_in_their_own_words() {
        let incident = "apiVersion: pavior.dev/v1\nkind: Incident\nmetadata: {name: i}\nspec: {service: cart, environment: production, opened: \"2026-11-02T08:15:00+01:00\"}\n";
        assert!(only(incident).1.ends_with("which is no moment: only UTC is possible, with a `Z` at its end"));
        let team = "apiVersion: pavior.dev/v1\nkind: Team\nmetadata: {name: a}\nspec: {forgeTeam: \"@a/a\", monthlyBudget: $1500}\n";
        assert_eq!(only(team).1, "`spec.monthlyBudget` is `$1500`, which is no amount of money");
    }

    #[test]
    fn other_patterns_are_told_in_words_and_never_as_patterns() {
        let text = "apiVersion: pavior.dev/v1\nkind: Team\nmetadata: {name: a}\nspec: {forgeTeam: payments}\n";
        let (rule, message, at) = only(text);
        assert_eq!(
            (rule.as_str(), message.as_str(), at.as_str()),
            ("schema/format", "`spec.forgeTeam` cannot be `payments`", "payments")
        );
        assert_eq!(findings(text)[0].help, ["a team is written with its organisation, such as `@acme/payments`"]);
    }
}
