//! What GitHub takes at most.

use super::fake::{COMMIT, Fake, Trouble};
use pavior::forge::limit::COMMENT_BYTES;
use pavior::forge::words::{Annotation, Button, CheckRun, CommitId, Conclusion, Level, PullNumber};

fn annotation(number: u32) -> Annotation {
    Annotation {
        path: format!("catalog/{number}.yaml"),
        start_line: number + 1,
        end_line: number + 1,
        columns: Some((3, 9)),
        level: Level::Failure,
        title: format!("finding {number}"),
        message: "says why".to_owned(),
    }
}

fn check_run(annotations: Vec<Annotation>) -> CheckRun {
    let button = Button { label: "Run again", identifier: "recheck", description: "Checks the same commit again" };
    CheckRun {
        name: "pavior".to_owned(),
        commit: CommitId::parse(COMMIT).unwrap(),
        conclusion: Some(Conclusion::Failure),
        title: "blocked".to_owned(),
        summary: "why".to_owned(),
        text: "more".to_owned(),
        annotations,
        buttons: vec![button],
        details_url: Some("https://example.com/report".to_owned()),
        external_id: "digest".to_owned(),
    }
}

#[tokio::test]
async fn a41_a_body_too_long_in_bytes_or_in_emoji_is_cut_to_fit() {
    let fake = Fake::start();
    fake.world().pull(7, "ada");
    for sign in ["x", "é", "🦀"] {
        let body = format!("{}\n```diff\n{}", "<!-- marker -->", sign.repeat(100_000));
        let made = fake.github().create_comment_once(PullNumber(7), &body, "<!-- marker -->").await.unwrap();
        assert!(made.body.len() <= COMMENT_BYTES && made.body.len() > COMMENT_BYTES - 100);
        let end = &made.body[made.body.len() - 60..];
        assert!(made.body.ends_with("\n```\n\n*Cut here: GitHub takes no more.*\n"), "{end:?}");
        fake.github().update_comment(made.id, &body).await.unwrap();
    }
    let run = CheckRun { summary: "🦀".repeat(65_535), text: "x".repeat(200_000), ..check_run(Vec::new()) };
    let run = CheckRun { title: "é".repeat(300), ..run };
    fake.github().create_check_run(&run).await.unwrap();
}

#[tokio::test]
async fn a42_any_number_of_annotations_goes_in_fifties() {
    for (count, calls) in [(0, 1), (1, 1), (50, 1), (51, 2), (101, 3), (1_000, 20)] {
        let fake = Fake::start();
        let run = check_run((0..count).map(annotation).collect());
        fake.github().create_check_run(&run).await.unwrap();
        assert_eq!(fake.clock.slept(), vec![1; calls - 1], "a second lies between two writes");
        {
            let world = fake.world();
            let made = &world.check_runs[0];
            assert_eq!((made.annotations.len(), made.calls), (count as usize, calls));
            assert_eq!(made.value["conclusion"], "failure");
            assert_eq!(made.value["actions"][0]["identifier"], "recheck");
            let paths: Vec<_> = made.annotations.iter().map(|found| found["path"].clone()).collect();
            assert!(paths.iter().zip(0..count).all(|(path, number)| *path == format!("catalog/{number}.yaml")));
        }
    }
}

#[tokio::test]
async fn a42_a_run_that_was_begun_takes_its_annotations_later() {
    let fake = Fake::start();
    let begun = CheckRun { conclusion: None, ..check_run(Vec::new()) };
    let id = fake.github().create_check_run(&begun).await.unwrap();
    assert_eq!(fake.world().check_runs[0].value["status"], "in_progress");
    fake.github().update_check_run(id, &check_run((0..101).map(annotation).collect())).await.unwrap();
    let world = fake.world();
    assert_eq!(world.check_runs[0].value["status"], "completed");
    assert_eq!(world.check_runs[0].annotations.len(), 101);
}

#[tokio::test]
async fn a42_trouble_on_the_way_neither_loses_nor_doubles_an_annotation() {
    for trouble in [|| Trouble::after(502), || Trouble::before(502), Trouble::silence_after] {
        for spared in [0, 1] {
            let fake = Fake::start();
            fake.trouble(trouble().on("POST", "/check-runs"));
            fake.world().troubles.push(trouble().on("PATCH", "").sparing(spared));
            let run = check_run((0..170).map(annotation).collect());
            fake.github().create_check_run(&run).await.unwrap();
            let world = fake.world();
            assert_eq!((world.check_runs.len(), world.check_runs[0].annotations.len()), (1, 170));
        }
    }
}

#[tokio::test]
async fn a42_lines_and_columns_that_github_refuses_are_mended() {
    let fake = Fake::start();
    let with = |start_line, end_line, columns| Annotation { start_line, end_line, columns, ..annotation(0) };
    let odd = vec![
        with(0, 0, None),
        with(9, 3, Some((1, 2))),
        with(1, 2, Some((1, 2))),
        with(1, 1, Some((5, 2))),
        with(1, 1, Some((0, 2))),
        with(u32::MAX, u32::MAX, None),
        Annotation { path: "not/in/the/diff.yaml".to_owned(), ..annotation(1) },
        Annotation { message: String::new(), ..annotation(2) },
        Annotation { message: "🦀".repeat(70_000), title: "é".repeat(400), ..annotation(3) },
    ];
    fake.github().create_check_run(&check_run(odd)).await.unwrap();
    let world = fake.world();
    assert_eq!(world.check_runs[0].annotations.len(), 9);
    assert_eq!(world.check_runs[0].annotations[7]["message"], "finding 2");
}

#[tokio::test]
async fn a_check_run_is_found_again_by_name_and_commit() {
    let fake = Fake::start();
    let id = fake.github().create_check_run(&check_run(Vec::new())).await.unwrap();
    let found = fake.github().check_runs(&CommitId::parse(COMMIT).unwrap(), "pavior").await.unwrap();
    assert_eq!((found[0].id, found[0].external_id.as_str()), (id, "digest"));
    assert_eq!(found[0].conclusion, Some(Conclusion::Failure));
    assert!(fake.github().check_runs(&CommitId::parse(COMMIT).unwrap(), "other").await.unwrap().is_empty());
}
