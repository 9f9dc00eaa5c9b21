//! Work that was accepted and has not begun: bounded, one piece for many events of one pull request, and never two pieces
//! of one pull request at a time.

use crate::forge::event::{Subject, Work};
use crate::forge::words::{CommitId, PullNumber, Repository};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// What is never worked on twice at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    repository: Repository,
    about: About,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Pull(PullNumber),
    Commit(CommitId),
    Everything,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub repository: Repository,
    pub work: Work,
    /// How often it has failed.
    pub failures: u32,
}

impl Piece {
    pub fn new(repository: Repository, work: Work) -> Piece {
        Piece { repository, work, failures: 0 }
    }

    pub fn key(&self) -> Key {
        let about = match &self.work {
            Work::Judge(pull) | Work::Command { pull, .. } => About::Pull(*pull),
            Work::Report { of, .. } | Work::Button { of, .. } => match of {
                Subject::Pull(pull) => About::Pull(*pull),
                Subject::Head { commit, .. } => About::Commit(commit.clone()),
            },
            Work::MergeGroup(group) => About::Commit(group.head.clone()),
            Work::Apply { commit, .. } => About::Commit(commit.clone()),
            Work::Sweep | Work::Nothing(_) => About::Everything,
        };
        Key { repository: self.repository.clone(), about }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    New,
    /// The same waits already.
    Joined,
    /// Nothing more is taken for now.
    Full,
}

pub struct Queue {
    most: usize,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// What events asked for, before what sweeps found. A key may stand here without anything that waits.
    asked: VecDeque<Key>,
    is_asked: BTreeSet<Key>,
    found: VecDeque<Key>,
    waiting: BTreeMap<Key, VecDeque<Piece>>,
    running: BTreeSet<Key>,
    length: usize,
    is_closed: bool,
}

impl Queue {
    pub fn new(most: usize) -> Queue {
        Queue { most, state: Mutex::default(), changed: Notify::new() }
    }

    /// What somebody asked for, if there is room.
    pub fn put(&self, piece: Piece) -> Put {
        let key = piece.key();
        let mut state = self.state();
        if state.is_closed {
            return Put::Full;
        }
        if state.waits(&key, &piece) {
            // Somebody waits for it now, whoever found it first.
            state.ask(key);
            return Put::Joined;
        }
        if state.length >= self.most {
            return Put::Full;
        }
        state.add(&key, piece);
        state.ask(key);
        drop(state);
        self.changed.notify_waiters();
        Put::New
    }

    /// What was found or has to be tried again: never refused, and done after what somebody asked for. There is at most
    /// one such piece for each pull request.
    pub fn put_back(&self, piece: Piece) {
        let key = piece.key();
        let mut state = self.state();
        if !state.waits(&key, &piece) {
            state.add(&key, piece);
            state.found.push_back(key);
            drop(state);
            self.changed.notify_waiters();
        }
    }

    /// The next piece; none when the queue is closed and nothing waits. `done` has to be called with its key.
    pub async fn take(&self) -> Option<Piece> {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            {
                let mut state = self.state();
                if let Some(piece) = state.next() {
                    return Some(piece);
                }
                if state.is_closed && state.waiting.is_empty() {
                    return None;
                }
            }
            changed.await;
        }
    }

    pub fn done(&self, key: &Key) {
        let mut state = self.state();
        state.running.remove(key);
        if state.waiting.contains_key(key) {
            state.ask(key.clone());
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// Nothing more is accepted; what waits is still handed out.
    pub fn close(&self) {
        self.state().is_closed = true;
        self.changed.notify_waiters();
    }

    pub fn len(&self) -> usize {
        self.state().length
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn waits(&self, key: &Key, piece: &Piece) -> bool {
        self.waiting.get(key).is_some_and(|pieces| pieces.iter().any(|one| one.work == piece.work))
    }

    fn add(&mut self, key: &Key, piece: Piece) {
        self.waiting.entry(key.clone()).or_default().push_back(piece);
        self.length += 1;
    }

    fn ask(&mut self, key: Key) {
        if self.is_asked.insert(key.clone()) {
            self.asked.push_back(key);
        }
    }

    fn next_key(&mut self) -> Option<Key> {
        match self.asked.pop_front() {
            Some(key) => {
                self.is_asked.remove(&key);
                Some(key)
            }
            None => self.found.pop_front(),
        }
    }

    fn next(&mut self) -> Option<Piece> {
        while let Some(key) = self.next_key() {
            // Where it runs, `done` asks for it again.
            if self.running.contains(&key) {
                continue;
            }
            let Some(pieces) = self.waiting.get_mut(&key) else { continue };
            let piece = pieces.pop_front();
            if pieces.is_empty() {
                self.waiting.remove(&key);
            }
            self.length -= 1;
            self.running.insert(key);
            return piece;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::words::CommentId;
    use std::time::Duration;
    use tokio::time::timeout;

    fn piece(work: Work) -> Piece {
        Piece::new(Repository::parse("acme/shop").unwrap(), work)
    }

    fn report(pull: u64) -> Piece {
        piece(Work::Report { of: Subject::Pull(PullNumber(pull)), run: None })
    }

    fn command(pull: u64, comment: u64) -> Piece {
        piece(Work::Command { pull: PullNumber(pull), comment: CommentId(comment) })
    }

    async fn nothing_to_take(queue: &Queue) -> bool {
        timeout(Duration::from_millis(20), queue.take()).await.is_err()
    }

    #[tokio::test]
    async fn many_events_of_one_pull_request_are_one_piece_of_work() {
        let queue = Queue::new(10);
        let put: Vec<Put> = (0..1_000).map(|_| queue.put(report(7))).collect();
        assert!(put[0] == Put::New && put[1..].iter().all(|put| *put == Put::Joined));
        assert_eq!(queue.state().asked.len(), 1);
        assert_eq!(queue.take().await, Some(report(7)));
        queue.done(&report(7).key());
        assert!(nothing_to_take(&queue).await && queue.len() == 0);
    }

    #[tokio::test]
    async fn one_pull_request_is_never_worked_on_twice_at_a_time() {
        let queue = Queue::new(10);
        queue.put(report(7));
        assert_eq!(queue.take().await, Some(report(7)));
        // What comes while it is worked on may not have been seen: it is worked on again, after that.
        assert_eq!(queue.put(report(7)), Put::New);
        assert_eq!(queue.put(command(7, 1)), Put::New);
        assert!(nothing_to_take(&queue).await);
        queue.put(report(8));
        assert_eq!(queue.take().await, Some(report(8)));
        queue.done(&report(7).key());
        assert_eq!(queue.take().await, Some(report(7)));
        assert!(nothing_to_take(&queue).await);
        queue.done(&report(7).key());
        assert_eq!(queue.take().await, Some(command(7, 1)));
    }

    #[tokio::test]
    async fn a_full_queue_takes_what_waits_already_and_what_was_found() {
        let queue = Queue::new(2);
        assert_eq!([1, 2, 3, 1].map(|pull| queue.put(report(pull))), [Put::New, Put::New, Put::Full, Put::Joined]);
        queue.put_back(report(3));
        assert_eq!(queue.len(), 3);
    }

    #[tokio::test]
    async fn what_somebody_asks_for_comes_before_what_a_sweep_found() {
        let queue = Queue::new(10);
        (1..=3).for_each(|pull| queue.put_back(report(pull)));
        queue.put(report(9));
        assert_eq!(queue.put(report(3)), Put::Joined);
        let mut order = Vec::new();
        for _ in 0..4 {
            order.push(queue.take().await.unwrap());
        }
        assert_eq!(order, [9, 3, 1, 2].map(report));
        assert!(nothing_to_take(&queue).await);
    }

    #[tokio::test]
    async fn a_closed_queue_hands_out_what_waits_and_takes_nothing() {
        let queue = Queue::new(10);
        queue.put(report(7));
        queue.close();
        assert_eq!(queue.put(report(8)), Put::Full);
        assert_eq!(queue.take().await, Some(report(7)));
        assert_eq!(queue.take().await, None);
    }
}
