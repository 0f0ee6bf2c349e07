//! Entering a computer by SSH; it is known by the fingerprint of its host key.

use super::at::SftpAt;
use russh::client::AuthResult;
use russh::client::{self, Handle};
use russh::keys::ssh_key::Fingerprint;
use russh::keys::{HashAlg, PrivateKeyWithHashAlg, PublicKeyOrCertificate, decode_secret_key};
use russh::{Preferred, kex, mac};
use std::fmt;
use std::io::{self, ErrorKind};
use std::str::FromStr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// A server that says nothing for so long is gone.
const SILENT: Duration = Duration::from_secs(30);

/// What a host key is known by, as `ssh-keygen -lf` prints it: `SHA256:…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostKey(Fingerprint);

impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is no fingerprint of a host key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the fingerprint of a host key is \"SHA256:\" and 43 letters and digits, as `ssh-keygen -lf` prints it on the PBX"
)]
pub struct NoHostKey;

impl FromStr for HostKey {
    type Err = NoHostKey;

    /// Also takes the whole line that `ssh-keygen -lf` prints.
    fn from_str(text: &str) -> Result<Self, NoHostKey> {
        let word = text.split_whitespace().find(|word| word.starts_with("SHA256:")).ok_or(NoHostKey)?;
        word.parse().map(HostKey).map_err(|_| NoHostKey)
    }
}

/// Believes one host key, and remembers which one was shown.
#[derive(Debug)]
pub(super) struct Doorman {
    wanted: Option<HostKey>,
    shown: Arc<OnceLock<(String, HostKey)>>,
}

impl client::Handler for Doorman {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        // Certificates are not asked for.
        let PublicKeyOrCertificate::PublicKey { key, .. } = shown else { return Ok(false) };
        let fingerprint = HostKey(key.fingerprint(HashAlg::Sha256));
        _ = self.shown.set((key.algorithm().as_str().to_owned(), fingerprint));
        Ok(self.wanted == Some(fingerprint))
    }
}

/// Enters. Not bounded in time: the caller is.
pub(super) async fn enter(at: &SftpAt) -> io::Result<Handle<Doorman>> {
    let config = client::Config {
        preferred: preferred(),
        nodelay: true,
        keepalive_interval: Some(SILENT / 3),
        keepalive_max: 3,
        ..Default::default()
    };
    let shown = Arc::new(OnceLock::new());
    let doorman = Doorman { wanted: at.host_key, shown: shown.clone() };
    let mut ssh = client::connect(Arc::new(config), (at.host.as_str(), at.port), doorman)
        .await
        .map_err(|error| not_connected(error, at.host_key, shown.get()))?;
    let user = at.user.as_str();
    let refused = |error: russh::Error| io::Error::new(ErrorKind::ConnectionAborted, format!("SSH: {error}"));
    let result = match (&at.key, &at.password) {
        (Some(path), password) => {
            let wrong = |why: String| {
                io::Error::new(ErrorKind::InvalidInput, format!("cannot use the key {}: {why}", path.display()))
            };
            let text = tokio::fs::read_to_string(path).await.map_err(|error| wrong(error.to_string()))?;
            let key =
                decode_secret_key(&text, password.as_ref().map(|secret| secret.expose())).map_err(
                    |error| match error {
                        russh::keys::Error::KeyIsEncrypted => {
                            wrong("it has a passphrase: say where in queue_log_password".into())
                        }
                        error => wrong(error.to_string()),
                    },
                )?;
            let key = Arc::new(key);
            let best = match key.algorithm().is_rsa() {
                true => ssh.best_supported_rsa_hash().await.map_err(refused)?.flatten(),
                false => None,
            };
            let offered = PrivateKeyWithHashAlg::new(key.clone(), best);
            match ssh.authenticate_publickey(user, offered).await {
                // An old server takes RSA signatures with SHA-1 alone, whatever it says.
                Ok(AuthResult::Failure { .. }) if best.is_some() => {
                    ssh.authenticate_publickey(user, PrivateKeyWithHashAlg::new(key, None)).await
                }
                result => result,
            }
        }
        (None, Some(password)) => ssh.authenticate_password(user, password.expose()).await,
        (None, None) => {
            return Err(io::Error::new(ErrorKind::InvalidInput, "there is neither a key nor a password to enter with"));
        }
    };
    match result.map_err(refused)?.success() {
        true => Ok(ssh),
        false => {
            let what = if at.key.is_some() { "this key" } else { "this password" };
            let words = format!("the PBX does not let user {user} in with {what}");
            Err(io::Error::new(ErrorKind::PermissionDenied, words))
        }
    }
}

/// What both sides may agree on, best first. Last what is not safe against all but what a PBX of 2010 knows best: the host key is
/// pinned and the log is no secret worth breaking SHA-1 on the way.
fn preferred() -> Preferred {
    let mut preferred = Preferred::DEFAULT;
    preferred.kex.to_mut().push(kex::DH_G14_SHA1);
    preferred.mac.to_mut().push(mac::HMAC_SHA1);
    preferred
}

fn not_connected(error: russh::Error, wanted: Option<HostKey>, shown: Option<&(String, HostKey)>) -> io::Error {
    let known = match (wanted, shown) {
        (wanted, Some((_, shown))) if wanted == Some(*shown) => None,
        (Some(wanted), Some((kind, shown))) => Some(format!(
            "the host key is not the pinned one: pinned {wanted}, shown {shown} ({kind}); if the PBX was installed anew or \
             shows another of its keys, pin this one, and if not, something stands in between"
        )),
        (None, Some((kind, shown))) => Some(format!(
            "the host key is not pinned: compare {shown} ({kind}) with what `ssh-keygen -lf` prints on the PBX for its key in \
             /etc/ssh, and write queue_log_fingerprint = \"{shown}\""
        )),
        (_, None) => None,
    };
    match (known, error) {
        (Some(words), _) => io::Error::new(ErrorKind::PermissionDenied, words),
        (None, russh::Error::IO(error)) => error,
        (None, error) => io::Error::new(ErrorKind::ConnectionAborted, format!("SSH: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_keys_are_read_as_ssh_keygen_prints_them() {
        let text = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
        let key: HostKey = text.parse().expect("a fingerprint");
        assert_eq!(key.to_string(), text);
        assert_eq!(format!("256 {text} root@pbx (ED25519)\n").parse(), Ok(key));
        for wrong in ["", "SHA256:", "MD5:00:11", &text[7..], &text[..40], "sha256:ab"] {
            assert_eq!(wrong.parse::<HostKey>(), Err(NoHostKey), "{wrong}");
        }
    }
}
