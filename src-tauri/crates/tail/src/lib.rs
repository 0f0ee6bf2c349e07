//! A queue_log read from another computer, over TLS.
//!
//! The program on the PBX serves one log and the files that it was rotated into, read-only, to whoever has the token. It is small
//! and static, so that it runs on systems as old as the PBX; it has no threads but one a connection, no async, and a bounded memory.
//! It knows nothing of what a line means: both ends of the [protocol] and the files themselves are all there is here.
//!
//! ```text
//! files ◀─ server ◀─ protocol over TLS ─▶ client
//! ```

pub mod client;
mod files;
mod fingerprint;
pub mod protocol;

#[cfg(feature = "server")]
pub mod command;
#[cfg(feature = "server")]
pub mod identity;
#[cfg(feature = "server")]
pub mod server;

pub use files::{Log, OldFile, is_older};
pub use fingerprint::{Fingerprint, NoFingerprint};
