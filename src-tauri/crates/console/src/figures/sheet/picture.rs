//! A sheet as a picture: SVG, so that it needs no fonts and no rasteriser here, and is sharp at any size.

use super::Sheet;
use std::fmt::Write;

const WIDTH: usize = 760;
const EDGE: usize = 28;
const ROW: usize = 34;
const HEAD: usize = 118;
/// Room for the hour, before columns of one width.
const FIRST: usize = 110;

/// Ink, in the colours of the day.
const TEXT: &str = "#1b2330";
const SOFT: &str = "#55606f";
const LINE: &str = "#d8dde4";
const PAPER: &str = "#ffffff";

impl Sheet {
    /// The same as its text, as a picture (`image/svg+xml`).
    pub(crate) fn picture(&self) -> String {
        let end = HEAD + ROW * (self.rows.len() + 1);
        let height = end + ROW + 26 + 20 * self.notes.len() + EDGE;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
             font-family=\"Inter, Segoe UI, Roboto, sans-serif\"><rect width=\"100%\" height=\"100%\" fill=\"{PAPER}\"/>"
        );
        let mut write = |words: &str, (x, y): (usize, usize), size: f32, weight: u32, ink: &str, end: bool| {
            let anchor = if end { "end" } else { "start" };
            // Writing to a text cannot fail.
            let _ = write!(
                svg,
                "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"{ink}\" text-anchor=\"{anchor}\">{}</text>",
                escaped(words)
            );
        };
        write(&format!("{} · {}", self.short, self.title), (EDGE, 44), 22.0, 650, TEXT, false);
        write(&self.about.join(" · "), (EDGE, 70), 14.0, 400, SOFT, false);
        let step = (WIDTH - 2 * EDGE - FIRST) / self.columns.len().saturating_sub(1).max(1);
        let mut line = |words: &mut dyn Iterator<Item = &str>, y: usize, size: f32, weight: u32, ink: &str| {
            for (at, word) in words.enumerate() {
                let x = if at == 0 { EDGE } else { EDGE + FIRST + step * at };
                write(word, (x, y), size, weight, ink, at > 0);
            }
        };
        line(&mut self.columns.iter().map(|column| column.words.as_str()), HEAD, 13.0, 500, SOFT);
        for (nth, row) in self.rows.iter().enumerate() {
            line(&mut row.iter().map(String::as_str), HEAD + ROW * (nth + 1), 16.0, 450, TEXT);
        }
        line(&mut self.total.iter().map(String::as_str), end, 17.0, 680, TEXT);
        for (nth, note) in self.notes.iter().enumerate() {
            write(note, (EDGE, end + ROW + 4 + 20 * nth), 12.5, 400, SOFT, false);
        }
        write("Mirante", (WIDTH - EDGE, height - EDGE + 4), 12.5, 600, SOFT, true);
        for y in [HEAD + 12, end - ROW / 2 - 6] {
            let (x, width) = (EDGE, WIDTH - 2 * EDGE);
            let _ = write!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"1\" fill=\"{LINE}\"/>");
        }
        svg.push_str("</svg>\n");
        svg
    }
}

/// Queue labels and the like are strangers' words.
fn escaped(words: &str) -> String {
    let mut safe = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}
