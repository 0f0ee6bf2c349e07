//! Figures in rows: what a report has beside its sentence.

use serde::{Deserialize, Serialize};

/// Rows of one length, already in words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Table {
    /// What stands over each column, short enough for a telephone.
    pub heads: Vec<String>,
    /// Rows; the last sums up those before it.
    pub rows: Vec<Vec<String>>,
    /// What to know of them, below.
    pub notes: Vec<String>,
}

impl Table {
    /// Lines that stay aligned where letters have one width: heads, rows, and a rule before the last.
    pub fn lines(&self) -> Vec<String> {
        let all = || std::iter::once(&self.heads).chain(&self.rows);
        let length = |word: &String| word.chars().count();
        let width = |at: usize| all().filter_map(|row| row.get(at)).map(length).max().unwrap_or(0);
        let widths: Vec<usize> = (0..all().map(Vec::len).max().unwrap_or(0)).map(width).collect();
        let aligned = |row: &Vec<String>| {
            let word = |(at, word): (usize, &String)| {
                let room = " ".repeat(widths.get(at).copied().unwrap_or(0).saturating_sub(length(word)));
                if at == 0 { format!("{word}{room}") } else { format!("{room}{word}") }
            };
            row.iter().enumerate().map(word).collect::<Vec<_>>().join(" ").trim_end().to_owned()
        };
        let mut lines: Vec<String> = all().map(aligned).collect();
        let rule = "-".repeat(lines.iter().map(length).max().unwrap_or(0));
        lines.insert(lines.len() - 1, rule);
        lines
    }

    /// Every text in it.
    pub(crate) fn words(&mut self) -> impl Iterator<Item = &mut String> {
        self.heads.iter_mut().chain(self.rows.iter_mut().flatten()).chain(&mut self.notes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stay_under_their_heads() {
        let row = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let rows = vec![row(&["08h", "5", "100%"]), row(&["09h+", "12", "—"]), row(&["Total", "17", "94,1%"])];
        let table = Table { heads: row(&["Hora", "Rec", "NS%"]), rows, notes: Vec::new() };
        assert_eq!(
            table.lines(),
            ["Hora  Rec   NS%", "08h     5  100%", "09h+   12     —", "---------------", "Total  17 94,1%"]
        );
        assert_eq!(Table::default().lines(), ["", ""], "nothing is no fault");
    }
}
