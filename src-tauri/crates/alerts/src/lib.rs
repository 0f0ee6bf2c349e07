//! Rules, the life of an alert, and the steps of its escalation. Pure: it may know the floor and the metrics, and neither a clock nor
//! a channel. Time is an argument, and what to send is an answer.

mod condition;
mod escalation;
mod group;
mod hours;
mod life;
mod reading;
mod rule;
mod rules;
mod silence;
mod state;
mod term;
mod things;

pub use condition::{Condition, Fault, MOST_BYTES, MOST_NESTED};
pub use escalation::{Climb, Duty, Policy, Step, Target, Told};
pub use group::{Group, Groups, Message, Pace, Reason, Way};
pub use hours::{Calendar, Hours, Local};
pub use life::{Alert, Found, Phase, Taken};
pub use mirante_floor::alert::{Key, Scope, Severity, Shown, Subject};
pub use reading::{Facts, Reading};
pub use rule::{Absence, Flapping, Rule};
pub use rules::{Rules, RulesError};
pub use silence::{LONGEST_SILENCE, Matcher, Silence, SilenceError};
pub use state::{AlertState, Touched, Transition};
pub use term::{Kind, TERMS, Term, WINDOWS, find as find_term, spellings};
pub use things::Things;
