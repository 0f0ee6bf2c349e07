//! The place on disk: what kind of file system, and who may write.

use crate::{HistoryError, Result};
use std::{
    fs::{self, File, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
};

/// Makes the data folder, for its owner's eyes only where the system knows such a thing.
pub(crate) fn make_private_folder(dir: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(HistoryError::io(dir))
}

/// Refuses file systems whose locks and synchronous writes cannot be trusted.
#[cfg(target_os = "linux")]
pub(crate) fn refuse_network(dir: &Path) -> Result<()> {
    let stat = rustix::fs::statfs(dir).map_err(|error| HistoryError::io(dir)(error.into()))?;
    // The field's width and sign differ between processors; the numbers are 32 bits wide.
    let magic = stat.f_type as u32;
    match if magic == FUSE { network_program(dir) } else { network_kind(magic) } {
        Some(kind) => Err(HistoryError::NetworkFolder { folder: dir.to_owned(), kind }),
        None => Ok(()),
    }
}

/// True if the file system that holds `path` is mounted for reading only.
#[cfg(target_os = "linux")]
pub(crate) fn is_read_only(path: &Path) -> bool {
    rustix::fs::statvfs(path).is_ok_and(|stat| stat.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY))
}

/// Not told here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_read_only(_: &Path) -> bool {
    false
}

/// Bytes that this user may still write, where the system tells.
#[cfg(target_os = "linux")]
pub(crate) fn free_bytes(dir: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(dir).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Not told here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn free_bytes(_: &Path) -> Option<u64> {
    None
}

/// Best effort where no safe call tells: Windows names shares by two leading separators.
#[cfg(not(target_os = "linux"))]
pub(crate) fn refuse_network(dir: &Path) -> Result<()> {
    let full = fs::canonicalize(dir).map_err(HistoryError::io(dir))?;
    let text = full.to_string_lossy();
    if text.starts_with(r"\\?\UNC\") || (text.starts_with(r"\\") && !text.starts_with(r"\\?\")) {
        return Err(HistoryError::NetworkFolder { folder: dir.to_owned(), kind: "a Windows share" });
    }
    Ok(())
}

/// A file system that a program makes: which one, the list of mounts tells.
#[cfg(target_os = "linux")]
const FUSE: u32 = 0x6573_5546;

/// Programs that make file systems of what lies on other computers, as mounts name them.
#[cfg(target_os = "linux")]
const NETWORK_PROGRAMS: [&str; 14] = [
    "sshfs",
    "rclone",
    "glusterfs",
    "ceph-fuse",
    "s3fs",
    "goofys",
    "gcsfuse",
    "blobfuse",
    "davfs",
    "curlftpfs",
    "smbnetfs",
    "gvfsd-fuse",
    "juicefs",
    "mount.moose",
];

/// The program that makes the file system of `dir`, if it is one of a network. Unknown ones pass: many are local.
#[cfg(target_os = "linux")]
fn network_program(dir: &Path) -> Option<&'static str> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let found = mounted_as(&mounts, &fs::canonicalize(dir).ok()?)?;
    let program = found.strip_prefix("fuse.").unwrap_or(found);
    NETWORK_PROGRAMS.into_iter().find(|known| *known == program)
}

/// What kind of file system holds `dir`, by a text as of `/proc/self/mountinfo`.
#[cfg(target_os = "linux")]
fn mounted_as<'a>(mounts: &'a str, dir: &Path) -> Option<&'a str> {
    let mount = |line: &'a str| {
        let (before, after) = line.split_once(" - ")?;
        // Spaces in a name are written as their octal number.
        let place = before.split(' ').nth(4)?.replace("\\040", " ");
        let deep = Path::new(&place).components().count();
        dir.starts_with(&place).then_some((deep, after.split(' ').next()?))
    };
    // Of two at one place, the later one hides the earlier.
    mounts.lines().filter_map(mount).max_by_key(|(deep, _)| *deep).map(|(_, kind)| kind)
}

/// Magic numbers of `statfs(2)`.
#[cfg(target_os = "linux")]
fn network_kind(magic: u32) -> Option<&'static str> {
    Some(match magic {
        0x6969 => "nfs",
        0xff53_4d42 => "cifs",
        0xfe53_4d42 => "smb2",
        0x517b => "smb",
        0x564c => "ncp",
        0x5346_414f | 0x6b41_4653 => "afs",
        0x00c3_6400 => "ceph",
        0x7375_7245 => "coda",
        0x0102_1997 => "9p",
        0x0bd0_0bd0 => "lustre",
        0x0116_1970 => "gfs2",
        0x7461_636f => "ocfs2",
        _ => return None,
    })
}

/// The right to write, held as long as this lives; the system takes it back when the process ends, however it ends.
pub(crate) struct Lock(#[expect(dead_code, reason = "closing the file gives the right back")] File);

impl Lock {
    pub(crate) fn take(dir: &Path) -> Result<Lock> {
        let path = dir.join("writer.lock");
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(&path).map_err(HistoryError::io(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // Where the lock also forbids reading, the process stays unnamed.
                let _ = file.take(32).read_to_string(&mut text);
                return Err(HistoryError::Busy { folder: dir.to_owned(), pid: text.trim().parse().ok() });
            }
            Err(TryLockError::Error(error)) => return Err(HistoryError::io(&path)(error)),
        }
        // Only words for the next one who asks: failing to leave them, as on a full disk, is no reason to stop.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Lock(file))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn local_folders_pass_and_network_magics_are_known() {
        let dir = tempfile::tempdir().expect("tempdir");
        refuse_network(dir.path()).expect("a temporary folder is local");
        assert_eq!(network_kind(0x6969), Some("nfs"));
        assert_eq!(network_kind(0xef53), None, "ext4 is local");
        let mounts = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n\
            40 22 0:40 / /home/ana/minhas\\040coisas rw - fuse.sshfs ana@host: rw\n\
            41 22 0:41 / /home rw - xfs /dev/sdb rw\n42 22 0:42 / /mnt rw - fuse.sshfs a: rw\n43 22 0:43 / /mnt rw - fuseblk /dev/sdc rw\n";
        for (dir, kind) in [
            ("/var/mirante", "ext4"),
            ("/home/ana", "xfs"),
            ("/home/ana/minhas coisas/mirante", "fuse.sshfs"),
            ("/home/ana/minhas coisas-2", "xfs"),
            ("/mnt/x", "fuseblk"),
        ] {
            assert_eq!(mounted_as(mounts, Path::new(dir)), Some(kind), "{dir}");
        }
    }
}
