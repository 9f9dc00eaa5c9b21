//! Whether GitHub sent it: decided on bytes, before anything is parsed.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// GitHub sends no larger payload.
pub const MOST_BYTES: usize = 25 * 1024 * 1024;

/// Headers as they came.
#[derive(Debug, Clone, Copy, Default)]
pub struct Received<'r> {
    /// `X-Hub-Signature-256`.
    pub signature: Option<&'r str>,
    pub content_type: Option<&'r str>,
    pub content_encoding: Option<&'r str>,
}

/// Why it is not looked at. Says nothing of what would have been right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the body is larger than any that GitHub sends")]
    TooLarge,
    #[error("the body is encoded, so that its size is not known")]
    Encoded,
    #[error("the body is not application/json")]
    NotJson,
    #[error("there is no X-Hub-Signature-256")]
    Unsigned,
    #[error("X-Hub-Signature-256 is not `sha256=` and 64 lower-case digits")]
    Malformed,
    #[error("the signature is not of this body by this secret")]
    Forged,
}

impl Refusal {
    /// The HTTP status to answer with.
    pub fn status(self) -> u16 {
        match self {
            Refusal::TooLarge | Refusal::Encoded => 413,
            Refusal::NotJson | Refusal::Unsigned | Refusal::Malformed | Refusal::Forged => 401,
        }
    }
}

/// Whether a body is GitHub's own. Compares in constant time.
///
/// # Errors
/// When it is not, or is not what GitHub sends.
pub fn verify(secret: &[u8], received: Received<'_>, body: &[u8]) -> Result<(), Refusal> {
    if body.len() > MOST_BYTES {
        return Err(Refusal::TooLarge);
    }
    if received.content_encoding.is_some_and(|encoding| encoding != "identity") {
        return Err(Refusal::Encoded);
    }
    let media_type = received.content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    if media_type.trim() != "application/json" {
        return Err(Refusal::NotJson);
    }
    let digits = received.signature.ok_or(Refusal::Unsigned)?.strip_prefix("sha256=").ok_or(Refusal::Malformed)?;
    let claimed = bytes(digits).ok_or(Refusal::Malformed)?;
    // Any length will do for a key; an empty one would let everybody in.
    let mut hmac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| Refusal::Forged)?;
    hmac.update(body);
    match secret.is_empty() {
        true => Err(Refusal::Forged),
        false => hmac.verify_slice(&claimed).map_err(|_| Refusal::Forged),
    }
}

/// 64 lower-case hexadecimal digits.
fn bytes(digits: &str) -> Option<[u8; 32]> {
    let digits = digits.as_bytes();
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of GitHub's own documentation.
    const SECRET: &[u8] = b"It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    const SIGNATURE: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn signed(signature: &str) -> Received<'_> {
        Received {
            signature: Some(signature),
            content_type: Some("application/json; charset=utf-8"),
            content_encoding: None,
        }
    }

    #[test]
    fn a50_what_github_signed_is_let_in() {
        assert_eq!(verify(SECRET, signed(SIGNATURE), BODY), Ok(()));
        let identity = Received { content_encoding: Some("identity"), ..signed(SIGNATURE) };
        assert_eq!(verify(SECRET, identity, BODY), Ok(()));
    }

    #[test]
    fn a50_no_other_signature_is() {
        let digits = SIGNATURE.strip_prefix("sha256=").unwrap();
        let malformed = [
            String::new(),
            digits.to_owned(),
            "sha256=".to_owned(),
            // What older webhooks are signed with.
            "sha1=d03207e4b030cf234e3447bac4d93add4c6643d8".to_owned(),
            SIGNATURE.to_uppercase(),
            format!("SHA256={digits}"),
            format!("sha256={}", digits.to_uppercase()),
            SIGNATURE[..SIGNATURE.len() - 1].to_owned(),
            SIGNATURE[..SIGNATURE.len() - 2].to_owned(),
            format!("{SIGNATURE}0"),
            format!("{SIGNATURE} "),
            format!("sha256=g{}", &digits[1..]),
            format!("sha256={}é", &digits[..62]),
        ];
        for signature in &malformed {
            assert_eq!(verify(SECRET, signed(signature), BODY), Err(Refusal::Malformed), "{signature}");
        }
        for position in 0..64 {
            let mut changed = digits.as_bytes().to_vec();
            changed[position] = if changed[position] == b'0' { b'1' } else { b'0' };
            let signature = format!("sha256={}", String::from_utf8(changed).unwrap());
            assert_eq!(verify(SECRET, signed(&signature), BODY), Err(Refusal::Forged), "{signature}");
        }
        assert_eq!(verify(SECRET, Received { signature: None, ..signed("") }, BODY), Err(Refusal::Unsigned));
        assert_eq!(verify(b"another", signed(SIGNATURE), BODY), Err(Refusal::Forged));
    }

    #[test]
    fn a50_no_other_body_is() {
        for body in [&b"Hello, World! "[..], b"Hello,  World!", b"", b"\xef\xbb\xbfHello, World!", b"Hello, World!\n"] {
            assert_eq!(verify(SECRET, signed(SIGNATURE), body), Err(Refusal::Forged));
        }
    }

    #[test]
    fn a50_without_a_secret_nobody_is_let_in() {
        let empty = "sha256=d97cc19e4d63df57e3b0b19b3ec6cb30d3f8b3d7e4d2f5cf5f4a5b1f3a1ad9f4";
        assert_eq!(verify(b"", signed(empty), BODY), Err(Refusal::Forged));
        // Signed with the empty secret, as everybody could.
        let mut hmac = Hmac::<Sha256>::new_from_slice(b"").unwrap();
        hmac.update(BODY);
        let digits: String = hmac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(verify(b"", signed(&format!("sha256={digits}")), BODY), Err(Refusal::Forged));
    }

    #[test]
    fn a50_size_and_kind_are_refused_before_the_signature() {
        let large = vec![b' '; MOST_BYTES + 1];
        assert_eq!(verify(SECRET, signed(SIGNATURE), &large), Err(Refusal::TooLarge));
        let zipped = Received { content_encoding: Some("gzip"), ..signed(SIGNATURE) };
        assert_eq!(verify(SECRET, zipped, BODY), Err(Refusal::Encoded));
        for kind in [None, Some("application/x-www-form-urlencoded"), Some("text/plain"), Some("application/jsonp")] {
            let other = Received { content_type: kind, ..signed(SIGNATURE) };
            assert_eq!(verify(SECRET, other, BODY), Err(Refusal::NotJson));
        }
        let statuses = [Refusal::TooLarge, Refusal::Encoded, Refusal::NotJson, Refusal::Unsigned].map(Refusal::status);
        assert_eq!(statuses, [413, 413, 401, 401]);
    }
}
