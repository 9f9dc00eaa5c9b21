//! A GitHub on loopback: real HTTP, state that calls change, the limits that GitHub has, and trouble on demand.
//!
//! ```ignore
//! let fake = Fake::start();
//! fake.world().pull(7, "ada");
//! fake.trouble(Trouble::after(502).on("POST", "/comments"));
//! let github = fake.github();           // or a process with GITHUB_API_URL=fake.url(), GITHUB_TOKEN=TOKEN
//! ...
//! assert_eq!(fake.world().comments.len(), 1);
//! ```

mod app;
mod checks;
mod clock;
mod comments;
mod deployments;
mod paging;
mod people;
mod pulls;
mod reply;
mod route;
mod runs;
mod server;
mod trouble;
mod world;

pub use clock::TestClock;
pub use reply::{Reply, Request};
pub use trouble::{Meeting, Trouble};
pub use world::{COMMIT, FakeDeployment, World, commit};

use pavior::forge::github::{Connection, Credentials as Identity, GitHub, Timeouts};
use pavior::forge::words::Repository;
use server::Server;
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::time::Duration;

/// The token that may write; it is that of `github-actions[bot]`.
pub const TOKEN: &str = "token-that-writes";
/// The one that workflows of forks get.
pub const READ_TOKEN: &str = "token-that-reads";
pub const REPOSITORY: &str = "acme/shop";

pub struct Fake {
    world: Arc<Mutex<World>>,
    server: Server,
    pub clock: Arc<TestClock>,
}

impl Fake {
    pub fn start() -> Fake {
        Fake::behind("")
    }

    /// Below `/api/v3`, as GitHub Enterprise is.
    pub fn enterprise() -> Fake {
        Fake::behind("/api/v3")
    }

    fn behind(prefix: &str) -> Fake {
        let world = Arc::new(Mutex::new(World::new()));
        let server = Server::start(Arc::clone(&world), prefix);
        world.lock().unwrap().url = server.url.clone();
        Fake { world, server, clock: Arc::default() }
    }

    pub fn url(&self) -> &str {
        &self.server.url
    }

    /// The state, to look at and to change. Let go of it before the next call, which otherwise fails.
    pub fn world(&self) -> MutexGuard<'_, World> {
        for _ in 0..5_000 {
            match self.world.try_lock() {
                Ok(world) => return world,
                Err(TryLockError::Poisoned(world)) => return world.into_inner(),
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
            }
        }
        panic!("the state is held by this very test: let go of it first");
    }

    pub fn trouble(&self, trouble: Trouble) {
        self.world().troubles.push(trouble);
    }

    /// The next calls of this method whose path ends so wait until so many have come.
    pub fn meet(&self, meeting: Meeting) {
        self.world().meetings.push(meeting);
    }

    pub fn connection(&self, identity: Identity) -> Connection {
        let short = Duration::from_millis(400);
        let timeouts = Timeouts { connect: short, read: short, whole: Duration::from_secs(5) };
        Connection { clock: self.clock.clone(), timeouts, ..Connection::new(self.url(), identity) }
    }

    pub fn github(&self) -> GitHub {
        GitHub::connect(self.connection(Identity::actions(TOKEN)), repository()).unwrap()
    }

    /// With the token that workflows of forks get.
    pub fn reading(&self) -> GitHub {
        let fork = Identity::actions(READ_TOKEN);
        GitHub::connect(self.connection(fork), repository()).unwrap()
    }

    /// As `github`, but at another address.
    pub fn github_at(&self, url: &str) -> GitHub {
        let there = self.connection(Identity::actions(TOKEN));
        GitHub::connect(Connection { api_url: url.to_owned(), ..there }, repository()).unwrap()
    }

    pub fn dry_run(&self) -> GitHub {
        GitHub::dry_run(self.connection(Identity::actions(TOKEN)), repository()).unwrap()
    }

    /// The requests of this method whose path ends so, in order.
    pub fn requests(&self, method: &str, end: &str) -> Vec<Request> {
        let is_meant = |request: &&Request| request.method == method && request.path.ends_with(end);
        self.world().requests.iter().filter(is_meant).cloned().collect()
    }
}

pub fn repository() -> Repository {
    Repository::parse(REPOSITORY).unwrap()
}
