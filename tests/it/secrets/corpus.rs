//! Every family of secrets in every way of writing one.

use super::{BASE32, BASE62, BASE64, Chance, DIGITS, HEX, LETTERS, base64, hidden, leak, with_checksum};
use std::collections::BTreeMap;

/// A secret with what it takes to be known as one.
pub struct Sample {
    pub rule: &'static str,
    /// What is pasted.
    pub written: String,
    /// The part of it that must not be shown.
    pub secret: String,
    /// Known by its own characters, not by a word in front.
    pub alone: bool,
}

/// What all tokens of a kind begin with is in the rule's name, too, and no part of the secret.
fn alone(rule: &'static str, written: String) -> Sample {
    let is_word = |prefix: &&&str| written.starts_with(**prefix);
    let word = ["github_pat_", "pypi-", "sk-ant-"].iter().find(is_word).map_or(0, |prefix| prefix.len());
    Sample { rule, secret: written[word..].to_owned(), written, alone: true }
}

fn with(rule: &'static str, before: &str, secret: String, after: &str) -> Sample {
    Sample { rule, written: format!("{before}{secret}{after}"), secret, alone: false }
}

pub fn samples(seed: u64) -> Vec<Sample> {
    let mut chance = Chance(seed);
    let mut of = |alphabet: &str, length: usize| chance.text(alphabet, length);
    let url_safe = format!("{BASE62}-_");
    let jwt = |claims: &str, signature: &str| {
        let part = |json: &str| base64(json.as_bytes()).trim_end_matches('=').replace('+', "-").replace('/', "_");
        format!("{}.{}.{signature}", part(r#"{"alg":"HS256","typ":"JWT"}"#), part(claims))
    };
    let aws = |id: String| format!("AK{}{id}", "IA");
    let mut samples: Vec<Sample> = ["ghp", "gho", "ghu", "ghs", "ghr"]
        .iter()
        .map(|prefix| alone("secret/github-token", with_checksum(prefix, &of(BASE62, 30))))
        .collect();
    samples.extend([
        alone("secret/github-token", format!("github{}{}_{}", "_pat_", of(BASE62, 22), of(BASE62, 59))),
        alone("secret/gitlab-token", format!("gl{}{}", "pat-", of(BASE62, 20))),
        alone("secret/gitlab-token", format!("gl{}{}", "rt-", of(BASE62, 20))),
        alone("secret/aws-access-key", aws(of(BASE32, 16))),
        alone("secret/aws-access-key", format!("AS{}{}", "IA", of(BASE32, 16))),
        alone("secret/google-api-key", format!("AI{}{}", "za", of(&url_safe, 34) + "x")),
        alone("secret/google-api-key", format!("GOC{}{}", "SPX-", of(BASE62, 28))),
        alone("secret/slack-token", format!("xo{}{}-{}-{}", "xb-", of(DIGITS, 12), of(DIGITS, 12), of(BASE62, 24))),
        alone(
            "secret/slack-token",
            format!("xo{}{}-{}-{}-{}", "xp-", of(DIGITS, 12), of(DIGITS, 12), of(DIGITS, 12), of(HEX, 32)),
        ),
        alone("secret/slack-token", format!("xa{}-1-A{}-{}-{}", "pp", of(BASE32, 10), of(DIGITS, 13), of(HEX, 64))),
        alone("secret/stripe-key", format!("sk_{}{}", "live_", of(BASE62, 24))),
        alone("secret/stripe-key", format!("rk_{}{}", "live_", of(BASE62, 99))),
        alone("secret/npm-token", with_checksum("npm", &of(BASE62, 30))),
        alone("secret/pypi-token", format!("pypi-{}{}", "AgEIcHlwaS5vcmc", of(&url_safe, 150) + "x")),
        alone("secret/digitalocean-token", format!("dop{}{}", "_v1_", of(HEX, 64))),
        alone("secret/sendgrid-key", format!("S{}{}.{}x", "G.", of(&url_safe, 22), of(&url_safe, 42))),
        alone("secret/twilio-key", format!("S{}{}", "K", of(HEX, 32))),
        alone("secret/anthropic-key", format!("sk-{}{}AA", "ant-api03-", of(&url_safe, 93))),
        alone("secret/openai-key", format!("sk-{}{}x", "proj-", of(&url_safe, 150))),
        alone("secret/openai-key", format!("sk-{}{}{}", of(BASE62, 20), "T3BlbkFJ", of(BASE62, 20))),
        alone("secret/json-web-token", jwt(r#"{"sub":"cart","iat":1795341600}"#, &(of(&url_safe, 42) + "x"))),
        alone("secret/vault-token", format!("hv{}{}x", "s.", of(&url_safe, 94))),
        alone("secret/service-token", format!("dckr{}{}x", "_pat_", of(&url_safe, 26))),
        alone("secret/service-token", format!("hf{}{}", "_", of(LETTERS, 34))),
        alone("secret/service-token", format!("shp{}{}", "at_", of(HEX, 32))),
        with(
            "secret/slack-webhook",
            "https://hooks.slack.com/services/",
            format!("T{}/B{}/{}", of(BASE32, 8), of(BASE32, 8), of(BASE62, 24)),
            "",
        ),
        with(
            "secret/azure-key",
            "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=",
            of(BASE64, 86) + "==",
            ";EndpointSuffix=core.windows.net",
        ),
        with(
            "secret/azure-signature",
            "https://x.blob.core.windows.net/y?sv=2024-01-01&se=2026-12-01&sp=r&sig=",
            of(BASE62, 43) + "%3D",
            "",
        ),
        with("secret/url-password", "postgres://shop:", of(BASE62, 14) + "7q", "@db.shop.svc:5432/shop"),
        with("secret/url-password", "amqps://", format!("shop:{}-Zk9", of(BASE62, 8)).split_off(5), "@mq:5671")
            .rewritten("amqps://shop:"),
        with("secret/password", "password: ", of(BASE62, 12) + "4!q", ""),
        with("secret/password", "DB_PASSWORD=", of(BASE62, 15) + "7q", ""),
        with("secret/token", "api_key: ", of(HEX, 40), ""),
        with("secret/token", "client-secret: ", of(BASE62, 31) + "7q", ""),
        with("secret/aws-secret-access-key", &format!("{} ", aws(of(BASE32, 16))), of(BASE64, 37) + "aZ7", ""),
        with("secret/gcp-service-account", "private_key_id: ", of(HEX, 40), ""),
    ]);
    for kind in ["RSA ", "EC ", "OPENSSH ", "DSA ", "ENCRYPTED ", "", "PGP "] {
        let (begin, end) = match kind {
            "PGP " => ("PGP PRIVATE KEY BLOCK", "PGP PRIVATE KEY BLOCK"),
            _ => ("PRIVATE KEY", "PRIVATE KEY"),
        };
        let kind = if kind == "PGP " { "" } else { kind };
        let body = of(BASE64, 62) + "Ab";
        samples.push(with(
            "secret/private-key",
            &format!("-----BEGIN {kind}{begin}-----\\n"),
            body,
            &format!("\\n-----END {kind}{end}-----\\n"),
        ));
    }
    samples
}

impl Sample {
    fn rewritten(mut self, before: &str) -> Sample {
        self.written = format!("{before}{}@mq:5671", self.secret);
        self
    }
}

/// A way of writing something: a name, and what the file holds. None where it cannot be written like that.
pub type Carrier = (&'static str, fn(&Sample) -> Option<String>);

pub const CARRIERS: &[Carrier] = &[
    ("plain", |s| Some(format!("a: {}\nb: c\n", s.written))),
    ("single quotes", |s| Some(format!("variables:\n  A: '{}'\n", s.written))),
    ("comment", |s| Some(format!("a: b\n# was {}\n", s.written))),
    ("comment behind a value", |s| Some(format!("a: b  # {}\n", s.written))),
    ("key", |s| Some(format!("variables:\n  {}: x\n", s.written))),
    ("annotation", |s| Some(format!("metadata:\n  annotations:\n    acme.dev/note: \"see {}\"\n", s.written))),
    ("windows", |s| Some(format!("a: b\r\nb: {}\r\n", s.written).replace("\r\n", "\n"))),
    ("JSON", |s| Some(format!("config: '{{\"a\": \"{}\", \"b\": 1}}'\n", s.written))),
    ("JSON in JSON", |s| Some(format!("config: \"{{\\\"a\\\": \\\"{}\\\"}}\"\n", s.written))),
    ("block", |s| Some(format!("script: |\n  set -e\n  run {}\n  exit\n", s.written))),
    ("base64", |s| Some(format!("a: {}\n", base64(s.written.as_bytes())))),
    ("base64 of a sentence", |s| Some(format!("a: {}\n", base64(format!("it is {} today", s.written).as_bytes())))),
    ("base64 for URLs", |s| {
        Some(format!("a: {}\n", base64(s.written.as_bytes()).replace('+', "-").replace('/', "_").trim_end_matches('=')))
    }),
    ("base64 twice", |s| Some(format!("a: {}\n", base64(base64(s.written.as_bytes()).as_bytes())))),
    ("base64 in lines", |s| Some(format!("a: |\n  {}\n", lines(&base64(s.written.as_bytes()), 40, "\n  ")))),
    ("URL", |s| {
        Some(format!(
            "a: https://pavior.dev/?x={}\n",
            s.written.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>()
        ))
    }),
    ("escapes", |s| {
        Some(format!("a: \"{}\"\n", s.written.bytes().map(|byte| format!("\\x{byte:02x}")).collect::<String>()))
    }),
    ("one escape", |s| s.alone.then(|| format!("a: \"\\u{:04x}{}\"\n", s.written.as_bytes()[0], &s.written[1..]))),
    ("folded", |s| s.alone.then(|| format!("a: >-\n  {}\nb: c\n", thirds(&s.written, "\n  ")))),
    ("plain lines", |s| s.alone.then(|| format!("a: {}\nb: c\n", thirds(&s.written, "\n  ")))),
    ("continued lines", |s| s.alone.then(|| format!("a: \"{}\"\n", thirds(&s.written, "\\\n  ")))),
    ("adjacent quotes", |s| s.alone.then(|| format!("args:\n  - \"{}\"\n", thirds(&s.written, "\"\n  - \"")))),
    ("lines of a comment", |s| s.alone.then(|| format!("# {}\na: b\n", thirds(&s.written, "\n# ")))),
];

/// In three parts of uneven length.
fn thirds(text: &str, between: &str) -> String {
    let (one, two) = (text.len() / 3 + 2, 2 * text.len() / 3 + 1);
    format!("{}{between}{}{between}{}", &text[..one], &text[one..two], &text[two..])
}

fn lines(text: &str, width: usize, between: &str) -> String {
    let lines: Vec<&str> =
        text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).expect("base64 is ASCII")).collect();
    lines.join(between)
}

#[test]
fn every_family_is_found_in_every_carrier_and_shown_in_none() {
    let (mut asked, mut found) = (0, 0);
    let mut missed: BTreeMap<String, usize> = BTreeMap::new();
    for seed in 1..=4 {
        for sample in samples(seed) {
            for (carrier, write) in CARRIERS {
                let Some(text) = write(&sample) else { continue };
                let (findings, shown) = hidden("catalog/a.yaml", &text);
                asked += 1;
                if findings.iter().any(|finding| finding.rule.id == sample.rule) {
                    found += 1;
                    let said = format!("{shown}\n{findings:?}");
                    assert_eq!(leak(&said, &sample.secret), None, "{carrier}, {}: {text}\n{shown}", sample.rule);
                    assert_eq!(shown.lines().count(), text.lines().count() + 1, "{carrier}: {text}\n{shown}");
                } else {
                    *missed.entry(format!("{} in {carrier}", sample.rule)).or_default() += 1;
                }
            }
            let name = sample.written.replace(['/', '+', ':', '\\', '?', '"', ' '], "-");
            if sample.alone && name == sample.written {
                asked += 1;
                let (findings, shown) = hidden(&format!("catalog/{name}.yaml"), "a: b\n");
                found += usize::from(findings.iter().any(|finding| finding.rule.id == sample.rule));
                assert_eq!(leak(&format!("{shown}{findings:?}"), &sample.secret), None, "{}", sample.rule);
            }
        }
    }
    let recall = f64::from(found as u32) / f64::from(asked);
    println!("recall: {found} of {asked} = {:.2} %; missed: {missed:#?}", recall * 100.0);
    assert!(recall >= 0.99, "recall is {recall:.4}: {missed:#?}");
}
