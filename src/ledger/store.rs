//! The ledger in git: a commit of `refs/pavior/ledger` for each batch of records, a file for each record. Appended by
//! compare-and-swap: of two writers at once one wins, and the other chains its records behind.

use super::chain::{Bad, Head, Published, Verifier};
use super::record::{Entry, Record, Writer};
use crate::git::{authorize, git, run};
use crate::model::Timestamp;
use anyhow::{Context, Result, anyhow, bail};
use gix::bstr::ByteSlice;
use gix::objs::Tree;
use gix::objs::tree::{Entry as TreeEntry, EntryKind};
use gix::{ObjectId, Repository};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Not a branch: it is in no list of branches, and protects itself by its chain.
pub const REFERENCE: &str = "refs/pavior/ledger";

const BROKEN: &str = "the ledger is broken, and nothing is written into it: see `pavior audit verify`";

/// Where records lie in a commit.
const FOLDER: &str = "records";

/// So many records lie in one folder.
const TOGETHER: u64 = 1_000;

/// Git holds the lock of a reference for moments. Longer than this it is one that a killed process left behind.
const LEFT_BEHIND: Duration = Duration::from_secs(10);

/// For so long somebody else may come first, again and again, before it is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// The ledger of a repository.
pub struct Store {
    folder: PathBuf,
    repository: Repository,
    remote: Option<Upstream>,
    records: Vec<Record>,
    verifier: Verifier,
}

/// Where the ledger is kept, if not in this repository alone.
#[derive(Clone)]
pub struct Upstream {
    pub address: String,
    /// A header for it.
    pub authorization: Option<String>,
}

/// What stands in the ledger at one commit.
#[derive(Debug, Clone)]
struct Tip {
    commit: Option<ObjectId>,
    head: Head,
}

/// One of these records, with the one behind it at hand.
fn read(
    repository: &Repository,
    verifier: &mut Verifier,
    files: &[(u64, ObjectId)],
    at: usize,
) -> Result<Result<Record, Bad>> {
    let (number, id) = files[at];
    let next = || repository.find_blob(files.get(at + 1)?.1).ok().map(|blob| blob.data.clone());
    Ok(verifier.read_before(number, &repository.find_blob(id)?.data, next))
}

impl Store {
    /// # Errors
    /// When the folder is in no git repository.
    pub fn open(folder: PathBuf, remote: Option<Upstream>) -> Result<Store> {
        let repository = crate::read::repository(&folder)?;
        Ok(Store { folder, repository, remote, records: Vec::new(), verifier: Verifier::new(Vec::new()) })
    }

    /// Brings what others wrote.
    ///
    /// # Errors
    /// When the remote cannot be read, or no longer has what was read of it before.
    pub fn refresh(&self) -> Result<()> {
        let Some(remote) = &self.remote else { return Ok(()) };
        self.unlock()?;
        let mut command = git(&self.folder);
        command.args([
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-prune",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
        ]);
        // By a pattern, for it is no mistake that nothing was ever written. Without a `+`: what was read once does not go.
        command.arg("--").arg(&remote.address).arg(format!("{REFERENCE}*:{REFERENCE}*"));
        remote.authorize(&mut command);
        run(command).context(
            "fetching the ledger: where git says nothing, the remote no longer has records that were read of it before (docs/apply.md, \
             When the ledger is broken)",
        )
    }

    /// All records, verified from the first one on. What was verified once is not read again.
    ///
    /// # Errors
    /// When git cannot be read, or with the first record that is not as it should be.
    pub fn records(&mut self) -> Result<&[Record]> {
        self.records_of(self.commit()?)
    }

    fn records_of(&mut self, commit: Option<ObjectId>) -> Result<&[Record]> {
        let files = self.files(commit, self.verifier.head().number)?;
        for at in 0..files.len() {
            let record = read(&self.repository, &mut self.verifier, &files, at)?.context(BROKEN)?;
            self.records.push(record);
        }
        Ok(&self.records)
    }

    /// The last record that was read.
    pub fn head(&self) -> Head {
        self.verifier.head()
    }

    /// Every record anew, and whether each head that was published is found in its place.
    ///
    /// # Errors
    /// When git cannot be read.
    pub fn verify(&self, published: Vec<Published>) -> Result<Result<Head, Bad>> {
        let mut verifier = Verifier::new(published);
        let files = self.files(self.commit()?, 0)?;
        for at in 0..files.len() {
            if let Err(bad) = read(&self.repository, &mut verifier, &files, at)? {
                return Ok(Err(bad));
            }
        }
        Ok(verifier.end())
    }

    /// Writes entries behind all that is there, whoever else writes. `entries` is asked anew, with all records, each time
    /// that somebody else came first: what it wanted may no longer be right, and then it gives none.
    ///
    /// # Errors
    /// When the ledger is broken, cannot be written, or others come first again and again.
    pub fn append(
        &mut self,
        writer: &Writer,
        now: impl Fn() -> Timestamp,
        entries: impl Fn(&[Record]) -> Result<Vec<Entry>>,
    ) -> Result<Head> {
        let began = Instant::now();
        loop {
            // Asked once: whoever writes while the entries are thought of has moved it away from what they were thought of.
            let commit = self.commit()?;
            let entries = entries(self.records_of(commit)?)?;
            let head = self.verifier.head();
            if entries.is_empty() {
                return Ok(head);
            }
            let message = message(&entries);
            let (texts, end) = head.append(now(), writer, entries);
            let tip = Tip { commit, head };
            let written = self.commit_of(&tip, &texts, &message, end)?;
            if self.publish(tip.commit, written)? {
                return Ok(end);
            }
            if began.elapsed() > PATIENCE {
                bail!("others wrote into the ledger before us for {} seconds: try again", PATIENCE.as_secs());
            }
            // Never longer for who has waited longer: who comes last would come last for ever.
            std::thread::sleep(uneven(Duration::from_millis(40)));
            self.refresh()?;
        }
    }

    fn commit(&self) -> Result<Option<ObjectId>> {
        let reference = self.repository.try_find_reference(REFERENCE).context("reading the ledger's reference")?;
        let id = reference.map(|mut reference| reference.peel_to_id().map(gix::Id::detach)).transpose();
        id.context("reading the ledger's reference")
    }

    /// The blobs of the records behind this one, by number and in their order.
    fn files(&self, commit: Option<ObjectId>, after: u64) -> Result<Vec<(u64, ObjectId)>> {
        let Some(commit) = commit else { return Ok(Vec::new()) };
        let mut files = Vec::new();
        for folder in self.tree_below(commit)?.entries {
            let first = number_of(folder.filename.to_str_lossy().as_ref())?;
            if first < after / TOGETHER {
                continue;
            }
            for file in self.tree(folder.oid)?.entries {
                let name = file.filename.to_str_lossy();
                let number = number_of(name.strip_suffix(".json").unwrap_or(&name))?;
                if number > after {
                    files.push((number, file.oid));
                }
            }
        }
        files.sort_unstable();
        Ok(files)
    }

    fn tree_below(&self, commit: ObjectId) -> Result<Tree> {
        let root = self.repository.find_commit(commit)?.tree_id()?.detach();
        match self.tree(root)?.entries.iter().find(|entry| entry.filename == FOLDER) {
            Some(folder) => self.tree(folder.oid),
            None => Ok(Tree::empty()),
        }
    }

    fn tree(&self, id: ObjectId) -> Result<Tree> {
        Ok(self.repository.find_tree(id)?.decode()?.into_owned())
    }

    /// Writes the objects of a commit with these records more. Nothing refers to it yet.
    fn commit_of(&self, tip: &Tip, texts: &[String], message: &str, end: Head) -> Result<ObjectId> {
        let mut folders = tip.commit.map_or_else(|| Ok(Tree::empty()), |commit| self.tree_below(commit))?;
        for (number, text) in (tip.head.number + 1..).zip(texts) {
            let blob = self.repository.write_blob(text)?.detach();
            let name = format!("{:06}", number / TOGETHER);
            let at = folders.entries.iter().position(|entry| entry.filename == name.as_str());
            let mut files = at.map_or_else(|| Ok(Tree::empty()), |at| self.tree(folders.entries[at].oid))?;
            files.entries.push(entry(EntryKind::Blob, &format!("{number:09}.json"), blob));
            let files = entry(EntryKind::Tree, &name, self.repository.write_object(&files)?.detach());
            match at {
                Some(at) => folders.entries[at] = files,
                None => folders.entries.push(files),
            }
        }
        let root =
            Tree { entries: vec![entry(EntryKind::Tree, FOLDER, self.repository.write_object(&folders)?.detach())] };
        let seconds = end.at.map_or(0, Timestamp::unix_seconds);
        let time = format!("{seconds} +0000");
        let who = gix::actor::SignatureRef { name: "Pavior".into(), email: "pavior@localhost".into(), time: &time };
        let commit = self.repository.new_commit_as(
            who,
            who,
            message,
            self.repository.write_object(&root)?.detach(),
            tip.commit,
        )?;
        Ok(commit.id)
    }

    /// Makes it the ledger, unless there is another one than `before` by now. False then.
    fn publish(&self, before: Option<ObjectId>, commit: ObjectId) -> Result<bool> {
        let old = before.map(|id| id.to_string()).unwrap_or_default();
        if let Some(remote) = &self.remote {
            let mut command = git(&self.folder);
            command.args(["push", "--quiet", "--no-verify", &format!("--force-with-lease={REFERENCE}:{old}"), "--"]);
            command.arg(&remote.address).arg(format!("{commit}:{REFERENCE}"));
            remote.authorize(&mut command);
            if let Err(error) = run(command) {
                // Told that it failed, it may still have arrived.
                self.refresh()?;
                return match self.commit()? {
                    now if now == before => Err(error.context("pushing the ledger")),
                    Some(now) if self.is_behind(commit, now)? => Ok(true),
                    _ => Ok(false),
                };
            }
        }
        self.unlock()?;
        let zero = ObjectId::null(self.repository.object_hash()).to_string();
        let mut command = git(&self.folder);
        let old = if old.is_empty() { &zero } else { &old };
        command.args(["update-ref", REFERENCE, &commit.to_string(), old]);
        match run(command) {
            Ok(()) => Ok(true),
            // Somebody in this clone was first to bring or to write something.
            Err(_) if self.commit()? != before => match self.remote {
                Some(_) => Ok(true),
                None => Ok(false),
            },
            Err(error) => Err(error.context("writing the ledger")),
        }
    }

    /// Waits while another process writes the reference, and takes away the lock of one that was killed over it. Should it
    /// live after all, it finds its lock gone and writes nothing: the old value is compared all the same.
    fn unlock(&self) -> Result<()> {
        let lock = self.repository.common_dir().join(format!("{REFERENCE}.lock"));
        loop {
            let Ok(modified) = std::fs::metadata(&lock).and_then(|lock| lock.modified()) else { return Ok(()) };
            if modified.elapsed().is_ok_and(|age| age > LEFT_BEHIND) {
                let removed = std::fs::remove_file(&lock);
                return removed.or_else(|error| match error.kind() {
                    std::io::ErrorKind::NotFound => Ok(()),
                    _ => Err(error).with_context(|| format!("taking away {}, which a killed git left", lock.display())),
                });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn is_behind(&self, ancestor: ObjectId, tip: ObjectId) -> Result<bool> {
        for commit in self.repository.rev_walk([tip]).first_parent_only().all()? {
            if commit?.id == ancestor {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Upstream {
    pub(crate) fn authorize(&self, command: &mut std::process::Command) {
        if let Some(header) = &self.authorization {
            authorize(command, &self.address, header);
        }
    }
}

fn number_of(name: &str) -> Result<u64> {
    name.parse().map_err(|_| anyhow!("the ledger holds `{}`, which is no record", name.escape_debug()))
}

fn entry(kind: EntryKind, name: &str, oid: ObjectId) -> TreeEntry {
    TreeEntry { mode: kind.into(), filename: name.into(), oid }
}

/// What `git log` shows of a batch.
fn message(entries: &[Entry]) -> String {
    let lines: Vec<String> = entries.iter().map(Entry::to_string).collect();
    match lines.as_slice() {
        [line] => format!("{line}\n"),
        lines => format!("{} records\n\n{}\n", lines.len(), lines.join("\n")),
    }
}

/// A part of this time, another one for each who asks at the same moment: those who have met once do not meet again.
fn uneven(most: Duration) -> Duration {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().subsec_nanos();
    let mixed = (nanos ^ std::process::id().wrapping_mul(0x9e37_79b9)).wrapping_mul(0x85eb_ca6b) >> 22;
    most * mixed / 1_024
}
