//! The cells of a second by the simulation's own books, which know nothing of the fold.

use mirante_floor::{Name, Outcome, Place, Setting};
use mirante_history::Board;
use mirante_sources::Caller;
use mirante_sources::simulator::{Doing, Simulation};
use std::collections::HashMap;

/// Cells of one second: first twelve a queue, then four an agent, both in order of name.
///
/// Of a queue: waiting, start of the oldest wait, offered, answered, lost, service level (per mille of answered and lost),
/// mean wait and mean talk (tenths of a second), and agents ready, busy, in wrap-up and paused. Of an agent: state, since, place,
/// reason. Absent is -1; instants are Unix ms; names are numbers in order of appearance.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cells(pub Vec<i64>);

/// Numbers of names, the same for whoever makes cells.
#[derive(Debug, Default, Clone)]
pub struct Words(HashMap<String, i64>);

impl Words {
    fn number(&mut self, word: &str) -> i64 {
        let next = self.0.len() as i64;
        *self.0.entry(word.to_owned()).or_insert(next)
    }
}

/// Totals of a queue's day.
#[derive(Debug, Clone, Copy, Default)]
struct Totals {
    ended: [u64; 8],
    within: u64,
    waited_ms: u64,
    talks: u64,
    talked_ms: u64,
}

/// What the books said so far.
pub struct Ledger {
    queues: Vec<String>,
    goals: Vec<i64>,
    totals: Vec<Totals>,
    place: HashMap<String, usize>,
    pub words: Words,
    cells: Cells,
    /// First instant, Unix ms: who has been away since then is told as away since ever.
    from: i64,
}

impl Ledger {
    /// The books of a centre that is set up so.
    pub fn new(settings: &[Setting<Caller>], from: i64) -> Self {
        let mut goals: Vec<(String, i64)> = Vec::new();
        for setting in settings {
            if let Setting::Queue { queue, setup, .. } = setting {
                goals.push((queue.to_string(), i64::from(setup.goal.seconds)));
            }
        }
        goals.sort();
        let place = goals.iter().enumerate().map(|(place, (queue, _))| (queue.clone(), place)).collect();
        let totals = vec![Totals::default(); goals.len()];
        let (queues, goals) = goals.into_iter().unzip();
        Ledger { queues, goals, totals, place, words: Words::default(), cells: Cells::default(), from }
    }

    /// The cells as last told.
    pub fn now(&self) -> &Cells {
        &self.cells
    }

    /// Tells the cells of this second.
    pub fn next(&mut self, simulation: &mut Simulation) {
        let truth = simulation.take_truth();
        for visit in &truth.visits {
            let totals = &mut self.totals[self.place[&*visit.queue]];
            totals.ended[visit.outcome as usize] += 1;
            if visit.outcome == Outcome::Answered {
                let goal = self.goals[self.place[&*visit.queue]];
                totals.within += u64::from(visit.wait_ms <= goal * 1_000);
                totals.waited_ms += visit.wait_ms as u64;
                totals.talks += 1;
                totals.talked_ms += visit.talk_ms.unwrap_or(0) as u64;
            }
        }
        let mut now = self.totals.clone();
        let mut waits: Vec<(i64, i64)> = vec![(0, -1); self.queues.len()];
        for open in simulation.open_visits() {
            let place = self.place[&*open.queue];
            match open.answered {
                Some((_, since)) => {
                    let wait = since - open.entered_ms;
                    now[place].ended[Outcome::Answered as usize] += 1;
                    now[place].within += u64::from(wait <= self.goals[place] * 1_000);
                    now[place].waited_ms += wait as u64;
                }
                None => {
                    let (count, oldest) = &mut waits[place];
                    *count += 1;
                    *oldest = if *oldest < 0 { open.entered_ms } else { open.entered_ms.min(*oldest) };
                }
            }
        }
        let mut agents = simulation.agents();
        agents.sort_by(|a, b| a.agent.cmp(&b.agent));
        let state: HashMap<&str, usize> = agents.iter().map(|a| (&*a.agent, group(&a.doing))).collect();
        let mut members = vec![[0i64; 5]; self.queues.len()];
        for member in simulation.picture().members {
            members[self.place[&*member.queue]][state[&*member.agent]] += 1;
        }
        let cells = &mut self.cells.0;
        cells.clear();
        for (place, totals) in now.iter().enumerate() {
            let (waiting, oldest) = waits[place];
            put_queue(cells, waiting, oldest, totals, &members[place]);
        }
        for agent in &agents {
            let (state, place, reason) = match &agent.doing {
                Doing::Ready => (0, None, None),
                Doing::Ringing => (1, None, None),
                Doing::Talking(place) => (2, Some(place), None),
                Doing::Hold(place) => (3, Some(place), None),
                Doing::Wrapup(place) => (4, Some(place), None),
                Doing::Paused(reason) => (5, None, Some(&**reason)),
                Doing::Offline => (OFFLINE, None, None),
            };
            let since = if state == OFFLINE && agent.since_ms == self.from { -1 } else { agent.since_ms };
            put_agent(cells, &mut self.words, state, since, place, reason);
        }
    }
}

/// Away.
const OFFLINE: i64 = 6;

/// Groups of states that a queue's agents are counted in: ready, busy, wrap-up, paused, away.
fn group(doing: &Doing) -> usize {
    match doing {
        Doing::Ready => 0,
        Doing::Ringing | Doing::Talking(_) | Doing::Hold(_) => 1,
        Doing::Wrapup(_) => 2,
        Doing::Paused(_) => 3,
        Doing::Offline => 4,
    }
}

fn put_queue(cells: &mut Vec<i64>, waiting: i64, oldest: i64, totals: &Totals, members: &[i64; 5]) {
    let answered = totals.ended[Outcome::Answered as usize];
    let ended: u64 = totals.ended.iter().sum();
    let ratio = |part: u64, whole: u64| if whole == 0 { -1 } else { (part / whole) as i64 };
    cells.extend([
        waiting,
        oldest,
        ended as i64 + waiting,
        answered as i64,
        (ended - answered) as i64,
        ratio(totals.within * 1_000, ended),
        ratio(totals.waited_ms / 100, answered),
        ratio(totals.talked_ms / 100, totals.talks),
    ]);
    cells.extend(&members[..4]);
}

fn put_agent(
    cells: &mut Vec<i64>,
    words: &mut Words,
    state: i64,
    since: i64,
    place: Option<&Place>,
    reason: Option<&str>,
) {
    let place = match place {
        None => -1,
        Some(Place::Other) => -2,
        Some(Place::Queue(name) | Place::Campaign(name)) => words.number(name),
    };
    let reason = reason.map_or(-1, |reason| words.number(reason));
    cells.extend([state, since, place, reason]);
}

/// The same cells of a board of a centre that began at `from`, Unix ms, and has these agents: of whom it never heard is away.
pub fn of_board(board: &Board, agents: &[Name], from: i64, words: &mut Words) -> Cells {
    let mut cells = Vec::with_capacity(12 * board.queues.len() + 4 * board.agents.len());
    for queue in &board.queues {
        let t = &queue.totals;
        let totals = Totals {
            ended: t.ended.map(u64::from),
            within: u64::from(t.within),
            waited_ms: t.waited_ms,
            talks: u64::from(t.talks),
            talked_ms: t.talked_ms,
        };
        let m = queue.members.map(i64::from);
        let members = [m[0], m[1] + m[2] + m[3], m[4], m[5], m[6]];
        let waiting = queue.waits.len() as i64;
        let from = cells.len();
        put_queue(&mut cells, waiting, queue.oldest_wait().unwrap_or(-1), &totals, &members);
        cells[from + 2] = i64::from(t.offered);
    }
    let mut shown = board.agents.iter().peekable();
    for key in agents {
        let Some(agent) = shown.next_if(|agent| agent.agent == *key) else {
            put_agent(&mut cells, words, OFFLINE, -1, None, None);
            continue;
        };
        let reason = match &agent.state {
            mirante_floor::AgentState::Paused(reason) => reason.as_deref(),
            _ => None,
        };
        let state = agent.state.kind() as i64;
        let since = if state == OFFLINE && agent.since == from { -1 } else { agent.since };
        put_agent(&mut cells, words, state, since, agent.state.place(), reason);
    }
    // Anybody else is nobody's.
    cells.extend(shown.map(|_| i64::MIN));
    Cells(cells)
}
