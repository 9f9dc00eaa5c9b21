//! How far a delivery is, for people who wait: a line for each step as it is taken, and one for what became of each unit. On
//! a terminal there is a bar below them, and a line for each unit that is at work, which are gone when all is done.

use super::progress::is_watched;
use super::terminal;
use crate::deliver::machine::{Conclusion, Machine, Order, What};
use crate::deliver::{Spectator, now};
use crate::ledger::UnitName;
use crate::model::Timestamp;
use crate::report::visible_line;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub struct Live {
    told: Mutex<BTreeMap<UnitName, Timestamp>>,
    bars: Option<Bars>,
}

struct Bars {
    all: MultiProgress,
    whole: ProgressBar,
    /// Of each unit that is at work.
    units: Mutex<BTreeMap<UnitName, ProgressBar>>,
}

impl Live {
    pub fn new() -> Live {
        Live { told: Mutex::default(), bars: is_watched().then(Bars::new) }
    }

    /// Tells something above the bars.
    pub fn tell(&self, line: &str) {
        match &self.bars {
            Some(bars) => bars.all.suspend(|| terminal::tell(line)),
            None => terminal::tell(line),
        }
    }

    /// What became of each unit, and when.
    pub fn became(&self, machine: &Machine) -> Vec<(UnitName, Conclusion, Timestamp)> {
        let told = lock(&self.told);
        let became = machine.units().filter_map(|(unit, conclusion)| {
            Some((unit.clone(), conclusion?.clone(), told.get(unit).copied().unwrap_or_else(now)))
        });
        became.collect()
    }
}

impl Spectator for Live {
    fn saw(&self, order: &Order) {
        let Some(doing) = order.said() else { return };
        if let What::Act { .. } = &order.what {
            self.tell(&format!("{}: {doing}", order.unit));
        }
        if let Some(bars) = &self.bars {
            bars.show(&order.unit, doing);
        }
    }

    fn concluded(&self, machine: &Machine) {
        if let Some(bars) = &self.bars {
            bars.count(machine);
        }
        for (unit, conclusion) in machine.units() {
            if let Some(conclusion) = conclusion.filter(|one| !matches!(one, Conclusion::Unchanged))
                && lock(&self.told).insert(unit.clone(), now()).is_none()
            {
                self.tell(&format!("{unit}: {}", visible_line(&conclusion.to_string())));
            }
        }
    }
}

impl Bars {
    fn new() -> Bars {
        let all = MultiProgress::new();
        let whole = all.add(ProgressBar::new(0));
        whole.set_style(style("{bar:30} {pos} of {len} units, {elapsed}").progress_chars("=> "));
        Bars { all, whole, units: Mutex::default() }
    }

    fn show(&self, unit: &UnitName, doing: String) {
        let mut units = lock(&self.units);
        let line = units.entry(unit.clone()).or_insert_with(|| {
            let line = self.all.add(ProgressBar::new_spinner());
            line.set_style(style("  {spinner} {prefix}: {msg}, {elapsed}"));
            line.set_prefix(unit.to_string());
            line.enable_steady_tick(Duration::from_millis(200));
            line
        });
        if line.message() != doing {
            line.set_message(doing);
            line.reset_elapsed();
        }
    }

    fn count(&self, machine: &Machine) {
        let (mut all, mut done, mut units) = (0, 0, lock(&self.units));
        for (unit, conclusion) in machine.units() {
            all += 1;
            if conclusion.is_some() {
                done += 1;
                units.remove(unit).into_iter().for_each(|line| line.finish_and_clear());
            }
        }
        for (unit, _) in machine.awaited() {
            units.remove(unit).into_iter().for_each(|line| line.finish_and_clear());
        }
        self.whole.set_length(all);
        self.whole.set_position(done);
        if machine.is_done() {
            self.whole.finish_and_clear();
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        // Nothing more is drawn, and nobody can be told that it did not work.
        drop(self.all.clear());
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is right")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
