//! What is sent.

use crate::{Language, Table, Veil};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::ops::Deref;

/// What happened to an alert, or that a notice is about none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It began.
    Firing,
    /// It goes on and nobody looks after it: the next in line is told.
    Escalated,
    /// It goes on, and is said again.
    Reminder,
    /// It is over.
    Resolved,
    /// Nothing happened: somebody tries the channel.
    Test,
    /// Nothing happened: figures are told at their time. No alert, so not for services that know nothing else.
    Report,
}

impl Event {
    /// The word in bodies that programs read.
    pub fn word(self) -> &'static str {
        match self {
            Event::Firing => "firing",
            Event::Escalated => "escalated",
            Event::Reminder => "reminder",
            Event::Resolved => "resolved",
            Event::Test => "test",
            Event::Report => "report",
        }
    }
}

/// How bad it is.
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
    /// The word in bodies that programs read.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Notice => "notice",
            Severity::Warning => "warning",
            Severity::Critical => "critical",
        }
    }
}

/// One fact beside the sentence, already in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// How much, with its unit.
    pub value: String,
}

/// One alert of several that a notice tells together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The same for everything that is sent about this alert.
    pub fingerprint: String,
    /// The rule's id.
    pub rule: String,
    /// In one line.
    pub title: String,
    /// What it is about.
    pub subject: String,
    /// How bad it is.
    pub severity: Severity,
    /// Since when, Unix ms.
    pub started: i64,
    /// Until when, Unix ms.
    pub ended: Option<i64>,
}

/// What to send, as whoever asks for it writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The same at every try of this one message: fingerprint and transition. Receivers know a repeat by it.
    pub key: String,
    /// The same for everything that is sent about this alert, or this group of alerts.
    pub fingerprint: String,
    /// What happened.
    pub event: Event,
    /// How bad it is; of several, the worst.
    pub severity: Severity,
    /// In one line.
    pub title: String,
    /// Fact, reason and next action.
    pub sentence: String,
    /// Beside the sentence.
    pub facts: Vec<Fact>,
    /// The rule's id.
    pub rule: String,
    /// What it is about, in words.
    pub subject: String,
    /// Since when, Unix ms.
    pub started: i64,
    /// Until when, Unix ms.
    pub ended: Option<i64>,
    /// The alerts that are told together. Where it is one, it may stand here too.
    pub members: Vec<Member>,
    /// Figures in rows, of a report.
    #[serde(default)]
    pub table: Option<Table>,
    /// Where to look.
    pub link: Option<String>,
    /// Of all the words above.
    pub language: Language,
}

impl Draft {
    /// A notice that says that it is only a test, made at `now`, Unix ms.
    pub fn test(language: Language, now: i64) -> Draft {
        let words = language.words();
        Draft {
            key: format!("test:{now}"),
            fingerprint: format!("test:{now}"),
            event: Event::Test,
            severity: Severity::Notice,
            title: words.test_title.to_owned(),
            sentence: words.test_sentence.to_owned(),
            facts: Vec::new(),
            rule: "test".to_owned(),
            subject: "Mirante".to_owned(),
            started: now,
            ended: None,
            members: Vec::new(),
            table: None,
            link: None,
            language,
        }
    }
}

/// What to send, with no telephone number and no name of a person in its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice(Draft);

impl Notice {
    /// A draft behind a veil. There is no other way to a notice.
    pub fn new(mut draft: Draft, veil: &Veil) -> Notice {
        let facts = draft.facts.iter_mut().flat_map(|fact| [&mut fact.label, &mut fact.value]);
        let members = draft.members.iter_mut().flat_map(|member| [&mut member.title, &mut member.subject]);
        let own = [&mut draft.title, &mut draft.sentence, &mut draft.subject];
        // Cell by cell: counts side by side are no telephone number.
        let table = draft.table.iter_mut().flat_map(Table::words);
        for text in own.into_iter().chain(facts).chain(members).chain(table) {
            *text = veil.over(text);
        }
        Notice(draft)
    }

    /// The key, as headers can carry it: what is long or not plain stands as its digest.
    pub fn id(&self) -> String {
        let plain =
            self.key.len() <= 64 && !self.key.is_empty() && self.key.bytes().all(|byte| byte.is_ascii_graphic());
        if plain { self.key.clone() } else { digest(&self.key) }
    }

    /// A test notice, see [`Draft::test`].
    pub fn test(language: Language, now: i64) -> Notice {
        Notice(Draft::test(language, now))
    }
}

/// 32 hexadecimal digits that stand for a text.
pub(crate) fn digest(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

impl Deref for Notice {
    type Target = Draft;
    fn deref(&self) -> &Draft {
        &self.0
    }
}
