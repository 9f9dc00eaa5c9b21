//! The server in this process, with somebody in the bot's place who remembers what there was to do.

use super::client::{Client, Delivery, KEY};
use crate::forge::fake::repository;
use pavior::ci::Did;
use pavior::forge::event::Work;
use pavior::forge::words::Repository;
use pavior::serve::{Act, Acted, Acting, Limits, Settings, serve};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

#[derive(Default)]
pub struct Remembered {
    pub begun: Vec<Work>,
    pub ended: usize,
    /// So many works fail, or panic.
    pub fails: usize,
    pub panics: usize,
    pub pause: Duration,
    running: BTreeMap<String, usize>,
    /// The most that was worked on at a time, of one thing and in all.
    pub most_of_one: usize,
    pub most: usize,
}

#[derive(Clone, Default)]
pub struct Remembers(Arc<Mutex<Remembered>>);

impl Act for Remembers {
    fn act(&self, _: Repository, work: Work) -> Acting {
        let shared = Arc::clone(&self.0);
        Box::pin(async move {
            let name = format!("{work:?}");
            let pause = {
                let mut all = shared.lock().unwrap();
                all.begun.push(work.clone());
                *all.running.entry(name.clone()).or_default() += 1;
                all.most_of_one = all.most_of_one.max(all.running[&name]);
                all.most = all.most.max(all.running.values().sum());
                all.pause
            };
            tokio::time::sleep(pause).await;
            let mut all = shared.lock().unwrap();
            *all.running.get_mut(&name).unwrap() -= 1;
            if all.panics > 0 {
                all.panics -= 1;
                drop(all);
                panic!("as a test asked for");
            }
            if all.fails > 0 {
                all.fails -= 1;
                anyhow::bail!("as a test asked for");
            }
            all.ended += 1;
            Ok(Acted::Did(Did::default()))
        })
    }
}

pub struct Harness {
    pub address: SocketAddr,
    pub remembers: Remembers,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

pub fn settings() -> Settings {
    Settings {
        secrets: vec![KEY.to_owned()],
        repositories: [repository()].into(),
        limits: Limits { most: 100, headers_within: Duration::from_secs(10) },
        workers: 4,
        most_waiting: 1_000,
        sweep_every: Duration::from_secs(3_600),
        retry_after: Duration::from_millis(1),
        grace: Duration::from_secs(10),
    }
}

impl Harness {
    pub fn start() -> Harness {
        Harness::with(settings(), Duration::ZERO)
    }

    /// Each work takes so long.
    pub fn with(settings: Settings, pause: Duration) -> Harness {
        let remembers = Remembers::default();
        remembers.0.lock().unwrap().pause = pause;
        let (stop, stopped) = oneshot::channel::<()>();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let (address, act) = (listener.local_addr().unwrap(), Arc::new(remembers.clone()));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                serve(listener, settings, act, async { drop(stopped.await) }).await.unwrap();
            });
            runtime.shutdown_background();
        });
        Harness { address, remembers, stop: Some(stop), thread: Some(thread) }
    }

    pub fn client(&self) -> Client {
        Client::connect(self.address)
    }

    pub fn deliver(&self, delivery: &Delivery) -> u16 {
        self.client().deliver(delivery)
    }

    /// What was worked on, but for sweeps.
    pub fn works(&self) -> Vec<Work> {
        let all = self.remembers.0.lock().unwrap();
        all.begun.iter().filter(|work| **work != Work::Sweep).cloned().collect()
    }

    pub fn see<T>(&self, look: impl FnOnce(&mut Remembered) -> T) -> T {
        look(&mut self.remembers.0.lock().unwrap())
    }

    pub fn wait_until(&self, is_so: impl Fn(&Remembered) -> bool) {
        let begun = Instant::now();
        while !is_so(&self.remembers.0.lock().unwrap()) {
            assert!(begun.elapsed() < Duration::from_secs(20), "it did not happen");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Tells it to stop; `ended` waits until it has.
    pub fn stop(&mut self) {
        drop(self.stop.take());
    }

    pub fn ended(mut self) -> Remembers {
        self.stop();
        self.thread.take().unwrap().join().unwrap();
        self.remembers.clone()
    }

    pub fn metric(&self, line: &str) -> bool {
        self.client().get("/metrics").body.lines().any(|found| found == line)
    }
}

impl Remembers {
    pub fn see<T>(&self, look: impl FnOnce(&Remembered) -> T) -> T {
        look(&self.0.lock().unwrap())
    }
}
