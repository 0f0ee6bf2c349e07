//! Where the configuration says that a queue_log lies.

use super::local::Local;
use super::place::LogPlace;
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

impl LogAt {
    /// The place, not entered yet.
    pub fn open(&self) -> Box<dyn LogPlace> {
        match self {
            LogAt::Local(path) => Box::new(Local::new(path)),
            LogAt::Tail(at) => Box::new(Streamed::new(at.clone())),
        }
    }
}
