//! Previews as GitHub shows them: a record for its deployments, and the sentences of the one comment.

use super::deployment::{Kind, Record};
use super::wording::code;
use super::words::{CommitId, DeploymentState, PullNumber};
use crate::ledger::Cost;
use crate::model::{HttpsUrl, Timestamp};
use crate::preview::{Phase, Preview, Terms, end};
use crate::review::cost::{Amount, daily, money};

/// Who has it is left alone by age and idleness.
pub const KEEP: &str = "preview-keep";

/// How a preview stands behind a record of the ledger. None of a commit that is none of GitHub's.
pub fn record(preview: &Preview, number: u64, is_sick: bool, url: Option<&str>, log: Option<&str>) -> Option<Record> {
    let state = match preview.phase {
        Phase::Rising | Phase::Falling => DeploymentState::InProgress,
        Phase::Up if is_sick => DeploymentState::Failure,
        Phase::Up | Phase::Asleep => DeploymentState::Success,
        Phase::Gone => DeploymentState::Inactive,
    };
    let description = match preview.phase {
        Phase::Asleep => "asleep: it wakes when it is pushed to".to_owned(),
        _ => preview.life.cost.as_ref().map_or_else(|| preview.phase.as_str().to_owned(), a_day),
    };
    Some(Record {
        version: 1,
        sequence: number,
        kind: Kind::Preview,
        environment: preview.environment.clone(),
        class: None,
        unit: None,
        commit: CommitId::parse(&preview.life.head)?,
        pull: Some(PullNumber(preview.pull)),
        state,
        at: preview.since,
        url: url.and_then(HttpsUrl::parse),
        log_url: log.and_then(HttpsUrl::parse),
        description: Some(description),
    })
}

fn a_day(cost: &Cost) -> String {
    let month = i128::from(cost.micros);
    let day = daily(Amount { least: month, expected: month, most: month }).expected;
    format!("{} {} a day at list price", money(day), cost.currency)
}

/// What it costs, who pays, and when it ends. The last line of a preview in the comment.
pub fn costs(preview: &Preview, terms: &Terms, now: Timestamp) -> String {
    let spent = preview.spent(now);
    let spent = spent.currency.map(|currency| format!("{} {currency} since it was created", money(spent.micros)));
    let is_there = preview.phase != Phase::Gone;
    let payer = preview.life.team.as_ref().map(|team| format!("paid by {}", code(team.as_str())));
    let ends = is_there.then(|| {
        let how = if preview.phase == Phase::Asleep { "asleep, ends" } else { "ends" };
        format!("{how} at {}, unless it carries the label {}", end(preview, terms), code(KEEP))
    });
    let day = preview.life.cost.as_ref().filter(|_| is_there).map(a_day);
    let parts: Vec<String> = [day, spent, payer, ends].into_iter().flatten().collect();
    format!("<sub>{}</sub>", parts.join(" · "))
}

/// The one who runs us reaches no cluster.
pub fn no_place(command: &str) -> String {
    format!(
        "`/pavior {command}` did nothing: this run reaches no cluster. Whoever keeps the workflows gives the job a kubeconfig \
         and sets `PAVIOR_PREVIEWS` to `true` (docs/previews.md says how); until then `pavior preview` does it from a machine \
         that reaches one"
    )
}

pub fn not_well(why: &[String]) -> String {
    let all: Vec<String> = why.iter().take(5).map(|one| code(one)).collect();
    format!("The preview is there and **not well**: {}", all.join("; "))
}

pub fn no_room() -> String {
    "As many previews are awake as there may be: say it again when one has gone or fallen asleep".to_owned()
}

pub fn in_other_hands(until: Timestamp) -> String {
    format!("Somebody else works on the preview, until {until} at the latest: say it again then")
}

pub fn nothing_to_show() -> String {
    "No service that runs in previews changed: there is nothing to show".to_owned()
}

pub fn refused(why: &str) -> String {
    format!("There is no preview of this: {}", code(why))
}

/// What a cluster or Terraform said may be told, for values are in none of it.
pub fn failed(why: &str) -> String {
    format!(
        "The preview could not be made so: {}. Saying it again goes on from there, and so does the sweep",
        code(why)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::PreviewLife;
    use crate::model::Name;
    use crate::preview::Spent;

    fn preview(phase: Phase) -> Preview {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        Preview {
            environment: Name::parse("pr-7").unwrap(),
            pull: 7,
            created: at("2026-11-22T08:00:00Z"),
            life: PreviewLife {
                head: "a".repeat(40),
                base: "b".repeat(40),
                author: "jo".to_owned(),
                team: Name::parse("shopping"),
                services: Vec::new(),
                pattern: None,
                cost: Some(Cost { currency: "USD".to_owned(), micros: 73_000_000 }),
            },
            former: Vec::new(),
            spent: Spent::default(),
            phase,
            since: at("2026-11-22T08:00:00Z"),
            slept: false,
            warned: [].into(),
            lease: None,
        }
    }

    #[test]
    fn the_comment_says_what_a_preview_costs_a_day_and_did_until_now() {
        let now = Timestamp::parse("2026-11-22T18:00:00Z").unwrap();
        assert_eq!(
            costs(&preview(Phase::Up), &Terms::default(), now),
            "<sub>2.40 USD a day at list price · 1.00 USD since it was created · paid by `shopping` · ends at \
             2026-12-06T08:00:00Z, unless it carries the label `preview-keep`</sub>"
        );
        assert_eq!(costs(&preview(Phase::Gone), &Terms::default(), now), "<sub>paid by `shopping`</sub>");
    }

    #[test]
    fn a_record_is_one_that_its_readers_take() {
        for (phase, is_sick, state) in [
            (Phase::Up, false, DeploymentState::Success),
            (Phase::Up, true, DeploymentState::Failure),
            (Phase::Asleep, false, DeploymentState::Success),
            (Phase::Gone, false, DeploymentState::Inactive),
        ] {
            let record = record(&preview(phase), 17, is_sick, Some("https://pr-7.example/"), None).unwrap();
            assert_eq!((record.state, record.clone().checked()), (state, Ok(record)));
        }
        let strange =
            Preview { life: PreviewLife { head: "main".to_owned(), ..preview(Phase::Up).life }, ..preview(Phase::Up) };
        assert_eq!(record(&strange, 17, false, None, None), None);
    }
}
