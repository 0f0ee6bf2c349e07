//! Asterisk and its family over AMI, the Asterisk Manager Interface.
//!
//! A session is ready when the login and the first list of queues were accepted. It then yields events as they come and a
//! picture right after the connection and every minute. It only ever sends `Challenge`, `Login`, `CoreSettings`, `QueueStatus`,
//! `DeviceStateList` and `Ping`: nothing is changed on the platform.
//!
//! ```text
//! bytes ─ decoder ─ message ─▶ translate { calls, members, outbound } ─▶ reports    link: TCP or tls, login: ready, session: the loop
//! ```

mod address;
mod agent;
#[cfg(any(test, feature = "bench"))]
#[doc(hidden)]
pub mod bench;
mod calls;
mod check;
mod clock;
mod counting;
mod decoder;
mod documentation;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(test)]
mod golden;
mod hearing;
mod journeys;
mod link;
mod login;
mod loose;
mod members;
mod message;
mod outbound;
mod phones;
mod place;
pub mod queue_log;
mod remote;
mod roster;
mod row;
mod scan;
mod session;
mod shape;
mod talks;
mod tls;
mod translate;

pub use check::{Diagnosis, Layer, LayerCheck, LayerState, check};
pub use counting::counts_twice;
pub use documentation::{event_filters, freepbx_block, outbound_block, user_block};
pub use mirante_tail::{Fingerprint, NoFingerprint};
pub use outbound::Outbound;
pub use tls::Trust;

use self::queue_log::LogAt;
use crate::{Session, Source, SourceError, Wait};
use mirante_floor::{Moment, Name};
use std::fmt;

/// The key under which the agent at this address stands on the floor, as `2101` for `Local/2101@from-queue/n`; absent for an
/// address that holds somebody's telephone number, whose key only a session can make.
pub fn agent_key(interface: &str, state_interface: Option<&str>) -> Option<Name> {
    let addresses = [Some(interface), state_interface];
    let telephone = addresses.into_iter().flatten().any(|address| remote::telephone(address).is_some());
    (!telephone).then(|| agent::key(interface, state_interface, &remote::Remote::default()))
}

/// A map for what is looked up at every message: its hash is seeded anew at each start, and takes a fifth of the time of the
/// standard one.
type HashMap<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;

/// The same for rows that are found by name and know each other by number.
type IndexMap<K, V> = indexmap::IndexMap<K, V, foldhash::fast::RandomState>;

/// A password. Never shows in logs or errors: its `Debug` is three stars and it has no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a password.
    pub fn new(secret: impl Into<String>) -> Self {
        Secret(secret.into())
    }

    /// The password itself, for the login only.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Secret(secret)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Where a PBX is and how to enter it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsteriskConfig {
    /// Name or address.
    pub host: String,
    /// AMI port, usually 5038 (TLS 5039).
    pub port: u16,
    /// AMI over TLS, and whom to believe to be the PBX. Without it, only private addresses are spoken to.
    pub tls: Option<Trust>,
    /// AMI user.
    pub username: String,
    /// AMI secret.
    pub secret: Secret,
    /// The PBX's queue_log, if it can be read from here.
    pub queue_log: Option<LogAt>,
    /// How campaigns and results of calls to the outside are named.
    pub outbound: Outbound,
}

/// A PBX of the Asterisk family.
#[derive(Debug, Clone)]
pub struct Asterisk {
    config: AsteriskConfig,
}

impl Asterisk {
    /// A source that speaks to the PBX of `config`. Nothing happens until it is connected.
    pub fn new(config: AsteriskConfig) -> Self {
        Asterisk { config }
    }
}

impl Source for Asterisk {
    fn connect(&self, last: Option<Moment>) -> Wait<'_, Result<Box<dyn Session>, SourceError>> {
        Box::pin(async move { Ok(Box::new(session::AmiSession::open(&self.config, last).await?) as Box<dyn Session>) })
    }
}
