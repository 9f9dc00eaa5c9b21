//! The parser's errors in words that help.

use super::messages;
use crate::model::{Finding, Location, Rule};
use crate::read::load::named;
use crate::read::rules;
use granit_parser::ErrorKind;

/// What the parser found at `at`; `opened` is where the innermost open bracket stands.
pub(super) fn explained(kind: &ErrorKind, at: Location, opened: Option<Location>) -> Finding {
    let (rule, message, help) = match kind {
        ErrorKind::RecursionLimitExceeded => return messages::too_deep(at),
        other => wording(other),
    };
    let points_there = opened.as_ref().is_some_and(|opened| opened.start == at.start);
    let finding = Finding::new(rule, at, message)
        .label(if points_there { "this bracket" } else { "cannot be read from here on" })
        .help(help);
    match opened {
        Some(opened) if concerns_bracket(kind) && !points_there => finding.related(opened, "this bracket is open"),
        _ => finding,
    }
}

fn concerns_bracket(kind: &ErrorKind) -> bool {
    use ErrorKind as E;
    matches!(
        kind,
        E::UnexpectedEofFlowSequence
            | E::UnexpectedEofFlowMapping
            | E::UnexpectedEofImplicitFlowMapping
            | E::UnexpectedEof
            | E::UnclosedFlowCollection { .. }
            | E::MismatchedFlowCollectionEnd { .. }
            | E::ExpectedFlowMappingSeparator
            | E::ExpectedFlowSequenceSeparator
            | E::BlockEntryInFlowCollection
            | E::InvalidColonPlacement
    )
}

/// Whether a tab is what is wrong.
pub(super) fn concerns_tab(kind: &ErrorKind) -> bool {
    use ErrorKind as E;
    matches!(
        kind,
        E::TabNotAllowed
            | E::TabInBlockIndentation
            | E::TabInIndentation
            | E::TabAtBlockScalarStart
            | E::TabInPlainScalar
            | E::InvalidBlockEntryWhitespace
            | E::InvalidMappingValueWhitespace
    )
}

fn wording(kind: &ErrorKind) -> (&'static Rule, String, &'static str) {
    use ErrorKind as E;
    let (message, help) = match kind {
        E::DirectiveDisallowed
        | E::DuplicateVersionDirective
        | E::UnsupportedYamlMajorVersion
        | E::DuplicateTagDirective
        | E::MissingDocumentEndBeforeDirective => {
            return (
                &rules::DIRECTIVE,
                "directives are not used in declarations".into(),
                "delete the line that starts with `%`",
            );
        }
        E::UndeclaredTagHandle
        | E::ExpectedTagBang
        | E::InvalidGlobalTagCharacter
        | E::InvalidTagTerminator
        | E::MissingTagUri
        | E::UnclosedVerbatimTag
        | E::InvalidTagEscape
        | E::InvalidTagUtf8LeadingByte
        | E::InvalidTagUtf8TrailingByte
        | E::InvalidTagUtf8 => {
            return (
                &rules::TAG,
                "tags are not used in declarations".into(),
                "remove it, or quote a text that starts with `!`",
            );
        }
        E::UnknownAnchor | E::AnchorCountOverflow | E::MissingAnchorOrAliasName => {
            return (
                &rules::ANCHOR,
                "anchors and aliases are not used in declarations".into(),
                "quote a text that starts with `&` or `*`",
            );
        }
        E::TabNotAllowed | E::TabInBlockIndentation | E::TabInIndentation | E::TabAtBlockScalarStart => {
            ("a tab is used as indentation".into(), "indent with spaces, two for each level")
        }
        E::TabInPlainScalar | E::InvalidBlockEntryWhitespace | E::InvalidMappingValueWhitespace => {
            ("a tab stands where a space is needed".into(), "replace the tab by a space")
        }
        E::UnexpectedEofFlowSequence
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping
        | E::UnclosedFlowCollection { .. } => (
            "a bracket is opened and never closed".into(),
            "close it with `]` or `}`, or quote the text that it belongs to",
        ),
        E::UnexpectedEof | E::UnexpectedEofBlockSequence | E::UnexpectedEofBlockMapping => {
            ("the file ends in the middle of a value".into(), "it may have been cut off; restore the rest")
        }
        E::MismatchedFlowCollectionEnd { open, close } => {
            (format!("`{open}` is closed by `{close}`"), "close each bracket by its own kind")
        }
        E::MisplacedFlowCollectionEnd => {
            ("a bracket is closed that was never opened".into(), "remove it, or quote the text that it belongs to")
        }
        E::ExpectedFlowMappingSeparator | E::ExpectedFlowSequenceSeparator => (
            "a comma or a closing bracket is missing".into(),
            "separate what stands in brackets by commas, and close the bracket",
        ),
        E::InvalidColonPlacement | E::FlowMappingValueAdjacentCollection => (
            "a `:` stands where a comma or a closing bracket is expected".into(),
            "close the bracket above, or quote the text that holds the `:`",
        ),
        E::UnclosedQuotedScalar | E::InvalidQuotedScalarIndent | E::DocumentIndicatorInQuotedScalar => (
            "a quote is opened and not closed".into(),
            "close it on the same line; inside '…' write '' for a quote, inside \"…\" write \\\"",
        ),
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            ("text follows a closing quote".into(), "put all of it inside the quotes, or none")
        }
        E::UnknownQuotedScalarEscape => {
            ("a backslash starts no escape that YAML knows".into(), "write \\\\ for a backslash, or use single quotes")
        }
        E::InvalidQuotedScalarHexEscape | E::InvalidUnicodeEscape => {
            ("an escape names no character".into(), "\\x takes two hexadecimal digits, \\u four, \\U eight")
        }
        E::InvalidLowSurrogateHexEscape | E::InvalidLowSurrogate | E::MissingLowSurrogate | E::UnpairedLowSurrogate => {
            ("an escape is half a character (a lone surrogate)".into(), "write the character itself, in UTF-8")
        }
        E::MappingValueNotAllowed => (
            "a `:` stands where no key can be".into(),
            "quote a text that holds `: `; or mend the indentation of this line or the one above",
        ),
        E::SimpleKeyExpected | E::InvalidSimpleKey => (
            "a key has no `:` behind it on its line".into(),
            "write `key: value`; a list item is `- value`, with a space; a key has 1,024 characters at most",
        ),
        E::MappingKeyNotAllowed | E::ExpectedBlockMappingKey => {
            ("a key is expected here".into(), "line it up with the other keys of its mapping")
        }
        E::ExpectedBlockSequenceEntry | E::BlockSequenceEntryNotAllowed | E::BlockEntryInFlowCollection => (
            "a list item stands where no list is".into(),
            "line it up with the other items; inside brackets write `[a, b]`",
        ),
        E::InvalidIndentation | E::InvalidFlowScalarIndent | E::InvalidBlockScalarIndent | E::ZeroBlockScalarIndent => {
            ("a line is indented in a way that fits nothing above it".into(), "line it up with what it belongs to")
        }
        E::InvalidBlockScalarHeader => {
            ("text stands behind `|` or `>`".into(), "start the text on the next line, indented")
        }
        E::UnexpectedCharacter { character: '`' } => {
            ("a value cannot start with a backtick".into(), "put quotes around it")
        }
        E::UnexpectedCharacter { character } if character.is_ascii_graphic() => {
            (format!("a value cannot start with `{character}`"), "put quotes around it")
        }
        E::UnexpectedCharacter { character } => {
            (format!("{} cannot stand here", named(*character)), "remove it, or put quotes around the text")
        }
        E::CommentNotSeparated | E::CommentInterceptedScalar => (
            "a comment stands in the middle of a value".into(),
            "put a space before `#`, or quotes around a text that holds it",
        ),
        E::InvalidDocumentEnd => ("text follows `...` or `---`".into(), "start it on the next line"),
        other => (other.to_string(), "compare with https://yaml.org/spec/1.2.2/"),
    };
    (&rules::SYNTAX, message, help)
}
