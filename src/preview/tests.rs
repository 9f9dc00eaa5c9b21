//! The life of one preview, moment by moment, and what a pull request compiles into. Rows of THREATS.md by their numbers.

use super::*;
use crate::ledger::{Effect, Entry, Outcome, PreviewLife, PreviewStage, PreviewStep, Record, Scope, Verifier, Writer};
use crate::model::{Name, Timestamp};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn life(head: &str) -> PreviewLife {
    PreviewLife {
        head: head.to_owned(),
        base: "base".to_owned(),
        author: "jo".to_owned(),
        team: Some(name("shopping")),
        services: vec![name("cart")],
        pattern: None,
        cost: None,
    }
}

/// Records of these entries, at these moments.
fn records(entries: &[(&str, Entry)]) -> Vec<Record> {
    let mut verifier = Verifier::new(Vec::new());
    let writer = Writer { version: "0.1.0".to_owned(), actor: "jo".to_owned(), run: None };
    let written = entries.iter().map(|(when, entry)| {
        let (texts, _) = verifier.head().append(at(when), &writer, vec![entry.clone()]);
        verifier.read(verifier.head().number + 1, texts[0].as_bytes()).unwrap()
    });
    written.collect()
}

fn leased(until: &str) -> Entry {
    Entry::Leased { scope: Scope { environment: name("pr-7"), unit: None }, until: at(until) }
}

fn step(lease: u64, stage: PreviewStage) -> Entry {
    Entry::Preview(Box::new(PreviewStep { environment: name("pr-7"), pull: 7, lease, stage }))
}

fn rising(head: &str) -> PreviewStage {
    PreviewStage::Rising(Box::new(life(head)))
}

const BORN: &str = "2026-11-01T08:00:00Z";

/// Up since 08:05 with commit `a`.
fn is_up() -> Vec<(&'static str, Entry)> {
    vec![
        (BORN, leased("2026-11-01T08:15:00Z")),
        (BORN, step(1, rising("a"))),
        ("2026-11-01T08:05:00Z", step(1, PreviewStage::Up)),
        ("2026-11-01T08:05:00Z", Entry::Returned { lease: 1 }),
    ]
}

fn facts(head: &str) -> Facts {
    Facts {
        open: true,
        wanted: true,
        keep: false,
        head: head.to_owned(),
        asked: at(BORN),
        active: None,
        found: true,
        room: true,
    }
}

fn due(entries: &[(&str, Entry)], facts: &Facts, now: &str) -> Vec<Action> {
    let known = previews(&records(entries));
    next(known.get(&name("pr-7")), facts, &Terms::default(), at(now))
}

fn told(ends: &str, before: u64) -> Action {
    Action::Warn { ends: at(ends), before }
}

#[test]
fn it_sleeps_when_idle_wakes_when_visited_and_goes_seven_days_after_it_fell_asleep() {
    let mut entries = is_up();
    assert_eq!(due(&entries, &facts("a"), "2026-11-01T09:04:59Z"), []);
    assert_eq!(due(&entries, &facts("a"), "2026-11-01T09:05:00Z"), [Action::Sleep]);
    let used = Facts { active: Some(at("2026-11-01T09:00:00Z")), ..facts("a") };
    assert_eq!(due(&entries, &used, "2026-11-01T09:59:59Z"), []);

    let asleep = "2026-11-01T09:05:00Z";
    entries.extend([(asleep, leased("2026-11-01T09:20:00Z")), (asleep, step(5, PreviewStage::Asleep))]);
    entries.push((asleep, Entry::Returned { lease: 5 }));
    assert_eq!(due(&entries, &used, "2026-11-01T10:00:00Z"), []);
    let visited = Facts { active: Some(at("2026-11-01T10:00:00Z")), ..facts("a") };
    assert_eq!(due(&entries, &visited, "2026-11-01T10:00:01Z"), [Action::Wake]);
    assert_eq!(due(&entries, &Facts { room: false, ..visited }, "2026-11-01T10:00:01Z"), [Action::Queue]);

    let ends = "2026-11-08T09:05:00Z";
    let long = facts("a");
    assert_eq!(due(&entries, &long, "2026-11-06T09:04:59Z"), []);
    assert_eq!(due(&entries, &long, "2026-11-06T09:05:00Z"), [told(ends, 172_800)]);
    assert_eq!(due(&entries, &long, "2026-11-08T07:05:00Z"), [told(ends, 7_200)]);
    assert_eq!(due(&entries, &long, "2026-11-08T08:35:00Z"), [told(ends, 1_800)]);
    assert_eq!(due(&entries, &long, ends), [Action::Down(Why::AsleepTooLong)]);
    assert_eq!(due(&entries, &Facts { keep: true, ..long }, ends), []);
}

#[test]
fn its_life_counts_from_its_creation_and_not_from_the_last_push() {
    let mut entries = is_up();
    let pushed = "2026-11-14T08:00:00Z";
    assert_eq!(due(&entries, &facts("b"), pushed)[0], Action::Up { head: "b".to_owned() });
    entries.extend([(pushed, leased("2026-11-14T08:15:00Z")), (pushed, step(5, rising("b")))]);
    entries.extend([(pushed, step(5, PreviewStage::Up)), (pushed, Entry::Returned { lease: 5 })]);
    let in_use = |now: &str| Facts { active: Some(at(now)), ..facts("b") };
    let end = "2026-11-15T08:00:00Z";
    assert_eq!(due(&entries, &in_use(end), end), [Action::Down(Why::TooOld)]);
    assert_eq!(due(&entries, &Facts { keep: true, ..in_use(end) }, end), []);
}

#[test]
fn who_was_told_is_not_told_again() {
    let mut entries = is_up();
    let (now, ends) = ("2026-11-15T06:30:00Z", "2026-11-15T08:00:00Z");
    let used = Facts { active: Some(at(now)), ..facts("a") };
    assert_eq!(due(&entries, &used, now), [told(ends, 7_200)]);
    let warned = PreviewStage::Warned { ends: at(ends), before: 7_200 };
    entries.extend([
        (now, leased("2026-11-15T06:45:00Z")),
        (now, step(5, warned)),
        (now, Entry::Returned { lease: 5 }),
    ]);
    assert_eq!(due(&entries, &used, now), []);
}

#[test]
fn what_ended_by_age_comes_back_by_a_push_and_not_by_itself() {
    let mut entries = is_up();
    let end = "2026-11-15T08:00:00Z";
    entries.extend([(end, leased("2026-11-15T08:15:00Z")), (end, step(5, PreviewStage::Gone))]);
    entries.push((end, Entry::Returned { lease: 5 }));
    let gone = |head: &str| Facts { found: false, ..facts(head) };
    assert_eq!(due(&entries, &gone("a"), "2026-11-15T09:00:00Z"), []);
    assert_eq!(due(&entries, &gone("b"), "2026-11-15T09:00:00Z"), [Action::Up { head: "b".to_owned() }]);
    let asked = Facts { asked: at("2026-11-15T08:59:00Z"), ..gone("a") };
    assert_eq!(due(&entries, &asked, "2026-11-15T09:00:00Z"), [Action::Up { head: "a".to_owned() }]);
}

fn change(action: Action, head: &str) -> Change {
    Change {
        environment: name("pr-7"),
        pull: 7,
        action,
        life: life(head),
        until: at("2026-11-01T10:15:00Z"),
        note: None,
    }
}

#[test]
fn a77_a_push_that_comes_before_the_teardown_stops_it() {
    let now = at("2026-11-15T08:00:00Z");
    let records = records(&is_up());
    let down = change(Action::Down(Why::TooOld), "a");
    let decided = |facts: &Facts| claim(&records, &down, facts, &Terms::default(), now);
    assert_eq!(decided(&facts("a")).len(), 2);
    // It was closed when that was decided, and is open again when it is written.
    let closed = change(Action::Down(Why::Closed), "a");
    assert_eq!(claim(&records, &closed, &facts("a"), &Terms::default(), at("2026-11-01T08:30:00Z")), []);
}

#[test]
fn a77_nobody_tears_down_what_somebody_brings_up() {
    let mut entries = is_up();
    let pushed = "2026-11-01T08:30:00Z";
    entries.extend([(pushed, leased("2026-11-01T08:45:00Z")), (pushed, step(5, rising("b")))]);
    let closed = Facts { open: false, ..facts("b") };
    assert_eq!(due(&entries, &closed, "2026-11-01T08:44:59Z"), []);
    assert_eq!(due(&entries, &closed, "2026-11-01T08:45:00Z"), [Action::Down(Why::Closed)]);
}

#[test]
fn a77_who_was_overtaken_writes_nothing_and_is_not_read() {
    let mut entries = is_up();
    let late = "2026-11-01T09:00:00Z";
    entries.extend([("2026-11-01T08:30:00Z", leased("2026-11-01T08:45:00Z")), (late, leased("2026-11-01T09:15:00Z"))]);
    entries.push((late, step(6, rising("b"))));
    let written = records(&entries);
    let down = change(Action::Down(Why::Closed), "a");
    let holds = |lease| holds(&written, &name("pr-7"), lease, at(late));
    assert!(!holds(5) && holds(6));
    let done = Done { lease: 5, outcome: Outcome::Succeeded, took: 1 };
    assert_eq!(close(&written, &down, done, at(late)), []);
    // Written all the same, by a writer that did not ask.
    entries.push((late, step(5, PreviewStage::Gone)));
    let preview = &previews(&records(&entries))[&name("pr-7")];
    assert_eq!((preview.phase, preview.life.head.as_str()), (Phase::Rising, "b"));
}

#[test]
fn a77_opened_again_during_the_teardown_it_goes_and_comes_anew() {
    let mut entries = is_up();
    let closed = "2026-11-01T08:30:00Z";
    let falling = PreviewStage::Falling { why: "closed".to_owned() };
    entries.extend([(closed, leased("2026-11-01T08:45:00Z")), (closed, step(5, falling))]);
    let reopened = Facts { asked: at("2026-11-01T08:31:00Z"), ..facts("a") };
    assert_eq!(due(&entries, &reopened, "2026-11-01T08:32:00Z"), []);
    // Killed half-way: whoever comes next ends it, though it is wanted again.
    assert_eq!(due(&entries, &reopened, "2026-11-01T08:45:00Z"), [Action::Down(Why::Unfinished)]);
    let gone = "2026-11-01T08:46:00Z";
    entries.extend([(gone, leased("2026-11-01T09:00:00Z")), (gone, step(7, PreviewStage::Gone))]);
    entries.push((gone, Entry::Returned { lease: 7 }));
    let empty = Facts { found: false, asked: at("2026-11-01T08:47:00Z"), ..reopened };
    assert_eq!(due(&entries, &empty, "2026-11-01T08:47:00Z"), [Action::Up { head: "a".to_owned() }]);
}

#[test]
fn a77_a_name_that_is_used_again_begins_a_new_life_and_leftovers_go_first() {
    let mut entries = is_up();
    let gone = "2026-11-10T08:00:00Z";
    entries.extend([(gone, leased("2026-11-10T08:15:00Z")), (gone, step(5, PreviewStage::Gone))]);
    entries.push((gone, Entry::Returned { lease: 5 }));
    assert_eq!(due(&entries, &facts("b"), "2026-11-10T09:00:00Z"), [Action::Down(Why::Orphan)]);
    assert_eq!(due(&[], &Facts { open: false, ..facts("b") }, BORN), [Action::Down(Why::Orphan)]);
    let again = "2026-11-20T08:00:00Z";
    entries.extend([(again, leased("2026-11-20T08:15:00Z")), (again, step(8, rising("b")))]);
    assert_eq!(previews(&records(&entries))[&name("pr-7")].created, at(again));
}

#[test]
fn a78_of_a_hundred_pull_requests_as_many_are_up_as_may_be_and_the_rest_waits_its_turn() {
    let terms = Terms::default();
    let asked = |pull: u64| Facts { found: false, asked: terms::later(at(BORN), 1_000 - pull), ..facts("a") };
    let pulls = (1..=100).map(|pull| (pull, asked(pull))).collect();
    let all = schedule(&previews(&[]), &pulls, &terms, at("2026-11-01T09:00:00Z"));
    let up: Vec<u64> = all.iter().filter(|(_, due)| **due != [Action::Queue]).map(|(pull, _)| *pull).collect();
    assert_eq!(up, (81..=100).collect::<Vec<u64>>());
    // Their leases are on their own environments: none is on what production needs.
    let change = Change { action: Action::Up { head: "a".to_owned() }, ..change(Action::Sleep, "a") };
    let entries = claim(&[], &change, &asked(7), &terms, at(BORN));
    let state = crate::ledger::State::of(&records(&[(BORN, entries[0].clone())]));
    let production = Scope { environment: name("production"), unit: None };
    assert_eq!(state.held(&production, at(BORN)), None);
}

#[test]
fn scaling_is_written_down_before_and_after_and_what_was_left_open_is_ended_first() {
    let now = at("2026-11-01T09:30:00Z");
    let mut entries = is_up();
    let sleep = change(Action::Sleep, "a");
    let claimed = claim(&records(&entries), &sleep, &facts("a"), &Terms::default(), now);
    let [Entry::Leased { .. }, Entry::Began(intent)] = claimed.as_slice() else { panic!("{claimed:?}") };
    assert_eq!((intent.effect, &intent.digest, intent.change.pull), (Effect::Scale, &None, Some(7)));

    // Its writer is killed here.
    entries.extend(claimed.iter().map(|entry| ("2026-11-01T09:30:00Z", entry.clone())));
    let later = at("2026-11-01T11:00:00Z");
    let again = Change { until: at("2026-11-01T11:15:00Z"), ..sleep };
    let claimed = claim(&records(&entries), &again, &facts("a"), &Terms::default(), later);
    let interrupted = Entry::Ended { began: 6, outcome: Outcome::Interrupted, took: 0, note: None };
    assert_eq!((claimed.len(), &claimed[0]), (3, &interrupted));
    entries.extend(claimed.iter().map(|entry| ("2026-11-01T11:00:00Z", entry.clone())));
    let done = Done { lease: 8, outcome: Outcome::Succeeded, took: 5 };
    let closed = close(&records(&entries), &again, done, later);
    assert_eq!(closed[0], Entry::Ended { began: 9, outcome: Outcome::Succeeded, took: 5, note: None });
    assert_eq!(closed[1..], [step(8, PreviewStage::Asleep), Entry::Returned { lease: 8 }]);
}
