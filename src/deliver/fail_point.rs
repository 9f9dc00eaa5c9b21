//! Named places between steps, at which a test kills the process: what was killed there has to be found and finished by
//! the next run. In released programs there are none.

/// Here a test may end the process: `PAVIOR_KILL_AT=<name>`, or `<name>#3` for the third time that it comes here.
/// `PAVIOR_KILL_AT=list` tells each name instead.
pub(super) fn point(name: &str) {
    #[cfg(debug_assertions)]
    met::meet(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

#[cfg(debug_assertions)]
mod met {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    static ASKED: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("PAVIOR_KILL_AT").ok());
    static TIMES: AtomicU32 = AtomicU32::new(0);

    pub(super) fn meet(name: &str) {
        let Some(asked) = ASKED.as_deref() else { return };
        if asked == "list" {
            eprintln!("fail point: {name}");
            return;
        }
        let (wanted, time) = match asked.split_once('#') {
            Some((wanted, time)) => (wanted, time.parse().unwrap_or(1)),
            None => (asked, 1),
        };
        if name == wanted && TIMES.fetch_add(1, Ordering::SeqCst) + 1 == time {
            eprintln!("killed at {name}");
            std::process::abort();
        }
    }
}
