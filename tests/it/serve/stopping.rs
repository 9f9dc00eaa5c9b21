//! What fails, and what is stopped.

use super::client::Delivery;
use super::harness::{Harness, settings};
use crate::forge::flow::events::pull_request;
use pavior::serve::{Limits, Settings};
use std::time::{Duration, Instant};

fn opened(pull: u64) -> Delivery {
    Delivery::new(pull, pull_request("opened", pull))
}

#[test]
fn what_fails_is_tried_again_so_often_and_no_more() {
    let server = Harness::start();
    server.wait_until(|all| all.ended == 1);
    server.see(|all| (all.fails, all.panics) = (1, 1));
    server.deliver(&opened(7));
    server.wait_until(|all| all.ended == 2);
    assert_eq!(server.works().len(), 3);
    server.see(|all| all.fails = 1_000);
    server.deliver(&opened(8));
    server.wait_until(|all| all.begun.len() == 8);
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(server.works().len(), 7);
    assert!(server.metric("pavior_work_duration_seconds_count{outcome=\"given_up\"} 1"));
}

#[test]
fn what_was_accepted_is_done_before_it_stops() {
    let mut server = Harness::with(Settings { workers: 1, ..settings() }, Duration::from_millis(60));
    let mut client = server.client();
    assert_eq!(client.get("/readyz").status, 200);
    (1..=5).for_each(|pull| assert_eq!(client.deliver(&opened(pull)), 202));
    server.stop();
    let remembers = server.ended();
    remembers.see(|all| assert_eq!((all.begun.len(), all.ended), (6, 6)));
}

#[test]
fn it_does_not_wait_for_ever() {
    let short = Settings { grace: Duration::from_millis(200), ..settings() };
    let server = Harness::with(short, Duration::from_secs(60));
    // A connection that says nothing, and one that never ends what it says.
    let _silent = server.client();
    let mut slow = server.client();
    slow.begin(&opened(1), "content-length: 100");
    let begun = Instant::now();
    server.ended().see(|all| assert_eq!(all.ended, 0));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn whoever_watches_is_answered_and_nobody_else() {
    let server = Harness::start();
    let mut client = server.client();
    assert_eq!(client.get("/healthz").body, "alive\n");
    assert_eq!(client.get("/metrics").body.lines().last(), Some("# EOF"));
    assert_eq!(client.get("/webhook").status, 405);
    assert_eq!(client.get("/").status, 404);
}

#[test]
fn headers_that_do_not_come_are_not_waited_for() {
    let limits = Limits { most: 1, headers_within: Duration::from_millis(300) };
    let server = Harness::with(Settings { limits, ..settings() }, Duration::ZERO);
    // One that says nothing takes all the room there is, and then one that says a byte now and then.
    let silent = server.client();
    let begun = Instant::now();
    assert_eq!(server.client().get("/healthz").body, "alive\n");
    assert!(begun.elapsed() > Duration::from_millis(200), "{:?}", begun.elapsed());
    drop(silent);
    let mut slow = server.client();
    let dripping = std::thread::spawn(move || {
        let headers = b"POST /webhook HTTP/1.1\r\nhost: x\r\nx-long: ".iter().chain([b'x'].iter().cycle());
        headers
            .take(1_000)
            .take_while(|byte| {
                std::thread::sleep(Duration::from_millis(10));
                slow.send(&[**byte])
            })
            .count()
    });
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(server.deliver(&opened(7)), 202);
    assert!(dripping.join().unwrap() < 900, "the slow one was not sent away");
}
