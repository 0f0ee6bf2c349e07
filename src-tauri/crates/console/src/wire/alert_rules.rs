//! The rules that make alerts, as faces show them.

use mirante_floor::alert::{Scope, Severity};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Every rule, and what is wrong with their file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlertRules {
    /// The file.
    pub file: String,
    /// What is wrong with it, with the place; the rules before the last change are in force then.
    pub fault: Option<String>,
    /// The rules: ready ones first.
    pub rules: Vec<AlertRuleRow>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlertRuleRow {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Mirante's own; else of the file.
    pub ready: bool,
    /// It watches.
    pub on: bool,
    /// How bad it is.
    #[ts(type = "'notice' | 'warning' | 'critical'")]
    pub severity: Severity,
    /// What it watches.
    #[ts(type = "'queue' | 'operation' | 'client' | 'campaign' | 'agent' | 'team' | 'source'")]
    pub scope: Scope,
    /// The ids that it watches; empty: all of its scope.
    pub only: Vec<String>,
    /// What must hold, as it is written.
    pub when: String,
    /// What must hold for it to be over, as it is written.
    pub over: Option<String>,
    /// The name of its first figure, such as `longest_wait`.
    pub figure: Option<String>,
    /// What that is held against.
    pub limit: Option<f64>,
    /// In what both are counted; a share is of 1.
    #[ts(type = "'count' | 'share' | 'seconds' | 'minutes' | 'flag' | 'text' | null")]
    pub unit: Option<String>,
    /// How long it must hold.
    #[ts(type = "number")]
    pub for_ms: i64,
    /// How long it must be over.
    #[ts(type = "number")]
    pub keep_ms: i64,
    /// The policy by which it escalates.
    pub policy: Option<String>,
    /// Law asks for it.
    pub legal: bool,
    /// What to do about it, Markdown.
    pub plan: String,
    /// How many alerts of it are not normal now.
    pub standing: u32,
}
