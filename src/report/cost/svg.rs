//! Costs as bars, dearest first: what it costs at head, how far replicas may take it, and what it has cost at base.
//!
//! A static picture: no script, no link, no font of its own. It follows the reader's light or dark theme, and says in
//! words and figures all that it says in colour.

use super::wording::{basis, by, verdict};
use crate::report::visible_line;
use crate::review::cost::{Line, Overview, money, signed_money, total};
use std::fmt::Write;

const WIDTH: i64 = 920;
const MARGIN: i64 = 28;
const TOP: i64 = 112;
const ROW: i64 = 34;
const BAR: i64 = 18;
/// Where bars begin, and how long the longest one is.
const START: i64 = 250;
const LONGEST: i64 = 400;
/// More lines than these are one.
const MOST_LINES: usize = 24;
const LONGEST_NAME: usize = 30;

/// The picture; it has a title and a description for those who hear it.
pub fn cost_svg(overview: &Overview) -> String {
    let lines = dearest(overview);
    let height = TOP + ROW * i64::try_from(lines.len().max(1)).unwrap_or(0) + 76;
    let scale = lines.iter().map(|line| line.head.most.max(line.head.expected).max(line.base.expected)).max();
    let scale = Scale(scale.unwrap_or(0).max(1));
    let title = escaped(&format!("Cost by {}", by(overview.by)));
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         role=\"img\" aria-labelledby=\"title summary\">\n<title id=\"title\">{title}</title>\n\
         <desc id=\"summary\">{}</desc>\n{STYLE}<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n\
         <text class=\"heading\" x=\"{MARGIN}\" y=\"38\">{title}</text>\n<text x=\"{MARGIN}\" y=\"62\">{}</text>\n\
         <text class=\"small\" x=\"{MARGIN}\" y=\"82\">{}</text>\n",
        escaped(&described(overview, &lines)),
        escaped(&verdict(overview)),
        escaped(&basis()),
    );
    if lines.is_empty() {
        write(&mut picture, format_args!("<text x=\"{MARGIN}\" y=\"{}\">Nothing is deployed here.</text>\n", TOP + 20));
    }
    let mut y = TOP;
    for line in &lines {
        drawn(&mut picture, line, overview, &scale, y);
        y += ROW;
    }
    total_line(&mut picture, overview, y + 12);
    legend(&mut picture, overview, y + 50);
    picture + "</svg>\n"
}

/// By cost, then name; the many small ones are one line.
fn dearest(overview: &Overview) -> Vec<Line> {
    let mut lines = overview.lines.clone();
    lines.sort_by(|a, b| {
        let cost = |line: &Line| line.head.expected.max(line.base.expected);
        cost(b).cmp(&cost(a)).then_with(|| a.name.cmp(&b.name))
    });
    if lines.len() > MOST_LINES {
        let rest = lines.split_off(MOST_LINES - 1);
        lines.push(Line { name: format!("{} more", rest.len()), ..total(&rest) });
    }
    lines
}

/// The largest amount that there is a bar for.
struct Scale(i128);

impl Scale {
    fn length(&self, micros: i128) -> i64 {
        let length = micros.max(0).saturating_mul(i128::from(LONGEST)) / self.0;
        i64::try_from(length).unwrap_or(LONGEST)
    }
}

fn drawn(picture: &mut String, line: &Line, overview: &Overview, scale: &Scale, y: i64) {
    let name = visible_line(&line.name).into_owned();
    let shown = match name.chars().count() > LONGEST_NAME {
        true => name.chars().take(LONGEST_NAME - 1).chain(['…']).collect(),
        false => name.clone(),
    };
    let middle = y + BAR / 2 + 5;
    write(
        picture,
        format_args!(
            "<g><title>{}</title><text class=\"name\" x=\"{}\" y=\"{middle}\">{}</text>\n",
            escaped(&sentence(line, overview)),
            START - 12,
            escaped(&shown),
        ),
    );
    let head = scale.length(line.head.expected).max(i64::from(line.head.expected > 0) * 2);
    write(
        picture,
        format_args!("<rect class=\"head\" x=\"{START}\" y=\"{y}\" width=\"{head}\" height=\"{BAR}\" rx=\"2\"/>\n"),
    );
    let mut end = START + head;
    if line.head.is_range() {
        let (least, most) = (START + scale.length(line.head.least), START + scale.length(line.head.most));
        let half = y + BAR / 2;
        write(
            picture,
            format_args!(
                "<path class=\"range\" d=\"M{least},{half} H{most} M{least},{} V{} M{most},{} V{}\"/>\n",
                half - 4,
                half + 4,
                half - 4,
                half + 4
            ),
        );
        end = end.max(most);
    }
    if overview.compared && line.base.expected != line.head.expected {
        let base = START + scale.length(line.base.expected);
        write(picture, format_args!("<path class=\"base\" d=\"M{base},{} V{}\"/>\n", y - 4, y + BAR + 4));
        end = end.max(base);
    }
    write(
        picture,
        format_args!(
            "<text class=\"figure\" x=\"{}\" y=\"{middle}\">{}</text></g>\n",
            end + 10,
            escaped(&figure(line, overview))
        ),
    );
}

fn figure(line: &Line, overview: &Overview) -> String {
    let amount = super::wording::amount(line.coverage, line.head);
    let delta = line.delta().expected;
    match overview.compared && delta != 0 && line.unknown == 0 {
        true => format!("{amount} ({})", signed_money(delta)),
        false => amount,
    }
}

fn total_line(picture: &mut String, overview: &Overview, y: i64) {
    write(
        picture,
        format_args!(
            "<path class=\"rule\" d=\"M{MARGIN},{} H{}\"/><text class=\"name total\" x=\"{}\" y=\"{}\">total</text>\
             <text class=\"figure total\" x=\"{START}\" y=\"{}\">{}</text>\n",
            y - 12,
            WIDTH - MARGIN,
            START - 12,
            y + 8,
            y + 8,
            escaped(&figure(&overview.total, overview)),
        ),
    );
}

fn legend(picture: &mut String, overview: &Overview, y: i64) {
    let mut x = MARGIN;
    let mut key = |sample: String, text: &str, picture: &mut String| {
        write(picture, format_args!("{sample}<text class=\"small\" x=\"{}\" y=\"{y}\">{text}</text>\n", x + 30));
        x += 46 + i64::try_from(text.len()).unwrap_or(0) * 6;
    };
    let left = |x: i64| (x, y - 4);
    let (x0, middle) = left(MARGIN);
    key(
        format!("<rect class=\"head\" x=\"{x0}\" y=\"{}\" width=\"24\" height=\"10\" rx=\"2\"/>", middle - 5),
        "a month, counted on",
        picture,
    );
    if overview.total.head.is_range() {
        let x1 = MARGIN + 46 + 19 * 6;
        key(
            format!("<path class=\"range\" d=\"M{x1},{middle} h24 M{x1},{} v8 m24,-8 v8\"/>", middle - 4),
            "with fewest and most replicas",
            picture,
        );
    }
    if overview.compared {
        let ranged = if overview.total.head.is_range() { 46 + 29 * 6 } else { 0 };
        let x2 = MARGIN + 46 + 19 * 6 + ranged + 12;
        key(format!("<path class=\"base\" d=\"M{x2},{} v14\"/>", middle - 7), "at base, where it differs", picture);
    }
}

/// All that a line says, for those who point at it or hear it.
fn sentence(line: &Line, overview: &Overview) -> String {
    let range = super::wording::range(line.head).map(|range| format!(", {range} as replicas come and go"));
    let base = if overview.compared { format!("; {} at base", money(line.base.expected)) } else { String::new() };
    format!(
        "{}: {} a month{}{base}",
        line.name,
        super::wording::amount(line.coverage, line.head),
        range.unwrap_or_default()
    )
}

fn described(overview: &Overview, lines: &[Line]) -> String {
    let told: Vec<String> = lines.iter().map(|line| sentence(line, overview)).collect();
    format!("{}. {}.", verdict(overview), told.join(". "))
}

fn write(picture: &mut String, part: std::fmt::Arguments<'_>) {
    picture.write_fmt(part).expect("writing to a string succeeds");
}

fn escaped(text: &str) -> String {
    visible_line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const STYLE: &str = "\
<style>
svg { color-scheme: light dark }
text { font: 13px system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1c2733 }
.heading { font-size: 20px; font-weight: 600 }
.name { text-anchor: end }
.figure { font-variant-numeric: tabular-nums }
.total { font-weight: 600 }
.small { font-size: 11.5px; fill: #4a5868 }
.page { fill: #ffffff }
.head { fill: #8fb3d9 }
.range { fill: none; stroke: #5c4000; stroke-width: 2 }
.base { fill: none; stroke: #b3261e; stroke-width: 2; stroke-dasharray: 4 2 }
.rule { fill: none; stroke: #8795a5 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9fb0c0 } .page { fill: #0d1117 }
  .head { fill: #35618f } .range { stroke: #f0c566 } .base { stroke: #ff8a80 } .rule { stroke: #4a5868 }
}
</style>
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::cost::samples::{compared, plain};

    #[test]
    fn every_line_has_a_bar_a_figure_and_a_sentence() {
        let picture = cost_svg(&compared());
        for part in
            [">cart</text>", ">200.02 (+27.01)</text>", ">not priced</text>", "class=\"range\"", "class=\"base\""]
        {
            assert!(picture.contains(part), "{part} in {picture}");
        }
        assert!(
            picture.contains(
                "<title>cart: 200.02 a month, 127.02 to 273.02 as replicas come and go; 173.01 at base</title>"
            )
        );
        assert_eq!(picture.matches("<g>").count(), 3);
        assert!(!picture.contains("<script") && !picture.contains("href"));
    }

    #[test]
    fn what_a_repository_says_is_text_and_many_lines_are_one() {
        let mut overview = plain();
        overview.lines[0].name = "<script>alert(1)</script>\u{202e}".to_owned();
        let line = overview.lines[1].clone();
        overview.lines.extend((0..40).map(|at| Line { name: format!("s{at:02}"), ..line.clone() }));
        let picture = cost_svg(&overview);
        assert!(!picture.contains("<script") && !picture.contains('\u{202e}'), "{picture}");
        assert_eq!(picture.matches("<g>").count(), MOST_LINES);
        assert!(picture.contains("20 more"), "{picture}");
    }
}
