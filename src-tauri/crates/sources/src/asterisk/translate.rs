//! Messages in, floor events and pictures out. Pure but for the clock reading it is handed.

use super::calls::{Calls, Completion, Told, When, event};
use super::journeys::Journeys;
use super::loose::Sign;
use super::members::{Members, interface};
use super::message::{Message, means, word};
use super::outbound::{self, Attempts, Outbound};
use super::place::Place;
use super::queue_log::Verdict;
use super::remote::Remote;
use super::row::{Known, Row};
use crate::{Caller, Report};
use memchr::memmem;
use mirante_floor::{
    Kind, MemberPicture, Name, Outcome, PbxCounters, PbxLevels, Picture, QueuePicture, WaitingPicture, Witness,
};
use std::sync::LazyLock;

/// Queues ring their members for whole seconds. A shorter ring was not one that somebody let pass: the phone was busy or not to
/// be reached and said so at once, which the platform reports as no answer too.
pub(crate) const SHORTEST_RING_MS: i64 = 1000;
/// The action id of a question for the states of all devices.
const DEVICES: &str = "mirante-devices";

/// What a message asks of the session, beside the reports it gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing.
    Nothing,
    /// The platform changed in ways no event tells: ask for a picture.
    Picture,
    /// Agents were learnt of whose phones nobody told anything about: ask for the devices, if that was not refused.
    Devices,
    /// The platform is stopping.
    Stop,
    /// The platform does not list its queues any more: what is known of them would grow old unseen.
    Unlisted,
}

/// Looked for in the most frequent event of all, so made ready once: that takes longer than the search itself.
static QUEUESTATUS: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("QUEUESTATUS"));

/// Whether [`Translator::take`] reads an event of this name and these bytes: the decoder skips all others without a look at
/// their fields. A name that `take` is to read is added here too, as the tests that run through the decoder show.
pub(crate) fn takes(name: &[u8], body: &[u8]) -> bool {
    let holds = |word: &str| memmem::find(body, word.as_bytes()).is_some();
    match name {
        // A queue module that comes or goes.
        b"Load" | b"Unload" => holds("app_queue"),
        // The most frequent of all, and nearly always about something else.
        b"VarSet" => QUEUESTATUS.find(body).is_some(),
        b"Newexten" => is_keyed(body),
        _ => is_always_taken(name),
    }
}

/// The events that are taken whatever they tell.
fn is_always_taken(name: &[u8]) -> bool {
    match name {
        b"QueueParams" | b"QueueMember" | b"QueueEntry" | b"QueueStatusComplete" => true,
        b"QueueCallerJoin" | b"Join" | b"QueueCallerLeave" | b"Leave" | b"QueueCallerAbandon" => true,
        b"AgentCalled" | b"AgentConnect" | b"AgentComplete" | b"AgentRingNoAnswer" | b"AgentDump" => true,
        b"QueueMemberStatus" | b"QueueMemberAdded" | b"QueueMemberRemoved" | b"QueueMemberPause" => true,
        b"QueueMemberPaused" | b"QueueMemberPenalty" | b"QueueMemberRinginuse" | b"DeviceStateChange" => true,
        b"HangupRequest" | b"SoftHangupRequest" | b"Hangup" | b"AttendedTransfer" | b"Reload" | b"FullyBooted"
        | b"Shutdown" => true,
        _ => outbound::takes(name),
    }
}

/// True of a channel whose extension is one key, where a caller may have been led by pressing it.
fn is_keyed(body: &[u8]) -> bool {
    let start = memmem::find(body, b"\nExten: ").map_or(body.len(), |at| at + b"\nExten: ".len());
    matches!(body[start..], [b'0'..=b'9' | b'*' | b'#', b'\r' | b'\n', ..])
}

/// The same for a session that names campaigns in its own way.
pub(crate) fn takes_of(outbound: &Outbound) -> impl Fn(&[u8], &[u8]) -> bool + Send + Sync + 'static {
    let variables: Vec<Vec<u8>> = outbound.variables().map(|variable| variable.as_bytes().to_vec()).collect();
    move |name, body| takes(name, body) || name == b"VarSet" && variables.iter().any(|one| one == variable(body))
}

/// The variable that a `VarSet` sets, without what passes it on to further channels.
fn variable(body: &[u8]) -> &[u8] {
    static KEY: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\nVariable:"));
    let name = KEY.find(body).map_or(&[][..], |at| &body[at + KEY.needle().len()..]);
    let name = &name[..memchr::memchr2(b'\r', b'\n', name).unwrap_or(name.len())];
    let start = name.iter().position(|b| *b != b'_' && *b != b' ').unwrap_or(name.len());
    &name[start..]
}

/// Keeps what is needed to translate one session, nothing more.
#[derive(Debug, Default)]
pub(crate) struct Translator {
    calls: Calls,
    journeys: Journeys,
    members: Members,
    attempts: Attempts,
    /// The list being received: its action id and what came so far.
    listing: Option<(String, Picture<Caller>)>,
    round: u64,
    /// Where the words of its lines about members stand.
    words: Known,
    /// The platform does not let this user list devices.
    devices_refused: bool,
}

impl Translator {
    /// Knows nothing yet; `remote` makes the keys of agents at a telephone, `outbound` says how campaigns and results are named.
    pub(crate) fn new(remote: Remote, outbound: Outbound) -> Translator {
        Translator { members: Members::new(remote), attempts: Attempts::new(outbound), ..Translator::default() }
    }

    /// How it is told campaigns and results.
    #[cfg(test)]
    pub(crate) fn outbound(&self) -> &Outbound {
        self.attempts.config()
    }

    /// A list was asked for under this action id; an unfinished older one is forgotten.
    pub(crate) fn asked(&mut self, action_id: String) {
        self.round += 1;
        self.calls.round = self.round;
        self.members.round = self.round;
        let empty = Picture { queues: Vec::new(), people: Vec::new(), members: Vec::new(), waiting: Vec::new() };
        self.listing = Some((action_id, empty));
    }

    /// True while a list that was asked for is not complete.
    pub(crate) fn is_listing(&self) -> bool {
        self.listing.is_some()
    }

    /// Translates one message heard at `now`, a monotone clock in ms.
    pub(crate) fn take(&mut self, message: &Message<'_>, now: i64, out: &mut Vec<Report>) -> Need {
        let Some(name) = message.event() else {
            return self.answered(message);
        };
        // Thousands of these come at once, and tell nothing of channels.
        match name {
            "QueueMember" => {
                self.listed_member(message);
                return self.need();
            }
            "QueueParams" => {
                self.listed(name, message, out);
                return self.need();
            }
            _ => {}
        }
        let when = When { at: message.at(), now };
        self.attempts.take(name, message, &self.members, when, out);
        // Whether the others come is chance, so what they tell beside their own matter is not heard.
        if is_always_taken(name.as_bytes()) {
            self.journeys.seen(message, when, out);
        }
        match name {
            "QueueEntry" | "QueueStatusComplete" => {
                self.listed(name, message, out);
            }
            "QueueCallerJoin" | "Join" => _ = self.entered(message, when, out),
            "QueueCallerLeave" | "Leave" => {
                if let Some((queue, call)) = queue_and_call(message) {
                    self.calls.left(&queue, &call, Place::of(message), when, out);
                }
            }
            "QueueCallerAbandon" => {
                if let Some((queue, call)) = queue_and_call(message) {
                    self.calls.abandoned(&queue, &call, Place::of(message), when, out);
                }
            }
            "AgentCalled" | "AgentConnect" | "AgentComplete" | "AgentRingNoAnswer" | "AgentDump" => {
                _ = self.agent(name, message, when, out);
            }
            "QueueMemberStatus"
            | "QueueMemberAdded"
            | "QueueMemberPause"
            | "QueueMemberPaused"
            | "QueueMemberPenalty"
            | "QueueMemberRinginuse" => {
                if let Some(member) = self.members.read(&Row::of(message)) {
                    event(out, when.at, member_event(member));
                }
            }
            "QueueMemberRemoved" => {
                if let Some((queue, agent)) = self.members.removed(message) {
                    event(out, when.at, Kind::MemberRemoved { queue, agent });
                }
            }
            "DeviceStateChange" => {
                if let Some((agent, device)) = self.members.device_changed(message) {
                    event(out, when.at, Kind::DeviceChanged { agent, device });
                }
            }
            "DialEnd" if message.get("DialStatus") == Some("CANCEL") => {
                if let Some((queue, agent)) = message.said("DestUniqueid").and_then(|leg| self.calls.ring_over(leg)) {
                    event(out, when.at, Kind::RingEnded { queue, agent });
                }
            }
            // Cause 2 of the soft kind is a redirection, not a hang-up: the platform interrupts the channel to move it.
            "SoftHangupRequest" if message.get("Cause") == Some("2") => {}
            "AttendedTransfer" => self.journeys.transferred(message, when, out),
            "HangupRequest" | "SoftHangupRequest" => {
                if let Some(channel) = message.said("Uniqueid") {
                    self.calls.hangup_requested(channel.into(), Place::of(message).as_ref(), when, out);
                }
            }
            "Hangup" => {
                if let Some(channel) = message.said("Uniqueid") {
                    self.calls.hung_up(&channel.into(), Place::of(message).as_ref(), when, out);
                    self.journeys.gone(channel);
                }
            }
            "VarSet" if message.get("Variable") == Some("QUEUESTATUS") => {
                let outcome = message.get("Value").and_then(status_outcome);
                if let Some(call) = message.said("Uniqueid") {
                    self.calls.status(&call.into(), outcome, when, out);
                }
            }
            // Where a key led a caller, which older versions tell nowhere else.
            "Newexten" if is_keyed(message.text().as_bytes()) => {
                if let Some((call, place)) =
                    message.said("Uniqueid").zip(Place::of(message)).filter(|(_, p)| !p.is_gone())
                {
                    self.calls.seen(&call.into(), Some(&place), Sign::Lives, when, out);
                }
            }
            "Reload" | "FullyBooted" | "Load" | "Unload" => return Need::Picture,
            "Shutdown" => return Need::Stop,
            _ => {}
        }
        self.need()
    }

    /// What is to be asked for because of agents learnt of.
    fn need(&mut self) -> Need {
        let untold = !self.is_listing() && self.members.take_untold();
        if untold && !self.devices_refused { Need::Devices } else { Need::Nothing }
    }

    /// A list of devices is worth asking for beside a picture, under this action id.
    pub(crate) fn devices_id(&self) -> Option<&'static str> {
        (!self.devices_refused && self.members.are_unwatched()).then_some(DEVICES)
    }

    /// An answer: the devices may be refused, and are then not asked for again; so may the list.
    fn answered(&mut self, message: &Message<'_>) -> Need {
        if message.is_success() {
            return Need::Nothing;
        }
        let id = message.get("ActionID");
        self.devices_refused |= id == Some(DEVICES);
        let is_list = self.listing.as_ref().is_some_and(|(listing, _)| id == Some(listing));
        if is_list { Need::Unlisted } else { Need::Nothing }
    }

    /// The platform's clock was set ahead by so many ms: times told before are by the old one.
    pub(crate) fn clock_set(&mut self, by: i64) {
        self.calls.clock_set(by);
    }

    /// Time passed.
    pub(crate) fn tick(&mut self, now: i64, out: &mut Vec<Report>) {
        self.calls.tick(now, out);
        self.attempts.tick(now, out);
    }

    /// The session is over: what is held for a better word is said as it is known.
    pub(crate) fn flush(&mut self, now: i64, out: &mut Vec<Report>) {
        self.calls.flush(now, out);
    }

    /// A line of the queue_log that tells how a wait ended.
    pub(crate) fn logged(&mut self, line: &Verdict, now: i64, out: &mut Vec<Report>) {
        let Verdict { queue, call, outcome, at, is_told } = line;
        let witness = Witness::QueueLog;
        let told = Told { queue: Some(&**queue), call, outcome: *outcome, witness, stamp: *at, is_told: *is_told };
        self.calls.verdict(&told, When { at: None, now }, out);
    }

    fn entered(&mut self, message: &Message<'_>, when: When, out: &mut Vec<Report>) -> Option<()> {
        let (queue, call) = queue_and_call(message)?;
        self.calls.entered(&queue, &call, Place::of(message), when, out);
        let contact = self.journeys.enters(&call, message.said("Linkedid"));
        let (caller, position) = (caller(message), message.number("Position"));
        event(out, when.at, Kind::Entered { queue, call, contact, caller, position, waited_ms: 0 });
        Some(())
    }

    fn agent(&mut self, name: &str, message: &Message<'_>, when: When, out: &mut Vec<Report>) -> Option<()> {
        let queue: Name = message.said("Queue")?.into();
        let agent = self.members.key(interface(message)?);
        let call = message.said("Uniqueid").map(Name::from);
        let leg = ["DestUniqueid", "BridgedChannel"].iter().find_map(|key| message.said(key)).map(Name::from);
        match name {
            "AgentCalled" => {
                let call = call?;
                self.calls.placed(&call, Place::of(message));
                self.calls.ringing(&queue, &call, &agent, leg, out, when);
            }
            "AgentConnect" => {
                let (call, lasting) = (call?, is_lasting(interface(message)?));
                self.journeys.answers(&call, leg.as_ref());
                self.calls.answered((&queue, &call, &agent), (leg, lasting), when, out);
            }
            "AgentComplete" => {
                let transferred = message.get("Reason").is_some_and(|reason| reason.eq_ignore_ascii_case("transfer"));
                let talk_ms = message.number::<i64>("TalkTime").map(|s| s.max(0).saturating_mul(1000));
                let end = Completion { queue, call, leg, agent, transferred, talk_ms };
                self.calls.talks.completed(end, when, out);
            }
            "AgentRingNoAnswer" => {
                leg.as_deref().and_then(|leg| self.calls.ring_over(leg));
                let ring_ms = message.number::<i64>("RingTime").map(|ms| ms.max(0));
                let kind = match ring_ms {
                    Some(ms) if ms < SHORTEST_RING_MS => Kind::RingEnded { queue, agent },
                    told => Kind::RingNoAnswer { queue, agent, ring_ms: told.unwrap_or(0) },
                };
                event(out, when.at, kind);
            }
            _ => {
                leg.as_deref().and_then(|leg| self.calls.ring_over(leg));
                event(out, when.at, Kind::RingEnded { queue, agent });
            }
        }
        Some(())
    }

    fn listed_member(&mut self, message: &Message<'_>) {
        let row = Row::listed(message, &mut self.words);
        if self.listing.as_ref().is_some_and(|(action_id, _)| row.action_id() == Some(action_id)) {
            self.members.listed(&row);
        }
    }

    fn listed(&mut self, name: &str, message: &Message<'_>, out: &mut Vec<Report>) -> Option<()> {
        let (action_id, picture) = self.listing.as_mut()?;
        if message.get("ActionID") != Some(&**action_id) {
            return None;
        }
        match name {
            "QueueParams" => picture.queues.push(queue_picture(message)?),
            "QueueEntry" => {
                let (queue, call) = queue_and_call(message)?;
                self.calls.listed(&queue, &call);
                picture.waiting.push(WaitingPicture {
                    queue,
                    call,
                    contact: message.said("Linkedid").map(Name::from),
                    caller: caller(message),
                    position: message.number("Position").unwrap_or(0),
                    waited_ms: message.number::<i64>("Wait").unwrap_or(0).clamp(0, i64::MAX / 1000) * 1000,
                });
            }
            _ => {
                self.calls.listing_done();
                let (_, mut picture) = self.listing.take()?;
                (picture.people, picture.members) = self.members.listing_done();
                out.push(Report::Picture(picture));
            }
        }
        Some(())
    }
}

/// True if an agent's leg lasts as long as the agent's part: a `Local/` one without `/n` is taken out of the way once both sides
/// are up.
fn is_lasting(interface: &str) -> bool {
    let options = interface.rsplit_once('/').map_or("", |(_, options)| options);
    !interface.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("Local/"))
        || interface.matches('/').count() > 1 && options.contains('n')
}

fn queue_and_call(message: &Message<'_>) -> Option<(Name, Name)> {
    Some((message.said("Queue")?.into(), message.said("Uniqueid")?.into()))
}

fn caller(message: &Message<'_>) -> Option<Caller> {
    let word = |key| message.said(key).unwrap_or_default().into();
    let caller = Caller { number: word("CallerIDNum"), name: word("CallerIDName") };
    (!caller.number.is_empty() || !caller.name.is_empty()).then_some(caller)
}

fn queue_picture(message: &Message<'_>) -> Option<QueuePicture> {
    const KEYS: [u128; 8] = [
        word("Queue"),
        word("Calls"),
        word("Completed"),
        word("Abandoned"),
        word("Holdtime"),
        word("TalkTime"),
        word("ServiceLevel"),
        word("ServicelevelPerf"),
    ];
    // In one walk over the keys, since a list has hundreds of these.
    let mut values = [None; KEYS.len()];
    for (key, nth) in message.words().zip(0..) {
        if let Some(at) = KEYS.iter().position(|known| *known == key) {
            values[at] = values[at].or_else(|| message.value(nth));
        }
    }
    let [queue, counts @ .., of_completed] = values;
    let [calls, completed, abandoned, hold_s, talk_s, level_s] =
        counts.map(|count| count.and_then(|count| count.trim().parse().ok()).unwrap_or(0));
    let counters = PbxCounters { calls, completed, abandoned, hold_s, talk_s, level_s };
    // Its key is no word, being longer.
    let of_all = || message.get("ServicelevelPerf2").and_then(tenths);
    let levels = of_completed.and_then(tenths).map(|of_completed| PbxLevels { of_completed, of_all: of_all() });
    Some(QueuePicture { queue: means(queue)?.into(), counters, levels })
}

/// A percentage with one decimal, in tenths.
fn tenths(percent: &str) -> Option<u16> {
    let (whole, part) = percent.trim().split_once('.').filter(|(_, part)| part.len() == 1)?;
    let tenths = whole.parse::<u16>().ok()?.checked_mul(10)?.checked_add(part.parse().ok()?)?;
    (tenths <= 1000).then_some(tenths)
}

fn member_event(member: MemberPicture<Caller>) -> Kind<Caller> {
    let MemberPicture { queue, agent, interface, name, device, paused, reason, penalty, in_call, paused_at } = member;
    Kind::Member { queue, agent, interface, name, device, paused, reason, penalty, in_call, paused_at }
}

/// What a value of QUEUESTATUS says about a wait. FULL, JOINEMPTY and JOINUNAVAIL are refusals, CONTINUE follows an answer.
fn status_outcome(value: &str) -> Option<Outcome> {
    match value {
        "TIMEOUT" => Some(Outcome::Timeout),
        "LEAVEEMPTY" | "LEAVEUNAVAIL" => Some(Outcome::Overflow),
        "WITHDRAW" => Some(Outcome::Withdrawn),
        _ => None,
    }
}
