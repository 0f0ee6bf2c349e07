//! What the server is known by and what opens it: made at the first start, kept in files that only their owner reads.

use crate::fingerprint::Fingerprint;
use crate::protocol::{self, Token};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// The server's certificate with its key, and the token.
pub struct Identity {
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) key: PrivateKeyDer<'static>,
    pub(crate) token: Token,
}

impl fmt::Debug for Identity {
    /// Without the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.fingerprint())
    }
}

impl Identity {
    /// What is kept in `folder`, and whether any of it was made now.
    ///
    /// # Errors
    /// When it cannot be read or kept.
    pub fn of(folder: &Path) -> io::Result<(Identity, bool)> {
        let (pem, token) = (folder.join("identity.pem"), folder.join("token"));
        make_folder(folder)?;
        let made = [keep(&pem, make_certificate)?, keep(&token, make_token)?];
        let text = fs::read(&pem)?;
        let wrong = |path: &Path| {
            let words = format!("{} is damaged: delete it, and another is made at the next start", path.display());
            io::Error::new(io::ErrorKind::InvalidData, words)
        };
        let identity = Identity {
            certificate: CertificateDer::from_pem_slice(&text).map_err(|_| wrong(&pem))?,
            key: PrivateKeyDer::from_pem_slice(&text).map_err(|_| wrong(&pem))?,
            token: protocol::token(&fs::read_to_string(&token)?).ok_or_else(|| wrong(&token))?,
        };
        Ok((identity, made.contains(&true)))
    }

    /// What clients pin.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.certificate)
    }

    /// The token as people write it. A secret.
    pub fn token(&self) -> String {
        self.token.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn make_certificate() -> io::Result<String> {
    let made = rcgen::generate_simple_self_signed(["mirante-tail".to_owned()]).map_err(io::Error::other)?;
    Ok(made.cert.pem() + &made.signing_key.serialize_pem())
}

fn make_token() -> io::Result<String> {
    let mut token: Token = [0; 32];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut token).map_err(|_| io::Error::other("this system gives no random numbers"))?;
    Ok(token.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n")
}

/// Makes a file for its owner's eyes only, whole or not at all, unless it is there; true if it was made.
fn keep(path: &Path, make: fn() -> io::Result<String>) -> io::Result<bool> {
    if path.exists() {
        close(path)?;
        return Ok(false);
    }
    let beside = path.with_extension("new");
    let _ = fs::remove_file(&beside);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(make()?.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    Ok(true)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Takes away what a copy or a careless hand opened to others.
#[cfg(unix)]
fn close(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match fs::metadata(path)?.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => fs::set_permissions(path, fs::Permissions::from_mode(0o600)),
    }
}

#[cfg(not(unix))]
fn close(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once_and_kept_from_others() {
        let dir = tempfile::tempdir().expect("tempdir");
        let folder = dir.path().join("a/b");
        let (first, made) = Identity::of(&folder).expect("made");
        assert!(made);
        #[cfg(unix)]
        for (name, wanted) in [("", 0o700), ("identity.pem", 0o600), ("token", 0o600)] {
            use std::os::unix::fs::PermissionsExt;
            let path = folder.join(name);
            assert_eq!(fs::metadata(&path).expect("kept").permissions().mode() & 0o777, wanted, "{name}");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("opened");
        }
        let (second, made) = Identity::of(&folder).expect("kept");
        assert!(!made);
        assert_eq!((first.fingerprint(), first.token), (second.fingerprint(), second.token));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(folder.join("token")).expect("kept").permissions().mode() & 0o777, 0o600);
        }
        fs::remove_file(folder.join("token")).expect("removed");
        let (third, made) = Identity::of(&folder).expect("made");
        assert!(made && third.fingerprint() == first.fingerprint() && third.token != first.token);
        fs::write(folder.join("token"), "short").expect("written");
        assert!(Identity::of(&folder).expect_err("damaged").to_string().contains("damaged"));
    }
}
