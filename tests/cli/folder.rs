//! Folders for a test's files and for its data, and what the built `mirantectl` says of them.

use mirante_tests::hub::Hub;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Runs `mirantectl`: how it ended (-1: it was killed), and everything that it said.
pub(super) fn run(arguments: &[&str]) -> (i32, String) {
    let output = Hub::ctl(arguments).expect("mirantectl");
    let words = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&words).into_owned())
}

/// A folder for files and one for data, not made yet.
pub(super) fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    (folder, data)
}

/// A file in a folder.
pub(super) fn put(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// The database in a data folder.
pub(super) fn base(data: &Path) -> Connection {
    Connection::open(data.join("mirante.db")).expect("a database")
}

/// All that is stored is what its events give.
pub(super) fn verify(data: &Path) {
    let (code, words) = run(&["verify", "--data", &data.display().to_string()]);
    assert_eq!(code, 0, "{words}");
    assert!(words.contains("all as it should be"), "{words}");
}
