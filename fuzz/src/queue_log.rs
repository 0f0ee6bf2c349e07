//! A queue_log or an export of its table, whatever a disk, a rotation or a broken transfer made of it, in reads of any length.

use crate::pieces;
use mirante_sources::asterisk::queue_log::{Line, Lines};

pub(crate) fn run(bytes: &[u8]) {
    let whole = lines(bytes, || usize::MAX);
    for line in &whole {
        assert!(!line.contains(['\r', '\n']), "a line end in {line}");
    }
    assert_eq!(whole, lines(bytes, pieces(bytes)), "reads of any length");
    assert!(whole.len() <= bytes.iter().filter(|b| **b == b'\n').count(), "more lines than line ends");
    // Without a line end there is no telling whether all of a line has come.
    let _ = Line::parse(bytes).map(|line| line.stamp.second());
}

/// What the lines mean, in words.
fn lines(mut bytes: &[u8], mut piece: impl FnMut() -> usize) -> Vec<String> {
    let mut lines = Lines::default();
    let mut told = Vec::new();
    while !bytes.is_empty() {
        let (now, later) = bytes.split_at(piece().clamp(1, bytes.len()));
        lines.feed(now, |line| told.push(format!("{line:?} {:?} {:?}", line.stamp.at(None), line.call.said())));
        bytes = later;
    }
    told
}
