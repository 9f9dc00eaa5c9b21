//! Pull requests that Pavior opens: `pavior deploy --pull-request` against the fake, and the library's own calls.

use super::fake::{Fake, TOKEN, Trouble, commit, repository};
use super::flow::scene::Scene;
use pavior::ci::{Bot, Git, Proposal, Proposed, Remote};
use pavior::edit::{Revert, Sick};
use pavior::forge::words::{CommitId, NewPull, PullNumber};
use pavior::ledger::UnitName;
use pavior::model::{Name, RepoPath};
use std::process::Command;

const BRANCH: &str = "pavior/deploy-adservice-staging-";
const DEPLOY: [&str; 6] = ["deploy", "adservice", "--to", "staging", "--image", "ghcr.io/acme/adservice:v2"];

fn pull() -> NewPull {
    let [title, body, head, base] = ["Deploy", "why", "pavior/x", "main"].map(str::to_owned);
    NewPull { title, body, head, base }
}

#[tokio::test]
async fn an_answer_that_is_lost_opens_no_second_pull_request() {
    for trouble in [Trouble::after(502), Trouble::silence_after()] {
        let fake = Fake::start();
        fake.trouble(trouble.on("POST", "/pulls"));
        let number = fake.github().create_pull(&pull()).await.unwrap();
        assert_eq!(number, Some(PullNumber(1)));
        assert_eq!(fake.github().create_pull(&pull()).await.unwrap(), number, "what is open is found");
        assert_eq!(fake.world().pulls.len(), 1);
    }
}

fn told(scene: &Scene, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_pavior"))
        .args(arguments)
        .current_dir(scene.workspace())
        .env_clear()
        .envs([("PATH", "/usr/bin:/bin"), ("HOME", "/nonexistent"), ("GITHUB_REPOSITORY", "acme/shop")])
        .envs([("GITHUB_API_URL", scene.fake.url()), ("GITHUB_TOKEN", TOKEN), ("NO_COLOR", "1")])
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn deploy(scene: &Scene, more: &[&str]) -> (i32, String, String) {
    let remote = scene.remote().display().to_string();
    told(scene, &[&DEPLOY, ["--pull-request", "--remote", &remote].as_slice(), more].concat())
}

/// The branches of the remote that Pavior made.
fn branches(scene: &Scene) -> Vec<String> {
    let remote = scene.remote().display().to_string();
    let listed = scene.git(&["ls-remote", "--heads", &remote, "refs/heads/pavior/*"]);
    listed.lines().map(|line| line.split_once("refs/heads/").unwrap().1.to_owned()).collect()
}

#[test]
fn an_image_is_proposed_once_and_the_work_tree_is_left_alone() {
    let scene = Scene::start();
    let (code, _, said) = deploy(&scene, &["--dry-run"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("POST /repos/acme/shop/pulls {"), "{said}");
    assert_eq!((branches(&scene).len(), scene.fake.world().pulls.len()), (0, 1));

    let (code, diff, said) = deploy(&scene, &["--because", "Ads load slowly"]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.starts_with("opened https://github.com/acme/shop/pull/8 from pavior/deploy-adservice-staging-"),
        "{said}"
    );
    assert!(diff.contains("ghcr.io/acme/adservice:v2"), "{diff}");
    let made = branches(&scene);
    assert!(made.len() == 1 && made[0].starts_with(BRANCH), "{made:?}");
    let bare = scene.remote().display().to_string();
    let changed = scene.git(&["--git-dir", &bare, "diff", "--stat", "main", &made[0]]);
    assert!(changed.contains("1 file changed"), "{changed}");
    let request = scene.fake.requests("POST", "/pulls").pop().unwrap();
    assert_eq!((request.text("title"), request.text("base")), ("Deploy adservice to staging", "main"));
    assert!(request.text("body").starts_with("Ads load slowly\n\nContainer `main`"), "{}", request.body);
    assert!(request.text("body").contains("`ghcr.io/acme/adservice:v2`"), "{}", request.body);

    let (code, _, said) = deploy(&scene, &[]);
    assert_eq!((code, said.as_str()), (0, "https://github.com/acme/shop/pull/8 is open for that already\n"));
    assert_eq!((branches(&scene).len(), scene.fake.requests("POST", "/pulls").len()), (1, 1));
    let status =
        std::process::Command::new("git").arg("-C").arg(scene.workspace()).args(["status", "--porcelain"]).output();
    assert_eq!(String::from_utf8(status.unwrap().stdout).unwrap(), "");
}

#[test]
fn what_would_be_refused_is_not_proposed() {
    let scene = Scene::start();
    let remote = scene.remote().display().to_string();
    let arguments = ["deploy", "adservice", "--to", "production", "--image", "x/adservice:latest"];
    let (code, _, said) = told(&scene, &[&arguments, ["--pull-request", "--remote", &remote].as_slice()].concat());
    assert_eq!(code, 1, "{said}");
    assert_eq!((branches(&scene).len(), scene.fake.requests("POST", "/pulls").len()), (0, 0));
}

#[tokio::test]
async fn a_revert_is_proposed_once_for_all_times() {
    let scene = Scene::start();
    let main = CommitId::parse(&scene.main()).unwrap();
    let remote = Remote::Other(scene.remote().display().to_string());
    let bot = Bot { github: scene.fake.github(), git: Git { folder: scene.workspace(), remote }, previews: None };
    assert_eq!(bot.tip("main").await.unwrap(), main);
    assert!(bot.tip("nowhere").await.unwrap_err().to_string().contains("no branch \"nowhere\""));
    let revert = Revert {
        files: vec![(RepoPath::literal("catalog/ads/adservice.yaml"), None)],
        branch: "pavior/revert-adservice-staging-1".to_owned(),
        title: "Take adservice back".to_owned(),
        body: "why\n".to_owned(),
    };
    let proposal = Proposal::of(revert, "main".to_owned(), main);
    assert_eq!(bot.propose_once(&proposal).await.unwrap(), Proposed::Opened(PullNumber(8)));
    assert_eq!(bot.propose_once(&proposal).await.unwrap(), Proposed::Open(PullNumber(8)));
    let tip = scene.git(&["ls-remote", &scene.remote().display().to_string(), "refs/heads/pavior/*"]);
    let tip = tip.split_whitespace().next().unwrap().to_owned();
    {
        let mut world = scene.fake.world();
        world.pulls.get_mut(&8).unwrap().state = "closed";
        world.branches.insert(proposal.branch.clone(), tip);
    }
    assert_eq!(bot.propose_once(&proposal).await.unwrap(), Proposed::Over(PullNumber(8)));
    assert_eq!(bot.propose(&proposal).await.unwrap(), Proposed::Opened(PullNumber(9)), "who asks again gets one");
    let theirs = Proposal { branch: "main".to_owned(), ..proposal.clone() };
    assert!(bot.propose(&theirs).await.unwrap_err().to_string().contains("no branch of Pavior's"));
    // Somebody else stands on the branch by now: nothing of theirs is lost.
    let theirs = format!("main:refs/heads/{}", proposal.branch);
    scene.git(&["push", "--quiet", "--force", &scene.remote().display().to_string(), &theirs]);
    scene.fake.world().branches.insert(proposal.branch.clone(), commit("99"));
    scene.fake.world().pulls.get_mut(&9).unwrap().state = "closed";
    assert!(bot.propose(&proposal).await.is_err());
    assert_eq!(repository().to_string(), "acme/shop");
}

#[tokio::test]
async fn what_made_a_unit_sick_is_taken_back_by_a_pull_request() {
    let scene = Scene::start();
    let healthy = scene.main();
    scene.git(&["checkout", "--quiet", "main"]);
    scene.new_image();
    let bad = scene.commit("a new image");
    scene.write("catalog/ads/other.yaml", "# somebody was here meanwhile\napiVersion: pavior.dev/v1\nkind: Team\nmetadata: {name: x}\nspec: {forgeTeam: \"@a/x\"}\n");
    scene.commit("something else");
    scene.push_main();
    let remote = Remote::Other(scene.remote().display().to_string());
    let bot = Bot { github: scene.fake.github(), git: Git { folder: scene.workspace(), remote }, previews: None };
    let unit = UnitName { environment: Name::parse("staging").unwrap(), unit: "adservice".to_owned() };
    let sick = Sick { unit: &unit, digest: Some("d0"), bad: &bad, healthy: &healthy, why: "0 of 1 replicas are ready" };
    assert_eq!(bot.take_back(&sick, "main").await.unwrap(), Proposed::Opened(PullNumber(8)));
    assert_eq!(bot.take_back(&sick, "main").await.unwrap(), Proposed::Open(PullNumber(8)));
    let bare = scene.remote().display().to_string();
    let made = branches(&scene).pop().unwrap();
    let diff = |from: &str| scene.git(&["--git-dir", &bare, "diff", "--name-only", from, &made]);
    assert_eq!(diff("main"), "catalog/ads/adservice.yaml");
    assert_eq!(diff(&healthy), "catalog/ads/other.yaml", "the declaration is byte for byte what it was");
    let request = scene.fake.requests("POST", "/pulls").pop().unwrap();
    assert_eq!(request.text("title"), "Take adservice back to what was healthy in staging");
    assert!(request.text("body").contains("    0 of 1 replicas are ready\n"), "{}", request.body);
}
