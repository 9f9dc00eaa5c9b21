//! Names that others chose, on their way through an address: they arrive as they are, and lead nowhere else.

use super::fake::Fake;
use pavior::forge::words::{PullNumber, User, UserId, UserKind};

const HOSTILE: [&str; 8] =
    ["$(id)", "`id`", "a\";b", "-oProxyCommand=x", "--upload-pack=x", "a\r\nb", "../../../user", "a?b#c%2e%2e"];

#[tokio::test]
async fn a44_a_label_of_any_name_is_removed_and_no_other() {
    let fake = Fake::start();
    let others: std::collections::BTreeSet<String> = ["keep".to_owned()].into();
    for name in HOSTILE {
        fake.world().pull(7, "ada").labels = ["keep".to_owned(), name.to_owned()].into();
        fake.github().remove_label(PullNumber(7), name).await.unwrap();
        assert_eq!(fake.world().pulls[&7].labels, others, "{name}");
    }
}

#[tokio::test]
async fn a44_a_branch_of_any_name_that_git_allows_is_found() {
    let fake = Fake::start();
    for name in ["$(id)", "`id`", "a\";b", "-oProxyCommand=x", "--upload-pack=x", "feature/🦀", "a%2Fb"] {
        fake.world().branches.insert(name.to_owned(), super::fake::COMMIT.to_owned());
        let found = fake.github().branch(name).await.unwrap();
        assert_eq!(found.unwrap().as_str(), super::fake::COMMIT, "{name}");
    }
    assert_eq!(fake.github().branch("gone").await, Ok(None));
    assert_eq!(fake.github().branch("../../../user").await, Ok(None));
    assert!(fake.world().requests.iter().all(|request| !request.path.contains("..")));
}

#[tokio::test]
async fn a44_a_login_leads_to_nobody_else() {
    let fake = Fake::start();
    for login in HOSTILE {
        let user = User { id: UserId(1), login: login.to_owned(), kind: UserKind::Person };
        fake.github().permission(&user).await.unwrap();
        let asked = fake.world().requests.last().unwrap().parts();
        assert_eq!(asked[..4], ["repos", "acme", "shop", "collaborators"], "{login}");
        assert_eq!(asked[4..], [login, "permission"]);
    }
}
