//! Connections to PBXs: testing one, and keeping one.

use crate::wire::{Connection, ConnectionReport, LayerCheck, LayerState, WireError};
use mirante_engine::config::{Config, NewSource, Secret, SourceKind, keep_secret};
use mirante_sources::asterisk::{self, AsteriskConfig, Fingerprint, NoFingerprint, Trust};
use std::path::Path;

/// Refuses what cannot be a connection; the rest the test finds out. Gives the certificate to pin.
fn check(connection: &Connection) -> Result<Option<Fingerprint>, WireError> {
    let line = |what: &str, text: &str, most: usize| {
        if text.trim().is_empty() || text.len() > most || text.chars().any(char::is_control) {
            return Err(WireError::invalid(format!("the {what} must be one line of text, and not empty")));
        }
        Ok(())
    };
    line("host", &connection.host, 255)?;
    line("user", &connection.username, 128)?;
    line("password", &connection.secret, 1024)?;
    if connection.port == 0 {
        return Err(WireError::invalid("the port must be 1 to 65535"));
    }
    if connection.label.chars().any(char::is_control) || connection.label.chars().count() > 80 {
        return Err(WireError::invalid("the label must be one line of at most 80 characters"));
    }
    let pinned = connection.fingerprint.as_deref().map(str::parse).transpose();
    pinned.map_err(|error: NoFingerprint| WireError::invalid(error.to_string()))
}

/// Looks at each layer between here and a PBX, changing nothing.
pub(crate) async fn test(connection: &Connection) -> Result<ConnectionReport, WireError> {
    let pinned = check(connection)?;
    let config = AsteriskConfig {
        host: connection.host.trim().to_owned(),
        port: connection.port,
        tls: connection.tls.then(|| pinned.map_or(Trust::Authorities(None), Trust::Pinned)),
        username: connection.username.clone(),
        secret: asterisk::Secret::new(connection.secret.clone()),
        queue_log: None,
        outbound: Default::default(),
    };
    Ok(look(&config).await)
}

/// The same for a connection that is known to be one.
pub(crate) async fn look(config: &AsteriskConfig) -> ConnectionReport {
    let found = asterisk::check(config).await;
    let layer = |layer: asterisk::LayerCheck| LayerCheck {
        layer: layer.layer.word().to_owned(),
        state: match layer.state {
            asterisk::LayerState::Ok => LayerState::Ok,
            asterisk::LayerState::Failed => LayerState::Failed,
            asterisk::LayerState::NotReached => LayerState::NotReached,
            asterisk::LayerState::NotUsed => LayerState::NotUsed,
        },
        detail: layer.detail,
    };
    ConnectionReport {
        ok: found.ok,
        layers: found.layers.into_iter().map(layer).collect(),
        certificate: found.certificate.map(|shown| shown.to_string()),
        platform: found.platform,
        vicidial: found.vicidial,
        queues: found.queues,
        members: found.members,
        too_many_rights: found.too_many_rights,
    }
}

/// Keeps the password outside the configuration, and gives the source to write into it. The PBX at the same host and port
/// is the same source, whatever its new password.
pub(crate) fn keep(connection: &Connection, config: &Config, folder: &Path) -> Result<NewSource, WireError> {
    let fingerprint = check(connection)?;
    let host = connection.host.trim();
    let same = config
        .sources
        .iter()
        .find(|source| matches!(&source.kind, SourceKind::Asterisk(a) if a.host == host && a.port == connection.port));
    let label = Some(connection.label.trim()).filter(|label| !label.is_empty()).unwrap_or(host);
    let name = same.map_or_else(|| free_name(label, config), |source| source.name.clone());
    let secret = Secret::new(connection.secret.clone());
    let secret = keep_secret(folder, &name, &connection.username, &secret)?;
    Ok(NewSource {
        name,
        label: label.to_owned(),
        host: host.to_owned(),
        port: connection.port,
        tls: connection.tls,
        fingerprint,
        username: connection.username.clone(),
        secret,
    })
}

/// A name for the configuration made from what people call the PBX, and not taken yet.
fn free_name(label: &str, config: &Config) -> String {
    let mut name = String::new();
    for c in label.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => name.push(c),
            'á' | 'à' | 'â' | 'ã' => name.push('a'),
            'é' | 'ê' => name.push('e'),
            'í' => name.push('i'),
            'ó' | 'ô' | 'õ' => name.push('o'),
            'ú' | 'ü' => name.push('u'),
            'ç' => name.push('c'),
            _ if !name.is_empty() && !name.ends_with('-') => name.push('-'),
            _ => {}
        }
    }
    name.truncate(30);
    let name = name.trim_end_matches('-');
    let name = if name.is_empty() { "pabx" } else { name };
    let taken = |name: &str| config.sources.iter().any(|source| source.name == name);
    let numbered = (2..).map(|n| format!("{name}-{n}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> Connection {
        Connection {
            label: "PABX São João · 1".into(),
            host: "10.0.0.2".into(),
            port: 5038,
            tls: false,
            fingerprint: None,
            username: "mirante".into(),
            secret: "s3gredo".into(),
        }
    }

    #[test]
    fn names_are_plain_and_free() {
        let mut config = Config::default();
        assert_eq!(free_name("PABX São João · 1", &config), "pabx-sao-joao-1");
        assert_eq!(free_name("···", &config), "pabx");
        let text = "[[source]]\nname = \"pabx\"\nkind = \"simulator\"\n";
        config.sources = Config::parse(text).unwrap().sources;
        assert_eq!(free_name("pabx", &config), "pabx-2");
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(check(&connection()).is_ok());
        for wrong in [
            Connection { host: " ".into(), ..connection() },
            Connection { username: "a\r\nAction: Originate".into(), ..connection() },
            Connection { secret: String::new(), ..connection() },
            Connection { port: 0, ..connection() },
            Connection { tls: true, fingerprint: Some("sha256:12".into()), ..connection() },
        ] {
            assert!(check(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[tokio::test]
    async fn a_test_names_the_layer() {
        // A port that was just free: nobody listens there.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let report = test(&Connection { host: "127.0.0.1".into(), port, ..connection() }).await.unwrap();
        assert!(!report.ok);
        let failed = report.layers.iter().find(|l| l.state == LayerState::Failed).unwrap();
        assert_eq!(failed.layer, "port");
        assert_eq!(report.layers.last().unwrap().state, LayerState::NotReached);
    }
}
