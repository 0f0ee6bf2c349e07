//! Telephony platforms behind one trait: each translates its platform into floor events and pictures.
//!
//! A source only translates. It never spawns tasks, never retries on its own and never guesses; the engine connects it again,
//! stamps what it yields, and feeds the fold. Adding a platform is one folder and one line here.

pub mod asterisk;
mod error;
pub mod simulator;

pub use error::{Phase, Retry, SourceError};

use mirante_floor::{Kind, Moment, Name, Picture};
use std::future::Future;
use std::pin::Pin;

/// A person as a platform names them, before the party table gives them a key. Hostile input: only ever shown as text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Caller {
    /// Telephone number or login; empty if withheld.
    pub number: Name,
    /// Name; empty if none.
    pub name: Name,
}

/// What a session yields.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// Something happened.
    Event {
        /// The platform's own time, Unix ms.
        at: Option<i64>,
        /// What.
        kind: Kind<Caller>,
    },
    /// A record of the platform's own tells, after the fact, what happened while nobody listened. These come in order, before
    /// the session's first picture; only ends of conversations that went on then come when the record tells them.
    Backfill {
        /// The record's own time, Unix ms.
        at: i64,
        /// When the call entered the queue for the stay that this is about, Unix ms by the record, if it tells.
        entered: Option<i64>,
        /// What.
        kind: Kind<Caller>,
    },
    /// The platform's clock was read. Comes before the first event after it was set.
    Clock {
        /// What it shows now, Unix ms.
        at: i64,
        /// By how much it was set ahead since it was last read, ms; negative for back, 0 for not at all.
        by: i64,
    },
    /// The platform described itself.
    Picture(Picture<Caller>),
}

/// A boxed future, so that the traits stay usable as objects.
pub type Wait<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A platform that can be reached.
pub trait Source: Send + Sync {
    /// Opens one session: logged in, and the first picture asked for. Nothing is retried here.
    ///
    /// `last`: when the platform was last heard, by an earlier session or an earlier run; what happened since is unknown.
    fn connect(&self, last: Option<Moment>) -> Wait<'_, Result<Box<dyn Session>, SourceError>>;
}

/// One connection to a platform, until it breaks.
pub trait Session: Send {
    /// The platform's words for what it is, such as `Asterisk 22.10.0`.
    fn platform(&self) -> &str;

    /// Waits for what the platform says next and appends it, in order, to `out`. Cancel-safe: dropping the future loses
    /// nothing. An error ends the session.
    fn next<'a>(&'a mut self, out: &'a mut Vec<Report>) -> Wait<'a, Result<(), SourceError>>;
}
