//! The laws of the chain: whatever is done to a ledger is found at the first record that it was done to.

use super::*;
use crate::model::Timestamp;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn writer() -> Writer {
    Writer { version: "0.1.0".to_owned(), actor: "mira".to_owned(), run: None }
}

fn unit(name: &str) -> UnitName {
    UnitName { environment: crate::model::Name::parse("staging").unwrap(), unit: name.to_owned() }
}

fn began(name: &str) -> Entry {
    let change = Cause {
        head: "7fd21aa".to_owned(),
        base: None,
        pull: Some(412),
        report: None,
        author: "jo".to_owned(),
        approved_by: vec!["mira".to_owned()],
    };
    let intent = Intent {
        effect: Effect::Manifests,
        unit: unit(name),
        digest: Some("3f9c".to_owned()),
        plan: None,
        change,
        cost: Some(Cost { currency: "USD".to_owned(), micros: -12_410_000 }),
        undo: Undo::Reversible,
        secrets: Vec::new(),
    };
    Entry::Began(Box::new(intent))
}

/// A ledger of `pairs` effects, each begun and ended, one behind the other.
fn ledger(pairs: u64) -> (Vec<String>, Head) {
    let entries = (0..pairs).flat_map(|pair| {
        let ended = Entry::Ended { began: 2 * pair + 1, outcome: Outcome::Succeeded, took: 40, note: None };
        [began("cart"), ended]
    });
    Head::EMPTY.append(at("2026-11-22T08:00:00Z"), &writer(), entries.collect())
}

fn verified(texts: &[String], published: &[Head]) -> Result<Head, Bad> {
    let published = published.iter().map(|head| Published { number: head.number, hash: head.hash }).collect();
    let mut verifier = Verifier::new(published);
    for (index, text) in texts.iter().enumerate() {
        verifier.read_before(index as u64 + 1, text.as_bytes(), || texts.get(index + 1))?;
    }
    verifier.end()
}

#[test]
fn a_record_is_read_by_any_tool() {
    let (texts, head) = ledger(1);
    insta::assert_snapshot!(texts.join("\n"));
    assert_eq!(head.to_string(), format!("2:{}", Sha::of(texts[1].as_bytes())));
    assert_eq!(Published::parse(&head.to_string()), Some(Published { number: 2, hash: head.hash }));
    for wrong in ["", "2", "2:", "x:00", "+2:0", &format!("-1:{}", head.hash), &format!("0:{}", head.hash)] {
        assert_eq!(Published::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn a80_a_clock_that_is_set_back_does_not_turn_the_time_of_the_ledger() {
    let (mut texts, head) = ledger(1);
    let (more, end) = head.append(at("2020-01-01T00:00:00Z"), &writer(), vec![began("web")]);
    texts.extend(more);
    assert_eq!(verified(&texts, &[end]), Ok(end));
    let turned = texts[2].replace("2026-11-22T08:00:00Z", "2020-01-01T00:00:00Z");
    texts[2] = turned;
    let bad = verified(&texts, &[]).unwrap_err();
    assert!(matches!(bad, Bad { number: 3, why: Why::Backwards { .. } }), "{bad}");
}

#[test]
fn a80_a_tail_that_is_cut_off_is_found_by_the_head_that_was_published() {
    let (texts, head) = ledger(3);
    assert_eq!(verified(&texts[..4], &[]).map(|head| head.number), Ok(4));
    let bad = verified(&texts[..4], &[head]).unwrap_err();
    assert_eq!(bad.to_string(), "record 5 is missing: the one that was published, 6, is behind it");
    assert_eq!(verified(&[], &[head]).unwrap_err().number, 1);
}

#[test]
fn a80_of_two_records_that_do_not_fit_what_was_published_tells_which_was_changed() {
    let (mut texts, _) = ledger(2);
    let third = Head { number: 3, hash: Sha::of(texts[2].as_bytes()), at: None };
    texts[3] = texts[3].replace(&third.hash.to_string(), &"a".repeat(64));
    assert_eq!(verified(&texts, &[]).unwrap_err().number, 3, "nobody says which");
    assert_eq!(verified(&texts, &[third]).unwrap_err().number, 4);
}

#[test]
fn a80_a_ledger_that_two_wrote_apart_is_not_both() {
    let (texts, head) = ledger(2);
    let fork = |actor: &str| {
        let writer = Writer { actor: actor.to_owned(), ..writer() };
        let (more, end) = head.append(at("2026-11-22T09:00:00Z"), &writer, vec![began("web")]);
        ([texts.clone(), more].concat(), end)
    };
    let ((ours, our_head), (theirs, their_head)) = (fork("jo"), fork("mira"));
    assert_eq!((verified(&ours, &[our_head]), verified(&theirs, &[their_head])), (Ok(our_head), Ok(their_head)));
    let bad = verified(&ours, &[their_head]).unwrap_err();
    assert!(matches!(bad, Bad { number: 5, why: Why::NotPublished { .. } }), "{bad}");
    // Rewritten from the root, every link is right; only what was published tells.
    let all = [ours.clone(), vec![theirs[4].clone()]].concat();
    assert!(matches!(verified(&all, &[]).unwrap_err(), Bad { number: 6, .. }));
}

#[test]
fn nothing_ends_that_did_not_begin_and_nothing_is_returned_that_nobody_holds() {
    let ended = |began| Entry::Ended { began, outcome: Outcome::Failed, took: 1, note: None };
    let number_and_why = |entries: Vec<Entry>| {
        let (texts, _) = Head::EMPTY.append(at("2026-11-22T08:00:00Z"), &writer(), entries);
        verified(&texts, &[]).map(|head| head.number).map_err(|bad| bad.to_string())
    };
    assert_eq!(number_and_why(vec![began("a"), ended(1)]), Ok(2));
    assert_eq!(
        number_and_why(vec![began("a"), ended(1), ended(1)]),
        Err("record 3 ends record 1, which began nothing that is open".to_owned())
    );
    assert_eq!(
        number_and_why(vec![Entry::Returned { lease: 1 }]),
        Err("record 1 returns lease 1, which nobody holds".to_owned())
    );
    assert_eq!(
        number_and_why(vec![Entry::Extended { lease: 1, until: at("2026-11-22T09:00:00Z") }]),
        Err("record 1 extends lease 1, which nobody holds".to_owned())
    );
}

#[test]
fn what_another_wrote_is_not_ours() {
    let (texts, _) = ledger(1);
    let spaced = texts[0].replacen(":{", ": {", 1);
    assert_eq!(verified(&[spaced], &[]).unwrap_err().why, Why::NotCanonical);
    let twice = texts[0].replace("{\"at\"", "{\"number\":1,\"at\"");
    assert!(matches!(verified(&[twice], &[]).unwrap_err().why, Why::Unreadable(_)));
    let newer = texts[0].replace("manifests", "teleport");
    assert!(matches!(verified(&[newer], &[]).unwrap_err().why, Why::Unreadable(_)));
}

proptest! {
    #[test]
    fn a80_whatever_is_edited_is_found(pairs in 1_u64..6, which in any::<prop::sample::Index>(), byte in any::<prop::sample::Index>(), to in 0_u8..128) {
        let (mut texts, head) = ledger(pairs);
        let index = which.index(texts.len());
        let mut bytes = texts[index].clone().into_bytes();
        let place = byte.index(bytes.len());
        prop_assume!(bytes[place] != to);
        bytes[place] = to;
        texts[index] = String::from_utf8(bytes).unwrap();
        let bad = verified(&texts, &[head]).unwrap_err();
        // Of two that do not fit the one behind them tells which it was; of the last one the published head does.
        prop_assert_eq!(bad.number, index as u64 + 1, "{}", bad);
    }

    #[test]
    fn a80_whatever_is_removed_or_moved_is_found(pairs in 2_u64..6, from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(), removed: bool) {
        let (mut texts, head) = ledger(pairs);
        let (from, to) = (from.index(texts.len()), to.index(texts.len()));
        let text = texts.remove(from);
        let first = if removed { from } else {
            prop_assume!(from != to);
            texts.insert(to, text);
            from.min(to)
        };
        prop_assert_eq!(verified(&texts, &[head]).unwrap_err().number, first as u64 + 1);
    }

    #[test]
    fn a_head_stands_for_all_that_is_before_it(parts in proptest::collection::vec(1_usize..4, 1..5)) {
        let now = at("2026-11-22T08:00:00Z");
        let all: usize = parts.iter().sum();
        let (whole, end) = Head::EMPTY.append(now, &writer(), vec![began("cart"); all]);
        let mut head = Head::EMPTY;
        let mut texts = Vec::new();
        for part in parts {
            let (more, next) = head.append(now, &writer(), vec![began("cart"); part]);
            texts.extend(more);
            head = next;
        }
        prop_assert_eq!((texts, head), (whole, end));
    }
}
