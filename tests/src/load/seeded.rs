//! Callers who come, wait, talk and are passed on, agents who go on breaks, and a queue in trouble.

use super::plan::{Call, Change, Dial, Ending, Fate, HOSTILE_NAME, Mark, Outside, Plan, Size, Then};
use crate::pbx::Centre;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

const NAMES: [&str; 6] = ["Maria da Conceição", "José Antônio", "Cliente VIP", "ACME S.A.", "Ângela Brandão", ""];
const REASONS: [&str; 4] = ["almoco", "banheiro", "reuniao", "<b>treinamento</b>"];
/// Between two ways to leave a queue, ms; a caller presses keys by a clock that starts half a second before the queue's.
const APART_MS: u64 = 1000;
const LEVELS: [&str; 3] = ["suporte-n1", "helpdesk-n2", "servicedesk-n3"];

pub(super) fn plan(dice: &mut ChaCha8Rng, size: Size, centre: &Centre) -> Plan {
    let calls = calls(dice, size, centre);
    let outside = outside(dice, size, centre);
    let changes = changes(dice, size, centre);
    let mut plan = Plan { calls, outside, changes };
    trouble(&mut plan, size);
    plan
}

/// A time with an exponential law, in ms, kept between bounds.
fn exponential(dice: &mut ChaCha8Rng, mean_s: f64, least_ms: u64, most_ms: u64) -> u64 {
    let uniform: f64 = dice.random_range(1e-9..1.0);
    ((-uniform.ln() * mean_s * 1000.0) as u64).clamp(least_ms, most_ms)
}

fn arrivals(dice: &mut ChaCha8Rng, rate: f64, seconds: u32) -> Vec<u64> {
    let mut times = Vec::new();
    let mut at = 0;
    if rate <= 0.0 {
        return times;
    }
    loop {
        at += exponential(dice, 1.0 / rate, 1, u64::MAX);
        if at >= u64::from(seconds) * 1000 {
            break;
        }
        times.push(at);
    }
    times
}

fn calls(dice: &mut ChaCha8Rng, size: Size, centre: &Centre) -> Vec<Call> {
    let times = arrivals(dice, size.inbound, size.seconds);
    let mut calls = Vec::with_capacity(times.len());
    for (index, at_ms) in times.into_iter().enumerate() {
        let Ok(queue) = centre.queues.choose_weighted(dice, |queue| queue.weight) else { continue };
        let name = if index % 10 == 3 { HOSTILE_NAME } else { NAMES[dice.random_range(0..NAMES.len())] };
        let level = LEVELS.iter().position(|level| *level == queue.name);
        let mut turns = Vec::new();
        for next in level.into_iter().flat_map(|level| &LEVELS[level + 1..]) {
            if !dice.random_bool(0.35) || at_ms > u64::from(size.seconds) * 600 {
                break;
            }
            turns.push(Then::Blind(next));
        }
        let impatient = dice.random_bool(0.25);
        let key_ms: Option<u64> = (queue.exit_key && dice.random_bool(0.3)).then(|| dice.random_range(1000..4000));
        let mut patience_ms = if impatient { dice.random_range(300..6000) } else { dice.random_range(8000..20_000) };
        let withdraw_ms: Option<u64> = dice.random_bool(0.03).then(|| dice.random_range(1000..4000));
        // Whoever hangs up in the same instant leaves witnesses who cannot agree.
        while [key_ms, withdraw_ms].into_iter().flatten().any(|ms| ms.abs_diff(patience_ms) < APART_MS) {
            patience_ms += 2 * APART_MS;
        }
        calls.push(Call {
            number: format!("55{}9{:08}", dice.random_range(11..=99), dice.random_range(0..100_000_000)),
            name: name.to_owned(),
            ring_ms: dice.random_range(500..3500),
            patience_ms,
            key_ms,
            withdraw_ms,
            talk_ms: exponential(dice, size.talk_s, 1200, 12_000),
            ending: if dice.random_bool(0.5) { Ending::Caller } else { Ending::Agent },
            turns,
            ..Call::plain(format!("c{index:05}"), at_ms, queue.name)
        });
    }
    calls
}

fn outside(dice: &mut ChaCha8Rng, size: Size, centre: &Centre) -> Vec<Outside> {
    let times = arrivals(dice, size.outside, size.seconds);
    let mut calls = Vec::with_capacity(times.len());
    for (index, at_ms) in times.into_iter().enumerate() {
        let Some(agent) = centre.agents.choose(dice) else { continue };
        let talk_ms = exponential(dice, size.talk_s, 1500, 15_000);
        let dial = Dial { fate: Fate::Answer, ring_ms: dice.random_range(300..3000), mark: Mark::None };
        let (id, number) = (format!("o{index:05}"), format!("5511986{index:06}"));
        calls.push(Outside { id, at_ms, agent: agent.number, number, dial, talk_ms });
    }
    calls
}

fn changes(dice: &mut ChaCha8Rng, size: Size, centre: &Centre) -> Vec<(u64, u16, Change)> {
    let mut changes = Vec::new();
    for agent in centre.agents {
        let mut at = dice.random_range(0..30_000);
        while at < u64::from(size.seconds) * 1000 {
            let for_ms = dice.random_range(3000..12_000);
            let change = if dice.random_bool(0.25) {
                Change::Away(for_ms)
            } else {
                Change::Pause(REASONS[dice.random_range(0..REASONS.len())], for_ms)
            };
            changes.push((at, agent.number, change));
            at += for_ms + dice.random_range(15_000..60_000);
        }
    }
    changes
}

/// Once in each run two queues get into trouble, so that no run lacks a timeout, an overflow and a refusal.
fn trouble(plan: &mut Plan, size: Size) {
    let start = u64::from(size.seconds) * 400;
    let mut call = |name: &str, after_ms: u64, queue: &'static str, talk_ms: u64| {
        let number = format!("551140{after_ms:06}");
        let plain = Call::plain(format!("t-{name}"), start + after_ms, queue);
        plan.calls.push(Call { number, name: name.to_owned(), talk_ms, ..plain });
    };
    // Two of three are on a break and the third talks when the next callers come; then the third goes too.
    call("keeps the last one busy", 500, "retencao", 9000);
    call("overflows", 2500, "retencao", 3000);
    call("overflows too", 3000, "retencao", 3000);
    call("is turned away", 7000, "retencao", 3000);
    call("times out", 1500, "televendas", 3000);
    call("times out and comes back", 2000, "televendas", 3000);
    // The log tells of the first stay when the caller is in the second.
    plan.calls
        .iter_mut()
        .filter(|call| call.name.ends_with("comes back"))
        .for_each(|call| call.again = Some("televendas"));
    let breaks = [(1018, 0), (1020, 0), (1019, 4500), (1004, 500), (1005, 500), (1006, 500), (1007, 500)];
    plan.changes.retain(|(_, agent, _)| breaks.iter().all(|(other, _)| other != agent));
    plan.outside.retain(|call| breaks.iter().all(|(other, _)| *other != call.agent));
    for (agent, after_ms) in breaks {
        plan.changes.push((start + after_ms, agent, Change::Pause("reuniao", 15_000 - after_ms)));
    }
    plan.calls.sort_by_key(|call| call.at_ms);
    plan.changes.sort_by_key(|(at, agent, _)| (*at, *agent));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pbx::centre::CENTRE;

    #[test]
    fn a_seed_is_a_plan() {
        let plan = Plan::new(7, Size::default(), &CENTRE);
        assert_eq!(plan, Plan::new(7, Size::default(), &CENTRE));
        assert_ne!(plan, Plan::new(8, Size::default(), &CENTRE));
    }

    #[test]
    fn a_minute_holds_every_kind_of_trouble() {
        let plan = Plan::new(1, Size::default(), &CENTRE);
        assert!(plan.calls.len() > 60, "{} calls", plan.calls.len());
        assert!(plan.calls.is_sorted_by_key(|call| call.at_ms));
        assert!(plan.calls.iter().any(|call| call.turns.len() == 2));
        assert!(plan.calls.iter().any(|call| call.key_ms.is_some()));
        assert!(plan.calls.iter().any(|call| call.withdraw_ms.is_some()));
        assert!(plan.calls.iter().any(|call| call.name == HOSTILE_NAME));
        assert!(plan.calls.iter().any(|call| call.again == Some(call.queue) && call.turns.is_empty()));
        assert!(plan.changes.iter().any(|(_, _, change)| matches!(change, Change::Away(_))));
    }
}
