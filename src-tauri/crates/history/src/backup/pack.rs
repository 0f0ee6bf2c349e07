//! The file of a backup: encrypted, packed, and read again.

use super::{BackupError, FORMAT, Manifest, Progress, Result, Sources, Stage, small};
use age::{DecryptError, Decryptor, Encryptor, scrypt, secrecy::SecretString, stream::StreamReader};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Write},
    iter,
    path::Path,
};

/// What a passphrase costs to try: 128 MiB and about half a second.
const WORK: u8 = 17;
/// The most that one may cost: what a stranger's file may ask for.
const MOST_WORK: u8 = 20;
/// How hard what is already packed is packed again.
const LEVEL: i32 = 3;
/// What a backup says of itself.
const MANIFEST: &str = "manifest.json";
/// Most bytes of it.
const MOST_MANIFEST: u64 = 1 << 20;
/// Bytes handled at once.
const CHUNK: usize = 256 << 10;

/// Writes a whole backup.
pub(super) fn write(
    to: &mut File,
    passphrase: &str,
    manifest: &Manifest,
    sources: &Sources,
    progress: Progress<'_>,
) -> Result<()> {
    let io = |error| BackupError::io("")(error);
    let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
    recipient.set_work_factor(WORK);
    let encryptor = Encryptor::with_recipients(iter::once(&recipient as &dyn age::Recipient));
    let encryptor = encryptor.map_err(|error| io(io::Error::other(error)))?;
    let sealed = encryptor.wrap_output(BufWriter::with_capacity(CHUNK, to)).map_err(io)?;
    let packed = zstd::Encoder::new(sealed, LEVEL).map_err(io)?;
    let mut tar = tar::Builder::new(packed);
    let text = serde_json::to_vec_pretty(manifest).map_err(|error| io(error.into()))?;
    let seconds = (manifest.created_ms / 1000).max(0) as u64;
    append(&mut tar, MANIFEST, seconds, text.len() as u64, text.as_slice()).map_err(io)?;
    let (mut done, all) = (0, manifest.bytes());
    for (entry, (name, path)) in manifest.files.iter().zip(sources) {
        let file = File::open(path).map_err(BackupError::io(path))?;
        let counted = Counted {
            inner: file,
            each: |count| {
                done += count;
                progress(Stage::Packing, done, all);
            },
        };
        append(&mut tar, name, seconds, entry.bytes, counted).map_err(io)?;
    }
    let sealed = tar.into_inner().and_then(zstd::Encoder::finish).map_err(io)?;
    sealed.finish().and_then(|mut file| file.flush()).map_err(io)
}

fn append(tar: &mut tar::Builder<impl Write>, name: &str, at: u64, bytes: u64, from: impl Read) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(at);
    tar.append_data(&mut header, name, from)
}

/// Reads a whole backup and compares it with its manifest.
pub(super) fn check(file: &Path, passphrase: &str, progress: Progress<'_>) -> Result<Manifest> {
    let opened = Opened::open(file, passphrase)?;
    opened.read(|_| Ok(()), |_| Ok(io::sink()), &mut |done, all| progress(Stage::Reading, done, all))
}

type Plain = zstd::Decoder<'static, BufReader<StreamReader<BufReader<File>>>>;

/// A backup that the passphrase opens.
pub(super) struct Opened<'a> {
    path: &'a Path,
    plain: Plain,
}

impl<'a> Opened<'a> {
    pub(super) fn open(path: &'a Path, passphrase: &str) -> Result<Opened<'a>> {
        let foreign = |why: &str| BackupError::Foreign { file: path.to_owned(), why: why.into() };
        let file = File::open(path).map_err(BackupError::io(path))?;
        let decryptor =
            Decryptor::new_buffered(BufReader::with_capacity(CHUNK, file)).map_err(|error| match error {
                DecryptError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => BackupError::io(path)(error),
                _ => foreign("it does not begin as an encrypted file"),
            })?;
        if !decryptor.is_scrypt() {
            return Err(foreign("it is encrypted, but not with a passphrase"));
        }
        let mut identity = scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
        identity.set_max_work_factor(MOST_WORK);
        let plain = decryptor.decrypt(iter::once(&identity as &dyn age::Identity)).map_err(|error| match error {
            DecryptError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => BackupError::io(path)(error),
            DecryptError::Io(_) => damaged(path, "it ends too early"),
            DecryptError::ExcessiveWork { .. } => foreign("its passphrase would take too long to try"),
            _ => BackupError::Passphrase { file: path.to_owned() },
        })?;
        let plain = zstd::Decoder::new(plain).map_err(|error| damaged(path, error))?;
        Ok(Opened { path, plain })
    }

    /// Goes through it: `begun` may refuse what the manifest says, `place` says where each file of it goes.
    pub(super) fn read<W: Write>(
        self,
        begun: impl FnOnce(&Manifest) -> Result<()>,
        mut place: impl FnMut(&str) -> Result<W>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Manifest> {
        let path = self.path;
        let bad = |error: io::Error| damaged(path, error);
        let mut tar = tar::Archive::new(self.plain);
        let mut entries = tar.entries().map_err(bad)?;
        let mut first = entries.next().ok_or_else(|| damaged(path, "it is empty"))?.map_err(bad)?;
        if name_of(&first).as_deref() != Some(MANIFEST) {
            return Err(BackupError::Foreign { file: path.to_owned(), why: "it says nothing of itself".into() });
        }
        let text = small(&mut first, MOST_MANIFEST).map_err(bad)?;
        let manifest = manifest(path, &text)?;
        begun(&manifest)?;
        let (mut done, all) = (0, manifest.bytes());
        for expected in &manifest.files {
            let missing = || damaged(path, format!("{} is missing", expected.name));
            let mut entry = entries.next().ok_or_else(missing)?.map_err(bad)?;
            if name_of(&entry).as_deref() != Some(&expected.name) || entry.size() != expected.bytes {
                return Err(missing());
            }
            let mut to = place(&expected.name)?;
            let told = |count| {
                done += count;
                progress(done, all);
            };
            let (bytes, sha256) = copy(&mut entry, &mut to, told).map_err(|error| match error {
                Copy::From(error) => damaged(path, error),
                Copy::To(error) => BackupError::io(path)(error),
            })?;
            if (bytes, &sha256) != (expected.bytes, &expected.sha256) {
                return Err(damaged(path, format!("{} is not what was written", expected.name)));
            }
        }
        if entries.next().is_some() {
            return Err(damaged(path, "there is more in it than it says"));
        }
        // Only its very end proves that nothing was cut off.
        io::copy(&mut tar.into_inner(), &mut io::sink()).map_err(bad)?;
        Ok(manifest)
    }
}

fn manifest(path: &Path, text: &[u8]) -> Result<Manifest> {
    /// What can be read of any version.
    #[derive(serde::Deserialize)]
    struct Version {
        format: u32,
        version: String,
    }
    let known: Version = serde_json::from_slice(text).map_err(|error| damaged(path, error))?;
    if known.format > FORMAT {
        return Err(BackupError::Newer { file: path.to_owned(), version: known.version });
    }
    serde_json::from_slice(text).map_err(|error| damaged(path, error))
}

fn name_of(entry: &tar::Entry<'_, impl Read>) -> Option<String> {
    Some(std::str::from_utf8(&entry.path_bytes()).ok()?.to_owned())
}

fn damaged(path: &Path, why: impl ToString) -> BackupError {
    BackupError::Damaged { file: path.to_owned(), why: why.to_string() }
}

/// Which side of a copy failed.
enum Copy {
    From(io::Error),
    To(io::Error),
}

fn copy(
    from: &mut impl Read,
    to: &mut impl Write,
    mut each: impl FnMut(u64),
) -> std::result::Result<(u64, String), Copy> {
    let (mut hash, mut buffer, mut bytes) = (Sha256::new(), vec![0; CHUNK], 0);
    loop {
        let count = from.read(&mut buffer).map_err(Copy::From)?;
        if count == 0 {
            to.flush().map_err(Copy::To)?;
            return Ok((bytes, crate::forgotten::hex::text(&hash.finalize())));
        }
        hash.update(&buffer[..count]);
        to.write_all(&buffer[..count]).map_err(Copy::To)?;
        bytes += count as u64;
        each(count as u64);
    }
}

/// Length and SHA-256 of what is read.
pub(super) fn digest(mut from: impl Read, each: impl FnMut(u64)) -> io::Result<(u64, String)> {
    copy(&mut from, &mut io::sink(), each).map_err(|error| match error {
        Copy::From(error) | Copy::To(error) => error,
    })
}

/// Tells how much was read.
struct Counted<R, F> {
    inner: R,
    each: F,
}

impl<R: Read, F: FnMut(u64)> Read for Counted<R, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        (self.each)(count as u64);
        Ok(count)
    }
}
