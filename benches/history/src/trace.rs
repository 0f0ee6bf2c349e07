//! The workload as the rivals get it: every cell, from when to when it had which value.

use crate::cells::Cells;
use anyhow::Result;
use std::io::Write;
use std::path::Path;

/// A cell that had one value for a while: seconds from the first, not including the last.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    pub cell: u32,
    pub from: u32,
    pub to: u32,
    pub value: i64,
}

/// Every cell of a span of seconds.
#[derive(Debug, Default)]
pub struct Trace {
    pub from_ms: i64,
    pub seconds: u32,
    pub stretches: Vec<Stretch>,
    now: Vec<(u32, i64)>,
}

impl Trace {
    /// One more second.
    pub fn push(&mut self, at_ms: i64, cells: &Cells) {
        let second = self.seconds;
        if second == 0 {
            self.from_ms = at_ms;
            self.now = cells.0.iter().map(|value| (0, *value)).collect();
        }
        for (cell, (value, (since, before))) in (0..).zip(cells.0.iter().zip(&mut self.now)) {
            if value != before {
                self.stretches.push(Stretch { cell, from: *since, to: second, value: *before });
                (*since, *before) = (second, *value);
            }
        }
        self.seconds += 1;
    }

    /// The last second was pushed: in order of cell, then of time.
    pub fn close(&mut self) {
        let to = self.seconds;
        for (cell, (from, value)) in (0..).zip(self.now.drain(..)) {
            self.stretches.push(Stretch { cell, from, to, value });
        }
        self.stretches.sort_by_key(|s| (s.cell, s.from));
    }

    /// The same for the first seconds alone.
    pub fn first(&self, seconds: u32) -> Trace {
        let within = self.stretches.iter().filter(|s| s.from < seconds);
        let stretches = within.map(|s| Stretch { to: s.to.min(seconds), ..*s }).collect();
        Trace { from_ms: self.from_ms, seconds: seconds.min(self.seconds), stretches, now: Vec::new() }
    }

    /// Stretches of each cell.
    pub fn cells(&self) -> impl Iterator<Item = &[Stretch]> {
        self.stretches.chunk_by(|a, b| a.cell == b.cell)
    }

    /// How many samples it stands for.
    pub fn samples(&self) -> f64 {
        self.cells().count() as f64 * f64::from(self.seconds)
    }

    /// The cells of one second.
    pub fn at(&self, second: u32) -> Vec<i64> {
        let value = |cell: &[Stretch]| cell.iter().find(|s| s.from <= second && second < s.to).map_or(-1, |s| s.value);
        self.cells().map(value).collect()
    }

    /// As rows of four little-endian numbers: cell, from, to (4 bytes each), value (8 bytes).
    pub fn write(&self, file: &Path) -> Result<()> {
        let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
        for Stretch { cell, from, to, value } in &self.stretches {
            for part in [cell, from, to] {
                out.write_all(&part.to_le_bytes())?;
            }
            out.write_all(&value.to_le_bytes())?;
        }
        Ok(out.flush()?)
    }
}
