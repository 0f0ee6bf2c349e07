//! Importing an Asterisk PBX's queue_log: the log itself, files it was rotated into, exports of the table.

use super::fold::{Batch, Folded, Folding};
use super::known::{Edges, Known};
use super::lines::{Lines, Opening, Piece};
use super::report::{Report, Why};
use super::{ImportError, Progress, finish_undo};
use jiff::tz::TimeZone;
use mirante_floor::{Minute, Name};
use mirante_history::{History, HistoryError, ImportFile, OpenOptions, Parties, Party};
use mirante_sources::Caller;
use mirante_sources::asterisk::queue_log::{Account, AccountEvent, Line, Reader, Stamp, Unusable, Use, Verb, cut_off};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// Batches that wait for each of the two threads behind the reader at most: what is held in memory.
const UNDER_WAY: usize = 1;
/// Lines between two words about progress.
const TOLD: u64 = 1 << 12;
/// After so long a batch goes to the writer, however little it holds. A kill costs what the writer has not committed: up to five seconds
/// of batches, and those on their way.
const KEPT: Duration = Duration::from_secs(1);
/// A file that begins this long before what its source came to so far is older, ms; less is the disorder of one log.
const OLDER_MS: i64 = 60_000;
/// A log's line and a followed platform's own word of the same entry differ by less than this, ms: two clocks.
const SAME_MS: i64 = 31_000;
/// A conversation lies within this long of the entry that a followed source kept, ms.
const SAME_CALL_MS: i64 = 24 * 60 * 60 * 1000;
/// A time of day that comes twice, when clocks go back, is the second one where the first lies this long before the line before, ms.
const AGAIN_MS: i64 = 10 * 60_000;

/// What to import.
#[derive(Debug, Clone)]
pub struct QueueLog {
    /// Data folder.
    pub data: PathBuf,
    /// Files, in any order.
    pub files: Vec<PathBuf>,
    /// The PBX's time zone: in it days begin, and tables tell their times.
    pub zone: String,
    /// Name of the source that they become; [`source_name`] makes one.
    pub source: String,
    /// The PBX is not one that a source of this folder follows: nothing of it is known.
    pub beside: bool,
    /// Where lines that cannot be used are told.
    pub report: PathBuf,
}

/// What an import did.
#[derive(Debug)]
pub struct Summary {
    /// Lines read.
    pub lines: u64,
    /// Lines that told something.
    pub used: u64,
    /// Lines of verbs that tell nothing that is kept.
    pub passed: u64,
    /// Lines that were imported before, or that a followed source heard itself.
    pub known: u64,
    /// Events that they came to.
    pub events: u64,
    /// Visits that ended.
    pub visits: u64,
    /// Calls that go on when the files end.
    pub open: usize,
    /// Lines that could not be used.
    pub report: Report,
}

/// A name for the source of a file: its own, without what rotation, packing and exports add.
pub fn source_name(file: &Path) -> String {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-' || c == '_');
    let plain: String = stem.chars().filter(|c| !c.is_control()).take(60).collect();
    if plain.is_empty() { "queue_log".into() } else { plain }
}

/// Imports files, and says from time to time how far it is.
///
/// # Errors
/// When a file cannot be read or history refuses, as [`HistoryError::Busy`](mirante_history::HistoryError::Busy) for a folder in use.
/// What was kept until then stays.
pub fn queue_log(job: &QueueLog, mut progress: impl FnMut(Progress)) -> Result<Summary, ImportError> {
    let zone = TimeZone::get(&job.zone).map_err(|_| ImportError::Zone(job.zone.clone()))?;
    let mut files = job.files.iter().map(|path| InFile::open(path, &zone)).collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(|file| (file.first.is_none(), file.first));
    let mut history = History::open(&job.data, &OpenOptions::writer().imports())?;
    let source = history.register_import(&job.source, "queue_log")?;
    let reader = history.reader()?;
    finish_undo(source, &reader, &mut history, &mut || ControlFlow::Continue(()))?;
    history.expect_import(files.iter().map(|file| file.opening.size).sum())?;
    let followed = if job.beside { None } else { reader.followed_since()? };
    let folding = Folding::new(history.import_head(source)?, zone.clone())?;
    let mut import = Import {
        account: Account::of(folding.site()),
        folding,
        files: history.import_files(source)?,
        parties: history.parties(),
        followed: followed.map(|since| Followed { reader, since, minute: (i64::MIN, false) }),
        zone,
        events: Vec::new(),
        summary: Summary {
            lines: 0,
            used: 0,
            passed: 0,
            known: 0,
            events: 0,
            visits: 0,
            open: 0,
            report: Report::new(job.report.clone()),
        },
        progress: Progress { of: files.iter().map(|file| file.opening.size).sum(), ..Progress::default() },
    };
    std::thread::scope(|scope| {
        let (out, folded) = sync_channel::<Folded>(UNDER_WAY);
        let (packed, batches) = sync_channel::<Batch>(UNDER_WAY);
        let packer = scope.spawn(move || {
            for folded in folded {
                if packed.send(folded.pack()?).is_err() {
                    // The writer has ended, and knows why.
                    break;
                }
            }
            Ok(())
        });
        let writer = scope.spawn(move || {
            let kept = batches.iter().try_for_each(|first| {
                history.import_all(std::iter::once(first).chain(batches.iter()), Batch::as_import)
            });
            kept.and(history.end_import())
        });
        let read = files.iter().try_for_each(|file| import.file(file, &out, &mut progress));
        drop(out);
        let packed: Result<(), HistoryError> = packer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let wrote = writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // Where the disk refused, the reading ended for that reason.
        packed.and(wrote).map_err(ImportError::from).and(match read {
            Err(Stop::Writer) | Ok(()) => Ok(()),
            Err(Stop::Failed(error)) => Err(error),
        })
    })?;
    import.summary.report.close()?;
    let site = import.folding.site();
    Ok(Summary {
        lines: import.progress.lines,
        events: import.folding.folded,
        visits: import.folding.visits,
        open: site.map_or(0, |site| site.visits.len()),
        ..import.summary
    })
}

/// A file to import.
struct InFile {
    path: PathBuf,
    opening: Opening,
    /// The first time in it, Unix ms.
    first: Option<i64>,
}

impl InFile {
    fn open(path: &Path, zone: &TimeZone) -> Result<InFile, ImportError> {
        let failed = |error| ImportError::Read { path: path.to_owned(), error };
        let opening = Opening::of(path).map_err(failed)?;
        let mut reader = Reader::default();
        let lines = opening.bytes.split(|byte| *byte == b'\n');
        let first = lines.filter_map(|line| reader.line(line)?.stamp.at(Some(zone))).next();
        Ok(InFile { path: path.to_owned(), opening, first })
    }
}

/// Why reading ends early.
enum Stop {
    Failed(ImportError),
    /// The writer has ended, and knows why.
    Writer,
}

impl<E: Into<ImportError>> From<E> for Stop {
    fn from(error: E) -> Stop {
        Stop::Failed(error.into())
    }
}

/// What the sources of this folder follow themselves.
struct Followed {
    reader: History,
    /// From when on, Unix ms.
    since: i64,
    /// The minute last asked about, and whether it was heard.
    minute: (i64, bool),
}

impl Followed {
    fn heard(&mut self, at: i64) -> Result<bool, ImportError> {
        let minute = Minute::floor(at);
        if self.minute.0 != minute {
            self.minute = (minute, self.reader.was_followed(minute)?);
        }
        Ok(self.minute.1)
    }

    fn holds(&self, line: &Line<'_>, at: i64, near: i64) -> Result<bool, ImportError> {
        let (Some(call), Some(queue)) = (line.call.said(), line.queue.said()) else { return Ok(false) };
        Ok(self.reader.follows_visit(&Name::from(&*call), &Name::from(&*queue), at, near)?)
    }

    /// True for a line of which a followed source keeps what it tells. `lost`: it goes on with a call whose entry was not told.
    fn knows(&mut self, line: &Line<'_>, at: i64, lost: bool) -> Result<bool, ImportError> {
        if at < self.since - SAME_MS {
            return Ok(false);
        }
        match line.verb {
            _ if lost => self.holds(line, at, SAME_CALL_MS),
            Verb::EnterQueue { .. } => self.holds(line, at, SAME_MS),
            Verb::Pause { .. }
            | Verb::Unpause { .. }
            | Verb::AddMember { .. }
            | Verb::RemoveMember
            | Verb::Penalty { .. }
            | Verb::RingNoAnswer { .. } => self.heard(at),
            _ => Ok(false),
        }
    }
}

struct Import {
    account: Account,
    folding: Folding,
    parties: Parties,
    followed: Option<Followed>,
    zone: TimeZone,
    /// Files that were imported, this time or before.
    files: Vec<ImportFile>,
    /// Of one line.
    events: Vec<AccountEvent>,
    summary: Summary,
    progress: Progress,
}

impl Import {
    fn file(
        &mut self,
        file: &InFile,
        out: &SyncSender<Folded>,
        progress: &mut impl FnMut(Progress),
    ) -> Result<(), Stop> {
        let failed = |error| Stop::Failed(ImportError::Read { path: file.path.clone(), error });
        let head = &file.opening.head;
        let before = self.files.iter().find(|known| known.head == *head);
        let mut edges = before.map(Edges::of).unwrap_or_default();
        let mut known = Known::but(&self.files, head);
        let (done, number) = before.map_or((0, 0), |before| (before.done, before.lines));
        let mut state = ImportFile { head: head.clone(), done, lines: number, span: None, edges: Vec::new() };
        let mut lines = Lines::open(&file.path, done, number).map_err(failed)?;
        let mut reader = Reader::default();
        if done > 0 {
            reader.line(file.opening.bytes.split(|byte| *byte == b'\n').next().unwrap_or_default());
        }
        let mut newest = before.and_then(|before| before.span).map_or(i64::MIN, |(_, to)| to);
        let (mut is_new, mut kept) = (done == 0, Instant::now());
        let read_before = self.progress.bytes;
        loop {
            let (is_packed, number) = (lines.is_packed, lines.number + 1);
            let Some(piece) = lines.next().map_err(failed)? else { break };
            let mut torn = 0;
            let bytes = match piece {
                Piece::Line(bytes) => Some(bytes),
                // A log that is written to has half a line at its end; what is packed or exported is as long as it will ever be.
                Piece::Torn(bytes) if is_packed || reader.is_export() => {
                    torn = bytes.len();
                    Some(bytes)
                }
                Piece::Torn(_) => {
                    self.summary.report.tell(&file.path, number, Why::Torn, "")?;
                    break;
                }
                Piece::Long => None,
            };
            self.progress.lines += 1;
            let was_export = reader.is_export();
            let why = if let Some(line) = bytes.and_then(|bytes| reader.line(bytes)) {
                match when(line.stamp, &self.zone, newest) {
                    None => Some(Why::NoTime),
                    Some(at) => {
                        newest = newest.max(at);
                        edges.add(at, &line);
                        if known.holds(at, &line) {
                            self.summary.known += 1;
                            None
                        } else {
                            if std::mem::take(&mut is_new) {
                                self.meet(at, &state, out)?;
                            }
                            self.line(&line, at)?
                        }
                    }
                }
            } else {
                no_line(bytes, reader.is_export(), reader.is_export() && !was_export)
            };
            if torn > 0 {
                lines.accept(torn);
            }
            if let Some(why) = why {
                self.summary.report.tell(&file.path, number, why, "")?;
            }
            let mut is_due = self.folding.is_full();
            if self.progress.lines.is_multiple_of(TOLD) {
                is_due |= kept.elapsed() >= KEPT;
                self.progress.bytes = read_before + lines.raw();
                progress(self.progress);
            }
            if is_due {
                kept = Instant::now();
                self.keep(&mut state, &lines, &edges, out)?;
            }
        }
        if lines.done > state.done {
            self.keep(&mut state, &lines, &edges, out)?;
        }
        self.files.retain(|known| known.head != state.head);
        self.files.push(state);
        self.progress.bytes = read_before + file.opening.size;
        progress(self.progress);
        Ok(())
    }

    /// Takes a new line in; says why if it cannot be used.
    fn line(&mut self, line: &Line<'_>, at: i64) -> Result<Option<Why>, ImportError> {
        if let Some(followed) = &mut self.followed
            && followed.knows(line, at, false)?
        {
            self.summary.known += 1;
            return Ok(None);
        }
        self.folding.reach(at);
        let parties = &self.parties;
        let mut person = |Caller { number, name }: &Caller| {
            parties.id_of(&Party { number: number.to_string(), name: name.to_string() })
        };
        let told = self.account.take(self.folding.site(), line, at, &mut person, &mut self.events)?;
        for AccountEvent { at, origin, kind } in self.events.drain(..) {
            self.folding.apply(at, origin, kind);
        }
        match told {
            Ok(Use::Told) => self.summary.used += 1,
            Ok(Use::Passed) => self.summary.passed += 1,
            Err(Unusable::NoEntry) => {
                let followed = self.followed.as_mut().map(|followed| followed.knows(line, at, true)).transpose()?;
                if followed != Some(true) {
                    return Ok(Some(Why::NoEntry));
                }
                self.summary.known += 1;
            }
            Err(Unusable::Incomplete) => return Ok(Some(Why::Incomplete)),
            Err(Unusable::Verb) => return Ok(Some(Why::Verb)),
        }
        Ok(None)
    }

    /// The first new line of a file, at `at`, goes on with what its source came to, or lies before it.
    fn meet(&mut self, at: i64, state: &ImportFile, out: &SyncSender<Folded>) -> Result<(), Stop> {
        let Some(site) = self.folding.site().filter(|site| at < site.seen - OLDER_MS) else { return Ok(()) };
        for AccountEvent { at, origin, kind } in cut_off(site) {
            self.folding.apply(at, origin, kind);
        }
        out.send(self.folding.folded(state.clone())?).map_err(|_| Stop::Writer)?;
        self.account = Account::default();
        Ok(self.folding.begin_anew()?)
    }

    /// Hands over what was read so far.
    fn keep(
        &mut self,
        state: &mut ImportFile,
        lines: &Lines,
        edges: &Edges,
        out: &SyncSender<Folded>,
    ) -> Result<(), Stop> {
        (state.done, state.lines) = (lines.done, lines.number);
        (state.span, state.edges) = (edges.span(), edges.bytes());
        out.send(self.folding.folded(state.clone())?).map_err(|_| Stop::Writer)
    }
}

/// Why bytes are no line; nothing where they need not be one. `None` is a line too long to be looked at.
fn no_line(bytes: Option<&[u8]>, is_export: bool, is_header: bool) -> Option<Why> {
    let Some(bytes) = bytes else { return Some(Why::TooLong) };
    if is_header || matches!(bytes, b"" | b"\r") {
        return None;
    }
    // What has the fields of a line lacks a time, or a verb.
    let is_divided = is_export || bytes.iter().filter(|byte| **byte == b'|').count() >= 4;
    Some(if is_divided { Why::NoTime } else { Why::NoLine })
}

/// When a line was written, Unix ms; the line before it at `newest` or earlier.
fn when(stamp: Stamp, zone: &TimeZone, newest: i64) -> Option<i64> {
    let at = stamp.at(Some(zone))?;
    if let Stamp::Civil(told) = stamp
        && at < newest.saturating_sub(AGAIN_MS)
        && let Ok(later) = zone.to_ambiguous_timestamp(told).later()
        && later.as_millisecond() > at
    {
        return Some(later.as_millisecond());
    }
    Some(at)
}
