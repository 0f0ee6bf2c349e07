//! Sources made from the configuration. A new platform is one arm here and one kind in `config`.

use crate::config::{AsteriskConfig, Config, QueueLogConfig, SecretRef, SourceKind};
use mirante_floor::Moment;
use mirante_sources::asterisk::queue_log::{LogAt, SftpAt, TailAt};
use mirante_sources::asterisk::{self, Asterisk, Trust};
use mirante_sources::{Phase, Session, Source, SourceError, Wait};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A source to follow.
pub struct Follow {
    /// Identity in the configuration, for ever.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Kind of platform, such as `asterisk`.
    pub kind: &'static str,
    /// The platform.
    pub source: Arc<dyn Source>,
}

/// The real platforms that a configuration follows; `folder` is where its relative paths begin.
pub fn follow(config: &Config, folder: &Path) -> Vec<Follow> {
    let real = config.sources.iter().filter_map(|source| match &source.kind {
        SourceKind::Simulator(_) => None,
        SourceKind::Asterisk(asterisk) => Some(Follow {
            name: source.name.clone(),
            label: source.label.clone(),
            kind: source.kind.word(),
            source: Arc::new(Lazy { config: (**asterisk).clone(), folder: folder.to_owned() }),
        }),
    });
    real.collect()
}

/// The configuration of an Asterisk with its secret fetched. May ask the system's keyring, which can take a while.
pub fn asterisk(config: &AsteriskConfig, folder: &Path) -> Result<asterisk::AsteriskConfig, SourceError> {
    Ok(asterisk::AsteriskConfig {
        host: config.host.clone(),
        port: config.port,
        tls: config.tls.as_ref().map(|trust| match trust {
            Trust::Authorities(file) => Trust::Authorities(file.as_ref().map(|path| folder.join(path))),
            Trust::Pinned(fingerprint) => Trust::Pinned(*fingerprint),
        }),
        username: config.username.clone(),
        secret: fetch(&config.secret, folder)?,
        queue_log: queue_log(config, folder)?,
        outbound: config.outbound.clone(),
    })
}

fn fetch(secret: &SecretRef, folder: &Path) -> Result<asterisk::Secret, SourceError> {
    let secret = secret.fetch(folder).map_err(|e| SourceError::passing(Phase::Secret, e.to_string()))?;
    Ok(asterisk::Secret::new(secret.reveal()))
}

/// Where the configuration says that an Asterisk's queue_log lies, with what opens it.
pub fn queue_log(config: &AsteriskConfig, folder: &Path) -> Result<Option<LogAt>, SourceError> {
    Ok(match &config.queue_log {
        None => None,
        Some(QueueLogConfig::File(path)) => Some(LogAt::Local(folder.join(path))),
        Some(QueueLogConfig::Tail { host, port, fingerprint, token }) => Some(LogAt::Tail(TailAt {
            host: host.clone(),
            port: *port,
            fingerprint: *fingerprint,
            token: fetch(token, folder)?,
        })),
        Some(QueueLogConfig::Sftp { host, port, user, path, host_key, key, password }) => Some(LogAt::Sftp(SftpAt {
            host: host.clone(),
            port: *port,
            user: user.clone(),
            path: path.clone(),
            host_key: *host_key,
            key: key.as_ref().map(|path| folder.join(path)),
            password: password.as_ref().map(|secret| fetch(secret, folder)).transpose()?,
        })),
    })
}

/// An Asterisk whose secret is fetched at each connection: a keyring that was locked at start, or a password that was
/// changed, needs no restart; and one that cannot be had is said on screen like any other failure.
struct Lazy {
    config: AsteriskConfig,
    folder: PathBuf,
}

impl Source for Lazy {
    fn connect(&self, last: Option<Moment>) -> Wait<'_, Result<Box<dyn Session>, SourceError>> {
        Box::pin(async move {
            let (config, folder) = (self.config.clone(), self.folder.clone());
            let fetched = tokio::task::spawn_blocking(move || asterisk(&config, &folder)).await;
            let config = fetched.map_err(|e| SourceError::passing(Phase::Config, e.to_string()))??;
            Asterisk::new(config).connect(last).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirante_sources::Retry;

    #[tokio::test]
    async fn a_secret_that_cannot_be_read_yet_is_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = AsteriskConfig {
            host: "127.0.0.1".into(),
            port,
            tls: None,
            username: "u".into(),
            secret: SecretRef::File("later".into()),
            queue_log: None,
            outbound: Default::default(),
        };
        let source = Lazy { config, folder: folder.path().to_owned() };
        let error = source.connect(None).await.err().unwrap();
        assert_eq!((error.phase, error.retry), (Phase::Secret, Retry::Backoff), "{error}");
        std::fs::write(folder.path().join("later"), "s\n").unwrap();
        // Nobody listens there, but the secret was had.
        assert_eq!(source.connect(None).await.err().unwrap().phase, Phase::Port);
    }
}
