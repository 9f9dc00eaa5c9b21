//! Findings as diagnostics, and what mends them as edits.

use super::text;
use crate::model::{Finding, Fix, Location, RepoPath, Severity, Span, nearest};
use lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, NumberOrString, Position, Range, TextEdit, Uri,
};
use serde_json::json;

/// Texts and addresses of files, for those who have to point into them.
pub trait Files {
    fn text(&self, path: &RepoPath) -> Option<&str>;
    fn uri(&self, path: &RepoPath) -> Option<Uri>;
}

/// A finding as editors show it.
pub fn diagnostic(finding: &Finding, files: &dyn Files) -> Diagnostic {
    let related: Vec<DiagnosticRelatedInformation> = finding
        .related
        .iter()
        .filter_map(|label| {
            let location = lsp_types::Location { uri: files.uri(&label.at.path)?, range: range(&label.at, files) };
            Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
        })
        .collect();
    let fix = mended(finding, files).map(|mended| json!({ "title": mended.title, "edit": mended.edit }));
    Diagnostic {
        range: range(&finding.at, files),
        severity: Some(match finding.severity() {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(finding.rule.id.to_owned())),
        source: Some("pavior".to_owned()),
        message: message(finding),
        related_information: (!related.is_empty()).then_some(related),
        data: fix.map(|fix| json!({ "fingerprint": finding.fingerprint(), "fix": fix })),
        ..Diagnostic::default()
    }
}

/// What is wrong, then what to do, each on a line.
fn message(finding: &Finding) -> String {
    let mut lines = vec![finding.message.clone()];
    lines.extend(finding.help.iter().map(|help| format!("help: {help}")));
    lines.join("\n")
}

/// A change that would mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    pub title: String,
    pub edit: TextEdit,
    /// The check itself vouches for it; otherwise it is a guess at what was meant.
    pub certain: bool,
}

/// The finding's own fix, or the name it suggests put in the place of the one that is wrong.
pub fn mended(finding: &Finding, files: &dyn Files) -> Option<Mended> {
    let text = files.text(&finding.at.path)?;
    let (fix, certain) = match &finding.fix {
        Some(fix) => (fix.clone(), true),
        None => (suggested(finding, text)?, false),
    };
    text.get(fix.span.range())?;
    let title = match fix.replacement.trim() {
        "" => format!("Delete `{}`", text[fix.span.range()].trim()),
        _ => format!("Change to `{}`", fix.replacement.trim()),
    };
    let edit = TextEdit { range: text::range(text, fix.span), new_text: fix.replacement };
    Some(Mended { title, edit, certain })
}

/// `did you mean ...?` as an edit, where the wrong name stands alone or in a placeholder.
fn suggested(finding: &Finding, text: &str) -> Option<Fix> {
    let help = finding.help.iter().find_map(|help| help.strip_prefix("did you mean `"))?;
    let (meant, _) = help.split_once("`?")?;
    let span = finding.at.span?;
    let written = text.get(span.range())?;
    let is_step = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let mut words = Vec::new();
    let mut at = 0;
    for (index, c) in written.char_indices().chain([(written.len(), ' ')]) {
        if !is_step(c) {
            words.push(at..index);
            at = index + c.len_utf8();
        }
    }
    let outside_words = |c: char| !is_step(c) && !matches!(c, '"' | '\'' | '$' | '{' | '}' | '.');
    if written.contains(outside_words) {
        return None;
    }
    let is_near = |word: &&std::ops::Range<usize>| {
        let word = &written[(*word).clone()];
        !word.is_empty() && word != meant && nearest(word, [meant]).is_some()
    };
    let word = words.iter().filter(is_near).min_by_key(|word| strsim::levenshtein(&written[(*word).clone()], meant))?;
    let start = span.range().start;
    Some(Fix { span: Span::new(start + word.start, start + word.end), replacement: meant.to_owned() })
}

/// Where a finding points. A file as a whole is shown at its first line.
pub fn range(at: &Location, files: &dyn Files) -> Range {
    let start = Position { line: at.start.line.saturating_sub(1), character: at.start.column.saturating_sub(1) };
    let Some(text) = files.text(&at.path) else { return Range { start, end: start } };
    match at.span {
        Some(span) => text::range(text, span),
        None => {
            let end = text.find('\n').unwrap_or(text.len());
            Range { start: Position::default(), end: text::position(text, end) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rule;

    static RULE: Rule = Rule { id: "test/rule", severity: Severity::Warning, summary: "", explanation: "" };

    struct One(&'static str);

    impl Files for One {
        fn text(&self, _: &RepoPath) -> Option<&str> {
            Some(self.0)
        }
        fn uri(&self, path: &RepoPath) -> Option<Uri> {
            format!("file:///{path}").parse().ok()
        }
    }

    fn finding(text: &str, part: &str) -> Finding {
        let start = text.find(part).unwrap();
        let at = Location::in_text(RepoPath::literal("a.yaml"), text, Span::new(start, start + part.len()));
        Finding::new(&RULE, at, "wrong")
    }

    #[test]
    fn a_finding_is_shown_in_units_of_utf_16_with_what_to_do() {
        let text = "é😀: x";
        let other = finding(text, "é").at;
        let shown = diagnostic(&finding(text, "x").help("write y").related(other, "here"), &One("é😀: x"));
        assert_eq!((shown.range.start.character, shown.range.end.character), (5, 6));
        assert_eq!(shown.message, "wrong\nhelp: write y");
        assert_eq!(shown.severity, Some(DiagnosticSeverity::WARNING));
        assert_eq!(shown.related_information.unwrap()[0].location.range.end.character, 1);
    }

    #[test]
    fn a_suggested_name_takes_the_place_of_the_wrong_one() {
        let cases = [
            ("owner: \"paymets\"", "\"paymets\"", "payments", Some((8, 15))),
            ("a: ${resources.cart.host}", "${resources.cart.host}", "carts", Some((15, 19))),
            ("a: ${resourcs.x}", "${resourcs.x}", "resources", Some((5, 13))),
            ("a: two words", "two words", "words", None),
            ("a: zebra", "zebra", "payments", None),
        ];
        for (text, part, meant, expected) in cases {
            let mended = mended(&finding(text, part).help(format!("did you mean `{meant}`?")), &One(text));
            let range = mended.as_ref().map(|mended| mended.edit.range);
            assert_eq!(range.map(|range| (range.start.character, range.end.character)), expected, "{text}");
            assert!(mended.is_none_or(|mended| !mended.certain && mended.edit.new_text == meant));
        }
    }

    #[test]
    fn a_certain_fix_comes_before_a_suggestion() {
        let finding = finding("a: b", "b").help("did you mean `bb`?").fix(Span::new(3, 4), "c");
        let mended = mended(&finding, &One("a: b")).unwrap();
        assert_eq!((mended.title.as_str(), mended.certain), ("Change to `c`", true));
    }
}
