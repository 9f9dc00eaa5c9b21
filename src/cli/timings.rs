//! `--timings`: how long each stage took and how much it had to do, on standard error. The only clock of a command; the
//! pure stages only say that they are done.

use super::terminal;
use crate::compile::Stage;
use crate::report::{Align, table};
use clap::Args;
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
    last: Instant,
    /// Each stage once: a check of a change runs some of them for each revision.
    stages: Vec<(&'static str, Duration)>,
    counters: Counters,
}

impl Timings {
    pub fn start(options: TimingOptions) -> Timings {
        let now = Instant::now();
        Timings { wanted: options.timings, started: now, last: now, stages: Vec::new(), counters: Counters::default() }
    }

    /// Files were read, from a folder or from a git revision.
    pub fn loaded(&mut self, files: usize) {
        self.counters.files_read += files;
        self.ended("load");
    }

    /// The compiler says that a stage is done.
    pub fn compiled(&mut self, stage: Stage) {
        let counters = &mut self.counters;
        let name = match stage {
            Stage::Read { documents, declarations } => {
                counters.documents += documents;
                counters.declarations += declarations;
                "parse, validate"
            }
            Stage::Linked { units } => {
                counters.units += units;
                "link"
            }
            Stage::Compiled { files } => {
                counters.files_compiled += files;
                "provision, emit"
            }
        };
        self.ended(name);
    }

    /// Two revisions were compiled as far as they differ.
    pub fn compiled_in_part(&mut self, blobs: usize) {
        self.counters.blobs_read += blobs;
        self.ended("compile in part");
    }

    /// Artifacts were compared with what is there, and so many written.
    pub fn written(&mut self, files: usize) {
        self.counters.files_written += files;
        self.ended("write");
    }

    pub fn reported(&mut self) {
        self.ended("report");
    }

    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub fn tell(&self) {
        if self.wanted {
            terminal::tell(&text(&self.stages, &self.counters));
        }
    }

    /// Time since the last stage ended is this one's.
    fn ended(&mut self, name: &'static str) {
        let now = Instant::now();
        let took = now - std::mem::replace(&mut self.last, now);
        match self.stages.iter_mut().find(|(known, _)| *known == name) {
            Some((_, time)) => *time += took,
            None => self.stages.push((name, took)),
        }
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
        let mut timings = Timings::start(TimingOptions { timings: true });
        for _ in 0..2 {
            timings.loaded(3);
            timings.compiled(Stage::Read { documents: 2, declarations: 2 });
            timings.compiled(Stage::Linked { units: 1 });
        }
        timings.written(4);
        let names: Vec<&str> = timings.stages.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["load", "parse, validate", "link", "write"]);
        let counters = Counters {
            files_read: 6,
            documents: 4,
            declarations: 4,
            units: 2,
            files_written: 4,
            ..Counters::default()
        };
        assert_eq!(timings.counters, counters);
    }

    #[test]
    fn a_person_reads_milliseconds_and_counts() {
        let counters = Counters { files_read: 31, documents: 30, declarations: 29, ..Counters::default() };
        let text = text(&[("load", Duration::from_micros(12_340))], &counters);
        assert!(text.contains("load   12.3\n"), "{text}");
        assert!(text.contains("files read             31\n") && text.ends_with("subprocesses            0"), "{text}");
    }
}
