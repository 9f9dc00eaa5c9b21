//! A clock on which waiting takes no time, and which may go wrong.

use pavior::forge::github::{Clock, SystemClock};
use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

#[derive(Default)]
pub struct TestClock {
    ahead: AtomicI64,
    slept: Mutex<Vec<u64>>,
}

impl TestClock {
    /// Puts it wrong by so many seconds.
    pub fn skew(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::SeqCst);
    }

    /// What was waited, in seconds each.
    pub fn slept(&self) -> Vec<u64> {
        self.slept.lock().unwrap().clone()
    }
}

impl Clock for TestClock {
    fn now(&self) -> i64 {
        SystemClock.now() + self.ahead.load(Ordering::SeqCst)
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.slept.lock().unwrap().push(time.as_secs());
        self.skew(time.as_secs() as i64);
        Box::pin(std::future::ready(()))
    }
}
