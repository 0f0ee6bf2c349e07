//! Where the configuration says that a queue_log lies.

use super::local::Local;
use super::place::LogPlace;
use super::sftp::Sftp;
use super::ssh::HostKey;
use super::streamed::Streamed;
use crate::asterisk::{Fingerprint, Secret};
use std::path::PathBuf;

/// Where a PBX's queue_log lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogAt {
    /// A file that this computer can read.
    Local(PathBuf),
    /// Behind `mirantectl tail` on the PBX.
    Tail(TailAt),
    /// Behind the SSH server of the PBX.
    Sftp(SftpAt),
}

/// A `mirantectl tail`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TailAt {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Its certificate.
    pub fingerprint: Fingerprint,
    /// What opens it, 64 hexadecimal digits.
    pub token: Secret,
}

/// A log on a computer with an SSH server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SftpAt {
    /// Name or address.
    pub host: String,
    /// Port, usually 22.
    pub port: u16,
    /// Who enters.
    pub user: String,
    /// The log's absolute path there.
    pub path: String,
    /// The host's key; without it nothing is entered, and the failure tells which one was shown.
    pub host_key: Option<HostKey>,
    /// A file with the private key to enter with.
    pub key: Option<PathBuf>,
    /// The user's password; with a key, what opens that.
    pub password: Option<Secret>,
}

impl SftpAt {
    /// The folder of the log, and its name there.
    pub(super) fn folder_and_name(&self) -> (&str, &str) {
        match self.path.rsplit_once('/') {
            Some(("", name)) => ("/", name),
            Some(parts) => parts,
            None => (".", &self.path),
        }
    }
}

impl LogAt {
    /// The place, not entered yet.
    pub fn open(&self) -> Box<dyn LogPlace> {
        match self {
            LogAt::Local(path) => Box::new(Local::new(path)),
            LogAt::Sftp(at) => Box::new(Sftp::new(at.clone())),
            LogAt::Tail(at) => Box::new(Streamed::new(at.clone())),
        }
    }
}
