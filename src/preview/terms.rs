//! How long previews live, by what their pattern declares.

use crate::model::Timestamp;
use crate::model::kinds::environment::PreviewSettings;

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// So many seconds before its end people are told.
pub const WARNINGS: [u64; 3] = [2 * DAY, 2 * HOUR, HOUR / 2];

/// In seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// From its creation on, however often it is brought to another commit.
    pub maximum_life: u64,
    /// Without requests, until it sleeps.
    pub idle: u64,
    /// Asleep, until it is taken down.
    pub asleep: u64,
    /// How many are awake at once.
    pub at_once: usize,
}

impl Default for Terms {
    fn default() -> Terms {
        Terms { maximum_life: 14 * DAY, idle: HOUR, asleep: 7 * DAY, at_once: 20 }
    }
}

impl Terms {
    pub fn of(settings: &PreviewSettings) -> Terms {
        let default = Terms::default();
        Terms {
            maximum_life: settings.maximum_life.map_or(default.maximum_life, |life| life.seconds()),
            idle: settings.idle.map_or(default.idle, |idle| idle.seconds()),
            at_once: settings.at_once.and_then(|most| usize::try_from(most).ok()).unwrap_or(default.at_once),
            ..default
        }
    }

    /// When a preview that is created at this moment ends at the latest.
    pub fn expiry(&self, created: Timestamp) -> Timestamp {
        later(created, self.maximum_life)
    }
}

/// The moment so many seconds later; in the last year that there is, the same.
pub fn later(at: Timestamp, seconds: u64) -> Timestamp {
    let sum = u64::try_from(at.unix_seconds()).ok().and_then(|at| at.checked_add(seconds));
    sum.and_then(Timestamp::of_unix_seconds).unwrap_or(at)
}

/// Whether so many seconds have gone by.
pub fn is_over(since: Timestamp, seconds: u64, now: Timestamp) -> bool {
    u64::try_from(now.unix_seconds() - since.unix_seconds()).is_ok_and(|gone| gone >= seconds)
}
