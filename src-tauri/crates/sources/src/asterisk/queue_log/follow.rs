//! The log as a session has it: what was missed first, then what ends waits. Reads on threads of its own, so a session never
//! waits for a disk or another computer unless it says so.

use super::backfill::{Happened, Missed, Silence, backfill};
use super::past::{Bounds, Past};
use super::place::LogPlace;
use super::tail::Tail;
use super::talking::Talking;
use super::told::{Told, What};
use super::witness::Verdict;
use crate::asterisk::roster::Roster;
use mirante_floor::Moment;
use std::io;
use std::ops::ControlFlow;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::task::JoinHandle;

/// Visits are told from this long before the last moment heard: what was on its way then was not heard. Ms.
const MARGIN_MS: i64 = 5_000;
/// Lines go this much further back to know who was in a queue when a PBX died, ms.
const BOOK_MS: i64 = 60 * 60 * 1000;
/// How far the platform's clock may be from ours where it is not told, ms.
const UNTOLD_MS: i64 = 60_000;
/// An event comes within this long of its line, ms.
const APART_MS: i64 = 2_000;
/// Longest silence that is told, ms.
const LONGEST_MS: i64 = 48 * 60 * 60 * 1000;
/// Most of a log that is read after a silence, bytes.
const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// Longest time that this may take.
const LONGEST_READ: Duration = Duration::from_secs(10);

/// When the session began, as both clocks have it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    /// The platform was last heard then.
    pub(crate) last: Option<Moment>,
    /// The platform's clock now, Unix ms, if it told.
    pub(crate) clock: Option<i64>,
    /// How long ago the login was sent.
    pub(crate) login_ago: Duration,
}

/// A reader of the log.
#[derive(Debug)]
pub(crate) struct Follower {
    state: State,
    silence: Option<Silence>,
    /// Conversations of the silence that it did not end.
    talking: Talking,
    began: Instant,
}

#[derive(Debug)]
enum State {
    /// No log is to be followed, or its reader failed.
    None,
    Reading(JoinHandle<Read>),
    Done(Box<Read>),
}

/// What one reading found.
#[derive(Debug)]
struct Read {
    tail: Tail,
    told: Vec<Told>,
    verdicts: Vec<Verdict>,
}

impl Follower {
    /// Follows nothing.
    pub(crate) fn none() -> Follower {
        Follower { state: State::None, silence: None, talking: Talking::default(), began: Instant::now() }
    }

    /// Begins to read what was missed, and goes on behind it.
    pub(crate) fn begin(place: Box<dyn LogPlace>, opening: Opening) -> Follower {
        let ours = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis() as i64);
        let silence = opening.last.map(|last| silence(last, opening, ours));
        let task = tokio::task::spawn_blocking(move || match silence {
            None => Read { tail: Tail::at_end(place), told: Vec::new(), verdicts: Vec::new() },
            Some(silence) => read(place, silence),
        });
        Follower { state: State::Reading(task), silence, talking: Talking::default(), began: Instant::now() }
    }

    /// True while the reading that was begun goes on.
    pub(crate) fn is_reading(&self) -> bool {
        matches!(self.state, State::Reading(_))
    }

    /// Waits for the end of the reading that was begun. Cancel-safe.
    pub(crate) async fn ready(&mut self) {
        if let State::Reading(task) = &mut self.state {
            self.state = match task.await {
                Ok(read) => State::Done(Box::new(read)),
                Err(error) => {
                    tracing::error!(%error, "the reader of the queue_log failed; it is no longer followed");
                    State::None
                }
            };
        }
    }

    /// What was missed. Nothing while it is still being read.
    pub(crate) fn missed(&mut self, roster: &Roster) -> Missed {
        let State::Done(read) = &mut self.state else { return Missed::default() };
        let told = std::mem::take(&mut read.told);
        let Some(mut silence) = self.silence.take() else { return Missed::default() };
        silence.read = silence.read.saturating_add(self.began.elapsed().as_millis() as i64);
        let mut missed = backfill(&told, silence, roster);
        tracing::info!(lines = told.len(), events = missed.events.len(), "the queue_log told what was missed");
        self.talking = std::mem::take(&mut missed.talking);
        missed
    }

    /// How waits ended, and how conversations of the silence did, as was written since the last call. Never waits: it takes what a
    /// finished reading found and begins the next.
    pub(crate) async fn news(&mut self) -> (Vec<Verdict>, Vec<Happened>) {
        if matches!(&self.state, State::Reading(task) if task.is_finished()) {
            self.ready().await;
        }
        match std::mem::replace(&mut self.state, State::None) {
            State::Done(read) => {
                let Read { mut tail, told, verdicts } = *read;
                self.state = State::Reading(tokio::task::spawn_blocking(move || {
                    let (mut verdicts, mut told) = (Vec::new(), Vec::new());
                    tail.poll(|line| {
                        verdicts.extend(Verdict::of(line));
                        told.extend(line.stamp.at(None).and_then(|at| Told::of(at, line)).filter(ends_talks));
                    });
                    Read { tail, told, verdicts }
                }));
                let ended = told.iter().filter_map(|told| self.talking.hear(told)).collect();
                (verdicts, ended)
            }
            state => {
                self.state = state;
                Default::default()
            }
        }
    }
}

/// True of what ends conversations: the rest of what is written during a session, it hears.
fn ends_talks(told: &Told) -> bool {
    matches!(told.what, What::Completed { .. } | What::Started)
}

/// The silence before a session, by the PBX's clock; `ours` is our clock now, Unix ms.
fn silence(last: Moment, opening: Opening, ours: i64) -> Silence {
    let clock = opening.clock.unwrap_or(ours);
    let untold = if opening.clock.is_some() { 0 } else { UNTOLD_MS };
    let ahead = clock.saturating_sub(ours);
    // Events that carry no time go by our clock, and so must what is told beside them.
    let (heard, shift) = match last.at {
        Some(at) => (at, 0),
        None => (last.seen.saturating_add(ahead), ahead.saturating_neg()),
    };
    let margin = MARGIN_MS + if last.at.is_some() { 0 } else { untold };
    let earliest = clock.saturating_sub(LONGEST_MS);
    if heard < earliest {
        tracing::warn!(
            "the silence was longer than the 48 h that are taken from the queue_log; what was before is missing"
        );
    }
    if opening.clock.is_none() {
        tracing::warn!("the PBX does not tell its clock: what the queue_log tells may lie a minute off");
    }
    Silence {
        from: heard.saturating_sub(margin).max(earliest),
        heard,
        unsure: clock.saturating_sub(opening.login_ago.as_millis() as i64 + APART_MS + untold),
        over: clock.saturating_add(APART_MS / 2 + untold),
        read: clock.saturating_add(APART_MS / 2),
        shift,
    }
}

/// Reads what was missed.
fn read(mut place: Box<dyn LogPlace>, silence: Silence) -> Read {
    let words = place.words();
    let from = silence.from.saturating_sub(BOOK_MS);
    let until = Instant::now() + LONGEST_READ;
    loop {
        let mut told = Vec::new();
        let bounds = Bounds { bytes: MOST_BYTES, until };
        let (tail, past) = Past::read(place, from, bounds, |at, line| {
            told.extend(Told::of(at, line));
            ControlFlow::Continue(())
        });
        match past {
            // Once more: the next time it was rotated already.
            Err(error) if error.kind() == io::ErrorKind::Interrupted && Instant::now() < until => {
                place = tail.into_place();
                continue;
            }
            Err(error) => {
                tracing::warn!(log = words, %error, "cannot read from the queue_log what was missed");
                told.clear();
            }
            Ok(past) => say(&words, past, silence),
        }
        return Read { tail, told, verdicts: Vec::new() };
    }
}

/// Says what of the past is missing.
fn say(log: &str, past: Past, silence: Silence) {
    if past.begins.is_some_and(|begins| begins > silence.heard) {
        tracing::warn!(log, "the queue_log begins after the silence did: what was before its first line is missing");
    }
    if past.cut {
        tracing::warn!(log, "the queue_log tells more than is read after a silence: the oldest of it is missing");
    }
    if past.untimed > 0 {
        let lines = past.untimed;
        tracing::warn!(
            log,
            lines,
            "the lines tell a day and hour of no known zone: nothing that was missed is taken from them"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::local::Local;
    use super::*;

    const OURS: i64 = 1_795_290_000_000;

    fn opening(last: Moment, clock: Option<i64>) -> Opening {
        Opening { last: Some(last), clock, login_ago: Duration::from_millis(300) }
    }

    #[test]
    fn where_events_tell_the_time_the_platforms_clock_counts() {
        let last = Moment { seen: OURS - 20_000, at: Some(OURS - 17_000) };
        let told = silence(last, opening(last, Some(OURS + 3_000)), OURS);
        let by_hand = Silence {
            from: OURS - 22_000,
            heard: OURS - 17_000,
            unsure: OURS + 700,
            over: OURS + 4_000,
            read: OURS + 4_000,
            shift: 0,
        };
        assert_eq!(told, by_hand);
    }

    #[test]
    fn where_they_do_not_what_is_told_goes_by_our_clock() {
        let last = Moment { seen: OURS - 20_000, at: None };
        let told = silence(last, opening(last, Some(OURS + 3_000)), OURS);
        assert_eq!((told.heard, told.from, told.shift), (OURS - 17_000, OURS - 22_000, -3_000));
        let untold = silence(last, opening(last, None), OURS);
        assert_eq!((untold.heard, untold.from, untold.shift), (OURS - 20_000, OURS - 85_000, 0));
        assert_eq!((untold.unsure, untold.over), (OURS - 62_300, OURS + 61_000));
    }

    #[test]
    fn no_more_than_two_days_are_told() {
        let last = Moment { seen: 0, at: Some(0) };
        assert_eq!(silence(last, opening(last, Some(OURS)), OURS).from, OURS - LONGEST_MS);
    }

    #[tokio::test]
    async fn a_log_that_cannot_be_read_misses_nothing_later() {
        let dir = tempfile::tempdir().expect("tempdir");
        let path = dir.path().join("queue_log");
        std::fs::create_dir(&path).expect("a folder");
        let last = Moment { seen: OURS, at: None };
        let mut follower = Follower::begin(Box::new(Local::new(&path)), opening(last, Some(OURS)));
        follower.ready().await;
        assert_eq!(follower.missed(&Roster::default()), Missed::default());
        std::fs::remove_dir(&path).expect("remove");
        std::fs::write(&path, "1795290000|1.1|sac|NONE|ABANDON|1|1|3\n").expect("write");
        let (mut verdicts, _) = follower.news().await;
        while verdicts.is_empty() {
            follower.ready().await;
            verdicts = follower.news().await.0;
        }
        assert_eq!(verdicts.len(), 1);
    }
}
