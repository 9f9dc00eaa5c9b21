//! PromQL from values: no text can leave its quotes, and no name is taken for a pattern.

/// What a label has to be.
#[derive(Debug, Clone, Copy)]
pub enum Match<'m> {
    Is(&'m str, &'m str),
    Not(&'m str, &'m str),
    /// A whole value that matches the pattern.
    Like(&'m str, &'m str),
}

/// The series of a metric whose labels match.
pub fn series(metric: &str, matches: &[Match<'_>]) -> String {
    let mut series = String::with_capacity(128);
    series.extend([metric, "{"]);
    for (index, one) in matches.iter().enumerate() {
        let (label, operator, value) = match *one {
            Match::Is(label, value) => (label, "=", value),
            Match::Not(label, value) => (label, "!=", value),
            Match::Like(label, pattern) => (label, "=~", pattern),
        };
        let comma = if index > 0 { "," } else { "" };
        series.extend([comma, label, operator]);
        quote(value, &mut series);
    }
    series.push('}');
    series
}

/// A pattern that matches this text alone.
pub fn literal(text: &str) -> String {
    text.chars().fold(String::new(), |mut pattern, c| {
        if c.is_ascii_punctuation() && !matches!(c, '-' | '_') {
            pattern.push('\\');
        }
        pattern.push(c);
        pattern
    })
}

/// Appends a text in double quotes.
fn quote(text: &str, quoted: &mut String) {
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
}

/// A number as people write it: to four places, without zeros behind.
pub fn decimal(number: f64) -> String {
    format!("{}", (number * 10_000.0).round() / 10_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_selector_names_metric_and_labels() {
        let matches = [Match::Is("namespace", "shop"), Match::Like("pod", "cart-[0-9]+"), Match::Not("container", "")];
        assert_eq!(series("up", &matches), r#"up{namespace="shop",pod=~"cart-[0-9]+",container!=""}"#);
    }

    #[test]
    fn no_name_is_taken_for_a_pattern() {
        assert_eq!(literal("a.b+c-d"), r"a\.b\+c-d");
        assert_eq!(series("x", &[Match::Like("pod", &literal("a.b"))]), r#"x{pod=~"a\\.b"}"#);
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([14.4, 1.0, 0.933_333_333, 6.0].map(decimal), ["14.4", "1", "0.9333", "6"]);
    }

    proptest! {
        /// The Go rules of a quoted string, read back: everything up to the first bare quote is the text.
        #[test]
        fn no_text_leaves_its_quotes(text in any::<String>()) {
            let mut quoted = String::new();
            quote(&text, &mut quoted);
            let inside = &quoted[1..quoted.len() - 1];
            let (mut read, mut rest) = (String::new(), inside.chars());
            while let Some(c) = rest.next() {
                prop_assert!(c != '"' && !c.is_control());
                read.push(match c {
                    '\\' => match rest.next() {
                        Some('n') => '\n',
                        Some('u') => {
                            let digits: String = rest.by_ref().take(4).collect();
                            u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).unwrap()
                        }
                        Some(c) => c,
                        None => panic!("a lone backslash"),
                    },
                    c => c,
                });
            }
            prop_assert_eq!(read, text);
        }
    }
}
