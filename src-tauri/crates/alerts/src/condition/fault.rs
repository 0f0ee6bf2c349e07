//! Why a condition cannot be used, and where.

use crate::Scope;
use thiserror::Error;

/// What is wrong with a condition. `at` counts characters from the start of its text, from 0; people are told from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// Longer than [`MOST_BYTES`](super::MOST_BYTES).
    #[error("the condition has {bytes} bytes; at most {most} are read", most = super::MOST_BYTES)]
    Long {
        /// Its length.
        bytes: usize,
    },
    /// Nested deeper than [`MOST_NESTED`](super::MOST_NESTED).
    #[error("character {}: nested more than {most} deep", at + 1, most = super::MOST_NESTED)]
    Deep {
        /// Where it gets too deep.
        at: usize,
    },
    /// This computer could not start the reader, or it gave up.
    #[error("the condition could not be read on this computer now")]
    Reader,
    /// Not an expression.
    #[error("character {}: {}", at + 1, if *end { "something is missing at the end" } else { "cannot be read from here on" })]
    Syntax {
        /// Where the reader stopped.
        at: usize,
        /// True if that is the end of the text.
        end: bool,
    },
    /// A name that nothing has here.
    #[error("character {}: nothing is called `{name}` here{}", at + 1, meant.as_ref().map_or_else(String::new, |name| format!("; did you mean `{name}`?")))]
    Name {
        /// Where it stands.
        at: usize,
        /// The name.
        name: String,
        /// The nearest name there is, if one is near.
        meant: Option<String>,
    },
    /// A name that other things have.
    #[error("character {}: `{name}` is asked of another scope: {}", at + 1, scopes.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(", "))]
    Elsewhere {
        /// Where it stands.
        at: usize,
        /// The name.
        name: String,
        /// What it can be asked of.
        scopes: Vec<Scope>,
    },
    /// A name that needs to be told of which stretch of time.
    #[error("character {}: `{name}` is of a stretch of time: write `{name}_30m`, or _5m, _15m, _60m, _interval, _shift, _day", at + 1)]
    Window {
        /// Where it stands.
        at: usize,
        /// The name.
        name: String,
    },
    /// One kind of value where another must be.
    #[error("character {}: {found} where {wanted} must be", at + 1)]
    Type {
        /// Where it stands.
        at: usize,
        /// What must be there.
        wanted: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// Part of the language, and not of conditions.
    #[error("character {}: `{what}` is not used in conditions", at + 1)]
    Unused {
        /// Where it stands.
        at: usize,
        /// What it is.
        what: String,
    },
}

impl Fault {
    /// Where it is, in characters from the start; none if it is of the whole.
    pub fn at(&self) -> Option<usize> {
        match self {
            Fault::Long { .. } | Fault::Reader => None,
            Fault::Deep { at }
            | Fault::Syntax { at, .. }
            | Fault::Name { at, .. }
            | Fault::Elsewhere { at, .. }
            | Fault::Window { at, .. }
            | Fault::Type { at, .. }
            | Fault::Unused { at, .. } => Some(*at),
        }
    }
}
