//! Folders for their owner's eyes only: what Mirante keeps is about people.

use std::fs;
use std::io;
use std::path::Path;

/// Makes a folder, and those it lies in, that only their owner enters. One that is already there stays as it is: true if
/// others may look into it.
///
/// # Errors
/// When it cannot be made.
pub fn private_folder(folder: &Path) -> io::Result<bool> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    is_shared(folder)
}

#[cfg(unix)]
fn is_shared(folder: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(folder)?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_shared(_: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_new_folder_is_private_and_an_open_one_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a").join("b");
        assert!(!private_folder(&deep).unwrap());
        for made in [&deep, &folder.path().join("a")] {
            assert_eq!(fs::metadata(made).unwrap().permissions().mode() & 0o777, 0o700);
        }
        fs::set_permissions(&deep, fs::Permissions::from_mode(0o750)).unwrap();
        assert!(private_folder(&deep).unwrap(), "its group may look in");
        assert_eq!(
            fs::metadata(&deep).unwrap().permissions().mode() & 0o777,
            0o750,
            "whoever chose that is not overruled"
        );
    }
}
