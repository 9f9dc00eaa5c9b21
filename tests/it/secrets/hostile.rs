//! Texts that are made to take long: time grows with their length and no faster.

use super::{BASE62, Chance, base64, hidden};
use proptest::prelude::*;
use std::time::{Duration, Instant};

const MEBIBYTE: usize = 1 << 20;

/// Unoptimised and beside other tests; a hundredth of it is the promise of the released program.
const LONGEST: Duration = Duration::from_secs(20);

#[test]
fn a_mebibyte_of_anything_is_searched_in_bounded_time() {
    let jwt = format!("eyJ{}.", "a".repeat(20));
    let nested = (0..6).fold("word ".repeat(2_000), |text, _| base64(text.as_bytes()));
    let key = format!("AK{}QWERTZUIOPASDF23 ", "IA");
    let armour = format!("-----BEGIN {}-----", "PRIVATE KEY");
    let units = [
        "eyJ",
        &jwt,
        "glpat-",
        "ghp_",
        "://",
        "://a:",
        "://aaaaaaaaaaaaaaaa:bbbbbbbbbbbbbbbb",
        "password:",
        "password: ",
        "password: \"",
        "-----BEGIN ",
        &armour,
        "a%41",
        "%41",
        "\\x41",
        "\\u0041",
        "aaaa\n",
        "- aaaa\n",
        "A",
        "=",
        "sig=",
        "AccountKey=",
        "private_key_id: ",
        &key,
        "xoxb-1",
        "SK0",
        "sk-ant-api03-",
        "hvs.",
        "secret=secret=",
        "\n",
        "# \n",
        "token\n value",
        "\"'\\,+ \n",
        &nested,
    ];
    for unit in units {
        let text: String = unit.chars().cycle().take(MEBIBYTE).collect();
        let start = Instant::now();
        let (findings, shown) = hidden("catalog/a.yaml", &text);
        assert!(start.elapsed() < LONGEST, "{:?} for {:?}", start.elapsed(), &unit[..unit.len().min(40)]);
        assert!(findings.len() <= 101, "{} findings for {unit:?}", findings.len());
        assert_eq!(shown.len(), text.len() + "catalog/a.yaml\n".len());
        println!(
            "{:>6} ms {:>3} findings {:?}",
            start.elapsed().as_millis(),
            findings.len(),
            &unit[..unit.len().min(40)]
        );
    }
}

#[test]
fn all_of_very_many_secrets_are_hidden() {
    let mut chance = Chance(3);
    let tokens: Vec<String> = (0..5_000).map(|_| format!("gl{}{}", "pat-", chance.text(BASE62, 20))).collect();
    let (findings, shown) = hidden("catalog/a.yaml", &tokens.join("\n"));
    assert_eq!(findings.len(), 101);
    assert!(findings.iter().any(|finding| finding.message.starts_with("4900 more secrets")), "{:?}", findings.last());
    assert!(tokens.iter().all(|token| !shown.contains(&token[6..11])));
}

proptest! {
    #[test]
    fn any_text_keeps_its_lines_and_its_length(
        parts in prop::collection::vec(
            prop_oneof![
                "[ -~\\n]{0,40}", "[A-Za-z0-9+/=]{0,60}", "\\PC{0,10}", "(%[0-9A-F]{2}){0,9}", "(\\\\x[0-9a-f]{2}){0,9}",
                Just("ghp_".to_owned()), Just("password: ".to_owned()), Just("postgres://a:".to_owned()), Just("eyJhbGciOi".to_owned()),
                Just(format!("-----BEGIN {}-----\n", "PRIVATE KEY")),
            ],
            0..20,
        )
    ) {
        let text = parts.concat();
        let (findings, shown) = hidden("catalog/a.yaml", &text);
        prop_assert_eq!(shown.len(), text.len() + "catalog/a.yaml\n".len());
        prop_assert_eq!(shown.matches('\n').count(), text.matches('\n').count() + 1);
        prop_assert_eq!(findings.is_empty(), shown.ends_with(&text));
        // What is hidden is no secret any more.
        let (again, same) = hidden("catalog/a.yaml", shown.strip_prefix("catalog/a.yaml\n").unwrap());
        prop_assert!(again.is_empty() && same == shown, "{:?}\n{}", again, shown);
    }
}
