"""A comment, rendered by cmark-gfm as GitHub does: nothing in it may link, load, name or close what it should not."""

import html.parser
import pathlib
import re
import sys

import cmarkgfm
from cmarkgfm.cmark import Options

ALLOWED = {"h3", "p", "strong", "em", "sub", "code", "pre", "details", "summary", "blockquote", "table", "thead",
           "tbody", "tr", "td", "th", "a", "br", "ul", "ol", "li"}
VOID = {"br"}
# What GitHub links in text: people, teams, issues, commits, and words that close an issue.
LINKED = re.compile(r"@[A-Za-z0-9]|#\d|\b(fix(es|ed)?|close[sd]?|resolve[sd]?)\s+#|\b[0-9a-f]{40}\b|javascript:", re.I)
REPORT = "https://github.com/acme/platform/actions/runs/17"


class Comment(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.faults = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in ALLOWED:
            self.faults.append(f"<{tag}> {attributes}")
        if tag == "a" and dict(attributes).get("href") != REPORT:
            self.faults.append(f"a link to {attributes}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def handle_comment(self, text):
        if not text.startswith(" pavior:report v1 "):
            self.faults.append(f"a hidden comment: {text}")

    def handle_data(self, text):
        if "code" not in self.open and "pre" not in self.open and LINKED.search(text):
            self.faults.append(f"text that is linked: {text.strip()[:200]}")


comment = Comment()
text = pathlib.Path(sys.argv[1]).read_text()
comment.feed(cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE))
comment.close()
faults = comment.faults + [f"<{tag}> is left open" for tag in comment.open]
print("\n".join(faults) or f"{len(text.encode())} bytes, nothing in them but text")
sys.exit(1 if faults else 0)
