//! Calls that move about: consulted transfers, callers moved while they wait, conferences, parked calls, calls taken by a
//! colleague, callers who come back, callers who are called back, and calls of campaigns.

use super::plan::{Call, Complete, Dial, Ending, Fate, Mark, Outside, Plan, Size, Then};
use crate::pbx::Centre;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Seconds in which each kind of journey begins once.
const EVERY_S: u64 = 14;
/// Campaigns by the way the PBX tells them.
pub const MARKS: [Mark; 3] = [Mark::Variable("vendas-novembro"), Mark::Account("camp-cobranca"), Mark::None];

/// One of each in a round.
const KINDS: [fn(&mut ChaCha8Rng, Call) -> Call; 16] = [
    |dice, call| Call { queue: "televendas", withdraw_ms: Some(dice.random_range(900..2500)), ring_ms: 3500, ..call },
    |dice, call| Call { queue: "televendas", key_ms: Some(dice.random_range(900..2500)), ring_ms: 3500, ..call },
    |dice, call| {
        let turns = vec![Then::Attended("helpdesk-n2", Complete::Answered(dice.random_range(700..2000)))];
        Call { queue: "suporte-n1", turns, ..call }
    },
    |dice, call| {
        let turns = vec![Then::Attended("helpdesk-n2", Complete::Waiting(dice.random_range(200..900)))];
        Call { queue: "suporte-n1", turns, ..call }
    },
    |_, call| {
        let next = |queue| Then::Attended(queue, Complete::Answered(900));
        Call { queue: "suporte-n1", turns: vec![next("helpdesk-n2"), next("servicedesk-n3")], ..call }
    },
    |_, call| {
        let turns = vec![Then::Blind("helpdesk-n2"), Then::Blind("servicedesk-n3")];
        Call { queue: "suporte-n1", turns, ..call }
    },
    |dice, call| Call {
        queue: "televendas",
        moved: Some((dice.random_range(900..2500), Some("sac"))),
        ring_ms: 3500,
        ..call
    },
    |dice, call| Call { queue: "sac", moved: Some((dice.random_range(900..2500), None)), ring_ms: 3500, ..call },
    |dice, call| Call { queue: "sac", turns: vec![Then::Conference(dice.random_range(2000..4000))], ..call },
    |dice, call| Call { queue: "sac", turns: vec![Then::Three(dice.random_range(2000..4000))], ..call },
    |_, call| Call { queue: "suporte-n1", pickup_ms: Some(1200), ring_ms: 6000, ..call },
    |dice, call| Call { queue: "sac", turns: vec![Then::Park(dice.random_range(3000..4500))], ..call },
    |_, call| Call { queue: "sac", turns: vec![Then::ParkInVain(4000, "cobranca")], ..call },
    |_, call| Call { queue: "cobranca", again: Some("cobranca"), ending: Ending::Agent, ..call },
    |_, call| Call { queue: "televendas", again: Some("sac"), ending: Ending::Agent, ..call },
    |_, call| {
        let dial = Some(Dial { fate: Fate::Answer, ring_ms: 1500, mark: Mark::None });
        Call { queue: "sac", dial, ..call }
    },
];

/// Adds them, spread over the time in which calls arrive.
pub(super) fn add(plan: &mut Plan, seed: u64, size: Size, centre: &Centre) {
    let mut dice = ChaCha8Rng::seed_from_u64(seed ^ 0x6a6f_7572);
    let rounds = (u64::from(size.seconds) / EVERY_S).max(1);
    for round in 0..rounds {
        for (index, kind) in KINDS.iter().enumerate() {
            let at_ms = (round * EVERY_S * 1000) + dice.random_range(0..EVERY_S * 1000);
            let ending = if dice.random_bool(0.5) { Ending::Caller } else { Ending::Agent };
            let call = Call {
                number: format!("55219{:02}{:06}", index, round),
                name: format!("viajante {index}"),
                talk_ms: dice.random_range(1500..4000),
                ending,
                ..Call::plain(format!("j{index:02}-{round:03}"), at_ms, "sac")
            };
            plan.calls.push(kind(&mut dice, call));
        }
        campaign(plan, &mut dice, round);
        by_hand(plan, &mut dice, round, centre);
    }
    plan.calls.sort_by_key(|call| call.at_ms);
    plan.outside.sort_by_key(|call| call.at_ms);
}

fn moment(dice: &mut ChaCha8Rng, round: u64) -> u64 {
    round * EVERY_S * 1000 + dice.random_range(0..EVERY_S * 1000)
}

/// A dialler calls people and brings who answers to a queue.
fn campaign(plan: &mut Plan, dice: &mut ChaCha8Rng, round: u64) {
    for (index, fate) in Fate::ALL.into_iter().enumerate() {
        let mark = MARKS[(index + round as usize) % MARKS.len()];
        let at_ms = moment(dice, round);
        let call = Call {
            number: format!("55319{index:02}{round:06}"),
            name: String::new(),
            talk_ms: dice.random_range(1500..4000),
            dial: Some(Dial { fate, ring_ms: dice.random_range(500..2500), mark }),
            ..Call::plain(format!("p{index:02}-{round:03}"), at_ms, "televendas")
        };
        plan.calls.push(call);
    }
}

/// Agents call people themselves.
fn by_hand(plan: &mut Plan, dice: &mut ChaCha8Rng, round: u64, centre: &Centre) {
    for (index, fate) in Fate::ALL.into_iter().enumerate() {
        let Some(agent) = centre.agents.choose(dice) else { continue };
        let dial = Dial {
            fate,
            ring_ms: dice.random_range(500..2500),
            mark: MARKS[(index + 1 + round as usize) % MARKS.len()],
        };
        let (id, number) = (format!("h{index:02}-{round:03}"), format!("55419{index:02}{round:06}"));
        let (at_ms, talk_ms) = (moment(dice, round), dice.random_range(1500..5000));
        plan.outside.push(Outside { id, at_ms, agent: agent.number, number, dial, talk_ms });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pbx::centre::CENTRE;

    #[test]
    fn a_minute_holds_every_kind_of_journey() {
        let size = Size { inbound: 1.0, ..Size::default() };
        let plan = Plan::of_every_kind(3, size, &CENTRE);
        assert_eq!(plan, Plan::of_every_kind(3, size, &CENTRE));
        assert!(plan.calls.is_sorted_by_key(|call| call.at_ms) && plan.outside.is_sorted_by_key(|call| call.at_ms));
        let any = |is: &dyn Fn(&Then) -> bool| plan.calls.iter().any(|call| call.turns.iter().any(is));
        assert!(any(&|then| matches!(then, Then::Attended(_, Complete::Answered(_)))));
        assert!(any(&|then| matches!(then, Then::Attended(_, Complete::Waiting(_)))));
        assert!(any(&|then| matches!(then, Then::Conference(_))) && any(&|then| matches!(then, Then::Three(_))));
        assert!(any(&|then| matches!(then, Then::Park(_))) && any(&|then| matches!(then, Then::ParkInVain(..))));
        for fate in Fate::ALL {
            let calls = plan.calls.iter().filter(|call| call.dial.is_some_and(|dial| dial.fate == fate)).count();
            assert!(calls > 2, "{fate:?}");
            // Each in the first round, so that there is time to wait for an agent who is on the phone.
            let soon = |at_ms: u64| at_ms < EVERY_S * 1000;
            assert!(plan.outside.iter().any(|call| call.dial.fate == fate && soon(call.at_ms)), "{fate:?} by hand");
            let dialled = |call: &Call| call.dial.is_some_and(|dial| dial.fate == fate) && soon(call.at_ms);
            assert!(plan.calls.iter().any(dialled), "{fate:?} by a dialler");
        }
    }
}
