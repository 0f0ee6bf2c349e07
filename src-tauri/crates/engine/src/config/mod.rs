//! The configuration file: one commented TOML. Every error names the line and what to do; secrets are only pointed at.

mod backup;
mod channels;
pub(crate) mod edit;
pub mod judging;
mod names;
mod outbound;
mod partial;
mod problem;
mod queue_log;
mod raw;
mod retention;
mod secret;
mod values;

pub use backup::BackupConfig;
pub use channels::{ChannelConfig, Place, Service};
pub use edit::{NewSource, add_source, remove_source, set_queues, with_queues};
pub use mirante_notify::Secret;
pub use names::{NewName, set_names, with_names};
pub use partial::PartialConfig;
pub use problem::{ConfigError, Problem};
pub use queue_log::QueueLogConfig;
pub use retention::{Keep, RetentionConfig, Unit, set_retention};
pub use secret::{SecretError, SecretRef, forget_secret, keep_secret};

use jiff::tz::TimeZone;
use judging::Judging;
use mirante_floor::{Goal, Operation};
use mirante_sources::asterisk::{Outbound, Trust};
use std::path::Path;

/// The example file, comments and all.
pub const EXAMPLE: &str = include_str!("example.toml");

/// Zone when the file names none.
pub const DEFAULT_ZONE: &str = "America/Sao_Paulo";

/// Everything the file says.
#[derive(Debug, Clone)]
pub struct Config {
    /// Zone of the operation.
    pub zone: TimeZone,
    /// Platforms to follow.
    pub sources: Vec<SourceConfig>,
    /// What people decided about queues.
    pub queues: Vec<QueueConfig>,
    /// Teams.
    pub teams: Vec<TeamConfig>,
    /// People.
    pub persons: Vec<PersonConfig>,
    /// What figures are made and judged by.
    pub judging: Judging,
    /// How long what is kept is kept.
    pub retention: RetentionConfig,
    /// Backups that the hub makes itself, if any.
    pub backup: Option<BackupConfig>,
    /// Where the partial of each hour goes, if anywhere.
    pub partial: Option<PartialConfig>,
    /// Where alerts are sent.
    pub channels: Vec<ChannelConfig>,
}

impl Default for Config {
    /// No source, default zone.
    fn default() -> Self {
        let zone = TimeZone::get(DEFAULT_ZONE).unwrap_or(TimeZone::UTC);
        Config {
            zone,
            sources: Vec::new(),
            queues: Vec::new(),
            teams: Vec::new(),
            persons: Vec::new(),
            judging: Judging::default(),
            retention: RetentionConfig::default(),
            backup: None,
            partial: None,
            channels: Vec::new(),
        }
    }
}

impl Config {
    /// Reads a file. A file that is not there is an error: see [`Config::read_or_empty`].
    pub fn read(path: &Path) -> Result<Config, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::unreadable(path, &error))?;
        Config::parse(&text).map_err(|problems| ConfigError { path: path.to_owned(), problems })
    }

    /// Reads a file; one that is not there is a configuration without sources.
    pub fn read_or_empty(path: &Path) -> Result<Config, ConfigError> {
        if path.exists() { Config::read(path) } else { Ok(Config::default()) }
    }

    /// Understands a text, or says everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Config, Vec<Problem>> {
        raw::parse(text)
    }

    /// True if it follows the simulated centre, which never mixes with real platforms.
    pub fn is_sample(&self) -> bool {
        self.sources.iter().any(|s| matches!(s.kind, SourceKind::Simulator(_)))
    }
}

/// One platform.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceConfig {
    /// Identity, for ever.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Which platform and where.
    pub kind: SourceKind,
}

/// Which platform.
#[derive(Debug, Clone, PartialEq)]
pub enum SourceKind {
    /// Asterisk and its family over AMI.
    Asterisk(Box<AsteriskConfig>),
    /// The simulated centre.
    Simulator(SimulatorConfig),
}

impl SourceKind {
    /// The word in the file.
    pub fn word(&self) -> &'static str {
        match self {
            SourceKind::Asterisk(_) => "asterisk",
            SourceKind::Simulator(_) => "simulator",
        }
    }
}

/// Where an Asterisk is.
#[derive(Debug, Clone, PartialEq)]
pub struct AsteriskConfig {
    /// Name or address.
    pub host: String,
    /// AMI port.
    pub port: u16,
    /// AMI over TLS, and whom to believe to be the PBX. A file's relative path begins beside the configuration.
    pub tls: Option<Trust>,
    /// AMI user.
    pub username: String,
    /// Where its secret is.
    pub secret: SecretRef,
    /// Where the PBX's queue_log lies, if it can be read from here.
    pub queue_log: Option<QueueLogConfig>,
    /// How campaigns and results of calls to the outside are named.
    pub outbound: Outbound,
}

/// How the simulated centre is.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatorConfig {
    /// The same seed gives the same centre.
    pub seed: u64,
    /// Queues, 1 to 200.
    pub queues: u16,
    /// Agents, 1 to 2,000.
    pub agents: u16,
    /// Days of history made before it goes live, 0 to 60.
    pub days: u16,
    /// How much faster than real time it runs once live, 1 to 3,600.
    pub warp: f64,
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        SimulatorConfig { seed: 1, queues: 6, agents: 40, days: 7, warp: 1.0 }
    }
}

/// What people decided about one queue.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueConfig {
    /// Name of its source.
    pub source: String,
    /// The platform's name of the queue.
    pub name: String,
    /// What people call it; absent: the platform's name.
    pub label: Option<String>,
    /// What it is for.
    pub operation: Option<Operation>,
    /// Its target where no rule says another.
    pub goal: Goal,
    /// Opening and closing, minutes after local midnight; absent: always open.
    pub hours: Option<(u16, u16)>,
    /// The client it serves.
    pub client: Option<String>,
}

impl QueueConfig {
    /// Refuses a goal or hours that make no sense.
    pub fn check(&self) -> Result<(), String> {
        if !values::is_goal(self.goal) {
            return Err("a goal is 1 to 100 percent within 0 to 86400 seconds".into());
        }
        if self.hours.is_some_and(|hours| !values::is_hours(hours)) {
            return Err("hours are two different minutes of the day, 0 to 1440".into());
        }
        Ok(())
    }
}

/// A team.
#[derive(Debug, Clone, PartialEq)]
pub struct TeamConfig {
    /// Stable id.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// The supervisor's user name.
    pub supervisor: Option<String>,
}

/// A person.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonConfig {
    /// Stable id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Team id.
    pub team: Option<String>,
    /// Contracted minutes of work a day.
    pub day_minutes: Option<u16>,
    /// Source name and agent key.
    pub logins: Vec<(String, String)>,
}

#[cfg(test)]
mod tests;
