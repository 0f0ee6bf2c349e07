//! The workload: a day of the simulated centre, told to history as the engine tells it, and to the books of the bench.

use crate::cells::{Cells, Ledger, Words};
use crate::figures::busy;
use anyhow::{Context, Result};
use jiff::{Timestamp, tz::TimeZone};
use mirante_floor::{Changes, Event, Fact, Floor, Kind, Minute, Name, Origin, Setting, SourceId, Stamp};
use mirante_history::{Batch, History, KeyStore, OpenOptions, Parties, Party};
use mirante_sources::Caller;
use mirante_sources::simulator::{Setup, Simulation};
use std::path::Path;
use std::time::Duration;

/// Size of the centre.
pub const QUEUES: u16 = 200;
pub const AGENTS: u16 = 2_000;
/// Cells of one second: twelve a queue, four an agent.
pub const CELLS: u64 = 12 * QUEUES as u64 + 4 * AGENTS as u64;
/// A Tuesday.
const FROM: &str = "2026-03-10T00:00:00-03:00";
const SOURCE: SourceId = SourceId(1);

/// How the folder is opened, here and by whoever reads it.
pub fn writer() -> OpenOptions {
    OpenOptions::writer().key(KeyStore::Given([7; 32]))
}

/// Event time in one commit, ms: as when a past is told. Segments do not depend on it.
const COMMIT_MS: i64 = 30_000;

/// First instant of the day, Unix ms.
pub fn from_ms() -> Result<i64> {
    Ok(FROM.parse::<Timestamp>().context("a date")?.as_millisecond())
}

/// What telling it took.
#[derive(Debug, Default)]
pub struct Told {
    pub events: u64,
    /// Keys of all agents, in order.
    pub agents: Vec<Name>,
    /// Time that sealing kept one processor busy.
    pub seal_busy: Duration,
    pub segments: u32,
    pub unfaithful: u32,
    pub sealed_ms: i64,
}

struct Teller {
    history: History,
    parties: Parties,
    floor: Floor,
    changes: Changes,
    events: Vec<Event>,
    facts: Vec<Fact>,
    seq: u64,
    told: Told,
}

impl Teller {
    fn happen(&mut self, source: SourceId, seen: i64, at: Option<i64>, kind: Kind) {
        self.seq += 1;
        let stamp = Stamp { source, epoch: 1, seq: self.seq, seen, at };
        let event = Event { stamp, origin: Origin::Heard, kind };
        self.floor.apply(&event, &mut self.changes);
        self.facts.append(&mut self.changes.facts);
        self.changes.clear();
        self.events.push(event);
    }

    fn party(&self, caller: Caller) -> Result<mirante_floor::PartyId> {
        Ok(self.parties.id_of(&Party { number: caller.number.to_string(), name: caller.name.to_string() })?)
    }

    /// Lets whatever changes by itself up to `to` change.
    fn settle(&mut self, to: i64) {
        while let Some((source, due)) = self.floor.due().filter(|(_, due)| *due <= to) {
            self.happen(source, due, None, Kind::Tick);
        }
    }

    /// Commits what is pending, and seals when history asks for it.
    fn commit(&mut self, last: bool) -> Result<()> {
        let ack = self.history.commit(Batch { events: &self.events, facts: &self.facts })?;
        self.events.clear();
        self.facts.clear();
        if ack.seal_due || last {
            let (ms, sealed) = busy(|| self.history.seal(&self.floor, ack.seq));
            self.told.seal_busy += Duration::from_secs_f64(ms / 1e3);
            if let Some(sealed) = sealed? {
                self.told.segments += 1;
                self.told.unfaithful += u32::from(!sealed.faithful);
            }
        }
        Ok(())
    }
}

/// Tells `hours` of the day into a new folder, a commit a second; every second's cells, by the simulation's own books, go to
/// `each`.
pub fn tell(folder: &Path, hours: u32, mut each: impl FnMut(i64, &Cells, &Words)) -> Result<Told> {
    let from = from_ms()?;
    let zone = TimeZone::get("America/Sao_Paulo")?;
    let setup = Setup { seed: 7, queues: QUEUES, agents: AGENTS, start_ms: from, zone, keep_truth: true };
    let mut simulation = Simulation::new(setup)?;
    let mut history = History::open(folder, &writer())?;
    anyhow::ensure!(history.register("demo", "simulator")? == SOURCE, "the folder is not new");
    let mut teller = Teller {
        parties: history.parties(),
        history,
        floor: Floor::default(),
        changes: Changes::default(),
        events: Vec::new(),
        facts: Vec::new(),
        seq: 0,
        told: Told::default(),
    };
    let settings = simulation.settings(SOURCE);
    let mut ledger = Ledger::new(&settings, from);
    for setting in settings {
        let parties = teller.parties.clone();
        let setting: Setting = setting.map_party(|caller: Caller| {
            let party = Party { number: caller.number.to_string(), name: caller.name.to_string() };
            parties.id_of(&party).unwrap_or(mirante_floor::PartyId(0))
        });
        teller.happen(SourceId::MIRANTE, from, None, Kind::Configured(setting));
    }
    teller.happen(SOURCE, from, None, Kind::LinkUp { platform: "Simulador".into() });
    teller.happen(SOURCE, from, None, Kind::DayStarted { from });
    let (mut minute, mut out) = (from + Minute::MS, Vec::new());
    let seconds = i64::from(hours) * 3_600;
    for second in 0..seconds {
        let now = from + second * 1_000;
        simulation.run_until(now, &mut out);
        for (at, kind) in out.drain(..) {
            while minute <= at {
                teller.settle(minute);
                teller.happen(SOURCE, minute, None, Kind::Tick);
                minute += Minute::MS;
            }
            teller.settle(at);
            let mut failed = None;
            let kind = kind.map_party(|caller| {
                teller.party(caller).unwrap_or_else(|error| {
                    failed = Some(error);
                    mirante_floor::PartyId(0)
                })
            });
            failed.map_or(Ok(()), Err)?;
            teller.happen(SOURCE, at, Some(at), kind);
        }
        while minute <= now {
            teller.settle(minute);
            teller.happen(SOURCE, minute, None, Kind::Tick);
            minute += Minute::MS;
        }
        teller.settle(now);
        if now % COMMIT_MS == 0 || second + 1 == seconds {
            teller.commit(second + 1 == seconds)?;
        }
        ledger.next(&mut simulation);
        each(now, ledger.now(), &ledger.words);
    }
    teller.told.agents = simulation.agents().into_iter().map(|agent| agent.agent).collect();
    teller.told.agents.sort();
    teller.told.events = teller.seq;
    teller.told.sealed_ms = seconds * 1_000;
    Ok(teller.told)
}
