//! A disk that remembers: every write and every flush in the order in which they came, so that any state in which a power cut
//! could leave it can be made again. It can also be made slow, or stand still.
//!
//! It is one file of a FUSE file system that lives in this process; a loop device over the file makes a block device of it,
//! and a real file system is mounted on that. What the system flushes arrives here as `fsync`.

use anyhow::{Context, Result, bail, ensure};
use fuser::{
    BackgroundSession, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo,
    LockOwner, MountOption, OpenFlags, ReplyAttr, ReplyData, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyWrite, Request,
    WriteFlags,
};
use rand::RngExt;
use rand::seq::SliceRandom;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

/// The only file.
const FILE: &str = "disk.img";
const INODE: INodeNo = INodeNo(2);
/// A disk writes so many bytes at once or not at all.
const SECTOR: usize = 512;
const FOR_EVER: Duration = Duration::from_secs(3600);

/// One thing that was asked of the disk.
#[derive(Debug)]
enum Step {
    Write { from: usize, bytes: Box<[u8]> },
    Flush,
}

/// What the disk holds and what it went through.
#[derive(Debug, Default)]
struct Platter {
    base: Vec<u8>,
    now: Vec<u8>,
    steps: Vec<Step>,
    remember: bool,
    stands_still: bool,
    /// Nothing can be written any more.
    broken: bool,
    /// Time that each write and flush takes.
    slowness: Duration,
}

#[derive(Debug, Default)]
struct Shared {
    platter: Mutex<Platter>,
    goes_on: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Platter> {
        self.platter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes as long as the disk takes.
    fn turn(&self) -> MutexGuard<'_, Platter> {
        let slowness = self.lock().slowness;
        std::thread::sleep(slowness);
        let platter = self.lock();
        self.goes_on.wait_while(platter, |platter| platter.stands_still).unwrap_or_else(PoisonError::into_inner)
    }
}

/// A disk with an ext4 of its own, mounted. Needs root, `/dev/fuse` and a loop device; see [`in_own_mounts`].
#[derive(Debug)]
pub struct Disk {
    shared: Arc<Shared>,
    session: Option<BackgroundSession>,
    /// Lives in the same mounts and ends after this process, however this one ends: were this the last in them, the system would
    /// unmount the file system while it ends, and wait for ever for the disk that it has just ended.
    _keeper: Child,
    folder: tempfile::TempDir,
}

impl Disk {
    /// An empty one, with a journal and default options, of so many MiB.
    pub fn new(mib: u64) -> Result<Disk> {
        let file = tempfile::NamedTempFile::new_in(memory())?;
        file.as_file().set_len(mib << 20)?;
        run("mkfs.ext4", &["-q", "-F", &file.path().display().to_string()])?;
        Disk::of(fs::read(file.path())?)
    }

    /// One that holds this.
    pub fn of(image: Vec<u8>) -> Result<Disk> {
        let folder = tempfile::tempdir()?;
        let (device, mount) = (folder.path().join("device"), folder.path().join("mount"));
        fs::create_dir(&device)?;
        fs::create_dir(&mount)?;
        let platter = Platter { base: image.clone(), now: image, remember: true, ..Platter::default() };
        let shared = Arc::new(Shared { platter: Mutex::new(platter), goes_on: Condvar::new() });
        let mut options = Config::default();
        options.mount_options = vec![MountOption::FSName("mirante-disk".into())];
        let session = fuser::spawn_mount(Door(shared.clone()), &device, &options).context("mounting /dev/fuse")?;
        // Ends with its input, which is ours.
        let keeper = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().context("cat")?;
        let disk = Disk { shared, session: Some(session), _keeper: keeper, folder };
        mount_image(&device.join(FILE), &mount)?;
        Ok(disk)
    }

    /// Where its file system is mounted.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("mount")
    }

    /// How many writes and flushes there were.
    pub fn moment(&self) -> usize {
        self.shared.lock().steps.len()
    }

    /// Flushes so far.
    pub fn flushes(&self) -> usize {
        self.shared.lock().steps.iter().filter(|step| matches!(step, Step::Flush)).count()
    }

    /// Nothing more is remembered.
    pub fn forget(&self) {
        self.shared.lock().remember = false;
    }

    /// Every write and flush takes so long from now on.
    pub fn slow(&self, slowness: Duration) {
        self.shared.lock().slowness = slowness;
    }

    /// No write and no flush comes back until [`Disk::go_on`].
    pub fn stand_still(&self) {
        self.shared.lock().stands_still = true;
    }

    /// Ends [`Disk::stand_still`].
    pub fn go_on(&self) {
        self.shared.lock().stands_still = false;
        self.shared.goes_on.notify_all();
    }

    /// Every write fails from now on.
    pub fn break_down(&self) {
        self.shared.lock().broken = true;
    }

    /// What the disk holds if the power goes at `moment`. What it had taken since its last flush may be there or not, sector by
    /// sector and in any order, since a disk keeps it in a memory of its own until then: `loses` says whether it does.
    pub fn cut(&self, moment: usize, loses: bool, dice: &mut impl rand::Rng) -> Vec<u8> {
        let platter = self.shared.lock();
        let mut image = platter.base.clone();
        let steps = &platter.steps[..moment];
        let flushed = if loses {
            steps.iter().rposition(|step| matches!(step, Step::Flush)).map_or(0, |last| last + 1)
        } else {
            moment
        };
        for step in &steps[..flushed] {
            if let Step::Write { from, bytes } = step {
                image[*from..from + bytes.len()].copy_from_slice(bytes);
            }
        }
        let mut pending: Vec<(usize, &[u8])> = Vec::new();
        for step in &steps[flushed..] {
            if let Step::Write { from, bytes } = step {
                pending.extend(bytes.chunks(SECTOR).enumerate().map(|(nth, part)| (from + nth * SECTOR, part)));
            }
        }
        // Some of it, from nothing to nearly all, and torn anywhere.
        let share = dice.random_range(0.0..1.0);
        pending.shuffle(dice);
        for (from, part) in pending {
            if dice.random_bool(share) {
                image[from..from + part.len()].copy_from_slice(part);
            }
        }
        image
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whoever waits for it must come back, or nothing can be unmounted.
        self.shared.lock().slowness = Duration::ZERO;
        self.go_on();
        let _ = run("umount", &["--lazy", &self.root().display().to_string()]);
        drop(self.session.take());
    }
}

/// An image mounted for a while, on a plain loop device.
#[derive(Debug)]
pub struct Mounted {
    folder: tempfile::TempDir,
}

impl Mounted {
    /// Mounts it as after a power cut: the journal of the file system is played back.
    pub fn new(image: &[u8]) -> Result<Mounted> {
        let folder = tempfile::tempdir_in(memory())?;
        let (file, mount) = (folder.path().join(FILE), folder.path().join("mount"));
        fs::write(&file, image)?;
        fs::create_dir(&mount)?;
        mount_image(&file, &mount)?;
        Ok(Mounted { folder })
    }

    /// Where.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("mount")
    }

    /// Unmounts it and gives what it holds then.
    pub fn image(self) -> Result<Vec<u8>> {
        run("umount", &[&self.root().display().to_string()])?;
        Ok(fs::read(self.folder.path().join(FILE))?)
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.root()).output();
    }
}

fn mount_image(image: &Path, mount: &Path) -> Result<()> {
    run("mount", &["-t", "ext4", "-o", "loop", &image.display().to_string(), &mount.display().to_string()])
}

/// A folder in memory, where there is one: images are written and thrown away.
fn memory() -> PathBuf {
    let shm = PathBuf::from("/dev/shm");
    if shm.is_dir() { shm } else { std::env::temp_dir() }
}

/// A file system like one that a program makes of another computer's: mounted under that program's name.
#[derive(Debug)]
pub struct Posing {
    _session: BackgroundSession,
    folder: tempfile::TempDir,
}

impl Posing {
    /// As `program`, such as `sshfs`.
    pub fn new(program: &str) -> Result<Posing> {
        let folder = tempfile::tempdir()?;
        let mut options = Config::default();
        // Told to the system itself, as `mount.fuse` does.
        options.mount_options = vec![MountOption::CUSTOM(format!("subtype={program}"))];
        let session = fuser::spawn_mount(Door(Arc::default()), folder.path(), &options)?;
        Ok(Posing { _session: session, folder })
    }

    /// Where it is mounted.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }
}

/// What [`Disk`] needs and this machine does not give, in words; `None` if it is all there.
pub fn lacks() -> Option<String> {
    let words = |error: &anyhow::Error| format!("{error:#}");
    let who = Command::new("id").arg("-u").output().map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
    if !who.as_ref().is_ok_and(|id| id == "0") {
        return Some("root is needed, to mount file systems of its own".into());
    }
    for device in ["/dev/fuse", "/dev/loop-control"] {
        if !Path::new(device).exists() {
            return Some(format!("{device} is needed, and is not there"));
        }
    }
    let mounts = ["--mount", "--propagation", "private", "mkfs.ext4", "-V"];
    run("unshare", &mounts).err().map(|error| format!("unshare and mkfs.ext4 are needed: {}", words(&error)))
}

/// Runs the ignored tests of this program whose names begin so again, with mounts of their own that nobody else sees and that
/// vanish with them.
pub fn in_own_mounts(test: &str) -> Result<()> {
    if let Some(words) = lacks() {
        bail!("NOT VERIFIED: {words}");
    }
    let this = std::env::current_exe()?;
    let status = Command::new("unshare")
        .args(["--mount", "--propagation", "private"])
        .arg(this)
        .args([test, "--include-ignored", "--nocapture", "--test-threads", "1"])
        .env(INSIDE, "1")
        .status()?;
    ensure!(status.success(), "{test} failed with mounts of its own ({status})");
    Ok(())
}

/// Set for what [`in_own_mounts`] runs.
const INSIDE: &str = "MIRANTE_OWN_MOUNTS";

/// True in what [`in_own_mounts`] runs.
pub fn has_own_mounts() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Runs a program to its end; an error carries its words.
pub fn run(program: &str, arguments: &[&str]) -> Result<()> {
    let output = Command::new(program).args(arguments).output().with_context(|| format!("{program} does not start"))?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program} {}: {}", arguments.join(" "), words.trim());
    Ok(())
}

/// The file system of one file.
struct Door(Arc<Shared>);

impl Door {
    fn attributes(&self, inode: INodeNo) -> FileAttr {
        let is_file = inode == INODE;
        let size = if is_file { self.0.lock().now.len() as u64 } else { 0 };
        let (kind, perm) = if is_file { (FileType::RegularFile, 0o600) } else { (FileType::Directory, 0o700) };
        FileAttr {
            ino: inode,
            size,
            blocks: size / SECTOR as u64,
            atime: UNIX_EPOCH,
            mtime: UNIX_EPOCH,
            ctime: UNIX_EPOCH,
            crtime: UNIX_EPOCH,
            kind,
            perm,
            nlink: 1,
            uid: 0,
            gid: 0,
            rdev: 0,
            blksize: 4096,
            flags: 0,
        }
    }
}

impl Filesystem for Door {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        if name == FILE {
            reply.entry(&FOR_EVER, &self.attributes(INODE), Generation(0));
        } else {
            reply.error(Errno::ENOENT);
        }
    }

    fn getattr(&self, _: &Request, inode: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        reply.attr(&FOR_EVER, &self.attributes(inode));
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        reply.opened(FileHandle(0), FopenFlags::empty());
    }

    fn read(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let platter = self.0.lock();
        let end = platter.now.len();
        let from = usize::try_from(offset).map_or(end, |from| from.min(end));
        reply.data(&platter.now[from..end.min(from.saturating_add(size as usize))]);
    }

    fn write(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let mut platter = self.0.turn();
        if platter.broken {
            reply.error(Errno::EIO);
            return;
        }
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let Some(place) = platter.now.get_mut(from..from.saturating_add(data.len())) else {
            reply.error(Errno::ENOSPC);
            return;
        };
        place.copy_from_slice(data);
        if platter.remember {
            platter.steps.push(Step::Write { from, bytes: data.into() });
        }
        reply.written(u32::try_from(data.len()).unwrap_or(u32::MAX));
    }

    fn fsync(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        let mut platter = self.0.turn();
        if platter.remember {
            platter.steps.push(Step::Flush);
        }
        reply.ok();
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }
}
