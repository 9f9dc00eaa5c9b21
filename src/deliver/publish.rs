//! What an engine delivers, as a commit of the branch that it follows: made of git objects, nothing is checked out, and
//! pushed by compare-and-swap.

use crate::git::{git, run};
use crate::ledger::Upstream;
use crate::model::RepoPath;
use anyhow::{Context, Result, bail};
use gix::bstr::ByteSlice;
use gix::objs::Tree;
use gix::objs::tree::{Entry, EntryKind};
use gix::{ObjectId, Repository};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// So often somebody else may come first.
const TRIES: u32 = 20;

/// In the message of each commit: what it was rendered from.
const SOURCE: &str = "Pavior-Source: ";

/// Where what others published is kept in this clone.
const FETCHED: &str = "refs/pavior/published/";

/// A branch that an engine follows.
pub struct EngineBranch {
    folder: PathBuf,
    repository: Repository,
    remote: Option<Upstream>,
    /// `pavior/staging`
    name: String,
}

/// A file of a branch that is made of the paths of all others.
pub type List = dyn Fn(&[&str]) -> Option<(RepoPath, String)>;

/// What is to be on it.
#[derive(Clone, Copy)]
pub struct Content<'c> {
    pub files: &'c BTreeMap<RepoPath, String>,
    /// Which of the files that are there stay as they are.
    pub keeps: &'c dyn Fn(&str) -> bool,
    /// A file that is made of the paths of all that is there in the end.
    pub list: &'c List,
    /// The commit that it was rendered from.
    pub source: ObjectId,
}

/// Whether what is to be known of a file's text is only its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blobs {
    Written,
    Named,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// The branch holds it already.
    Nothing {
        commit: ObjectId,
    },
    Pushed {
        commit: ObjectId,
    },
    /// The branch holds what was rendered from a later commit.
    Superseded {
        by: ObjectId,
    },
}

/// How the branch would change, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// There is no such branch yet.
    pub is_new: bool,
    pub created: Vec<String>,
    pub changed: Vec<String>,
    pub removed: Vec<String>,
}

impl EngineBranch {
    /// # Errors
    /// When the folder is in no git repository.
    pub fn open(folder: PathBuf, remote: Option<Upstream>, name: &str) -> Result<EngineBranch> {
        let repository = crate::read::repository(&folder)?;
        Ok(EngineBranch { folder, repository, remote, name: name.to_owned() })
    }

    /// Brings the branch to this content, on top of what is there. Equal content makes no commit; a publisher that is late
    /// does not take back what a later commit brought. `may_push` is asked before each push.
    ///
    /// # Errors
    /// When git cannot be read or written, or others come first again and again.
    pub fn publish(&self, content: Content<'_>, may_push: &dyn Fn() -> Result<()>) -> Result<Published> {
        for attempt in 0..TRIES {
            self.fetch()?;
            let tip = self.tip()?;
            let tree = self.tree_of(&self.composed(tip, content, Blobs::Written)?)?;
            if let Some(tip) = tip {
                if self.repository.find_commit(tip)?.tree_id()?.detach() == tree {
                    return Ok(Published::Nothing { commit: tip });
                }
                if let Some(by) = self.later_source(tip, content.source)? {
                    return Ok(Published::Superseded { by });
                }
            }
            let commit = self.commit(tree, tip, content.source)?;
            may_push()?;
            if self.push(tip, commit)? {
                return Ok(Published::Pushed { commit });
            }
            std::thread::sleep(Duration::from_millis(u64::from(10 * attempt)));
        }
        bail!("others pushed to {} {TRIES} times before us: try again", self.name)
    }

    /// What [`EngineBranch::publish`] would change.
    ///
    /// # Errors
    /// When git cannot be read.
    pub fn difference(&self, content: Content<'_>) -> Result<Difference> {
        self.fetch()?;
        let tip = self.tip()?;
        let mut there = self.there(tip)?;
        let mut difference = Difference { is_new: tip.is_none(), ..Difference::default() };
        for (path, blob) in self.composed(tip, content, Blobs::Named)? {
            match there.remove(&path) {
                None => difference.created.push(path),
                Some(was) if was != blob => difference.changed.push(path),
                Some(_) => {}
            }
        }
        difference.removed = there.into_keys().collect();
        Ok(difference)
    }

    /// The first of these files that the branch does not have, or not like this.
    ///
    /// # Errors
    /// When git cannot be read.
    pub fn lacks<'f>(&self, files: impl Iterator<Item = (&'f RepoPath, &'f String)>) -> Result<Option<&'f RepoPath>> {
        self.fetch()?;
        let there = self.there(self.tip()?)?;
        for (path, text) in files {
            if there.get(path.as_str()) != Some(&self.blob(text, Blobs::Named)?) {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    fn there(&self, tip: Option<ObjectId>) -> Result<BTreeMap<String, ObjectId>> {
        let mut there = BTreeMap::new();
        if let Some(tip) = tip {
            self.list(self.repository.find_commit(tip)?.tree_id()?.detach(), "", &mut there)?;
        }
        Ok(there)
    }

    /// All files of the branch as they are to be, by path.
    fn composed(
        &self,
        tip: Option<ObjectId>,
        content: Content<'_>,
        blobs: Blobs,
    ) -> Result<BTreeMap<String, ObjectId>> {
        let mut files = self.there(tip)?;
        files.retain(|path, _| (content.keeps)(path));
        for (path, text) in content.files {
            files.insert(path.to_string(), self.blob(text, blobs)?);
        }
        let paths: Vec<&str> = files.keys().map(String::as_str).collect();
        if let Some((path, text)) = (content.list)(&paths) {
            files.insert(path.to_string(), self.blob(&text, blobs)?);
        }
        Ok(files)
    }

    fn blob(&self, text: &str, blobs: Blobs) -> Result<ObjectId> {
        Ok(match blobs {
            Blobs::Written => self.repository.write_blob(text)?.detach(),
            Blobs::Named => {
                gix::objs::compute_hash(self.repository.object_hash(), gix::objs::Kind::Blob, text.as_bytes())?
            }
        })
    }

    /// Brings what others published.
    fn fetch(&self) -> Result<()> {
        let Some(remote) = &self.remote else { return Ok(()) };
        let mut command = git(&self.folder);
        command.args(["fetch", "--quiet", "--no-tags", "--prune", "--no-write-fetch-head", "--no-recurse-submodules"]);
        // By a pattern, for it is no mistake that nothing was ever published.
        command.arg("--").arg(&remote.address).arg(format!("+refs/heads/{0}*:{FETCHED}{0}*", self.name));
        remote.authorize(&mut command);
        run(command).with_context(|| format!("fetching {}", self.name))
    }

    fn reference(&self) -> String {
        match self.remote {
            Some(_) => format!("{FETCHED}{}", self.name),
            None => format!("refs/heads/{}", self.name),
        }
    }

    fn tip(&self) -> Result<Option<ObjectId>> {
        let reference = self.repository.try_find_reference(&self.reference());
        let reference = reference.with_context(|| format!("reading {}", self.name))?;
        let id = reference.map(|mut reference| reference.peel_to_id().map(gix::Id::detach)).transpose();
        id.with_context(|| format!("reading {}", self.name))
    }

    fn tree_of(&self, files: &BTreeMap<String, ObjectId>) -> Result<ObjectId> {
        let mut root = Folder::default();
        for (path, blob) in files {
            root.add(path, *blob);
        }
        root.write(&self.repository)
    }

    /// The commit that the tip was rendered from, where it comes after this one.
    fn later_source(&self, tip: ObjectId, source: ObjectId) -> Result<Option<ObjectId>> {
        let commit = self.repository.find_commit(tip)?;
        let message = commit.message_raw()?.to_str_lossy().into_owned();
        let named = message.lines().rev().find_map(|line| line.strip_prefix(SOURCE)?.parse::<ObjectId>().ok());
        let Some(other) = named.filter(|other| *other != source) else { return Ok(None) };
        // A commit that this clone does not have is none that ours was made upon.
        if self.repository.find_commit(other).is_err() {
            bail!("{} was rendered from {other}, which this clone does not have: fetch first", self.name);
        }
        for ancestor in self.repository.rev_walk([other]).all()? {
            if ancestor?.id == source {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }

    /// Made when its source was, so that equal content upon an equal tip is one commit, whoever makes it.
    fn commit(&self, tree: ObjectId, parent: Option<ObjectId>, source: ObjectId) -> Result<ObjectId> {
        let seconds = self.repository.find_commit(source)?.time()?.seconds;
        let time = format!("{seconds} +0000");
        let who = gix::actor::SignatureRef { name: "Pavior".into(), email: "pavior@localhost".into(), time: &time };
        let message = format!("{} as of {}\n\n{SOURCE}{source}\n", self.name, source.to_hex_with_len(12));
        Ok(self.repository.new_commit_as(who, who, message, tree, parent)?.id)
    }

    /// False when there is another tip than `before` by now.
    fn push(&self, before: Option<ObjectId>, commit: ObjectId) -> Result<bool> {
        let branch = format!("refs/heads/{}", self.name);
        let mut command = git(&self.folder);
        match &self.remote {
            Some(remote) => {
                let old = before.map(|id| id.to_string()).unwrap_or_default();
                command.args(["push", "--quiet", "--no-verify", &format!("--force-with-lease={branch}:{old}"), "--"]);
                command.arg(&remote.address).arg(format!("{commit}:{branch}"));
                remote.authorize(&mut command);
            }
            None => {
                let old = before.unwrap_or_else(|| ObjectId::null(self.repository.object_hash()));
                command.args(["update-ref", &branch, &commit.to_string(), &old.to_string()]);
            }
        }
        let Err(error) = run(command) else { return Ok(true) };
        self.fetch()?;
        match self.tip()? {
            now if now == before => Err(error.context(format!("pushing {}", self.name))),
            // Told that it failed, it may still have arrived.
            Some(now) if now == commit => Ok(true),
            _ => Ok(false),
        }
    }

    fn list(&self, tree: ObjectId, folder: &str, found: &mut BTreeMap<String, ObjectId>) -> Result<()> {
        for entry in self.repository.find_tree(tree)?.decode()?.into_owned().entries {
            let path = format!("{folder}{}", entry.filename.to_str_lossy());
            match entry.mode.is_tree() {
                true => self.list(entry.oid, &format!("{path}/"), found)?,
                false => drop(found.insert(path, entry.oid)),
            }
        }
        Ok(())
    }
}

/// A tree that is being made.
#[derive(Default)]
struct Folder {
    folders: BTreeMap<String, Folder>,
    files: BTreeMap<String, ObjectId>,
}

impl Folder {
    fn add(&mut self, path: &str, blob: ObjectId) {
        match path.split_once('/') {
            Some((folder, rest)) => self.folders.entry(folder.to_owned()).or_default().add(rest, blob),
            None => drop(self.files.insert(path.to_owned(), blob)),
        }
    }

    fn write(&self, repository: &Repository) -> Result<ObjectId> {
        let mut entries = BTreeSet::new();
        for (name, folder) in &self.folders {
            entries.insert(entry(EntryKind::Tree, name, folder.write(repository)?));
        }
        entries.extend(self.files.iter().map(|(name, blob)| entry(EntryKind::Blob, name, *blob)));
        // Entries are ordered as git orders them: a folder as if its name ended with a slash.
        Ok(repository.write_object(&Tree { entries: entries.into_iter().collect() })?.detach())
    }
}

fn entry(kind: EntryKind, name: &str, oid: ObjectId) -> Entry {
    Entry { mode: kind.into(), filename: name.into(), oid }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::process::Command;

    fn git_says(folder: &Path, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.arg("-C").arg(folder).args(["-c", "user.name=jo", "-c", "user.email=jo@acme.example"]).args(arguments);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A remote, and a clone with two commits on `main`.
    struct World {
        folder: tempfile::TempDir,
        first: ObjectId,
        second: ObjectId,
    }

    impl World {
        fn new() -> World {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path();
            git_says(root, &["init", "--quiet", "--bare", "remote.git"]);
            git_says(root, &["init", "--quiet", "--initial-branch=main", "source"]);
            let source = root.join("source");
            let commit = |message: &str| {
                git_says(&source, &["commit", "--quiet", "--allow-empty", "-m", message]);
                git_says(&source, &["rev-parse", "HEAD"]).parse().unwrap()
            };
            let (first, second) = (commit("first"), commit("second"));
            git_says(&source, &["push", "--quiet", "../remote.git", "main"]);
            World { folder, first, second }
        }

        fn remote(&self) -> PathBuf {
            self.folder.path().join("remote.git")
        }

        /// A publisher in a clone of its own.
        fn publisher(&self, clone: &str) -> EngineBranch {
            self.clone_as(clone);
            self.publisher_in(clone)
        }

        fn clone_as(&self, clone: &str) {
            git_says(self.folder.path(), &["clone", "--quiet", "--branch=main", "remote.git", clone]);
        }

        fn publisher_in(&self, clone: &str) -> EngineBranch {
            let address = self.remote().to_str().unwrap().to_owned();
            let remote = Some(Upstream { address, authorization: None });
            EngineBranch::open(self.folder.path().join(clone), remote, "pavior/staging").unwrap()
        }

        fn show(&self, path: &str) -> String {
            git_says(&self.remote(), &["show", &format!("pavior/staging:{path}")])
        }

        fn commits(&self) -> usize {
            git_says(&self.remote(), &["rev-list", "--count", "pavior/staging"]).parse().unwrap()
        }
    }

    /// All that is to be there.
    fn whole(files: &BTreeMap<RepoPath, String>, source: ObjectId) -> Content<'_> {
        Content { files, keeps: &|_| false, list: &|_| None, source }
    }

    fn yes() -> Result<()> {
        Ok(())
    }

    fn files(list: &[(&str, &str)]) -> BTreeMap<RepoPath, String> {
        list.iter().map(|(path, text)| (RepoPath::literal(path), (*text).to_owned())).collect()
    }

    #[test]
    fn what_is_published_is_there_what_is_gone_is_gone_and_equal_content_makes_no_commit() {
        let world = World::new();
        let publisher = world.publisher("one");
        let one =
            files(&[("cart/manifests/a.yaml", "a: 1\n"), ("cart/manifests/b.yaml", "b\n"), ("cart-x/c.yaml", "c\n")]);
        let content = whole(&one, world.first);
        assert!(matches!(publisher.publish(content, &yes).unwrap(), Published::Pushed { .. }));
        assert!(matches!(publisher.publish(content, &yes).unwrap(), Published::Nothing { .. }));
        assert!(matches!(world.publisher("two").publish(content, &yes).unwrap(), Published::Nothing { .. }));
        assert_eq!((world.commits(), world.show("cart/manifests/a.yaml").as_str()), (1, "a: 1"));

        let two = files(&[("cart/manifests/a.yaml", "a: 2\n"), ("new.yaml", "n\n"), ("cart-x/c.yaml", "c\n")]);
        let difference = publisher.difference(whole(&two, world.second)).unwrap();
        let of = |list: &[&str]| list.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
        assert_eq!(difference.created, of(&["new.yaml"]));
        assert_eq!(difference.changed, of(&["cart/manifests/a.yaml"]));
        assert_eq!(difference.removed, of(&["cart/manifests/b.yaml"]));
        publisher.publish(whole(&two, world.second), &yes).unwrap();
        let there = git_says(&world.remote(), &["ls-tree", "-r", "--name-only", "pavior/staging"]);
        assert_eq!(there.lines().collect::<Vec<_>>(), ["cart-x/c.yaml", "cart/manifests/a.yaml", "new.yaml"]);
        assert_eq!(world.commits(), 2);
        git_says(&world.remote(), &["fsck", "--strict", "--no-dangling"]);
        assert_eq!(publisher.difference(whole(&two, world.second)).unwrap(), Difference::default());
    }

    #[test]
    fn who_is_late_does_not_take_back_what_a_later_commit_brought() {
        let world = World::new();
        let (early, late) = (files(&[("a.yaml", "early\n")]), files(&[("a.yaml", "late\n")]));
        world.publisher("one").publish(whole(&late, world.second), &yes).unwrap();
        let publisher = world.publisher("two");
        let published = publisher.publish(whole(&early, world.first), &yes).unwrap();
        assert_eq!((published, world.show("a.yaml").as_str()), (Published::Superseded { by: world.second }, "late"));
    }

    #[test]
    fn a66_publishers_at_once_lose_nothing_and_the_last_commit_stays() {
        let world = World::new();
        let clones: Vec<String> = (0..4).map(|one| format!("clone-{one}")).collect();
        clones.iter().for_each(|clone| world.clone_as(clone));
        let contents = [files(&[("a.yaml", "early\n")]), files(&[("a.yaml", "late\n")])];
        let publish = |one: usize| {
            let content = whole(&contents[one % 2], [world.first, world.second][one % 2]);
            world.publisher_in(&clones[one]).publish(content, &yes).unwrap()
        };
        let results: Vec<Published> = std::thread::scope(|scope| {
            let started: Vec<_> = (0..4)
                .map(|one| {
                    let publish = &publish;
                    scope.spawn(move || publish(one))
                })
                .collect();
            started.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(world.show("a.yaml"), "late", "{results:?}");
        // Every push that was said to have happened is in the history.
        for published in &results {
            if let Published::Pushed { commit } = published {
                let is_there = ["merge-base", "--is-ancestor", &commit.to_string(), "pavior/staging"];
                git_says(&world.remote(), &is_there);
            }
        }
        let late = results.iter().skip(1).step_by(2);
        assert!(late.clone().all(|one| !matches!(one, Published::Superseded { .. })), "{results:?}");
    }

    #[test]
    fn a_branch_that_was_deleted_is_made_anew() {
        let world = World::new();
        let publisher = world.publisher("one");
        let files = files(&[("a.yaml", "a\n")]);
        let content = whole(&files, world.first);
        publisher.publish(content, &yes).unwrap();
        git_says(&world.remote(), &["update-ref", "-d", "refs/heads/pavior/staging"]);
        assert!(matches!(publisher.publish(content, &yes).unwrap(), Published::Pushed { .. }));
        assert_eq!(world.commits(), 1);
    }

    #[test]
    fn what_is_kept_stays_as_it_is_whoever_put_it_there() {
        let world = World::new();
        let publisher = world.publisher("one");
        let one = files(&[("cart/a.yaml", "a: 1\n"), ("web/a.yaml", "w: 1\n"), ("_engine/list", "cart web\n")]);
        publisher.publish(whole(&one, world.first), &yes).unwrap();
        let two = files(&[("web/b.yaml", "w: 2\n")]);
        let list = |paths: &[&str]| Some((RepoPath::literal("_engine/list"), paths.join(" ")));
        let content =
            Content { files: &two, keeps: &|path| path.starts_with("cart/"), list: &list, source: world.second };
        let difference = publisher.difference(content).unwrap();
        assert_eq!(
            (difference.removed, difference.created),
            (vec!["web/a.yaml".to_owned()], vec!["web/b.yaml".to_owned()])
        );
        publisher.publish(content, &yes).unwrap();
        assert_eq!(
            (world.show("cart/a.yaml").as_str(), world.show("_engine/list").as_str()),
            ("a: 1", "cart/a.yaml web/b.yaml")
        );
        assert_eq!(publisher.lacks(one.iter()).unwrap().map(RepoPath::as_str), Some("_engine/list"));
        assert_eq!(publisher.lacks(two.iter()).unwrap(), None);
    }

    #[test]
    fn a67_who_may_no_longer_push_does_not() {
        let world = World::new();
        let publisher = world.publisher("one");
        let files = files(&[("a.yaml", "a\n")]);
        let told = publisher.publish(whole(&files, world.first), &|| bail!("the lease is over")).unwrap_err();
        assert_eq!(told.to_string(), "the lease is over");
        assert_eq!(git_says(&world.remote(), &["for-each-ref", "refs/heads/pavior"]), "");
    }
}
