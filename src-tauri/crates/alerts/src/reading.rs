//! What a rule reads: of whom, and what it found.

use crate::{Calendar, Scope, Subject};
use mirante_floor::Name;

/// What a name stands for at one moment.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// A number in the unit of its [`Term`](crate::Term).
    Number(f64),
    /// Whether something holds.
    Flag(bool),
    /// A word, such as the reason of a pause.
    Text(Name),
    /// Nobody knows: not heard, nothing to divide by, nothing there. Never zero.
    Absent,
}

/// The facts that rules read, at one moment, and the operation's calendar.
pub trait Facts: Calendar {
    /// Everything of that kind that there is now.
    fn subjects(&self, scope: Scope) -> Vec<Subject>;
    /// True if the platform behind it is heard. A source itself is always: that it is not is a fact about it.
    fn heard(&self, subject: &Subject) -> bool;
    /// What a thing gathers: the queues and campaigns of an operation or a client, the agents of a team; nothing of any other.
    fn members(&self, subject: &Subject) -> Vec<Subject>;
    /// What `name` stands for; a name that is not known for this scope is [`Reading::Absent`].
    fn read(&self, subject: &Subject, name: &str) -> Reading;
}
