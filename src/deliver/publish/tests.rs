//! Tests: a branch that publishers share, on a real remote.

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
    Content { files, keeps: &|_| false, list: &|_| None, source, is_sure: false }
}

fn yes(_: Option<ObjectId>) -> Result<()> {
    Ok(())
}

fn files(list: &[(&str, &str)]) -> BTreeMap<RepoPath, String> {
    list.iter().map(|(path, text)| (RepoPath::literal(path), (*text).to_owned())).collect()
}

#[test]
fn what_is_published_is_there_what_is_gone_is_gone_and_equal_content_makes_no_commit() {
    let world = World::new();
    let publisher = world.publisher("one");
    let one = files(&[("cart/manifests/a.yaml", "a: 1\n"), ("cart/manifests/b.yaml", "b\n"), ("cart-x/c.yaml", "c\n")]);
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
    let content = Content {
        files: &two,
        keeps: &|path| path.starts_with("cart/"),
        list: &list,
        source: world.second,
        is_sure: false,
    };
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
}

#[test]
fn a67_who_may_no_longer_push_does_not() {
    let world = World::new();
    let publisher = world.publisher("one");
    let files = files(&[("a.yaml", "a\n")]);
    let told = publisher.publish(whole(&files, world.first), &|_| bail!("the lease is over")).unwrap_err();
    assert_eq!(told.to_string(), "the lease is over");
    assert_eq!(git_says(&world.remote(), &["for-each-ref", "refs/heads/pavior"]), "");
}
