//! For CI systems that show test results: JUnit XML, one suite a file, one case a finding.

use super::Report;
use super::inert::is_hidden;
use super::summary::{self, counted, known, summary};
use crate::model::{Finding, RepoPath, Severity};
use crate::review::waivers::Waived;
use std::collections::BTreeMap;

/// The findings as JUnit XML. A clean report is one case that passes, because an empty one looks like a broken step.
pub fn junit(report: &Report) -> String {
    let mut files: BTreeMap<&RepoPath, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        files.entry(&finding.at.path).or_default().push(finding);
    }
    let cases = report.findings.len().max(1) + report.waived.len();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.push_str(&format!("<testsuites name=\"pavior\" tests=\"{cases}\" failures=\"{}\">\n", report.errors()));
    for (path, findings) in files {
        xml.push_str(&suite(path, &findings));
    }
    for waived in &report.waived {
        xml.push_str(&skipped(waived));
    }
    if report.findings.is_empty() {
        xml.push_str(&clean(report));
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn suite(path: &RepoPath, findings: &[&Finding]) -> String {
    let failures = findings.iter().filter(|finding| finding.severity() == Severity::Error).count();
    let name = escaped(path.as_str());
    let cases: String = findings.iter().map(|finding| case(finding)).collect();
    let count = findings.len();
    format!("  <testsuite name=\"{name}\" tests=\"{count}\" failures=\"{failures}\">\n{cases}  </testsuite>\n")
}

/// A warning is a case that passes and says something.
fn case(finding: &Finding) -> String {
    let at = &finding.at;
    let (path, rule) = (escaped(at.path.as_str()), escaped(finding.rule.id));
    let name = format!("{rule} at {}:{}", at.start.line, at.start.column);
    let (message, text) = (escaped(&finding.message), escaped(&text(finding)));
    let body = match finding.severity() {
        Severity::Error => format!("<failure type=\"{rule}\" message=\"{message}\">{text}</failure>"),
        Severity::Warning => format!("<system-out>{text}</system-out>"),
    };
    format!("    <testcase classname=\"{path}\" name=\"{name}\">{body}</testcase>\n")
}

/// What is waived has neither passed nor failed.
fn skipped(waived: &Waived) -> String {
    let (path, rule) = (escaped(waived.finding.at.path.as_str()), escaped(waived.finding.rule.id));
    let name = format!("{rule} at {}:{}", waived.finding.at.start.line, waived.finding.at.start.column);
    format!(
        "  <testsuite name=\"{path}\" tests=\"1\" failures=\"0\" skipped=\"1\">\n    <testcase classname=\"{path}\" \
         name=\"{name}\"><skipped message=\"{}\"/></testcase>\n  </testsuite>\n",
        escaped(&summary::waived(waived))
    )
}

fn clean(report: &Report) -> String {
    let name = escaped(&counted(report.files, "file"));
    let known = if report.known > 0 { known(report.known) } else { summary(report) };
    format!(
        "  <testsuite name=\"pavior\" tests=\"1\" failures=\"0\">\n    <testcase classname=\"pavior\" \
         name=\"{name}\"><system-out>{}</system-out></testcase>\n  </testsuite>\n",
        escaped(&known)
    )
}

/// Place, message, label, related places and help, a line each.
fn text(finding: &Finding) -> String {
    let at = &finding.at;
    let mut lines = vec![format!("{}:{}:{}: {}", at.path, at.start.line, at.start.column, finding.message)];
    if !finding.label.is_empty() {
        lines.push(finding.label.clone());
    }
    for label in &finding.related {
        lines.push(format!("{}:{}:{}: {}", label.at.path, label.at.start.line, label.at.start.column, label.text));
    }
    lines.extend(finding.help.iter().map(|line| format!("help: {line}")));
    lines.join("\n")
}

/// For attributes and text alike. What XML 1.0 cannot hold is left out; what a person cannot see is a reference.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\t' | '\n' | '\r' => xml.push_str(&format!("&#{};", c as u32)),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            hidden if is_hidden(hidden) => xml.push_str(&format!("&#{};", hidden as u32)),
            '#' => xml.push_str("&#35;"),
            plain => xml.push(plain),
        }
    }
    xml
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn findings_become_cases_of_the_suite_of_their_file() {
        insta::assert_snapshot!(junit(&samples::report()));
    }

    #[test]
    fn a_clean_report_is_one_case_that_passes() {
        insta::assert_snapshot!(junit(&samples::clean()));
    }

    #[test]
    fn text_cannot_leave_its_attribute_or_element() {
        assert_eq!(escaped("\"/><failure a='\u{1b}[31m\u{0}"), "&quot;/&gt;&lt;failure a='[31m");
        assert_eq!(escaped("]]>\u{202e}\r\n"), "]]&gt;&#8238;&#13;&#10;");
        assert_eq!(escaped("##[group]"), "&#35;&#35;[group]");
    }
}
