//! Every type that crosses to a face, with its TypeScript twin in `ui/src/bindings`.
//!
//! Times are Unix ms of the hub's clock; durations are ms. An absent figure is `null`, never 0.

mod alert_rules;
mod alert_story;
mod alerts;
mod batch;
mod card;
mod command;
mod goals;
mod imports;
mod keeping;
mod names;
mod partial;
mod reconcile;
mod report;
mod rows;
mod subject;

pub use alert_rules::{AlertRuleRow, AlertRules};
pub use alert_story::{AlertActionRow, AlertDeliveryRow, AlertEffect, AlertStepRow, AlertStory};
pub use alerts::{
    AlertClimbRow, AlertRow, AlertSilentRow, AlertTakenRow, AlertToldRow, AlertsAsked, AlertsPast, PastAlertRow,
};
pub use batch::{Batch, BatchKind, Health, Rows};
pub use card::{
    Card, CardAsked, CardCount, CardFigure, CardGap, CardPart, CardQueue, CardRow, CardRows, CardSource, CardTerm,
    Moment, RowOf, StepOf, Timeline, TimelineStep,
};
pub use command::{
    Code, Command, Connection, ConnectionReport, Hello, LayerCheck, LayerState, QueueChoice, Reply, WireError,
};
pub use goals::{
    AimRow, ChangeRow, ChoiceRow, FamilyRow, GoalRow, GoalsNow, HiddenRow, IndicatorRow, JudgedRow, Judging, LevelsNow,
    MeasuredRow, OutlookRow, ProfileOfRow, ProfileRow, QueueFigures, QueueLevels, RuleRow, ScopeRow, ShiftRow, TellRow,
    WindowRow,
};
pub use imports::{ImportKind, ImportedRow, Imports, MissingHours, UndoneRow};
pub use keeping::{
    BackupRow, GoingRow, KeepChoice, KeepFor, KeepRow, KeepRule, KeepUnit, Keeping, RemovalRow, RemovedRow, RemovingRow,
};
pub use names::{FileText, NameChoice, NameOf, NameRow, NameStatus, NameWhy, NamesFault, NamesKind, NamesPreview};
pub use partial::{CalledRow, Partial, PartialCalled, PartialReceived, ReceivedRow};
pub use reconcile::{
    Arrival, ReconcileBecause, ReconcileCause, ReconcileDiffers, ReconcileFigure, ReconcileLog, ReconcileLogCount,
    ReconcileOf, ReconcileQueue, ReconcileSide, ReconcileVisit, ReconcileWhy, Reconciliation,
};
pub use report::{
    ImportDoes, ImportDone, ImportNow, ReportColumn, ReportCount, ReportDates, ReportFault, ReportField, ReportLook,
    ReportMapping, ReportMeaning, ReportOrder, ReportPart, ReportPlace, ReportRefusal, ReportRow, ReportShort,
    ReportUnit, ReportWord,
};
pub use rows::{AgentRow, CallerRow, CampaignRow, Figure, LinkState, PlaceRow, QueueRow, SourceRow, State};
pub use subject::{Receipt, SubjectAsked, SubjectFile, SubjectForm, SubjectFound, SubjectOf};
