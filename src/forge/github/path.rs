//! Addresses of the API: every part that comes from outside becomes one segment or one value, whatever it holds.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stays as it is: what no part of an address gives a meaning to.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~');
const PLAIN_OR_DOT: &AsciiSet = &PLAIN.remove(b'.');

/// `/` before each segment.
pub(super) fn path(segments: &[&str]) -> String {
    segments.iter().map(|segment| format!("/{}", escaped(segment))).collect()
}

/// The path with `?` or `&`, the name and the value.
pub(super) fn with(path: &str, name: &str, value: &str) -> String {
    let sign = if path.contains('?') { '&' } else { '?' };
    format!("{path}{sign}{name}={}", utf8_percent_encode(value, PLAIN))
}

/// A segment of dots alone would lead upwards, so its dots are escaped.
fn escaped(segment: &str) -> String {
    let only_dots = segment.bytes().all(|byte| byte == b'.');
    utf8_percent_encode(segment, if only_dots { PLAIN } else { PLAIN_OR_DOT }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a44_a_name_is_one_segment_whatever_it_holds() {
        for (name, expected) in [
            ("$(id)", "/labels/%24%28id%29"),
            ("`id`", "/labels/%60id%60"),
            ("a\";b", "/labels/a%22%3Bb"),
            ("-oProxyCommand=x", "/labels/-oProxyCommand%3Dx"),
            ("../../user", "/labels/..%2F..%2Fuser"),
            ("..", "/labels/%2E%2E"),
            ("a?b#c%2F", "/labels/a%3Fb%23c%252F"),
            ("two\r\nlines", "/labels/two%0D%0Alines"),
            ("pavior/env-prod", "/labels/pavior%2Fenv-prod"),
        ] {
            assert_eq!(path(&["labels", name]), expected);
        }
        assert_eq!(with("/pulls?state=open", "head", "a:b&c=d"), "/pulls?state=open&head=a%3Ab%26c%3Dd");
    }

    proptest! {
        #[test]
        fn a44_every_segment_comes_back_as_it_was(name in ".*") {
            let path = path(&["a", &name]);
            prop_assert_eq!(path.matches('/').count(), 2);
            let back = percent_encoding::percent_decode_str(&path[3..]).decode_utf8().unwrap().into_owned();
            prop_assert_eq!(back, name);
            prop_assert!(path.parse::<http::Uri>().is_ok());
        }
    }
}
