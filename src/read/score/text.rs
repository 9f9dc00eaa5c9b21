//! Texts with Score's placeholders become texts with ours.
//!
//! Score's reference implementation reads `$$` as `$`, `$${` as a literal `${`, and leaves any other `$` alone. Ours
//! knows only `$${`. A text that means the same in both stays as it is, byte for byte, so that findings point into it.

/// A piece of a text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece<'t> {
    Literal(String),
    /// What stands between `${` and `}`.
    Reference(&'t str),
    /// `${` without a `}` behind it.
    Unclosed(&'t str),
}

/// What stands in place of a placeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// The same placeholder.
    Same,
    /// Another placeholder: what stands between `${` and `}`.
    Placeholder(String),
    /// A text that is known already.
    Literal(String),
}

/// A text that cannot be said in our placeholders: a literal `$` directly before one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DollarBefore;

/// A text in Score's placeholders, said in ours. `meaning` says what each of them becomes, by the steps of its path.
pub fn translate(text: &str, mut meaning: impl FnMut(&[String]) -> Meaning) -> Result<String, DollarBefore> {
    let mut translated = Translated::default();
    for piece in pieces(text) {
        match piece {
            Piece::Literal(literal) => translated.literal.push_str(&literal),
            Piece::Unclosed(rest) => translated.placeholder(rest)?,
            Piece::Reference(inner) => match meaning(&steps(inner)) {
                Meaning::Same => translated.placeholder(&format!("${{{inner}}}"))?,
                Meaning::Placeholder(path) => translated.placeholder(&format!("${{{path}}}"))?,
                Meaning::Literal(literal) => translated.literal.push_str(&literal),
            },
        }
    }
    translated.flush();
    Ok(translated.text)
}

/// A text that holds no placeholder, so that ours gives it back as it is.
pub fn escaped(literal: &str) -> String {
    let mut translated = Translated { literal: literal.to_owned(), ..Translated::default() };
    translated.flush();
    translated.text
}

/// The steps of a path: `.` is between them, `\.` is a dot of a name.
pub fn steps(path: &str) -> Vec<String> {
    path.replace("\\.", "\0").split('.').map(|step| step.replace('\0', ".")).collect()
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        pieces.push(Piece::Literal(rest[..dollar].to_owned()));
        rest = &rest[dollar..];
        let (piece, length) = match (braces(&rest[1..]), rest[1..].strip_prefix('$')) {
            (Some(inner), _) => (Piece::Reference(inner), inner.len() + 3),
            (None, Some(after)) => match braces(after) {
                Some(inner) => (Piece::Literal(format!("${{{inner}}}")), inner.len() + 4),
                None => (Piece::Literal("$".to_owned()), 2),
            },
            (None, None) if rest[1..].starts_with('{') => (Piece::Unclosed(rest), rest.len()),
            (None, None) => (Piece::Literal("$".to_owned()), 1),
        };
        pieces.push(piece);
        rest = &rest[length..];
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    pieces
}

/// What is between the braces that a text begins with.
fn braces(text: &str) -> Option<&str> {
    text.strip_prefix('{')?.split_once('}').map(|(inner, _)| inner)
}

/// The text so far, and the literal that it goes on with.
#[derive(Default)]
struct Translated {
    text: String,
    literal: String,
}

impl Translated {
    fn placeholder(&mut self, placeholder: &str) -> Result<(), DollarBefore> {
        if self.literal.ends_with('$') {
            return Err(DollarBefore);
        }
        self.flush();
        self.text.push_str(placeholder);
        Ok(())
    }

    /// `${` becomes `$${`, everything else stays.
    fn flush(&mut self) {
        self.text.push_str(&self.literal.replace("${", "$${"));
        self.literal.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(text: &str) -> Result<String, DollarBefore> {
        translate(text, |_| Meaning::Same)
    }

    #[test]
    fn escapes_mean_what_they_mean_to_scores_reference_implementation() {
        for (score, ours) in [
            ("", ""),
            ("abc", "abc"),
            ("$abc", "$abc"),
            ("abc $$ abc", "abc $ abc"),
            ("$${abc}", "$${abc}"),
            ("$$$${abc}", "$$${abc}"),
            ("$${abc .4t3298y *(^&(*}", "$${abc .4t3298y *(^&(*}"),
            ("my name is ${metadata.name}", "my name is ${metadata.name}"),
            ("$${", "$${"),
            ("a}b{c", "a}b{c"),
        ] {
            assert_eq!(same(score).as_deref(), Ok(ours), "{score}");
        }
    }

    #[test]
    fn a_literal_dollar_directly_before_a_placeholder_cannot_be_said() {
        assert_eq!(same("$$${metadata.name}"), Err(DollarBefore));
        assert_eq!(same("$$ ${metadata.name}").as_deref(), Ok("$ ${metadata.name}"));
    }

    #[test]
    fn what_is_not_closed_stays_for_the_check_of_placeholders() {
        assert_eq!(same("a ${b").as_deref(), Ok("a ${b"));
    }

    #[test]
    fn steps_may_hold_escaped_dots() {
        assert_eq!(steps(r"metadata.annotations.key\.com/foo-bar"), ["metadata", "annotations", "key.com/foo-bar"]);
        assert_eq!(steps(r"resources.a\.b.c"), ["resources", "a.b", "c"]);
    }
}
