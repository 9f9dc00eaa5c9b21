//! A bar for people who wait: on a terminal, once the work has taken a second, gone when it is done. Nobody else sees it.

use crate::compile::{Stage, Watch};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long people wait without wondering.
const PATIENCE: Duration = Duration::from_secs(1);

/// The units of all revisions that are compiled, as far as they are known by now.
#[derive(Debug)]
pub struct Progress {
    started: Instant,
    all: AtomicUsize,
    done: AtomicUsize,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    pub fn start() -> Progress {
        let (all, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Progress { started: Instant::now(), all, done, bar: OnceLock::new() }
    }

    fn show(&self) {
        if self.started.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_init(bar);
        bar.set_length(self.all.load(Ordering::Relaxed) as u64);
        bar.set_position(self.done.load(Ordering::Relaxed) as u64);
    }
}

impl Watch for Progress {
    fn ended(&self, stage: Stage) {
        match stage {
            Stage::Read { .. } => {}
            Stage::Linked { units } => drop(self.all.fetch_add(units, Ordering::Relaxed)),
            // Those with a mistake were never done.
            Stage::Compiled { .. } => self.done.store(self.all.load(Ordering::Relaxed), Ordering::Relaxed),
        }
        self.show();
    }

    fn compiled_unit(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.show();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.get().into_iter().for_each(ProgressBar::finish_and_clear);
    }
}

/// Whether somebody looks. In CI a log would keep every state of a bar.
pub fn is_watched() -> bool {
    io::stderr().is_terminal() && std::env::var_os("CI").is_none()
}

fn bar() -> ProgressBar {
    let target = if is_watched() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} units, {elapsed}");
    let bar = ProgressBar::with_draw_target(None, target);
    bar.set_style(style.expect("the template is right").progress_chars("=> "));
    bar
}
