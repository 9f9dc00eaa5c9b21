//! What the tests of merged pull requests share: a small platform whose environments have no cluster, merges as GitHub makes
//! them, and the three steps of the job, by the real binary.

use super::events::{comment, push};
use super::scene::{Ran, Scene};
use crate::forge::fake::{REPOSITORY, TOKEN};
use crate::repository::Repository;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Approves all that the platform team is asked for.
pub const APPROVER: &str = "ines-duarte";

const CART: &str = "catalog/cart.yaml";

/// `production` wants an approval of the owners, `local` asks for none. `cart` and `web` are in both; nobody has applied
/// anything yet, and pull request 7 is there.
pub fn platform() -> Scene {
    platform_in(Repository::empty())
}

/// The same, where Argo CD delivers to production.
pub fn delivered_by_an_engine() -> Scene {
    let scene = platform();
    scene.git(&["checkout", "--quiet", "main"]);
    scene.edit("catalog/production.yaml", "approvals: 1}", "approvals: 1, delivery: argocd}");
    scene.edit("pavior.yaml", "owners: [platform]", "owners: [platform], forge: {kind: github, repository: acme/shop}");
    scene.commit("an engine");
    scene.push_main();
    scene
}

fn platform_in(repository: Repository) -> Scene {
    let declarations = [
        ("pavior.yaml", "kind: Platform\nmetadata: {name: shop}\nspec: {organisation: acme, owners: [platform]}\n"),
        ("catalog/team.yaml", "kind: Team\nmetadata: {name: platform}\nspec: {forgeTeam: '@acme/platform'}\n"),
        (
            "catalog/local.yaml",
            "kind: Environment\nmetadata: {name: local, owner: platform}\nspec: {class: development, provider: local, \
             domain: local.test}\n",
        ),
        (
            "catalog/production.yaml",
            "kind: Environment\nmetadata: {name: production, owner: platform}\nspec: {class: production, provider: local, \
             domain: shop.test, approvals: 1}\n",
        ),
        (CART, &service("cart")),
        ("catalog/web.yaml", &service("web")),
    ];
    for (path, text) in declarations {
        repository.write(path, format!("apiVersion: pavior.dev/v1\n{text}"));
    }
    Scene::of(repository)
}

/// `cart` has a store of its own, which real Terraform makes; one that is `large` fails to be made, which no plan can know.
pub fn stored() -> Scene {
    let repository = Repository::shipped();
    for gone in ["catalog", "policies"] {
        std::fs::remove_dir_all(repository.root().join(gone)).unwrap();
    }
    let main = repository.root().join("golden-paths/resources/redis/local/main.tf");
    let text = std::fs::read_to_string(&main).unwrap();
    let check = "  lifecycle {\n    postcondition {\n      condition     = self.output.memory != \"12Gi\"\n      \
                 error_message = \"There is no room for it.\"\n    }\n  }\n}\n";
    std::fs::write(main, format!("{}\n{check}", text.trim_end().trim_end_matches('}'))).unwrap();
    let scene = platform_in(repository);
    scene.git(&["checkout", "--quiet", "main"]);
    let with_store =
        "      variables: {A: '${resources.carts.host}'}\n  resources: {carts: {type: redis, class: small}}\n";
    scene.edit("catalog/cart.yaml", "      variables: {A: one}\n", with_store);
    scene.commit("a store");
    scene.push_main();
    scene
}

fn service(name: &str) -> String {
    format!(
        "kind: Service\nmetadata: {{name: {name}, owner: platform}}\nspec:\n  tier: supporting\n  containers:\n    \
         main:\n      image: 'example.com/{name}:1'\n      # Lines between, so that git merges changes of both.\n      \
         #\n      #\n      variables: {{A: one}}\n  environments: {{local: {{}}, production: {{}}}}\n"
    )
}

/// How a pull request becomes commits of the branch.
#[derive(Clone, Copy)]
pub enum How {
    Merge,
    Squash,
    Rebase,
}

/// What the job of a push came to.
#[derive(Debug)]
pub struct Job {
    pub decided: Ran,
    pub applied: (i32, String),
    pub published: (i32, String),
    pub told: Ran,
    pub mandate: Value,
    pub outcome: Value,
}

impl Scene {
    /// Changes the image of a service on the branch of a pull request.
    pub fn change(&self, number: u64, service: &str, tag: &str) {
        self.open(number);
        self.retag(service, tag);
        self.push(number);
    }

    pub fn retag(&self, service: &str, tag: &str) {
        let path = format!("catalog/{service}.yaml");
        let text = self.git(&["show", &format!("HEAD:{path}")]);
        let start = text.find(&format!("example.com/{service}:")).unwrap();
        let old: String = text[start..].chars().take_while(|c| *c != '\'').collect();
        self.edit(&path, &old, &format!("example.com/{service}:{tag}"));
    }

    pub fn approve(&self, number: u64) {
        self.fake.world().review(number, APPROVER, "APPROVED");
    }

    /// The commit that it became.
    pub fn merge(&self, number: u64, how: How) -> String {
        let (before, branch) = (self.main(), format!("change-{number}"));
        match how {
            How::Rebase => {
                self.git(&["checkout", "--quiet", "-B", "rebased", &branch]);
                self.git(&["rebase", "--quiet", "--force-rebase", "main"]);
            }
            How::Merge => {
                self.git(&["checkout", "--quiet", "main"]);
                self.git(&["merge", "--quiet", "--no-ff", "-m", "merge", &branch]);
            }
            How::Squash => {
                self.git(&["checkout", "--quiet", "main"]);
                self.git(&["merge", "--quiet", "--squash", &branch]);
                self.git(&["commit", "--quiet", "-m", "squashed"]);
            }
        }
        self.push_main();
        self.git(&["checkout", "--quiet", "main"]);
        let merged = self.main();
        let mut world = self.fake.world();
        let pull = world.pulls.get_mut(&number).unwrap();
        (pull.state, pull.merged_at) = ("closed", Some("2026-11-22T10:00:00Z".to_owned()));
        (pull.merge_commit, pull.base) = (Some(merged.clone()), before);
        merged
    }

    fn handed(&self, name: &str) -> PathBuf {
        self.workspace().join(".git").join(name)
    }

    /// The job of a push, with its three steps.
    pub fn push_job(&self, pushed: &str) -> Job {
        self.job(push(pushed))
    }

    /// The job of a comment on a pull request.
    pub fn comment_job(&self, number: u64, login: &str, body: &str) -> Job {
        let id = self.fake.world().comment(number, login, body);
        self.job(comment(number, id, body))
    }

    /// As `action/run.sh` has it: where no mandate is left, nothing more is done.
    fn job(&self, event: (&'static str, Value)) -> Job {
        let [mandate, outcome, published] =
            ["mandate.json", "outcome.json", "published.json"].map(|name| self.handed(name));
        for left in [&mandate, &outcome, &published] {
            let _ = std::fs::remove_file(left);
        }
        let paths = [&mandate, &outcome, &published].map(|path| path.to_str().unwrap().to_owned());
        let decided = self.step_with(event.clone(), &["--mandate", &paths[0]]);
        let (mut applied, mut told, mut pushed) = ((0, String::new()), None, (0, String::new()));
        if mandate.exists() {
            applied = self.apply(&["--mandate", &paths[0], "--outcome", &paths[1], "--revert-on", "main"]);
            pushed = self.pavior(&["publish", "--mandate", &paths[0], "--outcome", &paths[2]]);
            told =
                Some(self.step_with(event, &["--mandate", &paths[0], "--outcome", &paths[1], "--outcome", &paths[2]]));
        }
        let told = told.unwrap_or_else(|| decided.clone());
        let read = |path: &PathBuf| {
            let text = std::fs::read(path).unwrap_or_default();
            serde_json::from_slice(&text).unwrap_or_default()
        };
        Job { mandate: read(&mandate), outcome: read(&outcome), decided, applied, published: pushed, told }
    }

    /// `pavior apply` in the workspace of the job.
    pub fn apply(&self, arguments: &[&str]) -> (i32, String) {
        self.pavior(&[&["apply"], arguments, &["--deadline", "5", "--soak", "0"]].concat())
    }

    /// `action/run.sh` as the runner starts it, where "building" is to copy what is built: commits come from, and the
    /// ledger goes to, what this machine takes for GitHub.
    pub fn action(&self, (event, payload): (&str, Value), variables: &[(&str, &str)]) -> (i32, String) {
        let home = self.workspace().with_file_name("home");
        let cargo = home.join("cargo");
        std::fs::create_dir_all(&home).unwrap();
        let script =
            "#!/bin/sh\nmkdir -p \"$CARGO_TARGET_DIR/release\"\ncp \"$BUILT\" \"$CARGO_TARGET_DIR/release/pavior\"\n";
        std::fs::write(&cargo, script).unwrap();
        std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
        let instead = format!("[url {:?}]\n\tinsteadOf = https://github.com/{REPOSITORY}.git\n", self.remote());
        std::fs::write(home.join(".gitconfig"), instead).unwrap();
        std::fs::write(home.join("event.json"), payload.to_string()).unwrap();
        let output = Command::new("bash")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("action/run.sh"))
            .current_dir(self.workspace())
            .env_clear()
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", home.display()))
            .env("HOME", &home)
            .env("RUNNER_TEMP", &home)
            .env("BUILT", env!("CARGO_BIN_EXE_pavior"))
            .env("PAVIOR_FROM_SOURCE", "true")
            .env("GITHUB_API_URL", self.fake.url())
            .env("GITHUB_EVENT_NAME", event)
            .env("GITHUB_EVENT_PATH", home.join("event.json"))
            .envs([("GITHUB_REPOSITORY", REPOSITORY), ("GITHUB_TOKEN", TOKEN), ("GITHUB_ACTIONS", "true")])
            .envs([("GITHUB_RUN_ID", "300"), ("GITHUB_REF_NAME", "main"), ("GITHUB_SERVER_URL", "https://github.com")])
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        assert!(!text.contains(TOKEN), "{text}");
        (output.status.code().unwrap(), text)
    }

    /// Any command of ours, against the remote.
    pub fn pavior(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_pavior"))
            .args(arguments)
            .arg("--remote")
            .arg(self.remote())
            .current_dir(self.workspace())
            .env_clear()
            .envs([("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HOME", "/nonexistent")])
            .envs([("GITHUB_REPOSITORY", REPOSITORY), ("GITHUB_TOKEN", TOKEN), ("GITHUB_ACTIONS", "true")])
            .env("GITHUB_API_URL", self.fake.url())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        assert!(!text.contains(TOKEN), "{text}");
        (output.status.code().unwrap(), text)
    }

    /// What the ledger holds, the oldest record first.
    pub fn ledger(&self) -> Vec<Value> {
        let (_, text) = self.pavior(&["audit", "log", "--limit", "10000", "--format", "json"]);
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
        let mut records = value["records"].as_array().unwrap().clone();
        records.reverse();
        records
    }

    /// What brought a unit to where it is: the last intent of it that has this effect.
    pub fn intent(&self, unit: &str) -> Value {
        let mut intents = self.ledger().into_iter().map(|record| record["entry"].clone());
        let is_meant = |entry: &Value| {
            let name =
                [&entry["unit"]["environment"], &entry["unit"]["unit"]].map(|text| text.as_str().unwrap_or_default());
            entry["kind"] == "began" && name.join("/") == unit
        };
        intents.rfind(is_meant).unwrap_or_default()
    }

    /// All that is there is applied by hand, once: what runs before the first merge.
    pub fn begin(&self) {
        let folder = self.workspace();
        super::scene::git(&folder, &["fetch", "--quiet", "origin"]);
        super::scene::git(&folder, &["reset", "--quiet", "--hard", "origin/main"]);
        let report = self.handed("first.json");
        let empty =
            super::scene::git(&folder, &["commit-tree", "-m", "nothing", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"]);
        let arguments = ["preflight", "--base", &empty, "--exact", "--head", "HEAD", "--format", "json"];
        let output = Command::new(env!("CARGO_BIN_EXE_pavior")).args(arguments).current_dir(&folder).output().unwrap();
        std::fs::write(&report, output.stdout).unwrap();
        let applied = self.apply(&["--reviewed", report.to_str().unwrap()]);
        let is_an_engines = |name: &&str| {
            let text = super::scene::git(&folder, &["show", &format!("HEAD:catalog/{name}.yaml")]);
            text.contains("delivery: ")
        };
        let engines: Vec<&str> = ["local", "production"].into_iter().filter(is_an_engines).collect();
        // What is behind an engine that nobody follows waits, and is told by hand.
        assert!(applied.0 == 0 || !engines.is_empty(), "{} {}", applied.1, String::from_utf8_lossy(&output.stderr));
        for environment in engines {
            let published =
                self.pavior(&["publish", "--environment", environment, "--reviewed", report.to_str().unwrap()]);
            assert_eq!(published.0, 0, "{}", published.1);
        }
    }

    /// The newest check run of that name, as it was told.
    pub fn check_of(&self, commit: &str, name: &str) -> Value {
        let world = self.fake.world();
        let runs = world.check_runs.iter().filter(|run| run.value["head_sha"] == commit && run.value["name"] == name);
        runs.map(|run| run.value.clone()).next_back().unwrap_or_default()
    }

    /// What the bot says on a pull request.
    pub fn said_on(&self, number: u64) -> String {
        let world = self.fake.world();
        let ours = world.comments.iter().filter(|one| one.pull == number && one.author == "github-actions[bot]");
        ours.map(|comment| comment.body.trim_end().to_owned()).next_back().unwrap_or_default()
    }
}

impl Job {
    /// The units of the mandate that may not be applied, and why.
    pub fn refused(&self) -> Vec<String> {
        let units = self.mandate["units"].as_array().cloned().unwrap_or_default();
        let refused = units.iter().filter(|one| one["word"]["is"] == "refused");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        refused
            .map(|one| {
                let unit = format!("{}/{}", text(&one["unit"]["environment"]), text(&one["unit"]["unit"]));
                format!("{unit}: {}", text(&one["word"]["why"]))
            })
            .collect()
    }
}
