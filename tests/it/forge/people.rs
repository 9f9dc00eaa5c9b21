//! Who may do what, and who is who.

use super::fake::Fake;
use pavior::forge::words::{Permission, User, UserId, UserKind};

fn user(fake: &Fake, login: &str) -> User {
    let id = fake.world().users[login].id;
    User { id: UserId(id), login: login.to_owned(), kind: UserKind::Person }
}

#[tokio::test]
async fn the_permission_is_that_of_now_and_of_the_same_person() {
    let fake = Fake::start();
    for (words, expected) in [
        (("admin", "admin"), Permission::Admin),
        (("write", "maintain"), Permission::Maintain),
        (("write", "release-engineer"), Permission::Write),
        (("read", "triage"), Permission::Triage),
        (("read", "admin"), Permission::Read),
        (("none", "none"), Permission::None),
    ] {
        fake.world().person("grace", words);
        assert_eq!(fake.github().permission(&user(&fake, "grace")).await, Ok(expected), "{words:?}");
    }
    fake.world().writer("grace");
    let renamed = User { id: UserId(1), ..user(&fake, "grace") };
    assert_eq!(fake.github().permission(&renamed).await, Ok(Permission::None), "the login belongs to another now");
    fake.world().reader("eve");
    assert_eq!(fake.github().permission(&user(&fake, "eve")).await, Ok(Permission::Read));
    let gone = User { login: "gone".to_owned(), ..renamed };
    assert_eq!(fake.github().permission(&gone).await, Ok(Permission::None));
}

#[tokio::test]
async fn a57_a_team_of_many_pages_is_whole() {
    let fake = Fake::start();
    let logins: Vec<String> = (0..230).map(|number| format!("member-{number}")).collect();
    for login in &logins {
        fake.world().writer(login);
    }
    fake.world().team("acme", "platform", &logins.iter().map(String::as_str).collect::<Vec<_>>());
    let members = fake.github().team_members("acme", "platform").await.unwrap().unwrap();
    assert_eq!((members.len(), members[229].login.as_str()), (230, "member-229"));
    assert_eq!(fake.github().team_members("acme", "nobody").await, Ok(None));
}

#[tokio::test]
async fn the_actor_of_a_workflow_is_asked_for_once() {
    let fake = Fake::start();
    let github = fake.github();
    for _ in 0..3 {
        let actor = github.actor().await.unwrap();
        assert_eq!((actor.user, actor.login.as_str()), (UserId(41_898_282), "github-actions[bot]"));
    }
    assert_eq!(fake.world().requests.len(), 1);
}
