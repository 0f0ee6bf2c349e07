//! Backups that Mirante named itself: after this computer and the time.

use std::io;
use std::path::{Path, PathBuf};

/// How their names end.
const END: &str = ".tar.zst.age";
/// The time in a name, in UTC, so that names sort by age also where a clock goes back an hour.
const STAMP: &str = "%Y%m%dT%H%M%SZ";

/// This computer's name.
pub fn host() -> String {
    #[cfg(unix)]
    let name = Some(rustix::system::uname().nodename().to_string_lossy().into_owned());
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").ok();
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "computer".into())
}

/// A time as names tell it.
pub fn stamp(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap_or_default().strftime(STAMP).to_string()
}

/// The name of a backup of `host` that is made now, Unix ms, in `folder`.
pub fn named(folder: &Path, host: &str, now_ms: i64) -> PathBuf {
    folder.join(format!("{}{}{END}", begun(host), stamp(now_ms)))
}

/// Backups of `host` in `folder` and when they were made, Unix ms, oldest first.
///
/// # Errors
/// When the folder cannot be read.
pub fn backups_in(folder: &Path, host: &str) -> io::Result<Vec<(PathBuf, i64)>> {
    let begun = begun(host);
    let made = |name: &str| {
        let stamp = name.strip_prefix(&begun)?.strip_suffix(END)?;
        let time = jiff::civil::DateTime::strptime(STAMP, stamp).ok().filter(|_| stamp.len() == 16)?;
        Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond())
    };
    let found = std::fs::read_dir(folder)?.flatten();
    let mut all: Vec<(PathBuf, i64)> =
        found.filter_map(|entry| Some((entry.path(), made(entry.file_name().to_str()?)?))).collect();
    all.sort_by_key(|(_, made)| *made);
    Ok(all)
}

/// Removes all of them but the newest `keep`, and gives those that went.
///
/// # Errors
/// When the folder cannot be read or a file not be removed.
pub fn keep_newest(folder: &Path, host: &str, keep: u32) -> io::Result<Vec<PathBuf>> {
    let mut old = backups_in(folder, host)?;
    old.truncate(old.len().saturating_sub(keep as usize));
    old.into_iter().map(|(path, _)| std::fs::remove_file(&path).map(|()| path)).collect()
}

fn begun(host: &str) -> String {
    // What is safe in the name of a file.
    let plain: String = host.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    format!("mirante-{plain}-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_backups_of_this_computer_are_counted_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |n: i64| 1_795_273_200_000 + n * 86_400_000;
        for n in [3, 1, 2] {
            std::fs::write(named(folder.path(), "central do sac", at(n)), "x").unwrap();
        }
        let others = [
            named(folder.path(), "central", at(0)),
            folder.path().join("mirante-central-do-sac-20261122T0600.tar.zst.age"),
            folder.path().join("mirante-central-do-sac-20261122T060000Z.tar.zst"),
            folder.path().join("notes.txt"),
        ];
        others.iter().for_each(|path| std::fs::write(path, "x").unwrap());
        let times = |host: &str| -> Vec<i64> {
            backups_in(folder.path(), host).unwrap().into_iter().map(|(_, made)| made).collect()
        };
        assert_eq!(times("central do sac"), [at(1), at(2), at(3)]);
        assert_eq!(keep_newest(folder.path(), "central do sac", 2).unwrap().len(), 1);
        assert_eq!(times("central do sac"), [at(2), at(3)]);
        assert!(others.iter().all(|path| path.exists()), "nobody else's");
        assert!(backups_in(&folder.path().join("missing"), "x").is_err());
    }
}
