//! Backups that the hub makes by itself, once a day.

mod named;

pub use named::{backups_in, host, keep_newest, named, stamp};

use crate::clock::wall_ms;
use crate::config::BackupConfig;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use mirante_history::Backup;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// After the start other things come first.
const AFTER_START: Duration = Duration::from_secs(10);
/// How often it is looked whether the time has come.
const LOOK: Duration = Duration::from_secs(60);
/// After a failure.
const RETRY: Duration = Duration::from_secs(60 * 60);
/// A backup that was due so long ago is overdue, ms.
const LATE_MS: i64 = 2 * 60 * 60 * 1_000;

/// How backups stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backups {
    /// Where they are made.
    pub folder: PathBuf,
    /// From which hour of the operation's day on.
    pub hour: u8,
    /// How many are kept.
    pub keep: u32,
    /// One is being made.
    pub is_making: bool,
    /// When the newest was made, Unix ms, and its size in bytes; absent if there is none.
    pub last: Option<(i64, u64)>,
    /// When the newest attempt failed, Unix ms, and why, in English; absent if it did not.
    pub failed: Option<(i64, String)>,
    /// The newest one is older than it should be.
    pub is_overdue: bool,
}

impl Backups {
    /// True if somebody should look after them.
    pub fn is_troubled(&self) -> bool {
        self.failed.is_some() || self.is_overdue
    }
}

/// How backups stand, for whoever asks.
#[derive(Debug, Clone)]
pub(crate) struct Told(Arc<Mutex<Backups>>);

impl Told {
    pub(crate) fn read(&self) -> Backups {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, change: impl FnOnce(&mut Backups)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Makes backups of a data folder.
pub(crate) struct Keeper {
    data: PathBuf,
    config: BackupConfig,
    /// Where relative paths begin.
    beside: PathBuf,
    zone: TimeZone,
    host: String,
    told: Told,
}

impl Keeper {
    pub(crate) fn new(data: &Path, config: BackupConfig, beside: &Path, zone: TimeZone) -> (Keeper, Told) {
        let BackupConfig { folder, hour, keep, .. } = &config;
        let (folder, is_making, is_overdue) = (beside.join(folder), false, false);
        let begun = Backups { folder, hour: *hour, keep: *keep, is_making, last: None, failed: None, is_overdue };
        let told = Told(Arc::new(Mutex::new(begun)));
        let (data, beside, host) = (data.to_owned(), beside.to_owned(), host());
        (Keeper { data, config, beside, zone, host, told: told.clone() }, told)
    }

    /// Runs until the sender of `stop` is gone; a backup that is being made then is left to whoever ends the program.
    pub(crate) fn run(self, stop: &Receiver<()>) {
        let mut wait = AFTER_START;
        let mut tried: Option<Instant> = None;
        while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(wait) {
            wait = LOOK;
            if self.look(wall_ms()) && tried.is_none_or(|tried| tried.elapsed() >= RETRY) {
                tried = Some(Instant::now());
                self.make(wall_ms());
                self.look(wall_ms());
            }
        }
    }

    /// Sees what is there; true if one is due.
    fn look(&self, now_ms: i64) -> bool {
        let newest = backups_in(&self.folder(), &self.host).ok().and_then(|mut all| all.pop());
        let last = newest.map(|(path, made)| (made, std::fs::metadata(path).map_or(0, |data| data.len())));
        let due_ms = self.due(now_ms);
        // A name of tomorrow, of a clock that was set since, is no backup of today.
        let is_due = last.is_none_or(|(made, _)| made < due_ms || made > now_ms + LATE_MS);
        self.told.set(|told| {
            told.last = last;
            told.is_overdue = is_due && now_ms - due_ms >= LATE_MS;
        });
        is_due
    }

    /// When the newest one should have been begun, Unix ms.
    fn due(&self, now_ms: i64) -> i64 {
        let now = Timestamp::from_millisecond(now_ms).unwrap_or_default().to_zoned(self.zone.clone());
        let at = |now: &jiff::Zoned| now.date().at(self.config.hour as i8, 0, 0, 0).to_zoned(self.zone.clone());
        let today = at(&now).unwrap_or_else(|_| now.clone());
        let due = if today <= now { Ok(today) } else { now.checked_sub(1.day()).and_then(|before| at(&before)) };
        due.map_or(i64::MIN, |due| due.timestamp().as_millisecond())
    }

    fn make(&self, now_ms: i64) {
        self.told.set(|told| told.is_making = true);
        let made = self.try_make(now_ms);
        match &made {
            Ok(file) => tracing::info!("a backup was made: {}", file.display()),
            Err(words) => tracing::error!("no backup was made: {words}"),
        }
        self.told.set(|told| {
            told.is_making = false;
            told.failed = made.err().map(|words| (now_ms, words));
        });
    }

    fn try_make(&self, now_ms: i64) -> Result<PathBuf, String> {
        let passphrase = self.config.passphrase.fetch(&self.beside).map_err(|error| error.to_string())?;
        let folder = self.folder();
        let to = named(&folder, &self.host, now_ms);
        let asked = Backup { data: &self.data, to: &to, passphrase: passphrase.reveal(), host: &self.host, now_ms };
        mirante_history::backup(asked, &mut |_, _, _| {}).map_err(|error| error.to_string())?;
        let old = keep_newest(&folder, &self.host, self.config.keep);
        old.map_err(|error| format!("older ones in {} stay: {error}", folder.display()))?;
        Ok(to)
    }

    fn folder(&self) -> PathBuf {
        self.beside.join(&self.config.folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SecretRef;
    use mirante_history::{History, OpenOptions};

    fn keeper(beside: &Path, hour: u8) -> (Keeper, Told) {
        let passphrase = SecretRef::File("passphrase".into());
        let config = BackupConfig { folder: "copies".into(), hour, keep: 2, passphrase };
        Keeper::new(&beside.join("data"), config, beside, TimeZone::get("America/Sao_Paulo").unwrap())
    }

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn a_backup_is_due_once_a_day_by_the_operations_clock() {
        let folder = tempfile::tempdir().unwrap();
        let (keeper, told) = keeper(folder.path(), 2);
        // 01:59 and 02:00 in São Paulo.
        assert_eq!(keeper.due(at("2026-11-22T04:59:00Z")), at("2026-11-21T05:00:00Z"));
        assert_eq!(keeper.due(at("2026-11-22T05:00:00Z")), at("2026-11-22T05:00:00Z"));
        assert!(keeper.look(at("2026-11-22T05:30:00Z")), "there is none");
        assert!(!told.read().is_troubled(), "not yet late");
        keeper.look(at("2026-11-22T07:00:00Z"));
        assert!(told.read().is_overdue);
        std::fs::create_dir(folder.path().join("copies")).unwrap();
        let made = named(&folder.path().join("copies"), &host(), at("2026-11-22T05:00:01Z"));
        std::fs::write(&made, "x").unwrap();
        assert!(!keeper.look(at("2026-11-22T07:00:00Z")));
        assert_eq!((told.read().is_overdue, told.read().last), (false, Some((at("2026-11-22T05:00:01Z"), 1))));
        assert!(!keeper.look(at("2026-11-23T04:59:00Z")) && keeper.look(at("2026-11-23T05:00:00Z")));
        assert!(keeper.look(at("2026-11-20T12:00:00Z")), "a name of tomorrow");
    }

    #[test]
    fn a_failure_is_told_until_one_succeeds_and_old_ones_go() {
        let folder = tempfile::tempdir().unwrap();
        drop(History::open(&folder.path().join("data"), &OpenOptions::writer()).unwrap());
        let (keeper, told) = keeper(folder.path(), 2);
        let begun = at("2026-11-22T05:00:00Z");
        keeper.make(begun);
        assert!(told.read().failed.unwrap().1.contains("passphrase"), "no secret there");
        std::fs::write(folder.path().join("passphrase"), "correct horse battery\n").unwrap();
        keeper.make(begun + 1_000);
        assert!(told.read().failed.unwrap().1.contains("copies"), "no folder there");
        std::fs::create_dir(folder.path().join("copies")).unwrap();
        for n in 2..5 {
            keeper.make(begun + n * 1_000);
        }
        keeper.look(begun + 5_000);
        let told = told.read();
        assert_eq!((told.failed, told.is_making, told.is_overdue), (None, false, false));
        assert_eq!(told.last.map(|(made, _)| made), Some(begun + 4_000));
        let left = backups_in(&folder.path().join("copies"), &host()).unwrap();
        assert_eq!(left.iter().map(|(_, made)| *made).collect::<Vec<_>>(), [begun + 3_000, begun + 4_000]);
        let read = mirante_history::check_backup(&left[1].0, "correct horse battery", &mut |_, _, _| {}).unwrap();
        assert_eq!(read.created_ms, begun + 4_000);
    }
}
