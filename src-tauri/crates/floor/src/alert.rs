//! What the floor knows of alerts: which there are, in what state, and who looks after them.
//!
//! What makes an alert is decided elsewhere, from rules; here its transitions happen, so that a past second shows the alerts of then.

use crate::{Changes, Fact, Floor, Name, SourceId, Stamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What kind of thing an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// A queue.
    Queue,
    /// An operation: the queues and campaigns that belong together.
    Operation,
    /// A client, for whom queues and campaigns are run.
    Client,
    /// A campaign.
    Campaign,
    /// An agent.
    Agent,
    /// A team of agents.
    Team,
    /// A source: one platform that is heard.
    Source,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 7] =
        [Scope::Queue, Scope::Operation, Scope::Client, Scope::Campaign, Scope::Agent, Scope::Team, Scope::Source];

    /// The word that stands for it in files and in history.
    pub fn word(self) -> &'static str {
        match self {
            Scope::Queue => "queue",
            Scope::Operation => "operation",
            Scope::Client => "client",
            Scope::Campaign => "campaign",
            Scope::Agent => "agent",
            Scope::Team => "team",
            Scope::Source => "source",
        }
    }
}

/// One thing that an alert is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// What it is.
    pub scope: Scope,
    /// The source it is of; of none (0) if it gathers several, as an operation does.
    pub source: SourceId,
    /// Its id there; empty for the source itself.
    pub id: Name,
}

/// Which alert: one rule about one thing. The same again is the same alert.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// The rule.
    pub rule: Name,
    /// The thing.
    pub subject: Subject,
}

/// As other systems know it again: `rule/scope/source/id`.
impl fmt::Display for Key {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Subject { scope, source, id } = &self.subject;
        write!(text, "{}/{}/{}/{id}", self.rule, scope.word(), source.0)
    }
}

impl Key {
    /// The key that was written as that; none if it is none.
    pub fn read(text: &str) -> Option<Key> {
        let mut parts = text.splitn(4, '/');
        let rule = parts.next().filter(|rule| !rule.is_empty())?;
        let scope = parts.next()?;
        let scope = Scope::ALL.into_iter().find(|known| known.word() == scope)?;
        let source = SourceId(parts.next()?.parse().ok()?);
        Some(Key { rule: rule.into(), subject: Subject { scope, source, id: parts.next()?.into() } })
    }
}

/// How bad an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Notice,
    /// Someone should look.
    Warning,
    /// Someone must act.
    Critical,
}

impl Severity {
    /// Every severity, the least first.
    pub const ALL: [Severity; 3] = [Severity::Notice, Severity::Warning, Severity::Critical];

    /// The word that stands for it in files and in history.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Notice => "notice",
            Severity::Warning => "warning",
            Severity::Critical => "critical",
        }
    }
}

/// The state in which an alert is shown: the first of these that is true, from the last to the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// Nothing is wrong.
    Normal,
    /// The condition holds, not yet long enough.
    Pending,
    /// It is an alert, and nobody looks after it.
    Firing,
    /// Somebody looks after it.
    Acknowledged,
    /// It is over, not yet long enough.
    Recovering,
    /// Another alert explains it.
    Inhibited,
    /// Somebody does not want to be told of it.
    Silenced,
    /// Its source is not heard.
    NoData,
}

impl Shown {
    /// Every state.
    pub const ALL: [Shown; 8] = [
        Shown::Normal,
        Shown::Pending,
        Shown::Firing,
        Shown::Acknowledged,
        Shown::Recovering,
        Shown::Inhibited,
        Shown::Silenced,
        Shown::NoData,
    ];

    /// The word that stands for it in files and in history.
    pub fn word(self) -> &'static str {
        match self {
            Shown::Normal => "normal",
            Shown::Pending => "pending",
            Shown::Firing => "firing",
            Shown::Acknowledged => "acknowledged",
            Shown::Recovering => "recovering",
            Shown::Inhibited => "inhibited",
            Shown::Silenced => "silenced",
            Shown::NoData => "no_data",
        }
    }
}

/// How an alert stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Number of its row in history: it fired. 0 while it has not.
    pub alert: u64,
    /// What people call the rule.
    pub name: Name,
    /// How bad it is.
    pub severity: Severity,
    /// Its state.
    pub shown: Shown,
    /// When it came to that, Unix ms.
    pub since: i64,
    /// When it fired, Unix ms; absent while it has not.
    pub fired: Option<i64>,
    /// It comes and goes too often to be told each time.
    pub flapping: bool,
    /// The user who looks after it, and until when, Unix ms.
    pub taken: Option<(Name, i64)>,
    /// What its first figure was when it came to that, in the unit of its name in the rule; absent if that was absent.
    pub value: Option<f64>,
    /// What that figure is held against, if it is one number.
    pub limit: Option<f64>,
}

/// An alert came to another state, or into other hands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Which alert.
    pub key: Key,
    /// How it stands now; [`Shown::Normal`] ends it, and then the rest tells how it stood.
    pub standing: Standing,
    /// The newest event that was known when it was decided; 0 if time alone decided in an empty history.
    pub cause: u64,
}

/// A change that happened: what history keeps of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// Number of its event.
    pub seq: u64,
    /// When, Unix ms.
    pub at: i64,
    /// What it was before.
    pub from: Shown,
    /// What changed.
    pub change: Change,
}

impl Floor {
    /// Lets a change happen.
    pub(crate) fn alert(&mut self, stamp: Stamp, change: &Change, changes: &mut Changes) {
        let Stamp { seq, seen: at, .. } = stamp;
        let before = match change.standing.shown {
            Shown::Normal => self.alerts.remove(&change.key),
            _ => self.alerts.insert(change.key.clone(), change.standing.clone()),
        };
        let from = before.map_or(Shown::Normal, |before| before.shown);
        changes.alerts.insert(change.key.clone());
        changes.facts.push(Fact::AlertMoved(Box::new(Moved { seq, at, from, change: change.clone() })));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, Kind, Origin};

    #[test]
    fn alerts_come_and_go_and_only_mirante_tells_of_them() {
        let key = Key::read("espera/queue/1/sac").expect("a key");
        let standing = |shown| Standing {
            alert: 1,
            name: "Espera".into(),
            severity: Severity::Warning,
            shown,
            since: 5,
            fired: Some(5),
            flapping: false,
            taken: None,
            value: None,
            limit: None,
        };
        let (mut floor, mut changes) = (Floor::default(), Changes::default());
        let mut happen = |source, seq, shown| {
            let stamp = Stamp { source, epoch: 0, seq, seen: 1_000, at: None };
            let kind = Kind::Alert(Box::new(Change { key: key.clone(), standing: standing(shown), cause: 0 }));
            floor.apply(&Event { stamp, origin: Origin::Heard, kind }, &mut changes);
            (floor.alerts.get(&key).map(|standing| standing.shown), floor.sites.len())
        };
        assert_eq!(happen(SourceId(1), 1, Shown::Firing), (None, 0));
        assert_eq!(happen(SourceId::MIRANTE, 2, Shown::Firing), (Some(Shown::Firing), 0));
        assert_eq!(happen(SourceId::MIRANTE, 3, Shown::Normal), (None, 0));
        assert_eq!(changes.alerts.iter().collect::<Vec<_>>(), [&key]);
        let told = changes.facts.iter().map(|fact| match fact {
            Fact::AlertMoved(moved) => (moved.seq, moved.at, moved.from),
            other => panic!("{other:?}"),
        });
        assert_eq!(told.collect::<Vec<_>>(), [(2, 1_000, Shown::Normal), (3, 1_000, Shown::Firing)]);
    }

    #[test]
    fn a_key_reads_as_it_was_written() {
        let subject = Subject { scope: Scope::Agent, source: SourceId(3), id: "SIP/2101".into() };
        let key = Key { rule: "pausa".into(), subject };
        assert_eq!(Key::read(&key.to_string()), Some(key));
        let source = Subject { scope: Scope::Source, source: SourceId(1), id: "".into() };
        let key = Key { rule: "fora".into(), subject: source };
        assert_eq!(Key::read(&key.to_string()), Some(key));
        for wrong in ["", "pausa", "/queue/1/a", "a/fila/1/x", "a/queue/x/y", "a/queue/1", "a/queue/70000/y"] {
            assert_eq!(Key::read(wrong), None, "{wrong}");
        }
    }
}
