//! Goals, what figures are made and judged by, and figures of windows, as they cross.

use mirante_floor::{CampaignKind, Operation};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a rule or a goal holds for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
#[ts(export)]
pub enum ScopeRow {
    /// Queues of an operation.
    Operation(#[ts(type = "string")] Operation),
    /// A client (contratante), by name.
    Client(String),
    /// A queue, by row id.
    Queue(String),
    /// A campaign, by row id.
    Campaign(String),
    /// A team, by id.
    Team(String),
}

/// Of what stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind", content = "of")]
#[ts(export)]
pub enum WindowRow {
    /// The last so many minutes.
    Rolling(u32),
    /// The interval of so many minutes.
    Interval(u32),
    /// A shift, by id.
    Shift(String),
    /// The day.
    Day,
    /// Any stretch, Unix ms on whole minutes.
    Range(#[ts(type = "[number, number]")] (i64, i64)),
}

/// How figures are made and judged, from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RuleRow {
    /// What it holds for: an operation, a client or a queue.
    pub scope: ScopeRow,
    /// First day, `2026-12-01`; `null`: always.
    pub from: Option<String>,
    /// The service level's target, whole percent.
    pub percent: Option<u8>,
    /// Its time limit, whole seconds.
    pub seconds: Option<u32>,
    /// Longest wait of a short abandon, whole seconds.
    pub short_seconds: Option<u32>,
    /// Definitions that stand for their families.
    pub formulas: Vec<String>,
}

/// A goal, from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AimRow {
    /// Whose.
    pub scope: ScopeRow,
    /// The definition or the family.
    pub definition: String,
    /// Of what stretch.
    pub window: WindowRow,
    /// A bit a weekday, Monday is the lowest.
    pub weekdays: u8,
    /// On holidays.
    pub on_holidays: bool,
    /// On other days.
    pub on_others: bool,
    /// First day; `null`: always.
    pub from: Option<String>,
    /// What is wanted: of a share per mille, of a time ms, of anything else thousandths. `null`: nothing any more.
    #[ts(type = "number | null")]
    pub milli: Option<i64>,
    /// At most so much; else at least.
    pub at_most: bool,
}

/// Whose profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
#[ts(export)]
pub enum ProfileOfRow {
    /// An operation's.
    Operation(#[ts(type = "string")] Operation),
    /// A kind of campaign's.
    Campaigns(#[ts(type = "string")] CampaignKind),
}

/// One change of what figures are made and judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "what", content = "is")]
#[ts(export)]
pub enum JudgedRow {
    /// A rule, new or in place of that of the same scope and day.
    Rule(RuleRow),
    /// No rule of this scope and day.
    NoRule(RuleRow),
    /// A goal, new or in place of the same from the same day on.
    Goal(AimRow),
    /// No such goal from that day on.
    NoGoal(AimRow),
    /// Whether a profile shows an indicator.
    Profile {
        /// Whose.
        of: ProfileOfRow,
        /// The definition.
        indicator: String,
        /// Shown.
        shown: bool,
        /// Why.
        why: String,
    },
    /// As Mirante's own profile says.
    NoProfile {
        /// Whose.
        of: ProfileOfRow,
        /// The definition.
        indicator: String,
    },
    /// All holidays.
    Holidays(Vec<String>),
}

/// Something to choose: an id and what people call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ChoiceRow {
    /// Which.
    pub id: String,
    /// Its name, in the language asked.
    pub name: String,
}

/// A shift of the working day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ShiftRow {
    /// Which.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Start and end, minutes after local midnight; an end before the start crosses midnight.
    pub hours: (u16, u16),
}

/// A figure that is made in several ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FamilyRow {
    /// Which.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The variant where nobody chose another.
    pub usual: String,
    /// What to choose from.
    pub variants: Vec<ChoiceRow>,
}

/// A figure that a goal may be about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MeasuredRow {
    /// The definition or the family.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `share`, `ms`, `count`, `per_hour` or `each`.
    pub unit: String,
    /// Less is better.
    pub at_most: bool,
}

/// An indicator in a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct IndicatorRow {
    /// The definition.
    pub id: String,
    /// Its name.
    pub name: String,
    /// It leads the board.
    pub lead: bool,
    /// It is shown.
    pub shown: bool,
    /// Why not, or why in spite of Mirante's own profile.
    pub why: Option<String>,
    /// People decided so.
    pub decided: bool,
    /// No source tells it yet: nothing to decide.
    pub fixed: bool,
}

/// A profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ProfileRow {
    /// Whose.
    pub of: ProfileOfRow,
    /// What it names or hides.
    pub indicators: Vec<IndicatorRow>,
}

/// Everything that figures are made and judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Judging {
    /// Today in the operation's zone.
    pub today: String,
    /// Rules, by scope and day, the newest first.
    pub rules: Vec<RuleRow>,
    /// Goals, likewise.
    pub goals: Vec<AimRow>,
    /// Profiles.
    pub profiles: Vec<ProfileRow>,
    /// Holidays.
    pub holidays: Vec<String>,
    /// Figures made in several ways.
    pub families: Vec<FamilyRow>,
    /// Figures that goals may be about.
    pub figures: Vec<MeasuredRow>,
    /// Clients that queues and campaigns serve.
    pub clients: Vec<String>,
    /// Teams.
    pub teams: Vec<ChoiceRow>,
    /// Shifts.
    pub shifts: Vec<ShiftRow>,
    /// Who changed what, the newest first; the last hundred.
    pub changes: Vec<ChangeRow>,
}

/// A change of what figures are made and judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ChangeRow {
    /// When, Unix ms.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// Who, as the hub knows them.
    pub by: String,
    /// What.
    pub change: JudgedRow,
}

/// Why a figure has no value, or what it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TellRow {
    /// Definition and version.
    pub definition: String,
    /// In its unit; a share as a fraction of 1.
    pub value: Option<f64>,
    /// `share`, `ms`, `count`, `per_hour` or `each`.
    pub unit: String,
    /// Numerator.
    #[ts(type = "number | null")]
    pub numerator: Option<i64>,
    /// Denominator.
    #[ts(type = "number | null")]
    pub denominator: Option<i64>,
    /// Cases it rests on.
    #[ts(type = "number | null")]
    pub n: Option<i64>,
    /// Fewer than ten cases.
    pub few: bool,
    /// Not everything was heard, or how something ended is not known.
    pub incomplete: bool,
    /// Why there is no value.
    pub absent: Option<String>,
}

/// Figures of a queue over a window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct QueueLevels {
    /// Row id of the queue.
    pub queue: String,
    /// Target percent and seconds in force.
    pub goal: (u8, u32),
    /// The service level by the formula in force.
    pub level: TellRow,
    /// Whether it is at its target.
    pub reached: Option<bool>,
    /// Abandonment by the formula in force.
    pub abandonment: TellRow,
    /// Entered, answered and abandoned.
    pub offered: TellRow,
    /// Answered.
    pub answered: TellRow,
    /// Abandoned.
    pub abandoned: TellRow,
    /// Mean wait.
    pub asa: TellRow,
    /// Mean conversation.
    pub talk: TellRow,
    /// 90 % of the answered waited at most so long.
    pub wait_p90: TellRow,
    /// What is not shown of its operation, and why; with what would need a source of tickets.
    pub hidden: Vec<HiddenRow>,
}

/// An indicator that is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HiddenRow {
    /// The column: a family such as `sl`, or a definition.
    pub column: String,
    /// Its name.
    pub name: String,
    /// Why.
    pub why: String,
}

/// A queue's figures over a window, as a row of the live view holds those of the day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct QueueFigures {
    /// Row id of the queue.
    pub id: String,
    /// Target percent.
    pub goal_percent: u8,
    /// Target seconds.
    pub goal_seconds: u32,
    /// Visits that came.
    pub offered: u32,
    /// Of those, answered.
    pub answered: u32,
    /// Of those, abandoned.
    pub abandoned: u32,
    /// Timed out, overflowed, withdrawn, left by key, transferred while waiting.
    pub other_lost: u32,
    /// Ended in a way nobody saw.
    pub unknown: u32,
    /// Service level; of queues whose limits or formula changed within the window, none.
    pub service_level: super::Figure,
    /// Abandoned over visits that were answered or ended.
    pub abandonment: super::Figure,
    /// Mean wait of answered visits.
    #[ts(type = "number | null")]
    pub asa_ms: Option<u64>,
    /// Mean conversation.
    #[ts(type = "number | null")]
    pub talk_ms: Option<u64>,
    /// Columns that its operation does not look at: they have no value here.
    pub hidden: Vec<String>,
}

/// Figures of queues over a window, for the live view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LevelsNow {
    /// The window's first and last instant, Unix ms.
    #[ts(type = "[number, number]")]
    pub span: (i64, i64),
    /// How much of it the sources were heard, 0 to 1.
    pub heard: Option<f64>,
    /// Queues.
    pub queues: Vec<QueueFigures>,
}

/// Whether a window can still be won.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum OutlookRow {
    /// It is at its target.
    Reached,
    /// It can.
    Possible,
    /// It cannot.
    OutOfReach,
    /// Nobody can say.
    Unknown,
}

/// A goal and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct GoalRow {
    /// Whose.
    pub scope: ScopeRow,
    /// What people call that.
    pub label: String,
    /// What people call the figure.
    pub name: String,
    /// Of what stretch.
    pub window: WindowRow,
    /// From when, Unix ms.
    #[ts(type = "number")]
    pub from_ms: i64,
    /// Up to when facts are in it, Unix ms.
    #[ts(type = "number")]
    pub until_ms: i64,
    /// When the window closes, Unix ms; a rolling one does not.
    #[ts(type = "number | null")]
    pub closes_ms: Option<i64>,
    /// The service level's time limit, s, where it needs one.
    pub seconds: Option<u32>,
    /// The figure.
    pub figure: TellRow,
    /// What is wanted, as in [`AimRow`].
    #[ts(type = "number")]
    pub milli: i64,
    /// At most so much; else at least.
    pub at_most: bool,
    /// Whether it is reached.
    pub reached: Option<bool>,
    /// So many contacts in a row, answered at once, bring it back; 0 where it is reached.
    #[ts(type = "number | null")]
    pub in_a_row: Option<u64>,
    /// So many contacts are expected up to the window's end, as on the same weekday of weeks past; `null` without such a past.
    #[ts(type = "number | null")]
    pub expected: Option<u64>,
    /// Whether the window can still be won; `null` where that means nothing.
    pub outlook: Option<OutlookRow>,
    /// Of a count: what it comes to at the window's end at the pace so far.
    #[ts(type = "number | null")]
    pub projected: Option<i64>,
}

/// Figures of a window, and goals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct GoalsNow {
    /// The window's first and last instant, Unix ms.
    #[ts(type = "[number, number]")]
    pub span: (i64, i64),
    /// Queues.
    pub queues: Vec<QueueLevels>,
    /// Queues at their target, and queues that can be judged.
    pub on_target: (u32, u32),
    /// The service level of all queues together; absent where they have different limits or formulas.
    pub pooled: TellRow,
    /// Goals in force now.
    pub goals: Vec<GoalRow>,
}
