//! Kinds of events as fixed numbers, with what most decides how they look. A number is never given another meaning.

use mirante_floor::{Activity, AnsweredBy, Device, Kind, Outcome};

/// Kinds with columns of their own are below; what is rare is kept whole.
pub(crate) const OTHER: u8 = 0;
pub(crate) const TICK: u8 = 1;
pub(crate) const MEMBER: u8 = 2;
pub(crate) const MEMBER_REMOVED: u8 = 3;
/// And the eight after it: by the device's state.
pub(crate) const DEVICE: u8 = 4;
pub(crate) const ACTIVITY_NONE: u8 = 13;
pub(crate) const ACTIVITY_TALKING: u8 = 14;
pub(crate) const ACTIVITY_HOLD: u8 = 15;
pub(crate) const ACTIVITY_WRAPUP: u8 = 16;
pub(crate) const ENTERED: u8 = 17;
pub(crate) const MOVED: u8 = 18;
/// And the seven after it: by outcome.
pub(crate) const LEFT: u8 = 19;
pub(crate) const RINGING: u8 = 27;
pub(crate) const RING_ENDED: u8 = 28;
pub(crate) const RING_NO_ANSWER: u8 = 29;
pub(crate) const ANSWERED: u8 = 30;
pub(crate) const COMPLETED: u8 = 31;
/// A conversation's end that names no call.
pub(crate) const COMPLETED_BY: u8 = 32;
pub(crate) const CALL_ENDED: u8 = 33;
pub(crate) const DIALLED: u8 = 34;
pub(crate) const DIALLED_BY: u8 = 35;
pub(crate) const DIAL_RINGING: u8 = 36;
/// And the two after it: by who answered.
pub(crate) const DIAL_ANSWERED: u8 = 37;
/// The same, with an agent.
pub(crate) const DIAL_TAKEN: u8 = 40;
pub(crate) const DIAL_PARTED: u8 = 43;
pub(crate) const DIAL_ENDED: u8 = 44;
pub(crate) const DISPOSED: u8 = 45;
pub(crate) const QUEUE_SEEN: u8 = 46;
/// How many codes there are.
pub(crate) const CODES: usize = 47;

pub(crate) const DEVICES: [Device; 9] = [
    Device::Unknown,
    Device::Idle,
    Device::InUse,
    Device::Busy,
    Device::Invalid,
    Device::Unavailable,
    Device::Ringing,
    Device::RingingInUse,
    Device::OnHold,
];

/// The kind's number.
pub(crate) fn code(kind: &Kind) -> u8 {
    match kind {
        Kind::Tick => TICK,
        Kind::Member { .. } => MEMBER,
        Kind::MemberRemoved { .. } => MEMBER_REMOVED,
        Kind::DeviceChanged { device, .. } => DEVICE + place(&DEVICES, *device),
        Kind::ActivityChanged { activity, .. } => match activity {
            None => ACTIVITY_NONE,
            Some(Activity::Talking(_)) => ACTIVITY_TALKING,
            Some(Activity::Hold) => ACTIVITY_HOLD,
            Some(Activity::Wrapup(_)) => ACTIVITY_WRAPUP,
        },
        Kind::Entered { .. } => ENTERED,
        Kind::Moved { .. } => MOVED,
        Kind::Left { outcome, .. } => LEFT + place(&Outcome::ALL, *outcome),
        Kind::Ringing { .. } => RINGING,
        Kind::RingEnded { .. } => RING_ENDED,
        Kind::RingNoAnswer { .. } => RING_NO_ANSWER,
        Kind::Answered { .. } => ANSWERED,
        Kind::Completed { call: Some(_), .. } => COMPLETED,
        Kind::Completed { call: None, .. } => COMPLETED_BY,
        Kind::CallEnded { .. } => CALL_ENDED,
        Kind::Dialled { agent: None, .. } => DIALLED,
        Kind::Dialled { agent: Some(_), .. } => DIALLED_BY,
        Kind::DialRinging { .. } => DIAL_RINGING,
        Kind::DialAnswered { by, agent: None, .. } => DIAL_ANSWERED + place(&AnsweredBy::ALL, *by),
        Kind::DialAnswered { by, agent: Some(_), .. } => DIAL_TAKEN + place(&AnsweredBy::ALL, *by),
        Kind::DialParted { .. } => DIAL_PARTED,
        Kind::DialEnded { .. } => DIAL_ENDED,
        Kind::Disposed { .. } => DISPOSED,
        Kind::QueueSeen { .. } => QUEUE_SEEN,
        _ => OTHER,
    }
}

fn place<T: PartialEq>(all: &[T], one: T) -> u8 {
    all.iter().position(|other| *other == one).unwrap_or(0) as u8
}

/// Which entities a kind names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    pub(crate) agent: bool,
    pub(crate) call: bool,
    pub(crate) queue: bool,
    /// The call is told first, and says the agent; else the agent says the call.
    pub(crate) call_first: bool,
}

/// What each kind names.
pub(crate) const NAMES: [Names; CODES] = {
    let none = Names { agent: false, call: false, queue: false, call_first: false };
    let mut all = [none; CODES];
    let mut code = 0;
    while code < CODES {
        let of = code as u8;
        let names = &mut all[code];
        names.agent = matches!(
            of,
            MEMBER..=ACTIVITY_WRAPUP | RINGING..=COMPLETED_BY | DIALLED_BY | DIAL_TAKEN..=42
        );
        names.call = matches!(of, ENTERED..=RINGING | ANSWERED | COMPLETED | CALL_ENDED..=DISPOSED);
        names.queue = matches!(of, MEMBER | MEMBER_REMOVED | ENTERED | LEFT..=COMPLETED_BY | QUEUE_SEEN);
        names.call_first = matches!(of, ENTERED..=RINGING | CALL_ENDED..=DISPOSED);
        code += 1;
    }
    all
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_name_what_they_name() {
        let names = |code: u8| {
            let Names { agent, call, queue, call_first } = NAMES[code as usize];
            [agent, call, queue, call_first]
        };
        assert_eq!(names(TICK), [false; 4]);
        assert_eq!(names(DEVICE + 8), [true, false, false, false]);
        assert_eq!(names(MOVED), [false, true, false, true]);
        assert_eq!(names(LEFT + 7), [false, true, true, true]);
        assert_eq!(names(RINGING), [true, true, true, true]);
        assert_eq!(names(RING_ENDED), [true, false, true, false]);
        assert_eq!(names(ANSWERED), [true, true, true, false]);
        assert_eq!(names(COMPLETED_BY), [true, false, true, false]);
        assert_eq!(names(DIALLED), [false, true, false, true]);
        assert_eq!(names(DIAL_TAKEN + 2), [true, true, false, true]);
        assert_eq!(names(DISPOSED), [false, true, false, true]);
        assert_eq!(names(QUEUE_SEEN), [false, false, true, false]);
    }
}
