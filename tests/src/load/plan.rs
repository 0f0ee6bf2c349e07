//! What will be tried: a pure function of a seed and a size, so that a failing run can be repeated.
//!
//! What comes of it depends on who is free at each moment, which is the PBX's business; see [`super::Truth`].

use super::{journeys, seeded};
use crate::pbx::Centre;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

/// How much traffic.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Seconds in which calls arrive.
    pub seconds: u32,
    /// Calls to queues a second.
    pub inbound: f64,
    /// Calls by agents to the outside a second.
    pub outside: f64,
    /// Mean conversation, seconds.
    pub talk_s: f64,
}

impl Default for Size {
    fn default() -> Self {
        Size { seconds: 60, inbound: 2.2, outside: 0.25, talk_s: 7.0 }
    }
}

/// Who hangs up in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The caller.
    Caller,
    /// The agent.
    Agent,
}

/// What an agent does with a caller at the end of a conversation, instead of hanging up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Sends the caller to another queue, unannounced.
    Blind(&'static str),
    /// Asks another queue first; completes the transfer once somebody answered there, or while that still waits.
    Attended(&'static str, Complete),
    /// Both go to a conference with a third person, for so many ms.
    Conference(u64),
    /// Calls a third person and joins all three, for so many ms.
    Three(u64),
    /// Parks the caller; a colleague fetches them after so many ms.
    Park(u64),
    /// Parks the caller; nobody fetches them, and after so many ms they come back to a queue.
    ParkInVain(u64, &'static str),
}

/// When an attended transfer is completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Complete {
    /// So many ms after somebody answered.
    Answered(u64),
    /// So many ms after the question, answered or not.
    Waiting(u64),
}

/// How a person who is called takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fate {
    /// Answers.
    Answer,
    /// A machine answers.
    Machine,
    /// Is on the phone.
    Busy,
    /// Lets it ring.
    Silent,
    /// Is not to be reached.
    Congestion,
    /// Turns it down.
    Refused,
    /// Does not exist.
    Unallocated,
}

impl Fate {
    /// Every one.
    pub const ALL: [Fate; 7] =
        [Fate::Answer, Fate::Machine, Fate::Busy, Fate::Silent, Fate::Congestion, Fate::Refused, Fate::Unallocated];
}

/// How the PBX tells the campaign of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It does not.
    None,
    /// By the channel variable `CAMPAIGN`.
    Variable(&'static str),
    /// By the account code.
    Account(&'static str),
}

/// How somebody is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dial {
    /// How they take it.
    pub fate: Fate,
    /// Ms until they answer.
    pub ring_ms: u64,
    /// The campaign.
    pub mark: Mark,
}

/// A call to a queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The driver's own name for it.
    pub id: String,
    /// Ms after the start.
    pub at_ms: u64,
    /// The queue called.
    pub queue: &'static str,
    /// Caller's number.
    pub number: String,
    /// Caller's name.
    pub name: String,
    /// Ms an agent rings before answering.
    pub ring_ms: u64,
    /// Ms after which a caller who is not answered hangs up, in each queue.
    pub patience_ms: u64,
    /// Ms after which a caller presses the exit key, if at all.
    pub key_ms: Option<u64>,
    /// Ms after which a supervisor takes the waiting caller out of the queue, if at all.
    pub withdraw_ms: Option<u64>,
    /// Ms after which somebody moves the waiting caller, to a queue or to a desk, if at all.
    pub moved: Option<(u64, Option<&'static str>)>,
    /// Ms that an agent rings before a colleague takes the call, if at all.
    pub pickup_ms: Option<u64>,
    /// The queue to which the caller goes when the first returns, whatever came of it.
    pub again: Option<&'static str>,
    /// Set if the PBX calls them: a call back, or a campaign.
    pub dial: Option<Dial>,
    /// Ms of each conversation.
    pub talk_ms: u64,
    /// Who ends the last one.
    pub ending: Ending,
    /// What comes at the end of each conversation but the last.
    pub turns: Vec<Then>,
}

impl Call {
    /// A caller who waits long, talks and hangs up.
    pub(super) fn plain(id: String, at_ms: u64, queue: &'static str) -> Call {
        Call {
            id,
            at_ms,
            queue,
            number: String::new(),
            name: String::new(),
            ring_ms: 500,
            patience_ms: 20_000,
            key_ms: None,
            withdraw_ms: None,
            moved: None,
            pickup_ms: None,
            again: None,
            dial: None,
            talk_ms: 3000,
            ending: Ending::Agent,
            turns: Vec::new(),
        }
    }
}

/// A call by an agent to the outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Outside {
    /// The driver's own name for it.
    pub id: String,
    /// Ms after the start.
    pub at_ms: u64,
    /// The agent's extension.
    pub agent: u16,
    /// Who is called.
    pub number: String,
    /// How.
    pub dial: Dial,
    /// Ms of conversation.
    pub talk_ms: u64,
}

/// A change of an agent.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Pauses in every queue, with a reason, for so many ms.
    Pause(&'static str, u64),
    /// Leaves the desk without pausing, for so many ms: calls ring unanswered.
    Away(u64),
}

/// Everything that will be tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Calls to queues, by time.
    pub calls: Vec<Call>,
    /// Calls to the outside, by time.
    pub outside: Vec<Outside>,
    /// Ms after the start, extension and change, by time.
    pub changes: Vec<(u64, u16, Change)>,
}

/// A caller whose name would run as a script where text is pasted into a page.
pub const HOSTILE_NAME: &str = "<script>alert(1)</script>";

impl Plan {
    /// The plan of a seed.
    pub fn new(seed: u64, size: Size, centre: &Centre) -> Plan {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        seeded::plan(&mut dice, size, centre)
    }

    /// The same with calls that move about: transfers, pickups, conferences, parking, re-entries and callbacks.
    pub fn of_every_kind(seed: u64, size: Size, centre: &Centre) -> Plan {
        let mut plan = Plan::new(seed, size, centre);
        journeys::add(&mut plan, seed, size, centre);
        plan
    }
}
