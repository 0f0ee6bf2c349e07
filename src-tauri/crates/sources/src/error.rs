//! Why a session could not begin or go on.

/// The layer that failed, outermost first: what a person has to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The configuration cannot work.
    Config,
    /// The password is kept somewhere that cannot be read now.
    Secret,
    /// The host's name has no address.
    Name,
    /// Nothing accepts connections at the port.
    Port,
    /// TLS was refused or the certificate is not trusted.
    Tls,
    /// The platform closes the connection at once: its permit list does not hold this computer.
    Permit,
    /// User or password refused.
    Login,
    /// Logged in, but a needed right is missing.
    Rights,
    /// What the platform said cannot be understood, or it stopped answering.
    Protocol,
    /// The platform said that it stops.
    Stopping,
}

/// Whether connecting again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Yes, after a growing pause.
    Backoff,
    /// No: a person must change something first.
    Never,
}

/// Why a session could not begin or go on. The message says what happened, in plain English, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    /// The layer that failed.
    pub phase: Phase,
    /// Whether connecting again can help.
    pub retry: Retry,
    /// What happened, lower-case, no final full stop.
    pub message: String,
}

impl SourceError {
    /// An error that connecting again may cure.
    pub fn passing(phase: Phase, message: impl Into<String>) -> Self {
        SourceError { phase, retry: Retry::Backoff, message: message.into() }
    }

    /// An error that only a person can cure.
    pub fn lasting(phase: Phase, message: impl Into<String>) -> Self {
        SourceError { phase, retry: Retry::Never, message: message.into() }
    }
}
