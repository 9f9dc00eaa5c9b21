//! A pull request of somebody who means harm: names, texts, and a repository that is full of programs.

use super::events::{pull_request, workflow_run};
use super::scene::Scene;
use std::fs;
use std::os::unix::fs::PermissionsExt;

const NAMES: [&str; 5] = ["$(touch pwned)", "`touch pwned`", "a\";touch pwned", "-oProxyCommand=x", "--upload-pack=x"];

#[test]
fn a44_branches_and_titles_are_text() {
    let scene = Scene::start();
    scene.new_image();
    let head = scene.push(7);
    for name in NAMES {
        {
            let mut world = scene.fake.world();
            let pull = world.pulls.get_mut(&7).unwrap();
            pull.head_branch = name.to_owned();
            pull.title = format!("{name}\n::error::owned\r::stop-commands::x ##[group]");
        }
        let first = scene.run(pull_request("opened", 7));
        let second = scene.run(workflow_run(&head, name, "acme/shop"));
        assert_eq!((first.code, second.code), (0, 0), "{first:#?} {second:#?}");
        assert!(scene.said().contains(&head));
        for text in [first.text(), second.text(), scene.said()] {
            assert!(!text.contains("owned") && !text.contains("pwned"), "{text}");
        }
        assert!(!scene.workspace().join("pwned").exists());
    }
}

#[test]
fn a43_nothing_in_a_declaration_is_a_command_of_the_runner() {
    let scene = Scene::start();
    let hostile = r#"owner: "x\n::error::owned\r::add-mask::a\r\n::stop-commands::b\n##[group]c%0A::set-output::d""#;
    scene.edit("catalog/ads/adservice.yaml", "owner: ads", hostile);
    let head = scene.push(7);
    let first = scene.run(pull_request("opened", 7));
    let second = scene.run(workflow_run(&head, "change-7", "acme/shop"));
    for ran in [first, second] {
        let mut stopped: Option<String> = None;
        for line in ran.stdout.split(['\n', '\r']).chain(ran.stderr.split(['\n', '\r'])) {
            let line = line.trim_start();
            if let Some(token) = stopped.clone() {
                stopped = (line != format!("::{token}::")).then_some(token);
                continue;
            }
            assert!(!line.contains("##["), "{line}");
            match line.strip_prefix("::stop-commands::") {
                Some(token) => stopped = Some(token.to_owned()),
                None => {
                    let is_ours =
                        ["::error file=", "::warning file=", "::notice title=pavior::", "::error title=pavior::"];
                    assert!(!line.starts_with("::") || is_ours.iter().any(|one| line.starts_with(one)), "{line}");
                }
            }
        }
        assert_eq!(stopped, None);
        assert!(!ran.outputs.contains("owned"), "{}", ran.outputs);
    }
}

#[test]
fn nothing_of_a_pull_request_is_checked_out_or_run() {
    let scene = Scene::start();
    let trap = scene.workspace().join("trap");
    let program = format!("#!/bin/sh\ntouch {}\n", trap.display());
    scene.write(".gitattributes", "* filter=evil diff=evil merge=evil\n");
    scene.write(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = ext::sh -c touch% trap\n");
    scene.write(".githooks/post-checkout", &program);
    scene.write("build.rs", &program);
    scene.new_image();
    let head = scene.push(7);
    // A workspace whose hooks would run on whatever a fetch does.
    for hook in ["reference-transaction", "post-checkout", "post-merge", "pre-auto-gc", "fsmonitor-watchman"] {
        let path = scene.workspace().join(".git/hooks").join(hook);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &program).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let config = format!(
        "\n[filter \"evil\"]\n\tsmudge = touch {0}\n[core]\n\tfsmonitor = touch {0}\n[credential]\n\thelper = !touch {0}\n",
        trap.display()
    );
    let path = scene.workspace().join(".git/config");
    fs::write(&path, fs::read_to_string(&path).unwrap() + &config).unwrap();
    let before = listing(&scene);
    let scene = scene.with_variable("GIT_SSH_COMMAND", "touch trap").with_variable("GIT_TRACE", "2");
    assert_eq!(scene.run(workflow_run(&head, "change-7", "acme/shop")).code, 0);
    assert!(!trap.exists());
    assert_eq!(listing(&scene), before);
    let at = super::scene::git(&scene.workspace(), &["-c", "core.fsmonitor=false", "rev-parse", "HEAD"]);
    assert_eq!(at, scene.main());
}

/// The files of the workspace, without what git keeps.
fn listing(scene: &Scene) -> Vec<String> {
    let files = walkdir::WalkDir::new(scene.workspace()).sort_by_file_name().into_iter().flatten();
    let paths = files.map(|entry| entry.path().to_string_lossy().into_owned());
    paths.filter(|path| !path.contains("/.git/")).collect()
}

#[test]
fn a_remote_that_only_programs_speak_to_is_refused() {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    let trap = scene.workspace().join("trap");
    let scene = scene.with_variable("GIT_ALLOW_PROTOCOL", "ext");
    let remote = format!("ext::sh -c touch% {}", trap.display());
    let ran = scene.with_remote(&remote).run(pull_request("opened", 7));
    assert_eq!((ran.code, trap.exists()), (2, false), "{ran:#?}");
    assert!(ran.stderr.contains("transport 'ext' not allowed"), "{}", ran.stderr);
}

#[test]
fn a43_no_token_is_told_when_the_remote_refuses_it() {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    let server = scene.fake.url().to_owned();
    let scene = scene.without_remote().with_variable("GITHUB_SERVER_URL", &server);
    let ran = scene.run(pull_request("opened", 7));
    assert_eq!(ran.code, 2, "{ran:#?}");
    assert!(ran.stderr.contains("git says: "), "{}", ran.stderr);
    let world = scene.fake.world();
    let asked: Vec<_> = world.requests.iter().filter(|request| request.path.contains(".git/info/refs")).collect();
    assert!(!asked.is_empty() && asked.iter().all(|request| request.authorization.starts_with("Basic ")), "{asked:?}");
}
