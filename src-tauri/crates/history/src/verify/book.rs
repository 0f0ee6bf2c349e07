//! The fold, run again.

use super::Stretch;
use crate::{
    Board, History, HistoryError, Result, facts, history::Newest, imported, keyframe, replay, replay::EVENTS, segment,
};
use mirante_floor::{Changes, Event, FOLD_VERSION, Fact, Floor};
use rusqlite::{Connection, OptionalExtension, Transaction};

/// Facts written in one go.
const FACTS: usize = 10_000;

#[derive(Default)]
pub(super) struct Book {
    floor: Floor,
    /// Newest event in the floor.
    pub(super) at: u64,
    changes: Changes,
    pending: Vec<Fact>,
}

impl Book {
    /// Folds a closed stretch again, from its own beginning where that is not what came before, and writes its rows to `tx`; gives how
    /// many events it held, or nothing if it is there no longer.
    pub(super) fn replay(&mut self, db: &Connection, tx: &Transaction<'_>, stretch: &Stretch) -> Result<Option<u64>> {
        let sql = "SELECT board, core, detail, keyframe, boards FROM segment WHERE seq_first = ?1";
        type Blobs = ([Vec<u8>; 3], Option<Vec<u8>>, bool);
        let stored: Option<Blobs> = db
            .query_row(sql, [stretch.seq_first], |row| {
                Ok(([row.get(0)?, row.get(1)?, row.get(2)?], row.get(3)?, row.get(4)?))
            })
            .optional()?;
        let Some(([board, core, detail], begun, boards)) = stored else { return Ok(None) };
        // Whole before any of it is folded: half a stretch would make rows that are not there.
        let mut events = Vec::new();
        segment::events(&board, &core, &detail, stretch.seq_first, |event| {
            events.push(event.clone());
            Ok(true)
        })?;
        let before = stretch.seq_first - 1;
        let begun = match begun {
            Some(begun) => keyframe::restore(&begun)?,
            None if self.at == before && stretch.fold_version == FOLD_VERSION => self.floor.clone(),
            None => replay::floor_before(db, stretch.seq_first)?,
        };
        let differs = self.goes_on_with(before, stretch.fold_version, begun);
        for event in &events {
            self.fold(tx, event)?;
        }
        self.write(tx)?;
        if let Some(words) = differs {
            return Err(HistoryError::damaged("keyframe", words));
        }
        if boards && stretch.fold_version == FOLD_VERSION {
            let (shown, ..) = segment::board_at(&board, &core, |_, _| true)?;
            if shown != Board::of(&self.floor) {
                return Err(HistoryError::damaged("board", "its cells are not those of the floor"));
            }
        }
        Ok(Some(events.len() as u64))
    }

    /// Folds a stretch of imported events again, after `follows` of the same source; gives how many there were. What `is_last` of
    /// a source must come to the floor on which the next import goes on.
    pub(super) fn refold(
        &mut self,
        db: &Connection,
        tx: &Transaction<'_>,
        stretch: &imported::Stretch,
        follows: Option<&imported::Stretch>,
        is_last: bool,
    ) -> Result<u64> {
        let (begun, events) = imported::read(db, stretch)?;
        let before = stretch.seq_first - 1;
        // A fold that begins anew goes on with nothing.
        let goes_on = |seq: u64, chain: u32| seq == before && chain == stretch.chain && self.at == before;
        let goes_on = follows.is_some_and(|follows| goes_on(follows.seq_last, follows.chain));
        let mut differs = goes_on && stretch.fold_version == FOLD_VERSION && self.floor != begun;
        self.floor = begun;
        self.at = before;
        for event in &events {
            self.fold(tx, event)?;
        }
        self.write(tx)?;
        if is_last && stretch.fold_version == FOLD_VERSION {
            let head = imported::head(db, stretch.source)?;
            differs |= head.chain == stretch.chain && (head.seq != self.at || head.floor != self.floor);
        }
        if differs {
            return Err(HistoryError::damaged("keyframe", "the floor is not the one that was kept"));
        }
        Ok(events.len() as u64)
    }

    /// The next stretch begins with this floor, as of event `seq`; says so if that is not what the one before came to.
    pub(super) fn goes_on_with(&mut self, seq: u64, fold_version: u32, begun: Floor) -> Option<String> {
        let goes_on = seq == 0 || (self.at == seq && fold_version == FOLD_VERSION);
        let words = (goes_on && self.floor != begun)
            .then(|| format!("the floor after event {seq} is not the one that was kept"));
        if !goes_on || words.is_some() {
            self.floor = begun;
        }
        self.at = seq;
        words
    }

    /// Folds what was kept since, all but the newest few events, in short looks.
    pub(super) fn follow(&mut self, history: &History, copy: &Connection) -> Result<u64> {
        let mut events = 0;
        loop {
            let newest = Newest::read(&history.db)?.seq;
            if newest.saturating_sub(self.at) < EVENTS {
                return Ok(events);
            }
            let tx = copy.unchecked_transaction()?;
            events += self.follow_to(history, &tx, self.at + EVENTS)?;
            tx.commit()?;
        }
    }

    /// Folds what was kept since, up to event `seq`.
    pub(super) fn follow_to(&mut self, history: &History, tx: &Transaction<'_>, seq: u64) -> Result<u64> {
        if seq <= self.at {
            return Ok(0);
        }
        let mut events = 0;
        let look = history.db.unchecked_transaction()?;
        replay::each_event(&look, self.at + 1..=seq, &mut |event| {
            events += 1;
            self.fold(tx, event).map(|()| true)
        })?;
        // Also over what was never kept.
        self.at = seq;
        self.write(tx)?;
        Ok(events)
    }

    fn fold(&mut self, tx: &Transaction<'_>, event: &Event) -> Result<()> {
        self.floor.apply(event, &mut self.changes);
        self.pending.append(&mut self.changes.facts);
        self.changes.clear();
        self.at = event.stamp.seq;
        if self.pending.len() >= FACTS { self.write(tx) } else { Ok(()) }
    }

    fn write(&mut self, tx: &Transaction<'_>) -> Result<()> {
        facts::write(tx, self.at, &self.pending)?;
        self.pending.clear();
        Ok(())
    }
}
