//! Fetches Asterisk 22 or 16 from the Debian mirror this computer already uses and unpacks it, without root and without a chroot.
//!
//! apt resolves, downloads and checks signatures in a private state folder; `dpkg -x` unpacks; the tree runs with its own C
//! library through its own loader. Old packages vanish from a mirror, so only the major version is fixed.

use super::apt::Apt;
use anyhow::{Context, Result, bail, ensure};
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;

/// A major version of Asterisk that Debian carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Major {
    /// The oldest that call centres still run in numbers.
    V16,
    /// The newest with long support.
    V22,
}

impl Major {
    /// Both, the older first.
    pub const ALL: [Major; 2] = [Major::V16, Major::V22];

    /// `16` or `22`.
    pub fn number(self) -> u32 {
        match self {
            Major::V16 => 16,
            Major::V22 => 22,
        }
    }

    /// Suites that carry it, tried in this order.
    fn suites(self) -> &'static [&'static str] {
        match self {
            Major::V16 => &["bullseye"],
            Major::V22 => &["sid", "forky"],
        }
    }

    /// The libraries that the modules of the rig need: a fifth of the download of the whole closure, which is the fallback.
    fn libraries(self) -> &'static str {
        match self {
            Major::V16 => "libgcrypt20 libgpg-error0 libicu67 liblz4-1 liblzma5 libssl1.1 libxml2",
            Major::V22 => "libssl3t64 libxml2-16",
        }
    }
}

impl FromStr for Major {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Major> {
        let found = Major::ALL.into_iter().find(|major| major.number().to_string() == text);
        found.with_context(|| format!("the rig runs Asterisk 16 or 22, not {text}"))
    }
}

impl fmt::Display for Major {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asterisk {}", self.number())
    }
}

const WANTED: [&str; 3] = ["asterisk", "asterisk-core-sounds-en-gsm", "asterisk-moh-opsound-gsm"];
/// What the modules of the rig need in every major version.
const COMMON: &str = "asterisk asterisk-modules asterisk-config asterisk-core-sounds-en-gsm asterisk-moh-opsound-gsm \
    libbsd0 libc6 libcap2 libcrypt1 libedit2 libgcc-s1 libgsm1 libjansson4 libmd0 libsqlite3-0 libstdc++6 \
    libsystemd0 libtinfo6 liburiparser1 libuuid1 libxslt1.1 libzstd1 zlib1g";
/// Where a tree may keep its loader and its modules; older suites keep the one in `/lib` and the other without a triplet.
const LIBRARIES: [&str; 2] = ["usr/lib", "lib"];

/// An unpacked Asterisk.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The folder that stands for `/`.
    pub root: PathBuf,
    /// What it says it is, such as `Asterisk 22.10.1`.
    pub version: String,
    /// Its major version.
    pub major: Major,
    triplet: String,
    loader: PathBuf,
}

impl Tree {
    fn open(root: &Path, major: Major) -> Result<Tree> {
        let triplet = triplet()?;
        let name = if cfg!(target_arch = "aarch64") { "ld-linux-aarch64.so.1" } else { "ld-linux-x86-64.so.2" };
        let places = LIBRARIES.map(|folder| root.join(folder).join(&triplet).join(name));
        let loader = places.into_iter().find(|path| path.exists()).context("it has no loader")?;
        let mut tree = Tree { root: root.to_owned(), version: String::new(), major, triplet, loader };
        let output = tree.command().arg("-V").output().context("its loader does not run")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
        tree.version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        ensure!(tree.version.starts_with(&format!("{major}.")), "it is {}, not {major}.x", tree.version);
        Ok(tree)
    }

    /// A command that runs this Asterisk under its own loader and libraries.
    pub fn command(&self) -> Command {
        let (program, arguments) = self.argv();
        let mut command = Command::new(program);
        command.args(arguments);
        command
    }

    /// The same as a program and its first arguments.
    pub fn argv(&self) -> (OsString, Vec<OsString>) {
        let [usr, bare] = LIBRARIES.map(|folder| self.root.join(folder));
        let paths = [usr.join(&self.triplet), bare.join(&self.triplet), usr];
        let paths = paths.map(|path| path.display().to_string()).join(":");
        let asterisk = self.root.join("usr/sbin/asterisk");
        (self.loader.clone().into(), vec!["--library-path".into(), paths.into(), asterisk.into()])
    }

    /// Where its modules are.
    pub fn modules(&self) -> PathBuf {
        let usr = self.root.join("usr/lib");
        let new = usr.join(&self.triplet).join("asterisk/modules");
        if new.exists() { new } else { usr.join("asterisk/modules") }
    }

    /// The library that tells a program another time, of the same suite as the tree; fetched when first asked for.
    pub fn clock_library(&self) -> Result<PathBuf> {
        let path = self.root.join("usr/lib").join(&self.triplet).join("faketime/libfaketimeMT.so.1");
        let cache = cache();
        let lock = fs::File::create(cache.join("lock"))?;
        lock.lock()?;
        let mut failures = Vec::new();
        for suite in self.major.suites().iter().take_while(|_| !path.exists()) {
            let state = cache.join(format!("apt-clock-{suite}"));
            let fetched = Apt::new(suite, &state).and_then(|apt| {
                apt.run(&["update"])?;
                apt.run_in(&state, &["download", "libfaketime"])?;
                unpack_into(&state, &self.root)
            });
            failures.extend(fetched.err().map(|error| format!("{suite}: {error:#}")));
            fs::remove_dir_all(&state)?;
        }
        ensure!(path.exists(), "no libfaketime could be had from Debian\n  {}", failures.join("\n  "));
        Ok(path)
    }
}

/// The folder that keeps what was fetched: `$MIRANTE_RIG_CACHE`, else the user's cache folder.
pub fn cache() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("MIRANTE_RIG_CACHE").unwrap_or_else(|| {
        set("XDG_CACHE_HOME")
            .or_else(|| set("HOME").map(|home| home.join(".cache")))
            .unwrap_or_else(std::env::temp_dir)
            .join("mirante-rig")
    })
}

/// The cached Asterisk of that major version, or the newest of it freshly fetched. `say` hears each step.
pub fn install(major: Major, refresh: bool, say: &dyn Fn(&str)) -> Result<Tree> {
    ensure!(cfg!(target_os = "linux"), "the rig runs a Debian build of Asterisk: it needs Linux");
    let cache = cache();
    fs::create_dir_all(&cache).with_context(|| format!("cannot make {}", cache.display()))?;
    // Two test programs at once must not unpack into one folder.
    let lock = fs::File::create(cache.join("lock"))?;
    lock.lock()?;
    let root = cache.join(format!("asterisk-{}", major.number()));
    if !refresh && let Ok(tree) = Tree::open(&root, major) {
        return Ok(tree);
    }
    for program in ["apt-get", "dpkg"] {
        let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
        ensure!(found, "the rig fetches Asterisk from Debian and needs {program}; this system has none");
    }
    let mut failures = Vec::new();
    for suite in major.suites() {
        match fetch(major, suite, &cache, say) {
            Ok(tree) => {
                if root.exists() {
                    fs::remove_dir_all(&root)?;
                }
                fs::rename(&tree.root, &root)?;
                return Tree::open(&root, major);
            }
            Err(error) => failures.push(format!("{suite}: {error:#}")),
        }
    }
    bail!("no {major} could be had from Debian\n  {}", failures.join("\n  "))
}

fn fetch(major: Major, suite: &str, cache: &Path, say: &dyn Fn(&str)) -> Result<Tree> {
    let state = cache.join(format!("apt-{suite}"));
    let apt = Apt::new(suite, &state)?;
    say(&format!("asking {} for Asterisk in {suite}", apt.mirror));
    apt.run(&["update"])?;
    let root = cache.join(format!("unpacked-{suite}"));
    let short = state.join("short");
    fs::create_dir_all(&short)?;
    let mut arguments = vec!["download"];
    arguments.extend(COMMON.split_whitespace().chain(major.libraries().split_whitespace()));
    let first =
        apt.run_in(&short, &arguments).and_then(|()| unpack(&short, &root)).and_then(|()| Tree::open(&root, major));
    let tree = match first {
        Ok(tree) => tree,
        Err(error) => {
            say(&format!("the short list did not do ({error:#}): fetching everything Asterisk depends on"));
            let mut arguments = vec!["install", "--download-only"];
            arguments.extend(WANTED);
            apt.run(&arguments)?;
            unpack(&state.join("cache/archives"), &root)?;
            Tree::open(&root, major)?
        }
    };
    fs::remove_dir_all(&state)?;
    Ok(tree)
}

fn unpack(archives: &Path, root: &Path) -> Result<()> {
    if root.exists() {
        fs::remove_dir_all(root)?;
    }
    fs::create_dir_all(root)?;
    unpack_into(archives, root)?;
    for unused in ["usr/share/doc", "usr/share/man", "usr/share/locale"] {
        let path = root.join(unused);
        if path.exists() {
            fs::remove_dir_all(path)?;
        }
    }
    // A package script makes this link in a real installation; without it transfers say that a sound is missing.
    let sounds = root.join("usr/share/asterisk/sounds");
    if sounds.join("en_US_f_Allison").exists() && !sounds.join("en").exists() {
        symlink("en_US_f_Allison", sounds.join("en"))?;
    }
    Ok(())
}

/// Adds what the packages in a folder hold.
fn unpack_into(archives: &Path, root: &Path) -> Result<()> {
    for entry in fs::read_dir(archives)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            let output = Command::new("dpkg").arg("-x").arg(&path).arg(root).output().context("dpkg does not run")?;
            let words = String::from_utf8_lossy(&output.stderr);
            ensure!(output.status.success(), "dpkg -x {}: {}", path.display(), words.trim());
        }
    }
    Ok(())
}

fn triplet() -> Result<String> {
    match std::env::consts::ARCH {
        arch @ ("x86_64" | "aarch64") => Ok(format!("{arch}-linux-gnu")),
        other => bail!("the rig knows amd64 and arm64, not {other}"),
    }
}
