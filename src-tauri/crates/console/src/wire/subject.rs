//! Whoever asks what is stored about them, or to be forgotten.

use mirante_history::SubjectKind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "of")]
#[ts(export)]
pub enum SubjectAsked {
    /// Somebody outside.
    Customer {
        /// Telephone number, however it is written.
        number: String,
        /// Numbers as they are stored that may be the same, and that somebody has decided are.
        also: Vec<String>,
    },
    /// Somebody who works here.
    Operator {
        /// The agent's code, the name, or source and code with a slash between.
        agent: String,
    },
}

impl std::fmt::Debug for SubjectAsked {
    /// Without the person: these end up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            SubjectAsked::Customer { .. } => "Customer(…)",
            SubjectAsked::Operator { .. } => "Operator(…)",
        })
    }
}

/// Whom a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SubjectOf {
    /// Somebody outside.
    Customer,
    /// Somebody who works here.
    Operator,
}

impl From<SubjectKind> for SubjectOf {
    fn from(kind: SubjectKind) -> Self {
        match kind {
            SubjectKind::Customer => SubjectOf::Customer,
            SubjectKind::Operator => SubjectOf::Operator,
        }
    }
}

/// A number and name as they are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SubjectForm {
    /// The number.
    pub number: String,
    /// The name.
    pub name: String,
    /// False if it may be somebody else's: it lacks the area code.
    pub sure: bool,
}

/// What is stored about someone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SubjectFound {
    /// Whom it is about.
    pub of: SubjectOf,
    /// Numbers and names, each once; those that are not sure are counted in nothing below.
    pub forms: Vec<SubjectForm>,
    /// Rows of the table of people that would be erased.
    pub people: u32,
    /// Visits to queues.
    pub visits: u32,
    /// Attempts to call.
    pub attempts: u32,
    /// Stretches of working time, of somebody who works here: they stay, under the code.
    pub spans: u32,
    /// Unix ms of the oldest of all these.
    #[ts(type = "number | null")]
    pub from_ms: Option<i64>,
    /// Unix ms of the newest.
    #[ts(type = "number | null")]
    pub to_ms: Option<i64>,
    /// Source and code of the agent.
    pub agent: Option<String>,
    /// True while the person is in a call or a member of a queue: the platform would tell the same name again.
    pub present: bool,
    /// True if the configuration file gives the person a name, which would come back with it.
    pub configured: bool,
    /// Other agents that bear the same name, of whom it would be erased too.
    pub shared_with: Vec<String>,
    /// Agents to choose from, source and code, where a name is that of several; nothing else is told then.
    pub choices: Vec<String>,
}

/// What was erased, to be kept by whoever asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Receipt {
    /// The receipt, to be kept as a file: JSON.
    pub text: String,
    /// Folders beside the data folder that hold copies of the same people, such as one kept by a restore.
    pub copies_left: Vec<String>,
}

/// What is stored about someone, written out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SubjectFile {
    /// For programs.
    pub json: String,
    /// For people.
    pub csv: String,
}
