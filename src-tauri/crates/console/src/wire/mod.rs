//! Every type that crosses to a face, with its TypeScript twin in `ui/src/bindings`.
//!
//! Times are Unix ms of the hub's clock; durations are ms. An absent figure is `null`, never 0.

mod batch;
mod command;
mod keeping;
mod names;
mod report;
mod rows;
mod subject;

pub use batch::{Batch, BatchKind, Health, Rows};
pub use command::{
    Code, Command, Connection, ConnectionReport, Hello, LayerCheck, LayerState, QueueChoice, Reply, WireError,
};
pub use keeping::{
    BackupRow, GoingRow, KeepChoice, KeepFor, KeepRow, KeepRule, KeepUnit, Keeping, RemovalRow, RemovedRow, RemovingRow,
};
pub use names::{FileText, NameChoice, NameOf, NameRow, NameStatus, NameWhy, NamesFault, NamesKind, NamesPreview};
pub use report::{
    ImportDone, ImportNow, ReportColumn, ReportCount, ReportDates, ReportFault, ReportField, ReportLook, ReportMapping,
    ReportMeaning, ReportOrder, ReportPart, ReportPlace, ReportRefusal, ReportRow, ReportShort, ReportUnit, ReportWord,
};
pub use rows::{AgentRow, CallerRow, CampaignRow, Figure, LinkState, PlaceRow, QueueRow, SourceRow, State};
pub use subject::{Receipt, SubjectAsked, SubjectFile, SubjectForm, SubjectFound, SubjectOf};
