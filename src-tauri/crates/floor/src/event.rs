//! What a source can say happened.

use crate::{Activity, AnsweredBy, Device, DialEnd, DispositionFlags, Outcome, PbxCounters, Setting, Witness};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A name that a platform uses for something of its own: a queue, an interface, a channel's unique id. Nearly all are shorter than
/// 24 bytes and then held in place: they are copied and compared at every event, and cost neither memory of their own nor a way to it.
pub type Name = SmolStr;

/// Which configured source an event came from. Zero is Mirante itself (configuration, alerts).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct SourceId(pub u16);

impl SourceId {
    /// Mirante itself: the source of [`Kind::Configured`] and [`Kind::Alert`] events.
    pub const MIRANTE: SourceId = SourceId(0);
}

/// Key of a number and a name in the encrypted party table. Nothing else in history holds either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PartyId(pub u64);

/// Where and when an event belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Who reported it.
    pub source: SourceId,
    /// Grows each time a session with the platform begins; a new epoch means that events may have been missed before it.
    pub epoch: u32,
    /// Position in this data folder's history: gapless over all sources, persisted.
    pub seq: u64,
    /// Our time of arrival, Unix ms; never decreases within a source.
    pub seen: i64,
    /// The platform's own time, Unix ms, uncorrected; absent if it gave none.
    pub at: Option<i64>,
}

/// How an event came to be known, the best way first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Origin {
    /// The platform said it as it happened.
    #[default]
    Heard,
    /// A record of the platform's own told it after the fact, with its time: the queue_log, of a stretch not listened to.
    Backfilled,
    /// [`crate::reconcile`] concluded it from a picture.
    Inferred,
}

impl Origin {
    /// Every origin.
    pub const ALL: [Origin; 3] = [Origin::Heard, Origin::Backfilled, Origin::Inferred];

    /// The origin's stable word in history.
    pub fn word(self) -> &'static str {
        match self {
            Origin::Heard => "heard",
            Origin::Backfilled => "backfilled",
            Origin::Inferred => "inferred",
        }
    }
}

/// In a [`Kind::Completed`] of a record: the conversation is over, and the record does not tell how long it was.
pub const UNTOLD_MS: i64 = -1;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Where and when.
    pub stamp: Stamp,
    /// How it came to be known.
    pub origin: Origin,
    /// What.
    pub kind: Kind,
}

/// What happened. `P` names a person outside or inside: [`PartyId`] in history, the raw number and name on their way in.
///
/// Stored history holds these by their position: variants and fields are only ever added at the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Kind<P = PartyId> {
    /// Nothing happened; time did. Sent at each minute's edge, so that minutes close when nothing else is heard.
    Tick,
    /// A session with the platform is ready.
    LinkUp {
        /// The platform's own words for what it is, such as `Asterisk 22.10.0`.
        platform: Name,
    },
    /// The session ended, for this reason.
    LinkDown {
        /// What happened, in words.
        reason: Name,
    },
    /// The operation's day began: running totals start again from nothing.
    DayStarted {
        /// First instant of the day, Unix ms.
        from: i64,
    },
    /// Names, people, targets: whatever shapes the floor without having happened on it.
    Configured(Setting<P>),
    /// The platform's own counters of a queue; their presence also says that the queue exists.
    QueueSeen {
        /// The queue.
        queue: Name,
        /// The platform's figures, never shown as ours.
        counters: PbxCounters,
    },
    /// A queue no longer exists on the platform.
    QueueGone {
        /// The queue.
        queue: Name,
    },
    /// A member of a queue, with everything the platform says of it.
    Member {
        /// The queue.
        queue: Name,
        /// The agent's key, the same in all queues: an extension or login, else the interface.
        agent: Name,
        /// The platform's address of the member in this queue, such as `Local/2101@from-queue/n`.
        interface: Name,
        /// The member's name, if the platform has one.
        name: Option<P>,
        /// State of the device.
        device: Device,
        /// Paused in this queue.
        paused: bool,
        /// Why, if paused and told.
        reason: Option<Name>,
        /// Penalty, lower is asked first.
        penalty: i32,
        /// True if this queue's own call is with the member; absent if the platform does not say.
        in_call: Option<bool>,
        /// When the present pause began, Unix ms by the platform's clock, if told.
        paused_at: Option<i64>,
    },
    /// An agent left a queue.
    MemberRemoved {
        /// The queue.
        queue: Name,
        /// The agent's key.
        agent: Name,
    },
    /// The device of an agent changed, with no queue named.
    DeviceChanged {
        /// The agent's key.
        agent: Name,
        /// Its state now.
        device: Device,
    },
    /// A platform that knows more than device states says what an agent does. `None` ends it.
    ActivityChanged {
        /// The agent's key.
        agent: Name,
        /// What the agent does.
        activity: Option<Activity>,
    },
    /// A contact entered a queue.
    Entered {
        /// The queue.
        queue: Name,
        /// The call's id at entry (Asterisk: Uniqueid).
        call: Name,
        /// The contact over its whole journey (Asterisk: root Linkedid).
        contact: Name,
        /// Who calls.
        caller: Option<P>,
        /// Place in the queue, 1 first.
        position: Option<u32>,
        /// Ms already waited when this was concluded from a picture; 0 for a live entry.
        waited_ms: i64,
    },
    /// A waiting call's place in its queue changed.
    Moved {
        /// The call.
        call: Name,
        /// Place in the queue, 1 first.
        position: u32,
    },
    /// A waiting call left its queue unanswered.
    Left {
        /// The queue.
        queue: Name,
        /// The call.
        call: Name,
        /// How, as far as the platform tells.
        outcome: Outcome,
        /// How long ago, ms, when that became clear only later and the platform tells no time; else 0.
        ago_ms: i64,
    },
    /// An agent is being rung for a waiting call.
    Ringing {
        /// The queue.
        queue: Name,
        /// The call offered.
        call: Name,
        /// The agent's key.
        agent: Name,
    },
    /// The ringing ended without an answer by this agent and without fault: another answered, or the caller left.
    RingEnded {
        /// The queue.
        queue: Name,
        /// The agent's key.
        agent: Name,
    },
    /// The agent did not answer in time.
    RingNoAnswer {
        /// The queue.
        queue: Name,
        /// The agent's key.
        agent: Name,
        /// How long it rang, ms.
        ring_ms: i64,
    },
    /// An agent answered a waiting call.
    Answered {
        /// The queue.
        queue: Name,
        /// The call.
        call: Name,
        /// The agent's key; empty in a record that does not say who.
        agent: Name,
        /// The agent's own leg (Asterisk: DestUniqueid): some ends name only it.
        leg: Option<Name>,
    },
    /// The conversation of an answered call ended, or its agent passed it on.
    Completed {
        /// The queue.
        queue: Name,
        /// The call, if named.
        call: Option<Name>,
        /// The agent's leg, if named.
        leg: Option<Name>,
        /// The agent's key.
        agent: Name,
        /// True if the agent transferred the call.
        transferred: bool,
        /// How long it lasted as the platform counts, ms, if told; often in whole seconds. In a record that tells conversations
        /// and not how long they were, [`UNTOLD_MS`].
        talk_ms: Option<i64>,
    },
    /// A channel is gone: whatever it still held is over.
    CallEnded {
        /// The call.
        call: Name,
    },
    /// A better witness names how a visit ended.
    VisitAmended {
        /// The queue.
        queue: Name,
        /// The call.
        call: Name,
        /// What was recorded.
        from: Outcome,
        /// What is true.
        to: Outcome,
        /// Who says so.
        witness: Witness,
    },
    /// An attempt to reach someone began.
    Dialled {
        /// The attempt: the platform's id of the callee's leg (Asterisk: its Uniqueid).
        attempt: Name,
        /// The campaign; absent for a call outside any.
        campaign: Option<Name>,
        /// The contact over its whole journey.
        contact: Name,
        /// The agent's key, when an agent dials; absent for a dialler.
        agent: Option<Name>,
        /// Who is called.
        callee: Option<P>,
    },
    /// The callee's phone rings.
    DialRinging {
        /// The attempt.
        attempt: Name,
    },
    /// Somebody or something answered the attempt. Told again when it becomes known which, or when an agent joins.
    DialAnswered {
        /// The attempt.
        attempt: Name,
        /// Who or what.
        by: AnsweredBy,
        /// The agent who speaks, if one does.
        agent: Option<Name>,
    },
    /// The agent left the attempt's call, which goes on without them.
    DialParted {
        /// The attempt.
        attempt: Name,
        /// As for [`Kind::DialEnded`].
        ago_ms: i64,
    },
    /// The attempt is over.
    DialEnded {
        /// The attempt.
        attempt: Name,
        /// How, as far as the platform tells.
        end: DialEnd,
        /// How long ago, ms, when that became clear only later and the platform tells no time; else 0.
        ago_ms: i64,
    },
    /// The coded result of an attempt, under way or over.
    Disposed {
        /// The campaign; absent if not told, or for a call outside any.
        campaign: Option<Name>,
        /// The attempt.
        attempt: Name,
        /// The platform's or the centre's own code.
        code: Name,
        /// What the code means.
        flags: DispositionFlags,
    },
    /// Pictures of the platform showed what its events had not told: this many differences were mended.
    Drifted {
        /// How many.
        count: u32,
    },
    /// The platform's clock was read beside ours, or one of the two was set anew. Whatever is open moves with its clock, so
    /// that no wait or conversation becomes longer or shorter by it.
    Clock {
        /// How far the platform's clock is ahead of ours, ms.
        ahead_ms: i64,
        /// By how much the platform's was set ahead, ms; negative for back.
        at_by: i64,
        /// By how much ours was set ahead, ms; never negative, since `seen` never goes back.
        seen_by: i64,
    },
    /// Until now Mirante itself did not run for so long, and the session did not outlast it: from then on events may be lost.
    StoodStill {
        /// How long, ms.
        ms: i64,
    },
    /// What seemed a contact of its own turned out to be part of another's journey, such as the call in which an agent asked
    /// the next level before passing a caller on.
    ContactJoined {
        /// The contact that was thought its own.
        contact: Name,
        /// The contact that it is part of.
        root: Name,
    },
    /// An alert came to another state, or into other hands. Only Mirante itself tells of alerts.
    Alert(Box<crate::alert::Change>),
}

impl<P> Kind<P> {
    /// The same event with every person named another way.
    pub fn map_party<Q>(self, mut f: impl FnMut(P) -> Q) -> Kind<Q> {
        match self {
            Kind::Tick => Kind::Tick,
            Kind::LinkUp { platform } => Kind::LinkUp { platform },
            Kind::LinkDown { reason } => Kind::LinkDown { reason },
            Kind::DayStarted { from } => Kind::DayStarted { from },
            Kind::Configured(setting) => Kind::Configured(setting.map_party(f)),
            Kind::QueueSeen { queue, counters } => Kind::QueueSeen { queue, counters },
            Kind::QueueGone { queue } => Kind::QueueGone { queue },
            Kind::Member { queue, agent, interface, name, device, paused, reason, penalty, in_call, paused_at } => {
                let name = name.map(&mut f);
                Kind::Member { queue, agent, interface, name, device, paused, reason, penalty, in_call, paused_at }
            }
            Kind::MemberRemoved { queue, agent } => Kind::MemberRemoved { queue, agent },
            Kind::DeviceChanged { agent, device } => Kind::DeviceChanged { agent, device },
            Kind::ActivityChanged { agent, activity } => Kind::ActivityChanged { agent, activity },
            Kind::Entered { queue, call, contact, caller, position, waited_ms } => {
                Kind::Entered { queue, call, contact, caller: caller.map(f), position, waited_ms }
            }
            Kind::Moved { call, position } => Kind::Moved { call, position },
            Kind::Left { queue, call, outcome, ago_ms } => Kind::Left { queue, call, outcome, ago_ms },
            Kind::Ringing { queue, call, agent } => Kind::Ringing { queue, call, agent },
            Kind::RingEnded { queue, agent } => Kind::RingEnded { queue, agent },
            Kind::RingNoAnswer { queue, agent, ring_ms } => Kind::RingNoAnswer { queue, agent, ring_ms },
            Kind::Answered { queue, call, agent, leg } => Kind::Answered { queue, call, agent, leg },
            Kind::Completed { queue, call, leg, agent, transferred, talk_ms } => {
                Kind::Completed { queue, call, leg, agent, transferred, talk_ms }
            }
            Kind::CallEnded { call } => Kind::CallEnded { call },
            Kind::VisitAmended { queue, call, from, to, witness } => {
                Kind::VisitAmended { queue, call, from, to, witness }
            }
            Kind::Dialled { attempt, campaign, contact, agent, callee } => {
                Kind::Dialled { attempt, campaign, contact, agent, callee: callee.map(f) }
            }
            Kind::DialRinging { attempt } => Kind::DialRinging { attempt },
            Kind::DialAnswered { attempt, by, agent } => Kind::DialAnswered { attempt, by, agent },
            Kind::DialParted { attempt, ago_ms } => Kind::DialParted { attempt, ago_ms },
            Kind::DialEnded { attempt, end, ago_ms } => Kind::DialEnded { attempt, end, ago_ms },
            Kind::Disposed { campaign, attempt, code, flags } => Kind::Disposed { campaign, attempt, code, flags },
            Kind::Drifted { count } => Kind::Drifted { count },
            Kind::StoodStill { ms } => Kind::StoodStill { ms },
            Kind::ContactJoined { contact, root } => Kind::ContactJoined { contact, root },
            Kind::Alert(change) => Kind::Alert(change),
            Kind::Clock { ahead_ms, at_by, seen_by } => Kind::Clock { ahead_ms, at_by, seen_by },
        }
    }
}
