//! Who may know whom: the dependency rule of ARCHITECTURE.md, checked on the real dependency graph.

use crate::sh::cargo;
use anyhow::{Result, bail};
use std::collections::BTreeSet;

/// Crates that have no clock, no I/O, no threads, no async and no randomness.
const PURE: [&str; 4] = ["mirante-floor", "mirante-metrics", "mirante-alerts", "mirante-forecast"];
const IMPURE: [&str; 6] = ["tokio", "rusqlite", "reqwest", "jiff", "rand", "getrandom"];

/// A crate of ours and the crates of ours that it may reach directly.
const MAY_USE: [(&str, &[&str]); 17] = [
    ("mirante-floor", &[]),
    ("mirante-metrics", &["mirante-floor"]),
    ("mirante-alerts", &["mirante-floor", "mirante-metrics"]),
    ("mirante-forecast", &["mirante-floor", "mirante-metrics"]),
    ("mirante-notify", &["mirante-floor"]),
    ("mirante-report", &["mirante-floor", "mirante-metrics"]),
    ("mirante-tail", &[]),
    ("mirante-sources", &["mirante-floor", "mirante-tail"]),
    ("mirante-history", &["mirante-floor", "mirante-metrics"]),
    (
        "mirante-engine",
        &[
            "mirante-floor",
            "mirante-metrics",
            "mirante-alerts",
            "mirante-forecast",
            "mirante-sources",
            "mirante-history",
            "mirante-notify",
            "mirante-report",
        ],
    ),
    ("mirante-console", &["mirante-floor", "mirante-metrics", "mirante-sources", "mirante-history", "mirante-engine"]),
    ("mirante-server", &["mirante-console"]),
    ("mirante-cli", &["mirante-console", "mirante-server", "mirante-tail"]),
    ("mirante", &["mirante-console", "mirante-server"]),
    ("mirante-xtask", &[]),
    ("mirante-tests", &["mirante-sources"]),
    ("mirante-fuzz", &["mirante-floor", "mirante-sources", "mirante-history", "mirante-engine"]),
];

/// Fails, naming each edge that breaks the rule.
pub(crate) fn check() -> Result<()> {
    let mut faults = Vec::new();
    for name in PURE {
        let reached = tree(name, &[])?;
        faults.extend(IMPURE.iter().filter(|bad| reached.contains(**bad)).map(|bad| format!("{name} reaches {bad}")));
    }
    let ours = members()?;
    faults.extend(unlike_the_table(&ours));
    for (name, allowed) in MAY_USE.iter().filter(|(name, _)| ours.contains(*name)) {
        let reached = tree(name, &["--depth", "1"])?;
        let bad =
            reached.iter().filter(|other| ours.contains(*other) && other != name && !allowed.contains(&other.as_str()));
        faults.extend(bad.map(|bad| format!("{name} uses {bad}")));
    }
    for name in ours.iter().filter(|name| *name != "mirante") {
        if tree(name, &[])?.contains("tauri") {
            faults.push(format!("{name} reaches tauri: only the root package may"));
        }
    }
    if faults.is_empty() {
        println!("{} crates keep the dependency rule", ours.len());
        return Ok(());
    }
    bail!("the dependency rule of ARCHITECTURE.md is broken: {}", faults.join("; "));
}

/// Members that the table does not list, which would keep every rule by having none, and rows of members that are gone.
fn unlike_the_table(ours: &BTreeSet<String>) -> Vec<String> {
    let table: BTreeSet<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    let unlisted = ours.iter().filter(|name| !table.contains(name.as_str()));
    let unlisted = unlisted.map(|name| format!("{name} is not in the table of what each crate may use"));
    let gone = table.iter().filter(|name| !ours.contains(**name));
    unlisted.chain(gone.map(|name| format!("{name} is in the table and not in the workspace"))).collect()
}

/// Names of the packages that `name` reaches in a build, itself included.
fn tree(name: &str, more: &[&str]) -> Result<BTreeSet<String>> {
    let text = cargo([
        "tree", "--locked", "-e", "normal", "--prefix", "none", "--format", "{p}", "--target", "all", "-p", name,
    ])
    .args(more)
    .text()?;
    Ok(text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}

fn members() -> Result<BTreeSet<String>> {
    let text = cargo(["metadata", "--locked", "--no-deps", "--format-version", "1"]).text()?;
    let data: serde_json::Value = serde_json::from_str(&text)?;
    let packages = data["packages"].as_array().into_iter().flatten();
    Ok(packages.filter_map(|package| package["name"].as_str()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_that_nobody_listed_is_a_fault() {
        let mut ours: BTreeSet<String> = MAY_USE.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert!(unlike_the_table(&ours).is_empty());
        ours.insert("mirante-new".to_owned());
        ours.remove("mirante-server");
        let faults = unlike_the_table(&ours);
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].starts_with("mirante-new ") && faults[1].starts_with("mirante-server "), "{faults:?}");
    }
}
