//! A queue_log of as many days as are wanted, as a busy centre's PBX writes it: 200 queues, 500 agents on duty, some 20,000 calls on a
//! working day. Nothing is drawn from a clock, so the same seed gives the same bytes.
//!
//! Of each hundred lines some 25 are pauses, as in the log of a real Asterisk under the rig's traffic: one line for all queues and
//! one for each queue of the agent. Callers come back: a third was never seen, most others called in the last days.

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Write};

const QUEUES: usize = 200;
const AGENTS: usize = 500;
const DAY_S: i64 = 24 * 60 * 60;
/// Working hours, s of the day.
const OPEN: (f64, f64) = (8.0 * 3600.0, 20.0 * 3600.0);
/// Callers of the last days who may call again.
const LATELY: usize = 60_000;

/// Visits with an outcome, whole seconds waited and talked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub visits: u64,
    /// Seconds waited in all.
    pub wait_s: i64,
    /// Seconds talked in all.
    pub talk_s: i64,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Lines.
    pub lines: u64,
    /// Visits by the word of their outcome.
    pub outcomes: BTreeMap<String, Sum>,
}

/// A log under way.
struct Centre {
    dice: ChaCha8Rng,
    /// Queues that each agent serves, the agent's word in the log, and when the agent is free again, s of the day.
    agents: Vec<(Vec<usize>, String, f64)>,
    members: Vec<Vec<usize>>,
    lately: VecDeque<u64>,
    everybody: u64,
    serial: u64,
    written: Written,
    /// Lines of the day: second, and text without the stamp.
    lines: Vec<(f64, String)>,
}

/// Writes the lines of so many days from the midnight `from` on, Unix s.
///
/// # Errors
/// When `out` refuses.
pub fn write(seed: u64, from: i64, days: u32, out: &mut impl Write) -> io::Result<Written> {
    let mut centre = Centre::new(seed);
    for day in 0..i64::from(days) {
        let midnight = from + day * DAY_S;
        // The first of January 1970 was a Thursday.
        let is_weekend = (midnight.div_euclid(DAY_S) + 3).rem_euclid(7) >= 5;
        centre.day(midnight, if is_weekend { 6_000 } else { 20_000 }, if is_weekend { 150 } else { AGENTS });
        for (second, text) in &centre.lines {
            writeln!(out, "{}|{text}", midnight + *second as i64)?;
        }
    }
    Ok(centre.written)
}

impl Centre {
    fn new(seed: u64) -> Centre {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut members = vec![Vec::new(); QUEUES];
        let mut agents = Vec::new();
        for nth in 0..AGENTS {
            // Queues have few agents or many; each agent serves three that lie together.
            let first = (dice.random::<f64>().powi(2) * QUEUES as f64) as usize;
            let queues: Vec<usize> = (0..3).map(|step| (first + step) % QUEUES).collect();
            queues.iter().for_each(|queue| members[*queue].push(nth));
            let word = if nth % 3 == 0 {
                format!("Pessoa Número {nth}")
            } else {
                format!("Local/{}@from-queue/n", 2100 + nth)
            };
            agents.push((queues, word, 0.0));
        }
        let written = Written::default();
        Centre { dice, agents, members, lately: VecDeque::new(), everybody: 0, serial: 0, written, lines: Vec::new() }
    }

    fn day(&mut self, midnight: i64, calls: usize, on_duty: usize) {
        self.lines.clear();
        let late = OPEN.1 + 3600.0;
        self.lines.push((1.0, "NONE|NONE|NONE|QUEUESTART|".into()));
        for nth in 0..on_duty {
            let (queues, word, free) = self.agents[nth].clone();
            self.agents[nth].2 = 0.0;
            debug_assert!(free >= 0.0);
            for queue in queues {
                self.lines.push((OPEN.0 - 600.0 + nth as f64, format!("NONE|fila{queue:03}|{word}|ADDMEMBER|")));
                self.lines.push((late + nth as f64, format!("NONE|fila{queue:03}|{word}|REMOVEMEMBER|")));
            }
        }
        let mut times: Vec<f64> = (0..calls).map(|_| self.arrival()).collect();
        times.sort_by(f64::total_cmp);
        for at in times {
            let caller = self.caller();
            self.serial += 1;
            let id = format!("{}.{}", midnight + at as i64, self.serial % 1_000_000);
            let queue = (self.dice.random::<f64>().powi(2) * QUEUES as f64) as usize;
            if queue.is_multiple_of(2) {
                self.lines.push((at, format!("{id}|fila{queue:03}|NONE|DID|40042000")));
            }
            self.visit(at, &id, queue, caller, on_duty);
        }
        self.lines.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.written.lines += self.lines.len() as u64;
    }

    /// Second of the day at which somebody calls: most at eleven and at four.
    fn arrival(&mut self) -> f64 {
        let peak = if self.dice.random_bool(0.5) { 11.0 } else { 16.0 };
        let spread: f64 = (0..3).map(|_| self.dice.random_range(-1.5..1.5)).sum();
        ((peak + spread) * 3600.0).clamp(OPEN.0, OPEN.1)
    }

    fn caller(&mut self) -> u64 {
        let kind = self.dice.random_range(0..100);
        let known = self.everybody.max(1);
        let caller = match kind {
            0..35 => {
                self.everybody += 1;
                self.everybody
            }
            35..85 if !self.lately.is_empty() => self.lately[self.dice.random_range(0..self.lately.len())],
            _ => self.dice.random_range(0..known),
        };
        if self.lately.len() == LATELY {
            self.lately.pop_front();
        }
        self.lately.push_back(caller);
        caller
    }

    fn line(&mut self, at: f64, text: String) {
        self.lines.push((at, text));
    }

    fn sum(&mut self, outcome: &'static str, wait_s: i64, talk_s: i64) {
        let sum = self.written.outcomes.entry(outcome.to_owned()).or_default();
        *sum = Sum { visits: sum.visits + 1, wait_s: sum.wait_s + wait_s, talk_s: sum.talk_s + talk_s };
    }

    fn visit(&mut self, at: f64, id: &str, queue: usize, caller: u64, on_duty: usize) {
        let whole = |from: f64, to: f64| to as i64 - from as i64;
        let number = 11_900_000_000 + caller * 7_919 % 99_999_989;
        self.line(at, format!("{id}|fila{queue:03}|NONE|ENTERQUEUE||{number}|1"));
        let wait = 0.8 + self.dice.random::<f64>().powi(3) * 120.0;
        let end = at + wait;
        let waited = whole(at, end);
        let enter = |verb: &str, rest: &str| format!("{id}|fila{queue:03}|NONE|{verb}|{rest}1|1|{waited}");
        let (verb, rest, outcome) = match self.dice.random_range(0..200) {
            0..20 => ("ABANDON", "", "abandoned"),
            20..25 => ("EXITWITHTIMEOUT", "", "timeout"),
            25..28 => ("EXITWITHKEY", "9|", "exit_key"),
            28..30 => ("EXITEMPTY", "", "overflow"),
            _ => ("", "", "answered"),
        };
        if !verb.is_empty() {
            self.line(end, enter(verb, rest));
            return self.sum(outcome, waited, 0);
        }
        let free = self.members[queue].iter().copied().filter(|nth| *nth < on_duty && self.agents[*nth].2 < end);
        let free: Vec<usize> = free.take(8).collect();
        let Some(agent) = free.choose(&mut self.dice).copied() else {
            self.line(end, enter("ABANDON", ""));
            return self.sum("abandoned", waited, 0);
        };
        if self.dice.random_bool(0.4) {
            let other = free[self.dice.random_range(0..free.len())];
            let (verb, ms) =
                if self.dice.random_bool(0.7) { ("RINGNOANSWER", 15_000) } else { ("RINGCANCELED", 1_900) };
            let word = &self.agents[other].1;
            let text = format!("{id}|fila{queue:03}|{word}|{verb}|{ms}");
            self.line(at + wait / 2.0, text);
        }
        let word = self.agents[agent].1.clone();
        let talk = 5.0 + self.dice.random::<f64>().powi(2) * 600.0;
        let over = end + talk;
        let talked = whole(end, over);
        self.agents[agent].2 = over + 2.0;
        self.sum("answered", waited, talked);
        self.line(end, format!("{id}|fila{queue:03}|{word}|CONNECT|{waited}|{id}5|4"));
        let kind = self.dice.random_range(0..100);
        let last = match kind {
            0..3 => format!("BLINDTRANSFER|4004|xfer|{waited}|{talked}|1"),
            3..5 => format!("ATTENDEDTRANSFER|BRIDGE|9f{}|{waited}|{talked}|1", self.serial),
            5..40 => format!("COMPLETEAGENT|{waited}|{talked}|1"),
            _ => format!("COMPLETECALLER|{waited}|{talked}|1"),
        };
        self.line(over, format!("{id}|fila{queue:03}|{word}|{last}"));
        if kind < 2 && over < OPEN.1 {
            self.visit(over + 0.2, id, (queue + 1) % QUEUES, caller, on_duty);
        }
        if self.dice.random_bool(0.2) {
            let (began, pause) = (over + 1.0, self.dice.random_range(30.0..900.0));
            self.agents[agent].2 = began + pause + 1.0;
            let reason = ["Almoço", "Banheiro", "Reunião", "Treinamento"][kind % 4];
            let queues = self.agents[agent].0.clone();
            self.line(began, format!("NONE|NONE|{word}|PAUSEALL|{reason}"));
            self.line(began + pause, format!("NONE|NONE|{word}|UNPAUSEALL|{reason}"));
            for queue in queues {
                self.line(began, format!("NONE|fila{queue:03}|{word}|PAUSE|{reason}"));
                self.line(began + pause, format!("NONE|fila{queue:03}|{word}|UNPAUSE|{reason}"));
            }
        }
    }
}
