//! Checks the shell's permissions at build time and makes sure that there is an interface to embed.

use std::{fs, path::Path};

/// Shown instead of the interface when nobody built it yet: a missing folder would stop the compiler with less help.
const PLACEHOLDER: &str = include_str!("src/unbuilt.html");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let page = Path::new("ui/dist/index.html");
    if !page.exists() {
        fs::create_dir_all("ui/dist")?;
        fs::write(page, PLACEHOLDER)?;
    }
    // tauri-build watches neither of these when their places are not the usual ones.
    for watched in ["ui/dist", "src-tauri/capabilities", "src-tauri/permissions", "src-tauri/src/unbuilt.html", "icons"]
    {
        println!("cargo:rerun-if-changed={watched}");
    }
    let manifest = tauri_build::AppManifest::new().permissions_path_pattern("./src-tauri/permissions/*.toml");
    tauri_build::try_build(
        tauri_build::Attributes::new()
            .capabilities_path_pattern("./src-tauri/capabilities/*.json")
            .app_manifest(manifest),
    )?;
    Ok(())
}
