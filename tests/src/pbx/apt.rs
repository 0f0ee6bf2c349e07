//! Debian packages for the rig, fetched without touching what this computer has installed.

use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Checks what Debian signs: present suites and those that were moved to oldoldstable.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// apt with a state folder of its own: the host's packages and lists stay untouched.
pub(super) struct Apt {
    /// Where packages come from.
    pub(super) mirror: String,
    options: Vec<String>,
}

impl Apt {
    pub(super) fn new(suite: &str, state: &Path) -> Result<Apt> {
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

    pub(super) fn run(&self, arguments: &[&str]) -> Result<()> {
        self.run_in(Path::new("/"), arguments)
    }

    pub(super) fn run_in(&self, folder: &Path, arguments: &[&str]) -> Result<()> {
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
