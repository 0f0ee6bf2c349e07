//! What a face may ask.

use super::{
    AlertRules, AlertStory, AlertsAsked, AlertsPast, Card, CardAsked, CardPart, CardRows, FileText, GoalsNow, GoingRow,
    ImportNow, Imports, JudgedRow, Judging, KeepChoice, Keeping, LevelsNow, Moment, NameChoice, NamesPreview, Partial,
    Receipt, ReportLook, ReportMapping, ReportOrder, ReportPart, ReportRefusal, RowOf, SubjectAsked, SubjectFile,
    SubjectFound, Timeline, WindowRow,
};
use mirante_floor::Operation;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A question or an order. Every one carries, beside it, the actor who asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "do")]
#[ts(export)]
pub enum Command {
    /// Who is there. Answers [`Reply::Hello`].
    Hello,
    /// The next batch after `after` (`null`: a snapshot). Waits up to 2 s. Answers [`Reply::Batch`].
    Next {
        /// Stream of the last batch.
        stream: Option<String>,
        /// Number of the last batch.
        #[ts(type = "number | null")]
        after: Option<u64>,
    },
    /// Looks at each layer between here and a PBX, changing nothing. Answers [`Reply::Connection`].
    TestConnection {
        /// Where.
        connection: Connection,
    },
    /// Keeps a connection (its password outside the configuration file) and follows that PBX. Answers [`Reply::Done`].
    Connect {
        /// Where.
        connection: Connection,
    },
    /// Follows a PBX no more, and removes it from the configuration file with its queues. Its history stays. Answers
    /// [`Reply::Done`].
    Disconnect {
        /// The source.
        source: u16,
    },
    /// Follows the simulated centre, in a data folder of its own. Answers [`Reply::Done`].
    UseSample,
    /// Leaves the simulated centre. Answers [`Reply::Done`].
    LeaveSample,
    /// Tries a source again now, without waiting for its pause. Answers [`Reply::Done`].
    Reconnect {
        /// The source.
        source: u16,
    },
    /// What people decide about queues. Answers [`Reply::Done`].
    ConfigureQueues {
        /// One entry a queue.
        queues: Vec<QueueChoice>,
        /// The day from which a changed target holds, `2026-12-01`; `null`: from today on.
        from: Option<String>,
    },
    /// Lays the names in a file beside those in force; nothing is changed. Answers [`Reply::Names`].
    PreviewNames {
        /// The source whose queues and agents they are.
        source: u16,
        /// The file.
        file: FileText,
    },
    /// Gives queues and agents names. Answers [`Reply::Renamed`].
    ApplyNames {
        /// Their source.
        source: u16,
        /// The names.
        names: Vec<NameChoice>,
    },
    /// Looks for what is stored about someone. Answers [`Reply::Subject`].
    FindSubject {
        /// Who.
        subject: SubjectAsked,
    },
    /// Writes out what is stored about someone. Answers [`Reply::SubjectFile`].
    ExportSubject {
        /// Who.
        subject: SubjectAsked,
        /// `pt-BR`, `en` or `es`.
        language: String,
    },
    /// Forgets someone for ever, and records it. Answers [`Reply::Erased`].
    EraseSubject {
        /// Who.
        subject: SubjectAsked,
        /// Who erases.
        by: String,
        /// Why: the number of a request, or words.
        reason: String,
    },
    /// How long everything is kept and why, and what was removed. Answers [`Reply::Keeping`].
    Keeping {
        /// `pt-BR`, `en` or `es`.
        language: String,
    },
    /// What would go now if things were kept for so long; nothing is changed. Answers [`Reply::Going`].
    PreviewKeeping {
        /// Rules that are not told stay as they are.
        keeps: Vec<KeepChoice>,
    },
    /// How long things are kept from now on; nothing goes before the next night. Answers [`Reply::Rekept`].
    SetKeeping {
        /// Rules that are not told stay as they are.
        keeps: Vec<KeepChoice>,
    },
    /// Begins to remove what is too old. Answers [`Reply::Done`] at once.
    RemoveNow,
    /// Brings a report of calls to the hub, part by part; the first of another takes its place. Answers [`Reply::ReportFile`].
    PutReport {
        /// The part.
        part: ReportPart,
    },
    /// Looks at a report that was brought, with a mapping or by what its columns seem to say. Answers [`Reply::ReportLook`] or
    /// [`Reply::ReportRefused`].
    LookAtReport {
        /// What the hub called the file.
        file: String,
        /// How to read it.
        mapping: Option<ReportMapping>,
        /// Name of the source that it would become.
        source: String,
    },
    /// Takes a report in, beside whatever else the hub does. Answers [`Reply::Importing`].
    TakeReport {
        /// What.
        order: ReportOrder,
    },
    /// The import that goes on, or the last that ended. Answers [`Reply::Importing`].
    ImportNow,
    /// What was imported, what was taken back, and which sources miss hours of today. Answers [`Reply::Imports`].
    Imports,
    /// Takes the hours of today before a source was heard out of its queue_log. Answers [`Reply::Importing`].
    CompleteDay {
        /// The source's name.
        source: String,
    },
    /// Takes an import back, with all that it gave. Answers [`Reply::Importing`].
    UndoImport {
        /// The imported source's name.
        source: String,
    },
    /// Ends the import that goes on; what was kept stays. Answers [`Reply::Importing`].
    StopImport,
    /// Everything about one figure. Answers [`Reply::Card`].
    Card {
        /// Which.
        asked: CardAsked,
    },
    /// The visits or attempts behind it, newest first, at most 500 at a time. Answers [`Reply::CardRows`].
    CardRows {
        /// Which figure, with the times that its card told.
        asked: CardAsked,
        /// Which of them.
        part: CardPart,
        /// How many to leave out.
        skip: u32,
    },
    /// What happened to one of them and to the contact that it belongs to. Answers [`Reply::Timeline`].
    Timeline {
        /// What it is.
        of: RowOf,
        /// The row's id.
        id: String,
    },
    /// The partial of the day, hour by hour. Answers [`Reply::Partial`].
    Partial {
        /// First instant of another day, Unix ms; absent: the day that goes on.
        #[ts(type = "number | null")]
        day_ms: Option<i64>,
    },
    /// What the screens showed at a past moment. Answers [`Reply::Moment`].
    Moment {
        /// When, Unix ms.
        #[ts(type = "number")]
        at_ms: i64,
    },
    /// Figures of queues over a window, and the goals in force. Answers [`Reply::Goals`].
    Goals {
        /// Of what stretch the queues' figures are.
        window: WindowRow,
        /// `pt-BR`, `en` or `es`.
        language: String,
    },
    /// Figures of queues over a window alone, for the live view. Answers [`Reply::Levels`].
    Levels {
        /// Of what stretch.
        window: WindowRow,
    },
    /// What figures are made and judged by. Answers [`Reply::Judging`].
    Judging {
        /// `pt-BR`, `en` or `es`.
        language: String,
    },
    /// Changes that. Answers [`Reply::Judged`].
    Judge {
        /// The changes, in order.
        changes: Vec<JudgedRow>,
    },
    /// The platforms' own counters and records beside ours. Answers [`Reply::Reconciliation`].
    Reconcile {
        /// Row id of one queue, `source/name`; absent: all.
        queue: Option<String>,
        /// How far back, hours; at most a month of them.
        hours: u32,
    },
    /// Calls that entered a queue since a moment, each as far as it came: to see one's own arrive. Answers [`Reply::Arrivals`].
    Arrivals {
        /// Row id of the queue, `source/name`.
        queue: String,
        /// Unix ms by the hub's clock.
        #[ts(type = "number")]
        since_ms: i64,
    },
    /// Looks after alerts: their escalation stops until this is over. Answers [`Reply::Done`].
    AlertTake {
        /// Row ids.
        ids: Vec<String>,
        /// What is being done; may be empty.
        note: String,
        /// Until when it counts, Unix ms: within a day.
        #[ts(type = "number")]
        until_ms: i64,
    },
    /// Looks after them no more: they escalate again. Answers [`Reply::Done`].
    AlertRelease {
        /// Row ids.
        ids: Vec<String>,
    },
    /// Lets alerts be silent for a while: the same rule about the same thing. Answers [`Reply::Done`].
    AlertSilence {
        /// Row ids.
        ids: Vec<String>,
        /// Until when, Unix ms: within a week.
        #[ts(type = "number")]
        until_ms: i64,
        /// Why.
        note: String,
    },
    /// Ends silences of single alerts. Answers [`Reply::Done`].
    AlertUnsilence {
        /// Row ids.
        ids: Vec<String>,
    },
    /// Alerts that fired, of a day or any stretch. Answers [`Reply::AlertsPast`].
    AlertsHistory {
        /// Which.
        asked: AlertsAsked,
    },
    /// The story of an alert. Answers [`Reply::AlertStory`].
    AlertStory {
        /// Its number.
        #[ts(type = "number")]
        alert: u64,
    },
    /// The rules of alerts. Answers [`Reply::Rules`].
    Rules,
    /// Lets a rule watch, or not. Answers [`Reply::Rules`].
    RuleSetOn {
        /// Its id.
        id: String,
        /// Whether it watches.
        on: bool,
    },
    /// The page for whoever runs the PBX. Answers [`Reply::Text`].
    ItRequest {
        /// `pt-BR`, `en` or `es`.
        language: String,
    },
}

/// Where a PBX is.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Connection {
    /// What people call it.
    pub label: String,
    /// Name or address.
    pub host: String,
    /// AMI port, usually 5038 (TLS 5039).
    pub port: u16,
    /// AMI over TLS.
    pub tls: bool,
    /// The certificate to pin, `sha256:…`: one that a test showed and a person compared and accepted.
    pub fingerprint: Option<String>,
    /// AMI user.
    pub username: String,
    /// AMI secret.
    pub secret: String,
}

impl std::fmt::Debug for Connection {
    /// Without the secret: these end up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Connection({}@{}:{})", self.username, self.host, self.port)
    }
}

/// What people decide about one queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct QueueChoice {
    /// Row id, `source/name`.
    pub id: String,
    /// What people call it; empty: the platform's name.
    pub label: String,
    /// What it is for.
    #[ts(type = "string | null")]
    pub operation: Option<Operation>,
    /// Target percent, 1 to 100.
    pub goal_percent: u8,
    /// Target seconds.
    pub goal_seconds: u32,
    /// Opening and closing, minutes after local midnight.
    pub hours: Option<(u16, u16)>,
}

/// The state of one layer between here and a PBX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum LayerState {
    /// Works.
    Ok,
    /// Failed: look here.
    Failed,
    /// Not reached, because an earlier one failed.
    NotReached,
    /// Not used.
    NotUsed,
}

/// One layer: `name`, `port`, `tls`, `permit`, `password` or `read`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LayerCheck {
    /// Which.
    pub layer: String,
    /// How it is.
    pub state: LayerState,
    /// What happened, in English and in detail; the face has its own words by layer.
    pub detail: String,
}

/// What a connection test found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConnectionReport {
    /// True if everything needed works.
    pub ok: bool,
    /// Layers, outermost first.
    pub layers: Vec<LayerCheck>,
    /// Fingerprint of the certificate that the PBX showed, `sha256:…`, if it was not believed.
    pub certificate: Option<String>,
    /// The platform's words for what it is.
    pub platform: Option<String>,
    /// True if the host is a VICIdial: its campaigns need the VICIdial source.
    pub vicidial: bool,
    /// Queues seen.
    pub queues: u32,
    /// Members seen.
    pub members: u32,
    /// Rights that the user has and Mirante does not want.
    pub too_many_rights: Vec<String>,
}

/// Who is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Hello {
    /// Mirante's version.
    pub version: String,
    /// Who asks, as the hub knows them.
    pub actor: String,
    /// True if the actor may change connections and queues.
    pub can_configure: bool,
    /// True if no source is configured: show the first run.
    pub first_run: bool,
    /// True while the simulated centre is followed.
    pub sample: bool,
    /// This computer's addresses, for the PBX's permit line: the one that the PBX sees first, as far as can be told.
    pub addresses: Vec<String>,
    /// Zone of the operation, an IANA name: every time on screen is of it.
    pub zone: String,
    /// True in a lone desktop: "só neste computador".
    pub alone: bool,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "is", content = "value")]
#[ts(export)]
pub enum Reply {
    /// To [`Command::Hello`].
    Hello(Hello),
    /// To [`Command::Next`].
    Batch(super::Batch),
    /// To [`Command::TestConnection`].
    Connection(ConnectionReport),
    /// To [`Command::PreviewNames`].
    Names(NamesPreview),
    /// To [`Command::ApplyNames`]: what would undo it.
    Renamed(Vec<NameChoice>),
    /// To [`Command::FindSubject`].
    Subject(SubjectFound),
    /// To [`Command::ExportSubject`].
    SubjectFile(SubjectFile),
    /// To [`Command::EraseSubject`].
    Erased(Receipt),
    /// To [`Command::Keeping`].
    Keeping(Keeping),
    /// To [`Command::PreviewKeeping`].
    Going(Vec<GoingRow>),
    /// To [`Command::SetKeeping`]: what would undo it.
    Rekept(Vec<KeepChoice>),
    /// To [`Command::PutReport`]: what the hub calls the file.
    ReportFile(String),
    /// To [`Command::LookAtReport`].
    ReportLook(Box<ReportLook>),
    /// To [`Command::LookAtReport`]: nothing can be read from it.
    ReportRefused(ReportRefusal),
    /// To [`Command::TakeReport`], [`Command::ImportNow`] and [`Command::StopImport`]; none since the hub started.
    Importing(Option<ImportNow>),
    /// To [`Command::Card`].
    Card(Box<Card>),
    /// To [`Command::CardRows`].
    CardRows(CardRows),
    /// To [`Command::Timeline`].
    Timeline(Timeline),
    /// To [`Command::Partial`].
    Partial(Partial),
    /// To [`Command::Moment`].
    Moment(Box<Moment>),
    /// To [`Command::Goals`].
    Goals(Box<GoalsNow>),
    /// To [`Command::Levels`].
    Levels(LevelsNow),
    /// To [`Command::Judging`].
    Judging(Box<Judging>),
    /// To [`Command::Judge`]: what would undo it.
    Judged(Vec<JudgedRow>),
    /// To [`Command::Imports`].
    Imports(Imports),
    /// To [`Command::Reconcile`].
    Reconciliation(super::Reconciliation),
    /// To [`Command::Arrivals`], oldest first; at most eight.
    Arrivals(Vec<super::Arrival>),
    /// To [`Command::AlertsHistory`].
    AlertsPast(AlertsPast),
    /// To [`Command::AlertStory`].
    AlertStory(Box<AlertStory>),
    /// To [`Command::Rules`] and [`Command::RuleSetOn`].
    Rules(AlertRules),
    /// Text to show and copy.
    Text(String),
    /// Done.
    Done,
}

/// Why a command failed. Faces choose words by code, never by message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Code {
    /// What was asked makes no sense; the message says what.
    Invalid,
    /// The actor may not.
    Forbidden,
    /// Not there.
    NotFound,
    /// Another Mirante holds the data folder, or the state changed meanwhile.
    Conflict,
    /// A disk, key or network failed.
    Unavailable,
    /// A fault of Mirante's own.
    Internal,
}

/// An error as it crosses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
#[ts(export)]
pub struct WireError {
    /// Which kind.
    pub code: Code,
    /// What happened, lower-case, no final full stop, no secrets.
    pub message: String,
    /// True if the same command may work later.
    pub retryable: bool,
}
