//! The key of the party table.

use crate::{HistoryError, KeyStore, Result, history::sync_file_and_folder};
use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use rusqlite::{Connection, OptionalExtension};
use sha2::Sha256;
use std::{fs, io::Write, path::Path};

/// The file that holds the key: 64 hexadecimal digits.
pub(crate) const FILE: &str = "party.key";

/// Two keys made from the one that is kept: one seals, one looks up.
pub(crate) struct Key {
    seal: ChaCha20Poly1305,
    /// Begun with its key: most of what is hashed is shorter than that.
    lookup: Hmac<Sha256>,
}

impl Key {
    fn new(master: &[u8; 32]) -> Key {
        let master = keyed(master);
        let seal = ChaCha20Poly1305::new(&tag(&master, &[b"mirante/party/seal/1"]).into());
        Key { seal, lookup: keyed(&tag(&master, &[b"mirante/party/lookup/1"])) }
    }

    /// The key for the one that writes; made when the folder is new.
    pub(crate) fn of_writer(dir: &Path, store: &KeyStore, db: &Connection) -> Result<Key> {
        let check: Option<Vec<u8>> = stored_check(db)?;
        let master = match store {
            KeyStore::Given(master) => *master,
            KeyStore::File => match read_file(dir)? {
                Some(master) => master,
                None if check.is_none() => make_file(dir)?,
                None => {
                    let file = dir.join(FILE);
                    return Err(HistoryError::Key(format!("is missing: {} does not exist", file.display())));
                }
            },
        };
        let key = Key::new(&master);
        match check {
            Some(check) => key.verify(&check)?,
            None => {
                db.execute("INSERT INTO key_check (id, tag) VALUES (1, ?1)", [key.check()])?;
            }
        }
        Ok(key)
    }

    /// The key for one that reads, or none: then people stay unknown.
    pub(crate) fn of_reader(dir: &Path, store: &KeyStore, db: &Connection) -> Result<Option<Key>> {
        let master = match store {
            KeyStore::Given(master) => Some(*master),
            KeyStore::File => match read_file(dir) {
                Ok(master) => master,
                Err(error) => {
                    tracing::warn!("people stay unknown: {error}");
                    None
                }
            },
        };
        let (Some(master), Some(check)) = (master, stored_check(db)?) else { return Ok(None) };
        let key = Key::new(&master);
        key.verify(&check)?;
        Ok(Some(key))
    }

    fn check(&self) -> [u8; 32] {
        tag(&self.lookup, &[b"mirante/party/check/1"])
    }

    fn verify(&self, check: &[u8]) -> Result<()> {
        if check == self.check() {
            return Ok(());
        }
        Err(HistoryError::Key("is not the one that this folder was written with".into()))
    }

    /// Where to find whoever has exactly these parts.
    pub(crate) fn lookup(&self, kind: &[u8], parts: &[&str]) -> [u8; 32] {
        let mut all: Vec<&[u8]> = vec![kind];
        all.extend(parts.iter().map(|p| p.as_bytes()));
        tag(&self.lookup, &all)
    }

    /// Encrypts for row `id`: a random nonce, then the cipher text. The row's number is bound in.
    pub(crate) fn seal(&self, id: u64, plain: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0; 12];
        getrandom::fill(&mut nonce).map_err(|e| HistoryError::Key(format!("cannot be used: no randomness ({e})")))?;
        let payload = Payload { msg: plain, aad: &id.to_le_bytes() };
        let sealed = self.seal.encrypt(&Nonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| HistoryError::Key("cannot seal that much".into()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// What [`Key::seal`] sealed for row `id`.
    pub(crate) fn unseal(&self, id: u64, sealed: &[u8]) -> Result<Vec<u8>> {
        let damaged = || HistoryError::damaged("party", "it does not open with this key");
        let (nonce, sealed) = sealed.split_first_chunk::<12>().ok_or_else(damaged)?;
        let payload = Payload { msg: sealed, aad: &id.to_le_bytes() };
        self.seal.decrypt(&Nonce::from(*nonce), payload).map_err(|_| damaged())
    }
}

/// A hash with a key, of nothing yet.
fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    <Hmac<Sha256> as KeyInit>::new(&block.into())
}

/// Keyed hash of parts, each with its length so that no two lists collide.
fn tag(key: &Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = key.clone();
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn stored_check(db: &Connection) -> Result<Option<Vec<u8>>> {
    Ok(db.query_row("SELECT tag FROM key_check", [], |r| r.get(0)).optional()?)
}

fn read_file(dir: &Path) -> Result<Option<[u8; 32]>> {
    let path = dir.join(FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(HistoryError::io(path)(error)),
    };
    warn_if_others_may_read(&path);
    let text = text.trim().as_bytes();
    let mut key = [0; 32];
    let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = text.chunks(2).map(digits).collect();
    match bytes {
        Some(bytes) if text.len() == 64 => key.copy_from_slice(&bytes),
        _ => return Err(HistoryError::Key(format!("is damaged: {} is not 64 digits", path.display()))),
    }
    Ok(Some(key))
}

/// The owner may have reasons, so it is only said.
fn warn_if_others_may_read(path: &Path) {
    #[cfg(unix)]
    if fs::metadata(path).is_ok_and(|m| std::os::unix::fs::PermissionsExt::mode(&m.permissions()) & 0o077 != 0) {
        tracing::warn!("others may read {}, the key of all numbers and names", path.display());
    }
    #[cfg(not(unix))]
    let _ = path;
}

fn make_file(dir: &Path) -> Result<[u8; 32]> {
    let path = dir.join(FILE);
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|e| HistoryError::Key(format!("cannot be made: no randomness ({e})")))?;
    let text: String = key.iter().map(|b| format!("{b:02x}")).collect();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).map_err(HistoryError::io(&path))?;
    writeln!(file, "{text}").map_err(HistoryError::io(&path))?;
    sync_file_and_folder(&file, &path)?;
    Ok(key)
}
