//! Where secrets are, and fetching them. A secret itself never prints.

use mirante_notify::Secret;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretRef {
    /// An environment variable.
    Env(String),
    /// The first line of a file.
    File(PathBuf),
    /// The system's keyring.
    Keyring {
        /// Service.
        service: String,
        /// User.
        user: String,
    },
}

/// Why a secret cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SecretError(String);

impl SecretRef {
    /// Understands `env:NAME`, `file:PATH` or `keyring:SERVICE/USER`. The error never repeats the text, which may be a
    /// password written in the wrong place.
    pub fn parse(text: &str) -> Result<SecretRef, SecretError> {
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(SecretRef::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(SecretRef::File(path.into())),
            Some(("keyring", entry)) => match entry.split_once('/') {
                Some((service, user)) if !service.is_empty() && !user.is_empty() => {
                    Ok(SecretRef::Keyring { service: service.to_owned(), user: user.to_owned() })
                }
                _ => Err(SecretError("a keyring secret is written keyring:SERVICE/USER".into())),
            },
            _ => Err(SecretError(
                "say where the secret is: \"env:NAME\", \"file:/path\" or \"keyring:SERVICE/USER\"; \
                 the password itself does not belong in this file"
                    .into(),
            )),
        }
    }

    /// Fetches the secret. A relative file is looked for beside `folder`, the configuration's own.
    pub fn fetch(&self, folder: &Path) -> Result<Secret, SecretError> {
        match self {
            SecretRef::Env(name) => match std::env::var(name) {
                Ok(text) if !text.is_empty() => Ok(Secret::new(text)),
                _ => Err(SecretError(format!("environment variable {name} is not set; it must hold the password"))),
            },
            SecretRef::File(path) => {
                let path = folder.join(path);
                let text = std::fs::read_to_string(&path)
                    .map_err(|error| SecretError(format!("secret file {}: {error}", path.display())))?;
                warn_if_shared(&path);
                match text.lines().next().map(str::trim_end) {
                    Some(line) if !line.is_empty() => Ok(Secret::new(line)),
                    _ => Err(SecretError(format!("the first line of secret file {} is empty", path.display()))),
                }
            }
            SecretRef::Keyring { service, user } => {
                let entry = keyring::v1::Entry::new(service, user).map_err(|e| no_keyring(&e))?;
                entry.get_password().map(Secret::new).map_err(|error| match error {
                    keyring::v1::Error::NoEntry => {
                        SecretError(format!("the keyring has no secret of {user} for service {service}"))
                    }
                    other => no_keyring(&other),
                })
            }
        }
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretRef::Env(name) => write!(f, "env:{name}"),
            SecretRef::File(path) => write!(f, "file:{}", path.display()),
            SecretRef::Keyring { service, user } => write!(f, "keyring:{service}/{user}"),
        }
    }
}

fn no_keyring(error: &keyring::v1::Error) -> SecretError {
    SecretError(format!("the system's keyring cannot be used ({error}); use env: or file: instead"))
}

#[cfg(unix)]
fn warn_if_shared(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0) {
        tracing::warn!(path = %path.display(), "others can read this secret file; run chmod 600 on it");
    }
}

#[cfg(not(unix))]
fn warn_if_shared(_: &Path) {}

/// Keeps a password outside the configuration: in the keyring if there is one, else in a file that only its owner reads,
/// in `folder`. Gives where it is.
pub fn keep_secret(folder: &Path, source: &str, username: &str, secret: &Secret) -> Result<SecretRef, SecretError> {
    let user = format!("{source}.{username}");
    let kept = keyring::v1::Entry::new(SERVICE, &user).and_then(|entry| {
        entry.set_password(secret.reveal())?;
        // A keyring that takes but does not give back (locked, or a session's) would fail at the next start.
        entry.get_password()
    });
    if kept.is_ok_and(|back| back == secret.reveal()) {
        return Ok(SecretRef::Keyring { service: SERVICE.into(), user });
    }
    let path = own_file(folder, source);
    let failed =
        |error: std::io::Error| SecretError(format!("cannot keep the password in {}: {error}", path.display()));
    std::fs::create_dir_all(folder.join("secrets")).map_err(failed)?;
    write_private(&path, secret.reveal()).map_err(failed)?;
    Ok(SecretRef::File(std::path::absolute(&path).unwrap_or(path)))
}

/// Forgets a password that [`keep_secret`] kept for a source in `folder`; one that somebody else keeps stays.
pub fn forget_secret(folder: &Path, source: &str, secret: &SecretRef) -> Result<(), SecretError> {
    match secret {
        SecretRef::Keyring { service, user } if service == SERVICE && user.starts_with(&format!("{source}.")) => {
            let entry = keyring::v1::Entry::new(service, user).map_err(|e| no_keyring(&e))?;
            entry.delete_credential().map_err(|e| no_keyring(&e))
        }
        SecretRef::File(path)
            if folder.join(path) == std::path::absolute(own_file(folder, source)).unwrap_or_default() =>
        {
            std::fs::remove_file(path).map_err(|e| SecretError(format!("secret file {}: {e}", path.display())))
        }
        _ => Ok(()),
    }
}

/// Service of Mirante's passwords in the keyring.
const SERVICE: &str = "mirante";

/// Where a password is kept without a keyring.
fn own_file(folder: &Path, source: &str) -> PathBuf {
    folder.join("secrets").join(source)
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    writeln!(file, "{text}")?;
    file.sync_all()
}
