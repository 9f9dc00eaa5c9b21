//! Findings: what a check says, and where.

use super::{Location, Rule, Severity, Span};

/// One result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub rule: &'static Rule,
    /// What is wrong: a sentence without a final period.
    pub message: String,
    pub at: Location,
    /// What stands at `at`, in a few words; may be empty.
    pub label: String,
    /// Other places that make it wrong, each with a few words.
    pub related: Vec<Label>,
    /// What to do, one sentence each.
    pub help: Vec<String>,
    /// A change that would mend it.
    pub fix: Option<Fix>,
}

/// A second place that explains a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub at: Location,
    pub text: String,
}

/// A replacement of bytes in the file of the finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    pub span: Span,
    pub replacement: String,
}

impl Finding {
    pub fn new(rule: &'static Rule, at: Location, message: impl Into<String>) -> Finding {
        Finding {
            rule,
            message: message.into(),
            at,
            label: String::new(),
            related: Vec::new(),
            help: Vec::new(),
            fix: None,
        }
    }

    pub fn label(mut self, text: impl Into<String>) -> Finding {
        self.label = text.into();
        self
    }

    pub fn related(mut self, at: Location, text: impl Into<String>) -> Finding {
        self.related.push(Label { at, text: text.into() });
        self
    }

    pub fn help(mut self, text: impl Into<String>) -> Finding {
        self.help.push(text.into());
        self
    }

    /// Offers `replacement` for the bytes of `span` in the file of the finding.
    pub fn fix(mut self, span: Span, replacement: impl Into<String>) -> Finding {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }

    pub fn severity(&self) -> Severity {
        self.rule.severity
    }

    /// Names this finding for as long as it means the same: the rule, the file and what is said, not the line.
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in [self.rule.id, self.at.path.as_str(), &self.message] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }
}

/// The sink that every stage writes to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Findings {
    all: Vec<Finding>,
    errors: usize,
}

impl Findings {
    pub fn push(&mut self, finding: Finding) {
        self.errors += usize::from(finding.severity() == Severity::Error);
        self.all.push(finding);
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.all.iter()
    }

    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// How many findings block.
    pub fn errors(&self) -> usize {
        self.errors
    }

    pub fn extend(&mut self, other: Findings) {
        self.errors += other.errors;
        self.all.extend(other.all);
    }

    /// In the order in which they were made.
    pub fn into_vec(self) -> Vec<Finding> {
        self.all
    }

    /// By file, then place, then rule; the same finding twice counts once.
    pub fn into_sorted(mut self) -> Vec<Finding> {
        self.all.sort_by(|a, b| (&a.at, a.rule.id, &a.message).cmp(&(&b.at, b.rule.id, &b.message)));
        self.all.dedup();
        self.all
    }
}

/// Longer texts than this are no slip of the keyboard, and comparing them would take long.
const LONGEST_SLIP: usize = 100;

/// The candidate nearest to what was written, when one is near enough to be meant.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if written.len() > LONGEST_SLIP {
        return None;
    }
    let lower = written.to_ascii_lowercase();
    let limit = (written.chars().count().max(3) / 3).max(1);
    known
        .into_iter()
        .filter_map(|candidate| {
            let candidate_lower = candidate.to_ascii_lowercase();
            let distance = strsim::damerau_levenshtein(&lower, &candidate_lower);
            let contained = written.len() >= 4
                && (candidate_lower.contains(&lower) || lower.contains(&candidate_lower))
                && candidate.len() >= 4;
            (distance <= limit || contained).then_some((distance, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// `a, b and c`, at most `limit` of them.
pub fn listed<'a>(items: impl IntoIterator<Item = &'a str>, limit: usize) -> String {
    let items: Vec<String> = items.into_iter().map(|item| format!("`{item}`")).collect();
    match items.len() {
        0 => "none".to_owned(),
        1 => items[0].clone(),
        n if n > limit => format!("{} and {} more", items[..limit].join(", "), n - limit),
        n => format!("{} and {}", items[..n - 1].join(", "), items[n - 1]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_near_name_is_suggested() {
        let teams = ["payments", "shopping", "platform"];
        assert_eq!(nearest("paymets", teams), Some("payments"));
        assert_eq!(nearest("Shopping", teams), Some("shopping"));
        assert_eq!(nearest("zebra", teams), None);
        assert_eq!(nearest("cart", ["cartservice", "adservice"]), Some("cartservice"));
        assert_eq!(nearest(&"cart".repeat(100), ["cart"]), None);
    }

    #[test]
    fn errors_are_counted_and_warnings_are_not() {
        static ERROR: Rule = Rule { id: "link/x", severity: Severity::Error, summary: "", explanation: "" };
        static WARNING: Rule = Rule { id: "link/y", severity: Severity::Warning, summary: "", explanation: "" };
        let found = |rule| Finding::new(rule, Location::file(crate::model::RepoPath::literal("a.yaml")), "x");
        let mut findings = Findings::default();
        findings.push(found(&WARNING));
        assert!(!findings.has_errors());
        let mut more = Findings::default();
        more.push(found(&ERROR));
        findings.extend(more);
        assert_eq!((findings.errors(), findings.len()), (1, 2));
    }

    #[test]
    fn lists_read_as_prose() {
        assert_eq!(listed([], 3), "none");
        assert_eq!(listed(["a"], 3), "`a`");
        assert_eq!(listed(["a", "b", "c"], 3), "`a`, `b` and `c`");
        assert_eq!(listed(["a", "b", "c", "d"], 2), "`a`, `b` and 2 more");
    }
}
