//! A data folder, opened.

use crate::{
    HistoryError, OpenOptions, Parties, Result, SourceRow, indexes,
    key::Key,
    reserve::Reserve,
    schema,
    volume::{self, Lock},
};
use mirante_floor::SourceId;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use std::{
    fs,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// The database in a data folder.
pub(crate) const FILE: &str = "mirante.db";
/// What was committed and is not in the database yet; SQLite's own name for it.
const LOG: &str = "mirante.db-wal";
/// Most of that to be read ahead, bytes: SQLite begins anew at a tenth of it, if nobody reads for long.
const LONGEST_LOG: u64 = 40 << 20;
/// Bytes asked of a disk at once.
const BLOCK: usize = 1 << 20;

/// A data folder, opened. See the crate's page for how it is used.
///
/// Moves between threads; is used by one at a time. [`History::reader`] gives more handles of the same folder.
pub struct History {
    pub(crate) db: Connection,
    pub(crate) folder: PathBuf,
    pub(crate) parties: Parties,
    pub(crate) writer: Option<Writer>,
}

/// What only the one that writes has.
pub(crate) struct Writer {
    /// Dropped last: nobody else may write until everything else is closed.
    pub(crate) reserve: Reserve,
    pub(crate) newest: Newest,
    /// Since when a past is being imported.
    pub(crate) importing: Option<Instant>,
    pub(crate) _lock: Lock,
}

/// Where the stored events stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Newest {
    /// Newest stored event; 0 for none.
    pub(crate) seq: u64,
    /// Newest arrival, Unix ms.
    pub(crate) seen: Option<i64>,
    /// Arrival of the first event in the journal, Unix ms.
    pub(crate) journal_from: Option<i64>,
    /// Events in the journal.
    pub(crate) journal_count: u64,
}

impl History {
    /// Opens the data folder `dir`.
    ///
    /// For writing, the folder and what belongs in it are made when missing, an older layout is brought up to date after a
    /// backup of the file, and people that were to be forgotten are forgotten again in a restored file.
    ///
    /// # Errors
    /// [`HistoryError::Busy`] for a second writer; [`HistoryError::NetworkFolder`], [`HistoryError::Newer`],
    /// [`HistoryError::Older`], [`HistoryError::Altered`], [`HistoryError::Foreign`] and [`HistoryError::Missing`] as they
    /// say; [`HistoryError::Key`] for a writer without the key that the folder was written with.
    pub fn open(dir: &Path, options: &OpenOptions) -> Result<History> {
        if options.writer { Self::open_writer(dir, options) } else { Self::open_reader(dir, options) }
    }

    fn open_writer(dir: &Path, options: &OpenOptions) -> Result<History> {
        volume::make_private_folder(dir).map_err(|error| error.of_read_only(dir))?;
        volume::refuse_network(dir)?;
        let lock = Lock::take(dir).map_err(|error| error.of_read_only(dir))?;
        let file = dir.join(FILE);
        ask_ahead(&file, FRONT);
        read_ahead(&dir.join(LOG), LONGEST_LOG);
        let mut db = Connection::open(&file)?;
        schema::prepare_writer(&mut db, &file)?;
        if !options.imports {
            complete(&mut db);
        }
        let key = Key::of_writer(dir, &options.key, &db)?;
        let reserve = Reserve::of(dir);
        let newest = Newest::read(&db)?;
        let parties = Parties::open(Some(key), file, Some(&db))?;
        let mut history = History {
            db,
            folder: dir.to_owned(),
            parties,
            writer: Some(Writer { reserve, newest, importing: None, _lock: lock }),
        };
        history.forget_again()?;
        Ok(history)
    }

    fn open_reader(dir: &Path, options: &OpenOptions) -> Result<History> {
        let file = dir.join(FILE);
        if !file.exists() {
            return Err(HistoryError::Missing { folder: dir.to_owned() });
        }
        volume::refuse_network(dir)?;
        ask_ahead(&file, FRONT);
        let db = read_only(&file)?;
        schema::check_reader(&db, &file)?;
        let key = Key::of_reader(dir, &options.key, &db)?;
        let parties = Parties::open(key, file, None)?;
        Ok(History { db, folder: dir.to_owned(), parties, writer: None })
    }

    /// Another handle of the same folder, for reading, with the same knowledge of people.
    pub fn reader(&self) -> Result<History> {
        let db = read_only(&self.file())?;
        Ok(History { db, folder: self.folder.clone(), parties: self.parties.clone(), writer: None })
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The database in it.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join(FILE)
    }

    /// People by number; for any thread.
    pub fn parties(&self) -> Parties {
        self.parties.clone()
    }

    /// The number of the configured source `name`, the same for ever in this folder; a new one is kept at once.
    ///
    /// # Errors
    /// [`HistoryError::ReadOnly`] for a new name on a handle for reading.
    pub fn register(&mut self, name: &str, kind: &str) -> Result<SourceId> {
        let known: Option<(u16, String)> = self
            .db
            .query_row("SELECT id, kind FROM source WHERE name = ?1", [name], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?;
        match known {
            Some((id, known)) if known == kind => Ok(SourceId(id)),
            Some((id, _)) if self.writer.is_some() => {
                self.db.execute("UPDATE source SET kind = ?2 WHERE id = ?1", (id, kind))?;
                Ok(SourceId(id))
            }
            None if self.writer.is_some() => {
                let sql = "INSERT INTO source (id, name, kind)
                           VALUES ((SELECT coalesce(max(id), 0) + 1 FROM source), ?1, ?2) RETURNING id";
                Ok(SourceId(self.db.query_row(sql, (name, kind), |r| r.get(0))?))
            }
            _ => Err(HistoryError::ReadOnly),
        }
    }

    /// Sources that were ever registered, oldest first.
    pub fn sources(&self) -> Result<Vec<SourceRow>> {
        let mut statement = self.db.prepare("SELECT id, name, kind, completes FROM source ORDER BY id")?;
        let rows = statement.query_map([], |r| {
            let completes = r.get::<_, Option<u16>>(3)?.map(SourceId);
            Ok(SourceRow { id: SourceId(r.get(0)?), name: r.get(1)?, kind: r.get(2)?, completes })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(crate) fn writer(&mut self) -> Result<(&mut Connection, &mut Writer)> {
        match &mut self.writer {
            Some(writer) => Ok((&mut self.db, writer)),
            None => Err(HistoryError::ReadOnly),
        }
    }
}

/// Makes the indexes that are missing since an import was killed. Everything works without them, only slower: where there is no room for
/// them now, there may be another time.
pub(crate) fn complete(db: &mut Connection) {
    if indexes::are_missing(db).is_ok_and(|missing| missing) {
        tracing::warn!(
            "an import was cut off before it had sorted its indexes: that is done now and may take minutes, in which nothing is heard"
        );
    }
    if let Err(error) = indexes::complete(db) {
        tracing::warn!("indexes that an import left out could not be made; questions take longer: {error}");
    }
}

impl Drop for History {
    fn drop(&mut self) {
        if self.writer.is_some() {
            // Best effort, so that a copy of the one file is a whole copy: an unclean close costs the next start a little
            // time and nothing else.
            let _ = self.db.busy_timeout(Duration::from_millis(200));
            let _ = self.db.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
        }
    }
}

impl Newest {
    pub(crate) fn read(db: &Connection) -> Result<Newest> {
        let (seq, seen): (u64, Option<i64>) = db
            .query_row("SELECT seq, seen FROM head", [], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?
            .unwrap_or_default();
        let sql = "SELECT max(seq_last), max(seen_top), min(seen_first), coalesce(sum(count), 0) FROM journal";
        Ok(db.query_row(sql, [], |r| {
            Ok(Newest {
                seq: r.get::<_, Option<u64>>(0)?.unwrap_or(0).max(seq),
                seen: r.get::<_, Option<i64>>(1)?.max(seen),
                journal_from: r.get(2)?,
                journal_count: r.get(3)?,
            })
        })?)
    }
}

pub(crate) fn read_only(file: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(file, flags)?;
    db.busy_timeout(schema::BUSY)?;
    // Readers keep books beside the file. Where nobody can write, nobody changes it either, and it is whole without its log.
    let look = |db: &Connection| db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
    let log = file.with_extension("db-wal");
    match look(&db) {
        Err(error)
            if error.sqlite_error_code() == Some(rusqlite::ErrorCode::CannotOpen)
                && volume::is_read_only(file)
                && fs::metadata(log).map_or(true, |log| log.len() == 0) =>
        {
            let path = file.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
            let flags = flags | OpenFlags::SQLITE_OPEN_URI;
            Ok(Connection::open_with_flags(format!("file:{path}?immutable=1"), flags)?)
        }
        _ => Ok(db),
    }
}

/// Bytes at the front of the file that hold the layout and the root of every table and index.
pub(crate) const FRONT: u64 = 96 * 4096;

/// Has the first bytes of a file brought into the system's memory at one go, without waiting for them: SQLite, which would ask a disk
/// for each page by itself, reads the first ones while the others come.
fn ask_ahead(file: &Path, bytes: u64) {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{Advice, fadvise};
        // What cannot be read here will be told by whoever needs it.
        let _ = fs::File::open(file).map(|file| fadvise(&file, 0, std::num::NonZeroU64::new(bytes), Advice::WillNeed));
    }
    #[cfg(not(target_os = "linux"))]
    read_ahead(file, bytes);
}

/// Brings the first bytes of a file into the system's memory, and waits for them.
fn read_ahead(file: &Path, bytes: u64) {
    // What cannot be read here will be told by whoever needs it.
    let copy = |file: fs::File| io::copy(&mut BufReader::with_capacity(BLOCK, file.take(bytes)), &mut io::sink());
    let _ = fs::File::open(file).and_then(copy);
}

/// Makes what was written in `file`, and its name, survive the power.
pub(crate) fn sync_file_and_folder(file: &fs::File, path: &Path) -> Result<()> {
    file.sync_all().map_err(HistoryError::io(path))?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        fs::File::open(folder).and_then(|f| f.sync_all()).map_err(HistoryError::io(folder))?;
    }
    Ok(())
}
