//! What a bare machine lacks, and installing it after asking.

use crate::sh::{self, program};
use anyhow::{Context, Result, bail, ensure};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Debian packages to build the desktop window.
pub(crate) const BUILD: &[&str] = &["build-essential", "pkg-config", "libwebkit2gtk-4.1-dev"];
/// Debian packages that the black-box tests use.
pub(crate) const TEST: &[&str] = &[
    "xvfb",
    "xauth",
    "dbus",
    "dbus-x11",
    "webkit2gtk-driver",
    "chromium",
    "debian-archive-keyring",
    "musl-tools",
    "openssh-server",
    "libfaketime",
    "strace",
    "prometheus-alertmanager",
    // What a mail server that is not installed but unpacked is linked with.
    "libdb5.3",
    "libgnutls-dane0",
    "libidn12",
    "libnsl2",
];
/// Debian packages whose programs the tests of channels run and that must not be installed: this machine may have a mail server.
pub(crate) const UNPACKED: &[&str] = &["exim4-daemon-light", "libnss-wrapper"];

/// Something missing: what to call it, and how to get it.
enum Lack {
    Debian(Vec<&'static str>),
    Npm(&'static str),
}

/// Makes sure that Debian packages and npm folders are there. `yes` installs without asking.
pub(crate) fn ensure_all(debian: &[&'static str], npm: &[&'static str], yes: bool) -> Result<()> {
    node()?;
    let mut lacks = Vec::new();
    let absent = absent(debian);
    if !absent.is_empty() {
        lacks.push(Lack::Debian(absent));
    }
    lacks.extend(npm.iter().filter(|folder| !npm_is_current(folder)).map(|folder| Lack::Npm(folder)));
    if lacks.is_empty() {
        return Ok(());
    }
    println!("Missing on this machine:");
    for lack in &lacks {
        match lack {
            Lack::Debian(packages) => println!("  Debian packages  {}", packages.join(" ")),
            Lack::Npm(folder) => {
                println!("  npm packages     of {folder} (about 100 MB, kept in {folder}/node_modules)")
            }
        }
    }
    if !yes && !ask("Install them now?")? {
        bail!("nothing was installed; run it again with --yes, or install the above yourself");
    }
    for lack in lacks {
        match lack {
            Lack::Debian(packages) => install_debian(&packages)?,
            Lack::Npm(folder) => program("npm", ["ci", "--no-fund", "--no-audit"]).within(folder).go()?,
        }
    }
    Ok(())
}

fn node() -> Result<()> {
    let words = "Mirante's interface is built with Node.js 20.19 or newer (https://nodejs.org)";
    let Ok(text) = program("node", ["--version"]).text() else { bail!("{words}, and node does not run here") };
    let mut parts = text.trim().trim_start_matches('v').split('.').map(|part| part.parse().unwrap_or(0));
    let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    ensure!(version >= (20, 19), "{words}; here it is {}", text.trim());
    Ok(())
}

fn absent(wanted: &[&'static str]) -> Vec<&'static str> {
    if !cfg!(target_os = "linux") {
        println!(
            "This is {}: what Debian packages give elsewhere is taken as present (not verified).",
            std::env::consts::OS
        );
        return Vec::new();
    }
    if !program("dpkg-query", ["--version"]).works() {
        println!(
            "This is not Debian: cannot tell whether these are present, going on: {} (not verified).",
            wanted.join(" ")
        );
        return Vec::new();
    }
    let installed = |package: &&&str| {
        let arguments = ["-W", "-f=${db:Status-Abbrev}", package];
        program("dpkg-query", arguments).text().is_ok_and(|status| status.starts_with("ii"))
    };
    wanted.iter().filter(|package| !installed(package)).copied().collect()
}

fn install_debian(packages: &[&str]) -> Result<()> {
    let root = program("id", ["-u"]).text()?.trim() == "0";
    let apt = |arguments: &[&str]| {
        let all = ["-o", "DPkg::Lock::Timeout=300", "-q"].iter().chain(arguments);
        let run = if root { program("apt-get", all) } else { program("sudo", std::iter::once(&"apt-get").chain(all)) };
        run.env("DEBIAN_FRONTEND", "noninteractive").go()
    };
    apt(&["update"])?;
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(packages);
    apt(&arguments)
}

/// Programs of Debian packages, unpacked into a folder: nothing is installed and no service begins.
pub(crate) fn unpack_debian(folder: &Path, packages: &[&str]) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for package in packages {
        if fetched(folder, package)?.is_some() {
            continue;
        }
        let download = || program("apt-get", ["-q", "download", package]).within(&folder.to_string_lossy()).go();
        download().with_context(|| format!("Debian's package {package} cannot be fetched"))?;
        let file = fetched(folder, package)?.with_context(|| format!("apt-get left no {package}"))?;
        program("dpkg", ["-x".as_ref(), file.as_os_str(), folder.as_os_str()]).go()?;
    }
    Ok(())
}

/// The file of a package, if it was fetched.
fn fetched(folder: &Path, package: &str) -> Result<Option<PathBuf>> {
    let name = format!("{package}_");
    let files = std::fs::read_dir(folder)?.filter_map(|file| Some(file.ok()?.path()));
    let is_it = |file: &PathBuf| {
        let text = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        text.starts_with(&name) && text.ends_with(".deb")
    };
    Ok(files.into_iter().find(is_it))
}

/// npm writes this file at the end of an installation: older than the lock file means out of date.
fn npm_is_current(folder: &str) -> bool {
    let folder = sh::root().join(folder);
    let time = |path: &str| folder.join(path).metadata().and_then(|data| data.modified()).ok();
    match (time("node_modules/.package-lock.json"), time("package-lock.json")) {
        (Some(installed), Some(wanted)) => installed >= wanted,
        _ => false,
    }
}

fn ask(question: &str) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    print!("{question} [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "s" | "sim"))
}
