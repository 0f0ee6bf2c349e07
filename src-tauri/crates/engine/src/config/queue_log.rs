//! Where a source's queue_log lies: `queue_log` and the keys that go with it.

use super::SecretRef;
use super::raw::{Reader, Text};
use mirante_sources::asterisk::Fingerprint;
use mirante_sources::asterisk::queue_log::HostKey;
use std::path::PathBuf;
use toml::Spanned;

/// Where a PBX's queue_log lies.
#[derive(Debug, Clone, PartialEq)]
pub enum QueueLogConfig {
    /// A file that this computer can read; a relative path begins beside the configuration.
    File(PathBuf),
    /// Behind `mirantectl tail` on the PBX.
    Tail {
        /// Name or address.
        host: String,
        /// Port.
        port: u16,
        /// Its certificate.
        fingerprint: Fingerprint,
        /// Where its token is.
        token: SecretRef,
    },
    /// Behind the PBX's SSH server.
    Sftp {
        /// Name or address.
        host: String,
        /// Port.
        port: u16,
        /// Who enters.
        user: String,
        /// Absolute path there.
        path: String,
        /// The host's key; without it the first failure tells it.
        host_key: Option<HostKey>,
        /// File of the private key to enter with.
        key: Option<PathBuf>,
        /// Where the password is; with a key, its passphrase.
        password: Option<SecretRef>,
    },
}

/// The keys as written.
#[derive(Clone, Copy)]
pub(super) struct Keys<'a> {
    pub(super) queue_log: Option<&'a Text>,
    pub(super) fingerprint: Option<&'a Text>,
    pub(super) token: Option<&'a Text>,
    pub(super) key: Option<&'a Text>,
    pub(super) password: Option<&'a Text>,
}

impl Keys<'_> {
    /// Every key but the first, by name.
    pub(super) fn beside(&self) -> [(&'static str, Option<std::ops::Range<usize>>); 4] {
        [
            ("queue_log_fingerprint", self.fingerprint.map(Spanned::span)),
            ("queue_log_token", self.token.map(Spanned::span)),
            ("queue_log_key", self.key.map(Spanned::span)),
            ("queue_log_password", self.password.map(Spanned::span)),
        ]
    }
}

impl Reader<'_> {
    pub(super) fn queue_log(&mut self, keys: Keys<'_>) -> Option<QueueLogConfig> {
        let Some(text) = keys.queue_log else {
            self.not_with(keys, &[], "there is no `queue_log`");
            return None;
        };
        let at = text.span().start;
        let Some((scheme, rest)) = text.get_ref().split_once("://") else {
            self.not_with(keys, &[], "a `queue_log` on this computer needs none");
            if text.get_ref().trim().is_empty() {
                self.wrong(at, "this must be the path of the log");
            }
            return Some(QueueLogConfig::File(text.get_ref().into()));
        };
        match scheme {
            "tail" => self.tail(at, rest, keys),
            "sftp" => self.sftp(at, rest, keys),
            _ => {
                let message = "write the path of a file, \"sftp://user@host/path\", or \"tail://host:port\" for a `mirantectl tail`";
                self.wrong(at, message);
                None
            }
        }
    }

    fn tail(&mut self, at: usize, rest: &str, keys: Keys<'_>) -> Option<QueueLogConfig> {
        self.not_with(keys, &["queue_log_fingerprint", "queue_log_token"], "a `mirantectl tail` needs none");
        let place = host_and_port(rest.strip_suffix('/').unwrap_or(rest));
        let place = place.and_then(|(host, port)| Some((host, port?)));
        if place.is_none() {
            self.wrong(at, "this must be \"tail://host:port\", as `mirantectl tail` showed it on the PBX");
        }
        let missing = |key: &str| format!("`{key}` is missing: `mirantectl tail --show`, on the PBX, says it");
        let fingerprint = match keys.fingerprint {
            Some(text) => {
                let parsed = text.get_ref().parse::<Fingerprint>();
                parsed.map_err(|error| self.wrong(text.span().start, error.to_string())).ok()
            }
            None => {
                self.wrong(at, missing("queue_log_fingerprint"));
                None
            }
        };
        let token = match keys.token {
            Some(text) => self.secret(text),
            None => {
                self.wrong(at, missing("queue_log_token"));
                None
            }
        };
        let (host, port) = place?;
        Some(QueueLogConfig::Tail { host, port, fingerprint: fingerprint?, token: token? })
    }

    fn sftp(&mut self, at: usize, rest: &str, keys: Keys<'_>) -> Option<QueueLogConfig> {
        let wanted = ["queue_log_fingerprint", "queue_log_key", "queue_log_password"];
        self.not_with(keys, &wanted, "SFTP needs none");
        let place = user_host_path(rest);
        if place.is_none() {
            // Never repeats it: a password may have been written into it.
            let message = "this must be \"sftp://user@host/path\" or \"sftp://user@host:port/path\"; a password goes into \
                           `queue_log_password`, a key into `queue_log_key`";
            self.wrong(at, message);
        }
        let host_key = keys.fingerprint.and_then(|text| {
            let parsed = text.get_ref().parse::<HostKey>();
            parsed.map_err(|error| self.wrong(text.span().start, error.to_string())).ok()
        });
        let password = keys.password.and_then(|text| self.secret(text));
        if keys.key.is_none() && keys.password.is_none() {
            self.wrong(at, "say how to enter: queue_log_key = \"path\", or queue_log_password = \"env:NAME\"");
        }
        let (user, host, port, path) = place?;
        let key = keys.key.map(|text| text.get_ref().into());
        Some(QueueLogConfig::Sftp { host, port: port.unwrap_or(22), user, path, host_key, key, password })
    }

    /// Refuses the keys beside `queue_log` that are not among `wanted`.
    fn not_with(&mut self, keys: Keys<'_>, wanted: &[&str], why: &str) {
        for (key, span) in keys.beside() {
            if let Some(span) = span.filter(|_| !wanted.contains(&key)) {
                self.wrong(span.start, format!("`{key}` means nothing here: {why}; remove it"));
            }
        }
    }

    fn secret(&mut self, text: &Text) -> Option<SecretRef> {
        SecretRef::parse(text.get_ref()).map_err(|error| self.wrong(text.span().start, error.to_string())).ok()
    }
}

/// `user@host/path` or `user@host:port/path`.
fn user_host_path(text: &str) -> Option<(String, String, Option<u16>, String)> {
    let (user, rest) = text.split_once('@')?;
    let (place, path) = rest.split_once('/')?;
    let (host, port) = host_and_port(place)?;
    let good = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let fits = !user.is_empty() && user.chars().all(good) && !path.is_empty() && !path.ends_with('/');
    let fits = fits && path.len() < 4096 && !path.chars().any(char::is_control);
    fits.then(|| (user.to_owned(), host, port, format!("/{path}")))
}

/// `host`, `host:port`, `[address]` or `[address]:port`.
fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            (host, rest.strip_prefix(':').or(Some("").filter(|_| rest.is_empty()))?)
        }
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let good = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    if host.is_empty() || host.len() > 253 || !host.chars().all(good) {
        return None;
    }
    let port = match port {
        "" => None,
        digits => Some(digits.parse().ok().filter(|port| *port > 0)?),
    };
    Some((host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_paths() {
        let log = |host: &str, port| Some(("root".to_owned(), host.to_owned(), port, "/var/log/q".to_owned()));
        assert_eq!(user_host_path("root@pbx/var/log/q"), log("pbx", None));
        assert_eq!(user_host_path("root@[fd00::5]:2222/var/log/q"), log("fd00::5", Some(2222)));
        for text in
            ["pbx/x", "@pbx/x", "a:senha@pbx/x", "root@pbx", "root@pbx/", "root@pbx/a/", "a@b@pbx/x", "a b@pbx/x"]
        {
            assert_eq!(user_host_path(text), None, "{text}");
        }
    }

    #[test]
    fn hosts_and_ports() {
        for (text, host, port) in [
            ("pbx", "pbx", None),
            ("pbx.example.com:8730", "pbx.example.com", Some(8730)),
            ("10.0.0.2:1", "10.0.0.2", Some(1)),
            ("[fd00::5]", "fd00::5", None),
            ("[fd00::5]:22", "fd00::5", Some(22)),
        ] {
            assert_eq!(host_and_port(text), Some((host.to_owned(), port)), "{text}");
        }
        for text in ["", ":22", "pbx:0", "pbx:70000", "pbx:x", "a b:1", "[fd00::5", "[fd00::5]22", "u@h:1", "h/x:1"] {
            assert_eq!(host_and_port(text), None, "{text}");
        }
    }
}
