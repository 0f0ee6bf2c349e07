//! Taking a report in.

use super::look::first_rows;
use super::mapping::{Mapping, MappingError};
use super::row::{Call, Read, Reading};
use super::{CallsError, guess::Guess};
use crate::clock::wall_ms;
use crate::import::fold::{Batch, Folding};
use crate::import::{ImportError, Progress, Report, Why, finish_undo};
use crate::sheet::{Row, Sheet};
use jiff::tz::TimeZone;
use mirante_floor::{Device, Kind, Minute, Name, Origin, Outcome, PartyId, SourceId, UNTOLD_MS};
use mirante_history::{History, HistoryError, ImportFile, OpenOptions, Parties, Party};
use mirante_sources::asterisk::agent_key;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Rows that are kept together, and put in order first.
const BLOCK: usize = 4096;
/// A block is kept after so long, however little it holds.
const KEPT: Duration = Duration::from_secs(1);
/// Rows between two words about progress.
const TOLD: u64 = 256;
/// People who answered, kept in memory before the memory begins again from nothing.
const PEOPLE: usize = 100_000;
/// A report and a followed platform tell one stay with clocks that differ by less than this, ms.
const SAME_MS: i64 = 2_000;
/// A report that begins this long before what its source came to so far is older, ms.
const OLDER_MS: i64 = 60_000;
/// Digits from which a word for whoever answered is a telephone number.
const TELEPHONE: usize = 8;

/// Whoever writes history: a folder that nobody uses, or the hub on it.
pub trait Keeper {
    /// The imported source of that name.
    ///
    /// # Errors
    /// As [`History::register_import`]; [`ImportError::Ended`].
    fn register(&mut self, name: &str, kind: &'static str) -> Result<SourceId, ImportError>;
    /// The source of a day's hours that were not heard, as [`History::register_hours`].
    ///
    /// # Errors
    /// As it; [`ImportError::Ended`].
    fn register_hours(&mut self, of: SourceId, day: &str) -> Result<SourceId, ImportError>;
    /// Events that the next batch should hold at most, so that keeping it holds up nobody.
    fn room(&self) -> usize {
        usize::MAX
    }
    /// Keeps a batch: all or nothing, and on the disk when this returns.
    ///
    /// # Errors
    /// As [`History::import`]; [`ImportError::Ended`].
    fn keep(&mut self, batch: Batch) -> Result<(), ImportError>;
    /// Takes an import back; `each` hears of every step, and ends it by breaking off; false then.
    ///
    /// # Errors
    /// As [`History::undo_import`]; [`ImportError::Ended`].
    fn take_back(&mut self, source: SourceId, each: &mut dyn FnMut() -> ControlFlow<()>) -> Result<bool, ImportError>;
}

/// Rows that go in one step where nobody else writes.
const ROWS: u32 = 20_000;

impl Keeper for History {
    fn register(&mut self, name: &str, kind: &'static str) -> Result<SourceId, ImportError> {
        Ok(self.register_import(name, kind)?)
    }

    fn register_hours(&mut self, of: SourceId, day: &str) -> Result<SourceId, ImportError> {
        Ok(History::register_hours(self, of, day)?)
    }

    fn keep(&mut self, batch: Batch) -> Result<(), ImportError> {
        Ok(self.import(&batch.as_import())?)
    }

    fn take_back(&mut self, source: SourceId, each: &mut dyn FnMut() -> ControlFlow<()>) -> Result<bool, ImportError> {
        while self.undo_import(source, ROWS, wall_ms())? {
            if each().is_break() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A report to take in.
#[derive(Debug, Clone)]
pub struct Taking {
    /// The file.
    pub file: PathBuf,
    /// How it is read.
    pub mapping: Mapping,
    /// Where its times are told.
    pub zone: TimeZone,
    /// The present, Unix ms.
    pub now: i64,
    /// Name of the source that it becomes.
    pub source: String,
    /// It is of a platform that no source of this folder follows: nothing of it is known.
    pub beside: bool,
    /// Where rows that cannot be used are told.
    pub report: PathBuf,
}

/// What taking a report in did.
#[derive(Debug)]
pub struct Kept {
    /// Rows below the head.
    pub rows: u64,
    /// Calls that are kept now and were not.
    pub visits: u64,
    /// Calls that were imported before, or stood in the file twice.
    pub known: u64,
    /// Calls of minutes in which a followed source heard everything itself.
    pub heard: u64,
    /// Rows that the mapping passes over.
    pub skipped: u64,
    /// Calls whose time clocks showed twice; the first is taken.
    pub twice: u64,
    /// When the first and the last of the calls that are kept now entered, Unix ms.
    pub span: Option<(i64, i64)>,
    /// It was ended before the end of the file.
    pub stopped: bool,
    /// Rows that could not be used.
    pub report: Report,
}

/// Takes a report in. `reader` reads the folder that `keeper` writes, whose people `parties` numbers. `each` hears how far it is, and
/// ends it by breaking off; what was kept until then stays, and taking the file in again goes on from there.
///
/// # Errors
/// When the file cannot be read, or history refuses.
pub fn report(
    job: &Taking,
    reader: &History,
    parties: &Parties,
    keeper: &mut dyn Keeper,
    mut each: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Kept, CallsError> {
    let sheet = Sheet::open(&job.file, job.mapping.sheet.as_deref())?;
    let Guess { header, heads, mapping, .. } = first_rows(&sheet, Some(&job.mapping))?;
    let missing = mapping.missing();
    if !missing.is_empty() {
        return Err(MappingError::Missing(missing).into());
    }
    let reading = Reading::new(&mapping, mapping.places(&heads)?, &heads, &job.zone, job.now);
    let head = digest(&job.file)?;
    let source = keeper.register(&job.source, "report")?;
    let mut progress = Progress { bytes: 0, of: sheet.size, lines: 0 };
    let is_free = finish_undo(source, reader, keeper, &mut || each(progress))?;
    let folding = Folding::new(reader.import_head(source).map_err(ImportError::from)?, job.zone.clone())
        .map_err(ImportError::from)?;
    let followed = if job.beside { None } else { reader.followed_since().map_err(ImportError::from)? };
    let mut take = Take {
        reader,
        parties,
        keeper,
        source,
        folding,
        followed,
        minute: (i64::MIN, false),
        file: ImportFile { head, done: 0, lines: 0, span: None, edges: Vec::new() },
        people: HashMap::new(),
        same: Same::default(),
        block: Vec::with_capacity(BLOCK),
        in_block: HashSet::new(),
        lowest: None,
        kept: Kept {
            rows: 0,
            visits: 0,
            known: 0,
            heard: 0,
            skipped: 0,
            twice: 0,
            span: None,
            stopped: false,
            report: Report::new(job.report.clone()),
        },
    };
    if !is_free {
        take.kept.stopped = true;
        return Ok(take.kept);
    }
    let mut told = Instant::now();
    sheet.rows(|row: Row| -> Result<_, CallsError> {
        if row.line <= header {
            return Ok(ControlFlow::Continue(()));
        }
        take.kept.rows += 1;
        (take.file.done, take.file.lines) = (row.done, row.line);
        match reading.read(&row) {
            Read::Head => take.kept.rows -= 1,
            Read::Skipped => take.kept.skipped += 1,
            Read::Call(call) => take.call(*call, &job.file)?,
            Read::Unfit(fault) => take.kept.report.tell(&job.file, row.line, fault.why, fault.column())?,
        }
        if take.block.len() >= BLOCK || (!take.block.is_empty() && told.elapsed() >= KEPT) {
            take.keep()?;
            told = Instant::now();
        }
        progress.lines += 1;
        progress.bytes = row.done;
        if progress.lines.is_multiple_of(TOLD) && each(progress).is_break() {
            take.kept.stopped = true;
            return Ok(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    take.keep()?;
    let mut kept = take.kept;
    kept.report.close()?;
    progress.bytes = if kept.stopped { progress.bytes } else { sheet.size };
    let _ = each(progress);
    Ok(kept)
}

/// Takes a report into a folder that nobody uses, as [`report`].
///
/// # Errors
/// As [`report`]; [`HistoryError::Busy`](mirante_history::HistoryError::Busy) for a folder in use.
pub fn report_in(data: &Path, job: &Taking, each: impl FnMut(Progress) -> ControlFlow<()>) -> Result<Kept, CallsError> {
    let mut history = History::open(data, &OpenOptions::writer()).map_err(ImportError::from)?;
    history.expect_import(0).map_err(ImportError::from)?;
    let reader = history.reader().map_err(ImportError::from)?;
    let parties = history.parties();
    report(job, &reader, &parties, &mut history, each)
}

/// Sources of a folder but `source` that keep visits of a time, from and to Unix ms, and how many: a report of the same platform would
/// tell them again. None in a folder that holds nothing yet.
///
/// # Errors
/// When history cannot be read.
pub fn told_already(data: &Path, source: &str, (from, to): (i64, i64)) -> Result<Vec<(String, u64)>, CallsError> {
    match History::open(data, &OpenOptions::reader()) {
        Ok(history) => Ok(history.others_between(Some(source), from, to).map_err(ImportError::from)?),
        Err(HistoryError::Missing { .. }) => Ok(Vec::new()),
        Err(error) => Err(ImportError::from(error).into()),
    }
}

/// A hash of a whole file.
fn digest(path: &Path) -> Result<Vec<u8>, CallsError> {
    let failed = |error| ImportError::Read { path: path.to_owned(), error };
    let mut hash = Sha256::new();
    let mut file = File::open(path).map_err(failed)?;
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = std::io::Read::read(&mut file, &mut buffer).map_err(failed)?;
        if count == 0 {
            return Ok(hash.finalize().to_vec());
        }
        hash.update(&buffer[..count]);
    }
}

struct Take<'a> {
    reader: &'a History,
    parties: &'a Parties,
    keeper: &'a mut dyn Keeper,
    source: SourceId,
    folding: Folding,
    /// Since when sources are followed, Unix ms.
    followed: Option<i64>,
    /// The minute last asked about, and whether it was heard.
    minute: (i64, bool),
    file: ImportFile,
    people: HashMap<String, Member>,
    same: Same,
    block: Vec<(Name, Call)>,
    /// Call, queue and entry of those in the block.
    in_block: HashSet<(Name, String, i64)>,
    /// When the earliest call entered that the present fold was told in this run, Unix ms.
    lowest: Option<i64>,
    kept: Kept,
}

/// Whoever answered.
#[derive(Debug, Clone)]
struct Member {
    key: Name,
    interface: Name,
    name: Option<PartyId>,
}

/// How often calls that look the same came lately: rows without an id are told apart by counting.
#[derive(Debug, Default)]
struct Same {
    now: HashMap<[u8; 16], u32>,
    before: HashMap<[u8; 16], u32>,
}

impl Same {
    /// How often this came before.
    fn count(&mut self, mark: [u8; 16]) -> u32 {
        if self.now.len() >= 16 * BLOCK {
            self.before = std::mem::take(&mut self.now);
        }
        let earlier = self.before.get(&mark).copied().unwrap_or(0);
        let count = self.now.entry(mark).or_insert(earlier);
        *count += 1;
        *count - 1
    }
}

impl Take<'_> {
    /// A row that is a call: told, unless it is known.
    fn call(&mut self, call: Call, file: &Path) -> Result<(), ImportError> {
        let queue = Name::from(&*call.queue);
        let id = self.id(&call);
        let mark = (id.clone(), call.queue.clone(), call.entered);
        if self.in_block.contains(&mark) || self.reader.keeps_visit(self.source, &id, &queue, call.entered, 0)? {
            self.kept.known += 1;
            return Ok(());
        }
        if self.is_heard(&call, &queue)? {
            self.kept.heard += 1;
            return Ok(());
        }
        if call.is_twice {
            self.kept.twice += 1;
            self.kept.report.tell(file, call.line, Why::TwiceTime, "entered")?;
        }
        self.in_block.insert(mark);
        self.block.push((id, call));
        Ok(())
    }

    /// The call's id: the report's, else one made of what tells it from others. Nobody's number or name goes into it, since it is
    /// kept, and it is the same on every machine and for ever.
    fn id(&mut self, call: &Call) -> Name {
        if let Some(id) = &call.call {
            return id.into();
        }
        let words = format!("{}\0{}\0{}\0{}", call.entered, call.queue, call.wait_ms, call.outcome.word());
        let digest = Sha256::digest(words.as_bytes());
        let mut mark = [0; 16];
        mark.copy_from_slice(&digest[..16]);
        let count = self.same.count(mark);
        let hex: String = mark[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        if count == 0 { format!("r{hex}").into() } else { format!("r{hex}-{count}").into() }
    }

    /// True for a call that a followed source heard itself.
    fn is_heard(&mut self, call: &Call, queue: &Name) -> Result<bool, ImportError> {
        let Some(since) = self.followed else { return Ok(false) };
        if call.entered < since - SAME_MS {
            return Ok(false);
        }
        let minute = Minute::floor(call.entered);
        if self.minute.0 != minute {
            self.minute = (minute, self.reader.was_followed(minute)?);
        }
        Ok(self.minute.1 || self.reader.follows_stay(queue, call.entered, call.wait_ms, SAME_MS)?)
    }

    /// Folds the block, in the order in which people answered, and keeps it.
    fn keep(&mut self) -> Result<(), ImportError> {
        self.in_block.clear();
        if self.block.is_empty() {
            return Ok(());
        }
        let mut block = std::mem::take(&mut self.block);
        block.sort_by_key(|(_, call)| (call.entered + call.wait_ms, call.line));
        let first = block.iter().map(|(_, call)| call.entered).min().unwrap_or(0);
        let last = block.iter().map(|(_, call)| call.entered).max().unwrap_or(0);
        // Reports are often written with the newest first: what lies wholly before goes on with nothing.
        let seen = self.folding.site().map(|site| site.seen);
        let is_older = match (self.lowest, seen) {
            (None, Some(seen)) => first < seen - OLDER_MS,
            (Some(lowest), _) => last < lowest,
            (None, None) => false,
        };
        if is_older {
            self.folding.begin_anew()?;
            self.lowest = None;
        }
        self.lowest = Some(self.lowest.map_or(first, |lowest| lowest.min(first)));
        let before = self.folding.visits;
        for (id, call) in &block {
            self.tell(id, call)?;
            if self.folding.len() >= self.keeper.room() {
                let batch = self.folding.batch(self.file.clone())?;
                self.keeper.keep(batch)?;
            }
        }
        self.kept.visits += self.folding.visits - before;
        let (from, to) = self.kept.span.unwrap_or((first, last));
        self.kept.span = Some((from.min(first), to.max(last)));
        self.file.span = self.kept.span;
        let batch = self.folding.batch(self.file.clone())?;
        self.keeper.keep(batch)?;
        block.clear();
        self.block = block;
        Ok(())
    }

    /// Everything that a call tells, from its entry to its end.
    fn tell(&mut self, id: &Name, call: &Call) -> Result<(), ImportError> {
        let told = |folding: &mut Folding, at: i64, kind: Kind| folding.apply(at, Origin::Backfilled, kind);
        let queue = Name::from(&*call.queue);
        let party = |number: &str| self.parties.id_of(&Party { number: number.to_owned(), name: String::new() });
        let caller = call.phone.as_deref().map(party).transpose()?;
        self.folding.reach(call.entered);
        let entered = Kind::Entered {
            queue: queue.clone(),
            call: id.clone(),
            contact: id.clone(),
            caller,
            position: None,
            waited_ms: 0,
        };
        told(&mut self.folding, call.entered, entered);
        let answered_at = call.entered + call.wait_ms;
        if call.outcome != Outcome::Answered {
            let left = Kind::Left { queue, call: id.clone(), outcome: call.outcome, ago_ms: 0 };
            told(&mut self.folding, answered_at, left);
            return Ok(());
        }
        let agent = match &call.agent {
            Some(word) => {
                let member = self.member(word)?;
                self.joins(&queue, &member, answered_at);
                member.key
            }
            None => Name::default(),
        };
        let answered = Kind::Answered { queue: queue.clone(), call: id.clone(), agent: agent.clone(), leg: None };
        told(&mut self.folding, answered_at, answered);
        let ended_at = answered_at + call.talk_ms.unwrap_or(0);
        let talk_ms = if call.talk_ms.is_some() { None } else { Some(UNTOLD_MS) };
        let (call_id, transferred) = (Some(id.clone()), call.transferred);
        let completed = Kind::Completed { queue, call: call_id, leg: None, agent, transferred, talk_ms };
        told(&mut self.folding, ended_at, completed);
        Ok(())
    }

    /// Whoever answers a queue is a member of it, of whom nothing else is known.
    fn joins(&mut self, queue: &Name, member: &Member, at: i64) {
        let site = self.folding.site();
        let is_member =
            site.and_then(|site| site.agents.get(&member.key)).is_some_and(|a| a.memberships.contains_key(queue));
        if !is_member {
            let Member { key, interface, name } = member.clone();
            let kind = Kind::Member {
                queue: queue.clone(),
                agent: key,
                interface,
                name,
                device: Device::Unknown,
                paused: false,
                reason: None,
                penalty: 0,
                in_call: None,
                paused_at: None,
            };
            self.folding.apply(at, Origin::Backfilled, kind);
        }
    }

    /// Who a report calls so. An extension, or an address of the platform's, is a key by itself; somebody's name or telephone may stand
    /// in the table of people only, and the key is then its number there.
    fn member(&mut self, word: &str) -> Result<Member, ImportError> {
        if let Some(known) = self.people.get(word) {
            return Ok(known.clone());
        }
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit() || b" +-()".contains(&byte));
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let party = |number: &str, name: &str| -> Result<Member, ImportError> {
            let id = self.parties.id_of(&Party { number: number.into(), name: name.into() })?;
            let key: Name = format!("p{}", id.0).into();
            Ok(Member { key: key.clone(), interface: key, name: Some(id) })
        };
        let plain = || agent_key(word, None).map(|key| Member { key, interface: word.into(), name: None });
        let member = if is_number && digits >= TELEPHONE {
            party(word, "")?
        } else if (is_number && digits > 0) || word.contains('/') {
            plain().map_or_else(|| party("", word), Ok)?
        } else {
            party("", word)?
        };
        if self.people.len() >= PEOPLE {
            self.people.clear();
        }
        self.people.insert(word.to_owned(), member.clone());
        Ok(member)
    }
}
