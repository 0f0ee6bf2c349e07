//! What is told of the members of queues.

use super::super::code::DEVICES;
use super::super::core::Row;
use super::super::flow::Flow;
use super::{AGENT_PARTY, Detail, INTERFACE, MEMBER_BITS, PAUSED_AT, TEXT, WORD};
use mirante_floor::{Device, Kind, Name, PartyId};

impl Detail {
    pub(super) fn member<F: Flow>(
        &mut self,
        f: &mut F,
        row: &Row,
        ms: i64,
        agent: Name,
        queue: Name,
        given: Option<&Kind>,
    ) -> Kind {
        let mut is = (Device::Unknown, false, None, false);
        let (mut reason, mut penalty, mut paused_at, mut name, mut interface) = (None, 0, None, None, None);
        if let Some(Kind::Member {
            interface: i,
            name: n,
            device,
            paused,
            reason: r,
            penalty: p,
            in_call,
            paused_at: at,
            ..
        }) = given
        {
            is = (*device, *paused, *in_call, r.is_some());
            (reason, penalty, paused_at, name, interface) = (r.as_ref(), *p, *at, *n, Some(i));
        }
        let (device, paused, in_call, has_reason) = is;
        let place = DEVICES.iter().position(|other| *other == device).unwrap_or(0) as u8;
        let device = DEVICES.get(usize::from(f.byte(MEMBER_BITS, place))).copied().unwrap_or_default();
        let bits = u8::from(paused) | in_call.map_or(0, |on| 2 | u8::from(on) << 2) | u8::from(has_reason) << 3;
        let bits = f.byte(MEMBER_BITS, bits);
        let paused = bits & 1 != 0;
        let in_call = (bits & 2 != 0).then_some(bits & 4 != 0);
        let reason = (bits & 8 != 0).then(|| self.words.code(f, WORD, TEXT, reason));
        let penalty = f.signed(MEMBER_BITS, i64::from(penalty)) as i32;
        let is_told = f.flag(PAUSED_AT, paused_at.is_some());
        let paused_at = is_told.then(|| {
            let step = paused_at.unwrap_or(0).wrapping_sub(ms);
            f.signed(PAUSED_AT, step).wrapping_add(ms)
        });
        let (name, interface) = self.who(f, row, &agent, name, interface);
        Kind::Member { queue, agent, interface, name, device, paused, reason, penalty, in_call, paused_at }
    }

    /// An agent's name and address: as before, else the address with the agent's key in it, else another.
    fn who<F: Flow>(
        &mut self,
        f: &mut F,
        row: &Row,
        key: &Name,
        name: Option<PartyId>,
        interface: Option<&Name>,
    ) -> (Option<PartyId>, Name) {
        let Some(known) = self.agents.get(row.agent as usize).cloned() else {
            f.refuse();
            return (None, "".into());
        };
        let around = interface.and_then(|interface| interface.split_once(&**key));
        let told = match interface {
            Some(interface) if known.interface.as_ref() == Some(interface) => 0,
            _ if around.is_some() && !key.is_empty() => 1,
            _ => 2,
        };
        let interface = match f.byte(INTERFACE, told) {
            0 => known.interface.clone().unwrap_or_else(|| "".into()),
            1 => {
                let (before, after) = around.unwrap_or_default();
                let before = self.words.code(f, WORD, TEXT, Some(&before.into()));
                let after = self.words.code(f, WORD, TEXT, Some(&after.into()));
                format!("{before}{key}{after}").into()
            }
            _ => self.words.code(f, WORD, TEXT, interface),
        };
        let same = f.flag(AGENT_PARTY, known.party == name);
        let name = if same { known.party } else { self.agent_party(f, name) };
        if let Some(agent) = self.agents.get_mut(row.agent as usize) {
            (agent.interface, agent.party) = (Some(interface.clone()), name);
        }
        (name, interface)
    }

    /// An agent's name, told by how far it is from the one told before: people of a team have neighbouring numbers.
    fn agent_party<F: Flow>(&mut self, f: &mut F, given: Option<PartyId>) -> Option<PartyId> {
        if !f.flag(AGENT_PARTY, given.is_some()) {
            return None;
        }
        let given = given.map_or(0, |party| party.0);
        let step = f.signed(AGENT_PARTY, given.wrapping_sub(self.newest_agent) as i64);
        self.newest_agent = self.newest_agent.wrapping_add(step as u64);
        Some(PartyId(self.newest_agent))
    }
}
