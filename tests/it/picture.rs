//! A picture of a terminal: the output of a command, with its colours, as SVG.

use std::fmt::Write;

const COLUMN: f64 = 8.4;
const ROW: usize = 19;
const MARGIN: usize = 18;

/// A prompt with the command, then its output. Knows the colours that the renderers send and no other sequence.
pub fn svg(command: &str, output: &str) -> String {
    let prompt = format!("\u{1b}[92m$\u{1b}[0m {command}\n");
    let text = prompt + output.trim_end();
    let rows = text.lines().count();
    let columns = text.lines().map(|line| runs(line).iter().map(|(_, part)| part.chars().count()).sum()).max();
    let width = (columns.unwrap_or(0_usize) as f64 * COLUMN).ceil() as usize + 2 * MARGIN;
    let height = rows * ROW + 2 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#0d1117\"/>\n<text xml:space=\"preserve\">\n",
        escaped(command)
    );
    for (row, line) in text.lines().enumerate() {
        let y = MARGIN + row * ROW + 13;
        write!(svg, "<tspan x=\"{MARGIN}\" y=\"{y}\">").expect("writing to a string succeeds");
        for (class, part) in runs(line) {
            match class.as_str() {
                "" => svg.push_str(&escaped(part)),
                class => write!(svg, "<tspan class=\"{class}\">{}</tspan>", escaped(part)).expect("as above"),
            }
        }
        svg.push_str("</tspan>\n");
    }
    svg + "</text>\n</svg>\n"
}

const STYLE: &str = "\
text { font: 14px ui-monospace, 'SFMono-Regular', 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #e6edf3 }
.bold { font-weight: 700 }
.c33 { fill: #d29922 } .c36 { fill: #39c5cf }
.c91 { fill: #ff7b72 } .c92 { fill: #56d364 } .c93 { fill: #e3b341 } .c94 { fill: #79c0ff } .c96 { fill: #56d4dd }
";

/// Parts of a line, each with the classes of its style.
fn runs(line: &str) -> Vec<(String, &str)> {
    let mut classes: Vec<String> = Vec::new();
    let mut runs = Vec::new();
    for (index, part) in line.split("\u{1b}[").enumerate() {
        let text = match (index, part.split_once('m')) {
            (0, _) | (_, None) => part,
            (_, Some((codes, text))) => {
                for code in codes.split(';') {
                    match code {
                        "" | "0" => classes.clear(),
                        "1" => classes.push("bold".to_owned()),
                        colour => classes.push(format!("c{colour}")),
                    }
                }
                text
            }
        };
        if !text.is_empty() {
            runs.push((classes.join(" "), text));
        }
    }
    runs
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[test]
fn colours_become_classes_and_text_stays_text() {
    let picture = svg("pavior check", "\u{1b}[1m\u{1b}[91merror\u{1b}[0m: <a> & b\n");
    assert!(picture.contains("<tspan class=\"bold c91\">error</tspan>: &lt;a&gt; &amp; b</tspan>"), "{picture}");
    assert!(picture.contains("<tspan class=\"c92\">$</tspan> pavior check</tspan>"), "{picture}");
    assert!(picture.contains("height=\"74\""), "{picture}");
    assert!(!picture.contains('\u{1b}'));
}
