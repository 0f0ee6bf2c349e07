//! Tables of the open minute.

use super::{
    codes::{self, Code, Named},
    columns::columns,
    names::{Reader, Writer},
    parent, put,
};
use crate::Result;
use mirante_floor::{AgentActivity, OpenMinute, QueueActivity, Site, SourceId, StateKind};
use serde::{Deserialize, Serialize};

columns!(Minutes of MinuteRow { site: u32, from: i64, credited: i64, covered_ms: i64, });
columns!(Queues of QueueRow {
    site: u32,
    queue: u32,
    entered: u32,
    answered: u32,
    lost: u32,
    waiting_ms: i64,
    waiting_peak: u32,
});
columns!(Agents of AgentRow { site: u32, agent: u32, });
columns!(States of StateRow { agent: u32, state: u8, place: Named, ms: i64, });
columns!(Counts of CountRow { agent: u32, queue: u32, count: u32, });

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct MinuteV1 {
    minutes: Minutes,
    queues: Queues,
    agents: Agents,
    states: States,
    answered: Counts,
    ring_no_answer: Counts,
}

impl MinuteV1 {
    pub(super) fn write<'a>(&mut self, site: u32, minute: &'a OpenMinute, w: &mut Writer<'a>) {
        let OpenMinute { from, credited, covered_ms, queues, agents } = minute;
        // Not differences to the base: both are 0 before the first event, or minutes apart.
        self.minutes.push(MinuteRow { site, from: *from, credited: *credited, covered_ms: *covered_ms });
        for (queue, QueueActivity { entered, answered, lost, waiting_ms, waiting_peak }) in queues {
            self.queues.push(QueueRow {
                site,
                queue: w.name(queue),
                entered: *entered,
                answered: *answered,
                lost: *lost,
                waiting_ms: *waiting_ms,
                waiting_peak: *waiting_peak,
            });
        }
        for (key, AgentActivity { states, ring_no_answer, answered }) in agents {
            let agent = self.agents.push(AgentRow { site, agent: w.name(key) });
            for ((state, place), ms) in states {
                let place = codes::place(place.as_ref(), w);
                self.states.push(StateRow { agent, state: state.code(), place, ms: *ms });
            }
            for (queue, count) in answered {
                self.answered.push(CountRow { agent, queue: w.name(queue), count: *count });
            }
            for (queue, count) in ring_no_answer {
                self.ring_no_answer.push(CountRow { agent, queue: w.name(queue), count: *count });
            }
        }
    }

    pub(super) fn read(self, sites: &mut [(SourceId, Site)], r: &Reader) -> Result<()> {
        for MinuteRow { site, from, credited, covered_ms } in self.minutes.rows()? {
            let minute = &mut parent(sites, site)?.1.minute;
            *minute = OpenMinute { from, credited, covered_ms, ..OpenMinute::default() };
        }
        for row in self.queues.rows()? {
            let QueueRow { site, queue, entered, answered, lost, waiting_ms, waiting_peak } = row;
            let activity = QueueActivity { entered, answered, lost, waiting_ms, waiting_peak };
            put(&mut parent(sites, site)?.1.minute.queues, r.name(queue)?, activity)?;
        }
        let mut agents = Vec::new();
        for AgentRow { site, agent } in self.agents.rows()? {
            agents.push((site, r.name(agent)?, AgentActivity::default()));
        }
        for StateRow { agent, state, place, ms } in self.states.rows()? {
            let key = (StateKind::of(state)?, codes::place_of(place, r)?);
            put(&mut parent(&mut agents, agent)?.2.states, key, ms)?;
        }
        for CountRow { agent, queue, count } in self.answered.rows()? {
            put(&mut parent(&mut agents, agent)?.2.answered, r.name(queue)?, count)?;
        }
        for CountRow { agent, queue, count } in self.ring_no_answer.rows()? {
            put(&mut parent(&mut agents, agent)?.2.ring_no_answer, r.name(queue)?, count)?;
        }
        for (site, agent, activity) in agents {
            put(&mut parent(sites, site)?.1.minute.agents, agent, activity)?;
        }
        Ok(())
    }
}
