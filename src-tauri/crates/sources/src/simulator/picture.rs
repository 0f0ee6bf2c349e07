//! What the simulated platform says of itself when asked.

use super::names;
use super::simulation::Simulation;
use crate::Caller;
use mirante_floor::{PbxCounters, Picture, QueuePicture, WaitingPicture};

impl Simulation {
    /// Everything at [`Simulation::now_ms`].
    pub fn picture(&self) -> Picture<Caller> {
        let mut picture = Picture { queues: Vec::new(), people: Vec::new(), members: Vec::new(), waiting: Vec::new() };
        for (spec, line) in self.centre.queues.iter().zip(&self.lines) {
            let counters = PbxCounters { calls: line.waiting.len() as u32, ..line.counters };
            picture.queues.push(QueuePicture { queue: spec.name.clone(), counters, levels: None });
            for (place, visit) in line.waiting.iter().filter_map(|id| self.visits.get(id)).enumerate() {
                picture.waiting.push(WaitingPicture {
                    queue: spec.name.clone(),
                    call: visit.call.clone(),
                    contact: Some(visit.contact.clone()),
                    caller: names::customer(visit.customer),
                    position: place as u32 + 1,
                    waited_ms: self.now - visit.entered,
                });
            }
        }
        for (agent, (spec, desk)) in self.centre.agents.iter().zip(&self.desks).enumerate() {
            if spec.fixed || desk.logged() {
                self.members(agent).into_iter().for_each(|member| picture.add(member));
            }
        }
        picture
    }
}
