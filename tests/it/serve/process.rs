//! The real binary, with what it is told by its environment and what it says in its log.

use super::client::{Client, Delivery, KEY};
use crate::forge::fake::{REPOSITORY, TOKEN};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub struct Process {
    child: Child,
    pub address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// `remotes` is the folder in the place of github.com; clones and the file with the key go to `data`.
    pub fn start(api: &str, remotes: &Path, data: &Path, arguments: &[&str]) -> Process {
        let key = data.with_extension("key");
        std::fs::write(&key, format!("{KEY}\n")).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_pavior"))
            .args(["serve", "--listen", "127.0.0.1:0", "--repository", REPOSITORY, "--data"])
            .arg(data)
            .args(arguments)
            .env_clear()
            .envs([
                ("PATH", "/usr/bin:/bin"),
                ("HOME", "/nonexistent"),
                ("GITHUB_API_URL", api),
                ("GITHUB_TOKEN", TOKEN),
            ])
            .env("GITHUB_SERVER_URL", format!("file://{}", remotes.display()))
            .env("PAVIOR_WEBHOOK_SECRET_FILE", key)
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let log: Arc<Mutex<Vec<String>>> = Arc::default();
        let (lines, stderr) = (Arc::clone(&log), BufReader::new(child.stderr.take().unwrap()));
        std::thread::spawn(move || {
            stderr.lines().map_while(Result::ok).for_each(|line| lines.lock().unwrap().push(line))
        });
        let mut process = Process { child, address: ([127, 0, 0, 1], 0).into(), log };
        process.wait_until("it listens", |process| process.log().contains("\"listening\""));
        let address = process.log().lines().find_map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).ok()?;
            line["address"].as_str()?.parse().ok()
        });
        process.address = address.unwrap();
        process
    }

    pub fn client(&self) -> Client {
        Client::connect(self.address)
    }

    pub fn deliver(&self, delivery: &Delivery) -> u16 {
        self.client().deliver(delivery)
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn wait_until(&self, what: &str, is_so: impl Fn(&Process) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            assert!(begun.elapsed() < Duration::from_secs(60), "{what}: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// As a machine that loses its power.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// As Kubernetes stops a container; its exit code.
    pub fn terminate(self) -> (Option<i32>, String) {
        self.stop();
        self.ended()
    }

    /// SIGTERM, and no more.
    pub fn stop(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    pub fn ended(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        (code, self.log())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
