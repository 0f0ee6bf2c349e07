//! Folders as a whole: what is carried into a restored one, whose it is, and how it takes the place of another.

use super::{BackupError, Result};
use crate::{forgotten, history, key};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// What a restored folder has of its own, or makes anew: none of it comes from the folder that it replaces.
fn is_of_history(name: &str) -> bool {
    const OWN: [&str; 7] = [key::FILE, forgotten::FILE, "writer.lock", "backup.lock", "reserve", "hub", "amostra"];
    OWN.contains(&name) || name.starts_with(history::FILE) || name.starts_with(super::WORK)
}

/// A new file for its owner's eyes only.
pub(super) fn private_file(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(BackupError::io(path))
}

/// Copies what is not history from the folder that is there: its configuration, secrets and logs stay those of now.
pub(super) fn carry_over(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).map_err(BackupError::io(from))? {
        let entry = entry.map_err(BackupError::io(from))?;
        if !is_of_history(&entry.file_name().to_string_lossy()) {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let kind = fs::symlink_metadata(from).map_err(BackupError::io(from))?.file_type();
    if kind.is_symlink() {
        #[cfg(unix)]
        return fs::read_link(from)
            .and_then(|target| {
                let _ = fs::remove_file(to);
                std::os::unix::fs::symlink(target, to)
            })
            .map_err(BackupError::io(from));
    }
    if kind.is_file() {
        return fs::copy(from, to).map(drop).map_err(BackupError::io(from));
    }
    if kind.is_dir() {
        fs::create_dir(to).map_err(BackupError::io(to))?;
        let meta = fs::metadata(from).map_err(BackupError::io(from))?;
        fs::set_permissions(to, meta.permissions()).map_err(BackupError::io(to))?;
        for entry in fs::read_dir(from).map_err(BackupError::io(from))? {
            let entry = entry.map_err(BackupError::io(from))?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Whoever could use the folder can use the new one: often a service's own user, while an administrator restores.
#[cfg(unix)]
pub(super) fn give_to_owner_of(folder: Option<&Path>, new: &Path) -> Result<()> {
    use std::os::unix::fs::{MetadataExt, lchown};
    let Some(folder) = folder else { return Ok(()) };
    let owner = fs::metadata(folder).map_err(BackupError::io(folder))?;
    let here = fs::metadata(new).map_err(BackupError::io(new))?;
    fs::set_permissions(new, owner.permissions()).map_err(BackupError::io(new))?;
    if (owner.uid(), owner.gid()) == (here.uid(), here.gid()) {
        return Ok(());
    }
    let mut look = vec![new.to_owned()];
    while let Some(path) = look.pop() {
        lchown(&path, Some(owner.uid()), Some(owner.gid())).map_err(BackupError::io(&path))?;
        if fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir()) {
            look.extend(fs::read_dir(&path).map_err(BackupError::io(&path))?.flatten().map(|entry| entry.path()));
        }
    }
    Ok(())
}

/// The system decides.
#[cfg(not(unix))]
pub(super) fn give_to_owner_of(_: Option<&Path>, _: &Path) -> Result<()> {
    Ok(())
}

/// Puts `new` where `old` is, and says where that is afterwards: at `aside`, if it can be named so. Without `aside` there is no
/// `old`.
#[cfg(target_os = "linux")]
pub(super) fn swap(new: &Path, old: &Path, aside: Option<&Path>) -> io::Result<Option<PathBuf>> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    let Some(aside) = aside else {
        renameat_with(CWD, new, CWD, old, RenameFlags::NOREPLACE)?;
        return Ok(None);
    };
    // At no moment is there no folder, or half of one.
    renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE)?;
    // From here on it is done: what was there is called by a name of this restore's until it has its own.
    let named = renameat_with(CWD, new, CWD, aside, RenameFlags::NOREPLACE);
    Ok(Some(if named.is_ok() { aside.to_owned() } else { new.to_owned() }))
}

/// Two steps where the system has no single one: between them the folder is only at `aside`.
#[cfg(not(target_os = "linux"))]
pub(super) fn swap(new: &Path, old: &Path, aside: Option<&Path>) -> io::Result<Option<PathBuf>> {
    if let Some(aside) = aside {
        fs::rename(old, aside)?;
    }
    match (fs::rename(new, old), aside) {
        (Ok(()), _) => Ok(aside.map(Path::to_owned)),
        (Err(error), Some(aside)) => {
            fs::rename(aside, old)?;
            Err(error)
        }
        (Err(error), None) => Err(error),
    }
}
