//! The PBX's own record of its queues, the `queue_log`: as a witness of how waits ended and as the memory of what was not heard.
//!
//! ```text
//! place ── bytes ──▶ tail, past ── lines ──▶ witness: verdicts      place: this computer, or another behind a `LogPlace`
//!                    (content)               backfill: events       line, verb, export: what bytes mean
//! ```
//!
//! A place only answers three questions, each blocking and without state: how long is the log now, which older files lie beside
//! it, and what does a file hold from a byte on. Everything else is written once over that: see [`LogPlace`].

mod account;
mod at;
mod backfill;
mod content;
mod echoes;
mod export;
mod follow;
mod line;
mod local;
mod past;
mod patience;
mod place;
mod sftp;
mod ssh;
mod streamed;
mod tail;
mod talking;
mod told;
mod verb;
mod witness;

pub use account::{Account, AccountEvent, Unusable, Use, cut_off, overdue};
pub use at::{LogAt, SftpAt, TailAt};
pub(crate) use backfill::{Happened, Missed};
pub use content::Lines;
pub(crate) use echoes::Echoes;
pub use export::Reader;
pub(crate) use follow::{Follower, Opening};
pub use line::{Field, Line, MAX_LINE, Stamp};
pub use local::Local;
pub use mirante_tail::{OldFile, is_older};
pub use past::{Bounds, Past};
pub use place::LogPlace;
pub use ssh::{HostKey, NoHostKey};
pub use tail::Tail;
pub use verb::{Party, Verb};
pub(crate) use witness::Verdict;
