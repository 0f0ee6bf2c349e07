//! Where this Mirante keeps its things.

use crate::arguments::Arguments;
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    io,
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
    /// The configuration file; it may not exist yet.
    pub(crate) config: PathBuf,
    /// Rotating logs.
    pub(crate) logs: PathBuf,
    /// What the web view keeps (theme, filters); `None`: the platform's usual place.
    pub(crate) view: Option<PathBuf>,
}

impl Places {
    /// The platform's folders, or everything under `--data`: then nothing of the user's is read or written.
    ///
    /// # Errors
    /// When the platform names no such folder or the given path cannot be made absolute.
    pub(crate) fn find(app: &AppHandle, arguments: &Arguments) -> io::Result<Self> {
        let mut places = match &arguments.data {
            Some(folder) => {
                let data = absolute(folder)?;
                Self { config: data.join(CONFIG), logs: data.join("logs"), view: Some(data.join("view")), data }
            }
            None => {
                let path = app.path();
                Self {
                    data: path.app_local_data_dir().map_err(io::Error::other)?.join("data"),
                    config: path.app_config_dir().map_err(io::Error::other)?.join(CONFIG),
                    logs: path.app_log_dir().map_err(io::Error::other)?,
                    view: None,
                }
            }
        };
        if let Some(file) = &arguments.config {
            places.config = absolute(file)?;
        }
        Ok(places)
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
    fn windows_are_kept_with_the_data_they_show() {
        let arguments = Arguments { data: Some(PathBuf::from("/a")), ..Arguments::default() };
        assert_eq!(window_state(&arguments), Some(PathBuf::from("/a/windows.json")));
        assert_eq!(window_state(&Arguments::default()), None);
    }
}
