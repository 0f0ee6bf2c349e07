//! Why a source is not heard: a code that faces have words for, and the detail.
//!
//! The floor and history keep one text, `code: words`. It is written and read here and nowhere else. The codes stay what
//! they are for ever, since old history holds them.

use mirante_floor::Name;
use mirante_sources::Phase;
use serde::{Deserialize, Serialize};

/// Why a source is not heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The host's name has no address.
    Name,
    /// Nothing accepts connections at the port.
    Port,
    /// TLS was refused or the certificate is not trusted.
    Tls,
    /// The platform closes the connection at once.
    Permit,
    /// User or password refused.
    Password,
    /// A right to read is missing.
    Read,
    /// The platform stopped answering, or cannot be understood.
    Protocol,
    /// The platform said that it stops.
    Shutdown,
    /// The configuration cannot work.
    Config,
    /// The password is kept somewhere that cannot be read now.
    Secret,
    /// This computer cannot keep up with the platform's events.
    Overload,
    /// The disk took no more history for so long that some was given up.
    Disk,
    /// Mirante was closed.
    Closed,
    /// Mirante ended without closing.
    Stopped,
    /// The connection was changed: Mirante connects again.
    Again,
    /// Whoever configures Mirante removed the source.
    Removed,
}

impl Reason {
    const ALL: [(Reason, &'static str); 16] = [
        (Reason::Name, "name"),
        (Reason::Port, "port"),
        (Reason::Tls, "tls"),
        (Reason::Permit, "permit"),
        (Reason::Password, "password"),
        (Reason::Read, "read"),
        (Reason::Protocol, "protocol"),
        (Reason::Shutdown, "shutdown"),
        (Reason::Config, "config"),
        (Reason::Secret, "secret"),
        (Reason::Overload, "overload"),
        (Reason::Disk, "disk"),
        (Reason::Closed, "closed"),
        (Reason::Stopped, "stopped"),
        (Reason::Again, "again"),
        (Reason::Removed, "removed"),
    ];

    /// The code, as it is written in history and on the wire.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(reason, _)| *reason == self).map_or("protocol", |(_, code)| code)
    }

    /// The reason and its detail as one text.
    pub fn with(self, words: &str) -> Name {
        format!("{}: {words}", self.code()).into()
    }

    /// The reason and the detail in a text. One without a known code is all detail.
    pub fn read(text: &str) -> (Option<Reason>, &str) {
        let found = text.split_once(": ").and_then(|(code, words)| {
            let (reason, _) = Self::ALL.iter().find(|(_, known)| *known == code)?;
            Some((Some(*reason), words))
        });
        found.unwrap_or((None, text))
    }
}

impl From<Phase> for Reason {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Config => Reason::Config,
            Phase::Secret => Reason::Secret,
            Phase::Name => Reason::Name,
            Phase::Port => Reason::Port,
            Phase::Tls => Reason::Tls,
            Phase::Permit => Reason::Permit,
            Phase::Login => Reason::Password,
            Phase::Rights => Reason::Read,
            Phase::Protocol => Reason::Protocol,
            Phase::Stopping => Reason::Shutdown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (reason, code) in Reason::ALL {
            assert_eq!(Reason::read(&reason.with("it: broke")), (Some(reason), "it: broke"));
            assert_eq!(serde_json::to_value(reason).unwrap(), code, "the wire and history say the same");
        }
        assert_eq!(Reason::read("port: connection refused"), (Some(Reason::Port), "connection refused"));
        for text in ["", "port", "portal: x", "a platform's own words: port: x"] {
            assert_eq!(Reason::read(text), (None, text));
        }
    }
}
