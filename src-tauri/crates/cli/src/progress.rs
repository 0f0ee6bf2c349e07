//! Progress on a terminal, and silence elsewhere.

use mirante_console::Stage;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Between two words on the terminal.
const PAUSE: Duration = Duration::from_millis(100);

/// One line that is written over and over.
pub(crate) struct Line {
    shows: bool,
    last: Option<Instant>,
}

impl Line {
    pub(crate) fn new() -> Self {
        Line { shows: std::io::stderr().is_terminal(), last: None }
    }

    pub(crate) fn tell(&mut self, stage: Stage, done: u64, all: u64) {
        if !self.shows || (done < all && self.last.is_some_and(|last| last.elapsed() < PAUSE)) {
            return;
        }
        self.last = Some(Instant::now());
        let word = match stage {
            Stage::Copying => "copying",
            Stage::Checking => "checking",
            Stage::Packing => "packing",
            Stage::Reading => "reading back",
            Stage::Unpacking => "unpacking",
        };
        let percent = (done.saturating_mul(100)).checked_div(all).unwrap_or(100);
        let _ = write!(std::io::stderr(), "\r\x1b[K{word} {percent}%");
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.last.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
