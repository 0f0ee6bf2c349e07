//! The loop of one session: read, translate, ping, ask for a picture now and then.

use super::clock::ClockWatch;
use super::hearing::Hearing;
use super::link::Link;
use super::message::Kept;
use super::queue_log::{Echoes, Follower, Happened, Missed, Opening};
use super::remote::Remote;
use super::roster::Roster;
use super::translate::{Need, Translator};
use super::{AsteriskConfig, Secret, login};
use crate::{Phase, Report, Session, SourceError, Wait};
use mirante_floor::Moment;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Quiet for this long: ask whether anyone is there.
const QUIET: Duration = Duration::from_secs(1);
/// And then this long to say anything at all. Together with [`QUIET`] it stays under the 3 s in which a fault must be on screen.
const DEAD: Duration = Duration::from_millis(1400);
/// Time between pictures.
const PICTURE_EVERY: Duration = Duration::from_secs(60);
/// Time between the two pictures of a pair: a difference is believed once it stood in both.
const PICTURE_AGAIN: Duration = Duration::from_secs(4);
/// Least time between pictures, however many reloads the platform announces.
const PICTURE_PAUSE: Duration = Duration::from_secs(2);
/// Longest a first list may take while the platform keeps talking.
const FIRST_PICTURE: Duration = Duration::from_secs(15);
/// How often held outcomes and the queue_log are looked at.
const TICK: Duration = Duration::from_millis(500);
/// Longest that the first picture waits for the queue_log to tell what was missed.
const LOG_READ: Duration = Duration::from_secs(12);
/// What was told from the log may be heard for so long.
const ECHO: Duration = Duration::from_secs(5);
/// About how many reports are handed over in one go, so that a burst reaches the engine in parts.
const BATCH: usize = 1000;

/// A session with a PBX.
pub(crate) struct AmiSession {
    link: Link,
    platform: String,
    secret: Secret,
    translator: Translator,
    clock: ClockWatch,
    start: Instant,
    heard: Instant,
    pinged: Option<Instant>,
    /// When the loop last came by.
    looked: Instant,
    next_tick: Instant,
    next_picture: Instant,
    /// The picture just asked for was the first of a pair.
    again: bool,
    asked: Instant,
    devices_asked: Instant,
    asks: u64,
    /// Reports not yet handed over.
    ready: Vec<Report>,
    hearing: Hearing,
    /// Why the session ends, once what came before was handed over.
    ending: Option<SourceError>,
    log: Follower,
    /// What the log told of the moments around the login.
    echoes: Echoes,
}

impl AmiSession {
    /// Connects, logs in and waits for the first picture. `last`: when the platform was last heard.
    pub(crate) async fn open(config: &AsteriskConfig, last: Option<Moment>) -> Result<AmiSession, SourceError> {
        let addresses = Link::resolve(config).await?;
        let tcp = Link::dial(&addresses).await?;
        let mut link = Link::wrap(config, tcp).await?;
        let ami = login::greeting(&mut link).await?;
        let mut early = Vec::new();
        let logged_in = Instant::now();
        login::login(&mut link, config, &mut early).await?;
        let platform = login::platform(&mut link, &ami, &mut early).await?;
        let log = match config.queue_log.clone() {
            None => Follower::none(),
            Some(at) => {
                let clock = if last.is_some() { login::clock(&mut link, &mut early).await? } else { None };
                let opening = Opening { last, clock, login_ago: logged_in.elapsed() };
                Follower::begin(at.open(), opening)
            }
        };
        let now = Instant::now();
        let mut session = AmiSession {
            link,
            platform,
            secret: config.secret.clone(),
            translator: Translator::new(Remote::new(config.secret.clone()), config.outbound.clone()),
            clock: ClockWatch::default(),
            start: now,
            heard: now,
            pinged: None,
            looked: now,
            next_tick: now + TICK,
            // The first picture is believed at once, and what it could not tell, or told while calls moved, a pair right after it.
            next_picture: now + PICTURE_AGAIN,
            again: false,
            asked: now,
            devices_asked: now,
            asks: 0,
            ready: Vec::new(),
            hearing: Hearing::default(),
            ending: None,
            log,
            echoes: Echoes::default(),
        };
        session.first_picture(early).await?;
        Ok(session)
    }

    /// Waits until the first list is complete. What happens meanwhile is translated after the list's own lines, which tell who
    /// the members are, but reported before the picture, which is the order in which it happened.
    async fn first_picture(&mut self, mut early: Vec<Kept>) -> Result<(), SourceError> {
        let action_id = self.action_id();
        self.translator.asked(action_id.clone());
        login::accepted(&mut self.link, &action_id, &mut early).await?;
        let until = Instant::now() + FIRST_PICTURE;
        let mut picture = Vec::new();
        while self.translator.is_listing() {
            if Instant::now() >= until || early.len() > 100_000 {
                return Err(SourceError::passing(
                    Phase::Protocol,
                    "the PBX began its list of queues and did not end it",
                ));
            }
            let now = self.now();
            let message = self.link.message().await?;
            if message.get("ActionID").is_some_and(|id| id == action_id) {
                self.translator.take(&message, now, &mut picture);
            } else {
                early.push(message.keep());
            }
        }
        self.await_log(&mut early).await?;
        let now = self.now();
        let mut heard = Vec::new();
        for message in &early {
            // A list was just taken: only a stop matters here.
            if self.translator.take(&message.message(), now, &mut heard) == Need::Stop {
                return Err(stopping());
            }
        }
        let late = self.recall(&picture, &mut heard);
        self.ready.append(&mut heard);
        self.ready.append(&mut picture);
        self.ready.extend(late.into_iter().map(recalled));
        self.ask_devices();
        self.heard = Instant::now();
        Ok(())
    }

    /// Waits until the log has told what was missed. What the platform says meanwhile is kept.
    async fn await_log(&mut self, early: &mut Vec<Kept>) -> Result<(), SourceError> {
        self.heard = Instant::now();
        let until = self.heard + LOG_READ;
        while self.log.is_reading() {
            while let Some(message) = self.link.pop() {
                early.push(message.keep());
            }
            let now = Instant::now();
            if now >= until || early.len() > 100_000 {
                tracing::warn!("the queue_log takes too long to tell what was missed: it is left out");
                break;
            }
            // If this program did not run for a while, the answer may be there already.
            if now.duration_since(std::mem::replace(&mut self.looked, now)) > DEAD {
                self.pinged = self.pinged.map(|_| now);
            }
            self.keep_alive(now)?;
            let alive = self.alive_until();
            tokio::select! {
                biased;
                () = self.log.ready() => {}
                heard = self.link.step() => if heard? {
                    self.heard = Instant::now();
                    self.pinged = None;
                },
                () = sleep_until(alive.min(until)) => {}
            }
        }
        Ok(())
    }

    /// Tells what was missed, before what was `heard` since the login. Gives what is to be told after that.
    fn recall(&mut self, picture: &[Report], heard: &mut Vec<Report>) -> Vec<Happened> {
        let members = picture.iter().find_map(|report| match report {
            Report::Picture(picture) => Some(picture.named().collect()),
            _ => None,
        });
        let roster = Roster::new(members.unwrap_or_default(), Remote::new(self.secret.clone()));
        let Missed { events, heard: verdicts, late, .. } = self.log.missed(&roster);
        self.ready.append(&mut self.echoes.reports(events, heard));
        let now = self.now();
        verdicts.iter().for_each(|verdict| self.translator.logged(verdict, now, heard));
        late
    }

    /// Messages that came so far.
    #[cfg(any(test, feature = "bench"))]
    pub(crate) fn count(&self) -> u64 {
        self.link.count()
    }

    fn action_id(&mut self) -> String {
        self.asks += 1;
        format!("mirante-{}", self.asks)
    }

    /// Asks for the states of phones that no queue watches. The answer comes among the events, as such.
    fn ask_devices(&mut self) {
        if let Some(id) = self.translator.devices_id() {
            self.devices_asked = Instant::now();
            self.link.send(&[("Action", "DeviceStateList"), ("ActionID", id)]);
        }
    }

    /// Ms since the session began.
    fn now(&self) -> i64 {
        i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    async fn advance(&mut self, out: &mut Vec<Report>) -> Result<(), SourceError> {
        let before = out.len();
        loop {
            out.append(&mut self.ready);
            let told = out.len();
            self.translate(out);
            self.echoes.drop_from(out, told);
            self.ending = self.ending.take().or_else(|| self.hearing.hear(&out[before..]));
            // What happened before an end is handed over first.
            if out.len() > before {
                return Ok(());
            }
            if let Some(error) = self.ending.clone() {
                return Err(error);
            }
            let now = Instant::now();
            self.keep_alive(now)?;
            if now >= self.next_tick {
                self.next_tick = now + TICK;
                self.translator.tick(self.now(), out);
                self.echoes.drop_from(out, before);
                if self.start.elapsed() >= ECHO {
                    self.echoes.forget();
                }
                let (verdicts, ended) = self.log.news().await;
                for verdict in verdicts {
                    self.translator.logged(&verdict, self.now(), out);
                }
                out.extend(ended.into_iter().map(recalled));
                if out.len() > before {
                    return Ok(());
                }
            }
            if now >= self.next_picture {
                self.again = !self.again;
                self.next_picture = now + if self.again { PICTURE_AGAIN } else { PICTURE_EVERY };
                self.asked = now;
                self.ask_devices();
                let action_id = self.action_id();
                self.translator.asked(action_id.clone());
                self.link.send(&[("Action", "QueueStatus"), ("ActionID", &action_id)]);
            }
            let wake = self.alive_until().min(self.next_tick).min(self.next_picture);
            tokio::select! {
                biased;
                heard = self.link.step() => if heard? {
                    self.heard = Instant::now();
                    self.pinged = None;
                },
                () = sleep_until(wake) => {}
            }
            let late = i64::try_from(wake.elapsed().as_millis()).unwrap_or(i64::MAX);
            self.clock.turned(late, self.now());
        }
    }

    fn translate(&mut self, out: &mut Vec<Report>) {
        let now = self.now();
        // Until nothing whole is left, else the next read would have no room: what was read is bounded.
        while out.len() < BATCH {
            let Some(message) = self.link.pop() else { break };
            if let Some(at) = message.at()
                && let Some(by) = self.clock.hear(at, now)
            {
                self.translator.clock_set(by);
                out.push(Report::Clock { at, by });
            }
            match self.translator.take(&message, now, out) {
                Need::Nothing => {}
                Need::Picture => {
                    self.again = false;
                    self.next_picture = self.next_picture.min(self.asked + PICTURE_PAUSE);
                }
                Need::Devices if self.devices_asked.elapsed() >= PICTURE_PAUSE => self.ask_devices(),
                // Too soon after the last: with the next picture.
                Need::Devices => self.next_picture = self.next_picture.min(self.asked + PICTURE_PAUSE),
                Need::Stop => self.ending = Some(stopping()),
                Need::Unlisted => self.ending = Some(login::unlisted(&message)),
            }
        }
    }

    /// When a platform that says nothing has to be asked, or given up.
    fn alive_until(&self) -> Instant {
        self.pinged.map_or(self.heard + QUIET, |pinged| pinged + DEAD)
    }

    /// Pings a quiet platform; an error if it stays quiet.
    fn keep_alive(&mut self, now: Instant) -> Result<(), SourceError> {
        match self.pinged {
            None if now >= self.heard + QUIET => {
                self.link.send(&[("Action", "Ping"), ("ActionID", "ping")]);
                self.pinged = Some(now);
            }
            Some(pinged) if now >= pinged + DEAD => {
                return Err(SourceError::passing(Phase::Protocol, "the PBX stopped answering"));
            }
            _ => {}
        }
        Ok(())
    }
}

fn recalled(Happened { at, entered, kind, .. }: Happened) -> Report {
    Report::Backfill { at, entered, kind }
}

fn stopping() -> SourceError {
    SourceError::passing(Phase::Stopping, "the PBX said that it is stopping")
}

impl Session for AmiSession {
    fn platform(&self) -> &str {
        &self.platform
    }

    fn next<'a>(&'a mut self, out: &'a mut Vec<Report>) -> Wait<'a, Result<(), SourceError>> {
        Box::pin(async {
            let result = self.advance(out).await;
            if result.is_err() {
                self.translator.flush(self.now(), out);
            }
            result
        })
    }
}
