//! Plots as SVG, in integers, so that the same figures always give the same bytes.

mod bars;
mod lines;

pub use {
    bars::{Bars, Group},
    lines::{Lines, Series},
};

use {crate::report::thousands, std::fmt::Write};

/// Pixels.
const WIDTH: u64 = 760;
const LEFT: u64 = 64;
const RIGHT: u64 = 24;
const TOP: u64 = 76;
const BOTTOM: u64 = 52;

/// Colours that people with any colour vision tell apart.
const COLOURS: [&str; 5] = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#555555"];

fn colour(index: usize) -> &'static str {
    COLOURS[index % COLOURS.len()]
}

/// An image of this height with a title and a legend.
struct Canvas(String);

impl Canvas {
    fn new(height: u64, title: &str, legend: &[String]) -> Self {
        let mut canvas = Self(String::new());
        let _ = writeln!(
            canvas.0,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
             font-family=\"sans-serif\" font-size=\"12\" fill=\"#333333\">\n\
             <title>{}</title>\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>",
            escaped(title)
        );
        canvas.text(LEFT, 26, "start", "15", title);
        let mut x = LEFT;
        for (index, name) in legend.iter().enumerate() {
            canvas.rectangle(x, 41, 12, 12, colour(index));
            canvas.text(x + 18, 51, "start", "12", name);
            x += 40 + 7 * name.chars().count() as u64;
        }
        canvas
    }

    fn text(&mut self, x: u64, y: u64, anchor: &str, size: &str, text: &str) {
        let text = escaped(text);
        let _ = writeln!(
            self.0,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" font-size=\"{size}\">{text}</text>"
        );
    }

    fn rectangle(&mut self, x: u64, y: u64, width: u64, height: u64, fill: &str) {
        let _ =
            writeln!(self.0, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"/>");
    }

    fn line(&mut self, from: (u64, u64), to: (u64, u64)) {
        let ((x1, y1), (x2, y2)) = (from, to);
        let _ = writeln!(self.0, "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"#dddddd\"/>");
    }

    fn path(&mut self, points: &[(u64, u64)], stroke: &str) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
        let points = points.join(" ");
        let _ = writeln!(
            self.0,
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"2\"/>"
        );
    }

    fn finish(mut self) -> String {
        self.0.push_str("</svg>\n");
        self.0
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Where `value` of `most` lies on this many pixels.
fn place(value: u64, most: u64, pixels: u64) -> u64 {
    (value * pixels + most / 2).checked_div(most).unwrap_or(0)
}

/// Round marks of an axis that reaches `most`, about five.
fn marks(most: u64) -> Vec<u64> {
    let mut power = 1;
    while power * 50 <= most {
        power *= 10;
    }
    let fits = |step: &u64| most / step <= 6;
    let step = [power, 2 * power, 5 * power, 10 * power].into_iter().find(fits).unwrap_or(power * 10);
    (0..=most / step).map(|n| n * step).collect()
}

fn label(value: u64) -> String {
    thousands(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_few() {
        assert_eq!(marks(16), [0, 5, 10, 15]);
        assert_eq!(marks(100), [0, 20, 40, 60, 80, 100]);
        assert_eq!(marks(44_320), [0, 10_000, 20_000, 30_000, 40_000]);
        for most in 1..2_000 {
            let marks = marks(most);
            assert!(marks.len() <= 7 && marks.iter().all(|mark| *mark <= most), "{most}: {marks:?}");
        }
    }

    #[test]
    fn values_are_placed_in_proportion_and_text_is_escaped() {
        assert_eq!((place(0, 10, 100), place(5, 10, 100), place(10, 10, 100), place(1, 0, 9)), (0, 50, 100, 0));
        assert_eq!(escaped("a < b & c"), "a &lt; b &amp; c");
    }
}
