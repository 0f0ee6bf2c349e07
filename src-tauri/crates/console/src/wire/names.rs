//! Names out of a file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whose name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NameOf {
    /// A queue's.
    Queue,
    /// An agent's: an extension or a login.
    Agent,
}

/// What kind of file it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NamesKind {
    /// FreePBX, Bulk Handler: extensions.
    FreepbxExtensions,
    /// Issabel, Batch of Extensions.
    IssabelExtensions,
    /// The table `queues_config` of FreePBX and Issabel.
    FreepbxQueues,
    /// A configuration file of Asterisk.
    AsteriskConf,
    /// Any other table.
    Table,
}

/// What a row would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NameStatus {
    /// Gives a name where there is none.
    New,
    /// Puts another name in place of the present one.
    Changed,
    /// Nothing: it is called so already.
    Same,
    /// Names a queue or an agent that the PBX has not shown.
    Unknown,
    /// Nothing: it makes no sense.
    Invalid,
}

/// Why a row makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NameWhy {
    /// It has no key.
    NoKey,
    /// It has no name, or the key itself for one.
    NoName,
    /// The name, or the key, is too long.
    TooLong,
    /// An earlier line spoke of the same queue or agent.
    Twice,
}

/// Why nothing can be read from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NamesFault {
    /// It is empty.
    Empty,
    /// Too many bytes.
    TooLarge,
    /// Too many rows.
    TooMany,
    /// Not text: a spreadsheet or an archive, for instance.
    NotText,
    /// No column of keys, or none of names.
    NoColumns,
    /// The columns are there and hold nothing.
    NoNames,
}

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NameRow {
    /// Line, 1 first.
    pub line: u32,
    /// Whose.
    pub of: NameOf,
    /// The platform's name of the queue, or the agent's key.
    pub key: String,
    /// The name in force, if any.
    pub present: Option<String>,
    /// The name in the file.
    pub name: String,
    /// What that means.
    pub status: NameStatus,
    /// Why it makes no sense, if it makes none.
    pub why: Option<NameWhy>,
}

/// A file laid beside what is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NamesPreview {
    /// Why nothing can be read from it; `null` if something can.
    pub fault: Option<NamesFault>,
    /// What kind of file it was, if that could be told.
    pub kind: Option<NamesKind>,
    /// What its encoding is called; empty if nothing was read.
    pub encoding: String,
    /// In the file's order.
    pub rows: Vec<NameRow>,
}

/// A name to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NameChoice {
    /// Whose.
    pub of: NameOf,
    /// The platform's name of the queue, or the agent's key.
    pub key: String,
    /// The name; `null` takes it away, and the platform's own shows again.
    pub name: Option<String>,
}

/// A file's bytes, in Base64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(export)]
pub struct FileText(pub String);

impl FileText {
    /// Bytes as they cross.
    pub fn of(bytes: &[u8]) -> FileText {
        FileText(STANDARD.encode(bytes))
    }
}

impl std::fmt::Debug for FileText {
    /// Without the contents: exports of extensions hold passwords, and these end up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FileText({} bytes)", self.0.len() / 4 * 3)
    }
}
