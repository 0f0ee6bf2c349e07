//! The cells at a stretch's start.

use super::core::Tables;
use super::flow::Flow;
use super::lean::{Lean, LeanAgent, LeanQueue, Spot};
use super::words::{utf8, whole};
use crate::board::QueueTotals;
use mirante_floor::{Link, Name, SourceId};

const COUNT: usize = 0;
const SOURCE: usize = 1;
const NAME: usize = 2;
const STATE: usize = 3;
const SPOT: usize = 4;
const SINCE: usize = 5;
const MEMBER: usize = 6;
const FIGURE: usize = 7;
const WAITED: usize = 8;
const ANSWERED: usize = 9;
const SHARED: usize = 10;
/// Streams used here.
pub(crate) const STREAMS: usize = 11;

/// Most rows of one kind.
const MOST: u64 = 1 << 20;

/// Codes tables and cells, and gives the time they are relative to, Unix ms.
pub(crate) fn code<F: Flow>(f: &mut F, given: &mut (Tables, Lean), seen: i64) -> i64 {
    let (tables, lean) = given;
    let seen = f.signed(COUNT, seen);
    let mut before = String::new();
    rows(f, &mut lean.sources, |f, row| {
        let (source, link) = row.clone().unwrap_or((SourceId::MIRANTE, Link::Never));
        (SourceId(f.number(SOURCE, u64::from(source.0)) as u16), self::link(f, &link, seen))
    });
    rows(f, &mut lean.words, |f, row| name(f, row.as_ref(), &mut before));
    let mut source = SourceId::MIRANTE;
    rows(f, &mut tables.queues, |f, row| named(f, row, &mut source, &mut before));
    let mut index = 0;
    let mut queues = std::mem::take(&mut lean.queues);
    queues.resize(tables.queues.len(), LeanQueue::default());
    for queue in &mut queues {
        self::queue(f, queue, seen);
    }
    lean.queues = queues;
    rows(f, &mut tables.agents, |f, row| named(f, row, &mut source, &mut before));
    lean.agents.resize(tables.agents.len(), LeanAgent::default());
    for agent in &mut lean.agents {
        self::agent(f, agent, seen);
    }
    let mut queue_before = 0i64;
    rows(f, &mut lean.members, |f, row| {
        let (agent, queue) = row.unwrap_or_default();
        let agent = index + f.signed(MEMBER, i64::from(agent) - index);
        let queue = queue_before + f.signed(MEMBER, i64::from(queue) - queue_before);
        (index, queue_before) = (agent.clamp(0, MOST as i64), queue.clamp(0, MOST as i64));
        (index as u32, queue_before as u32)
    });
    seen
}

/// A list: its length, then each of it.
fn rows<F: Flow, T>(f: &mut F, list: &mut Vec<T>, mut each: impl FnMut(&mut F, &Option<T>) -> T)
where
    T: Clone,
{
    let count = f.number(COUNT, list.len() as u64);
    if count > MOST {
        return f.refuse();
    }
    if F::WRITES {
        for row in list.iter() {
            each(f, &Some(row.clone()));
        }
        return;
    }
    for _ in 0..count {
        if f.is_void() {
            return;
        }
        list.push(each(f, &None));
    }
}

fn named<F: Flow>(
    f: &mut F,
    row: &Option<(SourceId, Name)>,
    source: &mut SourceId,
    before: &mut String,
) -> (SourceId, Name) {
    let (own, text) = row.as_ref().map_or((*source, None), |(own, text)| (*own, Some(text)));
    *source = SourceId(f.number(SOURCE, u64::from(own.0)) as u16);
    (*source, name(f, text, before))
}

/// A name, by what it shares with the one before: they stand in order.
fn name<F: Flow>(f: &mut F, given: Option<&Name>, before: &mut String) -> Name {
    let given = given.map_or("", |name| name);
    let shared = before.bytes().zip(given.bytes()).take_while(|(a, b)| a == b).count();
    let shared = f.number(SHARED, whole(given, shared) as u64).min(before.len() as u64) as usize;
    before.truncate(whole(before, shared));
    f.add_text(NAME, given.get(shared..).unwrap_or_default(), before);
    before.as_str().into()
}

fn link<F: Flow>(f: &mut F, given: &Link, seen: i64) -> Link {
    let (told, since, words) = match given {
        Link::Never => (0, 0, None),
        Link::Up { since, platform } => (1, *since, Some(platform)),
        Link::Down { since, reason } => (2, *since, Some(reason)),
    };
    match f.byte(SOURCE, told) {
        0 => Link::Never,
        told => {
            let since = f.signed(SOURCE, since.wrapping_sub(seen)).wrapping_add(seen);
            let words: Name = utf8(f, NAME, words.map_or(&[], |words| words.as_bytes())).into();
            if told == 1 { Link::Up { since, platform: words } } else { Link::Down { since, reason: words } }
        }
    }
}

fn agent<F: Flow>(f: &mut F, agent: &mut LeanAgent, seen: i64) {
    agent.here = true;
    agent.state = f.byte(STATE, agent.state) & 7;
    let spot = match agent.spot {
        Spot::None => 0,
        Spot::Other => 1,
        Spot::Queue(queue) => 2 + u64::from(queue) * 3,
        Spot::Campaign(word) => 3 + u64::from(word) * 3,
        Spot::Named(word) => 4 + u64::from(word) * 3,
    };
    agent.spot = match f.number(SPOT, spot) {
        0 => Spot::None,
        1 => Spot::Other,
        spot => {
            let number = ((spot - 2) / 3) as u32;
            match spot % 3 {
                2 => Spot::Queue(number),
                0 => Spot::Campaign(number),
                _ => Spot::Named(number),
            }
        }
    };
    if agent.state == 5 {
        agent.reason = f.number(SPOT, u64::from(agent.reason)) as u32;
    }
    if let Spot::Campaign(word) = agent.spot {
        agent.campaign = word;
    }
    agent.since = f.signed(SINCE, seen.wrapping_sub(agent.since));
    agent.since = seen.wrapping_sub(agent.since);
    agent.answered = agent.since;
}

fn queue<F: Flow>(f: &mut F, queue: &mut LeanQueue, seen: i64) {
    queue.here = true;
    let totals = &mut queue.totals;
    let QueueTotals { offered, ended, within, target_s, waited_ms, talks, talked_ms, ring_no_answer } = totals;
    for figure in ended.iter_mut() {
        *figure = f.number(FIGURE, u64::from(*figure)) as u32;
    }
    // Those who entered ended or wait; answered conversations ended or go on.
    let all = ended.iter().fold(0u32, |sum, n| sum.wrapping_add(*n));
    *offered = all.wrapping_add(f.signed(FIGURE, i64::from(offered.wrapping_sub(all) as i32)) as u32);
    *within = f.number(FIGURE, u64::from(*within)) as u32;
    *target_s = f.number(FIGURE, u64::from(*target_s)) as u32;
    *talks = f.number(FIGURE, u64::from(*talks)) as u32;
    *ring_no_answer = f.number(FIGURE, u64::from(*ring_no_answer)) as u32;
    *waited_ms = f.number(WAITED, *waited_ms);
    *talked_ms = f.number(WAITED, *talked_ms);
    rows(f, &mut queue.waits, |f, wait| {
        let wait = wait.unwrap_or(seen);
        seen.wrapping_sub(f.signed(ANSWERED, seen.wrapping_sub(wait)))
    });
}
