//! A remote, its author's work tree, the workspace of a job, GitHub, and the binary run between them.

use crate::forge::fake::{Fake, REPOSITORY, TOKEN};
use crate::repository::Repository;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run may print nowhere: beside the token itself, the header by which git is let in.
const SECRETS: [&str; 2] = [TOKEN, "eC1hY2Nlc3MtdG9rZW46"];

pub struct Scene {
    pub fake: Fake,
    /// The shipped platform, and what its author makes of it.
    author: Repository,
    folder: PathBuf,
    /// The job's: which of its runs comes later.
    run: u64,
    token: &'static str,
    remote: Option<PathBuf>,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

/// How a job ended.
#[derive(Debug, Clone)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    pub summary: String,
    pub outputs: String,
    pub report: String,
}

impl Ran {
    pub fn text(&self) -> String {
        [&self.stdout, &self.stderr, &self.summary, &self.outputs, &self.report].map(String::as_str).join("\n")
    }
}

impl Scene {
    /// `main` is what is shipped; pull request 7 is there, and changes nothing yet.
    pub fn start() -> Scene {
        Scene::of(Repository::shipped())
    }

    pub fn of(author: Repository) -> Scene {
        author.commit().unwrap();
        let folder = author.root().parent().unwrap().to_owned();
        let scene = Scene {
            fake: Fake::start(),
            author,
            remote: Some(folder.join("remote.git")),
            folder,
            run: 100,
            token: TOKEN,
            arguments: Vec::new(),
            environment: Vec::new(),
        };
        let remote = scene.remote().to_string_lossy().into_owned();
        scene.git(&["init", "--quiet", "--bare", "--initial-branch=main", &remote]);
        // As GitHub does.
        scene.git(&["--git-dir", &remote, "config", "uploadpack.allowAnySHA1InWant", "true"]);
        scene.push_main();
        let workspace = scene.workspace().to_string_lossy().into_owned();
        scene.git(&["clone", "--quiet", &remote, &workspace]);
        for (slug, members) in [("ads", ["priya-nair"].as_slice()), ("platform", &["ines-duarte", "oleg-petrov"])] {
            let mut world = scene.fake.world();
            for login in members {
                world.writer(login);
            }
            world.team("acme", slug, members);
        }
        scene.open(7);
        scene
    }

    /// A pull request of `ada`, from a branch at `main`.
    pub fn open(&self, number: u64) {
        self.checkout(number);
        self.fake.world().pull(number, "ada").base = self.main();
        self.push(number);
    }

    pub fn checkout(&self, number: u64) {
        self.git(&["checkout", "--quiet", "-B", &format!("change-{number}"), "main"]);
    }

    /// In the author's work tree, once.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let path = self.author.root().join(path);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{}", path.display());
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }

    pub fn write(&self, path: &str, text: &str) {
        self.author.write(path, text);
    }

    pub fn new_image(&self) {
        self.edit("catalog/ads/adservice.yaml", "adservice:v0.10.6", "adservice:v0.10.7");
    }

    /// Commits what was changed and makes it the head of a pull request.
    pub fn push(&self, number: u64) -> String {
        let commit = self.commit("change");
        self.git(&[
            "push",
            "--quiet",
            "--force",
            &self.remote().to_string_lossy(),
            &format!("HEAD:refs/pull/{number}/head"),
        ]);
        self.fake.world().pulls.get_mut(&number).unwrap().head = commit.clone();
        commit
    }

    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Makes what stands on this branch the tip of `main`.
    pub fn push_main(&self) {
        self.git(&["update-ref", "refs/heads/main", "HEAD"]);
        self.git(&["push", "--quiet", "--force", &self.remote().to_string_lossy(), "main:refs/heads/main"]);
        self.fake.world().branches.insert("main".to_owned(), self.main());
    }

    /// A commit that merges these onto `main`, as a queue makes it.
    pub fn queue(&self, numbers: &[u64]) -> String {
        self.git(&["checkout", "--quiet", "-B", "queue", "main"]);
        for number in numbers {
            self.git(&["merge", "--quiet", "--no-ff", "-m", "queued", &format!("change-{number}")]);
        }
        self.git(&["push", "--quiet", "--force", &self.remote().to_string_lossy(), "HEAD:refs/heads/queue"]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub fn main(&self) -> String {
        self.git(&["rev-parse", "main"])
    }

    pub fn head(&self) -> String {
        self.fake.world().pulls[&7].head.clone()
    }

    pub fn remote(&self) -> PathBuf {
        self.folder.join("remote.git")
    }

    pub fn workspace(&self) -> PathBuf {
        self.folder.join("workspace")
    }

    /// In the author's work tree.
    pub fn git(&self, arguments: &[&str]) -> String {
        git(&self.author.root(), arguments)
    }

    /// The commits come from GitHub itself.
    pub fn without_remote(self) -> Scene {
        Scene { remote: None, ..self }
    }

    pub fn with_remote(self, remote: &str) -> Scene {
        Scene { remote: Some(remote.into()), ..self }
    }

    pub fn with_run(mut self, run: u64) -> Scene {
        self.run = run;
        self
    }

    pub fn with_token(mut self, token: &'static str) -> Scene {
        self.token = token;
        self
    }

    pub fn with_argument(mut self, argument: &str) -> Scene {
        self.arguments.push(argument.to_owned());
        self
    }

    pub fn with_only_arguments(mut self, arguments: &[&str]) -> Scene {
        self.arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        self
    }

    pub fn with_variable(mut self, name: &str, value: &str) -> Scene {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A job's step, as Actions starts it. No run prints or sends a secret where it does not belong.
    pub fn run(&self, event: (&str, Value)) -> Ran {
        self.step(event, self.run, &self.arguments)
    }

    /// The second stage, in a run that may be beside others.
    pub fn run_apart(&self, run: u64, arguments: &[&str]) -> Ran {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        self.step(super::events::by_hand(7), run, &arguments)
    }

    /// The same, with these arguments.
    pub fn step_with(&self, event: (&str, Value), arguments: &[&str]) -> Ran {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        self.step(event, self.run, &arguments)
    }

    fn step(&self, (name, payload): (&str, Value), run: u64, arguments: &[String]) -> Ran {
        let folder = self.folder.join(format!("run-{run}"));
        fs::create_dir_all(&folder).unwrap();
        let file = |name: &str| folder.join(name);
        for name in ["summary", "outputs", "report.json"] {
            let _ = fs::remove_file(file(name));
        }
        fs::write(file("event.json"), payload.to_string()).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_pavior"))
            .arg("ci")
            .args(self.remote.iter().flat_map(|remote| ["--remote".as_ref(), remote.as_os_str()]))
            .args(arguments)
            .current_dir(self.workspace())
            .env_clear()
            .envs([("PATH", "/usr/bin:/bin"), ("HOME", "/nonexistent"), ("GITHUB_REPOSITORY", REPOSITORY)])
            .envs([("GITHUB_EVENT_NAME", name), ("GITHUB_API_URL", self.fake.url()), ("GITHUB_TOKEN", self.token)])
            .env("GITHUB_RUN_ID", run.to_string())
            .env("GITHUB_EVENT_PATH", file("event.json"))
            .env("GITHUB_STEP_SUMMARY", file("summary"))
            .env("GITHUB_OUTPUT", file("outputs"))
            .env("PAVIOR_REPORT", file("report.json"))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        let read = |name: &str| fs::read_to_string(file(name)).unwrap_or_default();
        let ran = Ran {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            summary: read("summary"),
            outputs: read("outputs"),
            report: read("report.json"),
        };
        let told = self
            .fake
            .world()
            .requests
            .iter()
            .map(|request| format!("{} {}", request.path, request.body))
            .collect::<String>();
        for secret in SECRETS {
            assert!(!ran.text().contains(secret) && !told.contains(secret), "{secret} is told");
        }
        ran
    }

    /// The second stage, of the head as it is now.
    pub fn report(&self) -> Ran {
        self.report_of(7)
    }

    pub fn report_of(&self, number: u64) -> Ran {
        self.run(super::events::by_hand(number))
    }

    /// Somebody writes a comment, and the job for it runs.
    pub fn told(&self, login: &str, body: &str) -> (u64, Ran) {
        let id = self.fake.world().comment(7, login, body);
        (id, self.run(super::events::comment(7, id, body)))
    }

    /// What the bot says on pull request 7: one comment, or none.
    pub fn said(&self) -> String {
        let world = self.fake.world();
        let ours = world.comments.iter().filter(|one| one.pull == 7 && one.author == "github-actions[bot]");
        let bodies: Vec<&String> = ours.map(|comment| &comment.body).collect();
        assert!(bodies.len() < 2, "{bodies:#?}");
        bodies.first().map(|body| body.trim_end().to_owned()).unwrap_or_default()
    }

    /// The digest that the comment speaks of.
    pub fn digest(&self) -> String {
        let said = self.said();
        said.split_once(" digest=").unwrap().1.split_once(' ').unwrap().0.to_owned()
    }

    /// The conclusion and the title of the newest check run of a commit.
    pub fn check(&self, commit: &str) -> (String, String) {
        let world = self.fake.world();
        let run = world.check_runs.iter().rfind(|run| run.value["head_sha"] == commit).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&run.value["conclusion"]), text(&run.value["output"]["title"]))
    }

    /// How somebody's comment was reacted to.
    pub fn reactions(&self, comment: u64) -> Vec<String> {
        let world = self.fake.world();
        let comment = world.comments.iter().find(|one| one.id == comment).unwrap();
        comment.reactions.iter().map(|(_, reaction)| reaction.clone()).collect()
    }

    /// The requests that were made since that changed something, or would have.
    pub fn writes(&self) -> Vec<String> {
        let world = self.fake.world();
        let writes = world.requests.iter().filter(|request| request.method != "GET");
        writes.map(|request| format!("{} {}", request.method, request.path)).collect()
    }

    pub fn forget_requests(&self) {
        self.fake.world().requests.clear();
    }
}

pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@pavior.dev", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .env_clear()
        .envs([("PATH", "/usr/bin:/bin"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")])
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
