//! A backup put back: beside the folder first, and in its place only when all of it was checked.

use super::{
    BackupError, CONFIG, Manifest, Progress, Result, Stage, check_passphrase, pack::Opened, room, snapshot, tree,
};
use crate::{
    Erasure, History, OpenOptions, forgotten, history, key, schema,
    volume::{self, Lock},
};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

/// What to put back, and where.
#[derive(Clone, Copy)]
pub struct Restore<'a> {
    /// The backup.
    pub file: &'a Path,
    /// The data folder that it becomes.
    pub data: &'a Path,
    /// What it was encrypted with.
    pub passphrase: &'a str,
    /// Receipts of erasures that the folder does not know of, as on a new computer.
    pub receipts: &'a [PathBuf],
    /// What the folder that is there is called afterwards: its name, `.before-` and this.
    pub tag: &'a str,
}

/// What was put back.
#[derive(Debug)]
pub struct Restored {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// The folder as it was; none if there was none.
    pub aside: Option<PathBuf>,
    /// Erasures newer than the backup, which hold in what was put back.
    pub forgotten_since: usize,
    /// True if no list of forgotten people was found beside the backup's own: whoever was erased after the backup is back.
    pub list_of_backup_only: bool,
}

/// Puts a backup back. The folder changes in one step at the very end, and as a whole; whatever it held is kept beside it.
///
/// # Errors
/// As [`BackupError`] says; nothing was changed then.
pub fn restore(asked: Restore<'_>, progress: Progress<'_>) -> Result<Restored> {
    check_passphrase(asked.passphrase).map_err(|_| BackupError::Passphrase { file: asked.file.to_owned() })?;
    let receipts = asked.receipts.iter().map(|path| receipt(path)).collect::<Result<Vec<_>>>()?;
    let present = asked.data.exists();
    let data = if present {
        fs::canonicalize(asked.data).map_err(BackupError::io(asked.data))?
    } else {
        asked.data.to_owned()
    };
    let parent = super::folder_of(&data).to_owned();
    if !parent.is_dir() {
        return Err(BackupError::io(&parent)(std::io::Error::from(std::io::ErrorKind::NotFound)));
    }
    volume::refuse_network(&parent)?;
    // Held to the end: nobody may write to what is being replaced.
    let _lock = if present { Some(Lock::take(&data)?) } else { None };

    let opened = Opened::open(asked.file, asked.passphrase)?;
    let name = data.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let prefix = format!(".{name}.restore-");
    let beside = tempfile::Builder::new().prefix(&prefix).tempdir_in(&parent);
    let beside = beside.map_err(|error| BackupError::Swap { folder: data.clone(), error })?;
    let manifest = opened.read(
        |manifest| {
            if manifest.layout > schema::newest() {
                let (file, version) = (asked.file.to_owned(), manifest.version.clone());
                return Err(BackupError::Newer { file, version });
            }
            room(&parent, manifest.bytes())
        },
        |name| {
            if ![history::FILE, key::FILE, forgotten::FILE, CONFIG].contains(&name) {
                let why = format!("it holds {name:?}, which belongs in no backup");
                return Err(BackupError::Foreign { file: asked.file.to_owned(), why });
            }
            tree::private_file(&beside.path().join(name))
        },
        &mut |done, all| progress(Stage::Unpacking, done, all),
    )?;
    for entry in &manifest.files {
        let path = beside.path().join(&entry.name);
        File::open(&path).and_then(|file| file.sync_all()).map_err(BackupError::io(&path))?;
    }
    let damaged = |why: String| BackupError::Damaged { file: asked.file.to_owned(), why };
    if !beside.path().join(history::FILE).exists() {
        return Err(damaged("there is no history in it".into()));
    }
    snapshot::check(&beside.path().join(history::FILE), progress)?;

    let of_backup = forgotten::read(beside.path())?;
    let mut lists = vec![of_backup.clone()];
    let known_here = present && data.join(forgotten::FILE).exists();
    if present {
        lists.push(forgotten::read(&data)?);
        tree::carry_over(&data, beside.path())?;
    }
    let list_of_backup_only = !known_here && receipts.is_empty();
    lists.push(receipts);
    let all = forgotten::union(lists);
    forgotten::replace(beside.path(), &all)?;
    settle(beside.path(), &manifest).map_err(|error| match error {
        BackupError::History(error) => damaged(error.to_string()),
        other => other,
    })?;
    tree::give_to_owner_of(present.then_some(data.as_path()), beside.path())?;
    super::sync_folder(beside.path());

    let beside = beside.keep();
    let aside = present.then(|| parent.join(format!("{name}.before-{}", asked.tag)));
    let aside = tree::swap(&beside, &data, aside.as_deref()).map_err(|error| {
        let _ = fs::remove_dir_all(&beside);
        BackupError::Swap { folder: data.clone(), error }
    })?;
    super::sync_folder(&parent);
    let forgotten_since = all.iter().filter(|erasure| !of_backup.contains(erasure)).count();
    Ok(Restored { manifest, aside, forgotten_since, list_of_backup_only })
}

/// Opens what was unpacked as whoever writes to it will: the key must be its own, an older layout is brought up to date, and
/// whoever is on the list is forgotten again.
fn settle(folder: &Path, manifest: &Manifest) -> Result<()> {
    let has_key = folder.join(key::FILE).exists();
    if !has_key {
        // Made by a Mirante whose key is kept elsewhere: it opens with that, as the folder did.
        return Ok(());
    }
    let mut history = History::open(folder, &OpenOptions::writer())?;
    history.expire_restored()?;
    let newest = history.newest_seq()?;
    if newest != manifest.newest_seq {
        let why = format!("history ends at event {newest}, not at {}", manifest.newest_seq);
        return Err(crate::HistoryError::damaged("backup", why).into());
    }
    Ok(())
}

fn receipt(path: &Path) -> Result<Erasure> {
    let text = fs::read(path).map_err(BackupError::io(path))?;
    serde_json::from_slice(&text)
        .map_err(|error| BackupError::Receipt { file: path.to_owned(), why: error.to_string() })
}
