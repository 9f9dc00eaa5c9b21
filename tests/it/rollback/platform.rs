//! A platform repository with one service and a redis of its own, in one local environment.

use serde_json::Value;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const DECLARATIONS: [(&str, &str); 4] = [
    ("pavior.yaml", "kind: Platform\nmetadata: {name: test}\nspec: {organisation: acme, owners: [platform]}\n"),
    ("catalog/team.yaml", "kind: Team\nmetadata: {name: platform}\nspec: {forgeTeam: '@acme/platform'}\n"),
    (
        "catalog/local.yaml",
        "kind: Environment\nmetadata: {name: local, owner: platform}\n\
         spec: {class: development, provider: local, domain: local.test}\n",
    ),
    (
        "catalog/cart.yaml",
        "kind: Service\nmetadata: {name: cart, owner: platform}\nspec:\n  \
         containers: {main: {image: 'example.com/cart:1', variables: {H: '${resources.carts.host}'}}}\n  \
         resources: {carts: {type: redis, class: small}}\n",
    ),
];

const CART: &str = "catalog/cart.yaml";

/// Where `terraform` is.
pub fn terraform() -> PathBuf {
    let path: OsString = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("terraform")).find(|file| file.is_file());
    found.expect("terraform has to be on the path")
}

pub struct Platform {
    folder: tempfile::TempDir,
    pub terraform: PathBuf,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
}

impl Platform {
    pub fn new(terraform: &Path) -> Platform {
        let platform = Platform { folder: tempfile::tempdir().unwrap(), terraform: terraform.to_owned() };
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("golden-paths"), &platform.path().join("golden-paths"));
        fs::create_dir(platform.path().join("catalog")).unwrap();
        for (path, text) in DECLARATIONS {
            fs::write(platform.path().join(path), format!("apiVersion: pavior.dev/v1\n{text}")).unwrap();
        }
        // With so much memory Terraform fails, which no plan can know.
        let module = platform.path().join("golden-paths/resources/redis/local/main.tf");
        let text = fs::read_to_string(&module).unwrap();
        let open = text.trim_end().strip_suffix('}').unwrap();
        let check = "postcondition {\n      condition = self.output.memory != \"12Gi\"\n      error_message = \"no room\"\n    }";
        fs::write(&module, format!("{open}\n  lifecycle {{\n    {check}\n  }}\n}}\n")).unwrap();
        platform.git(&["init", "--quiet", "--initial-branch", "main"]);
        platform.commit("small");
        platform
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let identity = ["-c", "user.name=jo", "-c", "user.email=jo@localhost", "-c", "commit.gpgSign=false"];
        let output = Command::new("git").current_dir(self.path()).args(identity).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    /// In a file that is merged with the next commit.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let file = self.path().join(path);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(&file, text.replace(from, to)).unwrap();
    }

    /// The declaration says another class of redis, and that is merged.
    pub fn resize(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.path().join(CART)).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(self.path().join(CART), text.replace(&format!("class: {from}"), &format!("class: {to}"))).unwrap();
        self.commit(to);
    }

    pub fn pavior(&self, arguments: &[&str]) -> Ended {
        self.pavior_with(arguments, &[])
    }

    pub fn pavior_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
        let Output { stdout, stderr, status } = Command::new(env!("CARGO_BIN_EXE_pavior"))
            .current_dir(self.path())
            .args(arguments)
            .env_clear()
            .envs([("PATH", "/usr/bin:/bin"), ("HOME", "/nonexistent"), ("USER", "mira"), ("NO_COLOR", "1")])
            .env("PAVIOR_TERRAFORM", &self.terraform)
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
        Ended { stdout, stderr, code: status.code() }
    }

    pub fn apply(&self) -> Ended {
        self.pavior(&["apply", "--yes"])
    }

    pub fn state_file(&self) -> PathBuf {
        self.path().join(".git/pavior/terraform/local/cart.tfstate")
    }

    pub fn state(&self) -> Value {
        serde_json::from_slice(&fs::read(self.state_file()).unwrap()).unwrap()
    }

    /// What Terraform says that the redis has.
    pub fn memory(&self) -> String {
        let state = self.state();
        let resources = state["resources"].as_array().unwrap();
        let carts = resources.iter().find(|one| one["module"] == "module.carts").unwrap();
        carts["instances"][0]["attributes"]["input"]["value"]["memory"].as_str().unwrap().to_owned()
    }

    pub fn records(&self) -> Vec<Value> {
        let log = self.pavior(&["audit", "log", "--limit", "1000", "--format", "json"]);
        let mut log: Value = serde_json::from_str(&log.stdout).unwrap();
        let mut records = log["records"].as_array_mut().unwrap().split_off(0);
        records.reverse();
        records
    }

    /// The digests that it was healthy with, in their order.
    pub fn healthy(&self) -> Vec<String> {
        let is_health = |record: &&Value| record["entry"]["kind"] == "began" && record["entry"]["effect"] == "health";
        let digest = |record: &Value| record["entry"]["digest"].as_str().unwrap().to_owned();
        self.records().iter().filter(is_health).map(digest).collect()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}
