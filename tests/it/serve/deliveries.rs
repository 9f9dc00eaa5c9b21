//! What is let in, and what is done with it.

use super::client::{Delivery, KEY, signature};
use super::harness::{Harness, settings};
use crate::forge::flow::events::{by_hand, comment, pull_request};
use pavior::forge::event::{Subject, Work};
use pavior::forge::words::{CommentId, PullNumber};
use serde_json::json;
use std::time::Duration;

fn opened(number: u64, pull: u64) -> Delivery {
    Delivery::new(number, pull_request("opened", pull))
}

fn report(pull: u64) -> Work {
    Work::Report { of: Subject::Pull(PullNumber(pull)), run: None }
}

/// 25 MB, which GitHub never exceeds.
const MOST: usize = 25 << 20;

#[test]
fn a_delivery_becomes_work() {
    let server = Harness::start();
    assert_eq!(server.deliver(&opened(1, 7)), 202);
    assert_eq!(server.deliver(&Delivery::new(2, comment(8, 3, "/pavior recheck"))), 202);
    assert_eq!(server.deliver(&Delivery::new(3, ("ping", json!({"zen": "x", "hook_id": 1})))), 200);
    assert_eq!(server.deliver(&Delivery::new(4, pull_request("labeled", 7))), 200);
    let mut elsewhere = pull_request("opened", 7);
    elsewhere.1["repository"]["full_name"] = json!("mallory/shop");
    assert_eq!(server.deliver(&Delivery::new(5, elsewhere)), 200);
    server.wait_until(|all| all.ended == 3);
    let told = Work::Command { pull: PullNumber(8), comment: CommentId(3) };
    assert!(server.works() == [report(7), told.clone()] || server.works() == [told, report(7)], "{:?}", server.works());
    for (outcome, count) in [("queued", 2), ("ignored", 2), ("elsewhere", 1)] {
        assert!(server.metric(&format!("pavior_deliveries_total{{outcome=\"{outcome}\"}} {count}")), "{outcome}");
    }
}

#[test]
fn a50_what_github_did_not_sign_is_refused_and_leaves_nothing() {
    let server = Harness::start();
    server.wait_until(|all| all.ended == 1);
    let good = opened(1, 7);
    let signed = signature(KEY, &good.body);
    let digits = signed.strip_prefix("sha256=").unwrap().to_owned();
    let header = "x-hub-signature-256";
    let refused = [
        ("forged", good.clone().with(header, &signature("another", &good.body)), 401),
        ("missing", good.clone().without(header), 401),
        ("sha1 only", good.clone().without(header).with("x-hub-signature", &format!("sha1={}", &digits[..40])), 401),
        ("sha1 in its place", good.clone().with(header, &format!("sha1={}", &digits[..40])), 401),
        ("upper case", good.clone().with(header, &format!("sha256={}", digits.to_uppercase())), 401),
        ("cut", good.clone().with(header, &signed[..signed.len() - 1]), 401),
        ("empty", good.clone().with(header, ""), 401),
        ("body encoded anew", good.clone().with_body(&[&good.body[..], b"\n"].concat()), 401),
        ("no json, and not signed", good.clone().with_body(b"{"), 401),
        ("form", good.clone().with("content-type", "application/x-www-form-urlencoded"), 401),
        ("no kind", good.clone().without("content-type"), 401),
        ("zipped", good.clone().with("content-encoding", "gzip"), 413),
    ];
    for (what, delivery, status) in refused {
        assert_eq!(server.deliver(&delivery), status, "{what}");
    }
    // A header that is there twice is none.
    let mut twice = good.clone();
    twice.headers.push((header.to_owned(), signed));
    assert_eq!(server.deliver(&twice), 401);
    assert!(server.metric("pavior_deliveries_total{outcome=\"refused\"} 13"));
    assert_eq!(server.works(), []);
    // None of them was remembered: the real one is new.
    assert_eq!(server.deliver(&good), 202);
    server.wait_until(|all| all.ended == 2);
}

#[test]
fn a50_a_body_that_is_too_large_is_refused_before_it_is_read() {
    let server = Harness::start();
    let mut client = server.client();
    client.begin(&opened(1, 7), &format!("content-length: {}", MOST + 1));
    assert_eq!(client.answer().status, 413);
    // One that does not say how large it is, is read that far and no further.
    let mut client = server.client();
    client.begin(&opened(2, 7), "transfer-encoding: chunked");
    let piece = [b"100000\r\n".as_slice(), &vec![b' '; 1 << 20], b"\r\n"].concat();
    let taken = (0..64).take_while(|_| client.send(&piece)).count();
    assert!(taken < 64, "all of it was taken");
    assert_eq!(server.works(), []);
}

#[test]
fn a50_while_a_secret_is_changed_both_are_good() {
    let both = ["the new one".to_owned(), KEY.to_owned()].to_vec();
    let server = Harness::with(pavior::serve::Settings { secrets: both, ..settings() }, Duration::ZERO);
    let old = opened(1, 7);
    let new = opened(2, 8);
    let new = new.clone().with("x-hub-signature-256", &signature("the new one", &new.body));
    let other = old.clone().with("x-hub-signature-256", &signature("", &old.body));
    assert_eq!([&old, &new, &other].map(|one| server.deliver(one)), [202, 202, 401]);
}

#[test]
fn a51_a_delivery_that_comes_again_is_answered_and_not_worked_on() {
    let server = Harness::start();
    let first = opened(1, 7);
    assert_eq!(server.deliver(&first), 202);
    server.wait_until(|all| all.ended == 2);
    assert_eq!(server.deliver(&first), 200);
    // The same body under a new id: who has seen one delivery can send it.
    assert_eq!(server.deliver(&opened(2, 7)), 200);
    // Another body under its id, well signed: told to whoever watches.
    assert_eq!(server.deliver(&opened(1, 8)), 409);
    // The same body as another event: the event is not signed.
    assert_eq!(server.deliver(&first.clone().with("x-github-event", "pull_request_target")), 409);
    assert_eq!(server.deliver(&opened(3, 9)), 202);
    server.wait_until(|all| all.ended == 3);
    assert_eq!(server.works(), [report(7), report(9)]);
    assert!(server.metric("pavior_deliveries_total{outcome=\"conflict\"} 2"));
}

#[test]
fn what_is_signed_and_no_delivery_is_told_so() {
    let server = Harness::start();
    let good = opened(1, 7);
    assert_eq!(server.deliver(&good.clone().with("x-github-delivery", "1\u{1b}[31m")), 400);
    assert_eq!(server.deliver(&good.without("x-github-event")), 400);
    assert_eq!(server.deliver(&Delivery::new(2, ("pull_request", json!([])))), 400);
    assert_eq!(server.deliver(&Delivery::new(3, by_hand(7)).with_body(b"")), 401);
    assert_eq!(server.works(), []);
}

#[test]
fn many_deliveries_of_one_pull_request_are_little_work_and_never_two_at_a_time() {
    let server = Harness::with(settings(), Duration::from_millis(40));
    let mut client = server.client();
    for number in 0..200 {
        let mut event = pull_request("synchronize", 7);
        event.1["after"] = json!(number);
        assert_eq!(client.deliver(&Delivery::new(number, event)), 202);
    }
    for pull in 10..14 {
        assert_eq!(client.deliver(&opened(1_000 + pull, pull)), 202);
    }
    let all = server.ended();
    all.see(|all| {
        let of_seven = all.begun.iter().filter(|work| **work == report(7)).count();
        assert!((1..50).contains(&of_seven), "{of_seven}");
        assert!(all.most_of_one == 1 && (2..=4).contains(&all.most), "{} {}", all.most_of_one, all.most);
        assert_eq!(all.ended, all.begun.len());
    });
}

#[test]
fn a_full_queue_is_an_error_to_github_and_the_delivery_may_come_again() {
    let narrow = pavior::serve::Settings { workers: 1, most_waiting: 1, ..settings() };
    let server = Harness::with(narrow, Duration::from_millis(300));
    server.wait_until(|all| all.begun.len() == 1);
    assert_eq!([1, 2, 2].map(|number| server.deliver(&opened(number, number))), [202, 503, 503]);
    server.wait_until(|all| all.ended == 2);
    assert_eq!(server.deliver(&opened(2, 2)), 202);
    server.wait_until(|all| all.ended == 3);
    assert_eq!(server.works(), [report(1), report(2)]);
}
