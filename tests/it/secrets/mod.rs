//! Secrets: pasted in any way, they are found, told and never shown; what only looks like one stays silent.
//!
//! No token stands in these files as it would be pasted: all are made at run time, so that no scanner trips over them.

mod corpus;
mod history;
mod hostile;
mod innocent;
mod reports;

use pavior::model::{Finding, Findings};
use pavior::read::Snapshot;
use pavior::read::secrets::hide;

/// What is found in one file, and the file as every later stage sees it.
fn hidden(path: &str, text: &str) -> (Vec<Finding>, String) {
    let mut findings = Findings::default();
    let (snapshot, _) = hide(Snapshot::of([(path, text)]), &mut findings);
    let shown: Vec<String> = snapshot.files.iter().map(|(path, text)| format!("{path}\n{text}")).collect();
    (findings.into_sorted(), shown.concat())
}

/// Whether a text holds five characters in a row of a secret. Runs of one character say nothing.
fn leak<'s>(output: &str, secret: &'s str) -> Option<&'s str> {
    let windows = (0..secret.len().saturating_sub(4)).filter_map(|start| secret.get(start..start + 5));
    let says_something = |window: &&str| window.chars().any(|c| !window.starts_with(c));
    windows.filter(says_something).find(|window| output.contains(window))
}

const DIGITS: &str = "0123456789";
const HEX: &str = "0123456789abcdef";
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE62: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The same characters on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut mixed = self.0;
        mixed ^= mixed >> 33;
        mixed = mixed.wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ mixed >> 33
    }

    fn text(&mut self, alphabet: &str, length: usize) -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| alphabet[(self.next() % alphabet.len() as u64) as usize]).collect()
    }
}

fn base64(bytes: &[u8]) -> String {
    let alphabet: Vec<char> = BASE64.chars().collect();
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        let digits = (0..4).map(|digit| alphabet[(bits >> (18 - 6 * digit) & 63) as usize]);
        text.extend(digits.take(group.len() + 1));
        text.extend(std::iter::repeat_n('=', 3 - group.len()));
    }
    text
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

/// As GitHub and npm issue them.
fn with_checksum(prefix: &str, random: &str) -> String {
    let alphabet: Vec<char> = BASE62.chars().collect();
    let mut rest = crc32(random.as_bytes()) as usize;
    let mut digits = Vec::new();
    for _ in 0..6 {
        digits.insert(0, alphabet[rest % 62]);
        rest /= 62;
    }
    format!("{prefix}_{random}{}", digits.into_iter().collect::<String>())
}
