//! What was imported before: files, and the times between their first line and their last.
//!
//! A file is known again by how it begins, whatever it is called and however it is packed, and read on from where it was left. Another
//! file may hold some of the same lines: what lies within the time of a known file was in it, and around its ends, where a second may
//! be torn in two, each line is known by its own hash.

use mirante_history::ImportFile;
use mirante_sources::asterisk::queue_log::Line;
use std::collections::{HashMap, VecDeque};

/// How far from its ends a file's lines are known one by one, ms.
const EDGE_MS: i64 = 5_000;
/// Most lines that are known so at an end.
const MOST: usize = 4096;

/// Files that lines may have been in.
pub(super) struct Known(Vec<Span>);

struct Span {
    from: i64,
    to: i64,
    /// Lines near either end, and how often each is still to come.
    near: HashMap<u64, u32>,
}

impl Known {
    /// All `files` but the one that begins as `head`.
    pub(super) fn but(files: &[ImportFile], head: &[u8]) -> Known {
        let others = files.iter().filter(|file| file.head != head);
        Known(
            others
                .filter_map(|file| {
                    let (from, to) = file.span?;
                    let mut near = HashMap::new();
                    marks(&file.edges).for_each(|(_, hash)| *near.entry(hash).or_default() += 1);
                    Some(Span { from, to, near })
                })
                .collect(),
        )
    }

    /// True for a line of `at`, Unix ms, that one of the files held.
    pub(super) fn holds(&mut self, at: i64, line: &Line<'_>) -> bool {
        self.0.iter_mut().filter(|span| (span.from..=span.to).contains(&at)).any(|span| {
            if at > span.from + EDGE_MS && at < span.to - EDGE_MS {
                return true;
            }
            match span.near.get_mut(&hash(at, line)) {
                Some(left) if *left > 0 => {
                    *left -= 1;
                    true
                }
                _ => false,
            }
        })
    }
}

/// Gathers what tells a file's lines again.
#[derive(Debug, Default)]
pub(super) struct Edges {
    span: Option<(i64, i64)>,
    first: Vec<(i64, u64)>,
    last: VecDeque<(i64, u64)>,
}

impl Edges {
    /// Goes on with what was gathered.
    pub(super) fn of(file: &ImportFile) -> Edges {
        let mut edges = Edges { span: file.span, ..Edges::default() };
        for (at, hash) in marks(&file.edges) {
            match file.span {
                Some((from, _)) if at > from + EDGE_MS => edges.last.push_back((at, hash)),
                _ => edges.first.push((at, hash)),
            }
        }
        edges
    }

    pub(super) fn add(&mut self, at: i64, line: &Line<'_>) {
        let hash = hash(at, line);
        let (from, to) = self.span.unwrap_or((at, at));
        let (from, to) = (from.min(at), to.max(at));
        self.span = Some((from, to));
        if at <= from + EDGE_MS && self.first.len() < MOST {
            self.first.push((at, hash));
            return;
        }
        while let Some((old, _)) = self.last.front()
            && (*old < to - EDGE_MS || self.last.len() == MOST)
        {
            self.last.pop_front();
        }
        if at >= to - EDGE_MS {
            self.last.push_back((at, hash));
        }
    }

    pub(super) fn span(&self) -> Option<(i64, i64)> {
        self.span
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let first = self.first.iter();
        first.chain(&self.last).flat_map(|(at, hash)| [at.to_le_bytes(), hash.to_le_bytes()]).flatten().collect()
    }
}

/// Lines as [`Edges::bytes`] writes them: when, and their hash.
fn marks(bytes: &[u8]) -> impl Iterator<Item = (i64, u64)> + '_ {
    let (pairs, _) = bytes.as_chunks::<16>();
    pairs.iter().map(|pair| {
        let number = u128::from_le_bytes(*pair);
        (number as u64 as i64, (number >> 64) as u64)
    })
}

/// A line by when it was written, its call, queue, agent and verb: no number of a caller goes into it. The same on every machine and
/// for ever, since it is kept.
fn hash(at: i64, line: &Line<'_>) -> u64 {
    let mut hash = at.div_euclid(1000) as u64;
    let mut mix = |word: u64| {
        hash = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^= hash >> 29;
    };
    for field in [line.call.0, line.queue.0, line.agent.0, line.verb.name()] {
        let (words, rest) = field.as_chunks::<8>();
        words.iter().for_each(|word| mix(u64::from_le_bytes(*word)));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        mix(u64::from_le_bytes(last) ^ (field.len() as u64) << 56);
    }
    hash
}
