//! `/pavior plan`, `/pavior apply` and `/pavior unlock`: what is merged is tried again, and nothing else is.

use super::applying::{How, platform};
use super::scene::Scene;
use pavior::ledger::{Cause, Effect, Entry, Intent, Scope, Store, Undo, UnitName, Upstream, Writer};
use pavior::model::{Name, Timestamp};
use serde_json::json;

/// Pull request 7, merged without the approval that it needs.
fn unapproved() -> Scene {
    let scene = platform();
    scene.begin();
    scene.change(7, "cart", "2");
    scene.report();
    let merged = scene.merge(7, How::Merge);
    assert_eq!(scene.push_job(&merged).refused(), ["production/cart: #7: 1 approval of 1 missing"]);
    scene
}

#[test]
fn what_was_refused_is_applied_when_somebody_who_may_says_so_and_it_is_approved_by_then() {
    let scene = unapproved();
    let again = format!("/pavior apply {}", &scene.digest()[..32]);
    assert!(scene.said().contains(&format!("`{again}` tries again")), "{}", scene.said());
    // Saying so approves nothing.
    let job = scene.comment_job(7, "ada", &again);
    assert_eq!(job.refused(), ["production/cart: #7: 1 approval of 1 missing"], "{job:#?}");
    scene.approve(7);
    let job = scene.comment_job(7, "ada", &again);
    assert_eq!((job.refused(), job.applied.0, job.told.code), (Vec::<String>::new(), 0, 0), "{job:#?}");
    assert!(scene.said().contains("- **`production`**: applied at 20"), "{}", scene.said());
    assert!(scene.said().contains("- **`local`**: applied at 20"), "what stood there stays: {}", scene.said());
}

#[test]
fn nobody_else_and_nothing_else_is_tried_again() {
    let scene = unapproved();
    scene.fake.world().reader("rene");
    let again = format!("/pavior apply {}", &scene.digest()[..32]);
    let other = format!("/pavior apply {}", "0".repeat(32));
    for (login, body, why) in [
        ("rene", again.as_str(), "`rene` may not say `apply`"),
        ("ada", &other, "the digest is not that of the report of #7"),
        ("ada", "/pavior recheck", "asks for no apply"),
    ] {
        let job = scene.comment_job(7, login, body);
        let why = why.replace('`', "");
        assert!(job.decided.stdout.replace('`', "").contains(&why), "{why}: {job:#?}");
        assert!(job.mandate.is_null() && job.decided.code == 0, "{job:#?}");
    }
    scene.fake.world().pulls.get_mut(&7).unwrap().merged_at = None;
    let job = scene.comment_job(7, "ada", &again);
    assert!(
        job.decided.stdout.contains("#7 is not merged into the default branch") && job.mandate.is_null(),
        "{job:#?}"
    );
}

#[test]
fn before_it_is_merged_apply_is_refused_with_the_reason_and_plan_says_what_an_apply_would_change() {
    let scene = platform();
    scene.begin();
    scene.change(7, "cart", "2");
    scene.report();
    let scene = scene.with_run(101);
    let (id, ran) = scene.told("ada", &format!("/pavior apply {}", &scene.digest()[..32]));
    assert_eq!((ran.code, scene.reactions(id)), (0, vec!["-1".to_owned(), "eyes".to_owned()]), "{ran:#?}");
    assert!(scene.said().contains("tries again what is merged, and this is not"), "{}", scene.said());
    let (id, ran) = scene.told("ada", "/pavior plan");
    assert_eq!((ran.code, scene.reactions(id)), (0, vec!["+1".to_owned(), "eyes".to_owned()]), "{ran:#?}");
    assert!(
        scene.said().contains("an apply would change 2 units: `local/cart`, `production/cart`."),
        "{}",
        scene.said()
    );
    assert!(
        scene.said().contains("`git fetch origin pull/7/head && pavior plan --head FETCH_HEAD`"),
        "{}",
        scene.said()
    );
}

/// A run of this number holds `production/cart` for pull request 7, and has begun something.
fn lock(scene: &Scene, run: u64) {
    let address = scene.remote().display().to_string();
    let mut store = Store::open(scene.workspace(), Some(Upstream { address, authorization: None })).unwrap();
    store.refresh().unwrap();
    let production = Name::parse("production").unwrap();
    let unit = UnitName { environment: production.clone(), unit: "cart".to_owned() };
    let change = Cause {
        head: scene.main(),
        base: None,
        pull: Some(7),
        report: None,
        author: "ada".to_owned(),
        approved_by: Vec::new(),
    };
    let run = Some(format!("https://github.com/acme/shop/actions/runs/{run}"));
    let writer = Writer { version: "0.1.0".to_owned(), actor: "ada".to_owned(), run };
    let intent = Intent {
        effect: Effect::Health,
        unit,
        digest: None,
        plan: None,
        change,
        cost: None,
        undo: Undo::Reversible,
        secrets: Vec::new(),
    };
    let entries = vec![
        Entry::Leased {
            scope: Scope { environment: production, unit: Some("cart".to_owned()) },
            until: Timestamp::parse("2099-01-01T00:00:00Z").unwrap(),
        },
        Entry::Began(Box::new(intent)),
    ];
    let now = || Timestamp::parse("2026-11-23T00:00:00Z").unwrap();
    store.append(&writer, now, |_| Ok(entries.clone())).unwrap();
}

#[test]
fn a_lock_is_given_up_by_a_maintainer_once_github_says_that_its_run_is_over() {
    let scene = unapproved();
    scene.approve(7);
    lock(&scene, 55);
    let records = scene.ledger().len();
    let run = |conclusion| {
        json!({"id": 55, "run_attempt": 1, "path": ".github/workflows/pavior-apply.yml", "event": "push", "head_branch": "main",
            "head_sha": scene.main(), "head_repository": null, "conclusion": conclusion, "pull_requests": []})
    };
    scene.fake.world().person("mira", ("write", "maintain"));
    // Who may only write may not, and of a run that nobody knows or that works nothing is said to be dead.
    let job = scene.comment_job(7, "ada", "/pavior unlock");
    assert!(job.decided.stdout.contains("may not say"), "{job:#?}");
    scene.comment_job(7, "mira", "/pavior unlock");
    assert!(scene.said().contains("stays: nobody can say from here whether `ada` is dead"), "{}", scene.said());
    scene.fake.world().runs.insert(55, run(serde_json::Value::Null));
    scene.comment_job(7, "mira", "/pavior unlock");
    assert!(scene.said().contains("still works on it"), "{}", scene.said());
    assert_eq!(scene.ledger().len(), records);
    scene.fake.world().runs.insert(55, run(json!("cancelled")));
    let job = scene.comment_job(7, "mira", "/pavior unlock");
    assert!(scene.said().contains("`production/cart` is given up by `mira`"), "{job:#?} {}", scene.said());
    let last: Vec<_> = scene.ledger().split_off(records);
    let kinds: Vec<_> = last.iter().map(|record| (&record["writer"]["actor"], &record["entry"]["kind"])).collect();
    assert_eq!(kinds, [(&json!("mira"), &json!("ended")), (&json!("mira"), &json!("returned"))]);
    assert_eq!(scene.pavior(&["audit", "verify"]).0, 0);
    assert_eq!(scene.push_job(&scene.main()).applied.0, 0);
}
