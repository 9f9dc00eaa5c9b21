//! What can go wrong between a client and GitHub, once or several times, for the calls that it is meant for.

use super::reply::{Reply, Request};
use super::world::World;

/// Calls that wait for each other: each is held until so many have come.
pub struct Meeting {
    pub method: &'static str,
    pub end: &'static str,
    pub of: usize,
    pub come: usize,
}

impl Meeting {
    pub fn of(of: usize, method: &'static str, end: &'static str) -> Meeting {
        Meeting { method, end, of, come: 0 }
    }

    /// Whether a call has to wait here.
    pub fn awaits(&mut self, request: &Request) -> bool {
        let is_for = self.come < self.of && request.method == self.method && request.path.ends_with(self.end);
        self.come += usize::from(is_for);
        is_for
    }
}

pub struct Trouble {
    method: &'static str,
    /// What the path ends with.
    end: &'static str,
    pub times: usize,
    /// So many calls go well before.
    pub spared: usize,
    pub kind: Kind,
}

pub enum Kind {
    /// Answered without doing anything.
    Instead(Reply),
    /// Done, and answered as if not.
    After(Reply),
    /// Nothing is done and nothing answered.
    Silence,
    /// Done, and nothing answered.
    SilenceAfter,
    /// Something else happens first, such as a push.
    Meanwhile(Box<dyn FnMut(&mut World) + Send>),
}

impl Trouble {
    /// This status in place of the call's work.
    pub fn before(status: u16) -> Trouble {
        Trouble::instead(Reply::error(status, "Server Error"))
    }

    /// This status after the call has done its work.
    pub fn after(status: u16) -> Trouble {
        Trouble::of(Kind::After(Reply::error(status, "Server Error")))
    }

    pub fn silence() -> Trouble {
        Trouble::of(Kind::Silence)
    }

    pub fn silence_after() -> Trouble {
        Trouble::of(Kind::SilenceAfter)
    }

    pub fn instead(reply: Reply) -> Trouble {
        Trouble::of(Kind::Instead(reply))
    }

    /// The limit that GitHub does not announce: no header tells how long.
    pub fn secondary_limit() -> Trouble {
        let message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
        Trouble::instead(Reply::error(403, message))
    }

    pub fn retry_after(status: u16, seconds: u64) -> Trouble {
        Trouble::instead(Reply::error(status, "Slow down").with("retry-after", seconds))
    }

    /// The hourly limit, whole again at this second.
    pub fn limit_until(reset: i64) -> Trouble {
        let reply = Reply::error(403, "API rate limit exceeded for installation");
        Trouble::instead(reply.with("x-ratelimit-remaining", 0).with("x-ratelimit-reset", reset))
    }

    pub fn meanwhile(happens: impl FnMut(&mut World) + Send + 'static) -> Trouble {
        Trouble::of(Kind::Meanwhile(Box::new(happens)))
    }

    /// Only calls of this method whose path ends so.
    pub fn on(self, method: &'static str, end: &'static str) -> Trouble {
        Trouble { method, end, ..self }
    }

    pub fn times(self, times: usize) -> Trouble {
        Trouble { times, ..self }
    }

    /// The first calls go well.
    pub fn sparing(self, spared: usize) -> Trouble {
        Trouble { spared, ..self }
    }

    pub fn is_for(&self, request: &Request) -> bool {
        let is_method = self.method.is_empty() || self.method == request.method;
        self.times > 0 && is_method && request.path.ends_with(self.end)
    }

    fn of(kind: Kind) -> Trouble {
        Trouble { method: "", end: "", times: 1, spared: 0, kind }
    }
}
