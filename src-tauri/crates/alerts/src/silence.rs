//! Silences: alerts that somebody does not want to be told of, for a while.

use crate::{Key, Rule, Scope, Severity};
use mirante_floor::{Name, SourceId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest silence, ms: a week. What must be silent longer is a rule to switch off.
pub const LONGEST_SILENCE: i64 = 7 * 86_400_000;

/// Which alerts a silence is of: those that agree with everything that it names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Matcher {
    /// Of this rule.
    pub rule: Option<Name>,
    /// Of things of this scope.
    pub scope: Option<Scope>,
    /// Of this source.
    pub source: Option<SourceId>,
    /// Of the thing with this id.
    pub id: Option<Name>,
    /// At most as bad.
    pub severity: Option<Severity>,
}

impl Matcher {
    /// True if every alert agrees with it. One that is at most critical is any.
    fn is_everything(&self) -> bool {
        let severity = self.severity.filter(|severity| *severity < Severity::Critical);
        Matcher { severity, ..self.clone() } == Matcher::default()
    }
}

/// A silence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Which alerts.
    pub of: Matcher,
    /// From when, Unix ms.
    pub from: i64,
    /// Until when, Unix ms.
    pub until: i64,
    /// Who wants it.
    pub by: Name,
    /// Why.
    pub why: String,
    /// True if an administrator wants it: it holds for rules that law asks for too.
    pub admin: bool,
}

/// Why a silence is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SilenceError {
    /// It ends before it begins.
    #[error("the silence ends before it begins")]
    Backwards,
    /// Longer than [`LONGEST_SILENCE`].
    #[error("a silence lasts at most {} days", LONGEST_SILENCE / 86_400_000)]
    Long,
    /// Nobody said why.
    #[error("a silence needs a reason")]
    Reason,
    /// It names nothing, or only that whatever is critical or less bad is meant: everything would be silent.
    #[error("a silence must say of what; all that is critical or less bad is everything")]
    Everything,
}

impl Silence {
    /// Looks at what somebody asks for.
    ///
    /// # Errors
    /// [`SilenceError`].
    pub fn check(&self) -> Result<(), SilenceError> {
        if self.until <= self.from {
            Err(SilenceError::Backwards)
        } else if self.until.checked_sub(self.from).is_none_or(|ms| ms > LONGEST_SILENCE) {
            Err(SilenceError::Long)
        } else if self.why.trim().is_empty() {
            Err(SilenceError::Reason)
        } else if self.of.is_everything() {
            Err(SilenceError::Everything)
        } else {
            Ok(())
        }
    }

    /// True if it hides this alert at `now`, Unix ms.
    pub fn hides(&self, rule: &Rule, key: &Key, now: i64) -> bool {
        let of = &self.of;
        (self.from..self.until).contains(&now)
            && (self.admin || !rule.legal)
            && of.rule.as_ref().is_none_or(|rule| *rule == key.rule)
            && of.scope.is_none_or(|scope| scope == key.subject.scope)
            && of.source.is_none_or(|source| source == key.subject.source)
            && of.id.as_ref().is_none_or(|id| *id == key.subject.id)
            && of.severity.is_none_or(|worst| rule.severity <= worst)
    }
}
