//! `--timings`: how long each stage took and how much it had to do, on standard error. The only clock of a command; the
//! pure stages only say that they are done.

use super::progress::Progress;
use super::terminal;
use crate::compile::{Stage, Watch};
use crate::report::{Align, table};
use clap::Args;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Whether to tell.
#[derive(Debug, Clone, Copy, Args)]
pub struct TimingOptions {
    /// Tell on standard error how long each stage took, and how much it had to do
    #[arg(long)]
    timings: bool,
}

/// What a run did, in numbers that are the same every time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counters {
    files_read: usize,
    blobs_read: usize,
    documents: usize,
    declarations: usize,
    units: usize,
    files_compiled: usize,
    files_written: usize,
}

/// The stages of a run as they end.
#[derive(Debug)]
pub struct Timings {
    wanted: bool,
    started: Instant,
    progress: Progress,
    so_far: Mutex<SoFar>,
}

#[derive(Debug)]
struct SoFar {
    last: Instant,
    /// Each stage once: a check of a change runs some of them for each revision.
    stages: Vec<(&'static str, Duration)>,
    counters: Counters,
}

impl Timings {
    pub fn start(options: TimingOptions) -> Timings {
        let now = Instant::now();
        let so_far = Mutex::new(SoFar { last: now, stages: Vec::new(), counters: Counters::default() });
        Timings { wanted: options.timings, started: now, progress: Progress::start(), so_far }
    }

    /// Files were read, from a folder or from a git revision.
    pub fn loaded(&self, files: usize) {
        self.so_far().ended("load").files_read += files;
    }

    /// Two revisions were compiled as far as they differ.
    pub fn compiled_in_part(&self, blobs: usize) {
        self.so_far().ended("compile in part").blobs_read += blobs;
    }

    /// Artifacts were compared with what is there, and so many written.
    pub fn written(&self, files: usize) {
        self.so_far().ended("write").files_written += files;
    }

    pub fn reported(&self) {
        self.so_far().ended("report");
    }

    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub fn tell(&self) {
        if self.wanted {
            let so_far = self.so_far();
            terminal::tell(&text(&so_far.stages, &so_far.counters));
        }
    }

    fn so_far(&self) -> MutexGuard<'_, SoFar> {
        self.so_far.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch for Timings {
    fn ended(&self, stage: Stage) {
        self.progress.ended(stage);
        let mut so_far = self.so_far();
        match stage {
            Stage::Read { documents, declarations } => {
                let counters = so_far.ended("parse, validate");
                counters.documents += documents;
                counters.declarations += declarations;
            }
            Stage::Linked { units } => so_far.ended("link").units += units,
            Stage::Compiled { files } => so_far.ended("provision, emit").files_compiled += files,
        }
    }

    fn compiled_unit(&self) {
        self.progress.compiled_unit();
    }
}

impl SoFar {
    /// Time since the last stage ended is this one's.
    fn ended(&mut self, name: &'static str) -> &mut Counters {
        let now = Instant::now();
        let took = now - std::mem::replace(&mut self.last, now);
        match self.stages.iter_mut().find(|(known, _)| *known == name) {
            Some((_, time)) => *time += took,
            None => self.stages.push((name, took)),
        }
        &mut self.counters
    }
}

fn text(stages: &[(&str, Duration)], counters: &Counters) -> String {
    let milliseconds = |time: &Duration| format!("{:.1}", time.as_secs_f64() * 1000.0);
    let rows: Vec<Vec<String>> =
        stages.iter().map(|(name, time)| vec![(*name).to_owned(), milliseconds(time)]).collect();
    let stages = table(&[("stage", Align::Left), ("ms", Align::Right)], &rows);
    let counted = [
        ("files read", counters.files_read),
        ("blobs read in part", counters.blobs_read),
        ("documents", counters.documents),
        ("declarations", counters.declarations),
        ("units", counters.units),
        ("files compiled", counters.files_compiled),
        ("files written", counters.files_written),
        // Nothing that takes timings starts any.
        ("subprocesses", 0),
    ];
    let rows: Vec<Vec<String>> =
        counted.iter().map(|(name, count)| vec![(*name).to_owned(), count.to_string()]).collect();
    let counters = table(&[("counter", Align::Left), ("count", Align::Right)], &rows);
    format!("{stages}\n{}", counters.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_of_two_revisions_are_added_up_and_counted() {
        let timings = Timings::start(TimingOptions { timings: true });
        for _ in 0..2 {
            timings.loaded(3);
            timings.ended(Stage::Read { documents: 2, declarations: 2 });
            timings.ended(Stage::Linked { units: 1 });
        }
        timings.written(4);
        let names: Vec<&str> = timings.so_far().stages.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["load", "parse, validate", "link", "write"]);
        let counters = Counters {
            files_read: 6,
            documents: 4,
            declarations: 4,
            units: 2,
            files_written: 4,
            ..Counters::default()
        };
        assert_eq!(timings.so_far().counters, counters);
    }

    #[test]
    fn a_person_reads_milliseconds_and_counts() {
        let counters = Counters { files_read: 31, documents: 30, declarations: 29, ..Counters::default() };
        let text = text(&[("load", Duration::from_micros(12_340))], &counters);
        assert!(text.contains("load   12.3\n"), "{text}");
        assert!(text.contains("files read             31\n") && text.ends_with("subprocesses            0"), "{text}");
    }
}
