//! Objectives that can be kept, missed and measured: neither 0% nor 100%, counted over days.

use super::super::inspection::Inspection;
use crate::model::kinds::service::Slo;
use crate::model::{Duration, Finding, Percent};

/// In thousandths of a percent.
const ALL: u32 = 100_000;
const DAY: u64 = 86_400;
/// Counted over less, one bad hour is the whole budget; over more, Prometheus has forgotten.
const WINDOW: std::ops::RangeInclusive<u64> = 7 * DAY..=90 * DAY;

pub fn check(inspection: &mut Inspection, slo: &Slo) {
    if let Some(availability) = slo.availability
        && matches!(availability.thousandths(), 0 | ALL)
    {
        inspection.report(no_budget(inspection, availability));
    }
    if let Some(window) = slo.window
        && !WINDOW.contains(&window.seconds())
    {
        inspection.report(wrong_window(inspection, window));
    }
}

fn no_budget(inspection: &Inspection, availability: Percent) -> Finding {
    let fault = match availability.thousandths() {
        0 => "promises nothing",
        _ => "leaves no room for a single error",
    };
    inspection
        .finding(
            &rules::OBJECTIVE,
            &inspection.spec("slo").child("availability"),
            format!("an availability of {availability} {fault}"),
        )
        .label("nobody can act on this")
        .help("promise what callers need and the service has kept so far, such as `99.9%`")
}

fn wrong_window(inspection: &Inspection, window: Duration) -> Finding {
    inspection
        .finding(
            &rules::WINDOW,
            &inspection.spec("slo").child("window"),
            format!("an objective cannot be counted over {window}"),
        )
        .label("7d to 90d")
        .help("leave it out for 30 days, or write days, such as `28d`")
}

pub mod rules {
    crate::model::rules! {
        OBJECTIVE = "schema/slo-objective", Error,
        "An availability lies between 0% and 100%",
r"What an objective leaves open is the budget of errors that releases and experiments are paid from, and alerts are about
how fast it is spent. With 100% there is none: every single error would be an incident. With 0% nothing is promised.

Wrong: `slo: {availability: 100%}`

Right: `slo: {availability: 99.95%}`";

        WINDOW = "schema/slo-window", Error,
        "An objective is counted over 7 to 90 days",
r"Alerts on the speed at which a budget is spent look back three days. Counted over less than a week, that would be most
of the budget; over more than 90 days, Prometheus no longer has the numbers.

Wrong: `slo: {availability: 99.9%, window: 1h}`

Right: `slo: {availability: 99.9%, window: 28d}`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{only, service, told};

    #[test]
    fn an_objective_leaves_a_budget() {
        let text = service("  slo: {availability: 100%}\n");
        let told = "an availability of 100% leaves no room for a single error";
        assert_eq!(only(&text), ("schema/slo-objective".to_owned(), told.to_owned(), "100%".to_owned()));
        assert_eq!(only(&service("  slo: {availability: 0%}\n")).1, "an availability of 0% promises nothing");
    }

    #[test]
    fn an_objective_is_counted_over_days() {
        let text = service("  slo: {availability: 99.9%, window: 6d}\n");
        let message = "an objective cannot be counted over 6d".to_owned();
        assert_eq!(only(&text), ("schema/slo-window".to_owned(), message, "6d".to_owned()));
        for window in ["7d", "28d", "720h", "90d"] {
            assert_eq!(told(&service(&format!("  slo: {{availability: 99.9%, window: {window}}}\n"))), []);
        }
    }
}
