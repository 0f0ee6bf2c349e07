//! The TypeScript twins of the wire types, written by ts-rs through the console's own tests.

use crate::sh::{cargo, root};
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where they are kept.
const BINDINGS: &str = "ui/src/bindings";

/// Writes them, or with `check` fails if they differ from what would be written.
pub(crate) fn run(check: bool) -> Result<()> {
    let fresh = clear()?;
    cargo(["test", "--quiet", "--locked", "-p", "mirante-console", "--lib", "export_bindings"])
        .env("TS_RS_EXPORT_DIR", &fresh)
        .go()?;
    if check {
        return compare();
    }
    let (new, kept) = both()?;
    for name in kept.keys().filter(|name| !new.contains_key(*name)) {
        fs::remove_file(root().join(BINDINGS).join(name))?;
    }
    for (name, text) in &new {
        fs::write(root().join(BINDINGS).join(name), text)?;
    }
    println!("{} files in {BINDINGS}", new.len());
    Ok(())
}

/// The folder that the console's tests export to, empty.
pub(crate) fn clear() -> Result<PathBuf> {
    let fresh = exports();
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    Ok(fresh)
}

/// Where tests export types: never straight into the interface.
pub(crate) fn exports() -> PathBuf {
    root().join("target/bindings")
}

/// Fails if the interface's types differ from what the console's tests last exported.
pub(crate) fn compare() -> Result<()> {
    let (new, kept) = both()?;
    let names: Vec<&String> = new.keys().chain(kept.keys()).collect();
    let mut stale: Vec<&str> =
        names.into_iter().filter(|name| new.get(*name) != kept.get(*name)).map(String::as_str).collect();
    stale.sort_unstable();
    stale.dedup();
    if !stale.is_empty() {
        bail!("{BINDINGS} is not current ({}): run cargo xtask codegen and commit", stale.join(", "));
    }
    println!("{} files in {BINDINGS} are current", kept.len());
    Ok(())
}

/// Fresh and kept files, by name.
fn both() -> Result<(BTreeMap<String, String>, BTreeMap<String, String>)> {
    let (new, kept) = (files(&exports())?, files(&root().join(BINDINGS))?);
    if new.is_empty() {
        bail!("the console exported no types");
    }
    Ok((new, kept))
}

fn files(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    if folder.exists() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "ts") {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                files.insert(name, fs::read_to_string(&path)?);
            }
        }
    }
    Ok(files)
}
