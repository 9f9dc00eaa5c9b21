//! How fast deliveries are answered: `cargo test --release --test it serve::load -- --ignored --nocapture`.

use super::client::{Client, Delivery};
use super::process::Process;
use crate::forge::fake::Fake;
use crate::forge::flow::events::pull_request;
use serde_json::json;
use std::time::{Duration, Instant};

const DELIVERIES: u64 = 100_000;
const CONNECTIONS: u64 = 8;
/// As large as GitHub's payloads of pull requests are.
const PAYLOAD: usize = 24 << 10;

#[test]
#[ignore = "a measurement, of a minute"]
fn a_hundred_thousand_deliveries() {
    let (fake, folder) = (Fake::start(), tempfile::tempdir().unwrap());
    let server = Process::start(fake.url(), folder.path(), &folder.path().join("data"), &[]);
    let before = memory(&server);
    let begun = Instant::now();
    let times: Vec<Vec<Duration>> = std::thread::scope(|scope| {
        let connect = |connection| {
            let client = server.client();
            scope.spawn(move || deliver(client, connection))
        };
        let threads: Vec<_> = (0..CONNECTIONS).map(connect).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let time = begun.elapsed().as_secs_f64();
    let mut times = times.concat();
    times.sort();
    let percentile = |percent: usize| times[times.len() * percent / 100 - 1].as_secs_f64() * 1e3;
    println!(
        "{DELIVERIES} deliveries of {PAYLOAD} bytes on {CONNECTIONS} connections: {:.0} a second, p50 {:.2} ms, p99 {:.2} ms; \
         memory {before} MiB before, {} MiB after",
        DELIVERIES as f64 / time,
        percentile(50),
        percentile(99),
        memory(&server),
    );
    assert_eq!(times.len() as u64, DELIVERIES);
}

/// Of a hundred pull requests, one after the other.
fn deliver(mut client: Client, connection: u64) -> Vec<Duration> {
    let mut times = Vec::new();
    for turn in 0..DELIVERIES / CONNECTIONS {
        let number = turn * CONNECTIONS + connection;
        let mut event = pull_request("synchronize", 1 + number % 100);
        event.1["body"] = json!(format!("{number} {}", "x".repeat(PAYLOAD)));
        let delivery = Delivery::new(number, event);
        let begun = Instant::now();
        assert_eq!(client.deliver(&delivery), 202);
        times.push(begun.elapsed());
    }
    times
}

/// What the process holds, in MiB.
fn memory(server: &Process) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}
