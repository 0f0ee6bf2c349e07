//! Whether Mirante makes backups itself, and how.

use super::SecretRef;
use super::raw::{Reader, Text};
use serde::Deserialize;
use std::path::PathBuf;
use toml::Spanned;

/// When nothing else is said: after midnight, and before what is too old goes.
const HOUR: u8 = 2;
/// Two weeks.
const KEEP: u32 = 14;

/// A backup each day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupConfig {
    /// Where to; a relative path begins beside the configuration.
    pub folder: PathBuf,
    /// From which hour of the operation's day on, 0 to 23.
    pub hour: u8,
    /// How many of this computer are kept, the newest.
    pub keep: u32,
    /// Where the passphrase is that opens them.
    pub passphrase: SecretRef,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Backup {
    folder: Text,
    passphrase: Text,
    hour: Option<Spanned<u8>>,
    keep: Option<Spanned<u32>>,
}

impl Reader<'_> {
    pub(super) fn backup(&mut self, told: &Backup) -> Option<BackupConfig> {
        let hour = told.hour.as_ref().map_or(HOUR, |hour| *hour.get_ref());
        if hour > 23 {
            self.wrong(told.hour.as_ref().map_or(0, |hour| hour.span().start), "an hour is 0 to 23");
        }
        let keep = told.keep.as_ref().map_or(KEEP, |keep| *keep.get_ref());
        if keep == 0 {
            self.wrong(told.keep.as_ref().map_or(0, |keep| keep.span().start), "at least one backup is kept");
        }
        if told.folder.get_ref().trim().is_empty() {
            self.wrong(told.folder.span().start, "say in which folder backups are made");
        }
        let passphrase = SecretRef::parse(told.passphrase.get_ref());
        let passphrase =
            passphrase.map_err(|error| self.wrong(told.passphrase.span().start, error.to_string())).ok()?;
        Some(BackupConfig { folder: told.folder.get_ref().into(), hour, keep, passphrase })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_backup_is_read_or_refused_with_its_line() {
        let told = |text: &str| Config::parse(&format!("[backup]\n{text}"));
        let whole = told("folder = \"/b\"\npassphrase = \"file:/p\"\n").unwrap().backup.unwrap();
        let passphrase = SecretRef::File("/p".into());
        assert_eq!(whole, BackupConfig { folder: "/b".into(), hour: 2, keep: 14, passphrase });
        let hours = told("folder = \"b\"\npassphrase = \"env:P\"\nhour = 23\nkeep = 1\n").unwrap().backup.unwrap();
        assert_eq!((hours.hour, hours.keep), (23, 1));
        assert_eq!(Config::parse("").unwrap().backup, None);
        for (text, line) in [
            ("folder = \"b\"\n", 1),
            ("folder = \"b\"\npassphrase = \"correct horse\"\n", 3),
            ("folder = \"b\"\npassphrase = \"env:P\"\nhour = 24\n", 4),
            ("folder = \"b\"\npassphrase = \"env:P\"\nkeep = 0\n", 4),
            ("folder = \" \"\npassphrase = \"env:P\"\n", 2),
        ] {
            let wrong = told(text).unwrap_err();
            assert_eq!(wrong[0].line, line, "{text}: {wrong:?}");
            assert!(!wrong[0].message.contains("horse"), "repeats what may be a passphrase: {wrong:?}");
        }
    }
}
