//! Characters that a person cannot see, or that move what a person sees: refused in every text and every name.

use std::borrow::Cow;

/// What is wrong with a character, in words; nothing when it may stand in a text.
pub(in crate::read) fn hidden(c: char) -> Option<&'static str> {
    Some(match c {
        '\t' | '\n' | ' '..='~' => return None,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => "a control character",
        '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' => "an invisible character",
        '\u{2028}' | '\u{2029}' => "a line separator",
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "a bidirectional control, which changes the order in which text is shown"
        }
        '\u{feff}' => "a byte order mark inside a text",
        '\u{fff9}'..='\u{fffb}' => "an annotation control",
        '\u{e0000}'..='\u{e007f}' => "a tag character, which no one can see",
        '\u{fdd0}'..='\u{fdef}' => "no character in Unicode",
        _ if u32::from(c) & 0xfffe == 0xfffe => "no character in Unicode",
        _ => return None,
    })
}

/// The first character that must not stand in a text, with its byte offset.
pub(in crate::read) fn first_hidden(text: &str) -> Option<(usize, char)> {
    if text.bytes().all(|byte| matches!(byte, b'\t' | b'\n' | b' '..=b'~')) {
        return None;
    }
    text.char_indices().find(|(_, c)| hidden(*c).is_some())
}

/// `U+202E, a bidirectional control`: how a message speaks of a character that it must not show.
pub(in crate::read) fn named(c: char) -> String {
    match hidden(c) {
        Some(what) => format!("U+{:04X}, {what}", u32::from(c)),
        None => format!("U+{:04X}", u32::from(c)),
    }
}

/// A text from outside as a message may show it: short, and with nothing hidden in it.
pub(in crate::read) fn visible(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 80;
    if first_hidden(text).is_none() && !text.contains(['\n', '\t']) && text.len() <= LONGEST {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    for c in text.chars() {
        if shown.len() >= LONGEST {
            shown.push('…');
            break;
        }
        match c {
            '\n' | '\t' => shown.extend(c.escape_default()),
            c if hidden(c).is_some() => shown.push_str(&format!("<U+{:04X}>", u32::from(c))),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_hide_are_known_and_letters_are_not() {
        for c in ['\0', '\u{1b}', '\r', '\u{85}', '\u{2028}', '\u{200d}', '\u{202e}', '\u{2066}', '\u{feff}'] {
            assert!(hidden(c).is_some(), "U+{:04X}", u32::from(c));
        }
        for c in ['\u{e0000}', '\u{e0041}', '\u{e007f}', '\u{fffe}', '\u{10ffff}'] {
            assert!(hidden(c).is_some(), "U+{:04X}", u32::from(c));
        }
        for c in ['\n', '\t', 'a', 'é', '日', '😀', '\u{a0}', '\u{fe0f}', '\u{301}', '\u{fffd}'] {
            assert!(hidden(c).is_none(), "U+{:04X}", u32::from(c));
        }
        assert_eq!(first_hidden("aé\u{202e}"), Some((3, '\u{202e}')));
    }

    #[test]
    fn a_shown_text_holds_nothing_hidden_and_is_short() {
        assert_eq!(visible("a\u{202e}b\nc"), "a<U+202E>b\\nc");
        assert!(visible(&"x".repeat(5_000)).len() < 100);
        assert_eq!(visible("plain"), "plain");
    }
}
