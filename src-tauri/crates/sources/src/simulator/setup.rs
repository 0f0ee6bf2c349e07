//! What a simulated centre is made from.

use jiff::tz::TimeZone;

/// Everything a simulation depends on: the same setup gives the same events.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Seed of all chance.
    pub seed: u64,
    /// Receptive lines, 1 to 200.
    pub queues: u16,
    /// People, from one a queue up to 2,000.
    pub agents: u16,
    /// First instant, Unix ms. Whoever is on shift then logs in at once, and the lines are empty.
    pub start_ms: i64,
    /// Where the centre is: decides its days and hours.
    pub zone: TimeZone,
    /// Whether to keep [`super::Truth`]. It grows until taken, so a centre that nobody checks leaves it out.
    pub keep_truth: bool,
}

impl Setup {
    /// Most queues.
    pub const MOST_QUEUES: u16 = 200;
    /// Most people.
    pub const MOST_AGENTS: u16 = 2_000;

    /// Six queues and forty people in São Paulo, without books.
    pub fn new(seed: u64, start_ms: i64) -> Self {
        let zone = TimeZone::get("America/Sao_Paulo").unwrap_or(TimeZone::UTC);
        Setup { seed, queues: 6, agents: 40, start_ms, zone, keep_truth: false }
    }

    /// Refuses what cannot be simulated.
    pub(super) fn check(&self) -> Result<(), SetupError> {
        if self.queues == 0 || self.queues > Self::MOST_QUEUES {
            return Err(SetupError::Queues(self.queues));
        }
        if self.agents < self.queues || self.agents > Self::MOST_AGENTS {
            return Err(SetupError::Agents { agents: self.agents, queues: self.queues });
        }
        // Leaves room for centuries of simulation on both sides of what a calendar holds.
        if !(0..=7_000_000_000_000).contains(&self.start_ms) {
            return Err(SetupError::Start(self.start_ms));
        }
        Ok(())
    }
}

/// Why a centre cannot be simulated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// Too few or too many queues.
    #[error("a simulated centre has 1 to {most} queues, not {0}", most = Setup::MOST_QUEUES)]
    Queues(u16),
    /// Too few or too many people.
    #[error("a simulated centre with {queues} queues has {queues} to {most} agents, not {agents}", most = Setup::MOST_AGENTS)]
    Agents {
        /// People asked for.
        agents: u16,
        /// Queues asked for.
        queues: u16,
    },
    /// A start before 1970 or after 2191.
    #[error("a simulated centre cannot start at {0} ms")]
    Start(i64),
}
