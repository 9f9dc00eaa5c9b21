//! What looks like a secret and is none.

use super::{BASE32, BASE62, BASE64, Chance, HEX, base64, hidden};
use pavior::check::{Loaded, check};
use pavior::model::Findings;
use pavior::read::secrets::hide;
use pavior::read::{Snapshot, load_directory};
use std::path::Path;
use std::time::Instant;

/// Lines, each as it could stand in a declaration.
fn innocent() -> Vec<String> {
    let mut chance = Chance(7);
    let mut of = |alphabet: &str, length: usize| chance.text(alphabet, length);
    let mut lines: Vec<String> = [
        "image: ghcr.io/acme/cart:1.4.2",
        "token: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "password: xxxxxxxx",
        "password: ********",
        "password: <your-password-1>",
        "token: <your-token>",
        "token: your-api-token-goes-here-123",
        "password: ${DB_PASSWORD}",
        "password: $(DB_PASSWORD)",
        "password: {{ .Values.password1 }}",
        "password: %DB_PASSWORD1%",
        "password: changeme123",
        "password: postgres",
        "password: Password123",
        "password: hunter2",
        "password: correct-horse-battery-staple",
        "passwordVersion: 2",
        "passwordSecretRef: {name: cart-db-3f9a1c0b2d4e5f60, key: password}",
        "secretName: cart-sessions-3f9a1c0b2d4e5f60",
        "secret: cart-sessions-3f9a1c0b2d4e5f60",
        "secretStore: aws-secrets-manager-eu-west-1",
        "tokenUrl: https://login.pavior.dev/oauth2/v2.0/token",
        "token: checkout-2026-prod-readonly",
        "access_key: ${resources.bucket.accessKeyId}",
        "aws_access_key_id: AKIAIOSFODNN7EXAMPLE",
        "aws_secret_access_key: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "kmsKeyId: arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "role: arn:aws:iam::111122223333:role/cart-production-3f9a1c0b2d4e5f60",
        "DATABASE_URL: postgres://app:${resources.db.password}@${resources.db.host}/app",
        "DATABASE_URL: postgres://$(USER):$(PASSWORD)@db:5432/app",
        "DATABASE_URL: postgres://postgres:postgres@localhost:5432/app",
        "DATABASE_URL: postgres://user:password@host/db",
        "DATABASE_URL: postgres://user:<password>@host/db",
        "URL: https://pavior.dev:8443/a:b@c",
        "URL: https://user@pavior.dev/x",
        "sku: 6YS6EN2CT7.JRTCKXETXF.6YS6EN2CT7",
        "source: https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonRDS/current/eu-west-1/index.json",
        "-----BEGIN PUBLIC KEY-----\\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf\\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\\nMIIBszCCAVmgAwIBAgIUQ0xJ9tq0kq3nH0kYbY0lq2h8bXcwCgYIKoZIzj0EAwIw\\n-----END CERTIFICATE-----",
        "-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\\n<your key here>\\n-----END RSA PRIVATE KEY-----",
        "ssh: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZ1Z2xlIHB1YmxpYyBrZXkgb2Ygbm9ib2R5 cart@acme",
        "GITHUB_TOKEN: ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "GITHUB_TOKEN: ghp_EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE1",
        "GITHUB_TOKEN: ${secrets.github.GITHUB_TOKEN}",
        "# tokens of GitHub begin with ghp_, gho_ or github_pat_, those of AWS with AKIA",
        "# write sk-ant-... into the secret store, never sk_live_ into a file",
        "description: password rotation for eyJ-shaped tokens, see RFC 7519",
        "description: a password of at least 12 characters with 1 digit",
        "API_KEY: <API_KEY>",
        "API_KEY: REPLACE_WITH_YOUR_API_KEY_1",
        "API_KEY: 0123456789abcdef0123456789abcdef",
        "session_token_ttl: 3600s",
        "key: topology.kubernetes.io/zone",
        "accessKeyRotation: 90d",
        "public_key: MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX",
        "cron: \"*/5 * * * *\"",
        "password = random_password.db1.result",
        "secret_key = data.aws_secretsmanager_secret_version.x[0].secret_string",
        "token := input.review.request.userInfo.groups[0]",
        "base64: aGVsbG8gd29ybGQsIHRoaXMgaXMganVzdCBhIHNlbnRlbmNlIG9mIHdvcmRz",
        "args:\n  - --config=/etc/cart\n  - --verbose\n  - serve-everything",
    ]
    .map(str::to_owned)
    .into();
    for _ in 0..25 {
        let uuid = format!("{}-{}-4{}-a{}-{}", of(HEX, 8), of(HEX, 4), of(HEX, 3), of(HEX, 3), of(HEX, 12));
        lines.extend([
            format!("image: ghcr.io/acme/cart@sha256:{}", of(HEX, 64)),
            format!("digest: {}", of(HEX, 64)),
            format!("commit: {}", of(HEX, 40)),
            format!("etag: {}", of(HEX, 32)),
            format!("id: {uuid}"),
            format!("token: {uuid}"),
            format!("name: cart-sessions-{}", of(HEX, 16)),
            format!("integrity: sha512-{}==", of(BASE64, 86)),
            format!("zone: Z{}", of(BASE32, 20)),
            format!("bucket: acme-{}", of(HEX, 16)),
            format!("picture: data:image/png;base64,iVBORw0KGgo{}", of(BASE64, 200)),
            format!("arn: arn:aws:secretsmanager:eu-west-1:111122223333:secret:cart-{}", of(BASE62, 6)),
            format!("checksum/config: {}", base64(of(HEX, 30).as_bytes())),
            format!("subnet: subnet-{}", of(HEX, 17)),
        ]);
    }
    lines
}

#[test]
fn what_only_looks_like_a_secret_stays_silent() {
    let lines = innocent();
    let mut wrong = Vec::new();
    for line in &lines {
        let (findings, shown) = hidden("catalog/a.yaml", line);
        if !findings.is_empty() || !shown.ends_with(line.as_str()) {
            wrong.push(format!("{line}: {:?}", findings.iter().map(|finding| finding.rule.id).collect::<Vec<_>>()));
        }
    }
    // As one file, neighbours must not make secrets of each other either.
    let all = lines.join("\n");
    wrong.extend(
        hidden("catalog/a.yaml", &all)
            .0
            .iter()
            .map(|finding| format!("all: {}:{}", finding.at.start.line, finding.rule.id)),
    );
    let positives: usize = super::corpus::samples(1).len() * super::corpus::CARRIERS.len();
    println!("precision: {} false of {} innocent lines, beside {positives} secrets", wrong.len(), lines.len());
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn nothing_that_is_shipped_looks_like_a_secret() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut read = 0;
    for folder in
        ["pavior.yaml", "catalog", "golden-paths", "policies", "schemas", "docs", "tests", "README.md", "examples"]
    {
        for entry in
            walkdir::WalkDir::new(root.join(folder)).into_iter().flatten().filter(|entry| entry.file_type().is_file())
        {
            let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
            // These hold what they are about: passwords that the importer leaves out, what looks like some, and code that
            // makes credentials.
            let path = entry.path().strip_prefix(root).unwrap().to_string_lossy().into_owned();
            let about = ["tests/it/secrets", "tests/cases/import-compose", "tests/it/forge"];
            if about.iter().any(|folder| path.starts_with(folder)) {
                continue;
            }
            read += 1;
            let (findings, _) = hidden("catalog/a.yaml", &text);
            let found: Vec<String> = findings
                .iter()
                .map(|finding| format!("{path}:{}: {}", finding.at.start.line, finding.message))
                .collect();
            assert_eq!(found, Vec::<String>::new());
        }
    }
    assert!(read > 300, "{read} files");
}

#[test]
fn a_reason_makes_a_doubtful_one_none_and_the_report_counts_it() {
    let value = Chance(11).text(HEX, 40);
    let line = |comment: &str| format!("api_key: {value}  {comment}\n");
    let silent = |text: &str| hidden("catalog/a.yaml", text).0.is_empty();
    assert!(silent(&line("# pavior:not-a-secret the hash of our public manifest")));
    assert!(
        !silent(&line("# not a secret"))
            && !silent(&line("# pavior:not-a-secret"))
            && !silent(&line("pavior:not-a-secret why"))
    );
    let token =
        format!("a: {}  # pavior:not-a-secret I promise\n", super::with_checksum("ghp", &Chance(12).text(BASE62, 30)));
    let (findings, _) = hidden("catalog/a.yaml", &token);
    assert!(findings[0].help.iter().any(|help| help.contains("does not count here")), "{findings:?}");
    let snapshot = Snapshot::of([("catalog/a.yaml", line("# pavior:not-a-secret the hash of our manifest").as_str())]);
    let report = check(Loaded { snapshot, findings: Findings::default(), as_of: None }).unwrap();
    assert!(
        report.notes[0].contains("1 value that looks like a secret") && report.notes[0].contains("catalog/a.yaml:1"),
        "{:?}",
        report.notes
    );
}

#[test]
fn the_scan_is_a_small_part_of_a_check() {
    let load = || {
        let mut findings = Findings::default();
        load_directory(Path::new(env!("CARGO_MANIFEST_DIR")), &mut findings).unwrap()
    };
    let best = |work: &dyn Fn()| {
        let once = || {
            let start = Instant::now();
            work();
            start.elapsed()
        };
        (0..5).map(|_| once()).min().unwrap()
    };
    let snapshot = load();
    let scan = best(&|| drop(hide(snapshot.clone(), &mut Findings::default())));
    let whole = best(&|| {
        drop(check(Loaded { snapshot: snapshot.clone(), findings: Findings::default(), as_of: None }).unwrap())
    });
    let share = 100.0 * scan.as_secs_f64() / whole.as_secs_f64();
    println!("the scan takes {scan:?} of {whole:?}: {share:.1} %");
    // A promise of 5 %, with room for what runs beside.
    assert!(share < 15.0, "{share:.1} %");
}
