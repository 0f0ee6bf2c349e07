//! Fetches Asterisk 22 from the Debian mirror this computer already uses and unpacks it, without root and without a chroot.
//!
//! apt resolves, downloads and checks signatures in a private state folder; `dpkg -x` unpacks; the tree runs with its own C
//! library through its own loader. Old packages vanish from a mirror, so only the major version is fixed.

use anyhow::{Context, Result, bail, ensure};
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Suites that carry Asterisk 22, tried in this order.
const SUITES: [&str; 2] = ["sid", "forky"];
const MAJOR: &str = "Asterisk 22.";
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
const WANTED: [&str; 3] = ["asterisk", "asterisk-core-sounds-en-gsm", "asterisk-moh-opsound-gsm"];
/// What the modules of the rig need: a fifth of the download of the whole closure, which is the fallback.
const SHORT_LIST: &str = "asterisk asterisk-modules asterisk-config asterisk-core-sounds-en-gsm asterisk-moh-opsound-gsm \
    libbsd0 libc6 libcap2 libcrypt1 libedit2 libgcc-s1 libgsm1 libjansson4 libmd0 libsqlite3-0 libssl3t64 libstdc++6 \
    libsystemd0 libtinfo6 liburiparser1 libuuid1 libxml2-16 libxslt1.1 libzstd1 zlib1g";

/// An unpacked Asterisk.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The folder that stands for `/`.
    pub root: PathBuf,
    /// What it says it is, such as `Asterisk 22.10.1`.
    pub version: String,
    triplet: String,
}

impl Tree {
    fn open(root: &Path) -> Result<Tree> {
        let mut tree = Tree { root: root.to_owned(), version: String::new(), triplet: triplet()? };
        let output = tree.command().arg("-V").output().context("its loader does not run")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
        tree.version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        ensure!(tree.version.starts_with(MAJOR), "it is {}, not {MAJOR}x", tree.version);
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
        let lib = |path: &str| self.root.join(path).join(&self.triplet);
        let loader = if cfg!(target_arch = "aarch64") { "ld-linux-aarch64.so.1" } else { "ld-linux-x86-64.so.2" };
        let paths = [lib("usr/lib"), lib("lib"), self.root.join("usr/lib")];
        let paths = paths.map(|path| path.display().to_string()).join(":");
        let asterisk = self.root.join("usr/sbin/asterisk");
        (lib("usr/lib").join(loader).into(), vec!["--library-path".into(), paths.into(), asterisk.into()])
    }

    /// Where its modules are.
    pub fn modules(&self) -> PathBuf {
        self.root.join("usr/lib").join(&self.triplet).join("asterisk/modules")
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

/// The cached Asterisk, or a freshly fetched one. `say` hears each step.
pub fn install(refresh: bool, say: &dyn Fn(&str)) -> Result<Tree> {
    ensure!(cfg!(target_os = "linux"), "the rig runs a Debian build of Asterisk: it needs Linux");
    let cache = cache();
    fs::create_dir_all(&cache).with_context(|| format!("cannot make {}", cache.display()))?;
    // Two test programs at once must not unpack into one folder.
    let lock = fs::File::create(cache.join("lock"))?;
    lock.lock()?;
    let root = cache.join("asterisk-22");
    if !refresh && let Ok(tree) = Tree::open(&root) {
        return Ok(tree);
    }
    for program in ["apt-get", "dpkg"] {
        let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
        ensure!(found, "the rig fetches Asterisk from Debian and needs {program}; this system has none");
    }
    let mut failures = Vec::new();
    for suite in SUITES {
        match fetch(suite, &cache, say) {
            Ok(tree) => {
                if root.exists() {
                    fs::remove_dir_all(&root)?;
                }
                fs::rename(&tree.root, &root)?;
                return Tree::open(&root);
            }
            Err(error) => failures.push(format!("{suite}: {error:#}")),
        }
    }
    bail!("no Asterisk 22 could be had from Debian\n  {}", failures.join("\n  "))
}

fn fetch(suite: &str, cache: &Path, say: &dyn Fn(&str)) -> Result<Tree> {
    let state = cache.join(format!("apt-{suite}"));
    let apt = Apt::new(suite, &state)?;
    say(&format!("asking {} for Asterisk in {suite}", apt.mirror));
    apt.run(&["update"])?;
    let root = cache.join(format!("unpacked-{suite}"));
    let short = state.join("short");
    fs::create_dir_all(&short)?;
    let mut arguments = vec!["download"];
    arguments.extend(SHORT_LIST.split_whitespace());
    let first = apt.run_in(&short, &arguments).and_then(|()| unpack(&short, &root)).and_then(|()| Tree::open(&root));
    let tree = match first {
        Ok(tree) => tree,
        Err(error) => {
            say(&format!("the short list did not do ({error:#}): fetching everything Asterisk depends on"));
            let mut arguments = vec!["install", "--download-only"];
            arguments.extend(WANTED);
            apt.run(&arguments)?;
            unpack(&state.join("cache/archives"), &root)?;
            Tree::open(&root)?
        }
    };
    fs::remove_dir_all(&state)?;
    Ok(tree)
}

/// apt with a state folder of its own: the host's packages and lists stay untouched.
struct Apt {
    mirror: String,
    options: Vec<String>,
}

impl Apt {
    fn new(suite: &str, state: &Path) -> Result<Apt> {
        if state.exists() {
            fs::remove_dir_all(state)?;
        }
        for folder in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(state.join(folder))?;
        }
        fs::write(state.join("status"), "")?;
        ensure!(Path::new(KEYRING).exists(), "{KEYRING} is missing: install debian-archive-keyring");
        let mirror = mirror()?;
        let sources = state.join("sources.list");
        fs::write(&sources, format!("deb [signed-by={KEYRING}] {mirror} {suite} main\n"))?;
        let state = state.display();
        let options = [
            format!("Dir::State={state}"),
            format!("Dir::State::lists={state}/lists"),
            format!("Dir::State::status={state}/status"),
            format!("Dir::Etc::sourcelist={state}/sources.list"),
            "Dir::Etc::sourceparts=/dev/null".into(),
            "Dir::Etc::preferencesparts=/dev/null".into(),
            format!("Dir::Cache={state}/cache"),
            format!("Dir::Cache::archives={state}/cache/archives"),
            "Dir::Log=/dev/null".into(),
            "Acquire::Languages=none".into(),
            "Acquire::PDiffs=false".into(),
            "Acquire::Retries=5".into(),
            "Acquire::http::Timeout=30".into(),
            "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false".into(),
            "APT::Install-Recommends=false".into(),
            "Debug::NoLocking=1".into(),
            // Packages land in a folder of this user's, which apt's own user could not write.
            "APT::Sandbox::User=root".into(),
        ];
        let options = options.into_iter().flat_map(|option| ["-o".to_owned(), option]).collect();
        Ok(Apt { mirror, options })
    }

    fn run(&self, arguments: &[&str]) -> Result<()> {
        self.run_in(Path::new("/"), arguments)
    }

    fn run_in(&self, folder: &Path, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new("apt-get");
        command.args(["-qq", "-y"]).args(&self.options).args(arguments).current_dir(folder).env("LC_ALL", "C.UTF-8");
        let output = command.output().context("apt-get does not run")?;
        let words = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "apt-get {}: {}", arguments[0], words.trim());
        Ok(())
    }
}

/// The Debian mirror this computer is set up with. apt tells it only once it has fetched that mirror's lists.
fn mirror() -> Result<String> {
    if let Some(known) = known_mirror()? {
        return Ok(known);
    }
    // Without the right to fetch them this fails, and the words below say what to do.
    let _ = Command::new("apt-get").args(["-qq", "update"]).output();
    known_mirror()?.context("apt knows no Debian mirror here: set one up, run apt-get update, and try again")
}

fn known_mirror() -> Result<Option<String>> {
    let mut command = Command::new("apt-get");
    command.args(["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]);
    let output = command.output().context("apt-get does not run")?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().find(|line| line.trim_end_matches('/').ends_with("/debian")).map(str::to_owned))
}

fn unpack(archives: &Path, root: &Path) -> Result<()> {
    if root.exists() {
        fs::remove_dir_all(root)?;
    }
    fs::create_dir_all(root)?;
    for entry in fs::read_dir(archives)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            let output = Command::new("dpkg").arg("-x").arg(&path).arg(root).output().context("dpkg does not run")?;
            let words = String::from_utf8_lossy(&output.stderr);
            ensure!(output.status.success(), "dpkg -x {}: {}", path.display(), words.trim());
        }
    }
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

fn triplet() -> Result<String> {
    match std::env::consts::ARCH {
        arch @ ("x86_64" | "aarch64") => Ok(format!("{arch}-linux-gnu")),
        other => bail!("the rig knows amd64 and arm64, not {other}"),
    }
}
