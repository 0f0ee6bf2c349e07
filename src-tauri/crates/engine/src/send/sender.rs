//! The loop that empties the outbox: one message at a time by each channel, in order, each outcome kept before the next goes.
//!
//! What a receiver took and was not yet kept as sent when Mirante was killed goes again, with the same key; what was kept never does.

use super::reports::Reports;
use super::{Outlet, Outlets, Report, words};
use crate::watch::Body;
use jiff::tz::TimeZone;
use mirante_floor::Name;
use mirante_history::{Attempt, Delivery, DeliveryState, History, HistoryError};
use mirante_notify::{Backoff, Gate, Language, Notice, SendError, Turn, Weight};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

/// The outbox is looked at so often even if nobody says that there is something, ms.
const LOOKS_EVERY: i64 = 500;
/// A message that waits for a channel to be mended waits so long between two looks, ms.
const MENDED_BY: i64 = 300_000;
/// Between two tries to keep what came of a message.
const KEEP_AGAIN: Duration = Duration::from_secs(1);
/// How long a stop waits for what is on its way.
const LAST: Duration = Duration::from_secs(3);
/// Most messages without a channel that are ended at once.
const MOST_ENDED: u32 = 200;

/// Gives 0 to 1, so that many that failed together do not come back together.
pub type Chance = Box<dyn FnMut() -> f64 + Send>;

/// Where messages wait.
pub struct Outbox {
    /// Reads them.
    pub reader: History,
    /// Keeps what came of them; the answer says whether it is kept.
    pub keep: Arc<dyn Fn(Vec<Attempt>) -> oneshot::Receiver<bool> + Send + Sync>,
}

/// How a channel stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// When something last arrived, Unix ms.
    pub sent_ms: Option<i64>,
    /// Failures in a row.
    pub failures: u32,
    /// What went wrong last, in the channel's language; none if all is well.
    pub words: Option<String>,
    /// Nothing goes until somebody mends it.
    pub off: bool,
}

/// How channels stand, for whoever shows it.
pub(crate) type Standings = Arc<Mutex<BTreeMap<Name, Standing>>>;

/// What a sender is asked to do besides.
pub(crate) enum Request {
    /// Use these from now on: what was out of order is tried again.
    Outlets(Outlets),
    /// Try a channel; the answer is what went wrong, in words.
    Test { channel: String, person: String, reply: oneshot::Sender<Result<(), String>> },
    /// Send a report by a channel.
    Report { channel: Name, report: Box<Report> },
}

/// Sends. [`Sender::run`] ends when its requests do.
pub struct Sender {
    outbox: Outbox,
    outlets: Outlets,
    zone: TimeZone,
    now: Box<dyn Fn() -> i64 + Send>,
    chance: Chance,
    lanes: BTreeMap<Name, Lane>,
    standings: Standings,
    tasks: JoinSet<Step>,
    reports: Reports,
}

/// One channel's way.
#[derive(Default)]
struct Lane {
    gate: Gate,
    busy: bool,
}

/// What a task came to.
enum Step {
    /// A message was sent or not.
    Sent { delivery: Box<Delivery>, language: Language, result: Result<(), SendError> },
    /// A report was sent or not.
    Reported { channel: Name, report: Box<Report>, language: Language, result: Result<(), SendError> },
    /// What came of a channel's messages was kept.
    Kept { channel: Name },
    /// What came of other messages was kept.
    Noted,
    /// A try.
    Tried {
        channel: String,
        language: Language,
        result: Result<(), SendError>,
        reply: oneshot::Sender<Result<(), String>>,
    },
}

impl Sender {
    /// Over an outbox, by these channels. `now` is the hub's clock, Unix ms.
    pub fn new(
        outbox: Outbox,
        outlets: Outlets,
        zone: TimeZone,
        now: Box<dyn Fn() -> i64 + Send>,
        chance: Chance,
    ) -> Sender {
        let (lanes, standings) = (BTreeMap::new(), Standings::default());
        Sender {
            outbox,
            outlets,
            zone,
            now,
            chance,
            lanes,
            standings,
            tasks: JoinSet::new(),
            reports: Reports::default(),
        }
    }

    pub(crate) fn standings(&self) -> Standings {
        self.standings.clone()
    }

    /// Sends what waits until `requests` end. `wake` says that something may have come to the outbox.
    pub(crate) async fn serve(
        mut self,
        mut wake: watch::Receiver<u64>,
        mut requests: mpsc::UnboundedReceiver<Request>,
    ) {
        loop {
            let now = (self.now)();
            let next = self.dispatch(now).unwrap_or_else(|error| {
                tracing::error!("the outbox cannot be read: {error}");
                now + LOOKS_EVERY
            });
            let pause = Duration::from_millis((next - now).clamp(1, LOOKS_EVERY).unsigned_abs());
            tokio::select! {
                Some(step) = self.tasks.join_next() => match step {
                    Ok(step) => self.step(step),
                    Err(error) => tracing::error!("a message's task ended badly: {error}"),
                },
                request = requests.recv() => match request {
                    Some(request) => self.take(request),
                    None => break,
                },
                () = told(&mut wake) => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        // What is on its way arrives and is kept, rather than going again after the next start.
        let last = async {
            while let Some(step) = self.tasks.join_next().await {
                if let Ok(step) = step {
                    self.step(step);
                }
            }
        };
        let _ = tokio::time::timeout(LAST, last).await;
    }

    /// Sends what waits for ever.
    pub async fn run(self, wake: watch::Receiver<u64>) {
        let (_requests, none) = mpsc::unbounded_channel();
        self.serve(wake, none).await;
    }

    /// Starts whatever may go now, and says when to look again, Unix ms.
    fn dispatch(&mut self, now: i64) -> Result<i64, HistoryError> {
        let mut next = now + LOOKS_EVERY;
        let names: Vec<Name> = self.outlets.names().cloned().collect();
        for name in &names {
            if self.lanes.get(name).is_some_and(|lane| lane.busy) {
                continue;
            }
            let Some(delivery) = self.outbox.reader.delivery_due_by(name, now)? else {
                if let Some(at) = self.dispatch_report(name, now) {
                    next = next.min(at);
                }
                continue;
            };
            if delivery.message.expires_ms <= now {
                let words = delivery.words.clone();
                self.keep(Some(name), vec![outcome(&delivery, now, DeliveryState::Expired, now, words)]);
                continue;
            }
            let outlet = match self.outlets.get(name, &delivery.message.target) {
                Some(Ok(outlet)) => outlet,
                Some(Err(unusable)) => {
                    self.mend_later(name, &delivery, now, unusable.to_string());
                    continue;
                }
                None => continue,
            };
            let lane = self.lanes.entry(name.clone()).or_default();
            match lane.gate.turn(outlet.channel.rate(), now) {
                Turn::Send => {
                    lane.busy = true;
                    self.send(outlet, delivery, now);
                }
                Turn::Wait(at) => next = next.min(at),
                Turn::Off(error) => self.mend_later(name, &delivery, now, error.told(outlet.language)),
            }
        }
        self.end_unknown(&names, now)?;
        Ok(next)
    }

    /// Starts the report that is next by a channel; says when to look again, Unix ms, if soon.
    fn dispatch_report(&mut self, channel: &Name, now: i64) -> Option<i64> {
        let report = self.reports.take(channel, now)?;
        let Outlet { channel: outlet, language } = match self.outlets.get(channel, "")? {
            Ok(outlet) => outlet,
            Err(unusable) => {
                self.out_of_order(channel, unusable.to_string());
                self.reports.again(channel.clone(), report, now + MENDED_BY);
                return None;
            }
        };
        let lane = self.lanes.entry(channel.clone()).or_default();
        match lane.gate.turn(outlet.rate(), now) {
            Turn::Send => {
                lane.busy = true;
                let notice = Notice::new(report.draft.clone(), self.outlets.veil());
                let channel = channel.clone();
                self.tasks.spawn(async move {
                    let result = outlet.send(&notice, now).await;
                    Step::Reported { channel, report, language, result }
                });
                None
            }
            Turn::Wait(at) => {
                self.reports.again(channel.clone(), report, at);
                Some(at)
            }
            Turn::Off(error) => {
                self.out_of_order(channel, error.told(language));
                self.reports.again(channel.clone(), report, now + MENDED_BY);
                None
            }
        }
    }

    fn out_of_order(&self, channel: &Name, words: String) {
        self.stand(channel, |standing| {
            standing.off = true;
            standing.words = Some(words);
        });
    }

    /// A message whose channel must be mended first waits on: it is not lost, and what comes after it is not held up.
    fn mend_later(&mut self, channel: &Name, delivery: &Delivery, now: i64, words: String) {
        self.out_of_order(channel, words.clone());
        self.keep(Some(channel), vec![outcome(delivery, now, DeliveryState::Waiting, now + MENDED_BY, Some(words))]);
    }

    /// Messages by channels that are not configured never arrive.
    fn end_unknown(&mut self, known: &[Name], now: i64) -> Result<(), HistoryError> {
        let due = self.outbox.reader.deliveries_due(now, MOST_ENDED)?;
        let unknown = due.iter().filter(|delivery| !known.contains(&delivery.message.channel));
        let words = |delivery: &Delivery| Some(format!("no [[channel]] is called {}", delivery.message.channel));
        let ended: Vec<_> =
            unknown.map(|delivery| outcome(delivery, now, DeliveryState::Failed, now, words(delivery))).collect();
        if !ended.is_empty() {
            self.keep(None, ended);
        }
        Ok(())
    }

    fn send(&mut self, outlet: Outlet, delivery: Delivery, now: i64) {
        let Outlet { channel, language } = outlet;
        let Ok(body) = serde_json::from_str::<Body>(&delivery.message.body) else {
            let error = SendError::message(mirante_notify::Why::Settings);
            self.tasks.spawn(async move { Step::Sent { delivery: Box::new(delivery), language, result: Err(error) } });
            return;
        };
        let way = (&*delivery.message.channel, &*delivery.message.target);
        let telling = words::Telling { key: &delivery.message.key, way, zone: &self.zone, now };
        let notice = words::notice(&body, &telling, language, self.outlets.veil());
        self.tasks.spawn(async move {
            let result = channel.send(&notice, now).await;
            Step::Sent { delivery: Box::new(delivery), language, result }
        });
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Sent { delivery, language, result } => self.sent(&delivery, language, result),
            Step::Reported { channel, report, language, result } => self.reported(channel, report, language, result),
            Step::Kept { channel } => {
                if let Some(lane) = self.lanes.get_mut(&channel) {
                    lane.busy = false;
                }
            }
            Step::Noted => {}
            Step::Tried { channel, language, result, reply } => {
                if let (Ok(()), Some(lane)) = (result, self.lanes.get_mut(channel.as_str())) {
                    lane.gate.mend();
                }
                if result.is_ok() {
                    let now = (self.now)();
                    self.stand(&Name::from(channel.as_str()), |standing| {
                        *standing = Standing { sent_ms: Some(now), ..Standing::default() };
                    });
                }
                let _ = reply.send(result.map_err(|error| error.told(language)));
            }
        }
    }

    fn sent(&mut self, delivery: &Delivery, language: Language, result: Result<(), SendError>) {
        let now = (self.now)();
        let channel = delivery.message.channel.clone();
        let (again, words) = self.judged(&channel, language, result, now);
        let attempt = match (result, again) {
            (Ok(()), _) => outcome(delivery, now, DeliveryState::Sent, now, None),
            (Err(_), Some(at)) => outcome(delivery, now, DeliveryState::Waiting, at, words.clone()),
            (Err(error), None) if error.weight == Weight::Channel => {
                outcome(delivery, now, DeliveryState::Waiting, now + MENDED_BY, words.clone())
            }
            (Err(_), None) => outcome(delivery, now, DeliveryState::Failed, now, words.clone()),
        };
        self.keep(Some(&channel), vec![attempt]);
    }

    /// What a try means for its channel: when what was tried goes again, if it does, and what went wrong, in words.
    fn judged(
        &mut self,
        channel: &Name,
        language: Language,
        result: Result<(), SendError>,
        now: i64,
    ) -> (Option<i64>, Option<String>) {
        let chance = (self.chance)();
        let lane = self.lanes.entry(channel.clone()).or_default();
        let again = lane.gate.sent(result, Backoff::default(), now, chance);
        let failures = lane.gate.failures();
        let words = result.err().map(|error| error.told(language));
        if let Some(words) = &words {
            tracing::warn!(%channel, "a message was not sent: {words}");
        }
        self.stand(channel, |standing| {
            standing.failures = failures;
            standing.off = result.is_err_and(|error| error.weight == Weight::Channel);
            standing.words.clone_from(&words);
            standing.sent_ms = if result.is_ok() { Some(now) } else { standing.sent_ms };
        });
        (again, words)
    }

    fn reported(&mut self, channel: Name, report: Box<Report>, language: Language, result: Result<(), SendError>) {
        let now = (self.now)();
        let (again, _) = self.judged(&channel, language, result, now);
        if let Some(lane) = self.lanes.get_mut(&channel) {
            lane.busy = false;
        }
        match (result, again) {
            (Ok(()), _) => {}
            (Err(_), Some(at)) => self.reports.again(channel, report, at),
            (Err(error), None) if error.weight == Weight::Channel => {
                self.reports.again(channel, report, now + MENDED_BY);
            }
            // It will never be taken, and the channel's standing says why.
            (Err(_), None) => {}
        }
    }

    /// Keeps what came of messages, until it is kept: nothing else goes by their channel before that.
    fn keep(&mut self, channel: Option<&Name>, attempts: Vec<Attempt>) {
        if let Some(channel) = channel {
            self.lanes.entry(channel.clone()).or_default().busy = true;
        }
        let (channel, keep) = (channel.cloned(), self.outbox.keep.clone());
        self.tasks.spawn(async move {
            while !keep(attempts.clone()).await.unwrap_or(false) {
                tokio::time::sleep(KEEP_AGAIN).await;
            }
            channel.map_or(Step::Noted, |channel| Step::Kept { channel })
        });
    }

    fn take(&mut self, request: Request) {
        match request {
            Request::Outlets(outlets) => {
                self.outlets = outlets;
                for lane in self.lanes.values_mut() {
                    lane.gate.mend();
                }
                let mut standings = self.standings.lock().unwrap_or_else(PoisonError::into_inner);
                standings.retain(|name, _| self.outlets.names().any(|known| known == name));
                standings.values_mut().for_each(|standing| standing.off = false);
                let now = (self.now)();
                self.reports.keep(|channel| self.outlets.names().any(|known| known == channel), now);
            }
            Request::Report { channel, report } => self.reports.add(channel, report, (self.now)()),
            Request::Test { channel, person, reply } => match self.outlets.get(&channel, &person) {
                None => drop(reply.send(Err(format!("no [[channel]] is called {channel}")))),
                Some(Err(unusable)) => drop(reply.send(Err(unusable.to_string()))),
                Some(Ok(Outlet { channel: outlet, language })) => {
                    let now = (self.now)();
                    self.tasks.spawn(async move {
                        let result = outlet.send(&Notice::test(language, now), now).await;
                        Step::Tried { channel, language, result, reply }
                    });
                }
            },
        }
    }

    fn stand(&self, channel: &Name, change: impl FnOnce(&mut Standing)) {
        let mut standings = self.standings.lock().unwrap_or_else(PoisonError::into_inner);
        change(standings.entry(channel.clone()).or_default());
    }
}

/// Comes back when the outbox has more; never if nobody is left to tell.
async fn told(wake: &mut watch::Receiver<u64>) {
    if wake.changed().await.is_err() {
        std::future::pending().await
    }
}

fn outcome(delivery: &Delivery, now: i64, state: DeliveryState, due_ms: i64, words: Option<String>) -> Attempt {
    Attempt { id: delivery.message.id, at_ms: now, state, due_ms, words }
}

#[cfg(test)]
#[path = "sender_tests.rs"]
mod tests;
