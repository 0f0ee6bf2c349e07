//! Documents may name only paths that exist: three of the six projects this one learnt from had stale ones.

use crate::sh::{program, root};
use anyhow::{Result, bail};
use std::collections::BTreeSet;
use std::fs;

/// Folders and files at the root that a path in a document starts with.
const ROOTS: [&str; 9] =
    ["src-tauri/", "ui/", "tests/", "fuzz/", "docs/", "icons/", ".ci/", ".cargo/", "tauri.conf.json"];

/// Fails, naming each path in a document that is not there.
pub(crate) fn check() -> Result<()> {
    let list = program("git", ["ls-files", "--cached", "--others", "--exclude-standard"]).text()?;
    let files: BTreeSet<&str> = list.lines().filter(|path| root().join(path).exists()).collect();
    let exists = |path: &str| {
        let folder = format!("{}/", path.trim_end_matches('/'));
        files.contains(path) || files.iter().any(|file| file.starts_with(&folder))
    };
    let mut faults = Vec::new();
    let mut named = 0;
    for document in files.iter().filter(|path| path.ends_with(".md") && !path.ends_with("CHANGELOG.md")) {
        let text = fs::read_to_string(root().join(document))?;
        for (line, path) in
            text.lines().enumerate().flat_map(|(line, text)| paths(text).map(move |path| (line + 1, path)))
        {
            named += 1;
            let beside = document.rsplit_once('/').map(|(folder, _)| format!("{folder}/{path}"));
            if !exists(&path) && !beside.is_some_and(|beside| exists(&plain(&beside))) {
                faults.push(format!("{document}:{line} names {path}"));
            }
        }
    }
    if faults.is_empty() {
        println!("{named} paths named in documents, all there");
        return Ok(());
    }
    bail!("documents name paths that do not exist: {}", faults.join("; "));
}

/// Paths named in a line: in backticks from the root of the repository, and the targets of links.
fn paths(line: &str) -> impl Iterator<Item = String> {
    let ticks = line.split('`').skip(1).step_by(2);
    let ticks = ticks
        .filter(|text| ROOTS.iter().any(|root| text.starts_with(root)) && !text.contains([' ', '*', '<', '{', '…']));
    let links = line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let links = links
        .filter(|target| !target.contains("://") && !target.starts_with(['#', '/']) && !target.starts_with("mailto:"));
    let links = links.map(|target| target.split('#').next().unwrap_or_default()).filter(|target| !target.is_empty());
    ticks.chain(links).map(|path| path.trim_end_matches('/').to_owned()).collect::<Vec<_>>().into_iter()
}

/// The path without `.` and `..`.
fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_paths_and_nothing_else() {
        let line = "See `src-tauri/crates/floor/`, [the guide](docs/a.md#top), `cargo xtask run`, `ui/*.ts` and [x](https://y).";
        assert_eq!(paths(line).collect::<Vec<_>>(), ["src-tauri/crates/floor", "docs/a.md"]);
        assert_eq!(plain("docs/pt-BR/../x.md"), "docs/x.md");
    }
}
