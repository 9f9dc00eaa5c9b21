//! The text of a comment in, what it tells the bot out.
//!
//! A command is a line that begins with `/pavior`, outside of quotes, code and HTML comments: what is shown to readers as
//! an example, or not at all, tells nobody anything. One a line.

use super::digest::NamedDigest;
use super::words::Permission;
use crate::model::nearest;

/// What people may say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Approve(NamedDigest),
    Help,
    Recheck,
    /// Open or renew the preview of what was judged.
    Preview(NamedDigest),
    Teardown,
    Plan,
    Apply(NamedDigest),
    Unlock,
}

/// A line that was meant for the bot, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misunderstood {
    /// `/pavior` and nothing else.
    Empty,
    Unknown {
        word: String,
        near: Option<&'static str>,
    },
    /// It acts, and does not say on what.
    NoDigest(&'static str),
    /// It is too short for one, or is none.
    BadDigest {
        command: &'static str,
        text: String,
    },
    TooMuch {
        command: &'static str,
        text: String,
    },
}

/// More lines than this in one comment are not read.
const MOST: usize = 10;

/// Of a word that people wrote, no more than this is said back.
const LONGEST_WORD: usize = 40;

const WORD: &str = "/pavior";

const NAMES: [&str; 8] = ["approve", "help", "recheck", "preview", "teardown", "plan", "apply", "unlock"];

impl Command {
    pub fn name(&self) -> &'static str {
        match self {
            Command::Approve(_) => "approve",
            Command::Help => "help",
            Command::Recheck => "recheck",
            Command::Preview(_) => "preview",
            Command::Teardown => "teardown",
            Command::Plan => "plan",
            Command::Apply(_) => "apply",
            Command::Unlock => "unlock",
        }
    }

    /// What one has to be allowed at the moment at which it is done.
    pub fn least_permission(&self) -> Permission {
        match self {
            Command::Help => Permission::Read,
            Command::Recheck => Permission::Triage,
            Command::Approve(_) | Command::Preview(_) | Command::Teardown | Command::Plan => Permission::Write,
            Command::Apply(_) => Permission::Write,
            Command::Unlock => Permission::Maintain,
        }
    }

    /// What it is about, where it acts on something that was judged.
    pub fn digest(&self) -> Option<&NamedDigest> {
        match self {
            Command::Approve(digest) | Command::Preview(digest) | Command::Apply(digest) => Some(digest),
            Command::Help | Command::Recheck | Command::Teardown | Command::Plan | Command::Unlock => None,
        }
    }
}

/// All that a comment tells the bot, in its order.
pub fn commands(text: &str) -> Vec<Result<Command, Misunderstood>> {
    lines(text).take(MOST).map(understood).collect()
}

/// Whether a comment has a line for the bot.
pub fn is_spoken_to(text: &str) -> bool {
    lines(text).next().is_some()
}

fn understood(line: &str) -> Result<Command, Misunderstood> {
    let mut words = line.split_whitespace();
    let Some(written) = words.next() else { return Err(Misunderstood::Empty) };
    let lower = written.to_ascii_lowercase();
    let Some(name) = NAMES.into_iter().find(|name| *name == lower) else {
        let near = nearest(written, NAMES).and_then(|near| NAMES.into_iter().find(|name| *name == near));
        return Err(Misunderstood::Unknown { word: shortened(written), near });
    };
    let mut digest = || {
        let text = words.next().ok_or(Misunderstood::NoDigest(name))?;
        let text = text.trim_matches('`');
        NamedDigest::parse(text).ok_or_else(|| Misunderstood::BadDigest { command: name, text: shortened(text) })
    };
    let command = match name {
        "approve" => Command::Approve(digest()?),
        "preview" => Command::Preview(digest()?),
        "apply" => Command::Apply(digest()?),
        "recheck" => Command::Recheck,
        "teardown" => Command::Teardown,
        "plan" => Command::Plan,
        "unlock" => Command::Unlock,
        _ => Command::Help,
    };
    match words.next() {
        Some(rest) => Err(Misunderstood::TooMuch { command: name, text: shortened(rest) }),
        None => Ok(command),
    }
}

fn shortened(word: &str) -> String {
    word.chars().take(LONGEST_WORD).collect()
}

/// What stands behind `/pavior` on lines that readers see as text.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut shown = Shown::default();
    text.split(['\n', '\r']).filter(move |line| shown.is_text(line)).filter_map(behind_the_word)
}

fn behind_the_word(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix(WORD)?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then_some(rest)
}

/// What of Markdown hides a line or makes an example of it.
#[derive(Default)]
struct Shown {
    /// The character and the length of the fence that is open.
    fence: Option<(char, usize)>,
    in_html_comment: bool,
}

impl Shown {
    fn is_text(&mut self, line: &str) -> bool {
        let indented = line.len() - line.trim_start_matches(' ').len() > 3 || line.starts_with('\t');
        let trimmed = line.trim_start();
        if self.in_html_comment {
            self.in_html_comment = !line.contains("-->");
            return false;
        }
        let first = trimmed.chars().next().unwrap_or(' ');
        let length = trimmed.len() - trimmed.trim_start_matches(first).len();
        if let Some((open, longest)) = self.fence {
            let closes = !indented && first == open && length >= longest && trimmed[length..].trim().is_empty();
            if closes {
                self.fence = None;
            }
            return false;
        }
        if !indented && matches!(first, '`' | '~') && length > 2 {
            self.fence = Some((first, length));
            return false;
        }
        if let Some((_, behind)) = line.rsplit_once("<!--") {
            self.in_html_comment = !behind.contains("-->");
            return false;
        }
        !indented && first != '>'
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DIGEST: &str = "0123456789abcdef0123456789abcdef";

    fn named() -> NamedDigest {
        NamedDigest::parse(DIGEST).unwrap()
    }

    #[test]
    fn every_command_is_understood() {
        let text = format!(
            "Looks good.\n/pavior approve {DIGEST}\n/pavior help\r\n  /pavior RECHECK  \n/pavior preview `{DIGEST}`\n\
             /pavior teardown\n/pavior\tplan\n/pavior apply {DIGEST}\n/pavior unlock"
        );
        let all = commands(&text).into_iter().map(Result::unwrap).collect::<Vec<_>>();
        let expected = [
            Command::Approve(named()),
            Command::Help,
            Command::Recheck,
            Command::Preview(named()),
            Command::Teardown,
            Command::Plan,
            Command::Apply(named()),
            Command::Unlock,
        ];
        assert_eq!(all, expected);
        assert_eq!(all.iter().map(Command::name).collect::<Vec<_>>(), NAMES);
        // What changes something outside is for those who may write.
        for command in all.iter().filter(|command| command.digest().is_some()) {
            assert!(command.least_permission() >= Permission::Write);
        }
    }

    #[test]
    fn what_readers_see_as_an_example_or_not_at_all_is_no_command() {
        for text in [
            "```\n/pavior recheck\n```",
            "````text\n```\n/pavior recheck\n````",
            "~~~\n/pavior recheck",
            "```\n/pavior recheck\n``` not closed by this\n/pavior recheck",
            "> /pavior recheck",
            "    /pavior recheck",
            "\t/pavior recheck",
            "<!-- /pavior recheck -->",
            "<!--\n/pavior recheck\n-->",
            "see `/pavior recheck`",
            "use /pavior recheck",
            "/paviors recheck",
            "/pavior-recheck",
            "//pavior recheck",
            "\u{200b}/pavior recheck",
        ] {
            assert_eq!(commands(text), [], "{text}");
            assert!(!is_spoken_to(text), "{text}");
        }
        for text in [
            "```\nx\n```\n/pavior recheck",
            "<!-- x -->\n/pavior recheck",
            "``\n/pavior recheck",
            "> x\n/pavior recheck",
        ] {
            assert_eq!(commands(text), [Ok(Command::Recheck)], "{text}");
        }
    }

    #[test]
    fn what_was_meant_is_answered_with_what_is_near() {
        let one = |text: &str| commands(text).remove(0).unwrap_err();
        assert_eq!(one("/pavior"), Misunderstood::Empty);
        assert_eq!(one("/pavior aprove"), Misunderstood::Unknown { word: "aprove".into(), near: Some("approve") });
        assert_eq!(one("/pavior zzz"), Misunderstood::Unknown { word: "zzz".into(), near: None });
        assert_eq!(one("/pavior apply"), Misunderstood::NoDigest("apply"));
        let short = Misunderstood::BadDigest { command: "approve", text: "0123456789ab".into() };
        assert_eq!(one("/pavior approve 0123456789ab"), short);
        let more = Misunderstood::TooMuch { command: "recheck", text: "now".into() };
        assert_eq!(one("/pavior recheck now"), more);
        let long = format!("/pavior {}", "é".repeat(10_000));
        assert_eq!(one(&long), Misunderstood::Unknown { word: "é".repeat(LONGEST_WORD), near: None });
    }

    #[test]
    fn a_comment_of_a_thousand_commands_is_ten() {
        assert_eq!(commands(&"/pavior recheck\n".repeat(1000)).len(), MOST);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_stumble(text in "(/pavior ?[a-z ]{0,10}|```|~~~|<!--|-->|> |é|\n|\r|\t|    ){0,40}") {
            let all = commands(&text);
            prop_assert_eq!(all.is_empty(), !is_spoken_to(&text));
        }

        #[test]
        fn nothing_inside_a_fence_is_a_command(inside in "[^`\r]{0,200}", ticks in 3..6_usize) {
            let fence = "`".repeat(ticks);
            let text = format!("{fence}\n{inside}\n/pavior recheck\n{fence}\n");
            prop_assert_eq!(commands(&text), []);
        }
    }
}
