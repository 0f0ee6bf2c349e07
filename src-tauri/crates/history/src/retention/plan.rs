//! What the next step is: read beside the one that writes.

use super::step::{SEGMENT_BYTES, Step, StepKind};
use super::{AGED, Aged, Limits, MERGED, Rule, SweepStep, day_before, imported, people, preview};
use crate::{History, LogFold, Result, keyframe, pack, replay};
use mirante_floor::{FOLD_VERSION, PartyId};
use rusqlite::OptionalExtension;
use std::collections::BTreeMap;

/// Free pages that are left in the file, for the next day's rows.
const SPARE: u64 = 64;
/// Bytes of a page.
const PAGE: u64 = 4096;

/// Everything that a set of limits removes, a step at a time. It may run on another thread than the one that takes the steps, as long as
/// each step is taken before the next is asked for.
pub struct Sweep {
    history: History,
    limits: Limits,
    in_use: Vec<PartyId>,
    stage: Stage,
    row_bytes: BTreeMap<&'static str, u64>,
    log: LogFold,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    Use,
    People(Rule),
    Rows(usize),
    Merge(usize),
    Segments,
    Imported,
    Vacuum { free_before: Option<u64> },
    Scrub,
    Done,
}

impl Stage {
    fn next(self) -> Stage {
        match self {
            Stage::Use => Stage::People(Rule::Numbers),
            Stage::People(Rule::Numbers) => Stage::People(Rule::WorkingTime),
            Stage::People(_) => Stage::Rows(0),
            Stage::Rows(nth) if nth + 1 < AGED.len() => Stage::Rows(nth + 1),
            Stage::Rows(_) => Stage::Merge(0),
            Stage::Merge(nth) if nth + 1 < MERGED.len() => Stage::Merge(nth + 1),
            Stage::Merge(_) => Stage::Segments,
            Stage::Segments => Stage::Imported,
            Stage::Imported => Stage::Vacuum { free_before: None },
            Stage::Vacuum { .. } => Stage::Scrub,
            Stage::Scrub | Stage::Done => Stage::Done,
        }
    }

    fn kind(self) -> StepKind {
        match self {
            Stage::Use => StepKind::Use,
            Stage::People(_) => StepKind::Forget,
            Stage::Rows(_) => StepKind::Remove,
            Stage::Merge(_) => StepKind::Merge,
            Stage::Segments | Stage::Imported => StepKind::Prune,
            Stage::Vacuum { .. } => StepKind::Vacuum,
            Stage::Scrub | Stage::Done => StepKind::Scrub,
        }
    }
}

impl Sweep {
    /// Begins; `history` is a handle for reading, `in_use` are those who are on the floor now, however long ago they were told of.
    pub fn new(history: History, limits: Limits, in_use: Vec<PartyId>) -> Sweep {
        let log = LogFold::of(&history.folder);
        Sweep { history, limits, in_use, stage: Stage::Use, row_bytes: BTreeMap::new(), log }
    }

    /// The next step, which touches about as many pages at most as `pages` says of its kind, where a row is not larger; `None` when
    /// nothing is left to do.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn next_step(&mut self, pages: impl Fn(StepKind) -> u32) -> Result<Option<SweepStep>> {
        while self.stage != Stage::Done {
            let pages = pages(self.stage.kind());
            let step = match self.stage {
                Stage::Use => self.in_use(pages),
                Stage::People(rule) => self.people(rule, pages)?,
                Stage::Rows(nth) => self.rows(&AGED[nth], pages)?,
                Stage::Merge(nth) => self.merge(nth, pages)?,
                Stage::Segments => self.segments(pages)?,
                Stage::Imported => self.imported(pages)?,
                Stage::Vacuum { free_before } => self.vacuum(free_before, pages)?,
                Stage::Scrub => {
                    self.stage = Stage::Done;
                    return Ok(Some(SweepStep(Step::Scrub)));
                }
                Stage::Done => None,
            };
            match step {
                Some(step) => return Ok(Some(SweepStep(step))),
                None => self.stage = self.stage.next(),
            }
        }
        Ok(None)
    }

    /// Folds into the file what steps made the log long by, beside the one that writes.
    ///
    /// # Errors
    /// As [`LogFold::fold`].
    pub fn fold_log(&mut self) -> Result<()> {
        self.log.fold()
    }

    fn in_use(&mut self, pages: u32) -> Option<Step> {
        // Each touches the table and the index by age.
        let some = self.in_use.len().min((pages as usize / 2).max(1));
        let some: Vec<PartyId> = self.in_use.drain(..some).collect();
        (!some.is_empty()).then_some(Step::Use(some))
    }

    fn people(&mut self, rule: Rule, pages: u32) -> Result<Option<Step>> {
        let (Some(before_ms), Some(staff)) = (self.limits.get(&rule).copied(), people(rule)) else { return Ok(None) };
        // Each touches the table and three indexes.
        let sql = "SELECT id, octet_length(sealed) + octet_length(lookup)
                   FROM party WHERE staff = ?1 AND used_ms < ?2 AND sealed IS NOT NULL LIMIT ?3";
        let mut statement = self.history.db.prepare_cached(sql)?;
        let mut rows = statement.query((staff, day_before(before_ms), (pages / 4).max(1)))?;
        let (mut ids, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            ids.push(PartyId(row.get(0)?));
            bytes += row.get::<_, u64>(1)?;
        }
        Ok((!ids.is_empty()).then_some(Step::Forget { rule, before_ms, ids, bytes }))
    }

    fn rows(&mut self, aged: &'static Aged, pages: u32) -> Result<Option<Step>> {
        let Aged { rule, table, time, trees } = *aged;
        let Some(before_ms) = self.limits.get(&rule).copied() else { return Ok(None) };
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {time} < ?1)");
        if !self.history.db.prepare_cached(&sql)?.query_row([before_ms], |r| r.get(0))? {
            return Ok(None);
        }
        let row_bytes = self.row_bytes(table, time, before_ms)?;
        Ok(Some(Step::Remove { rule, table, time, before_ms, rows: (pages / trees).max(1), row_bytes }))
    }

    /// The oldest sums of the first agent that has old ones.
    fn merge(&mut self, nth: usize, pages: u32) -> Result<Option<Step>> {
        let table = &MERGED[nth];
        let Some(before_ms) = self.limits.get(&Rule::WorkingTime).copied() else { return Ok(None) };
        let name = table.table;
        let agents =
            format!("SELECT source, agent FROM {name} WHERE (source, agent) > (?1, ?2) ORDER BY source, agent LIMIT 1");
        let oldest = format!(
            "SELECT max(quarter_ms) FROM (SELECT quarter_ms FROM {name} WHERE source = ?1 AND agent = ?2 AND quarter_ms < ?3
                 ORDER BY quarter_ms LIMIT ?4)"
        );
        let db = &self.history.db;
        let (mut agents, mut oldest) = (db.prepare_cached(&agents)?, db.prepare_cached(&oldest)?);
        let mut at: (u16, String) = (0, String::new());
        let found = loop {
            let next = agents.query_row((at.0, &at.1), |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
            let Some(next) = next else { break None };
            at = next;
            if at.1.is_empty() {
                continue;
            }
            // Each row touches its own page and nobody's.
            let up_to: Option<i64> = oldest.query_row((at.0, &at.1, before_ms, (pages / 2).max(1)), |r| r.get(0))?;
            if let Some(up_to_ms) = up_to {
                break Some(up_to_ms);
            }
        };
        let Some(up_to_ms) = found else { return Ok(None) };
        drop((agents, oldest));
        let row_bytes = self.row_bytes(name, "quarter_ms", before_ms)?;
        let (source, agent) = at;
        Ok(Some(Step::Merge { table, before_ms, source, agent, up_to_ms, row_bytes }))
    }

    /// As many of the oldest segments as fit, and the floor with which what is left begins.
    fn segments(&mut self, pages: u32) -> Result<Option<Step>> {
        let Some(before_ms) = self.limits.get(&Rule::Rewind).copied() else { return Ok(None) };
        let tx = self.history.db.unchecked_transaction()?;
        let sql = format!(
            "SELECT seq_first, seq_last, seen_top, fold_version, keyframe IS NOT NULL, {SEGMENT_BYTES}
             FROM segment ORDER BY seq_first"
        );
        let mut statement = tx.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        let (mut taken, mut bytes, mut is_all) = (None, 0, true);
        // The newest place so far at which what is left can begin, and the event before which it wants a floor.
        let mut cut: Option<(u64, Option<u64>)> = None;
        while let Some(row) = rows.next()? {
            let (seq_first, fold_version, has_floor): (u64, u32, bool) = (row.get(0)?, row.get(3)?, row.get(4)?);
            if let Some(seq_last) = taken {
                if has_floor {
                    cut = Some((seq_last, None));
                } else if fold_version == FOLD_VERSION {
                    cut = Some((seq_last, Some(seq_first)));
                }
            }
            let is_enough = cut.is_some() && bytes >= u64::from(pages) * PAGE;
            if is_enough || row.get::<_, i64>(2)? >= before_ms {
                is_all = false;
                break;
            }
            taken = Some(row.get(1)?);
            bytes += row.get::<_, u64>(5)?;
        }
        drop(rows);
        drop(statement);
        if is_all && let Some(seq_last) = taken {
            // The head follows, which is a whole floor.
            cut = Some((seq_last, None));
        }
        let Some((seq_last, floor)) = cut else { return Ok(None) };
        let keyframe = floor.map(|seq_first| {
            let floor = replay::floor_before(&tx, seq_first)?;
            pack::squeeze(keyframe::keyframe(&floor)?, "keyframe")
        });
        match keyframe.transpose() {
            Ok(keyframe) => Ok(Some(Step::Prune { before_ms, seq_last, keyframe })),
            Err(error) => {
                // Damaged: what is left begins at the next floor that was kept, if that is old enough too.
                tracing::warn!("no floor can be made from the oldest stretches: {error}");
                let sql = "SELECT seq_first - 1 FROM segment
                           WHERE keyframe IS NOT NULL AND seen_before < ?1 AND seq_first > ?2 ORDER BY seq_first LIMIT 1";
                let next = tx.query_row(sql, (before_ms, seq_last), |r| r.get(0)).optional()?;
                Ok(next.map(|seq_last| Step::Prune { before_ms, seq_last, keyframe: None }))
            }
        }
    }

    fn imported(&mut self, pages: u32) -> Result<Option<Step>> {
        let Some(before_ms) = self.limits.get(&Rule::Rewind).copied() else { return Ok(None) };
        imported::next(&self.history, before_ms, u64::from(pages) * PAGE)
    }

    fn vacuum(&mut self, free_before: Option<u64>, pages: u32) -> Result<Option<Step>> {
        let free: u64 = self.history.db.query_row("PRAGMA freelist_count", [], |r| r.get(0))?;
        if free <= SPARE || free_before == Some(free) {
            return Ok(None);
        }
        self.stage = Stage::Vacuum { free_before: Some(free) };
        // A page given back moves another into its place, whose neighbours are told.
        let pages = u64::from((pages / 4).max(1)).min(free - SPARE);
        Ok(Some(Step::Vacuum { pages: pages as u32 }))
    }

    fn row_bytes(&mut self, table: &'static str, time: &str, before_ms: i64) -> Result<u64> {
        if let Some(known) = self.row_bytes.get(table) {
            return Ok(*known);
        }
        let bytes = preview::row_bytes(&self.history, table, time, before_ms)?;
        self.row_bytes.insert(table, bytes);
        Ok(bytes)
    }
}
