//! Events by their smallest payloads.

use super::*;
use serde_json::{Value, json};

const COMMIT: &str = "5bd5f196a46b8222fb7484f05faba41a73cf34bd";

fn commit() -> CommitId {
    CommitId::parse(COMMIT).unwrap()
}

fn work_of(name: &str, mut payload: Value, receiver: Receiver) -> Work {
    payload["repository"] = json!({"full_name": "acme/platform", "default_branch": "main"});
    payload["installation"] = json!({"id": 7});
    let event = event(name, payload.to_string().as_bytes(), receiver).unwrap();
    assert_eq!(event.repository, Repository::parse("acme/platform"));
    assert_eq!(event.installation, Some(InstallationId(7)));
    event.work
}

fn report(number: u64) -> Work {
    Work::Report { of: Subject::Pull(PullNumber(number)), run: None }
}

fn head() -> Subject {
    Subject::Head { commit: commit(), repository: None, branch: None }
}

#[test]
fn a_pull_request_is_judged_by_a_workflow_whatever_happened_to_it() {
    for action in ["opened", "edited", "labeled", "closed", "whatever_github_invents"] {
        let payload = json!({"action": action, "number": 12});
        assert_eq!(work_of("pull_request", payload, Receiver::Workflow), Work::Judge(PullNumber(12)), "{action}");
    }
    let review = json!({"action": "edited", "pull_request": {"number": 12}});
    assert_eq!(work_of("pull_request_review", review, Receiver::Workflow), Work::Judge(PullNumber(12)));
    let target = json!({"action": "labeled", "number": 12});
    assert_eq!(work_of("pull_request_target", target, Receiver::Workflow), report(12));
}

#[test]
fn a_server_looks_at_a_pull_request_when_something_changed_that_is_said_of_it() {
    for action in ["opened", "reopened", "synchronize", "closed", "ready_for_review", "converted_to_draft"] {
        let payload = json!({"action": action, "number": 12});
        assert_eq!(work_of("pull_request", payload, Receiver::Server), report(12), "{action}");
    }
    let edited = |changes: Value| {
        work_of("pull_request", json!({"action": "edited", "number": 12, "changes": changes}), Receiver::Server)
    };
    assert_eq!(edited(json!({"base": {"ref": {"from": "main"}}})), report(12));
    let nothing = |action: &str| Work::Nothing(Ignored::Action { event: "pull_request".into(), action: action.into() });
    assert_eq!(edited(json!({"title": {"from": "x"}})), nothing("edited"));
    let labeled = json!({"action": "labeled", "number": 12});
    assert_eq!(work_of("pull_request", labeled, Receiver::Server), nothing("labeled"));
    let submitted = json!({"action": "submitted", "pull_request": {"number": 12}});
    assert_eq!(work_of("pull_request_review", submitted, Receiver::Server), report(12));
}

#[test]
fn a45_the_second_stage_finds_a_forks_pull_by_its_head_not_by_the_payloads_list() {
    let run = |event: &str| {
        json!({"action": "completed", "workflow_run": {
            "id": 99, "event": event, "head_sha": COMMIT, "head_branch": "topic",
            "head_repository": {"full_name": "mallory/platform"},
            "pull_requests": [{"number": 1}],
        }})
    };
    let of = Subject::Head {
        commit: commit(),
        repository: Repository::parse("mallory/platform"),
        branch: Some("topic".to_owned()),
    };
    let expected = Work::Report { of, run: Some(RunId(99)) };
    assert_eq!(work_of("workflow_run", run("pull_request"), Receiver::Workflow), expected);
    assert_eq!(work_of("workflow_run", run("pull_request_review"), Receiver::Workflow), expected);
    let other = Work::Nothing(Ignored::OtherRun("push".to_owned()));
    assert_eq!(work_of("workflow_run", run("push"), Receiver::Workflow), other);
    let mut started = run("pull_request");
    started["action"] = json!("requested");
    assert!(matches!(work_of("workflow_run", started, Receiver::Workflow), Work::Nothing(_)));
}

#[test]
fn a44_a_branch_is_only_compared_whatever_it_is_called() {
    for branch in ["$(id)", "`id`", "a\";b", "-oProxyCommand=x", "--upload-pack=x", "a\nb"] {
        let run = json!({"id": 1, "event": "pull_request", "head_sha": COMMIT, "head_branch": branch, "head_repository": null});
        let work = work_of("workflow_run", json!({"action": "completed", "workflow_run": run}), Receiver::Workflow);
        let of = Subject::Head { commit: commit(), repository: None, branch: Some(branch.to_owned()) };
        assert_eq!(work, Work::Report { of, run: Some(RunId(1)) });
    }
    // What becomes an argument of git is a commit id or nothing.
    for hostile in ["--upload-pack=x", "$(id)", "refs/heads/main", "main", "-oProxyCommand=x"] {
        assert!(payload::commit(hostile).is_err(), "{hostile}");
    }
}

#[test]
fn a59_a_merge_group_is_judged_as_a_whole() {
    let reference = format!("refs/heads/gh-readonly-queue/release/1.x/pr-104-{COMMIT}");
    let group =
        json!({"head_sha": COMMIT, "head_ref": reference, "base_sha": COMMIT, "base_ref": "refs/heads/release/1.x"});
    let payload = json!({"action": "checks_requested", "merge_group": group});
    let expected =
        MergeGroup { head: commit(), base: commit(), branch: "release/1.x".to_owned(), last: Some(PullNumber(104)) };
    assert_eq!(work_of("merge_group", payload.clone(), Receiver::Workflow), Work::MergeGroup(expected));
    let mut destroyed = payload;
    destroyed["action"] = json!("destroyed");
    assert!(matches!(work_of("merge_group", destroyed, Receiver::Server), Work::Nothing(_)));
    for other in ["main", "refs/heads/gh-readonly-queue/main/pr-x-y", "refs/heads/gh-readonly-queue/main/pr-1-abc"] {
        assert_eq!(queued_pull(other), None);
    }
}

#[test]
fn only_a_commit_on_the_default_branch_is_applied() {
    let push = |reference: &str, after: &str, deleted: bool| {
        work_of("push", json!({"ref": reference, "after": after, "deleted": deleted}), Receiver::Workflow)
    };
    let applied = Work::Apply { branch: "main".to_owned(), commit: commit() };
    assert_eq!(push("refs/heads/main", COMMIT, false), applied);
    for other in ["refs/heads/topic", "refs/tags/main", "main", "refs/heads/refs/heads/main"] {
        assert!(matches!(push(other, COMMIT, false), Work::Nothing(Ignored::OtherBranch(_))), "{other}");
    }
    assert_eq!(push("refs/heads/main", &"0".repeat(40), true), Work::Nothing(Ignored::BranchDeleted));
}

#[test]
fn by_hand_one_pull_request_or_everything_is_looked_at() {
    let dispatched = |inputs: Value| {
        let payload = json!({"inputs": inputs}).to_string();
        event("workflow_dispatch", payload.as_bytes(), Receiver::Workflow).map(|event| event.work)
    };
    assert_eq!(dispatched(json!({"pull": "#12"})), Ok(report(12)));
    assert_eq!(dispatched(json!({"pull": 12})), Ok(report(12)));
    for nothing in [json!({"pull": " "}), json!({}), Value::Null, json!({"pull": null})] {
        assert_eq!(dispatched(nothing), Ok(Work::Sweep));
    }
    for wrong in ["x", "-1", "12; rm -rf /", "$(id)"] {
        assert!(dispatched(json!({"pull": wrong})).is_err(), "{wrong}");
    }
    assert_eq!(work_of("schedule", json!({"schedule": "7 * * * *"}), Receiver::Workflow), Work::Sweep);
}

#[test]
fn a_command_is_a_persons_new_comment_on_a_pull_request() {
    let comment = |action: &str, body: &str, kind: &str| {
        json!({
            "action": action,
            "issue": {"number": 12, "pull_request": {}},
            "comment": {"id": 3, "body": body, "user": {"id": 5, "login": "alice", "type": kind}},
        })
    };
    let of = |payload| work_of("issue_comment", payload, Receiver::Workflow);
    let command = Work::Command { pull: PullNumber(12), comment: CommentId(3) };
    assert_eq!(of(comment("created", "/pavior recheck", "User")), command);
    for unheard in [
        comment("created", "what does `/pavior recheck` do?", "User"),
        comment("created", "/pavior recheck", "Bot"),
        comment("edited", "nice", "User"),
    ] {
        assert_eq!(of(unheard), Work::Nothing(Ignored::NoCommand));
    }
    // An edited comment gives no command, and what it approved is counted anew.
    assert_eq!(of(comment("edited", "/pavior recheck", "User")), report(12));
    let mut edited = comment("edited", "never mind", "User");
    edited["changes"] = json!({"body": {"from": "/pavior approve x"}});
    assert_eq!(of(edited), report(12));
    assert_eq!(of(comment("deleted", "/pavior approve x", "User")), report(12));
    let mut on_issue = comment("created", "/pavior recheck", "User");
    on_issue["issue"] = json!({"number": 12});
    assert_eq!(of(on_issue), Work::Nothing(Ignored::NoPull));
}

#[test]
fn a48_who_pressed_a_button_is_an_id_not_a_name() {
    let payload = json!({
        "action": "requested_action",
        "check_run": {"id": 8, "head_sha": COMMIT},
        "requested_action": {"identifier": "recheck"},
        "sender": {"id": 5, "login": "dependabot[bot]", "type": "User"},
    });
    let Work::Button { by, check_run, identifier, of } = work_of("check_run", payload, Receiver::Server) else {
        panic!("it is a button")
    };
    assert_eq!((by.id.0, check_run.0, identifier.as_str(), of), (5, 8, "recheck", head()));
}

#[test]
fn asking_for_a_check_again_makes_a_report() {
    for (name, field) in [("check_run", "check_run"), ("check_suite", "check_suite")] {
        let mut payload = json!({"action": "rerequested"});
        payload[field] = json!({"id": 8, "head_sha": COMMIT});
        assert_eq!(work_of(name, payload, Receiver::Server), Work::Report { of: head(), run: None });
        for action in ["created", "completed", "requested"] {
            let payload = json!({"action": action});
            assert!(matches!(work_of(name, payload, Receiver::Server), Work::Nothing(_)));
        }
    }
}

#[test]
fn what_is_of_no_interest_may_have_any_shape() {
    for name in ["ping", "installation", "installation_repositories", "star", "what github invents"] {
        let payload = json!({"action": 1, "repository": "x", "installation": [], "number": "x"});
        let event = event(name, payload.to_string().as_bytes(), Receiver::Server).unwrap();
        assert_eq!(event.work, Work::Nothing(Ignored::Event(name.to_owned())));
        assert_eq!((event.repository, event.installation), (None, None));
    }
}

#[test]
fn a_payload_that_lacks_what_it_must_have_is_an_error_that_names_the_event() {
    for (name, payload) in [
        ("pull_request", "{}"),
        ("pull_request", "not json"),
        ("pull_request", "[]"),
        ("pull_request", r#"{"number": -1}"#),
        ("push", r#"{"repository": {"default_branch": "main"}, "ref": "refs/heads/main", "after": "--upload-pack=x"}"#),
        ("check_run", r#"{"action": "rerequested"}"#),
        ("check_run", r#"{"action": "requested_action", "check_run": {"id": 1, "head_sha": "x"}}"#),
        (
            "workflow_run",
            r#"{"action": "completed", "workflow_run": {"id": 1, "event": "pull_request", "head_sha": "x"}}"#,
        ),
    ] {
        let error = event(name, payload.as_bytes(), Receiver::Workflow).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn a52_of_what_happened_only_the_number_is_believed() {
    // Whatever state, head and permissions the payload claims, the work is the same.
    let claims = |head: &str, state: &str| {
        let pull = json!({"number": 12, "state": state, "head": {"sha": head}, "merged": true});
        work_of("pull_request", json!({"action": "synchronize", "number": 12, "pull_request": pull}), Receiver::Server)
    };
    assert_eq!(claims(COMMIT, "open"), claims("another", "closed"));
}

#[test]
fn a_subject_is_the_pull_request_with_that_head_in_that_repository() {
    let user =
        User { id: crate::forge::words::UserId(1), login: "a".into(), kind: crate::forge::words::UserKind::Person };
    let branch = |repository: &str| crate::forge::words::Branch {
        name: "topic".to_owned(),
        commit: commit(),
        repository: Repository::parse(repository),
    };
    let pull = crate::forge::words::Pull {
        number: PullNumber(12),
        title: String::new(),
        state: crate::forge::words::PullState::Open,
        draft: false,
        author: user,
        base: branch("acme/platform"),
        head: branch("mallory/platform"),
        labels: Default::default(),
        merged_by: None,
        merge_commit: None,
        requested_users: Default::default(),
        requested_teams: Default::default(),
    };
    let of = |repository: Option<&str>, branch: Option<&str>| Subject::Head {
        commit: commit(),
        repository: repository.and_then(Repository::parse),
        branch: branch.map(str::to_owned),
    };
    assert!(of(Some("mallory/platform"), Some("topic")).is(&pull) && of(None, None).is(&pull));
    assert!(!of(Some("acme/platform"), None).is(&pull) && !of(None, Some("main")).is(&pull));
    assert!(Subject::Pull(PullNumber(12)).is(&pull) && !Subject::Pull(PullNumber(13)).is(&pull));
}

mod laws {
    use super::*;
    use proptest::prelude::*;

    const NAMES: [&str; 11] = [
        "pull_request",
        "pull_request_target",
        "pull_request_review",
        "workflow_run",
        "merge_group",
        "push",
        "schedule",
        "workflow_dispatch",
        "issue_comment",
        "check_run",
        "check_suite",
    ];

    fn value() -> impl Strategy<Value = Value> {
        let keys = "number|action|repository|default_branch|ref|after|issue|pull_request|comment|id|body|user|type|check_run|head_sha|merge_group|inputs|pull|changes|from";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            "(created|completed|opened|rerequested|requested_action|checks_requested|refs/heads/main|User|[a-f0-9]{40}|.{0,8})"
                .prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 8, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                proptest::collection::btree_map(keys, inner, 0..6)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_payload_makes_it_stumble(name in 0..NAMES.len(), payload in value()) {
            let text = payload.to_string();
            for receiver in [Receiver::Workflow, Receiver::Server] {
                let event = event(NAMES[name], text.as_bytes(), receiver);
                prop_assert!(event.is_err() || payload.is_object());
            }
        }

        #[test]
        fn no_bytes_do(name in 0..NAMES.len(), bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let is_object = bytes.trim_ascii_start().first() == Some(&b'{');
            prop_assert!(is_object || event(NAMES[name], &bytes, Receiver::Server).is_err());
        }
    }
}
