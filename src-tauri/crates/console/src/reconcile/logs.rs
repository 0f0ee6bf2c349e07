//! A queue_log read for comparing.

use super::{Configured, asterisk};
use mirante_engine::LogStays;
use mirante_floor::{ClosedVisit, Name};
use mirante_metrics::reconcile::log::Told;

/// What a log told.
pub(super) struct Log {
    stays: LogStays,
}

impl Log {
    /// Reads the log that the configuration names for that source, from `from` on. `None` where it names none; words where it cannot be
    /// read.
    pub(super) fn of(config: Option<&Configured>, source: &str, from: i64) -> Result<Option<Log>, String> {
        let Some(Configured { config, folder }) = config else { return Ok(None) };
        let Some(asterisk) = asterisk(config, source) else { return Ok(None) };
        let Some(at) = mirante_engine::queue_log(asterisk, folder).map_err(|error| error.message)? else {
            return Ok(None);
        };
        let stays = LogStays::read(&at, from).map_err(|error| error.to_string())?;
        Ok(Some(Log { stays }))
    }

    /// The oldest moment of which it tells all, Unix ms by the platform's clock.
    pub(super) fn from(&self) -> i64 {
        self.stays.from
    }

    /// The stays of a queue that ended after `from` and up to `to`, Unix ms by the platform's clock.
    pub(super) fn stays(&self, queue: &Name, from: i64, to: i64) -> Vec<Told> {
        let is_in = |at: i64| at > from && at <= to;
        let stays = self.stays.stays.iter().filter(|stay| stay.queue == *queue && is_in(stay.ended.seen));
        stays.map(|stay| self.told(stay)).collect()
    }

    fn told(&self, stay: &ClosedVisit) -> Told {
        let person = stay.agent_name.and_then(|id| self.stays.people.get(&id));
        let words = person.map(|person| [&person.name, &person.number].map(|word| word.to_string()));
        let key = stay.agent.as_ref().filter(|_| words.is_none()).map(ToString::to_string);
        let agents = words.into_iter().flatten().chain(key).filter(|word| !word.is_empty());
        Told {
            call: stay.call.to_string(),
            entered: stay.entered.at.unwrap_or(stay.entered.seen),
            ended: stay.ended.at.unwrap_or(stay.ended.seen),
            outcome: stay.outcome,
            wait_ms: stay.wait_ms,
            agents: agents.collect(),
            talk_ms: stay.talk_ms,
        }
    }
}
