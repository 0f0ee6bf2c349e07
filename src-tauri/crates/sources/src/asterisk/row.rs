//! What one message tells about a queue member.

use super::message::{Message, means, word};
use std::str::FromStr;

/// The words of a message about a member, under any of the names that versions give them: the first of each, as they came.
///
/// Found in one walk over the fields. A list brings thousands of these messages at once, and to look for each word by itself would
/// take more time than all that is then done with them.
#[derive(Debug, Default)]
pub(crate) struct Row<'a> {
    pub(crate) action_id: Option<&'a str>,
    queue: Option<&'a str>,
    /// The surest name first.
    interfaces: [Option<&'a str>; 4],
    state_interface: Option<&'a str>,
    names: [Option<&'a str>; 3],
    status: Option<&'a str>,
    paused: Option<&'a str>,
    reasons: [Option<&'a str>; 2],
    last_pause: Option<&'a str>,
    penalty: Option<&'a str>,
    login_time: Option<&'a str>,
    in_call: Option<&'a str>,
}

const ACTION_ID: u128 = word("ActionID");
const QUEUE: u128 = word("Queue");
const INTERFACE: u128 = word("Interface");
const LOCATION: u128 = word("Location");
const MEMBER: u128 = word("Member");
const AGENT_CALLED: u128 = word("AgentCalled");
const STATE_INTERFACE: u128 = word("StateInterface");
const MEMBER_NAME: u128 = word("MemberName");
const NAME: u128 = word("Name");
const AGENT_NAME: u128 = word("AgentName");
const STATUS: u128 = word("Status");
const PAUSED: u128 = word("Paused");
const PAUSED_REASON: u128 = word("PausedReason");
const REASON: u128 = word("Reason");
const LAST_PAUSE: u128 = word("LastPause");
const PENALTY: u128 = word("Penalty");
const LOGIN_TIME: u128 = word("LoginTime");
const IN_CALL: u128 = word("InCall");

impl<'a> Row<'a> {
    pub(crate) fn of(message: &Message<'a>) -> Row<'a> {
        let mut row = Row::default();
        for (key, value) in message.words() {
            let place = match key {
                ACTION_ID => &mut row.action_id,
                QUEUE => &mut row.queue,
                INTERFACE => &mut row.interfaces[0],
                LOCATION => &mut row.interfaces[1],
                MEMBER => &mut row.interfaces[2],
                AGENT_CALLED => &mut row.interfaces[3],
                STATE_INTERFACE => &mut row.state_interface,
                MEMBER_NAME => &mut row.names[0],
                NAME => &mut row.names[1],
                AGENT_NAME => &mut row.names[2],
                STATUS => &mut row.status,
                PAUSED => &mut row.paused,
                PAUSED_REASON => &mut row.reasons[0],
                REASON => &mut row.reasons[1],
                LAST_PAUSE => &mut row.last_pause,
                PENALTY => &mut row.penalty,
                LOGIN_TIME => &mut row.login_time,
                IN_CALL => &mut row.in_call,
                _ => continue,
            };
            place.get_or_insert(value);
        }
        row
    }

    /// Queue and address of the member.
    pub(crate) fn place(&self) -> Option<(&'a str, &'a str)> {
        Some((means(self.queue)?, self.interfaces.iter().find_map(|value| means(*value))?))
    }

    /// Whose state the queue watches for it.
    pub(crate) fn state_interface(&self) -> Option<&'a str> {
        means(self.state_interface)
    }

    /// What the platform calls the member.
    pub(crate) fn name(&self) -> Option<&'a str> {
        self.names.iter().find_map(|name| *name)
    }

    /// The device's state as a number.
    pub(crate) fn status(&self) -> Option<i32> {
        number(self.status)
    }

    /// Not 0: paused.
    pub(crate) fn paused(&self) -> Option<i32> {
        number(self.paused)
    }

    /// Why the member is paused.
    pub(crate) fn reason(&self) -> Option<&'a str> {
        self.reasons.iter().find_map(|reason| means(*reason))
    }

    /// When the member last paused, in the platform's seconds.
    pub(crate) fn last_pause(&self) -> Option<i64> {
        number(self.last_pause)
    }

    pub(crate) fn penalty(&self) -> Option<i32> {
        number(self.penalty)
    }

    /// When the member joined the queue, in the platform's seconds.
    pub(crate) fn login_time(&self) -> Option<i64> {
        number(self.login_time)
    }

    /// Not 0: a call of this queue is with the member.
    pub(crate) fn in_call(&self) -> Option<i32> {
        number(self.in_call)
    }
}

fn number<T: FromStr>(value: Option<&str>) -> Option<T> {
    let value = value?;
    value.parse().or_else(|_| value.trim().parse()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asterisk::decoder::Decoder;

    fn with<T>(text: &str, look: impl Fn(&Row<'_>) -> T) -> T {
        let mut found = None;
        Decoder::default().push(text.as_bytes(), |message| found = Some(look(&Row::of(&message))));
        found.expect("a message")
    }

    #[test]
    fn the_first_word_counts_under_the_surest_name_and_in_any_case() {
        let text = "Event: QueueMember\r\nMember: PJSIP/3\r\nLOCATION: PJSIP/2\r\nQueue: sac\r\nqueue: n1\r\nStatus:  2 \r\n\
                    AgentName: C\r\nName: \r\nPausedReason: <null>\r\nReason: almoço\r\nActionID: mirante-1\r\nX: y\r\n\r\n";
        with(text, |row| {
            assert_eq!(row.place(), Some(("sac", "PJSIP/2")));
            assert_eq!((row.status(), row.paused(), row.name()), (Some(2), None, Some("")));
            assert_eq!((row.reason(), row.action_id), (Some("almoço"), Some("mirante-1")));
        });
        with("Event: X\r\nQueue: <unknown>\r\nInterface: PJSIP/1\r\n\r\n", |row| assert_eq!(row.place(), None));
    }

    #[test]
    fn it_reads_as_looking_for_each_word_does() {
        let text = "Event: QueueMemberStatus\r\nQueue: sac\r\nMemberName: Ana\r\nInterface: Local/1@x/n\r\nStateInterface: \r\n\
                    Penalty: -3\r\nLastPause: 17\r\nLoginTime: x\r\nInCall: 1\r\nStatus: 1\r\nPaused: 0\r\n\r\n";
        Decoder::default().push(text.as_bytes(), |message| {
            let row = Row::of(&message);
            assert_eq!(row.place(), message.said("Queue").zip(message.said("Interface")));
            assert_eq!(row.state_interface(), message.said("StateInterface"));
            assert_eq!(row.penalty(), message.number("Penalty"));
            assert_eq!(
                (row.last_pause(), row.login_time()),
                (message.number("LastPause"), message.number("LoginTime"))
            );
            assert_eq!((row.in_call(), row.paused()), (message.number("InCall"), message.number("Paused")));
        });
    }
}
