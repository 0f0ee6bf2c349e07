//! How to open a data folder.

use std::fmt;

/// Where the key of the party table comes from.
#[derive(Clone, Default)]
pub enum KeyStore {
    /// `party.key` in the data folder, readable by its owner only; a writer makes it in a new folder.
    #[default]
    File,
    /// From the caller, who keeps it (a system keyring). Always the same 32 random bytes for one folder.
    Given([u8; 32]),
}

impl fmt::Debug for KeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KeyStore::File => "File",
            KeyStore::Given(_) => "Given(…)",
        })
    }
}

/// How to open a data folder. `OpenOptions::writer()` or `OpenOptions::reader()`, then `.key(..)` if a keyring has it.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    pub(crate) writer: bool,
    pub(crate) imports: bool,
    pub(crate) key: KeyStore,
}

impl OpenOptions {
    /// The one that writes. Makes the folder and what belongs in it when missing.
    pub fn writer() -> Self {
        OpenOptions { writer: true, imports: false, key: KeyStore::File }
    }

    /// One of many that read, beside a writer or without. Changes nothing. Without a readable key, every party is unknown.
    pub fn reader() -> Self {
        OpenOptions { writer: false, imports: false, key: KeyStore::File }
    }

    /// Will import, or take back, or only see whether somebody else writes: what an import left out that was killed, is made when this
    /// one ends ([`crate::History::end_import`]) or by the next, not before.
    pub fn imports(mut self) -> Self {
        self.imports = true;
        self
    }

    /// Takes the key of the party table from somewhere else.
    pub fn key(mut self, key: KeyStore) -> Self {
        self.key = key;
        self
    }
}
