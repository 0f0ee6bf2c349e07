//! Where this Mirante keeps its things.

use crate::arguments::Arguments;
use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Write},
    path::{Path, PathBuf, absolute},
};
use tauri::{AppHandle, Manager};

/// The configuration file's name, wherever it lies.
const CONFIG: &str = "mirante.toml";

/// Folders and files of one running Mirante.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// History and keys.
    pub(crate) data: PathBuf,
    /// The configuration file.
    pub(crate) config: PathBuf,
    /// Whether that file is there, or whose business it is to make it.
    kept: Kept,
    /// Rotating logs.
    pub(crate) logs: PathBuf,
    /// What the web view keeps (theme, filters); `None`: the platform's usual place.
    pub(crate) view: Option<PathBuf>,
}

/// Who makes the configuration file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Given by name: it is there, or that is an error.
    Given,
    /// The user's own: made empty when missing.
    Own,
    /// In the data folder: the console makes it when it first has something to keep.
    WithData,
}

/// What a configuration file begins with.
const EMPTY: &str = "# Mirante's configuration. Passwords are kept elsewhere; this file only says where.\n";

impl Places {
    /// The platform's folders, or everything under `--data`: then nothing of the user's is read or written.
    ///
    /// # Errors
    /// When the platform names no such folder or the given path cannot be made absolute.
    pub(crate) fn find(app: &AppHandle, arguments: &Arguments) -> io::Result<Self> {
        let mut places = match &arguments.data {
            Some(folder) => {
                let data = absolute(folder)?;
                Self {
                    config: data.join(CONFIG),
                    kept: Kept::WithData,
                    logs: data.join("logs"),
                    view: Some(data.join("view")),
                    data,
                }
            }
            None => {
                let path = app.path();
                Self {
                    data: path.app_local_data_dir().map_err(io::Error::other)?.join("data"),
                    config: path.app_config_dir().map_err(io::Error::other)?.join(CONFIG),
                    kept: Kept::Own,
                    logs: path.app_log_dir().map_err(io::Error::other)?,
                    view: None,
                }
            }
        };
        if let Some(file) = &arguments.config {
            places.config = absolute(file)?;
            places.kept = Kept::Given;
        }
        Ok(places)
    }

    /// The configuration file as the console wants it: `None` when it is with the data.
    pub(crate) fn chosen_config(&self) -> Option<PathBuf> {
        (self.kept != Kept::WithData).then(|| self.config.clone())
    }

    /// Makes what has to be there before the console starts.
    ///
    /// # Errors
    /// When the user's configuration folder cannot be written.
    pub(crate) fn prepare(&self) -> io::Result<()> {
        if self.kept != Kept::Own || self.config.exists() {
            return Ok(());
        }
        if let Some(folder) = self.config.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::File::create_new(&self.config)?.write_all(EMPTY.as_bytes())
    }
}

/// Where the windows' sizes are kept under `--data`; `None`: with the user's configuration.
pub(crate) fn window_state(arguments: &Arguments) -> Option<PathBuf> {
    Some(absolute(arguments.data.as_ref()?).ok()?.join("windows.json"))
}

/// A name for the data folder given by `--data`, so that Mirantes with different folders do not take each other for a
/// second start of themselves.
pub(crate) fn instance(folder: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    absolute(folder).unwrap_or_else(|_| folder.to_path_buf()).hash(&mut hasher);
    format!("org.mirante.desktop.d{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_data_folder_is_an_instance_of_its_own() {
        assert_eq!(instance(Path::new("/a/b")), instance(Path::new("/a/./b")));
        assert_ne!(instance(Path::new("/a/b")), instance(Path::new("/a/c")));
    }

    #[test]
    fn a_missing_configuration_is_made_only_where_it_is_the_users_own() {
        let folder = std::env::temp_dir().join(format!("mirante-places-{}", std::process::id()));
        for (kept, made) in [(Kept::Own, true), (Kept::Given, false), (Kept::WithData, false)] {
            let _ = fs::remove_dir_all(&folder);
            let config = folder.join("deep").join(CONFIG);
            let places =
                Places { data: folder.clone(), config: config.clone(), kept, logs: folder.clone(), view: None };
            places.prepare().expect("a writable folder");
            assert_eq!(config.exists(), made, "{kept:?}");
            assert_eq!(places.chosen_config().is_none(), kept == Kept::WithData);
        }
        let _ = fs::remove_dir_all(&folder);
    }

    #[test]
    fn windows_are_kept_with_the_data_they_show() {
        let arguments = Arguments { data: Some(PathBuf::from("/a")), ..Arguments::default() };
        assert_eq!(window_state(&arguments), Some(PathBuf::from("/a/windows.json")));
        assert_eq!(window_state(&Arguments::default()), None);
    }
}
